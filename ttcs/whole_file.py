"""A file that a user asked for by name: written whole or not at all."""

import os
from pathlib import Path

from scenarios.problems import BadInput, Problem


def check(option: str, path: Path) -> None:
    """Raises `BadInput` where something other than an older file stands, or no file can."""
    if path.is_dir() or (os.path.lexists(path) and not path.is_file()):
        wrong, expected = "something other than a file", "a new file or an older one"
    elif not path.absolute().parent.is_dir():
        wrong, expected = "in a folder that is not there", "a file in a folder that is"
    else:
        return
    raise BadInput([Problem(f"{option} {path}", None, None, "", wrong, expected)])


def clear(option: str, path: Path) -> None:
    """Removes an older file; raises `BadInput` as `check` does, and where it cannot be removed."""
    check(option, path)
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        wrong = f"not to be replaced: {error.strerror or error}"
        raise BadInput(
            [Problem(f"{option} {path}", None, None, "", wrong, "a file that is")]
        ) from None


def write(path: Path, content: bytes) -> None:
    """Puts the file there, in the stead of an older one; raises `OSError` and leaves no part."""
    place = Path(os.path.realpath(path))
    part = place.with_name(f".{place.name[:100]}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(place)
    except BaseException:  # an interruption, too
        part.unlink(missing_ok=True)
        raise
