"""Cases at the real reference system: it passes, and what is wrong in one respect does not."""

from dataclasses import replace

import pytest

from conformance.case import judged
from conformance.cases import CASES
from conformance.evidence import trial_files
from conformance.sources.acts import (
    APPROVER,
    Act,
    Appraise,
    Approve,
    Cancel,
    DeviceStates,
    Done,
    Issue,
    LogIn,
    PlayLog,
    Refused,
    Statistics,
)
from conformance.trial import ALIVE
from conformance.verdicts import Lifecycle

pytestmark = [pytest.mark.needs_tool("mosquitto"), pytest.mark.slow]

QUICK = (
    "source-emergency-one-commune",
    "source-emergency-cancelled",
    "source-order",
    "source-approval",
    "source-returned",
    "source-play-log",
    "source-states",
)


def seen(trial):
    return {name: each.ok for name, each in judged(CASES[trial.case], trial.record).items()}


@pytest.mark.parametrize("case", QUICK)
def test_the_reference_system_passes(around, case):
    trial = around.tried(case)
    assert (trial.lifecycle, trial.trouble) == (Lifecycle.FINISHED, None)
    assert trial.alive_before
    assert trial.alive_after
    found = judged(CASES[case], trial.record)
    assert {name: each.says.en for name, each in found.items() if not each.ok} == {}


def test_a_bulletin_that_goes_everywhere(around, elsewhere):
    assert seen(around.tried("source-emergency-one-commune", elsewhere)) == {
        "emergency-heard": True,
        "source-nobody-outside": False,
    }


def test_a_cancel_that_is_never_sent(around):
    trial = around.tried(
        "source-emergency-cancelled", lambda act: Done() if isinstance(act, Cancel) else act
    )
    assert seen(trial) == {"source-cancel-ends-it": False}


def test_an_emergency_that_is_refused_is_not_heard(around):
    def fault(act):
        is_probe = isinstance(act, Issue) and act.area.devices
        return act if is_probe or not isinstance(act, Issue) else Refused(503, "busy")

    assert seen(around.tried("source-emergency-one-commune", fault))["emergency-heard"] is False


def test_an_approval_that_is_skipped(around):
    """Told to approve, it does nothing; so the bulletin is never sent."""
    trial = around.tried(
        "source-approval", lambda act: Done() if isinstance(act, Appraise | Approve) else act
    )
    assert seen(trial)["source-sent-once-approved"] is False


def test_sending_without_approval_that_is_said_to_be_done(around):
    def fault(act):
        return Done("x") if isinstance(act, Issue) and not act.area.devices else act

    assert seen(around.tried("source-returned", fault)) == {"source-not-without-approval": False}


def test_a_log_that_is_empty(around):
    trial = around.tried(
        "source-play-log", lambda act: Done(said=[]) if isinstance(act, PlayLog) else act
    )
    assert seen(trial)["source-log-complete"] is False


def test_a_device_that_is_shown_offline_while_it_is_there(around):
    said = Done(said=[])
    trial = around.tried(
        "source-states", lambda act: said if isinstance(act, DeviceStates) else act
    )
    assert seen(trial) == {"source-shows-online": False}


def test_a_system_that_needs_a_moment_to_show_who_has_come_is_right(around):
    early = [Done(said=[])]
    trial = around.tried(
        "source-states",
        lambda act: early.pop() if early and isinstance(act, DeviceStates) else act,
    )
    assert seen(trial) == {"source-shows-online": True}


def test_a_system_that_lets_nobody_in_is_silent(around):
    trial = around.tried(
        "source-states", lambda act: Refused(0, "gone") if isinstance(act, LogIn) else act
    )
    assert (trial.alive_before, trial.alive_after) == (False, None)
    assert set(seen(trial).values()) == {None}


def test_no_secret_is_in_a_record(around):
    trial = around.tried("source-approval")
    text = b"".join(content for _, content in trial_files(trial)).decode()
    operators = around.wrong
    known = [each.password for each in operators._accounts.values()]
    known += [each.totp_secret for each in operators._accounts.values() if each.totp_secret]
    assert known
    assert not [secret for secret in known if secret in text]
    assert f"{ALIVE} before" in text


@pytest.mark.parametrize("case", QUICK[:1])
def test_a_record_that_was_cut_short_shows_nothing(around, case):
    trial = around.tried(case)
    short = [each for each in trial.record.happenings if each.what != "end"]
    found = judged(CASES[case], type(trial.record)(short))
    assert {each.ok for each in found.values()} == {None}


def test_acts_that_only_look(around):
    async def drive(talk):
        await talk.do("statistics", APPROVER, Statistics(talk.now_ms() - 86_400_000, talk.now_ms()))
        await talk.do("wrong password", APPROVER, LogIn(wrong=True))
        await talk.do("unknown", APPROVER, Act())

    looking = replace(CASES["source-states"], id="look", drive=drive)
    trial = around.tried(looking)
    assert trial.alive_after, "the right password still serves"
    answers = {each.detail["name"]: each.detail["order"] for each in trial.record.of("told")}
    statistics, wrong, unknown = (
        trial.record.answers(answers[name])[0].detail
        for name in ("statistics", "wrong password", "unknown")
    )
    assert statistics["refusal"] is None
    assert statistics["said"]
    assert (wrong["status"], "password" in wrong["refusal"]) == (401, True)
    assert unknown["refusal"] == "unsupported"
