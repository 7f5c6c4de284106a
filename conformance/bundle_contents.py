"""Everything in a bundle that somebody else sent: a folder or a .zip, read within bounds.

Nothing is unpacked and no link is followed. What no bundle has is named, or refused.
"""

import os
import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from scenarios.files import read_bounded
from scenarios.problems import BadInput, Problem

MAX_FILES: Final = 2_000
MAX_FILE_BYTES: Final = 64 << 20
MAX_BYTES: Final = 256 << 20
MAX_DEPTH: Final = 4
MAX_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class Contents:
    """The files by their names in the bundle; `irregular` are the names that are no plain files."""

    files: Mapping[str, bytes]
    irregular: tuple[str, ...] = ()


def read(place: Path) -> Contents:
    """What stands there; raises `BadInput` where it is no bundle, or goes beyond a bound."""
    if place.is_dir():
        return _of_folder(place)
    if zipfile.is_zipfile(place):
        return _of_zip(place)
    raise BadInput([Problem(str(place), None, None, "", "no bundle", "a folder or a .zip")])


def _of_folder(place: Path) -> Contents:
    files: dict[str, bytes] = {}
    irregular = []
    total = 0
    for number, entry in enumerate(_entries(place)):
        name = Path(entry.path).relative_to(place).as_posix()
        _check(place, name, number)
        if not entry.is_file(follow_symlinks=False):
            irregular.append(name)
            continue
        files[name] = read_bounded(Path(entry.path), min(MAX_FILE_BYTES, MAX_BYTES - total))
        total += len(files[name])
    return Contents(files, tuple(sorted(irregular)))


def _entries(folder: Path, depth: int = 1) -> Iterator[os.DirEntry[str]]:
    """Everything below that is no folder."""
    with os.scandir(folder) as found:
        for entry in sorted(found, key=lambda each: each.name):
            if not entry.is_dir(follow_symlinks=False):
                yield entry
            elif depth < MAX_DEPTH:
                yield from _entries(Path(entry.path), depth + 1)
            else:
                raise _bad(folder, entry.name, f"deeper than {MAX_DEPTH} folders")


def _of_zip(place: Path) -> Contents:
    files: dict[str, bytes] = {}
    irregular = []
    total = 0
    try:
        with zipfile.ZipFile(place) as archive:
            members = [each for each in archive.infolist() if not each.is_dir()]
            for number, member in enumerate(members):
                _check(place, member.filename, number)
                if member.filename in files or member.flag_bits & 1:
                    raise _bad(place, member.filename, "twice there, or encrypted")
                mode = member.external_attr >> 16
                if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
                    irregular.append(member.filename)
                    continue
                most = min(MAX_FILE_BYTES, MAX_BYTES - total)
                with archive.open(member) as file:
                    content = file.read(most + 1)
                if len(content) > most:
                    raise _bad(place, member.filename, "larger than a bundle may be")
                total += len(content)
                files[member.filename] = content
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError) as error:
        raise _bad(place, "", f"no whole .zip ({type(error).__name__})") from None
    return Contents(_without_folder(files), tuple(sorted(irregular)))


def _without_folder(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """As they were before their folder was packed with them."""
    firsts = {name.partition("/")[0] for name in files}
    if len(firsts) == 1 and all("/" in name for name in files):
        return {name.partition("/")[2]: content for name, content in files.items()}
    return dict(files)


def _check(place: Path, name: str, number: int) -> None:
    parts = PurePosixPath(name).parts
    if number >= MAX_FILES:
        raise _bad(place, name, f"one of more than {MAX_FILES:,} files")
    if "/".join(parts) != name or name.startswith("/") or ".." in parts or "\\" in name:
        raise _bad(place, name, "a name that leads elsewhere")
    if len(name) > MAX_NAME or len(parts) > MAX_DEPTH + 1 or "\0" in name:
        raise _bad(place, name[:MAX_NAME], "a name that is too long or too deep")


def _bad(place: Path, name: str, wrong: str) -> BadInput:
    return BadInput([Problem(str(place), None, None, name, wrong, "a bundle within its bounds")])
