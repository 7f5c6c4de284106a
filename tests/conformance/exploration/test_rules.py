"""The rules on records written by hand: each has something that breaks it, and something near."""

import pytest

from conformance.exploration.history import History
from conformance.exploration.rules import RULES
from conformance.exploration.steps import Step, written
from conformance.record import Happening, Record

END = 200_000


def play(word, **more):
    return Step(word, 1_000, length_ms=20_000, codec="mp3", **more)


def history(*steps, told=None, sounds=(), more=()):
    """Steps that are told at these instants (every second if none) and taken 100 ms later; `sounds`
    are `number, from, until`."""
    told = told or [1_000 * number for number in range(1, len(steps) + 1)]
    lines = [(0, "conversation", {"steps": written(steps)}), *more, (END, "end", {})]
    for number, (step, at_ms) in enumerate(zip(steps, told, strict=True), 1):
        order, refusal = f"p-{number + 1}", "late" if step.word == "expired" else None
        lines.append((at_ms, "told", {"name": f"{step.word} {number}", "order": order}))
        detail = {"order": order, "own_ms": at_ms, "refusal": refusal}
        lines.append((at_ms + 100, "answer", detail))
    for number, from_ms, until_ms in sounds:
        detail = {"item": f"p-{number}", "volume": 80}
        lines.append((from_ms, "sounds", detail))
        if until_ms is not None:
            lines.append((until_ms, "silent", detail))
        lines += entry(number, from_ms, until_ms or END)
    return History(Record([Happening(*line) for line in lines]))


def entry(number, from_ms, until_ms, sequence=None):
    detail = {"boot": "b", "sequence": from_ms if sequence is None else sequence}
    detail |= {"item": f"p-{number}", "outcome": "played"}
    return [(until_ms, "entry", {**detail, "started_ms": from_ms, "ended_ms": until_ms})]


def status(at_ms, item="", volume=80, boot="b"):
    detail = {"playing": bool(item), "item": item, "volume": volume, "boot": boot}
    return (at_ms, "status", detail)


def broken(told):
    return {name for name, rule in RULES.items() if next(rule(told), None) is not None}


NORMAL, EMERGENCY = play("normal"), play("emergency")
GOOD = ((1, 2_000, 22_000),)


@pytest.mark.parametrize(
    "told",
    [
        history(NORMAL, sounds=GOOD),
        history(NORMAL, EMERGENCY, sounds=((1, 2_000, 3_000), (2, 3_000, 23_000))),
        history(
            NORMAL, EMERGENCY, sounds=((1, 2_000, 3_000), (2, 3_000, 23_000), (1, 24_000, 42_000))
        ),
        history(NORMAL, Step("cancel", 1_000, of=1), sounds=((1, 2_000, 3_500),)),
        history(
            NORMAL, Step("volume", 1_000, percent=50), sounds=GOOD, more=[status(60_000, volume=50)]
        ),
        history(play("expired")),
        history(NORMAL, sounds=GOOD, more=[status(10_000, "p-1"), status(60_000)]),
        history(NORMAL, NORMAL, sounds=(*GOOD, (2, 22_500, 42_500))),
    ],
)
def test_a_device_that_is_right_breaks_none(told):
    assert broken(told) == set()


