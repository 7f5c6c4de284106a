"""The paperwork of an office at the reference system: reports, documents, feedback of citizens."""

import csv
import hashlib
import io
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

from conformance.sources import acts as a
from conformance.sources.papers import pdf
from simulator.live.desk import Desk


async def handled(desk: Desk, act: a.Act) -> a.Outcome:
    """What becomes of it; raises `Refused` and `NotAnswered`."""
    match act:
        case a.YearlyReport(year):
            return a.Done((await desk.ask("POST", "/reports", {"year": year}))["id"])
        case a.ExportReport(report):
            text = await desk.read(f"/reports/{report}/csv")
            total = next(row for row in table(text) if row["Cấp"] == "total")
            devices, plays = int(total["Thiết bị"]), int(total["Lượt phát"])
            return a.Done(said={"characters": len(text), "devices": devices, "plays": plays})
        case a.SendDocument():
            return await _sent(desk, act)
        case a.ListDocuments():
            return a.Done(said=[row["id"] async for row in pages(desk, "/documents")])
        case a.OpenDocument(document):
            content = await desk.fetch(f"/documents/{document}/file")
            return a.Done(said=hashlib.sha256(content).hexdigest())
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
        case a.CloseFeedback(feedback):
            await desk.ask("POST", f"/feedback/{feedback}/close", {})
            return a.Done(feedback)
        case a.ListFeedback():
            rows = [row async for row in pages(desk, "/feedback")]
            kept = ("id", "state", "overdue")
            said = [[*(row[name] for name in kept), row["answer"] or None] for row in rows]
            return a.Done(said=said)
        case _:
            return a.Unsupported()


async def _sent(desk: Desk, act: a.SendDocument) -> a.Outcome:
    asked = {
        "id": act.key,
        "number": act.key,
        "title": act.title,
        "units": [{"level": "commune", "code": commune} for commune in act.communes],
    }
    document = (await desk.ask("POST", "/documents", asked))["id"]
    content = pdf(act.title)
    await desk.ask("PUT", f"/documents/{document}/file", content)
    return a.Done(document, hashlib.sha256(content).hexdigest())


async def pages(desk: Desk, path: str) -> AsyncIterator[dict[str, Any]]:
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


def table(text: str) -> list[dict[str, str]]:
    """The rows of a file for spreadsheets, by its heading."""
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
