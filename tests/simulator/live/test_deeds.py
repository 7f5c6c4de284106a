"""Commands of a scenario as what people do at a real source system."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference_system.dispatch.commands import commands
from scenarios import loader
from scenarios.excerpt import window
from scenarios.problems import BadInput
from scenarios.scenario import Area, Place, Sound
from scenarios.units import HOUR_MS, MINUTE_MS
from simulator.live.deeds import CancelOrder, GiveOrder, MakeSlot, deeds, in_words

SMOKE = loader.load(loader.find("ci-smoke")).scenario
TYPHOON = loader.load(loader.find("binh-dinh-typhoon")).scenario


def test_the_deeds_of_a_morning():
    found = deeds(SMOKE, commands(SMOKE))
    slot, storm, flood, cancel = found
    assert isinstance(slot, MakeSlot)
    assert (slot.id, slot.at_ms, slot.begins_ms) == ("morning-2022-09-26", 0, HOUR_MS)
    assert isinstance(storm, GiveOrder)
    assert (storm.id, storm.at_ms, len(storm.plays)) == ("storm-1", HOUR_MS + 5 * MINUTE_MS, 2)
    assert isinstance(flood, GiveOrder)
    assert [play.id for play in flood.plays] == ["flood/1", "flood/2"]  # the third is not issued
    assert isinstance(cancel, CancelOrder)
    assert (cancel.order, cancel.at_ms) == ("flood-1", 2 * HOUR_MS + 12 * MINUTE_MS)


def test_what_a_source_system_calls_the_plays():
    slot, storm, *_ = deeds(SMOKE, commands(SMOKE))
    begin = datetime(2026, 11, 22, 16, 30, tzinfo=UTC)  # the slot begins after midnight there
    assert storm.names("r1-", begin) == {
        "r1-storm-1/1": "storm/1",
        "r1-storm-1/2": "storm/2",
    }
    assert slot.names("r1-", begin) == {
        f"r1-morning-2022-09-26.1/2026-11-23/{n}": f"morning/2022-09-26/{n}" for n in (1, 2)
    }


def test_plays_that_began_before_the_part_keep_their_numbers():
    part = window(TYPHOON, TYPHOON.start + timedelta(hours=20), 10 * MINUTE_MS)
    (storm,) = deeds(part, commands(part))
    assert (storm.at_ms, [play.id for play in storm.plays]) == (0, ["storm/7"])
    assert storm.valid_ms == 2 * HOUR_MS


@given(st.integers(0, 5 * 24 * 60 - 1), st.integers(1, 24 * 60))
def test_every_command_is_in_one_deed(begins_min, length_min):
    length_ms = min(length_min * MINUTE_MS, TYPHOON.horizon_ms - begins_min * MINUTE_MS)
    part = window(TYPHOON, TYPHOON.start + timedelta(minutes=begins_min), length_ms)
    sent = commands(part)
    done = deeds(part, sent)
    started = sorted(c.item.id for c in sent if c.action == "start")
    cancelled = sorted(c.item.id for c in sent if c.action == "cancel")
    orders = [deed for deed in done if not isinstance(deed, CancelOrder)]
    assert sorted(play.id for deed in orders for play in deed.plays) == started
    cancels = [deed for deed in done if isinstance(deed, CancelOrder)]
    assert sorted(play.id for deed in cancels for play in deed.plays) == cancelled
    for deed in done:
        if isinstance(deed, GiveOrder):
            issued = {c.item.id: c.issued_ms for c in sent if c.action == "start"}
            for number, play in enumerate(deed.plays):
                assert issued[play.id] == deed.at_ms + number * deed.bulletin.gap_ms


def test_everybody_is_named_place_by_place():
    everybody = in_words(SMOKE, Area(everywhere=True))
    assert everybody["communes"] == ["21952", "21955", "21976"]
    assert "everywhere" not in everybody
    whole = replace(SMOKE, territory=Place(("52",)))
    assert in_words(whole, Area(everywhere=True))["provinces"] == ["52"]
    assert in_words(whole, Area(devices=("21952-01",)))["provinces"] == []


def test_what_is_too_short_for_a_real_system_is_refused():
    short = replace(SMOKE.bulletins[0], sound=Sound("file", 400))
    scenario = replace(SMOKE, bulletins=(short,))
    with pytest.raises(BadInput, match=r"storm sound\.length.*at least 1s"):
        deeds(scenario, commands(scenario))
