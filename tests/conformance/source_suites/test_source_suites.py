"""The suites of source systems as a whole: no case passes without a system, or asks what is not."""

import pytest

from conformance.case import judged
from conformance.clauses import SYSTEMS
from conformance.record import Happening, Record
from conformance.source_suites import CASES
from conformance.sources.features import FEATURES, SEEN, SHOWN_BY
from conformance.sources.target import PERMITS

LOOK_AT_STATES = ("source-states", "source-many-lost", "source-reconnect-storm")
ROSTER = {"devices": ["a", "b"], "communes": ["1", "2"], "connected": [], "profiles": []}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_no_evidence_no_pass(case):
    roster = Happening(0, "fleet", ROSTER)
    for happenings in ([], [Happening(0, "end")], [roster, Happening(1, "end")]):
        seen = judged(case, Record(happenings))
        assert not [name for name, each in seen.items() if each.ok and name != "nothing-unasked"]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_case_asks_for_what_there_is(case):
    assert case.id.startswith("source-")
    assert set(case.roles) <= set(SYSTEMS)
    assert set(case.needs) <= FEATURES.keys()
    assert set(case.permits) <= set(PERMITS)


def test_what_shows_a_feature_is_a_check():
    assert {*SHOWN_BY, *SEEN} == FEATURES.keys()
    assert set(SHOWN_BY.values()) <= {check for case in CASES.values() for check in case.checks}


def test_states_are_looked_at_before_the_server_is_killed():
    alone = [case for case in CASES.values() if case.alone]
    kills = [at for at, case in enumerate(alone) if "restart" in case.permits]
    looks = [at for at, case in enumerate(alone) if case.id in LOOK_AT_STATES]
    assert len(looks) == len(LOOK_AT_STATES)
    assert max(looks) < min(kills), "a system that began anew has heard of nobody"
