"""Records in which a case saw too little: they pass no check, nor are laid to the system."""

import json

import pytest

from conformance.case import judged
from conformance.record import Happening, Record
from conformance.source_suites import CASES
from conformance.trial import ALIVE

NAMES = ["a", "b", "c"]
ROSTER = {
    "devices": NAMES,
    "communes": ["1", "1", "2"],
    "connected": NAMES,
    "profiles": ["speaker-reference"] * 3,
}
HERE, EVERYWHERE = (["1"], False), ([], True)


def seen(case, *lines):
    """What each check of a case sees in these lines."""
    fleet, end = Happening(0, "fleet", ROSTER), Happening(100_000, "end")
    found = judged(CASES[f"source-{case}"], Record([fleet, *lines, end]))
    return {name: each.ok for name, each in found.items()}


def told(at_ms, name, order, where=HERE, kind="Issue", **words):
    area = dict(zip(("communes", "everywhere"), where, strict=True), devices=[])
    payload = json.dumps({"times": 1, **words})
    detail = {"name": name, "order": order, "kind": kind, "payload": payload, "area": area}
    return Happening(at_ms, "told", detail)


def act(at_ms, name, order, said=None, refusal=None, status=None, of=None):
    """An act of a person, with its answer a moment later."""
    words = {"order": order, "refusal": refusal, "status": status, "said": said, "id": of}
    return told(at_ms, name, order, kind="Look"), Happening(at_ms + 5, "answer", words)


def reached(at_ms, order, places=(0, 1), action="Play"):
    detail = {"order": order, "item": f"{order}.1", "action": action, "devices": [*places]}
    times = {"received_ms": [0] * len(places), "until_ms": {}}
    return Happening(at_ms, "reached", {**detail, **times, "doubled": 0})


def sounded(at_ms, order, until_ms=1_000, places=(0, 1)):
    stretches = {"from_ms": [0] * len(places), "until_ms": [until_ms] * len(places)}
    detail = {"order": order, "item": f"{order}.1", "devices": [*places]}
    return Happening(at_ms, "sounded", {**detail, **stretches})


def moved(at_ms, what, *places):
    return Happening(at_ms, what, {"devices": [*places], "at_ms": [0] * len(places)})


def link(at_ms, what, *devices):
    return Happening(at_ms, f"link-{what}", {"devices": [*devices]})


def test_what_came_to_nobody_came_to_nobody_outside_by_chance():
    order = told(10, "emergency", "k")
    assert seen("emergency-one-commune", order)["source-nobody-outside"] is None
    inside = seen("emergency-one-commune", order, reached(20, "k"))
    assert inside["source-nobody-outside"] is True
    outside = seen("emergency-one-commune", order, reached(20, "k", [2]))
    assert outside["source-nobody-outside"] is False


def test_a_delay_counts_devices_that_were_never_told():
    orders = [told(10, f"emergency {run}", f"k{run}", EVERYWHERE) for run in range(2)]
    lines = [*orders, reached(30, "k0", [0, 1, 2]), reached(30, "k1", [0])]
    case = CASES["source-emergency-everywhere"]
    found = judged(case, Record([Happening(0, "fleet", ROSTER), *lines, Happening(9_010, "end")]))
    delay = found["source-emergency-delay"]
    assert delay.measured.values_ms == (20, 20, 20, 20, 9_000, 9_000)
    assert delay.says.en.endswith("; 2 times it never came to a device")


def test_nothing_is_ended_where_nothing_was_heard():
    lines = [
        *(told(10, "emergency", "k"), reached(20, "k")),
        *(told(5_000, "cancel", "c", kind="Cancel"), reached(5_010, "k", action="Cancel")),
    ]
    assert seen("emergency-cancelled", *lines) == {"source-cancel-ends-it": None}
    heard = seen("emergency-cancelled", *lines, sounded(1_000, "k", 4_050))
    assert heard == {"source-cancel-ends-it": True}
    after = seen("emergency-cancelled", *lines, sounded(6_000, "k"))
    assert after == {"source-cancel-ends-it": False}


