"""Office work at the real reference system: cases pass, and what is wrong somewhere does not."""

from dataclasses import replace

import pytest

from conformance.case import judged
from conformance.cases import CASES
from conformance.source_suites import levels, programme, records
from conformance.sources import acts as a
from conformance.verdicts import Lifecycle

pytestmark = [pytest.mark.needs_tool("mosquitto"), pytest.mark.slow]

OFFICE = (
    "source-commune-level",
    "source-district-level",
    "source-roles",
    "source-account-closed",
    "source-slots",
    "source-slot-changed",
    "source-provincial-programme",
    "source-boards",
    "source-register",
    "source-statistics",
    "source-yearly-report",
    "source-documents",
    "source-feedback",
    "source-audit",
)


@pytest.fixture(autouse=True)
def soon(monkeypatch):
    """Slots are not put so far ahead, and nobody waits long for what a fault has taken away."""
    monkeypatch.setattr(programme, "AHEAD_MS", 10_000)
    monkeypatch.setattr(programme, "APART_MS", 6_000)
    for each in (programme, levels):
        monkeypatch.setattr(each, "SOON_MS", 8_000)
    monkeypatch.setattr(records, "COUNTED_MS", 8_000)


@pytest.mark.parametrize("case", OFFICE)
def test_the_reference_system_passes(around, case):
    trial = around.tried(case)
    assert (trial.lifecycle, trial.trouble) == (Lifecycle.FINISHED, None)
    assert trial.alive_after
    found = judged(CASES[case], trial.record)
    assert {name: each.says.en for name, each in found.items() if not each.ok} == {}


def said(kind, said):
    """A fault: whoever looks so is told this."""
    return lambda act: a.Done(said=said) if isinstance(act, kind) else act


def skipped(kind):
    """A fault: it is said to be done, and nothing is."""
    return lambda act: a.Done(getattr(act, "slot", None)) if isinstance(act, kind) else act


def changed(kind, **words):
    """A fault: other words reach the system."""
    return lambda act: replace(act, **words) if isinstance(act, kind) else act


def from_then(kind, number):
    """A fault: of all acts of a kind, those from a number on are said to be done; signs of life
    are not touched."""
    seen = []

    def fault(act):
        if not isinstance(act, kind) or (isinstance(act, a.Issue) and act.area.devices):
            return act
        seen.append(act)
        return a.Done("x") if len(seen) > number else act

    return fault


def late(act):
    """A fault: slots come five seconds later than was asked for."""
    return replace(act, begins_ms=act.begins_ms + 5_000) if isinstance(act, a.AddSlot) else act


STRANGER = [["loa-la", "99999", "ip-speaker"]]
TOO_FEW = {"devices": 1, "plays": 0}
MESSAGES = [["x", "answered", True, None]]

FAULTS = {
    "sends elsewhere": (
        "source-commune-level",
        from_then(a.Issue, 1),
        {"source-other-commune-refused"},
    ),
    "everybody appraises": (
        "source-roles",
        skipped(a.Appraise),
        {"source-writer-only-writes", "source-sent-once-approved"},
    ),
    "everybody writes": ("source-roles", from_then(a.Compose, 1), {"source-viewer-only-looks"}),
    "an account stays open": (
        "source-account-closed",
        skipped(a.CloseAccount),
        {"source-account-closed"},
    ),
    "a removed slot plays": (
        "source-slots",
        skipped(a.RemoveSlot),
        {"source-slot-removed-silent"},
    ),
    "a slot gets lost": (
        "source-slots",
        from_then(a.AddSlot, 1),
        {"source-slot-at-its-time", "source-adding-keeps-others", "source-slot-removed-silent"},
    ),
    "slots come late": ("source-provincial-programme", late, {"source-programme-relayed"}),
    "the old sound plays": (
        "source-slot-changed",
        skipped(a.ChangeSlot),
        {"source-slot-changed"},
    ),
    "boards show other words": (
        "source-boards",
        changed(a.Compose, text="Thử nghiệm: chữ khác"),
        {"source-board-shows"},
    ),
    "the register is another": (
        "source-register",
        said(a.Registry, STRANGER),
        {"source-registry-complete", "source-registry-own"},
    ),
    "figures stand still": (
        "source-statistics",
        said(a.Statistics, TOO_FEW),
        {"source-statistics-true", "source-statistics-add-up"},
    ),
    "a report is empty": (
        "source-yearly-report",
        said(a.ExportReport, {"characters": 0, "devices": 0, "plays": 0}),
        {"source-report-exported", "source-report-true"},
    ),
    "a document is another, for all": (
        "source-documents",
        said(a.OpenDocument, "0" * 64),
        {"source-document-same", "source-document-own-only"},
    ),
    "no answer is kept": (
        "source-feedback",
        skipped(a.AnswerFeedback),
        {"source-feedback-answered"},
    ),
    "nothing is given on": (
        "source-feedback",
        skipped(a.RouteFeedback),
        {"source-feedback-routed"},
    ),
    "feedback has no answers": (
        "source-feedback",
        said(a.ListFeedback, MESSAGES),
        {
            "source-feedback-routed",
            "source-feedback-answered",
            "source-feedback-states",
            "source-feedback-not-overdue",
        },
    ),
    "the log is empty": (
        "source-audit",
        said(a.Audit, []),
        {"source-audit-names", "source-audit-wrong-password"},
    ),
}


@pytest.mark.parametrize(("case", "fault", "found"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_found(around, case, fault, found):
    trial = around.tried(case, fault)
    assert trial.alive_before
    failed = {name for name, each in judged(CASES[case], trial.record).items() if each.ok is False}
    assert found <= failed


def test_a_text_that_goes_everywhere(around, elsewhere):
    trial = around.tried("source-boards", elsewhere)
    seen = judged(CASES["source-boards"], trial.record)
    assert (seen["source-board-shows"].ok, seen["source-nobody-outside"].ok) == (True, False)
