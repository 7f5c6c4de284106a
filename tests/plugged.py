"""A speaker as a process that is killed and started by whoever switches its plug.

    python plugged.py FOLDER on|off       switch it
    python plugged.py FOLDER answer       do what an operator is asked to, and answer
    python plugged.py FOLDER leave        answer nothing: end with 1

FOLDER holds `device.json`, the device's settings.
"""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).parents[1]
DEVICE = (sys.executable, "-m", "conformance.bench.speaking_process")


def words(folder: Path, what: str) -> list[str]:
    """The command that does this."""
    return [sys.executable, __file__, str(folder), what]


def settings(name: str, secret: str, port: int, sounds_port: int) -> dict[str, object]:
    """What `device.json` says of a speaker on this machine."""
    return {
        "name": name,
        "profile": "speaker-reference",
        "own_address": "127.0.0.1",
        "secret": secret,
        "host": "127.0.0.1",
        "address": "127.0.0.1",
        "port": port,
        "ca": None,
        "sounds": f"http://127.0.0.1:{sounds_port}",
    }


@contextmanager
def plugged_in(folder: Path, device: dict[str, object]):
    """The speaker, which is on at first and off at the end, however it is then."""
    (folder / "device.json").write_text(json.dumps(device))
    switch_on(folder)
    try:
        yield
    finally:
        switch_off(folder)


def switch_on(folder: Path) -> None:
    """Start it; nothing where it runs."""
    if is_on(folder):
        return
    with suppress(FileExistsError):
        os.mkfifo(folder / "stdin")
    pipe = os.open(folder / "stdin", os.O_RDWR)
    process = subprocess.Popen(
        DEVICE,
        stdin=pipe,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        start_new_session=True,
    )
    os.write(pipe, (folder / "device.json").read_bytes() + b"\n")
    os.close(pipe)
    (folder / "pid").write_text(str(process.pid))
    process.returncode = 0  # it outlives this program


def switch_off(folder: Path) -> None:
    """Kill it; nothing where it does not run."""
    if is_on(folder):
        os.kill(int((folder / "pid").read_text()), signal.SIGKILL)
        deadline = time.monotonic() + 10
        while is_on(folder) and time.monotonic() < deadline:
            time.sleep(0.01)


def is_on(folder: Path) -> bool:
    """Whether it runs."""
    try:
        state = Path(f"/proc/{(folder / 'pid').read_text()}/stat").read_text()
    except OSError:
        return False
    return state.rpartition(")")[2].split()[0] not in "ZX"


def main(folder: Path, what: str) -> int:
    """The exit code."""
    match what:
        case "on":
            switch_on(folder)
        case "off":
            switch_off(folder)
        case "answer":
            asked = json.loads(sys.stdin.readline())
            {"power-off": switch_off, "power-on": switch_on}[asked["id"]](folder)
            sys.stdout.write(json.dumps({"answer": "done"}))
        case _:
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
