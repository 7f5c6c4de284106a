"""What breaks, as a scenario file says it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios import faults, loader
from scenarios.problems import BadInput
from scenarios.scenario import (
    Area,
    ClockError,
    Fault,
    ForeignCapture,
    Outage,
    ServerFailure,
    ServerTrouble,
    Spread,
    Storm,
)

HEAD = """\
ttcs: 1
title: {vi: "Thử", en: "Trial"}
era: "2022"
start: "2022-09-26T00:00:00+07:00"
end: "2022-09-28T00:00:00+07:00"
territory: {province: "52"}
fleet:
  - {where: all, profile: speaker-reference, clusters: 12, link: 4g, basis: assumed}
faults:
"""
EIGHT = 'at: "2022-09-26T08:00:00+07:00"'
TRACK = "along: [[13.8, 110.2], [13.9, 108.5]]"
HOUR = 3_600_000
EVERYWHERE = Area(everywhere=True)


def fault(written: str) -> Fault:
    (read,) = loader.parse("s.yaml", f"{HEAD}  - {{{written}}}\n".encode()).scenario.faults
    return read


def line(written: str) -> str:
    with pytest.raises(BadInput) as refused:
        fault(written)
    (problem,) = refused.value.problems
    return str(problem).split(": ", 1)[1]


def test_an_outage_of_a_fixed_time_and_one_that_differs_from_place_to_place():
    assert fault(f"outage: [mains, cell], where: all, {EIGHT}, lasts: 2h, basis: b") == Outage(
        ("mains", "cell"), EVERYWHERE, 8 * HOUR, Spread(2 * HOUR, 2 * HOUR), "b"
    )
    written = f"outage: [sim], where: all, {EIGHT}, lasts: {{p50: 2h, p90: 5h}}, share: 0.5%"
    assert fault(f"{written}, basis: b") == Outage(
        ("sim",), EVERYWHERE, 8 * HOUR, Spread(2 * HOUR, 5 * HOUR), "b", 5_000
    )


def test_a_storm_that_says_no_more_than_it_must():
    storm = fault(f"outage: [mains], {TRACK}, radius: 60km, lasts: 2d, basis: b")
    assert isinstance(storm, Storm)
    assert storm.track == ((13.8, 110.2), (13.9, 108.5))
    assert (storm.radius_m, storm.at_ms) == (60_000, 0)
    assert (storm.cell_after, storm.cell_later_ms) == (Spread(4 * HOUR, 12 * HOUR), 2 * HOUR)
    # 184 km at 20 km/h.
    assert 9 * HOUR < storm.until_ms < 10 * HOUR


def test_a_storm_that_says_it_all():
    written = (
        f'outage: [cell, fibre], {TRACK}, radius: 500m, {EIGHT}, until: "2022-09-29T08:00:00+07:00"'
        ", lasts: 2d, cell_after: 0s, cell_later: 30m, basis: b"
    )
    storm = fault(written)
    assert isinstance(storm, Storm)
    assert (storm.at_ms, storm.until_ms) == (8 * HOUR, 80 * HOUR)
    assert (storm.cell_after, storm.cell_later_ms) == (Spread(0, 0), HOUR // 2)


def test_the_other_faults():
    assert fault(f"fails: broker, {EIGHT}, lasts: 3m, basis: b") == ServerFailure(
        "broker", 8 * HOUR, 180_000, "b"
    )
    assert fault("clock: -90s, where: all, share: 20%, basis: b") == ClockError(
        -90_000, EVERYWHERE, "b", 200_000
    )
    assert fault("clock: +7h, where: all, basis: b") == ClockError(7 * HOUR, EVERYWHERE, "b")
    captured = f'captured: fm, where: {{commune: "21598"}}, {EIGHT}, lasts: 25m, basis: b'
    assert fault(captured) == ForeignCapture(Area(communes=("21598",)), 8 * HOUR, 25 * 60_000, "b")


def test_troubles_of_the_source_system():
    when = f"{EIGHT}, lasts: 3m, basis: b"
    at_ms, lasts_ms = 8 * HOUR, 180_000
    assert fault(f"full: disk, {when}") == ServerTrouble("full-disk", at_ms, lasts_ms, "b")
    assert fault(f"slow: 300ms, {when}") == ServerTrouble(
        "slow-database", at_ms, lasts_ms, "b", 300
    )
    assert fault(f"server_clock: -20s, {when}") == ServerTrouble(
        "wrong-clock", at_ms, lasts_ms, "b", -20_000
    )


OUTAGE = f"outage: [mains], where: all, {EIGHT}, basis: b"
STORM = f"outage: [mains], radius: 60km, lasts: 2d, basis: b, {EIGHT}"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("where: all", "faults[0].outage: is missing, "
         "expected a fault: a mapping with outage, fails, clock, captured, full, slow or "
         "server_clock"),
        (f"{OUTAGE}, lasts: {{p50: 2h}}", "faults[0].lasts.p90: is missing, "
         "expected a duration such as 2h, or a mapping with p50 and p90"),
        (f"{OUTAGE}, lasts: {{p50: 2h, p90: 1h}}",
         'faults[0].lasts.p90: is "1h", expected at least p50'),
        (f"{OUTAGE}, lasts: 0s", 'faults[0].lasts: is "0s", expected more than 0'),
        (f"{OUTAGE}, lasts: 2h, share: 0%", 'faults[0].share: is "0%", expected more than 0'),
        (f"{OUTAGE}, lasts: 2h, share: 101%",
         'faults[0].share: is "101%", expected a share of at most 100%'),
        (f"{OUTAGE}, lasts: 2h, share: 0.2",
         "faults[0].share: is the number 0.2, expected a share with its sign, such as 20%"),
        (f"{OUTAGE}, lasts: 2h, clock: +7h", "faults[0].clock: is an unknown field, "
         "expected one of outage, where, at, lasts, share, basis"),
        (f"{STORM}, along: [[13.8, 110.2]]", "faults[0].along: is a list, "
         "expected a list of 2 to 100 points [latitude, longitude]"),
        (f"{STORM}, along: [[13.8, 110.2], [13.8, 110.2]]",
         "faults[0].along: is one point again and again, "
         "expected a track with two points that differ"),
        (f"{STORM}, along: [[110.2, 13.8], [13.9, 108.5]]",
         "faults[0].along[0][0]: is the number 110.2, expected degrees from -90 to 90"),
        (f'{STORM}, {TRACK}, until: "2022-09-26T08:00:00+07:00"', "faults[0].until: is "
         '"2022-09-26T08:00:00+07:00", expected a moment after the storm\'s at'),
        (f"{STORM.replace('60km', '60')}, {TRACK}", "faults[0].radius: is the number 60, "
         "expected a length with its unit, such as 500m or 60km"),
        (f"{STORM.replace('mains', 'sim')}, {TRACK}",
         'faults[0].outage[0]: is "sim", expected mains, cell or fibre'),
        ("clock: +0s, where: all, basis: b",
         'faults[0].clock: is "+0s", expected more or less than 0'),
        ("clock: 7h, where: all, basis: b", 'faults[0].clock: is "7h", '
         "expected a duration with its sign and unit, such as +7h or -90s"),
        (f"fails: network, {EIGHT}, lasts: 3m, basis: b",
         'faults[0].fails: is "network", expected server or broker'),
        (f"full: memory, {EIGHT}, lasts: 3m, basis: b",
         'faults[0].full: is "memory", expected disk'),
        (f"slow: 0ms, {EIGHT}, lasts: 3m, basis: b",
         'faults[0].slow: is "0ms", expected more than 0'),
        (f"server_clock: 20s, {EIGHT}, lasts: 3m, basis: b", 'faults[0].server_clock: is "20s", '
         "expected a duration with its sign and unit, such as +7h or -90s"),
        (f"captured: am, where: all, {EIGHT}, lasts: 3m, basis: b",
         'faults[0].captured: is "am", expected fm'),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_one_line(written, expected):
    assert line(written) == expected


def test_everything_wrong_with_a_storm_is_told():
    written = "outage: [mains], along: [[95, 0], [0, 200]], radius: 0m, lasts: 2, basis: b"
    with pytest.raises(BadInput) as refused:
        fault(written)
    assert [problem.place for problem in refused.value.problems] == [
        "faults[0].along[0][0]",
        "faults[0].along[1][1]",
        "faults[0].radius",
        "faults[0].lasts",
    ]


DEGREES = st.tuples(st.integers(-90, 90), st.integers(-180, 180))


@given(st.lists(DEGREES, min_size=2, max_size=4, unique=True))
def test_a_track_takes_as_long_back_as_there_and_never_no_time(track):
    written = f"outage: [mains], along: {[list(p) for p in track]}, radius: 1km, lasts: 1h"
    back = written.replace(str([list(p) for p in track]), str([list(p) for p in track[::-1]]))
    there_ms, back_ms = (
        fault(f"{text}, basis: b").until_ms  # type: ignore[union-attr]  # along makes it a storm
        for text in (written, back)
    )
    assert there_ms == back_ms > 0


def test_once_round_the_equator_at_the_assumed_speed():
    quarter = "outage: [mains], along: [[0, 0], [0, 90]], radius: 1km, lasts: 1h, basis: b"
    storm = fault(quarter)
    assert isinstance(storm, Storm)
    assert storm.until_ms / HOUR == pytest.approx(10_007_543 / faults.STORM_SPEED_M_PER_H, rel=1e-4)
