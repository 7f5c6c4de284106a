"""The operator half of the plain source system, at the real process."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from conformance.sources import acts as a
from conformance.sources import contract as c
from conformance.sources import plain, target
from conformance.sources.fleet import residents
from scenarios import strict_yaml
from simulator.live.installation import CannotBreak

TARGET = """
ttcs: 1
environment: test
profile: source-system-province
subject: {vendor: "ttcs-hil", model: "plain", serial: "1", version: "1"}
dialect: plain
start: plain
place: {level: province, code: "52", era: "2022"}
"""
DISTRICT = a.Person("district", ("compose",), a.Place("district", "540"))


def at_the_system(folder: Path, act: Callable[[c.System], Coroutine[Any, Any, None]]) -> None:
    asked = target.parse(strict_yaml.parse("target.yaml", TARGET.encode()))
    with plain.opened(asked, folder) as system:
        system.fleet.register(residents(asked.place, asked.era, 8))

        async def acted() -> None:
            try:
                await act(system)
            finally:
                await system.operators.close()

        asyncio.run(acted())


def test_every_act_has_its_word_and_its_refusal(tmp_path: Path) -> None:
    async def act(system: c.System) -> None:
        do = system.operators.do

        async def made(who: a.Person, act: a.Act) -> Any:
            outcome = await do(who, act)
            assert isinstance(outcome, a.Done), (act, outcome)
            return outcome.id if outcome.said is None else outcome.said

        wrong = await do(a.COMPOSER, a.LogIn(wrong=True))
        assert isinstance(wrong, a.Refused)
        assert wrong.status == 12
        bulletin = await made(a.COMPOSER, a.Compose("k1", "Thử nghiệm: 1", "priority", 200))
        area = a.Area(everywhere=True)
        early = await do(a.APPROVER, a.Issue("k2", bulletin, area))
        assert isinstance(early, a.Refused)
        assert early.status == 15
        for step in (a.Submit(bulletin), a.Appraise(bulletin), a.Approve(bulletin)):
            await made(a.APPROVER, step)
        order = await made(a.APPROVER, a.Issue("k2", bulletin, area, times=2, gap_ms=1_000))
        assert system.operators.order_of(f"{order}-2") == order
        await made(a.APPROVER, a.Cancel(order))
        begins_ms = (int(time.time()) + 60) * 1_000
        slot = await made(a.APPROVER, a.AddSlot("k3", area, begins_ms, 1_000))
        words = a.ChangeSlot("k3a", slot, area, begins_ms, 2_000)
        other = await made(a.APPROVER, words)
        assert other != slot, "a slot cannot be changed here: it is removed, and another put there"
        await made(a.APPROVER, a.RemoveSlot(other))
        slot = await made(a.APPROVER, a.AddSlot("k3b", area, begins_ms, 1_000, bulletin))
        await made(a.APPROVER, a.RemoveSlot(slot))
        kinds = {kind for _, _, kind in await made(a.APPROVER, a.Registry())}
        assert kinds == {"ip-speaker", "e-board"}
        states = await made(a.APPROVER, a.DeviceStates())
        assert [state for _, state in states] == ["unheard"] * 8
        assert await made(a.APPROVER, a.DeviceStates((states[3][0],))) == [states[3]]
        since_ms, until_ms = begins_ms - 90_000, begins_ms
        assert await made(a.APPROVER, a.PlayLog(bulletin, since_ms, until_ms)) == []
        counts = await made(a.APPROVER, a.StateCounts())
        assert counts == {"unheard": 8}
        figures = await made(a.APPROVER, a.Statistics(since_ms, until_ms))
        assert figures == {"devices": 8, "plays": 0}
        year = time.gmtime(begins_ms / 1_000).tm_year
        report = await made(a.APPROVER, a.YearlyReport(year))
        exported = await made(a.APPROVER, a.ExportReport(report))
        assert (exported["devices"], exported["plays"]) == (8, 0)
        said = await made(a.APPROVER, a.SendFeedback("k4", "21550", "Thử nghiệm: loa rè"))
        await made(a.APPROVER, a.RouteFeedback(said, a.Place("commune", "21553")))
        assert await made(a.APPROVER, a.ListFeedback()) == [[said, "routed", False, None]]
        await made(a.APPROVER, a.AnswerFeedback(said, "Thử nghiệm: đã sửa"))
        await made(a.APPROVER, a.CloseFeedback(said))
        answered = [said, "answered", False, "Thử nghiệm: đã sửa"]
        assert await made(a.APPROVER, a.ListFeedback()) == [answered]
        audit = await made(a.ADMINISTRATOR, a.Audit())
        assert audit[-1][2] == "tai-khoan"
        await made(a.ADMINISTRATOR, a.CloseAccount(a.COMPOSER))
        assert isinstance(await do(a.COMPOSER, a.LogIn()), a.Refused)
        await made(a.APPROVER, a.LogOut())
        assert isinstance(await do(DISTRICT, a.LogIn()), a.Unsupported)
        upwards = a.RouteFeedback(said, a.Place("district", "540"))
        assert isinstance(await do(a.APPROVER, upwards), a.Unsupported)

    at_the_system(tmp_path, act)


def test_a_killed_server_is_at_the_same_address_again_and_people_log_in_anew(
    tmp_path: Path,
) -> None:
    async def act(system: c.System) -> None:
        do = system.operators.do
        written = await do(a.COMPOSER, a.Compose("k1", "Thử nghiệm: 1", sound_ms=200))
        system.kill_server()
        gone = await do(a.COMPOSER, a.DeviceStates())
        assert isinstance(gone, a.Refused)
        assert gone.status == 0
        system.start_server()
        assert await do(a.COMPOSER, a.Compose("k1", "Thử nghiệm: 1", sound_ms=200)) == written
        with pytest.raises(CannotBreak):
            system.stop_broker()

    at_the_system(tmp_path, act)
