"""Devices that were away, judged by records written by hand."""

import json

import pytest

from conformance.checks.fleet import Fleet
from conformance.checks.outages import (
    counted_truly,
    expired_silent,
    shown_truly,
    told_late,
    withdrawn_silent,
)

NAMES = ["d0", "d1", "d2"]
ROSTER = (0, "fleet", {"devices": NAMES, "communes": ["1", "1", "2"], "connected": NAMES})
OFF, ON = (90, "link-off", {"devices": ["d0", "d1"]}), (20_000, "link-on", {"devices": []})
BACK = (21_000, "joined", {"devices": [0, 1], "at_ms": [0, 500]})


def issued(name, at_ms=100, valid_ms=5_000):
    area = {"everywhere": False, "communes": ["1"], "devices": []}
    payload = json.dumps({"valid_ms": valid_ms, "times": 1})
    told = {"name": name, "order": name, "kind": "Issue", "payload": payload, "area": area}
    return (at_ms, "told", told), (at_ms + 50, "answer", {"order": name, "refusal": None})


def reached(name, at_ms, until_ms, places=(0, 1)):
    times = {
        "received_ms": [0] * len(places),
        "until_ms": {str(place): until_ms - at_ms for place in places},
    }
    return at_ms, "reached", {"order": name, "action": "Play", "devices": [*places], **times}


def sounded(name, at_ms, length_ms, places=(0, 1)):
    stretch = {"from_ms": [0] * len(places), "until_ms": [length_ms] * len(places)}
    return at_ms, "sounded", {"order": name, "devices": [*places], **stretch}


def test_who_is_told_late_is_told_soon_after_the_return(record):
    lines = (ROSTER, *issued("late"), OFF, ON, BACK, reached("late", 21_600, 700_000))
    seen = told_late(Fleet(record(*lines, sounded("late", 22_000, 3_000))), "late")
    assert (seen.ok, seen.measured.values_ms) == (True, (100, 600))
    assert told_late(Fleet(record(*lines)), "late").ok is False
    alone = sounded("late", 22_000, 3_000, [1])
    assert told_late(Fleet(record(*lines, alone)), "late").ok is False


@pytest.mark.parametrize("judge", [expired_silent, lambda f, n: withdrawn_silent(f, n, n)])
def test_of_devices_that_never_came_back_nothing_is_said(record, judge):
    lines = (ROSTER, *issued("old"), OFF, ON)
    assert judge(Fleet(record(*lines)), "old").ok is None
    back = (21_000, "joined", {"devices": [0], "at_ms": [0]})
    assert judge(Fleet(record(*lines, back)), "old").ok is None
    before = (50, "joined", {"devices": [0, 1], "at_ms": [0, 0]})
    assert judge(Fleet(record(*lines, before)), "old").ok is None
    assert judge(Fleet(record(*lines, BACK)), "old").ok is True
    heard = sounded("old", 22_000, 3_000, [1])
    assert judge(Fleet(record(*lines, BACK, heard)), "old").ok is False
    blip = sounded("old", 22_000, 20, [1])
    assert judge(Fleet(record(*lines, BACK, blip)), "old").ok is True


def test_of_what_the_system_did_not_take_nothing_is_said(record):
    told, (at_ms, _, _) = issued("old")
    refused = (at_ms, "answer", {"order": "old", "refusal": "busy"})
    with pytest.raises(KeyError):
        expired_silent(Fleet(record(ROSTER, told, refused, OFF, ON, BACK)), "old")


@pytest.mark.parametrize(("until_ms", "ok"), [(5_150, True), (7_150, True), (7_151, False)])
def test_a_validity_counts_from_when_the_order_was_taken(record, until_ms, ok):
    lines = (ROSTER, *issued("old"), OFF, ON, BACK, reached("old", 21_500, until_ms))
    assert expired_silent(Fleet(record(*lines)), "old").ok is ok


def looked(name, said, at_ms=30_000):
    told = {"name": name, "order": name, "kind": "DeviceStates", "payload": "{}"}
    return (at_ms, "told", told), (at_ms, "answer", {"order": name, "refusal": None, "said": said})


@pytest.mark.parametrize(
    ("shown", "ok"),
    [
        (["offline", "lost", "online"], True),
        (["online", "lost", "online"], False),
        (["unheard", "lost", "online"], False),
        (["lost", "lost", "lost"], False),
        (["lost", "lost", "unheard"], False),
        (["lost", "lost"], False),
    ],
)
def test_the_lost_are_shown_gone_and_the_others_online(record, shown, ok):
    rows = [list(row) for row in zip(NAMES, shown, strict=False)]
    fleet = Fleet(record(ROSTER, *looked("states", rows)))
    assert shown_truly(fleet, "states", ["d0", "d1"]).ok is ok


def test_a_system_that_begins_anew_has_not_heard_of_everybody(record):
    rows = [
        [name, state] for name, state in zip(NAMES, ["unheard", "online", "online"], strict=True)
    ]
    fleet = Fleet(record(ROSTER, *looked("states", rows)))
    assert shown_truly(fleet, "states", (), unheard_is_true=True).ok is True
    assert shown_truly(fleet, "states", ()).ok is False


@pytest.mark.parametrize(
    ("counts", "ok"),
    [
        ({"online": 2, "lost": 1}, True),
        ({"online": 2, "lost": 1, "unheard": 0}, True),
        ({"online": 2}, False),
        ({"online": 3, "lost": 1}, False),
        ({"online": 1, "lost": 2}, False),
    ],
)
def test_what_statistics_count_adds_up_to_the_list(record, counts, ok):
    rows = [["d0", "online"], ["d1", "online"], ["d2", "lost"]]
    said = record(ROSTER, *looked("states", rows), *looked("counts", counts))
    assert counted_truly(said, "counts", "states").ok is ok
