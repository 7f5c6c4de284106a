"""A live run made of a virtual one, for tests of what is told of it."""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from conformance.tolerance import compared

BOARD = {
    "device": "21550-01",
    "rendered": True,
    "why": None,
    "browser": "Chromium 1.2.3",
    "picture": "board/21550-01.png",
    "item": "storm/1",
    "class": "emergency",
    "words": "KHẨN CẤP / EMERGENCY\n\nThử nghiệm: storm",
    "fits": True,
    "began_ms": 1_500,
    "painted_after_ms": 76,
}

HOW = {
    "began": "2026-11-22T00:00:00.000+00:00",
    "system": {"server": "ttcs serve"},
    "dialect": "reference",
    "devices_connected": 3,
    "impairment": None,
    "left_out": [],
    "deeds": [],
    "faults": [],
    "play_log": {"made": 0, "held": 0, "lost": 0, "doubled": 0, "invented": 0},
}


def lived(virtual: Mapping[str, Any], *, slower: bool, board: Any = BOARD) -> dict[str, Any]:
    """The results of a live run like that virtual one; a `slower` one is beyond the tolerance."""
    live = json.loads(json.dumps(virtual)) | {"world": "live", "live": {**HOW, "board": board}}
    for bulletin in live["bulletins"] if slower else ():
        bulletin["reach_online"]["4"] //= 2
        bulletin["latency_ms"] = {"p50": 4_100, "p95": 7_000, "p99": 8_200, "max": 9_000}
    return live | {"comparison": compared(virtual, live)}


def lived_bundle(place: Path, board: Any = BOARD, png: bytes = b"", **names: str) -> Path:
    """Make the bundle of a virtual run that of a live one; `names` renames bulletins."""
    virtual = json.loads((place / "results.json").read_bytes())
    live = lived(virtual, slower=True, board=board)
    for curve in live["comparison"]["curves"]:
        curve["id"] = names.get("curve", curve["id"])
    files = {"results.json": json.dumps(live).encode()}
    if board and board.get("picture"):
        (place / "board").mkdir()
        files[board["picture"]] = png
    manifest = json.loads((place / "manifest.json").read_bytes())
    for name, content in files.items():
        (place / name).write_bytes(content)
        manifest["files"][name] = {"sha256": sha256(content).hexdigest(), "bytes": len(content)}
    (place / "manifest.json").write_text(json.dumps(manifest))
    return place
