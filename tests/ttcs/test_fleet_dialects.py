"""`ttcs fleet --dialect`: other wires, from the order to the proof at a real `ttcs serve`; and what
was recorded on the way is what `ttcs dialect test` finds again."""

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from simulator.dialects import checking, loading, transcript
from tests.simulator.emulator.source_system import ADMINISTRATOR, serving
from tests.ttcs.program import TINY
from tests.ttcs.test_fleet import DEVICES, ended, started

pytestmark = [
    pytest.mark.slow,
    pytest.mark.needs_tool("mosquitto"),
    pytest.mark.needs_tool("espeak-ng"),
]


PATIENCE_S = 90.0
"""Devices that poll do so every 20 s."""


def until(fits: Callable[[], bool], fleet: subprocess.Popen[str]) -> None:
    deadline_s = time.monotonic() + PATIENCE_S
    while fleet.poll() is None and not fits():
        assert time.monotonic() < deadline_s
        time.sleep(0.2)


LONGER_THAN_A_SELF_TEST = "Thử nghiệm loa. " + 4 * "Đây chỉ là thử nghiệm, xin bà con yên tâm. "
"""The Linux-board speaker is silent for the first four seconds of whatever it plays."""


@pytest.mark.parametrize(
    ("dialect", "profile"),
    [
        ("reference", "speaker-reference"),
        ("shared-http", "speaker-reference"),
        ("linux-speaker", "speaker-linux"),
    ],
)
def test_from_the_order_to_the_proof(tmp_path: Path, dialect: str, profile: str) -> None:
    scenario, recorded = tmp_path / "tiny.yaml", tmp_path / "recorded.jsonl"
    scenario.write_text(TINY.replace("speaker-reference", profile), "utf-8")
    with serving(tmp_path) as system:
        fleet = started(
            *(system, scenario, "--login", ADMINISTRATOR, "--json", "--dialect", dialect),
            *("--transcript", recorded),
        )
        try:
            until(lambda: system.ask("GET", "/api/v1/device-counts")["online"] == 6, fleet)
            bulletin = system.emergency(LONGER_THAN_A_SELF_TEST)
            until(lambda: system.proof(bulletin)["whole"] == DEVICES, fleet)
            system.ask("POST", "/api/v1/devices/21952-01/volume", {"percent": 40})
            until(lambda: '"percent": 40' in recorded.read_text("utf-8"), fleet)
        finally:
            status, out, error = ended(fleet)
    assert (status, error) == (0, "")
    summary = json.loads(out)
    assert (summary["connected"], summary["heard"]) == (DEVICES, DEVICES)
    assert summary["confirmed"] == summary["entries"] == DEVICES
    assert summary["errors"] == {}

    found = transcript.read(recorded)
    words = {line.meaning for line in found.lines}
    assert {"orders", "log"} <= words
    loaded = loading.load(dialect)
    assert checking.check(loaded.dialect, loaded.file, [found]).findings == ()
