"""The fleet around a source system, and that its arrays say what its events said."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.checks.fleet import Fleet
from conformance.record import Happening, Record
from conformance.sources.acts import Place
from conformance.sources.fleet import Gathered, residents
from simulator.emulator.events import Event

NAMES = [f"loa-{number}" for number in range(6)]
ITEM = "k/1"


@pytest.mark.parametrize("devices", [8, 50, 1_000])
def test_a_fleet_is_mixed_and_spread_over_communes(devices):
    fleet = residents(Place("province", "52"), "2022", devices)
    assert len({each.name for each in fleet}) == len(fleet) == devices
    by_commune = Counter(each.commune for each in fleet)
    assert len(by_commune) == min(max(3, devices // 10), 10) + 1
    assert by_commune.pop(fleet[-1].commune) == 1
    assert max(by_commune.values()) - min(by_commune.values()) <= 1
    assert (len({each.profile.id for each in fleet}) > 3) == (devices > 8)


def record(gathered, key="k"):
    roster = {"devices": NAMES, "communes": ["00001"] * len(NAMES)}
    told = {"name": "order", "order": key, "area": {"everywhere": True}}
    return Record(
        [
            Happening(0, "fleet", roster),
            Happening(0, "told", told),
            *gathered.happenings(lambda item: item.partition("/")[0] if item else None),
        ]
    )


@given(
    st.lists(st.tuples(st.sampled_from(NAMES), st.integers(1, 9_999)), max_size=20),
    st.lists(
        st.tuples(st.sampled_from(NAMES), st.integers(1, 9_999), st.integers(1, 9_999)), max_size=20
    ),
)
def test_nothing_that_happened_is_lost_or_made_up(ordered, ended):
    gathered = Gathered(NAMES)
    for device, at_ms in ordered:
        words = {"order": device, "action": "Play", "item": ITEM}
        gathered(Event(at_ms, device, "ordered", words))
    for device, from_ms, length_ms in ended:
        words = {"item": ITEM, "start_ms": from_ms, "end_ms": from_ms + length_ms}
        gathered(Event(from_ms + length_ms, device, "ended", words))
    fleet = Fleet(record(gathered))
    first = dict(reversed(ordered))
    assert fleet.reached("order") == {NAMES.index(d): at_ms for d, at_ms in first.items()}
    heard = sorted((p, *stretch) for p, each in fleet.sounded("order").items() for stretch in each)
    assert heard == sorted((NAMES.index(d), f, f + length) for d, f, length in ended)
    lines = list(fleet.record.of("reached", "sounded"))
    assert len(lines) == bool(ordered) + bool(ended), "one line, however many devices"


def test_what_still_sounds_has_no_end():
    gathered = Gathered(NAMES)
    gathered(Event(5, NAMES[2], "began", {"item": ITEM}))
    assert Fleet(record(gathered)).sounded("order") == {2: [(5, None)]}


def test_what_nobody_asked_for_is_told_apart():
    gathered = Gathered(NAMES)
    gathered(Event(9, NAMES[1], "ended", {"item": None, "start_ms": 5, "end_ms": 9}))
    fleet = Fleet(record(gathered))
    assert list(fleet.unasked()) == [(1, "")]
    assert fleet.sounded("order") == {}
