"""A maker's server between devices of the how-to's dialect and a source system's broker."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from reference_system.broker.own import OwnBroker
from reference_system.interface.command_message import Control, Restart, Stopped, Withdrawn
from scenarios import links
from simulator.dialects.contract import Dialect
from simulator.dialects.loading import load
from simulator.emulator.connection import Broker
from simulator.emulator.events import Event
from simulator.emulator.fleet import EmulatedFleet
from simulator.emulator.member import Member
from simulator.live.reaching import reached
from tests.simulator.dialects.guide import SOURCE
from tests.simulator.emulator.conftest import (
    QUICK,
    SECRET,
    Source,
    Stage,
    broker,
    item,
    source,
    web,
)

pytestmark = pytest.mark.needs_tool("mosquitto")

__all__ = ["broker", "source", "web"]  # fixtures


def line_speaker(folder: Path) -> Dialect:
    file = folder / "line_speaker.py"
    file.write_text(SOURCE, "utf-8")
    return load(str(file)).dialect


def on_stage(
    dialect: Dialect, broker: OwnBroker, act: Callable[[Stage], Coroutine[Any, Any, None]]
) -> Stage:

    async def run() -> Stage:
        events: list[Event] = []
        members = [Member(f"d{n}", "", QUICK, links.load("4g"), SECRET) for n in range(2)]
        system = Broker(broker.address.host, broker.address.port, broker.address.host)
        async with reached(members, system, dialect, {}) as (where, services):
            assert where.port != system.port
            fleet = EmulatedFleet(
                members, where, dialect, services=services, listener=events.append
            )
            stage = Stage(fleet, events)
            try:
                await fleet.start()
                await act(stage)
            finally:
                await fleet.stop()
        return stage

    return asyncio.run(run())


def test_orders_go_through_and_answers_come_back(
    tmp_path: Path, broker: OwnBroker, source: Source
) -> None:
    async def act(stage: Stage) -> None:
        await stage.until(
            lambda: all(
                any(said.online for said in source.said[name, "online"]) for name in ("d0", "d1")
            )
        )
        source.tell("d0", "c1", control=Control(parameter="40"))
        source.tell("d0", "c2", start=item("storm", 400, "http://127.0.0.1:9/storm.mp3"))
        source.tell("d0", "c3", cancel=Withdrawn(item="another"))
        source.tell("d0", "c4", restart=Restart())
        await stage.until(lambda: len(source.said["d0", "ack"]) == 4)
        await stage.until(lambda: stage.of("began"))
        await stage.until(lambda: source.said["d0", "status"][-1:] and stage.of("ended"))

    stage = on_stage(line_speaker(tmp_path), broker, act)
    acks = {ack.id: ack for ack in source.said["d0", "ack"]}
    assert [acks[name].result for name in ("c1", "c2", "c3", "c4")] == [0, 0, 0, 1]
    assert "no word" in str(acks["c4"].explanation)
    assert source.said["d1", "ack"] == []
    assert source.said["d0", "status"][-1].volume == "40"
    assert {event.device for event in stage.of("ordered")} == {"d0"}
    assert source.said["d0", "online"][0].online is True
    assert source.said["d0", "online"][-1].online is False


def test_who_was_away_gets_what_waits_when_it_is_back(
    tmp_path: Path, broker: OwnBroker, source: Source
) -> None:
    async def act(stage: Stage) -> None:
        await stage.until(lambda: source.said["d0", "online"])
        stage.fleet.cut_power(["d0"])
        await stage.until(lambda: not source.said["d0", "online"][-1].online)
        before = len(source.said["d0", "online"])
        stage.fleet.restore_power(["d0"])
        # The source system hands over again what was not answered to whom is back.
        await stage.until(lambda: len(source.said["d0", "online"]) > before)
        source.tell("d0", "late", control=Control(parameter="20"))
        await stage.until(lambda: source.said["d0", "ack"])

    on_stage(line_speaker(tmp_path), broker, act)
    assert [(ack.id, ack.result) for ack in source.said["d0", "ack"]] == [("late", 0)]


def test_a_wire_that_names_and_dates_nothing(broker: OwnBroker, source: Source) -> None:
    async def act(stage: Stage) -> None:
        await stage.until(lambda: source.said["d0", "status"])
        for number in (1, 2):
            name = f"storm{number}"
            source.tell("d0", name, start=item(name, 20_000, "http://127.0.0.1:9/storm.mp3"))
            await stage.until(lambda n=number: len(stage.of("began")) == n)
            source.tell("d0", f"stop{number}", stop=Stopped())
            await stage.until(lambda n=number: len(stage.of("ended")) == n)
        source.tell("d0", "loud", control=Control(parameter="40"))
        await stage.until(lambda: len(source.said["d0", "ack"]) == 5)

    on_stage(load("mcu-speaker").dialect, broker, act)
    assert [ack.result for ack in source.said["d0", "ack"]] == [0, 0, 0, 0, 1]
    assert source.said["d0", "online"][0].online is True
    status = source.said["d0", "status"][0]
    assert (status.volume, status.boot) == ("80", "unknown")
    assert abs(status.at_s - time.time()) < 60
