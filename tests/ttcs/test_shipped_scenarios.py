"""Every shipped scenario shows what it is there to show: it ends conformant, as it expects."""

import pytest

from conformance.judgement import judge
from conformance.verdicts import Verdict
from reference_system.dispatch.commands import commands
from scenarios import loader
from simulator import virtual
from simulator.fleet import Fleet
from simulator.measures.tally import Tally

LIVE_ONLY = {"PROFILE-LOG-LOST", "PROFILE-LOG-DOUBLED"}
"""What no virtual run measures, and none passes."""

LONG = {"vietnam-day", "binh-dinh-typhoon"}


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=pytest.mark.slow if n in LONG else ()) for n in loader.shipped()],
)
def test_it_ends_as_it_expects(name: str) -> None:
    loaded = loader.load(loader.find(name))
    assert not loaded.warnings
    scenario = loaded.scenario
    fleet, sent = Fleet.of(scenario), commands(scenario)
    tally = Tally(scenario, fleet, sent)
    for event in virtual.run(scenario, fleet, sent, workers=2):
        tally.add(event)
    judgement = judge(scenario.targets, tally.measurements(), "virtual")
    assert {one.target.id: one.verdict for one in judgement.targets} == {
        request.id: Verdict.INCONCLUSIVE if request.id in LIVE_ONLY else Verdict.PASS
        for request in scenario.targets
    }
