"""The command and whoever it talks to: a terminal, a pipe, somebody who interrupts it."""

import os
import pty
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.ttcs.program import ENVIRONMENT, PROGRAM, files, shipped


def on_a_terminal(*arguments: str, cwd: Path) -> tuple[int, str]:
    """The exit code of the command and what it shows on a terminal of its own."""
    ours, theirs = pty.openpty()
    running = subprocess.Popen(
        [*PROGRAM, *arguments],
        cwd=cwd,
        env=ENVIRONMENT | {"TERM": "xterm", "NO_COLOR": ""},
        stdout=theirs,
        stderr=theirs,
        stdin=theirs,
    )
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 65_536):
            shown += part
    except OSError:  # Linux ends a terminal whose other side is closed with an error
        pass
    os.close(ours)
    return running.wait(60), shown.decode()


@contextmanager
def started(*arguments: str, cwd: Path) -> Iterator[subprocess.Popen[str]]:
    """The command under way; whatever a test does to it, it does not outlive the test."""
    with subprocess.Popen(
        [*PROGRAM, *arguments],
        cwd=cwd,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def test_a_terminal_shows_progress_that_goes_away(tmp_path: Path) -> None:
    odd = tmp_path / "[red]odd[bold].yaml"  # what rich would take for its own
    odd.write_text(shipped("ci-smoke"))
    code, shown = on_a_terminal("run", odd.name, cwd=tmp_path)
    assert code == 0
    assert re.search(r"\[red\]odd\[bold\] .*0/36", shown)
    assert "\x1b[?25l" in shown  # the cursor is hidden while the bar is there
    assert shown.index("Pass: ") > shown.rindex("\x1b[?25h")


def test_an_interruption_leaves_nothing(tmp_path: Path) -> None:
    with started("run", "binh-dinh-day", "--world", "model", cwd=tmp_path) as running:
        while not list(tmp_path.glob("out/.*.part")):  # until the run is under way
            assert running.poll() is None
            time.sleep(0.02)
        time.sleep(0.3)
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "Traceback" not in err
    assert list(tmp_path.rglob("*")) == [tmp_path / "out"]


def test_a_reader_who_leaves_changes_nothing_but_the_show(tmp_path: Path) -> None:
    with started("run", "ci-smoke", cwd=tmp_path) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == ""
        assert running.wait(60) == 0
    assert "out/ci-smoke/results.json" in files(tmp_path)


def test_a_terminal_without_vietnamese_letters(tmp_path: Path) -> None:
    ended = subprocess.run(
        [*PROGRAM, "check", "ci-smoke"],
        cwd=tmp_path,
        env=ENVIRONMENT | {"PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert ended.stdout.endswith(b"kh\\xf4ng c\\xf3 l\\u1ed7i / no errors\n")
