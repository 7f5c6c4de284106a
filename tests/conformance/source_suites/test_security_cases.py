"""Cases of security at the real reference system, and at one with an open broker."""

from copy import deepcopy
from dataclasses import replace

import pytest

from conformance.case import judged
from conformance.cases import CASES
from conformance.evidence import trial_files
from conformance.record import Record
from conformance.sources import acts, bench, reference
from conformance.sources.intruding import attacks
from conformance.sources.intruding.intruder import Intruder
from conformance.sources.target import Around, parse
from conformance.verdicts import Lifecycle
from scenarios import strict_yaml
from simulator.live import mosquitto

pytestmark = [pytest.mark.needs_tool("mosquitto"), pytest.mark.slow]

TARGET = b"""\
ttcs: 1
environment: test
profile: source-system-province
subject: {vendor: "ttcs-hil", model: "reference", serial: "1", version: "1"}
dialect: reference
start: reference
place: {level: province, code: "52", era: "2022"}
permits: [hostile]
"""
QUICK = (
    "default-passwords",
    "sessions",
    "roles",
    "second-factor",
    "impersonation",
    "injection",
    "replay",
    "ports",
    "too-much",
)


def seen(trial, case):
    return {name: each.ok for name, each in judged(CASES[case], trial.record).items()}


@pytest.fixture
def tried(around):
    def one(case, fault=None):
        trial = around.tried(f"source-security-{case}", fault)
        assert (trial.lifecycle, trial.trouble) == (Lifecycle.FINISHED, None)
        assert trial.alive_before
        assert trial.alive_after
        return seen(trial, trial.case)

    return one


@pytest.fixture
def hitting(monkeypatch):
    """Some attacks become others, or succeed."""

    def instead(change):
        do = Intruder.do

        async def changed(self, attack):
            found = change(attack)
            return await do(self, found) if isinstance(found, attacks.Attack) else found

        monkeypatch.setattr(Intruder, "do", changed)

    return instead


@pytest.mark.parametrize("case", QUICK)
def test_the_reference_system_passes(tried, case):
    assert set(tried(case).values()) == {True}


def test_a_lock_after_ten_guesses_ends(around):
    """The longest: the lock lasts a minute. No password is in the record."""
    trial = around.tried("source-security-guessing")
    assert set(seen(trial, trial.case).values()) == {True}
    text = b"".join(content for _, content in trial_files(trial)).decode()
    known = [each.password for each in around.wrong._accounts.values()]
    assert known
    assert not [secret for secret in known if secret in text]


def test_addresses_in_clear_on_this_machine_show_nothing(tried):
    assert set(tried("tls").values()) == {None}


def test_a_password_that_is_well_known_is_found(tried, hitting):
    hitting(lambda each: acts.Done() if each == attacks.GuessPassword("root", "root") else each)
    assert tried("default-passwords") == {"source-no-default-password": False}


def test_tries_that_are_not_heard_show_no_password_wrong(tried, hitting):
    hitting(lambda _: acts.Refused(429, "too often"))
    assert tried("default-passwords") == {"source-no-default-password": None}


def test_an_ended_session_that_goes_on(tried, hitting):
    hitting(
        lambda each: (
            acts.Done()
            if isinstance(each, attacks.ActWithout) and each.session == "ended"
            else each
        )
    )
    assert tried("sessions") == {"source-session-needed": True, "source-session-ended": False}


def test_an_order_without_a_session_that_is_obeyed(around, tried):
    """Refused in words, and sent all the same."""
    do = Intruder.do

    async def sent(self, attack):
        match attack:
            case attacks.ActWithout("none", acts.Issue() as act):
                await around.wrong.do(acts.APPROVER, act)
        return await do(self, attack)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Intruder, "do", sent)
        assert tried("sessions")["source-session-needed"] is False


def test_a_cancel_of_somebody_elsewhere_that_is_taken(tried):
    found = tried("roles", lambda act: acts.Done() if isinstance(act, acts.Cancel) else act)
    assert found["source-others-orders"] is False


def test_what_somebody_may_not_do_and_is_done(around):
    trial = around.tried("source-security-roles")
    for name, check in (
        ("a viewer cancels", "source-others-orders"),
        ("a stranger sends", "source-roles-hold"),
        ("a viewer sends", "source-roles-hold"),
        ("sent without approval", "source-roles-hold"),
        ("a composer approves their own", "source-roles-hold"),
    ):
        happenings = deepcopy(trial.record.happenings)
        order = trial.record.told(name).order
        for each in happenings:
            if each.what == "answer" and each.detail["order"] == order:
                each.detail["refusal"] = None
        found = judged(CASES[trial.case], Record(happenings))
        assert [n for n, each in found.items() if each.ok is False] == [check], name


def test_an_emergency_that_asks_for_no_second_factor(tried):
    def fault(act):
        is_hasty = isinstance(act, acts.Issue) and not act.confirmed
        return replace(act, confirmed=True) if is_hasty else act

    assert tried("second-factor", fault) == {"source-second-factor-needed": False}


def test_an_order_that_is_sent_twice_under_one_key(tried):
    keys = set()

    def fault(act):
        if not isinstance(act, acts.Issue):
            return act
        again = act.key in keys
        keys.add(act.key)
        return replace(act, key=f"{act.key}x") if again else act

    assert tried("replay", fault)["source-order-once"] is False


def test_an_entry_that_is_there_twice_and_one_of_nobody(tried, around):
    trial = around.tried("source-security-replay")
    happenings = deepcopy(trial.record.happenings)
    for each in happenings:
        if isinstance(each.detail.get("said"), list) and each.detail["said"]:
            each.detail["said"].extend(each.detail["said"])
    found = judged(CASES["source-security-replay"], Record(happenings))
    assert found["source-entry-once"].ok is False


# ---- An open broker -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def at_open_broker():
    """Tries cases at a reference system whose broker lets everybody in and everything pass."""
    as_it_is = mosquitto.Mosquitto._configuration

    def open_to_all(self):
        kept = [
            s for s in as_it_is(self) if not s.startswith(("password_file", "acl_file", "max_p"))
        ]
        return [s.replace("allow_anonymous false", "allow_anonymous true") for s in kept]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mosquitto.Mosquitto, "_configuration", open_to_all)
        around = Around(parse(strict_yaml.parse("target.yaml", TARGET)), 8)
        with bench.running(around, "0123456789", reference.opened) as try_one:
            yield lambda case: seen(try_one(CASES[case], f"0123456789-{case[16:]}"), case)


def test_an_open_broker_passes_for_no_device(at_open_broker):
    assert at_open_broker("source-security-impersonation")["source-devices-proven"] is False


def test_at_an_open_broker_a_stolen_device_hears_and_speaks_for_all(at_open_broker):
    assert set(at_open_broker("source-security-injection").values()) == {False}


def test_an_open_broker_takes_what_is_too_long(at_open_broker):
    assert at_open_broker("source-security-too-much")["source-bears-too-much"] is False
