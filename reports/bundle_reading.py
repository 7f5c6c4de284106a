"""A run's bundle as a report reads it: somebody else's files, bounded and checked.

Every file must be the one that the manifest names; what does not fit is `BadInput`, one line.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from conformance.bundle import MANIFEST, SCHEMA_VERSION
from reports.bundle_tables import COLUMNS, MAX_TABLE_BYTES, Table, read_table
from reports.results_reading import checked_results
from scenarios import strict_json
from scenarios.files import decode_utf8, read_bounded
from scenarios.problems import BadInput, Problem, shown
from scenarios.units import DAY_MS

MAX_JSON_BYTES: Final = 16 << 20
MAX_LOG_BYTES: Final = 64 << 20
MAX_PICTURE_BYTES: Final = 4 << 20
MAX_HORIZON_MS: Final = 3_660 * DAY_MS


@dataclass(frozen=True, slots=True)
class Item:
    """Something that devices were told to play, from the command log.

    `not_before_ms` is from the scenario's start.
    """

    id: str
    bulletin: str
    bulletin_class: str
    not_before_ms: int


@dataclass(frozen=True, slots=True)
class Bundle:
    """What a run left behind; `tables` by the names and columns of `COLUMNS`.

    `board` is the picture (PNG) of an e-board, where a live run rendered one.
    """

    place: Path
    manifest: Mapping[str, Any]
    results: Mapping[str, Any]
    resolved: str
    items: Mapping[str, Item]
    tables: Mapping[str, Table]
    board: bytes | None = None

    @property
    def start(self) -> datetime:
        """The scenario's start."""
        return datetime.fromisoformat(self.results["scenario"]["start"])

    @property
    def end(self) -> datetime:
        """The scenario's end."""
        return self.start + timedelta(milliseconds=self.results["scenario"]["horizon_ms"])


def read(place: Path) -> Bundle:
    """The bundle of a run in a folder; raises `BadInput`."""
    manifest = read_manifest(place)
    results = read_results(place, manifest)
    items = _items(place, manifest, datetime.fromisoformat(results["scenario"]["start"]))
    resolved = place / "scenario.resolved.json"
    source = named(place, manifest, resolved.name, MAX_JSON_BYTES)
    strict_json.parse(str(resolved), source)
    tables = {}
    for name in COLUMNS:
        file = f"tables/{name}.parquet"
        content = named(place, manifest, file, MAX_TABLE_BYTES)
        tables[name] = read_table(place / file, content, COLUMNS[name])
    _check_names(place, tables, items)
    text, board = decode_utf8(str(resolved), source), _board(place, manifest, results)
    return Bundle(place, manifest, results, text, items, tables, board)


