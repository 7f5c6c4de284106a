"""The suites as a whole: conformant devices pass, and no case passes without a device."""

import pytest

from conformance import cases as every
from conformance.bench.emulated import EmulatedBench
from conformance.case import judged
from conformance.clauses import ledger
from conformance.record import Happening, Record
from conformance.suites import CASES
from conformance.verdicts import Lifecycle
from simulator.emulator.program import Program

CONFORMANT = {
    "speaker-reference": "ip-speaker",
    "board-reference": "e-board",
    "converter-ip-fm": "fm-converter",
}


@pytest.mark.parametrize(
    ("profile", "case"),
    [
        (profile, case)
        for profile, role in CONFORMANT.items()
        for case in CASES.values()
        if role in case.roles
    ],
    ids=lambda value: getattr(value, "id", value),
)
def test_a_conformant_device_passes(trial, profile, case):
    done = trial(case, profile)
    assert (done.lifecycle, done.trouble) == (Lifecycle.FINISHED, None)
    assert done.alive_before
    assert done.alive_after
    seen = judged(case, done.record)
    assert {name: (each.ok, each.says.en) for name, each in seen.items() if not each.ok} == {}
    measured = {name: each.measured.name for name, each in seen.items() if each.measured}
    assert measured == case.measures


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_no_evidence_no_pass(case):
    for record in (Record([]), Record([Happening(0, "end", {})])):
        assert not any(seen.ok for seen in judged(case, record).values())


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_record_that_was_cut_short_shows_nothing(trial, case):
    whole = trial(case, "board-reference" if case.roles == ("e-board",) else "speaker-reference")
    short = [each for each in whole.record.happenings if each.what != "end"]
    assert {seen.ok for seen in judged(case, Record(short)).values()} == {None}


class Dumb(Program):
    """Connects, and does nothing of what it is told."""

    def take(self, at_ms, topic, payload):
        pass


def test_a_device_that_does_nothing_is_not_tried(trial):
    done = trial(CASES["emergency-at-once"], make=lambda member, around: Dumb(member, 0, around))
    assert done.alive_before is False
    assert not done.record.is_whole


class Broken(EmulatedBench):
    """A bench that fails in the middle."""

    def offer(self, name, length_ms, codec):
        raise OSError("the sound card is gone")


def test_a_broken_bench_is_trouble_and_no_failure(trial, monkeypatch):
    monkeypatch.setattr(EmulatedBench, "offer", Broken.offer)
    done = trial(CASES["emergency-at-once"])
    assert done.trouble == "OSError: the sound card is gone"
    assert done.lifecycle is Lifecycle.ABORTED


def test_cases_and_ledger_name_the_same_checks():
    assert {check for clause in ledger().values() for check in clause.checks} == set(every.CHECKS)
    measured = {(n, case.measures.get(n)) for case in every.CASES.values() for n in case.checks}
    assert measured == set(every.CHECKS.items()), "a check measures the same in all its cases"
    assert len(every.CASES) > len(CASES)


def test_case_ids_are_unique():
    assert all(case.id == name for name, case in CASES.items())
    assert len(CASES) > 50
