"""The results in a run's bundle, as somebody else's files: bounded and checked.

Every file must be the one that the manifest names; what does not fit is `BadInput`, one line.
"""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from conformance.bundle import MANIFEST, SCHEMA_VERSION
from reports.results_reading import checked_results
from scenarios import strict_json
from scenarios.files import read_bounded
from scenarios.problems import BadInput, Problem, shown
from scenarios.units import DAY_MS

MAX_JSON_BYTES: Final = 16 << 20
MAX_HORIZON_MS: Final = 3_660 * DAY_MS


def read_results(place: Path) -> Mapping[str, Any]:
    """The results of a run's bundle, as the manifest names them; raises `BadInput`."""
    manifest = _manifest(place / MANIFEST)
    file = place / "results.json"
    source = _named(place, manifest, file.name, MAX_JSON_BYTES)
    results = checked_results(str(file), strict_json.parse(str(file), source))
    scenario = results["scenario"]
    if scenario["horizon_ms"] > MAX_HORIZON_MS:
        raise _bad(file, "scenario.horizon_ms", str(scenario["horizon_ms"]), "at most ten years")
    _check_moment(file, "scenario.start", scenario["start"])
    return results


def _manifest(file: Path) -> Mapping[str, Any]:
    data = strict_json.read(file, MAX_JSON_BYTES)
    if not isinstance(data, dict) or data.get("bundle") != SCHEMA_VERSION:
        raise _bad(file, "", "no manifest of a bundle", f"one of version {SCHEMA_VERSION}")
    if data.get("kind") != "run":
        raise _bad(file, "kind", shown(data.get("kind")), 'the bundle of a run, "run"')
    if not isinstance(data.get("created"), str):
        raise _bad(file, "created", shown(data.get("created")), "a time")
    versions, files = data.get("versions"), data.get("files")
    if not isinstance(versions, dict) or not all(isinstance(v, str) for v in versions.values()):
        raise _bad(file, "versions", shown(versions), "versions by name")
    if not isinstance(files, dict) or not all(isinstance(f, dict) for f in files.values()):
        raise _bad(file, "files", shown(files), "hashes by file")
    return data


def _named(place: Path, manifest: Mapping[str, Any], name: str, limit_bytes: int) -> bytes:
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


def _check_moment(file: Path, place: str, text: str) -> None:
    try:
        moment = datetime.fromisoformat(text)
        near = moment.tzinfo is not None and 1900 <= moment.year <= 2200
    except ValueError:
        near = False
    if not near:
        raise _bad(file, place, shown(text), "a time with its offset")


def _bad(file: Path, place: str, wrong: str, expected: str) -> BadInput:
    return BadInput([Problem(str(file), None, None, place, wrong, expected)])
