"""What people see at the reference system, what they ask of it, and what they answer."""

import csv
import io
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from conformance.sources import acts as a
from simulator.live.desk import Desk, instant


async def looked(desk: Desk, act: a.Act) -> a.Outcome:
    """What somebody sees, asks and answers there; raises `Refused` and `NotAnswered`."""
    match act:
        case a.DeviceStates(devices):
            return a.Done(said=[[d, state] async for d, state in _states(desk, devices)])
        case a.PlayLog(bulletin, since_ms, until_ms):
            rows = _table(await desk.read(f"/play-logs.csv?{_period(since_ms, until_ms)}"))
            ours = [row for row in rows if row["bulletin_id"] == bulletin]
            return a.Done(said=[[row["device_id"], row["entry"]] for row in ours])
        case a.Statistics(since_ms, until_ms):
            period = _period(since_ms, until_ms)
            return a.Done(said=await desk.ask("GET", f"/statistics?{period}"))
        case a.YearlyReport(year):
            report = await desk.ask("POST", "/reports", {"year": year})
            return a.Done(report["id"], report)
        case a.Audit():
            entries = (await desk.ask("GET", "/audit?limit=200"))["items"]
            said = [[e["at"], e["login"], e["action"], e["subject"]] for e in entries]
            return a.Done(said=said)
        case a.SendFeedback(key, commune, text):
            asked = {"id": key, "commune": commune, "text": text, "channel": "phone"}
            return a.Done((await desk.ask("POST", "/feedback", asked))["id"])
        case a.RouteFeedback(feedback, to):
            asked = {"level": to.level, "code": to.code}
            await desk.ask("POST", f"/feedback/{feedback}/route", asked)
            return a.Done(feedback)
        case a.AnswerFeedback(feedback, text):
            await desk.ask("POST", f"/feedback/{feedback}/answer", {"text": text})
            return a.Done(feedback)
        case a.ListFeedback():
            rows = [row async for row in _pages(desk, "/feedback")]
            return a.Done(said=[[row["id"], row["state"], row["overdue"]] for row in rows])
        case _:
            return a.Unsupported()


async def _states(desk: Desk, devices: Sequence[str]) -> Any:
    if devices:
        for name in devices:
            yield name, (await desk.ask("GET", f"/devices/{name}"))["presence"]
        return
    async for row in _pages(desk, "/devices"):
        yield row["id"], row["presence"]


async def _pages(desk: Desk, path: str) -> Any:
    """Every row of a list that comes in pages."""
    after: str | None = None
    while True:
        more = f"&after={quote(after)}" if after else ""
        page = await desk.ask("GET", f"{path}?limit=200{more}")
        for row in page["items"]:
            yield row
        after = page["after"]
        if after is None:
            return


def _table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def _period(since_ms: int, until_ms: int) -> str:
    return f"since={quote(instant(since_ms))}&until={quote(instant(until_ms))}"
