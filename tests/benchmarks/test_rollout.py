import json
import sys
from typing import Any

import pytest

from benchmarks import rollout
from benchmarks.rollout_plan import generated
from scenarios.rollout.plan import Plan


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """One province, a turn and few replications."""
    monkeypatch.setattr(rollout, "TURNS", 1)
    monkeypatch.setattr(rollout, "CORE_REPLICATIONS", {False: 5})
    monkeypatch.setattr(rollout, "MODEL_REPLICATIONS", {False: 1})


def printed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *options: str
) -> dict[str, Any]:
    monkeypatch.setattr(sys, "argv", ["rollout", "--json", *options])
    assert rollout.main() == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


def test_core_and_model_take_turns(
    small: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    figures = printed(capsys, monkeypatch)
    assert figures["equal"]
    assert figures["works"] > 159
    assert figures["ratio"] > 0


def test_a_difference_is_said(small: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def other(*_: object) -> bool:
        return False

    monkeypatch.setattr(rollout, "equal", other)
    monkeypatch.setattr(sys, "argv", ["rollout"])
    assert rollout.main() == 1


def test_a_whole_study(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    figures = printed(capsys, monkeypatch, "--whole", "4")
    assert figures["replications"] == 4


def test_the_country_is_whole() -> None:
    plan: Plan = generated()
    assert (len(plan.provinces), len(plan.stations)) == (63, 10_599)
