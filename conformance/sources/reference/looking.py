"""What people see at the reference system of its devices, its plays and its people."""

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from conformance.sources import acts as a
from conformance.sources.reference.office import handled, pages, table
from simulator.live.desk import Desk, instant

_A_WHILE_MS = 60_000


async def looked(desk: Desk, act: a.Act) -> a.Outcome:
    """What somebody sees there; raises `Refused` and `NotAnswered`."""
    match act:
        case a.Registry():
            rows = [row async for row in pages(desk, "/devices")]
            return a.Done(said=[[row["id"], row["commune"], row["kind"]] for row in rows])
        case a.DeviceStates(devices):
            return a.Done(said=[[d, state] async for d, state in _states(desk, devices)])
        case a.PlayLog(bulletin, since_ms, until_ms):
            rows = table(await desk.read(f"/play-logs.csv?{_period(since_ms, until_ms)}"))
            ours = [row for row in rows if row["bulletin_id"] == bulletin]
            said = [[row["device_id"], row["entry"], _ms(row["began"])] for row in ours]
            return a.Done(said=said)
        case a.Statistics(since_ms, until_ms):
            period = _period(since_ms, until_ms)
            counted = (await desk.ask("GET", f"/statistics?{period}"))["sections"]
            logged = counted["plays"]["figures"]
            plays = sum(each["value"] for each in logged if each["parts"][1] == "played")
            return a.Done(said={"devices": counted["devices"]["total"], "plays": plays})
        case a.StateCounts():
            now_ms = int(time.time() * 1000)
            period = _period(now_ms - _A_WHILE_MS, now_ms)
            devices = (await desk.ask("GET", f"/statistics?{period}"))["sections"]["devices"]
            return a.Done(said={each["parts"][0]: each["value"] for each in devices["figures"]})
        case a.Audit():
            entries = (await desk.ask("GET", "/audit?limit=200"))["items"]
            said = [[_ms(e["at"]), e["login"], e["action"], e["subject"]] for e in entries]
            return a.Done(said=said)
        case _:
            return await handled(desk, act)


async def _states(desk: Desk, devices: Sequence[str]) -> Any:
    if devices:
        for name in devices:
            yield name, (await desk.ask("GET", f"/devices/{name}"))["presence"]
        return
    async for row in pages(desk, "/devices"):
        yield row["id"], row["presence"]


def _ms(written: str) -> int:
    return round(datetime.fromisoformat(written).timestamp() * 1000)


def _period(since_ms: int, until_ms: int) -> str:
    return f"since={quote(instant(since_ms))}&until={quote(instant(until_ms))}"
