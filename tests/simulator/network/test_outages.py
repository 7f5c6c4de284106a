"""What faults take from devices, against the same said of one device at a time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios import links, profiles
from scenarios.scenario import (
    Area,
    ClockError,
    Fault,
    ForeignCapture,
    Outage,
    Place,
    Scenario,
    ServerFailure,
    Spread,
    Storm,
    Text,
)
from scenarios.territory import Commune
from simulator.fleet import Fleet
from simulator.gaps import FAR
from simulator.network import outages, storms
from simulator.network.philox import Purpose, draw, number

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
EVERYWHERE = Area(everywhere=True)

Intervals = tuple[tuple[int, int], ...]


def fixed(lasts_ms: int) -> Spread:
    return Spread(lasts_ms, lasts_ms)


def profile(boot_ms: int, join_ms: int) -> profiles.Profile:
    return replace(profiles.load("speaker-reference"), boot_ms=boot_ms, join_ms=join_ms)


def fleet_of(
    communes: int, *links_of_a_commune: str, of: Sequence[profiles.Profile] = (profile(5, 3),)
) -> Fleet:
    """A device for each of the links in every commune, the profiles by turns.

    The communes stand a minute of latitude apart, northwards from 12° N, 108° E.
    """
    devices = communes * len(links_of_a_commune)
    commune = np.repeat(np.arange(communes), len(links_of_a_commune))
    names = sorted(set(links_of_a_commune))
    link = [names.index(name) for name in links_of_a_commune] * communes
    return Fleet(
        tuple(
            Commune(f"{n:05}", "xã", f"A{n}", "90", "900", 12 + n / 60, 108.0, False, ())
            for n in range(communes)
        ),
        tuple(of),
        tuple(links.load(name) for name in names),
        commune.astype(np.int32),
        (np.arange(devices) % len(links_of_a_commune) + 1).astype(np.int32),
        (np.arange(devices) % len(of)).astype(np.int16),
        np.array(link, np.int16),
    )


def scenario_of(*faults: Fault, seed: int = 1) -> Scenario:
    return Scenario(
        title=Text("", ""),
        era="2022",
        start=datetime.fromisoformat("2022-09-26T00:00:00+07:00"),
        horizon_ms=10 * DAY,
        seed=seed,
        territory=Place(("90",)),
        fleet=(),
        programme=(),
        bulletins=(),
        faults=faults,
        targets=(),
    )


def everywhere(fleet: Fleet) -> np.ndarray:
    return np.arange(len(fleet))


def over_everything(takes: tuple[str, ...], lasts: Spread, cell_after: Spread) -> Storm:
    """A storm that is everywhere from the beginning of the scenario."""
    return Storm(takes, ((12.0, 108.0),), 10_000_000, 0, 0, lasts, cell_after, 6 * HOUR, "assumed")


@pytest.mark.parametrize(
    ("faults", "cellular", "fixed_line"),
    [
        ([], ((), (), ()), ((), (), ())),
        (
            [Outage(("mains",), EVERYWHERE, 10, fixed(20), "")],
            (((10, 35),), ((10, 38),), ((10, 38),)),
            (((10, 35),), ((10, 38),), ((10, 38),)),
        ),
        (
            [Outage(("cell",), EVERYWHERE, 10, fixed(20), "")],
            ((), ((10, 33),), ((10, 33),)),
            ((), (), ()),
        ),
        (
            [Outage(("fibre",), EVERYWHERE, 10, fixed(20), "")],
            ((), (), ()),
            ((), ((10, 33),), ((10, 33),)),
        ),
        (
            [Outage(("sim",), EVERYWHERE, 10, fixed(20), "")],
            ((), ((10, 33),), ((10, 33),)),
            ((), (), ()),
        ),
        (
            [Outage(("mains", "link"), EVERYWHERE, 10, fixed(20), "")],
            (((10, 35),), ((10, 38),), ((10, 38),)),
            (((10, 35),), ((10, 38),), ((10, 38),)),
        ),
        (
            [ServerFailure("server", 10, 20, "")],
            ((), ((10, 30),), ((10, 30),)),
            ((), ((10, 30),), ((10, 30),)),
        ),
        (
            [ServerFailure("broker", 10, 20, "")],
            ((), (), ((10, 30),)),
            ((), (), ((10, 30),)),
        ),
        (  # before the start: cut off at it, or over; and one of no length
            [
                Outage(("mains",), EVERYWHERE, -10, fixed(20), ""),
                Outage(("cell",), EVERYWHERE, -43, fixed(40), ""),
                Outage(("mains",), EVERYWHERE, 50, fixed(0), ""),
                ServerFailure("broker", -10, 10, ""),
            ],
            (((0, 15),), ((0, 18),), ((0, 18),)),
            (((0, 15),), ((0, 18),), ((0, 18),)),
        ),
        (  # overlapping
            [
                Outage(("cell",), EVERYWHERE, 10, fixed(20), ""),
                ServerFailure("server", 33, 7, ""),
                ServerFailure("broker", 50, 7, ""),
            ],
            ((), ((10, 40),), ((10, 40), (50, 57))),
            ((), ((33, 40),), ((33, 40), (50, 57))),
        ),
        (
            [Outage(("mains",), Area(devices=("00000-02",)), 10, fixed(20), "")],
            ((), (), ()),
            (((10, 35),), ((10, 38),), ((10, 38),)),
        ),
        ([Outage(("mains", "link"), EVERYWHERE, 10, fixed(20), "", 0)], ((), (), ()), ((), (), ())),
        ([ClockError(7, EVERYWHERE, ""), ForeignCapture(EVERYWHERE, 1, 2, "")],
         ((), (), ()), ((), (), ())),
        (  # base stations last an hour, mains return after three
            [over_everything(("mains", "cell", "fibre"), fixed(3 * HOUR), fixed(HOUR))],
            (((0, 3 * HOUR + 5),), *[((0, 9 * HOUR + 3),)] * 2),
            (((0, 3 * HOUR + 5),), *[((0, 3 * HOUR + 8),)] * 2),
        ),
        (  # their supply runs out just as mains return
            [over_everything(("mains", "cell"), fixed(3 * HOUR), fixed(3 * HOUR))],
            (((0, 3 * HOUR + 5),), *[((0, 3 * HOUR + 8),)] * 2),
            (((0, 3 * HOUR + 5),), *[((0, 3 * HOUR + 8),)] * 2),
        ),
        (  # no mains are taken, so the towers fall at once
            [over_everything(("cell",), fixed(3 * HOUR), fixed(HOUR))],
            ((), *[((0, 3 * HOUR + 3),)] * 2),
            ((), (), ()),
        ),
    ],
)  # fmt: skip
def test_a_table_for_people(
    faults: list[Fault], cellular: tuple[Intervals, ...], fixed_line: tuple[Intervals, ...]
) -> None:
    """One commune, 00000-01 on 4G and 00000-02 on fibre: 5 ms to boot, 3 to register a link."""
    fleet = fleet_of(1, "4g", "fibre")
    found = outages.absences(scenario_of(*faults), fleet, everywhere(fleet))
    for device, wanted in enumerate((cellular, fixed_line)):
        gaps = (found.power, found.sound, found.commands)
        assert tuple(each.of(device) for each in gaps) == wanted


def test_days_pass_until_mains_and_then_cell_are_back() -> None:
    storm = over_everything(("mains", "cell"), Spread(2 * DAY, 5 * DAY), fixed(HOUR))
    fleet = fleet_of(2_000, "4g", "4g")
    found = outages.absences(scenario_of(storm), fleet, everywhere(fleet))
    mains, path = found.power.end[0] - 5, found.sound.end[0] - 3

    assert found.power.rows == found.sound.rows == 1
    assert (found.power.start == 0).all()
    assert np.mean(mains <= 2 * DAY) == pytest.approx(0.5, abs=0.03)
    assert np.mean(mains <= 5 * DAY) == pytest.approx(0.9, abs=0.02)
    assert 7.5 * DAY < mains.max() <= 8 * DAY
    kept = mains <= HOUR
    assert 0 < np.count_nonzero(kept) < 50
    assert (path == np.where(kept, mains + 5, mains + 6 * HOUR)).all()
    # Two devices a commune: they go and come together.
    assert (mains[::2] == mains[1::2]).all()
    assert (path[::2] == path[1::2]).all()
    assert len(np.unique(mains)) > 1_900


@pytest.mark.parametrize(("mains_ms", "lost"), [(4 * HOUR, 0.5), (6 * HOUR, 0.7), (8 * HOUR, 0.9)])
def test_cell_is_lost_only_where_mains_outlast_the_base_stations(
    mains_ms: int, lost: float
) -> None:
    storm = over_everything(("mains", "cell"), fixed(mains_ms), Spread(4 * HOUR, 8 * HOUR))
    fleet = fleet_of(2_000, "4g")
    path = outages.absences(scenario_of(storm), fleet, everywhere(fleet)).sound.end[0]
    assert set(path.tolist()) == {mains_ms + 5 + 3, mains_ms + 6 * HOUR + 3}
    assert np.mean(path > mains_ms + HOUR) == pytest.approx(lost, abs=0.03)


def test_a_share_of_the_communes_is_hit_as_a_whole_and_of_the_sims_one_by_one() -> None:
    fleet = fleet_of(2_000, "4g", "4g")
    mains = Outage(("mains",), EVERYWHERE, 0, Spread(HOUR, DAY), "", 300_000)
    sims = Outage(("sim",), EVERYWHERE, 0, fixed(DAY), "", 300_000)
    power = outages.absences(scenario_of(mains), fleet, everywhere(fleet)).power.end[0]
    sim = outages.absences(scenario_of(sims), fleet, everywhere(fleet)).sound.end[0]
    assert np.mean(power < FAR) == pytest.approx(0.3, abs=0.03)
    assert (power[::2] == power[1::2]).all()
    assert np.mean(sim < FAR) == pytest.approx(0.3, abs=0.03)
    assert np.mean((sim < FAR)[::2] & (sim < FAR)[1::2]) == pytest.approx(0.09, abs=0.02)


def test_each_fault_and_seed_hits_others() -> None:
    fleet = fleet_of(200, "4g")
    half = Outage(("mains",), EVERYWHERE, 0, fixed(HOUR), "", 500_000)
    later = replace(half, at_ms=DAY)
    first = outages.absences(scenario_of(half, later), fleet, everywhere(fleet)).power
    second = outages.absences(scenario_of(half, later, seed=2), fleet, everywhere(fleet)).power
    assert first.rows == second.rows == 2
    assert 20 < sum(len(first.of(device)) == 1 for device in range(200)) < 180
    assert [first.of(n) for n in range(200)] != [second.of(n) for n in range(200)]


def test_one_outage_takes_cell_and_fibre_in_the_same_communes_for_as_long() -> None:
    fleet = fleet_of(100, "4g", "fibre")
    both = Outage(("fibre", "cell"), EVERYWHERE, 0, Spread(HOUR, DAY), "", 500_000)
    found = outages.absences(scenario_of(both), fleet, everywhere(fleet)).sound.end[0]
    assert 20 < np.count_nonzero(found[::2] < FAR) < 80
    assert (found[::2] == found[1::2]).all()


@pytest.mark.parametrize(
    ("word", "ms"),
    [
        (0, 0),
        (2**30, 50),  # halfway to the median
        (2**31, 100),
        (2**32 * 7 // 10 + 1, 200),
        (2**32 * 9 // 10 + 1, 300),
        (2**32 * 95 // 100 + 1, 400),
        (2**32 - 1, 499),
    ],
)
def test_a_spread_for_people(word: int, ms: int) -> None:
    assert outages.quantile_ms(Spread(100, 300), np.array([word], np.uint32)).tolist() == [ms]
    assert outages.quantile_ms(fixed(77), np.array([word], np.uint32)).tolist() == [77]


LONGEST = 3_660 * DAY


@given(
    st.tuples(st.integers(0, LONGEST), st.integers(0, LONGEST)).map(sorted),
    st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=20),
)
def test_spreads_are_exact(spread: list[int], words: list[int]) -> None:
    p50, p90 = spread
    found = outages.quantile_ms(Spread(p50, p90), np.array(words, np.uint32)).tolist()
    assert found == [quantile(Spread(p50, p90), word) for word in words]


def test_clocks_for_people() -> None:
    fleet = fleet_of(1, "4g", "fibre")
    faults = (
        ClockError(7 * HOUR, EVERYWHERE, ""),
        ClockError(-500, Area(devices=("00000-02",)), ""),
        ClockError(DAY, EVERYWHERE, "", 0),
    )
    found = outages.clock_errors(scenario_of(*faults), fleet, everywhere(fleet))
    assert found.tolist() == [7 * HOUR, 7 * HOUR - 500]


AREAS = st.sampled_from(
    [
        EVERYWHERE,
        Area(),
        Area(districts=("900",)),
        Area(communes=("00001",), devices=("00002-02", "nobody's")),
    ]
)
SHARES = st.sampled_from([0, 1, 300_000, 700_000, 999_999, 1_000_000])
MOMENTS = st.integers(-20 * MINUTE, 60 * MINUTE)
LENGTHS = st.integers(0, 30 * MINUTE) | st.just(400 * DAY)
SPREADS = st.tuples(LENGTHS, LENGTHS).map(lambda pair: Spread(*sorted(pair)))
OUTAGES = st.builds(
    Outage,
    st.lists(st.sampled_from(["mains", "cell", "fibre", "sim", "link"]), unique=True).map(tuple),
    AREAS, MOMENTS, SPREADS, st.just(""), SHARES,
)  # fmt: skip
STORMS = st.builds(
    Storm,
    st.lists(st.sampled_from(["mains", "cell", "fibre"]), unique=True).map(tuple),
    st.just(((11.9, 108.0), (12.2, 108.0))),
    st.sampled_from([1_000, 5_000, 100_000]), MOMENTS, st.just(90 * MINUTE), SPREADS, SPREADS,
    LENGTHS, st.just(""),
)  # fmt: skip
SERVERS = st.builds(
    ServerFailure, st.sampled_from(["server", "broker"]), MOMENTS, LENGTHS, st.just("")
)
CLOCKS = st.builds(ClockError, st.integers(-DAY, DAY), AREAS, st.just(""), SHARES)

SMALL = fleet_of(4, "4g", "fibre", "3g", of=(profile(90_000, 4_000), profile(0, 0)))


@settings(max_examples=150)
@given(
    st.lists(OUTAGES | STORMS | SERVERS | CLOCKS, max_size=5),
    st.integers(0, 2**64 - 1),
    st.lists(st.integers(0, len(SMALL) - 1), min_size=1, unique=True),
)
def test_each_device_is_without_what_the_rules_say_of_it_alone(
    faults: list[Fault], seed: int, places: list[int]
) -> None:
    scenario = scenario_of(*faults, seed=seed)
    found = outages.absences(scenario, SMALL, np.array(places))
    ahead = outages.clock_errors(scenario, SMALL, np.array(places))
    for device, place in enumerate(places):
        power, sound, commands, ahead_ms = alone(scenario, SMALL, place)
        assert found.power.of(device) == power
        assert found.sound.of(device) == sound
        assert found.commands.of(device) == commands
        assert ahead[device] == ahead_ms


Lost = list[tuple[str, int, int]]


@dataclass(frozen=True)
class Device:
    """One device and its surroundings."""

    id: str
    commune: Commune
    profile: profiles.Profile
    cellular: bool
    seed: int

    def drawn(self, who: str, fault: int, purpose: Purpose) -> tuple[int, int]:
        first, second = draw(self.seed, number(who), fault, 0, purpose)
        return int(first), int(second)

    def inside(self, area: Area) -> bool:
        return (
            area.everywhere
            or self.commune.code in area.communes
            or self.commune.district in area.districts
            or self.id in area.devices
        )

    def by_outage(self, outage: Outage, place: int) -> Lost:
        lost = []
        for kind in outage.takes:
            who = self.id if kind in ("sim", "link") else self.commune.code
            chance, length = self.drawn(who, place, Purpose.OUTAGE)
            if self.inside(outage.where) and chance * 10**6 // 2**32 < outage.share_per_million:
                lost.append((kind, outage.at_ms, outage.at_ms + quantile(outage.lasts, length)))
        return lost

    def by_storm(self, storm: Storm, place: int) -> Lost:
        at = int(storms.reached_ms(storm, [self.commune])[0])
        if at == FAR:
            return []
        length, supply = self.drawn(self.commune.code, place, Purpose.STORM)
        back = at + quantile(storm.lasts, length)
        lost = [(kind, at, back) for kind in storm.takes if kind != "cell"]
        if "cell" in storm.takes and "mains" not in storm.takes:
            lost.append(("cell", at, back))
        elif "cell" in storm.takes:
            runs_out = at + quantile(storm.cell_after, supply)
            if runs_out < back:
                lost.append(("cell", runs_out, back + storm.cell_later_ms))
        return lost

    def without(self, lost: Lost) -> tuple[Intervals, Intervals, Intervals]:
        """Power, sound and commands."""
        power, sound, broker = [], [], []
        for what, start, end in lost:
            if start == end:
                continue
            if what == "mains":
                power.append((start, end + self.profile.boot_ms))
                sound.append((start, end + self.profile.boot_ms + self.profile.join_ms))
            elif what == "server":
                sound.append((start, end))
            elif what == "broker":
                broker.append((start, end))
            elif what == "link" or self.cellular == (what in ("cell", "sim")):
                sound.append((start, end + self.profile.join_ms))
        return united(power), united(sound), united(sound + broker)


def alone(
    scenario: Scenario, fleet: Fleet, place: int
) -> tuple[Intervals, Intervals, Intervals, int]:
    """One device's gaps in power, sound and commands, and its clock's error, fault by fault."""
    commune = fleet.communes[int(fleet.commune[place])]
    device = Device(
        f"{commune.code}-{int(fleet.in_commune[place]):02}",
        commune,
        fleet.profiles[int(fleet.profile[place])],
        fleet.links[int(fleet.link[place])].carrier == "cell",
        scenario.seed,
    )
    lost: Lost = []
    ahead_ms = 0
    for fault_place, fault in enumerate(scenario.faults):
        match fault:
            case ServerFailure():
                lost.append((fault.part, fault.at_ms, fault.at_ms + fault.lasts_ms))
            case Outage():
                lost += device.by_outage(fault, fault_place)
            case Storm():
                lost += device.by_storm(fault, fault_place)
            case ClockError():
                word, _ = device.drawn(device.id, fault_place, Purpose.CLOCK)
                hit = Fraction(word, 2**32) * 10**6 < fault.share_per_million
                ahead_ms += fault.ahead_ms if hit and device.inside(fault.where) else 0
    return *device.without(lost), ahead_ms


def quantile(spread: Spread, word: int) -> int:
    """The curve that `Spread` describes, in fractions."""
    if spread.p50_ms == spread.p90_ms:
        return spread.p50_ms
    at = Fraction(word, 2**32)
    top = 2 * spread.p90_ms - spread.p50_ms
    knots = [(Fraction(0), 0), (Fraction(1, 2), spread.p50_ms)]
    knots += [(Fraction(9, 10), spread.p90_ms), (Fraction(1), top)]
    for (low, low_ms), (high, high_ms) in pairwise(knots):
        if at <= high:
            return int(low_ms + (high_ms - low_ms) * (at - low) / (high - low))
    raise AssertionError(word)


def united(intervals: list[tuple[int, int]]) -> Intervals:
    """The union from 0 on, as disjoint intervals in order."""
    whole: list[tuple[int, int]] = []
    for start, end in sorted((max(start, 0), end) for start, end in intervals):
        if start >= end:
            continue
        if whole and start <= whole[-1][1]:
            whole[-1] = whole[-1][0], max(whole[-1][1], end)
        else:
            whole.append((start, end))
    return tuple(whole)


@pytest.mark.parametrize("chunk", [1, 7, 60])
def test_chunks_change_nothing(chunk: int) -> None:
    fleet = fleet_of(60, "4g", "fibre", of=(profile(90_000, 4_000), profile(0, 0)))
    track = ((12.0, 108.2), (12.8, 108.0))
    lasts = Spread(DAY, 3 * DAY)
    scenario = scenario_of(
        Storm(("mains", "cell"), track, 30_000, 0, DAY, lasts, Spread(HOUR, DAY), HOUR, ""),
        Outage(("sim", "fibre"), EVERYWHERE, HOUR, lasts, "", 400_000),
        ClockError(25_200_000, EVERYWHERE, "", 500_000),
    )
    whole = outages.absences(scenario, fleet, everywhere(fleet))
    ahead = outages.clock_errors(scenario, fleet, everywhere(fleet))
    for first in range(0, len(fleet), chunk):
        places = everywhere(fleet)[first : first + chunk]
        part, taken = outages.absences(scenario, fleet, places), whole.take(places)
        for of_whole, of_part in (
            (taken.power, part.power),
            (taken.sound, part.sound),
            (taken.commands, part.commands),
        ):
            assert np.array_equal(of_whole.start, of_part.start)
            assert np.array_equal(of_whole.end, of_part.end)
        assert np.array_equal(ahead[places], outages.clock_errors(scenario, fleet, places))
