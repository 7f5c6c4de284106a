"""Sounds on disk, each under the SHA-256 of its content, written whole or not at all."""

import errno
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reference_system.sound.refusals import NotKept

_SHA256 = re.compile(r"[0-9a-f]{64}")
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_UNFINISHED = "unfinished"
_PIECE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Keep:
    """A store of files by content, under `folder` as `aa/bb/<hash>`; `folder` is made if needed.

    Several processes may use one store at a time.
    """

    folder: Path

    def put(self, content: bytes) -> str:
        """Keep `content` and return its SHA-256; after that a loss of power does not lose it.

        Keeping the same content again changes nothing, but mends a kept file that was damaged.
        Raises `NotKept` with reason "full", and leaves nothing behind, where there is no room.
        """
        sha256 = hashlib.sha256(content).hexdigest()
        place = self._place(sha256)
        if place.is_file() and _sha256_of(place) == sha256:
            return sha256
        try:
            self._write(place, content)
        except OSError as error:
            if error.errno in _NO_ROOM:
                raise NotKept("full") from None
            raise
        return sha256

    def path(self, sha256: str) -> Path:
        """The file with that content, to be read only.

        Raises `NotKept` with reason "not-kept" for whatever is not the hash of a kept file.
        """
        if not _SHA256.fullmatch(sha256):
            raise NotKept("not-kept")
        place = self._place(sha256)
        if not place.is_file():
            raise NotKept("not-kept")
        return place

    def read(self, sha256: str) -> bytes:
        """The content of that hash; raises `NotKept` as `path` does."""
        return self.path(sha256).read_bytes()

    def kept(self) -> Iterator[str]:
        """The hash of every kept file, in order."""
        for place in sorted(self.folder.glob("??/??/*")):
            if _SHA256.fullmatch(place.name) and self._place(place.name) == place:
                yield place.name

    def damaged(self) -> Iterator[str]:
        """The hash of every kept file whose content no longer matches it, in order."""
        return (sha256 for sha256 in self.kept() if _sha256_of(self._place(sha256)) != sha256)

    def clear_unfinished(self) -> int:
        """Remove what a killed process left half-written; only while nobody writes. How many."""
        leftovers = list((self.folder / _UNFINISHED).glob("*"))
        for leftover in leftovers:
            leftover.unlink()
        return len(leftovers)

    def _place(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / sha256[2:4] / sha256

    def _write(self, place: Path, content: bytes) -> None:
        unfinished = self.folder / _UNFINISHED
        unfinished.mkdir(parents=True, exist_ok=True)
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=unfinished, delete=False) as file:
            temporary = Path(file.name)
            try:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
                temporary.replace(place)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
        for folder in (place.parent, place.parent.parent, self.folder):
            _sync(folder)


def _sync(folder: Path) -> None:
    """Make the names in a folder survive a loss of power."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sha256_of(place: Path) -> str:
    digest = hashlib.sha256()
    with place.open("rb") as file:
        while piece := file.read(_PIECE_BYTES):
            digest.update(piece)
    return digest.hexdigest()
