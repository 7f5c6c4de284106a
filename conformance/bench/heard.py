"""A process whose sound comes on its standard output: an emulated device, or a recorder."""

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import conformance
from conformance.bench.listening import Ear, Sign
from conformance.bench.sounds import Pair

_LEAVE_S = 10.0


class Heard:
    """The process, and an ear on it, from now until `end`; it has no children that outlive it."""

    def __init__(
        self,
        words: Sequence[str],
        known: Callable[[], Mapping[Pair, str]],
        now_ms: Callable[[], int],
        told: Callable[[int, Sign, str], None],
        ended: Callable[[], None],
        *,
        latency_ms: float = 0.0,
        log: Path | None = None,
    ) -> None:
        """`words` start it, the others are as `Ear` takes them.

        One of our own has a `log` for what it complains of, is told what to do, and ends when
        nobody tells it more. Raises `OSError` where it does not start.
        """
        is_own = log is not None
        with (log or Path(os.devnull)).open("ab") as complaints:
            self._process = subprocess.Popen(
                words,
                stdin=subprocess.PIPE if is_own else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=complaints,
                cwd="/" if is_own else None,
                env=_same_packages() if is_own else None,
                start_new_session=True,
            )
        assert self._process.stdout is not None, "it was opened as a pipe"
        self._ear = Ear(
            self._process.stdout,  # type: ignore[arg-type]  # a buffered reader: a BinaryIO
            known,
            now_ms,
            told,
            ended,
            latency_ms,
        )

    def tell(self, line: str) -> None:
        """Write it a line; raises `OSError` where it has ended."""
        assert self._process.stdin is not None, "it was opened as a pipe"
        self._process.stdin.write(line.encode() + b"\n")
        self._process.stdin.flush()

    def end(self) -> bool:
        """Wait until it has ended, and tell whether any sound came from it."""
        process = self._process
        if process.stdin is None:
            process.terminate()
        else:
            with suppress(OSError):  # it has ended already
                process.stdin.close()
        try:
            process.wait(_LEAVE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._ear.join(_LEAVE_S)
        if process.stdout is not None:
            process.stdout.close()
        return self._ear.samples > 0


def _same_packages() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(conformance.__file__).parents[1])}
