"""Reading a file that somebody else wrote: bounded in size, valid UTF-8, or one problem."""

from os.path import realpath
from pathlib import Path

from scenarios.problems import BadInput, Problem


def read_bounded(path: Path, limit_bytes: int) -> bytes:
    """The file's bytes.

    Raises `BadInput` where it cannot be opened or is longer than `limit_bytes`.
    """
    try:
        # One of the file system, whose other end may never be opened; not a shell's `<(…)`.
        if Path(realpath(path)).is_fifo():
            raise _bad(path, "a pipe", "a file")
        with path.open("rb") as file:
            source = file.read(limit_bytes + 1)
    except OSError as error:
        raise _bad(path, f"not readable: {error.strerror or error}", "a file") from None
    except ValueError as error:  # a name that no file can have, such as one with a NUL in it
        raise _bad(path, f"not readable: {error}", "the name of a file") from None
    if len(source) > limit_bytes:
        raise _bad(path, f"longer than {limit_bytes:,} bytes", "a shorter file")
    return source


def decode_utf8(file: str, source: bytes) -> str:
    """The text of `source`, without a byte order mark; raises `BadInput` with line and column."""
    try:
        return source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = source[: error.start].decode("utf-8-sig", "replace")
        line, column = line_and_column(before, len(before))
        byte = f"the byte 0x{source[error.start]:02x}"
        saved = ", as a spreadsheet saves it by `CSV UTF-8`" if file.endswith(".csv") else ""
        raise BadInput([Problem(file, line, column, "", byte, f"UTF-8 text{saved}")]) from None


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """The place of a character, both counted from 1."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _bad(path: Path, wrong: str, expected: str) -> BadInput:
    return BadInput([Problem(str(path), None, None, "", wrong, expected)])
