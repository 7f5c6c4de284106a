"""Programs of a bench's owner: run for a bounded time, with bounded output, and ended with it."""

import asyncio
import os
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile

MOST_OUTPUT_BYTES = 4_096


class NotDone(OSError):
    """A program did not do its part; the text is one line, and says nothing of what it printed."""


async def run(
    words: Sequence[str],
    folder: Path,
    wait_s: float,
    given: bytes = b"",
    environment: Mapping[str, str] | None = None,
) -> bytes:
    """What the program prints when it is given that; raises `NotDone` unless it ends well in time.

    It is started in the folder. What it leaves running, a device for one, may keep its output.
    """
    # Files and no pipes: nothing waits for whoever holds the other end.
    with TemporaryFile() as to_it, TemporaryFile() as from_it:
        to_it.write(given)
        to_it.seek(0)
        try:
            running = await asyncio.create_subprocess_exec(
                *words,
                stdin=to_it,
                stdout=from_it,
                stderr=asyncio.subprocess.DEVNULL,
                cwd=folder,
                env=environment,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            raise NotDone(f"{words[0]}: {getattr(error, 'strerror', None) or error}") from None
        try:
            async with asyncio.timeout(wait_s):
                code = await running.wait()
        except TimeoutError:
            raise NotDone(f"{words[0]}: took longer than {wait_s:g} s") from None
        finally:
            if running.returncode is None:
                with suppress(ProcessLookupError):
                    os.killpg(running.pid, signal.SIGKILL)
                await running.wait()
        if code:
            raise NotDone(f"{words[0]}: ended with {code}")
        from_it.seek(0)
        output = from_it.read(MOST_OUTPUT_BYTES + 1)
    if len(output) > MOST_OUTPUT_BYTES:
        raise NotDone(f"{words[0]}: printed more than {MOST_OUTPUT_BYTES:,} bytes")
    return output