LINK = [(500, "link-off", {}), (100_000, "link-on", {}), (101_000, "connected", {})]


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("heard-when-due", history(NORMAL)),
        ("heard-when-due", history(NORMAL, EMERGENCY, sounds=(*GOOD, (2, 22_500, 42_500)))),
        (
            "heard-when-due",
            history(play("priority", after_ms=20_000), sounds=((1, 32_000, 52_000),)),
        ),
        (
            "in-order",
            history(
                NORMAL, NORMAL, EMERGENCY, sounds=(*GOOD, (2, 22_500, 42_500), (3, 43_000, 63_000))
            ),
        ),
        (
            "in-order",
            history(
                NORMAL,
                NORMAL,
                NORMAL,
                told=(1_000, 5_000, 9_000),
                sounds=(*GOOD, (3, 22_500, 42_500), (2, 43_000, 63_000)),
            ),
        ),
        ("one-at-a-time", history(NORMAL, EMERGENCY, sounds=(*GOOD, (2, 3_000, 23_000)))),
        ("withdrawn-is-silent", history(NORMAL, Step("cancel", 1_000, of=1), sounds=GOOD)),
        (
            "withdrawn-is-silent",
            history(NORMAL, Step("stop", 1_000), told=(1_000, 9_000), sounds=GOOD),
        ),
        (
            "withdrawn-is-silent",
            history(
                play("scheduled", after_ms=20_000),
                Step("withdrawal", 1_000, of=1),
                sounds=((1, 21_000, 41_000),),
            ),
        ),
        ("within-limits", history(play("normal", end_after_ms=15_000), sounds=GOOD)),
        ("within-limits", history(play("normal", valid_ms=15_000), sounds=((1, 30_000, 50_000),))),
        ("within-limits", history(play("normal", after_ms=20_000), sounds=((1, 2_000, 22_000),))),
        ("within-limits", history(play("expired"), sounds=GOOD)),
        ("within-limits", history(NORMAL, sounds=((1, 2_000, None),))),
        ("heard-as-told", history(NORMAL, sounds=(*GOOD, (1, 60_000, 80_000)))),
        ("heard-as-told", history(NORMAL, sounds=(*GOOD, (9, 60_000, 80_000)))),
        ("logged-as-heard", history(NORMAL, sounds=GOOD, more=entry(1, 2_000, 22_000, 1))),
        ("logged-as-heard", history(NORMAL, sounds=GOOD, more=entry(1, 60_000, 80_000))),
        ("state-is-true", history(NORMAL, sounds=GOOD, more=[status(12_000)])),
        ("state-is-true", history(NORMAL, sounds=GOOD, more=[status(60_000, "p-1")])),
        ("state-is-true", history(NORMAL, sounds=GOOD, more=[status(12_000, "p-7")])),
        (
            "volume-as-ordered",
            history(NORMAL, Step("volume", 1_000, percent=50), sounds=GOOD, more=[status(60_000)]),
        ),
        ("stays-up", history(NORMAL, sounds=GOOD, more=[(50_000, "booted", {})])),
        ("stays-up", history(NORMAL, sounds=GOOD, more=[status(50_000, boot="c"), status(60_000)])),
    ],
)
def test_what_is_wrong_breaks_its_rule(rule, told):
    assert f"explored-{rule}" in broken(told)


def test_answers_are_wanted_of_a_device_that_is_there_and_of_no_other():
    def silent(*more):
        lines = [(0, "conversation", {"steps": written([Step("stop", 1_000)])}), *more]
        lines += [(20_000, "told", {"name": "stop 1", "order": "p-2"}), (END, "end", {})]
        return History(Record([Happening(*line) for line in lines]))

    assert broken(silent()) == {"explored-answered"}
    assert broken(silent(*LINK)) == set()
    late = {"order": "p-2", "own_ms": 0, "refusal": None}
    assert broken(silent((26_000, "answer", late))) == {"explored-answered"}
    assert broken(silent((21_000, "answer", {**late, "refusal": "no"}))) == {"explored-answered"}


def test_nothing_is_held_against_what_may_have_crossed_on_the_way():
    away = history(NORMAL, more=LINK)
    assert broken(away) <= {"explored-answered"}, "it could not fetch its sound"
    stopped = history(NORMAL, Step("stop", 1_000), told=(1_000, 1_100))
    assert broken(stopped) == set()
    unheard = history(NORMAL, EMERGENCY, told=(1_000, 1_500), sounds=((2, 2_500, 22_500),))
    assert broken(unheard) == set(), "it may have begun unheard, and been dropped"


def test_where_nobody_listens_nothing_is_judged():
    with pytest.raises(KeyError):
        history(NORMAL, more=[(10, "deaf", {})])
