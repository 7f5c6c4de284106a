"""What is counted, on scenarios in which it can be counted by hand."""

from dataclasses import replace
from fractions import Fraction

import pytest

from reference_system.dispatch.commands import commands
from scenarios import loader
from scenarios.scenario import (
    Area,
    Bulletin,
    FleetGroup,
    ForeignCapture,
    Hours,
    Households,
    Outage,
    ProgrammeItem,
    ProgrammeSlot,
    Scenario,
    Server,
    ServerFailure,
    Sound,
    Spread,
)
from simulator import virtual
from simulator.fleet import Fleet
from simulator.measures.tally import Tally

MINUTE, HOUR = 60_000, 3_600_000
EVERYWHERE = Area(everywhere=True)


def day(**changes: object) -> Scenario:
    """One commune with four speakers on fibre, from midnight, six hours, nothing said."""
    base = loader.load(loader.find("commune")).scenario
    quiet = replace(
        base,
        horizon_ms=6 * HOUR,
        fleet=(FleetGroup(EVERYWHERE, "speaker-reference", 4, "fibre", "assumed"),),
        programme=(),
        bulletins=(),
        faults=(),
        targets=(),
        server=Server(),
        hours=None,
        households=Households((), 2_500, "assumed"),
    )
    return replace(quiet, **changes)


def bulletin(**changes: object) -> Bulletin:
    storm = Bulletin("storm", "emergency", 0, HOUR, EVERYWHERE, Sound("file", MINUTE, 1_000))
    return replace(storm, **changes)


def counted(scenario: Scenario) -> Tally:
    fleet = Fleet.of(scenario)
    sent = commands(scenario)
    tally = Tally(scenario, fleet, sent)
    for event in virtual.run(scenario, fleet, sent):
        tally.add(event)
    return tally


def first_device(scenario: Scenario) -> Area:
    return Area(devices=(Fleet.of(scenario).ids([0])[0],))


def test_everybody_hears_an_emergency() -> None:
    measured = counted(day(bulletins=(bulletin(),))).measurements()
    for name in ("emergency_reach_20s", "emergency_reach_all", "emergency_households"):
        assert measured[name].value == 1
    assert measured["emergency_households"].sample == 2_500
    assert measured["duplicates"].value == 0
    assert measured["availability"].value == 1


def test_a_device_without_power_hears_nothing_and_its_households_are_not_reached() -> None:
    scenario = day(bulletins=(bulletin(),), households=Households((), 1_000, "counted"))
    away = Outage(("mains",), Area(communes=Fleet.of(scenario).communes[0][:1]), 0, fixed(6), "x")
    dark = counted(replace(scenario, faults=(away,))).measurements()
    assert dark["emergency_reach_all"].value == 0
    assert dark["emergency_households"].value == 0
    assert dark["emergency_t4_p50"].sample == 0  # nobody was online

    one = replace(away, takes=("link",), where=first_device(scenario))
    measured = counted(replace(scenario, faults=(one,))).measurements()
    assert measured["emergency_devices"].value == Fraction(3, 4)
    assert measured["emergency_households"].value == Fraction(3, 4)
    assert measured["availability"].value == Fraction(3, 4)


def fixed(hours: int) -> Spread:
    return Spread(hours * HOUR, hours * HOUR)


def test_a_cancel_is_counted_between_issue_and_delivery() -> None:
    playing = bulletin(sound=Sound("file", 10 * MINUTE, 1_000), cancel_at_ms=HOUR + MINUTE)
    measured = counted(day(bulletins=(playing,))).measurements()
    assert (measured["after_cancel"].value, measured["after_cancel"].sample) == (0, 4)
    assert measured["between_cancel"].value == 4  # the cancel took some milliseconds
    nothing_to_stop = counted(day(bulletins=(bulletin(),))).measurements()
    assert nothing_to_stop["after_cancel"].sample == 0


def test_sound_outside_the_allowed_hours_leaves_emergencies_out() -> None:
    slot = ProgrammeSlot(
        "by-mistake", EVERYWHERE, 3 * HOUR + 15 * MINUTE, (0, 1, 2, 3, 4, 5, 6), 15 * MINUTE,
        HOUR, (ProgrammeItem("vov", 15 * MINUTE),),
    )  # fmt: skip
    scenario = day(
        programme=(slot,),
        bulletins=(bulletin(),),
        hours=Hours(5 * HOUR, 21 * HOUR, "assumed"),
    )
    assert counted(scenario).measurements()["outside_hours"].value == 4 * 15 * MINUTE


def test_a_loss_is_shown_after_the_time_of_the_profile_if_it_lasts_that_long() -> None:
    scenario = day()
    profile = Fleet.of(scenario).profiles[0]
    short = ServerFailure("broker", HOUR, profile.noticed_after_ms - 1, "x")
    assert counted(day(faults=(short,))).measurements()["loss_shown"].sample == 0
    long = replace(short, lasts_ms=profile.noticed_after_ms)
    shown = counted(day(faults=(long,))).measurements()["loss_shown"]
    assert (shown.value, shown.sample) == (profile.noticed_after_ms, 4)


def test_the_uplink_that_holds_everybody_up_is_named() -> None:
    scenario = day(
        bulletins=(bulletin(sound=Sound("file", MINUTE, 1_000_000)),),
        server=Server(uplink_bit_s=8_000_000),
    )
    tally = counted(scenario)
    (limit,) = tally.limits()
    # Four files of 1 MB at 1 MB/s together: about four seconds, 250 kB/s each.
    assert limit["most_waiting"] == 4
    assert 3_500 <= limit["limited_ms"] <= 4_500
    assert tally.measurements()["emergency_t4_max"].value >= 3_500
    assert counted(day(bulletins=(bulletin(),))).limits() == []


@pytest.mark.parametrize("own_ms", [0, 15 * MINUTE])
def test_a_foreign_station_is_heard_while_the_own_is_not_on_air(own_ms: int) -> None:
    fleet = (FleetGroup(EVERYWHERE, "converter-ip-fm", 2, "fibre", "assumed"),)
    slot = ProgrammeSlot(
        "morning", EVERYWHERE, 2 * HOUR, (0, 1, 2, 3, 4, 5, 6), 30 * MINUTE, HOUR,
        (ProgrammeItem("vov", 15 * MINUTE),),
    )  # fmt: skip
    capture = ForeignCapture(EVERYWHERE, 2 * HOUR - 5 * MINUTE, 30 * MINUTE, "x")
    scenario = day(fleet=fleet, programme=(slot,) if own_ms else (), faults=(capture,))
    measured = counted(scenario).measurements()
    assert measured["foreign_sound"].value == 2 * (30 * MINUTE - own_ms)


def test_receivers_behind_a_converter_are_inferred() -> None:
    fleet = (FleetGroup(EVERYWHERE, "converter-ip-fm", 3, "fibre", "assumed"),)
    tally = counted(day(fleet=fleet, bulletins=(bulletin(),)))
    profile = tally.fleet.profiles[0]
    (counts,) = tally.bulletins.counts
    assert counts.inferred_of == 3 * profile.fm_receivers
    assert 0 < counts.inferred <= counts.inferred_of
