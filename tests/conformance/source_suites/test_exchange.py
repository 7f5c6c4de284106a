"""Exchange at the real reference system: it passes; what is changed or dropped is found."""

from dataclasses import replace

import pytest

from conformance.case import judged
from conformance.cases import CASES
from conformance.record import Happening, Record
from conformance.sources import acts, bench
from conformance.sources import exchange as x
from conformance.sources.target import Around, parse
from conformance.verdicts import Lifecycle
from scenarios import strict_yaml

pytestmark = [pytest.mark.needs_tool("mosquitto"), pytest.mark.slow]

OF_PROVINCES = (
    "source-from-above",
    "source-emergency-from-above",
    "source-emergency-from-above-waits",
    "source-exchange-refuses",
    "source-shares-up",
    "source-shares-figures",
    "source-peer-away",
    "source-peer-restart",
)
OF_THE_CENTRE = ("source-central-shares-down", "source-central-gathers")

CENTRAL = b"""\
ttcs: 1
environment: test
profile: source-system-central-exchange
subject: {vendor: "ttcs-hil", model: "reference", serial: "1", version: "1"}
dialect: reference
start: reference
place: {level: central, code: VN, era: "2022"}
"""


@pytest.fixture(scope="module")
def good(around):
    """The trial of a case at the system as it is, once for all tests."""
    known = {}

    def one(case):
        if case not in known:
            known[case] = around.tried(case)
        return known[case]

    return one


@pytest.fixture(scope="module")
def central():
    target = parse(strict_yaml.parse("target.yaml", CENTRAL))
    with bench.running(Around(target, 8), f"{0xFEDCBA:010x}") as try_one:
        yield {name: try_one(CASES[name], f"{0xFEDCBA:010x}-{name}") for name in OF_THE_CENTRE}


def seen(trial):
    return {name: each.ok for name, each in judged(CASES[trial.case], trial.record).items()}


def passes(trial):
    assert (trial.lifecycle, trial.trouble) == (Lifecycle.FINISHED, None)
    assert trial.alive_after
    found = judged(CASES[trial.case], trial.record)
    assert {name: each.says.en for name, each in found.items() if not each.ok} == {}


def doctored(trial, change):
    """The verdicts on the record with each line as `change` gives it; None drops it."""
    lines = [Happening(each.at_ms, each.what, {**each.detail}) for each in trial.record.happenings]
    changed = Record([each for line in lines if (each := change(line)) is not None])
    return {name: each.ok for name, each in judged(CASES[trial.case], changed).items()}


def wrong(found):
    return {name for name, ok in found.items() if not ok}


@pytest.mark.parametrize("case", OF_PROVINCES)
def test_the_reference_system_passes(good, case):
    passes(good(case))


@pytest.mark.parametrize("case", OF_THE_CENTRE)
def test_the_reference_system_as_the_centre_passes(central, case):
    passes(central[case])


def test_classes_that_are_counted_the_other_way_round(around):
    other = {"emergency": "normal", "normal": "emergency"}

    def fault(act):
        if isinstance(act, x.SendBulletin):
            turned = other.get(act.bulletin_class, act.bulletin_class)
            return replace(act, bulletin_class=turned, severity=0)
        return act

    found = seen(around.tried("source-from-above", fault))
    assert found["from-above-taken"] is True
    assert found["from-above-whole"] is False


def test_a_withdrawal_that_is_kept_back(around):
    def fault(act):
        is_one = isinstance(act, x.SendWithdrawal)
        return acts.Done(said={"answer": "accepted"}) if is_one else act

    found = seen(around.tried("source-from-above", fault))
    assert wrong(found) == {"from-above-withdrawn"}


def test_a_stranger_who_is_trusted(around):
    def fault(act):
        is_one = isinstance(act, x.AddPeer)
        return replace(act, peer=replace(act.peer, trusted=True)) if is_one else act

    found = seen(around.tried("source-emergency-from-above-waits", fault))
    assert found["from-above-waits"] is False


def test_a_system_that_asks_for_no_token(around):
    def fault(act):
        return replace(act, token="own") if isinstance(act, x.Send) else act

    found = seen(around.tried("source-exchange-refuses", fault))
    assert set(found.values()) == {False}, "taken, kept, and heard"


def shared_by(kind):
    return "source-shares-figures" if kind == "statistics" else "source-shares-up"


@pytest.mark.parametrize(
    ("kind", "words", "found"),
    [
        ("bulletin", {"bulletin_class": "priority"}, "shared-bulletin-whole"),
        ("bulletin", {"sound": "0" * 64}, "shared-bulletin-whole"),
        ("bulletin", {"valid_until_ms": 5}, "shared-bulletin-whole"),
        ("withdrawal", {"of": "another"}, "shared-withdrawal"),
        ("statistics", {"figures": [["devices/online", 9_999]]}, "shared-figures-equal"),
        ("report", {"files": ["0" * 64, "0" * 64]}, "shared-report-whole"),
        ("bulletin", None, "shared-bulletin-whole"),
        ("withdrawal", None, "shared-withdrawal"),
        ("statistics", None, "shared-figures-equal"),
        ("report", None, "shared-report-whole"),
        ("file", None, "shared-bulletin-whole"),
    ],
)
def test_what_is_shared_is_changed_or_dropped(good, kind, words, found):
    def change(line):
        if line.what != "arrived" or line.detail["kind"] != kind:
            return line
        if words is None:
            return None
        return replace(line, detail={**line.detail, "says": {**line.detail["says"], **words}})

    assert found in wrong(doctored(good(shared_by(kind)), change))


