import json
import sys
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import live_fleet, soak

pytestmark = pytest.mark.needs_tool("mosquitto")

entries = st.builds(
    Counter,
    st.lists(st.tuples(st.sampled_from("AB"), st.just("boot"), st.integers(0, 3)), max_size=8),
)


def printed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *options: str
) -> dict[str, Any]:
    monkeypatch.setattr(sys, "argv", ["live_fleet", "--json", *options])
    live_fleet.main()
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


@pytest.mark.slow
def test_both_kinds_of_clients_in_two_processes(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    figures = printed(
        *(capsys, monkeypatch, "--devices", "21", "--processes", "2"),
        *("--turns", "1", "--rounds", "1"),
    )
    assert (figures["devices"], figures["processes"]) == (21, 2)
    for kind in ("bare", "emulated"):
        each = figures[kind]
        assert each["connects_s"] > 0
        assert 0 < each["client_us"] < 1e6
        assert 0 < each["p50_ms"] <= each["p99_ms"] < 60_000
    assert figures["emulated"]["answers_p99_ms"] > figures["emulated"]["p50_ms"]
    assert sorted(summary["devices"] for summary in figures["summaries"]) == [10, 11]
    for summary in figures["summaries"]:
        assert summary["heard"] == summary["confirmed"] == summary["devices"]
        assert summary["errors"] == {}
    people = live_fleet.told_to_people(figures)
    assert f"connects {figures['connects_ratio']} times" in people


@pytest.mark.slow
@pytest.mark.needs_tool("espeak-ng")
def test_half_a_minute_of_work_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(soak, "GAP_S", 10.0)
    figures = soak.soaked(300, 2, 30.0)
    assert figures["entries"] == {"made": 900, "stored": 900, "lost": 0, "unknown": 0}
    assert figures["summary"]["confirmed"] == 900
    assert (figures["summary"]["errors"], figures["refused"]) == ({}, 0)
    assert 0 <= figures["waits_ms"]["median"] <= figures["waits_ms"]["most"]
    assert figures["memory_bytes"].keys() == {"broker", "fleet", "server"}
    # How long something took is for quiet machines to judge.
    assert figures["within"]["nothing lost"]
    assert figures["within"]["memory"]
    assert "0 lost" in soak.told_to_people(figures)


@given(entries, entries)
def test_what_is_lost_or_doubled_is_seen(kept: Counter[Any], other: Counter[Any]) -> None:
    assert soak.compared(kept + other, kept)["lost"] == other.total()
    assert soak.compared(kept, kept + other)["unknown"] == other.total()
    assert soak.compared(kept, kept) == {
        **dict.fromkeys(("made", "stored"), kept.total()),
        **dict.fromkeys(("lost", "unknown"), 0),
    }


def test_a_soak_that_loses_something_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    lost = {"within": {"nothing lost": False, "memory": True}}
    monkeypatch.setattr(soak, "soaked", lambda *_: lost)
    monkeypatch.setattr(sys, "argv", ["live_fleet", "--json", "--soak", "10m"])
    with pytest.raises(SystemExit) as ended:
        live_fleet.main()
    assert ended.value.code == 1
