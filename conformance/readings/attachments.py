"""Files that somebody attaches to his readings: of known kinds, bounded, and named by their hash.

The name that a file had is not kept: it may be a person's. What stands in the file is its author's.
"""

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final

from scenarios.files import read_bounded
from scenarios.problems import BadInput, Problem

FOLDER: Final = "attachments/"
MOST: Final = 50
MAX_BYTES: Final = 16 << 20
MAX_BYTES_IN_ALL: Final = 64 << 20

BEGINS: Final[Mapping[str, bytes]] = {
    "pdf": b"%PDF-",
    "png": b"\x89PNG\r\n\x1a\n",
    "jpg": b"\xff\xd8\xff",
}
"""How the kinds begin; a CSV is UTF-8 text without a NUL."""

Wanted = tuple[str, str | None]
"""A file's name, and the hash that it has to have; None for any."""

EXPECTED: Final = "a PDF, PNG or JPEG, or a .csv in UTF-8"


def named(file: str, content: bytes) -> str:
    """The name in a bundle of what a `file` held; raises `BadInput` for no known kind."""
    kind = next((kind for kind, begin in BEGINS.items() if content.startswith(begin)), None)
    if kind is None and file.lower().endswith(".csv") and _is_text(content):
        kind = "csv"
    if kind is None:
        raise BadInput([Problem(file, None, None, "", "of another kind", EXPECTED)])
    return f"{FOLDER}{sha256(content).hexdigest()}.{kind}"


def read(folder: Path, wanted: Iterable[Wanted]) -> dict[str, tuple[str, bytes]]:
    """The files relative to a folder: by name, its name in a bundle and its content.

    Raises `BadInput`.
    """
    found: dict[str, tuple[str, bytes]] = {}
    left = MAX_BYTES_IN_ALL
    for file, digest in wanted:
        if file not in found:
            if len(found) == MOST or not (folder / file).is_file():
                expected = f"one of at most {MOST} plain files"
                raise BadInput([Problem(file, None, None, "", "one too many or none", expected)])
            content = read_bounded(folder / file, min(MAX_BYTES, left))
            left -= len(content)
            found[file] = named(file, content), content
        if digest not in (None, sha256(found[file][1]).hexdigest()):
            raise BadInput([Problem(file, None, None, "sha256", "another", f"{digest}")])
    return found


def problems(wanted: Iterable[Wanted], files: Mapping[str, bytes]) -> Iterator[Problem]:
    """What does not fit of a bundle's attachments: each has the kind and the hash of its name."""
    names = set()
    for name, digest in wanted:
        names.add(name)
        content = files.get(name)
        if content is None:
            yield Problem(name, None, None, "", "missing", "an attachment of the readings")
        elif name != _named_or_none(name, content) or digest not in (None, _digest(name)):
            yield Problem(name, None, None, "", "another", "what its name says")
    for name in files:
        if name.startswith(FOLDER) and name not in names:
            yield Problem(name, None, None, "", "named by nothing", "attachments of the readings")


def _named_or_none(name: str, content: bytes) -> str | None:
    try:
        return named(name, content)
    except BadInput:
        return None


def _digest(name: str) -> str:
    return name.removeprefix(FOLDER).partition(".")[0]


def _is_text(content: bytes) -> bool:
    try:
        return bool(content) and "\0" not in content.decode("utf-8")
    except UnicodeDecodeError:
        return False
