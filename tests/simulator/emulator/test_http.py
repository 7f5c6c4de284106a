"""A device's HTTP against a real server that refuses, fails and comes back."""

import asyncio
import json
import time
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from reference_system.interface.command_message import Restart, Stopped
from reference_system.interface.examples import EXAMPLES
from reference_system.interface.messages import Command
from scenarios import links
from simulator.dialects import shared_http
from simulator.dialects.shared_http import ACK, COMMANDS, LOG, LOGIN, STATUS, SharedHttp
from simulator.emulator.events import Event
from simulator.emulator.fleet import EmulatedFleet
from simulator.emulator.member import Member
from tests.answering import Answering, answering
from tests.simulator.emulator.conftest import QUICK, SECRET, Stage, item

POLLING = replace(QUICK, poll_period_ms=100, keepalive_ms=200)


@dataclass
class Province:
    """What a source system does over HTTP; `refuse` gives the next statuses of a path."""

    url: str = ""
    token: str = "mot-token"
    commands: list[dict[str, Any]] = field(default_factory=list)
    refuse: dict[str, list[int]] = field(default_factory=dict)
    said: list[tuple[str, str, Any]] = field(default_factory=list)

    def of(self, path: str) -> list[Any]:
        return [body for where, _, body in self.said if where == path]

    def tell(self, name: str, **body: Any) -> None:
        now_s = int(time.time())
        command = EXAMPLES["cmd"]["stop"]
        assert isinstance(command, Command)
        targets = command.targets.model_copy(update={"devices": ("d0",)})
        update = {"id": name, "targets": targets, "sent_s": now_s, "expires_s": now_s + 60}
        told = command.model_copy(update={**update, "stop": None, **body})
        self.commands.append(told.model_dump(mode="json", by_alias=True, exclude_none=True))


@pytest.fixture
def province() -> Iterator[Province]:
    told = Province()

    class Answer(Answering):
        protocol_version = "HTTP/1.1"

        def treat(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            status = (told.refuse.get(self.path) or [200]).pop(0)
            signed = self.headers.get("authorization") == f"Bearer {told.token}"
            if status == 200 and self.path != LOGIN and not signed:
                status = 401
            answer: dict[str, Any] = {"TrangThaiGui": int(status != 200)}
            if status != 200:
                answer["MoTa"] = "no"
            elif self.path == LOGIN:
                answer["NoiDung"] = {"Token": told.token, "HetHan": 2_000_000_000}
            elif self.path == COMMANDS:
                answer["DanhSachLenh"], told.commands = told.commands, []
            if status == 200:
                told.said.append((self.path, self.headers.get("authorization") or "", body))
            self.answer(status, json.dumps(answer).encode())

    with answering(Answer) as told.url:
        yield told


Act = Callable[[Stage], Coroutine[Any, Any, None]]


def on_stage(province: Province, act: Act) -> Stage:
    async def run() -> Stage:
        events: list[Event] = []
        fleet = EmulatedFleet(
            [Member("d0", "", POLLING, links.load("4g"), SECRET)],
            None,
            SharedHttp(),
            services={"system": province.url},
            listener=events.append,
        )
        stage = Stage(fleet, events)
        try:
            await fleet.start()
            await act(stage)
        finally:
            await fleet.stop()
        return stage

    return asyncio.run(run())


def test_it_asks_obeys_answers_and_logs(province: Province) -> None:
    province.tell("c1", start=item("storm", 300))
    province.tell("c2", stop=Stopped(item="another"))

    async def act(stage: Stage) -> None:
        await stage.until(lambda: province.of(LOG) and len(province.of(STATUS)) >= 2)

    stage = on_stage(province, act)
    assert [(ack["Id"], ack["TrangThaiGui"]) for ack in province.of(ACK)] == [("c1", 0), ("c2", 0)]
    ((entry,),) = [log["NhatKy"] for log in province.of(LOG)]
    assert (entry["LuotPhatID"], entry["KetQua"]) == ("storm/1", "played")
    assert province.of(STATUS)[0]["MaNhaCungCap"] == shared_http.MAKER_CODE
    assert len(province.of(LOGIN)) == 1
    assert stage.fleet.summary().errors == {}
    assert stage.fleet.summary().confirmed == 1


def test_a_token_that_holds_no_more_is_renewed_and_nothing_is_lost(province: Province) -> None:
    async def act(stage: Stage) -> None:
        province.token = "mot-token-khac"
        province.tell("c1", start=item("storm", 200))
        await stage.until(lambda: province.of(LOG))

    stage = on_stage(province, act)
    assert len(province.of(LOGIN)) == 2
    assert [signed for path, signed, _ in province.said if path == LOG] == ["Bearer mot-token-khac"]
    assert stage.fleet.summary().errors == {}


def test_a_server_with_a_fault_is_a_connection_lost_and_the_log_comes_later(
    province: Province,
) -> None:
    province.refuse[LOG] = [503, 500]
    province.tell("c1", start=item("storm", 200))

    async def act(stage: Stage) -> None:
        await stage.until(lambda: province.of(LOG))

    stage = on_stage(province, act)
    assert len(stage.of("lost")) == 2
    assert len(stage.of("connected")) == 3
    assert stage.fleet.summary().confirmed == stage.fleet.summary().entries == 1


def test_what_is_refused_for_good_is_told_and_given_up(province: Province) -> None:
    province.refuse[LOG] = [422]
    province.tell("c1", start=item("storm", 200))

    async def act(stage: Stage) -> None:
        await stage.until(lambda: stage.of("not-taken"))
        province.tell("c2", start=item("flood", 200))
        await stage.until(lambda: province.of(LOG))

    stage = on_stage(province, act)
    (refused,) = stage.of("not-taken")
    assert "status 422" in refused.detail["why"]
    assert [entry["LuotPhatID"] for log in province.of(LOG) for entry in log["NhatKy"]] == [
        "flood/1"
    ]
    assert (stage.fleet.summary().entries, stage.fleet.summary().confirmed) == (2, 1)


def test_who_is_not_let_in_is_told_without_the_secret(province: Province) -> None:
    province.refuse[LOGIN] = [401] * 3

    async def act(stage: Stage) -> None:
        await stage.until(lambda: stage.of("connected"))

    stage = on_stage(province, act)
    assert SECRET not in repr(stage.events)


def test_a_link_that_is_cut_asks_nothing(province: Province) -> None:
    async def act(stage: Stage) -> None:
        stage.fleet.cut_link(["d0"])
        await asyncio.sleep(0.2)  # what was on its way arrives
        before = len(province.said)
        await asyncio.sleep(0.5)
        assert len(province.said) == before
        province.tell("c1", start=item("storm", 200))
        stage.fleet.restore_link(["d0"])
        await stage.until(lambda: province.of(LOG))

    assert on_stage(province, act).fleet.summary().confirmed == 1


def test_what_it_said_last_arrives_before_it_restarts_and_before_it_ends(
    province: Province,
) -> None:
    for number in range(5):
        province.tell(f"c{number}", stop=Stopped())
    province.tell("again", restart=Restart())

    async def act(stage: Stage) -> None:
        await stage.until(lambda: len(stage.of("connected")) == 2)
        province.commands = []
        stage.fleet.inject("d0", b'{"TrangThaiGui":0,"DanhSachLenh":[]}')
        province.tell("last", stop=Stopped())
        await stage.until(lambda: [e for e in stage.of("answered") if e.detail["order"] == "last"])

    on_stage(province, act)
    names = [*(f"c{number}" for number in range(5)), "again", "last"]
    assert [ack["Id"] for ack in province.of(ACK)] == names
