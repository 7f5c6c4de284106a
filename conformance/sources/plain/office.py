"""The paperwork of an office at the plain source system: reports and feedback of citizens."""

import csv
import io
from collections.abc import Mapping
from typing import Any

from conformance.sources import acts as a
from conformance.sources.plain.desk import Desk, Words


async def handled(desk: Desk, act: a.Act) -> a.Outcome:
    """What becomes of it; raises `RefusedError`."""
    match act:
        case a.YearlyReport(year):
            return a.Done((await desk.ask("BaoCaoNam", Nam=year))["BaoCaoID"])
        case a.ExportReport(report):
            text = (await desk.ask("XuatBaoCao", BaoCaoID=report))["Csv"]
            figures = dict(csv.reader(io.StringIO(text)))
            plays = int(figures.get("SoLuotPhatTheoKetQua.played", "0"))
            devices = int(figures["ThietBi"])
            return a.Done(said={"characters": len(text), "devices": devices, "plays": plays})
        case a.SendFeedback(key, commune, text):
            words: Words = {"MaYeuCau": key, "DiaBan": commune, "NoiDung": text}
            return a.Done((await desk.ask("TiepNhanPhanAnh", **words))["PhanAnhID"])
        case a.RouteFeedback(feedback, to):
            den = to.code if to.level == "commune" else ""
            return await named(desk, "ChuyenPhanAnh", feedback, PhanAnhID=feedback, Den=den)
        case a.AnswerFeedback(feedback, text):
            return await named(desk, "TraLoiPhanAnh", feedback, PhanAnhID=feedback, TraLoi=text)
        case a.CloseFeedback(feedback):
            return a.Done(feedback)
        case a.ListFeedback():
            rows = (await desk.ask("DanhSachPhanAnh"))["DanhSach"]
            said = [[r["PhanAnhID"], _step(r), r["QuaHan"], r["TraLoi"]] for r in rows]
            return a.Done(said=said)
        case _:
            return a.Unsupported()


async def named(desk: Desk, act: str, name: str, **words: Any) -> a.Outcome:
    """An act upon something that has a name already."""
    await desk.ask(act, **words)
    return a.Done(name)


def _step(row: Mapping[str, Any]) -> a.FeedbackState:
    """The state of a citizen's words, as other systems call it."""
    if row["TraLoi"] is not None:
        return "answered"
    return "received" if row["DangGiu"] == row["DiaBan"] else "routed"