@pytest.mark.parametrize(
    ("of", "detail", "found"),
    [
        ("bulletin", {"sent_ms": 1_795_356_179}, "shared-bulletin-whole"),
        ("bulletin", {"known": False}, "shared-in-form"),
        ("statistics", {"kind": "nonsense", "says": {"why": "value: a text"}}, "shared-in-form"),
    ],
)
def test_seconds_for_milliseconds_a_token_that_is_missing_and_another_form(good, of, detail, found):
    def change(line):
        is_one = line.what == "arrived" and line.detail["kind"] == of
        return replace(line, detail={**line.detail, **detail}) if is_one else line

    assert found in wrong(doctored(good(shared_by(of)), change))


def test_a_message_that_comes_twice_is_not_once(good):
    trial = good("source-peer-restart")
    again = next(
        each
        for each in trial.record.happenings
        if each.what == "arrived" and each.detail["kind"] == "bulletin"
    )
    record = Record([*trial.record.happenings, again])
    found = judged(CASES[trial.case], record)
    assert (found["shared-once"].ok, found["shared-waits"].ok) == (False, True)


def test_a_withdrawal_that_overtakes_and_a_second_try_in_other_words(good):
    trial = good("source-peer-away")
    times = [each.at_ms for each in trial.record.of("arrived")]

    def change(line):
        if line.what != "arrived":
            return line
        if line.detail["kind"] == "withdrawal":
            return replace(line, at_ms=times[0] - 1)
        if line.detail["kind"] == "bulletin" and line.at_ms == times[-1]:
            return replace(line, detail={**line.detail, "says": {"title": "khác"}})
        return line

    assert wrong(doctored(trial, change)) == {"shared-order-kept", "shared-again-alike"}


@pytest.mark.parametrize(
    ("case", "name", "said", "found"),
    [
        ("source-from-above", "emergency: shown", [{}, {}], "from-above-once"),
        ("source-from-above", "normal: shown", [], "from-above-whole"),
        ("source-exchange-refuses", "type: shown", [{"id": "1"}], "exchange-keeps-nothing"),
    ],
)
def test_what_is_shown_twice_not_at_all_or_all_the_same(good, case, name, said, found):
    trial = good(case)
    told = [each.at_ms for each in trial.record.of("told") if each.detail["name"] == name][-1]
    order = trial.record.first("told", name).detail["order"]

    def change(line):
        is_one = line.what == "answer" and line.detail["order"] == order and line.at_ms >= told
        return replace(line, detail={**line.detail, "said": said}) if is_one else line

    assert found in wrong(doctored(trial, change))


@pytest.mark.parametrize(
    ("case", "change", "found"),
    [
        ("source-central-shares-down", {"area": None}, "central-orders"),
        ("source-central-shares-down", {"title": "khác"}, "central-shares-whole"),
        ("source-central-shares-down", {"of": "another"}, "central-withdraws"),
    ],
)
def test_what_the_centre_shares_is_changed(central, case, change, found):
    def other(line):
        if line.what != "arrived":
            return line
        return replace(line, detail={**line.detail, "says": {**line.detail["says"], **change}})

    assert found in wrong(doctored(central[case], other))


@pytest.mark.parametrize("kind", ["statistics", "report"])
def test_what_the_centre_gathers_twice_or_changed(central, kind):
    trial = central["source-central-gathers"]
    found = {"statistics": "central-has-figures", "report": "central-has-reports"}[kind]

    def change(make):
        def one(line):
            said = line.detail.get("said") if line.what == "answer" else None
            if not isinstance(said, list):
                return line
            return replace(line, detail={**line.detail, "said": make(said)})

        return one

    twice = change(lambda said: [*said, *[each for each in said if each["kind"] == kind]])
    assert wrong(doctored(trial, twice)) == {found}
    other = {"figures": [["devices", 1]], "files": ["0"]}
    changed = change(lambda said: [{**e, **other} if e["kind"] == kind else e for e in said])
    assert wrong(doctored(trial, changed)) == {found}


def test_no_token_is_in_a_record(good, around):
    text = "".join(
        str(each.detail) for case in OF_PROVINCES[:2] for each in good(case).record.happenings
    )
    known = around.wrong._peers.values()
    tokens = [token for each in known for token in (each.shows, each.is_shown)]
    assert tokens
    assert not [token for token in tokens if token in text]
