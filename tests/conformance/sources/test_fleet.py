"""The fleet around a source system, and that its arrays say what its events said."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.checks.fleet import Fleet, delivered_after
from conformance.record import Happening, Record
from conformance.sources.acts import Place
from conformance.sources.fleet import Gathered, residents
from scenarios import territory
from simulator.emulator.events import Event

NAMES = [f"loa-{number}" for number in range(6)]
ITEM = "k/1"


@pytest.mark.parametrize("devices", [8, 50, 1_000])
def test_a_fleet_is_mixed_and_spread_over_communes(devices):
    fleet = residents(Place("province", "52"), "2022", devices)
    assert len({each.name for each in fleet}) == len(fleet) == devices
    by_commune = Counter(each.commune for each in fleet)
    assert len(by_commune) == min(max(3, devices // 10), 16) + 1
    assert by_commune.pop(fleet[-1].commune) == 1
    assert max(by_commune.values()) - min(by_commune.values()) <= 1
    assert (len({each.profile.id for each in fleet}) > 3) == (devices > 8)
    for commune in {each.commune for each in fleet[:-1]}:
        kinds = {each.profile.kind for each in fleet if each.commune == commune}
        assert {"ip-speaker", "e-board"} <= kinds


@pytest.mark.parametrize(("era", "many"), [("2022", True), ("2025-07", False)])
def test_communes_are_of_several_districts_where_there_are_any(era, many):
    communes = territory.load(era).communes
    fleet = residents(Place("province", "52"), era, 8)
    assert (len({communes[each.commune].district for each in fleet}) > 1) == many


def record(gathered, key="k"):
    roster = {"devices": NAMES, "communes": ["00001"] * len(NAMES)}
    told = {"name": "order", "order": key, "area": {"everywhere": True}}
    return Record(
        [
            Happening(0, "fleet", roster),
            Happening(0, "told", told),
            *gathered.happenings(lambda item: item.partition("/")[0] if item else None, "k"),
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


@given(
    st.lists(
        st.tuples(st.sampled_from(NAMES), st.none() | st.integers(1, 9_999)),
        min_size=1,
        max_size=20,
    ),
    st.lists(st.tuples(st.sampled_from(NAMES), st.integers(1, 9_999)), max_size=20),
)
def test_how_long_an_order_holds_and_when_an_entry_began_are_kept(told, noted):
    gathered = Gathered(NAMES)
    for device, until_ms in told:
        words = {"order": device, "action": "Play", "item": ITEM, "until_ms": until_ms}
        gathered(Event(500, device, "ordered", words))
    for number, (device, began_ms) in enumerate(noted):
        words = {"boot": "b", "sequence": number, "item": ITEM, "started_ms": began_ms}
        gathered(Event(10_000 + number, device, "noted", words))
    fleet = Fleet(record(gathered))
    latest = {}
    for device, until_ms in told:
        if until_ms is not None:
            place = NAMES.index(device)
            latest[place] = max(until_ms, latest.get(place, 0))
    assert fleet.untils("order") == latest
    assert sorted(fleet.noted("order")) == sorted(
        ((device, f"b-{number}"), began_ms) for number, (device, began_ms) in enumerate(noted)
    )


def test_the_words_that_were_told_and_the_files_that_were_fetched_are_kept():
    gathered = Gathered(NAMES)
    words = {"action": "Play", "item": ITEM, "text": "Thử nghiệm"}
    for device in NAMES[:2]:
        gathered(Event(5, device, "ordered", {"order": device, **words}))
        gathered(Event(6, device, "fetched", {"item": ITEM, "sha256": "a" * 64}))
        gathered(Event(9, device, "ended", {"item": ITEM, "start_ms": 7, "end_ms": 9}))
    fleet = Fleet(record(gathered))
    assert fleet.texts("order") == {"Thử nghiệm"}
    assert fleet.sounds("order") == {"a" * 64}


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


@pytest.mark.parametrize(("asked", "expected_ms"), [({}, 500), ({"asked_ms": 1_300}, 200)])
def test_an_emergency_counts_from_when_the_system_was_asked(asked, expected_ms):
    detail = {"name": "storm", "order": "k", "item": None, "payload": "{}"}
    area = {"everywhere": True, "communes": [], "devices": []}
    reached = {"order": "k", "action": "Play", "devices": [0], "received_ms": [0]}
    record = Record(
        [
            Happening(0, "fleet", {"devices": ["a"], "communes": ["1"]}),
            Happening(1_000, "told", {**detail, "area": area}),
            Happening(1_500, "reached", reached),
            Happening(1_600, "answer", {"order": "k", "refusal": None, **asked}),
            Happening(1_700, "late", {"worst_ms": 70}),
        ]
    )
    found = delivered_after(Fleet(record), ["storm"], "delay", 95)
    assert found.measured.values_ms == (expected_ms,)
    assert found.measured.uncertainty_ms == 70


def test_a_command_that_a_broker_brings_again_was_told_once_and_another_of_the_same_play_twice():
    gathered = Gathered(NAMES)
    for order in ("first", "first", "second"):
        words = {"order": order, "action": "Play", "item": ITEM}
        gathered(Event(5, NAMES[0], "ordered", words))
    (line,) = record(gathered).of("reached")
    assert line.detail["doubled"] == 1


def test_a_case_in_a_lane_is_told_of_its_own_devices_and_orders_alone():
    gathered = Gathered(NAMES, mine=NAMES[:1])
    for name in NAMES[:2]:
        gathered(Event(1, name, "connected", {}))
        for item in ("k/1", "other/1", ""):
            if item:
                gathered(Event(2, name, "ordered", {"order": item, "action": "Play", "item": item}))
            gathered(Event(9, name, "ended", {"item": item, "start_ms": 3, "end_ms": 9}))
    seen = record(gathered)
    assert [each.detail["devices"] for each in seen.of("joined")] == [[0]]
    for what in ("reached", "sounded"):
        where = {each.detail["item"]: each.detail["devices"] for each in seen.of(what)}
        assert where.pop("", [0]) == [0], "a sound that nobody asked for, elsewhere"
        assert where == {"k/1": [0, 1], "other/1": [0]}