def test_an_emergency_without_an_end_does_not_hide_what_is_heard_with_it():
    lines = [
        *(told(10, "normal", "k1"), told(2_900, "emergency", "k2")),
        told(20_000, "cancel", "c", kind="Cancel"),
        *(sounded(1_000, "k1", 19_100), sounded(3_000, "k2", None)),
    ]
    assert seen("emergency-over-normal", *lines) == {"emergency-over-normal": False}


def test_a_sign_of_life_is_no_play_of_the_case():
    alive = (told(1, f"{ALIVE} before", "L"), reached(2, "L", [2]), sounded(3, "L", places=[2]))
    found = seen("repeats", *alive, told(10, "normal", "k"))
    assert (found["source-no-duplicates"], found["source-told-once"]) == (None, None)


LOOK = ("state", "s1")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([act(20, *LOOK, refusal="busy", status=503)], (None, None)),
        ([act(20, *LOOK, [])], (False, None)),
        ([act(20, *LOOK, [["a", "online"]])], (False, None)),
        ([act(20, *LOOK, [["a", "lost"]]), act(40, "state", "s2", [["a", "lost"]])], (True, None)),
        (
            [
                act(20, *LOOK, [["a", "lost"]]),
                (moved(35, "joined", 0),),
                act(40, "state", "s2", [["a", "lost"]]),
            ],
            (True, False),
        ),
        (
            [act(20, *LOOK, [["a", "lost"]]), act(40, "state", "s2", [["a", "online"]])],
            (True, True),
        ),
    ],
    ids=["no answer", "not in the list", "not shown", "not back", "return not shown", "shown"],
)
def test_a_loss_and_a_return_that_could_not_be_looked_at(lines, expected):
    off, on = link(10, "off", "a"), link(30, "on", "a")
    found = seen("device-lost", off, on, *(each for some in lines for each in some))
    assert tuple(found.values()) == expected


@pytest.mark.parametrize(
    ("shown", "moves", "ok"),
    [
        (["online"] * 3, [], True),
        (["online", "online", "lost"], [], False),
        (["online", "online", "lost"], [moved(50, "left", 2)], None),
        (["online", "lost", "lost"], [moved(50, "left", 2)], False),
        (["online", "online", "lost"], [moved(50, "left", 2), moved(60, "joined", 2)], False),
        (["online", "online", "lost"], [moved(500, "left", 2)], False),
        (["online"] * 3, [moved(50, "left", 2)], True),
    ],
)
def test_a_device_that_left_by_itself_is_rightly_shown_lost(shown, moves, ok):
    rows = [list(row) for row in zip(NAMES, shown, strict=True)]
    assert seen("states", *act(100, "states", "s", rows), *moves) == {"source-shows-online": ok}


def test_who_was_told_before_the_return_was_not_away():
    order = (told(10, "late", "k"), link(5, "off", "a", "b"), link(1_000, "on", "a", "b"))
    lines = (*order, moved(1_200, "joined", 0, 1), sounded(2_000, "k"))
    assert seen("late-devices", *lines, reached(1_300, "k"))["source-late-told"] is True
    assert seen("late-devices", *lines, reached(20, "k"))["source-late-told"] is None


def test_what_was_sent_all_the_same_is_found_whatever_was_answered_and_however_it_is_called():
    check = {"source-not-without-approval": False}
    failed = act(10, "returned", "k", refusal="a fault", status=503)
    assert seen("returned", *failed, reached(20, "k")) == check
    refused = act(10, "returned", "k", refusal="no", status=409)
    assert seen("returned", *refused, sounded(20, None)) == check
    assert seen("returned", *refused) == {"source-not-without-approval": True}


def figures(devices, register):
    plays = {"plays": 0, "devices": devices}
    return [
        *(told(1, "normal", "k"), *act(2, "before", "b", plays), *act(20, "after", "f", plays)),
        *act(30, "states", "s", {"online": devices}),
        *act(40, "register", "r", [["a", "1", "ip-speaker"]] * register),
    ]


@pytest.mark.parametrize(("devices", "register", "ok"), [(0, 0, None), (2, 2, True), (2, 0, False)])
def test_nothing_does_not_add_up(devices, register, ok):
    found = seen("statistics", *figures(devices, register))
    assert found["source-statistics-add-up"] is ok


