"""What a report tells, against the tables counted row by row."""

from collections import Counter

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.bundle_reading import read
from reports.findings.communes import province_name
from reports.findings.found import Found
from reports.findings.reach import STEPS_S
from reports.findings.silence import ranges
from reports.findings.timelines import OUTCOMES, WORST_COMMUNES, WORST_ROWS, timelines
from simulator.playout.case import REASONS


@pytest.fixture(scope="module", params=["binh-dinh-day", "reconnect-storm"])
def place(request, bundle_of):
    return bundle_of(request.param)


@pytest.fixture(scope="module")
def found(place):
    return Found.of(read(place))


@pytest.fixture(scope="module")
def plays(place):
    return pq.read_table(place / "tables" / "plays.parquet").to_pylist()


def test_reach_is_what_the_plays_say(found, plays):
    assert found.reaches
    commune_of = {
        device: found.communes.all[place].code
        for device, place in zip(
            (found.bundle.tables["devices"].names("device").names),
            found.communes.of_device.tolist(),
            strict=True,
        )
    }
    for reach in found.reaches:
        issued, sounded = {}, {}
        for play in plays:
            if play["item"].rpartition("/")[0] != reach.results["id"]:
                continue
            device = play["device"]
            issued[device] = min(issued.get(device, play["issued_ms"]), play["issued_ms"])
            if (at := play["first_sound_ms"]) is not None:
                sounded[device] = min(sounded.get(device, at), at)
        assert reach.devices.sum() == len(issued)
        for step, seconds in enumerate((*STEPS_S, 10**9)):
            within = Counter(
                commune_of[device]
                for device, at in sounded.items()
                if at - issued[device] <= seconds * 1_000
            )
            told = zip(found.communes.all, reach.heard[:, step].tolist(), strict=True)
            assert {one.code: number for one, number in told if number} == dict(within)


def test_latencies_count_every_play_of_what_is_pictured(found, plays):
    pictured = {reach.results["id"] for reach in found.reaches}
    these = [play for play in plays if play["item"].rpartition("/")[0] in pictured]
    assert sum(one.plays for one in found.latencies) == len(these)
    heard = [play["latency_ms"] for play in these if play["latency_ms"] is not None]
    assert sum(one.heard for one in found.latencies) == len(heard)
    assert max(one.longest.value for one in found.latencies) == max(heard)


def test_silent_devices_missed_every_play_for_their_causes(found, plays):
    causes, heard = {}, set()
    for play in plays:
        key = play["item"].rpartition("/")[0], play["device"]
        causes.setdefault(key, set()).add(play["cause"])
        if play["first_sound_ms"] is not None:
            heard.add(key)
    bulletins = {one["id"] for one in found.bundle.results["bulletins"]}
    silent = {key: why for key, why in causes.items() if key not in heard and key[0] in bulletins}
    assert {
        (one.bulletin, device): set(one.causes) for one in found.silences for device in one.devices
    } == silent


def test_timelines_hold_every_segment_and_every_miss(found, plays, place):
    told = timelines(found.bundle, found.communes)
    segments, missed = Counter(), Counter()
    for groups in told.groups:
        for pattern, _, devices in groups:
            for item, outcome, *pieces in told.patterns[pattern]:
                missed[OUTCOMES[outcome]] += devices
                for start, end, reason in zip(pieces[::3], pieces[1::3], pieces[2::3], strict=True):
                    assert start < end
                    segments[told.items[item], start, end, REASONS[reason]] += devices
    unit = told.resolution_ms
    written = pq.read_table(place / "tables" / "segments.parquet").to_pylist()
    assert segments == Counter(
        (one["item"], one["start_ms"] // unit, -(-one["end_ms"] // unit), one["reason"])
        for one in written
    )
    expected = Counter(
        one["cause"] if one["cause"] != "heard" else "complete" if one["complete"] else "partial"
        for one in plays
    )
    assert missed == expected


def test_the_worst_communes_are_those_that_missed_most(found, plays):
    commune_of = {
        device: found.communes.all[place].code
        for device, place in zip(
            found.bundle.tables["devices"].names("device").names,
            found.communes.of_device.tolist(),
            strict=True,
        )
    }
    missed = Counter(commune_of[p["device"]] for p in plays if p["first_sound_ms"] is None)
    told = list(dict.fromkeys(found.communes.all[row.commune].code for row in found.worst))
    assert [missed[code] for code in told] == sorted(missed.values(), reverse=True)[:WORST_COMMUNES]
    for code in told:
        rows = [row for row in found.worst if found.communes.all[row.commune].code == code]
        there = [device for device, home in commune_of.items() if home == code]
        assert len(rows) <= WORST_ROWS
        assert sum(row.devices for row in rows) <= len(there)
        if len(rows) < WORST_ROWS:
            assert sum(row.devices for row in rows) == len(there)


def test_a_province_has_its_name():
    assert province_name("2022", "52") == "Bình Định (52)"
    assert province_name("2022", "??") == "??"
    assert province_name("none", "52") == "52"


def test_a_map_of_the_country_is_no_map_of_a_province(found):
    assert found.frame is not None
    assert not found.frame.national


@pytest.mark.parametrize(
    ("devices", "told"),
    [
        ([], ""),
        (["1-01"], "01"),
        (["1-01", "1-02", "1-03", "1-07"], "01–03, 07"),
        (["other", "1-x"], "other, x"),
    ],
)
def test_ranges(devices, told):
    assert ranges(devices, "1") == told


@given(st.sets(st.integers(1, 60), max_size=20))
def test_ranges_name_each_device_once(numbers):
    told = ranges([f"7-{number:02}" for number in sorted(numbers)], "7")
    named = []
    for part in told.split(", ") if told else ():
        first, _, last = part.partition("–")
        named.extend(range(int(first), int(last or first) + 1))
    assert named == sorted(numbers)
