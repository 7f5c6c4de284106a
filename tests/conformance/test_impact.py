"""What other rules make of stored bundles, and why."""

from dataclasses import replace
from pathlib import Path

import pytest

from conformance import impact
from conformance.cases import CASES
from conformance.clauses import ledger
from conformance.impact import Cause, Stored
from conformance.verdicts import Verdict
from scenarios.problems import BadInput
from tests.reports.certified import certify

KEPT = Path(__file__).parent / "bundles" / "ip-speaker-0.1.0.zip"
CANCEL = "PROFILE-CANCEL"
CHOSEN = tuple(
    case.id for case in CASES.values() if set(case.checks) & set(ledger()[CANCEL].checks)
)
NOW = impact.now(ledger(), "now")


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    place = certify(tmp_path_factory.mktemp("stored") / "out", chosen=CHOSEN)
    return impact.read(place)


def changed_to(**fields):
    """The suite of now with one clause otherwise."""
    return impact.now({**ledger(), CANCEL: replace(ledger()[CANCEL], **fields)}, "new")


def test_the_same_rules_change_nothing(stored):
    found = impact.impact(stored, NOW, NOW)
    assert not found.changes
    assert found.old.results == stored.stated
    plan = stored.evidence.plan
    own = impact.of_bundle(plan, stored.evidence.clauses, "own")
    assert not impact.impact(stored, own, NOW).changes


def test_a_check_that_was_added_is_why(stored):
    new = changed_to(revision=9, checks=(*ledger()[CANCEL].checks, "restart-comes-back"))
    found = impact.impact(stored, NOW, new)
    (only,) = found.changed
    assert (only.clause, only.old, only.new) == (CANCEL, Verdict.PASS, Verdict.NOT_RUN)
    revision = str(ledger()[CANCEL].revision)
    assert only.causes == (
        Cause("revision", revision, "9"),
        Cause("check-added", "", "restart-comes-back"),
    )
    assert impact.impact(stored, new, NOW).changed[0].causes[1].because == "check-removed"


def test_a_capability_that_is_needed_now_is_why(stored):
    (only,) = impact.impact(stored, NOW, changed_to(needs=("never_declared",))).changed
    assert only.new is Verdict.NOT_APPLICABLE
    assert [each.because for each in only.causes] == ["needs"]


def test_a_limit_that_was_lowered_is_why(tmp_path):
    name = "PROFILE-EMG-AT-ONCE"
    stored = impact.read(certify(tmp_path / "out", chosen=("emergency-at-once",)))
    strict = replace(ledger()[name], limits={"emergency_t2_t4": "10ms"})
    found = impact.impact(stored, NOW, impact.now({**ledger(), name: strict}, "strict"))
    (only,) = found.changed
    assert only.new is Verdict.FAIL
    assert only.causes == (Cause("limit", "emergency_t2_t4 3s", "emergency_t2_t4 10ms"),)
    assert found.changes
    assert found.new.verdict is Verdict.FAIL


def test_a_clause_that_is_gone_or_new_is_told(stored):
    without = impact.now({n: c for n, c in ledger().items() if n != CANCEL}, "without")
    (gone,) = impact.impact(stored, NOW, without).changed
    assert (gone.new, gone.causes[0].because) == (None, "clause-removed")
    (new,) = impact.impact(stored, without, NOW).changed
    assert (new.old, new.causes[0].because) == (None, "clause-added")
    assert set(impact.differences(NOW, without, ["ip-speaker"])) == {CANCEL}
    assert impact.differences(NOW, without, ["operator"]) == {}


def test_who_else_is_bound_does_not_matter(stored):
    fewer = changed_to(binds=("ip-speaker",))
    assert impact.differences(NOW, fewer, ["ip-speaker"]) == {}
    (only,) = impact.differences(NOW, fewer, ["e-board"])[CANCEL]
    assert only == Cause("binds", "e-board", "")


def test_a_users_own_clause_stays_under_every_suite(stored):
    own = replace(ledger()[CANCEL], id="MY-CLAUSE")
    rules = {**stored.evidence.clauses, "MY-CLAUSE": own}
    mine = replace(stored, evidence=replace(stored.evidence, clauses=rules))
    found = impact.impact(mine, NOW, NOW)
    assert "MY-CLAUSE" in {each["id"] for each in found.new.results["clauses"]}


def test_of_a_case_in_another_revision_nothing_is_said(stored):
    older = replace(NOW, revisions={**NOW.revisions, CHOSEN[0]: 0})
    found = impact.impact(stored, NOW, older)
    (only,) = [each for each in found.changed if each.clause == CANCEL]
    assert (only.old, only.new) == (Verdict.PASS, Verdict.INCONCLUSIVE)
    assert "case-revision" in [each.because for each in only.causes]


def test_a_bundle_of_older_cases_is_told_as_it_states_by_its_own_suite():
    kept = impact.read(KEPT)
    plan = kept.evidence.plan
    cases = (replace(plan.cases[0], revision=plan.cases[0].revision + 1), *plan.cases[1:])
    other = Stored(kept.place, replace(kept.evidence, plan=replace(plan, cases=cases)), kept.stated)
    own = impact.of_bundle(other.evidence.plan, other.evidence.clauses, "own")
    found = impact.impact(other, own, NOW)
    assert found.old.stated
    assert not found.new.stated
    assert found.old.results is kept.stated


def test_a_changed_bundle_is_refused(tmp_path):
    place = certify(tmp_path / "out", chosen=("emergency-at-once",))
    (place / "plan.json").write_bytes((place / "plan.json").read_bytes() + b" ")
    with pytest.raises(BadInput, match="is changed, expected as it was sealed"):
        impact.read(place)