def audit(again, afterwards, sender="p2"):
    rows = [[10, "p1", "c", "B"], [11, "p2", "a", "B"], [12, "p2", "ap", "B"]]
    rows.append([13, sender, "issue", "O"])
    return [
        *act(9, "normal: compose", "k0", of="B"),
        *act(12, "order", "k1", of="O"),
        *act(20, "audit", "a1", rows),
        *act(30, "audit again", "a2", [*again, *rows]),
        *act(40, "wrong password", "w", refusal="no", status=401),
        *act(50, "audit afterwards", "a3", [*afterwards, *again, *rows]),
    ]


LOOKED, WRONG = [30, "admin", "looked", "audit"], [40, "p1", "refused", "p1"]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (audit([], [WRONG]), (True, True)),
        (audit([], []), (True, False)),
        (audit([LOOKED], [[50, *LOOKED[1:]]]), (True, False)),
        (audit([LOOKED], [[50, *LOOKED[1:]], WRONG]), (True, True)),
        (audit([], [WRONG], sender=None), (False, True)),
    ],
    ids=["noted", "not noted", "looking is noted", "both are noted", "who sent is not said"],
)
def test_an_entry_on_looking_is_none_on_a_wrong_password(lines, expected):
    assert tuple(seen("audit", *lines).values()) == expected


def test_an_audit_log_is_looked_at_while_nobody_else_writes_into_it():
    assert CASES["source-audit"].alone


ORDERS = ("normal", "told to be second", "told to be first")


def in_order(answered_ms, places=(0, 1)):
    lines = []
    for number, name in enumerate(ORDERS):
        order = told(1_000, name, f"k{number}", not_before_ms=6_000)
        answer = Happening(answered_ms, "answer", {"order": f"k{number}", "refusal": None})
        lines += [order, answer, sounded(9_000 - 1_000 * number, f"k{number}", places=places)]
    return lines


@pytest.mark.parametrize(
    ("lines", "ok"),
    [(in_order(1_500), True), (in_order(4_500), None), (in_order(1_500, [0]), None)],
    ids=["in time", "too late to be ordered", "not heard everywhere"],
)
def test_an_order_of_plays_that_nobody_could_keep(lines, ok):
    assert set(seen("order", *lines).values()) == {ok}


def test_a_play_that_was_asked_for_too_late_is_not_late():
    late = in_order(6_500)[:2]
    found = seen("normal-at-its-time", *late, sounded(9_500, "k0"))
    assert found["normal-at-its-time"] is None
    found = seen("normal-at-its-time", *in_order(1_500)[:2], sounded(9_500, "k0"))
    assert found["normal-at-its-time"] is False


def test_an_order_that_could_not_be_asked_for_again_was_asked_for_once():
    noted = {"order": "k", "devices": [0, 1], "entries": ["1", "1"], "began_ms": [0, 0]}
    lines = [*act(10, "normal", "k"), sounded(20, "k"), Happening(30, "noted", noted)]
    silent = seen("security-replay", *lines, *act(40, "again", "k", refusal="cut", status=0))
    assert silent["source-order-once"] is None
    taken = seen("security-replay", *lines, *act(40, "again", "k"))
    assert taken["source-order-once"] is True


TRIES = (
    *(f"wrong secret {number}" for number in range(1, 7)),
    *("no secret", "another's secret", "default secret 1", "default secret 2", "own secret"),
)


@pytest.mark.parametrize(("status", "ok"), [(None, None), (0, None), (401, False)])
def test_who_cannot_be_tried_is_not_locked_out(status, ok):
    lines = [
        line
        for number, name in enumerate(TRIES)
        for line in act(10 * number, name, f"k{number}", refusal="no", status=status)
    ]
    assert seen("security-impersonation", *lines)["source-device-not-locked-out"] is ok


def test_where_nobody_else_was_there_nobody_was_disturbed():
    tries = [
        line
        for number, name in enumerate(("announced", "sent", "nested", "header", "not-http"))
        for line in act(10 * number, name, f"k{number}", refusal="no", status=413)
    ]
    assert seen("security-too-much", *tries)["source-others-stay"] is True
    alone = seen("security-too-much", *tries, link(5, "off", *NAMES))
    assert alone["source-others-stay"] is None
