"""Plays that were asked for, told and heard, judged by records written by hand."""

import json

from hypothesis import given
from hypothesis import strategies as st

from conformance.checks.fleet import Fleet
from conformance.checks.repetition import as_often_as_asked, no_duplicates, told_once
from conformance.record import Happening, Record

NAMES = ["d0", "d1", "d2"]
PLAYS = st.dictionaries(st.sampled_from(range(3)), st.integers(0, 4))


def fleet(times, told, heard, doubled=0):
    """Of devices that were told, and heard, so many plays of an order for all of them."""
    roster = {"devices": NAMES, "communes": ["1"] * 3, "connected": NAMES}
    area = {"everywhere": True, "communes": [], "devices": []}
    payload = json.dumps({"times": times})
    order = {"name": "normal", "order": "k", "kind": "Issue", "payload": payload, "area": area}
    lines = [Happening(0, "fleet", roster), Happening(1, "told", order)]
    for number in range(4):
        about = {"order": "k", "item": f"k.{number}"}
        places = [place for place, plays in told.items() if plays > number]
        if places:
            words = {"action": "Play", "devices": places, "doubled": doubled}
            lines.append(Happening(10 + number, "reached", {**about, **words}))
        places = [place for place, plays in heard.items() if plays > number]
        if places:
            lines.append(Happening(20 + number, "sounded", {**about, "devices": places * 2}))
    return Fleet(Record(lines))


@given(st.integers(1, 3), PLAYS, PLAYS)
def test_more_plays_than_asked_for_are_found_wherever_they_are(times, told, heard):
    seen = no_duplicates(fleet(times, told, heard))
    most = max((*told.values(), *heard.values()), default=0)
    assert seen.ok is (most <= times if any(heard.values()) else None)


@given(st.integers(1, 3), PLAYS)
def test_as_often_as_asked_is_neither_more_nor_less(times, heard):
    seen = as_often_as_asked(fleet(times, {}, heard), "normal")
    assert seen.ok is all(heard.get(place) == times for place in range(3))


def test_two_stretches_of_a_play_that_was_cut_are_one_play():
    assert no_duplicates(fleet(1, {0: 1}, {0: 1})).ok is True


def test_being_told_again_is_found():
    assert told_once(fleet(1, {0: 1}, {0: 1})).ok is True
    assert told_once(fleet(1, {0: 1}, {0: 1}, doubled=1)).ok is False
    assert told_once(fleet(1, {}, {})).ok is None
