"""Files that somebody else wrote, or that are none."""

import os
from pathlib import Path

import pytest

from scenarios.files import read_bounded
from scenarios.problems import BadInput


def test_a_pipe_that_nobody_writes_to_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    for name in ("pipe", "link"):
        with pytest.raises(BadInput, match="is a pipe, expected a file"):
            read_bounded(tmp_path / name, 10)


def test_what_a_shell_substitutes_is_read() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"abc")
    os.close(writing)
    try:
        assert read_bounded(Path(f"/dev/fd/{reading}"), 10) == b"abc"
    finally:
        os.close(reading)


def test_what_has_no_end_is_too_long() -> None:
    with pytest.raises(BadInput, match="longer than 10 bytes"):
        read_bounded(Path("/dev/zero"), 10)
