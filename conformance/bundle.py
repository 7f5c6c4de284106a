"""The folder that a run leaves behind: all of it or nothing.

A bundle is written beside its place under a name of its own and moved there when it is whole, so
that an interrupted run, a full disk or a power cut leaves no half of one, and an older bundle stays
until the new one is there. Its manifest names every file with its hash.
"""

import json
import os
import platform
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import file_digest
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from scenarios.problems import BadInput, Problem
from scenarios.units import VIETNAM_TIME

SCHEMA_VERSION = 1

MANIFEST = "manifest.json"

_TOOLS = ("ttcs-hil", "hypothesis", "numpy", "numba", "pyarrow", "simpy")


class BundleWriter:
    """A bundle under way; leaving the context without `finish` removes every trace of it."""

    def __init__(self, place: Path, kind: str) -> None:
        """`place` is where the bundle will stand.

        Raises `BadInput` where something other than an older bundle stands there, `OSError` where
        nothing can be written.
        """
        check_free(place)
        self.place = place = Path(os.path.realpath(place))
        self._kind = kind
        self.folder = place.with_name(f".{place.name}.{os.getpid()}.part")
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)

    def __enter__(self) -> Self:
        """The writer itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Removes what has not been finished."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def write(self, name: str, content: bytes) -> None:
        """A file of the bundle."""
        (self.folder / name).write_bytes(content)

    def write_json(self, name: str, content: Any) -> None:
        """A file of the bundle, as JSON."""
        self.write(name, json_bytes(content))

    def event(self, name: str, **fields: Any) -> None:
        """One line in `events.jsonl`, stamped with the present time."""
        line = json.dumps({"at": now(), "event": name, **fields}, ensure_ascii=False)
        with (self.folder / "events.jsonl").open("a", encoding="utf-8") as events:
            events.write(line + "\n")

    def finish(self) -> None:
        """Writes the manifest and moves the bundle to its place, in the stead of an older one."""
        files = files_of(self.folder)
        manifest = manifest_of(self.folder, self._kind)
        self.write_json(MANIFEST, manifest)
        for path in (*files, self.folder / MANIFEST):
            to_disk(path)
        check_free(self.place)
        older = self.folder.with_suffix(".old")
        if self.place.exists():
            self.place.rename(older)
        try:
            self.folder.rename(self.place)
        except BaseException:  # an interruption, too
            if older.exists():
                older.rename(self.place)
            raise
        shutil.rmtree(older, ignore_errors=True)


def files_of(folder: Path) -> list[Path]:
    """Every file in it, in the order of their names."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def manifest_of(folder: Path, kind: str) -> dict[str, Any]:
    """What a bundle's manifest says of the files that stand in it now, itself left out."""
    files = [path for path in files_of(folder) if path != folder / MANIFEST]
    return {
        "ttcs": 1,
        "bundle": SCHEMA_VERSION,
        "kind": kind,
        "created": now(),
        "versions": versions(),
        "files": {path.relative_to(folder).as_posix(): _digest(path) for path in files},
    }


def json_bytes(content: Any) -> bytes:
    """JSON as every file of a bundle has it: readable, in UTF-8, keys in their order."""
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def now() -> str:
    """The present time for people: Vietnamese time to the second."""
    return datetime.now(UTC).astimezone(VIETNAM_TIME).isoformat(timespec="seconds")


def versions() -> Mapping[str, str]:
    """What made the bundle; a tool that is not installed is left out."""
    found = {"python": platform.python_version()}
    for tool in _TOOLS:
        try:
            found[tool] = version(tool)
        except PackageNotFoundError:
            continue
    return found


def to_disk(path: Path) -> None:
    """Returns once the file would outlast a power cut."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _digest(path: Path) -> dict[str, str | int]:
    with path.open("rb") as file:
        return {"sha256": file_digest(file, "sha256").hexdigest(), "bytes": path.stat().st_size}


def check_free(place: Path) -> None:
    """Raises `BadInput` where no bundle may be put, so that a run need not find out at its end.

    A bundle is moved to its place as a whole, so it cannot be the folder that one stands in.
    """
    if not os.path.lexists(place):
        return
    if os.path.realpath(os.curdir) == os.path.realpath(place):
        wrong = "the folder that the command runs in"
    elif not place.is_dir():
        wrong = "a file" if os.path.exists(place) else "a link that leads nowhere"
    elif any(place.iterdir()) and not _is_bundle(place):
        wrong = "a folder with other things in it"
    else:
        return
    expected = "a new or empty folder, or an older bundle"
    hint = "give another --out; nothing was written"
    raise BadInput([Problem(str(place), None, None, "", wrong, expected, hint)])


def _is_bundle(place: Path) -> bool:
    try:
        manifest = json.loads((place / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(manifest, dict) and "bundle" in manifest
