"""A part of a scenario is lived through as that part of the whole is, where nothing crosses."""

from datetime import timedelta

import numpy as np
import pytest

from reference_system.dispatch.commands import commands
from scenarios import loader
from scenarios.excerpt import window
from scenarios.units import HOUR_MS, MINUTE_MS
from simulator import virtual
from simulator.fleet import Fleet


def segments(scenario):
    """Every stretch of play: device, item, from, to, where in its sound, why it ended."""
    fleet = Fleet.of(scenario)
    found = set()
    for chunk in virtual.run(scenario, fleet, commands(scenario), engine="numpy"):
        ids = fleet.ids(chunk.places)
        for place, played in enumerate(chunk.segments.by_device(chunk.told.plans, chunk.told.plan)):
            found |= {(ids[place], s.item, s.start, s.end, s.offset, s.reason) for s in played}
    return found


@pytest.mark.parametrize(
    ("begins_ms", "length_ms"),
    [
        (HOUR_MS + 33 * MINUTE_MS, 15 * MINUTE_MS),  # the second play of the storm
        (HOUR_MS + 50 * MINUTE_MS, HOUR_MS),  # the flood, with its cancel
        (15 * MINUTE_MS, 20 * MINUTE_MS),  # the outage alone
    ],
)
def test_the_part_of_a_run_is_the_run_of_the_part(begins_ms, length_ms):
    scenario = loader.load(loader.find("ci-smoke")).scenario
    part = window(scenario, scenario.start + timedelta(milliseconds=begins_ms), length_ms)
    inside = {
        (device, item, start - begins_ms, end - begins_ms, offset, reason)
        for device, item, start, end, offset, reason in segments(scenario)
        if begins_ms <= start and end <= begins_ms + length_ms
    }
    assert segments(part) == inside


def test_some_devices_are_the_lowest_numbers_of_every_commune():
    fleet = Fleet.of(loader.load(loader.find("ci-smoke")).scenario)
    few = fleet.only(fleet.first(7))
    ids = few.ids(np.arange(len(few)))
    assert ids == [
        "21952-01",
        "21952-02",
        "21952-03",
        "21955-01",
        "21955-02",
        "21976-01",
        "21976-02",
    ]
    assert few.communes == fleet.communes
