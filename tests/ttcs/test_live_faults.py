"""The shipped scenario in which everything breaks once, lived through five times as fast."""

import json
import subprocess
from pathlib import Path

import pytest

from simulator.live.installation import EVERYTHING, possible
from tests.ttcs.program import ENVIRONMENT, PROGRAM

STEPS = {
    *("power-cut", "power-back", "link-cut", "link-back", "clocks-set"),
    *("broker-stopped", "broker-started", "server-killed", "server-started"),
    *("disk-full", "database-slow", "server-clock-set"),
}


@pytest.mark.slow
@pytest.mark.needs_tool("mosquitto")
@pytest.mark.needs_tool("postgres")
@pytest.mark.skipif(possible() != set(EVERYTHING), reason="not everything can be broken here")
def test_all_of_it_really_breaks_and_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    ended = subprocess.run(
        [*PROGRAM, "run", "live-faults", "--world", "live", "--time-scale", "5", "--out", "out"],
        cwd=tmp_path,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    results = json.loads((tmp_path / "out" / "results.json").read_text("utf-8"))
    assert {step["did"] for step in results["live"]["faults"]} == STEPS
    log = results["live"]["play_log"]
    assert (log["made"], log["held"], log["lost"], log["doubled"]) == (5 * 40, 0, 0, 0)
    assert results["measures"]["returns_per_second"]["value"] > 0
    assert {one["verdict"] for one in results["targets"]} == {"pass"}
    assert "not_modelled" not in results