def read_results(place: Path, manifest: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
    """The results of a run's bundle alone, as the manifest names them; raises `BadInput`."""
    manifest = read_manifest(place) if manifest is None else manifest
    file = place / "results.json"
    source = named(place, manifest, file.name, MAX_JSON_BYTES)
    results = checked_results(str(file), strict_json.parse(str(file), source))
    scenario = results["scenario"]
    if scenario["horizon_ms"] > MAX_HORIZON_MS:
        raise _bad(file, "scenario.horizon_ms", str(scenario["horizon_ms"]), "at most ten years")
    _moment(file, "scenario.start", scenario["start"])
    return results


def read_manifest(place: Path, kind: str = "run") -> Mapping[str, Any]:
    """The manifest of a bundle of this kind; raises `BadInput`."""
    file = place / MANIFEST
    data = strict_json.read(file, MAX_JSON_BYTES)
    if not isinstance(data, dict) or data.get("bundle") != SCHEMA_VERSION:
        raise _bad(file, "", "no manifest of a bundle", f"one of version {SCHEMA_VERSION}")
    if data.get("kind") != kind:
        raise _bad(file, "kind", shown(data.get("kind")), f'the bundle of a {kind}, "{kind}"')
    if not isinstance(data.get("created"), str):
        raise _bad(file, "created", shown(data.get("created")), "a time")
    versions, files = data.get("versions"), data.get("files")
    if not isinstance(versions, dict) or not all(isinstance(v, str) for v in versions.values()):
        raise _bad(file, "versions", shown(versions), "versions by name")
    if not isinstance(files, dict) or not all(isinstance(f, dict) for f in files.values()):
        raise _bad(file, "files", shown(files), "hashes by file")
    return data


def _board(place: Path, manifest: Mapping[str, Any], results: Mapping[str, Any]) -> bytes | None:
    name = ((results.get("live") or {}).get("board") or {}).get("picture")
    if name is None:
        return None
    picture = named(place, manifest, name, MAX_PICTURE_BYTES)
    if not picture.startswith(b"\x89PNG\r\n\x1a\n"):
        raise _bad(place / name, "", "no picture", "PNG")
    return picture


def named(place: Path, manifest: Mapping[str, Any], name: str, limit_bytes: int) -> bytes:
    """The bytes of a file that the manifest names, and that are still those it means."""
    file = place / name
    if name not in manifest["files"]:
        raise _bad(place / MANIFEST, f"files[{shown(name)}]", "missing", "the file's hash")
    if file.exists() and not file.is_file():
        raise _bad(file, "", "no file", "a file")
    content = read_bounded(file, limit_bytes)
    if sha256(content).hexdigest() != manifest["files"][name].get("sha256"):
        raise _bad(file, "", "not what the manifest says", "the file as the run wrote it")
    return content


def _items(place: Path, manifest: Mapping[str, Any], start: datetime) -> dict[str, Item]:
    file = place / "commands.jsonl"
    source = decode_utf8(str(file), named(place, manifest, file.name, MAX_LOG_BYTES))
    found: dict[str, Item] = {}
    for number, line in enumerate(source.splitlines()[1:], 2):
        command = strict_json.decode_line(line, str(file), number)
        item = _item(file, number, command, start)
        if item and item.id not in found:
            found[item.id] = item
    return found


def _item(file: Path, line: int, command: Any, start: datetime) -> Item | None:
    match command:
        case {"action": "cancel" | "stop"}:
            return None
        case {
            "action": "start",
            "issued": str(issued),
            "item": {
                "id": str(name),
                "bulletin": str(bulletin),
                "class": ("emergency" | "priority" | "normal") as bulletin_class,
                **rest,
            },
        }:
            begins = _moment(file, "not_before", rest.get("not_before") or issued, line)
            since = (begins - start) // timedelta(milliseconds=1)
            return Item(name, bulletin, bulletin_class, since)
    raise BadInput([Problem(str(file), line, None, "", "no command", "a start with its item")])


def _moment(file: Path, place: str, text: object, line: int | None = None) -> datetime:
    try:
        moment = datetime.fromisoformat(text if isinstance(text, str) else "")
        near = moment.tzinfo is not None and 1900 <= moment.year <= 2200
    except ValueError:
        near = False
    if not near:
        raise BadInput(
            [Problem(str(file), line, None, place, shown(text), "a time with its offset")]
        )
    return moment


def _check_names(place: Path, tables: Mapping[str, Table], items: Mapping[str, Item]) -> None:
    """Every device and item of a table is one that there is."""
    known = {"device": set(tables["devices"].names("device").names), "item": set(items)}
    if len(known["device"]) < len(tables["devices"]):
        file = place / "tables" / "devices.parquet"
        raise _bad(file, "device", "a device that stands there twice", "each device once")
    for name in ("plays", "segments"):
        for column, there in known.items():
            if stray := sorted(set(tables[name].names(column).names) - there):
                file = place / "tables" / f"{name}.parquet"
                raise _bad(file, column, shown(stray[0]), "a name that the bundle knows")


def _bad(file: Path, place: str, wrong: str, expected: str) -> BadInput:
    return BadInput([Problem(str(file), None, None, place, wrong, expected)])
