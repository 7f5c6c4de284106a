"""What was seen at devices, told as a run: what the virtual world does, seen, is what it did."""

from dataclasses import replace

import numpy as np
import pytest

from reference_system.dispatch.commands import commands
from scenarios import loader
from scenarios.scenario import Area
from simulator import virtual
from simulator.emulator.events import Event
from simulator.fleet import Fleet
from simulator.gaps import FAR
from simulator.live.deeds import deeds
from simulator.live.observed import Away, Observed, as_accepted
from simulator.live.operators import Done
from simulator.measures.tally import Tally
from simulator.playout.case import REASONS

NEVER = Away()
BEGIN_MS = 1_790_000_000_000
SMOKE = replace(loader.load(loader.find("ci-smoke")).scenario, faults=())
FLEET = Fleet.of(SMOKE)
SENT = commands(SMOKE)
NAMES = {f"r-{command.item.id}": command.item.id for command in SENT}


def seen(chunk):
    """The events that devices tell which do what this chunk says."""
    ids = FLEET.ids(chunk.places)
    told = chunk.told

    def event(place, at_ms, what, item, **detail):
        return Event(BEGIN_MS + int(at_ms), ids[place], what, {"item": f"r-{item}", **detail})

    for row, command in enumerate(told.commands):
        action = {"start": "Play", "cancel": "Cancel"}[command.action]
        for place in np.flatnonzero(chunk.reached[row] < FAR):
            yield event(place, chunk.reached[row, place], "ordered", command.item.id, action=action)
    for place, plan in enumerate(told.plan):
        for row, item in enumerate(told.plans.items[plan]):
            if item.kind == "file" and chunk.batch.delivered[row, place] < FAR:
                yield event(place, chunk.batch.delivered[row, place], "fetched", item.id)
    s = chunk.segments
    for place, row, start, end, offset, reason in zip(
        s.device, s.item, s.start, s.end, s.offset, s.reason, strict=True
    ):
        times = {"start_ms": BEGIN_MS + int(start), "end_ms": BEGIN_MS + int(end)}
        item = told.plans.items[told.plan[place]][row].id
        why = REASONS[reason]
        yield event(place, end, "ended", item, offset_ms=int(offset), reason=why, **times)


def lived(scenario=SMOKE, change=lambda events: events, away=NEVER):
    """The tally of what was seen where exactly that happened."""
    events = [
        event
        for chunk in virtual.run(scenario, FLEET, SENT, engine="numpy")
        for event in seen(chunk)
    ]
    observed = Observed(change(events), BEGIN_MS, scenario.horizon_ms, NAMES)
    tally = Tally(scenario, FLEET, SENT)
    for chunk in observed.chunks(scenario, FLEET, SENT, away):
        tally.add(chunk)
    return observed, tally


def data(tally):
    return [bulletin.as_data() for bulletin in tally.bulletins.counts]


def test_what_the_virtual_world_did_is_counted_alike_when_it_is_seen():
    whole = Tally(SMOKE, FLEET, SENT)
    for chunk in virtual.run(SMOKE, FLEET, SENT, engine="numpy"):
        whole.add(chunk)
    observed, tally = lived()
    assert data(tally) == data(whole)
    assert tally.measurements() == whole.measurements()
    assert observed.unasked == 0


def test_where_nothing_is_seen_nobody_was_reached():
    _, tally = lived(change=lambda _: [])
    measured = tally.measurements()
    assert measured["emergency_reach_online"].value == 0
    assert measured["emergency_t4_p95"].unbounded


def test_a_device_that_drops_its_plays_counts_as_one_that_was_not_heard():
    silent = FLEET.ids(np.array([0]))[0]
    _, tally = lived(
        change=lambda events: [e for e in events if (e.device, e.what) != (silent, "ended")]
    )
    measured = tally.measurements()["emergency_reach_online"]
    assert measured.sample - measured.value * measured.sample == 2  # the storm, twice


def test_what_others_were_told_is_a_play_in_a_wrong_area():
    outside = next(i for i in FLEET.ids(np.arange(len(FLEET))) if not i.startswith("21955"))

    def astray(events):
        flood = next(e for e in events if e.what == "ended" and e.detail["item"] == "r-flood/1")
        return [*events, replace(flood, device=outside)]

    _, tally = lived(change=astray)
    assert tally.measurements()["wrong_area"].value == 1
    flood = next(b for b in tally.bulletins.counts if b.id == "flood")
    assert flood.addressed == 24  # 12 devices, two plays: the one astray is not meant


def test_what_the_scenario_does_not_know_is_counted():
    def unknown(events):
        one = next(e for e in events if e.what == "ended")
        return [*events, replace(one, detail={**one.detail, "item": "another/1"})]

    observed, _ = lived(change=unknown)
    assert observed.unasked == 1


def test_what_is_over_the_end_is_cut_there():
    short = replace(SMOKE, horizon_ms=65 * 60_000 + 20_000)  # in the storm's first play
    events = [e for c in virtual.run(SMOKE, FLEET, SENT, engine="numpy") for e in seen(c)]
    observed = Observed(events, BEGIN_MS, short.horizon_ms, NAMES)
    sent = commands(short)
    ends = [c.segments for c in observed.chunks(short, FLEET, sent, Away())]
    assert max(int(s.end.max()) for s in ends) == short.horizon_ms
    assert all(
        (s.reason[s.end == short.horizon_ms] == REASONS.index("horizon")).all() for s in ends
    )


@pytest.mark.parametrize(
    ("what", "back", "join"),
    [("power-cut", "booted", True), ("link-cut", "link-back", False)],
)
def test_who_is_without_power_or_path_is_not_online(what, back, join):
    device = FLEET.ids(np.array([0]))[0]
    storm_ms = BEGIN_MS + 65 * 60_000
    gone = [Event(storm_ms - 60_000, device, what), Event(storm_ms + 60_000, device, back)]
    _, tally = lived(change=lambda events: [*events, *gone])
    storm = next(b for b in tally.bulletins.counts if b.id == "storm")
    assert storm.online == storm.addressed - 1
    join_ms = FLEET.profiles[0].join_ms
    assert tally.presence.away_ms == 120_000 + join_ms
    assert tally.presence.losses == 1


def test_while_the_server_is_away_nobody_is_online():
    storm_ms = 65 * 60_000
    _, tally = lived(away=Away(server=((storm_ms - 1, storm_ms + 1_000),)))
    storm = next(b for b in tally.bulletins.counts if b.id == "storm")
    assert storm.online == storm.addressed // 2


def test_plays_count_from_when_they_were_really_asked_for():
    storm = next(d for d in deeds(SMOKE, SENT) if d.id == "storm-1")
    done = [Done(storm, storm.at_ms + 7, storm.at_ms + 500)]
    issued = {c.id: c.issued_ms for c in as_accepted(SENT, done)}
    assert issued["start:storm/1"] == storm.at_ms + 7
    assert issued["start:storm/2"] == storm.at_ms + 500 + storm.bulletin.gap_ms
    assert issued["start:flood/1"] == next(c.issued_ms for c in SENT if c.id == "start:flood/1")
    assert Area(everywhere=True) == storm.bulletin.to
