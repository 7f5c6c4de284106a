"""Acts: states, play log, figures, feedback of citizens, and who did what."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from .office import CODE, Act, Office, Words, known
from .people import Account
from .reading import (
    DEVICE,
    MILLISECOND,
    NAME,
    NOT_ALLOWED,
    NOT_NOW,
    UNKNOWN,
    Refused,
    several,
    text,
    whole,
)

FEEDBACK_DUE_MS = 20 * 24 * 60 * 60_000
"""Of the Government Portal (Decision 574/QĐ-TTg), a different channel: no figure is known here."""

_VIETNAM = timezone(timedelta(hours=7))


def _states(office: Office, who: Account, asked: Words, now_ms: int) -> Words:
    named = None if asked["CumLoaID"] is None else set(asked["CumLoaID"])
    found = [each for each in office.own(who) if named is None or each.id in named]
    if named is not None and len(found) < len(named):
        raise Refused(UNKNOWN, "không có thiết bị / there is no such device")
    return {
        "DanhSach": [
            {
                "CumLoaID": device.id,
                "TenThietBi": device.name,
                "TenLoaiThietBi": device.kind,
                "DiaBanQuanLy": device.commune,
                "TinhTrang": office.devices.presence(device, now_ms),
                "NgheLanCuoiMs": device.heard_ms,
                "LenhCho": len(device.pending),
                "TrangThai": device.status,
            }
            for device in found
        ]
    }


def _play_log(office: Office, who: Account, asked: Words, _now_ms: int) -> Words:
    own = {device.id for device in office.own(who)}
    return {
        "NhatKy": [
            {
                "CumLoaID": device,
                "NhatKyID": entry,
                "BanTinID": play["tin"],
                "LuotPhatID": play["luot"],
                "MucDoUuTien": play["muc-do"],
                "ThoiDiemBatDauMs": play["tu"],
                "ThoiDiemKetThucMs": play["den"],
                "KetQua": play["ket-qua"],
                "LyDo": play["ly-do"],
            }
            for (device, entry), play in office.book.plays.items()
            if asked["TuMs"] <= play["tu"] < asked["DenMs"]
            and device in own
            and asked["BanTinID"] in (None, play["tin"])
        ]
    }


def _audit(office: Office, who: Account, _asked: Words, _now_ms: int) -> Words:
    if who.level != "tinh":
        raise Refused(NOT_ALLOWED, "cấp trên / a higher level")
    rows = list(office.book.audit)[:-201:-1]
    return {"DanhSach": [{"LucMs": t, "Ai": a, "Viec": w, "Ve": v} for t, a, w, v in rows]}


# ---- Figures ------------------------------------------------------------------------------------


def _statistics(office: Office, who: Account, asked: Words, now_ms: int) -> Words:
    return _figures(office, who, asked["TuMs"], asked["DenMs"], now_ms)


def _yearly(office: Office, who: Account, asked: Words, now_ms: int) -> Words:
    year = asked["Nam"]
    from_ms, until_ms = (
        int(datetime(each, 1, 1, tzinfo=_VIETNAM).timestamp()) * 1000 for each in (year, year + 1)
    )
    report = {"Nam": year, "DiaBan": who.place, **_figures(office, who, from_ms, until_ms, now_ms)}
    made = office.make(who, now_ms, "bao-cao", "B", asked, **{"bao-cao": report})
    return {"BaoCaoID": made, **report}


def _export(office: Office, who: Account, asked: Words, _now_ms: int) -> Words:
    """A report as a table of figures, for who has the area that it is on."""
    report = known(office.book.reports, asked["BaoCaoID"])
    if not who.covers(report["DiaBan"]):
        raise Refused(NOT_ALLOWED, "ngoài địa bàn / outside their area")
    file = io.StringIO()
    table = csv.writer(file)
    for name, figure in report.items():
        parts = figure.items() if isinstance(figure, dict) else ()
        table.writerows([(f"{name}.{part}", n) for part, n in parts] or [(name, figure)])
    return {"Csv": file.getvalue()}


def _figures(office: Office, who: Account, from_ms: int, until_ms: int, now_ms: int) -> Words:
    book = office.book
    shown = {each.id: office.devices.presence(each, now_ms) for each in office.own(who)}
    plays = [
        play
        for (device, _), play in book.plays.items()
        if device in shown and from_ms <= play["tu"] < until_ms
    ]
    orders = [
        order
        for order in book.orders.values()
        if from_ms <= order.at_ms < until_ms and any(map(who.covers, order.communes))
    ]
    feedback = [
        said
        for said in book.feedback.values()
        if from_ms <= said.at_ms < until_ms and who.covers(said.commune)
    ]
    return {
        "TuMs": from_ms,
        "DenMs": min(until_ms, now_ms),
        "ThietBi": len(shown),
        "ThietBiTheoTinhTrang": _by(shown.values()),
        "SoXa": len({book.devices[name].commune for name in shown}),
        "SoLenh": len(orders),
        "SoLenhTheoMucDoUuTien": _by(order.priority for order in orders),
        "SoLenhHuy": sum(order.cancelled for order in orders),
        "SoLuotPhat": len(plays),
        "SoLuotPhatTheoKetQua": _by(play["ket-qua"] for play in plays),
        "ThoiGianPhatMs": sum(play["den"] - play["tu"] for play in plays),
        "SoPhanAnh": len(feedback),
        "SoPhanAnhDaTraLoi": sum(said.answer is not None for said in feedback),
    }


def _by(keys: Iterable[object]) -> dict[str, int]:
    return dict(sorted(Counter(map(str, keys)).items()))


# ---- Feedback -----------------------------------------------------------------------------------


def _receive(office: Office, who: Account, asked: Words, now_ms: int) -> Words:
    who.needs_commune(asked["DiaBan"])
    words = {"dia-ban": asked["DiaBan"], "loi": asked["NoiDung"]}
    return {"PhanAnhID": office.make(who, now_ms, "phan-anh", "P", asked, **words)}


def _route(office: Office, who: Account, asked: Words, now_ms: int) -> Words:
    """`Den` is a commune, or empty for the province."""
    _check_held(office, who, asked["PhanAnhID"])
    office.book.write(now_ms, who.login, "chuyen", id=asked["PhanAnhID"], den=asked["Den"])
    return {}


def _reply(office: Office, who: Account, asked: Words, now_ms: int) -> Words:
    _check_held(office, who, asked["PhanAnhID"])
    words = {"id": asked["PhanAnhID"], "loi": asked["TraLoi"]}
    office.book.write(now_ms, who.login, "tra-loi-dan", **words)
    return {}


def _check_held(office: Office, who: Account, name: str) -> None:
    said = known(office.book.feedback, name)
    who.needs_commune(said.holder)
    if said.answer is not None:
        raise Refused(NOT_NOW, "đã trả lời / answered already")


def _list_feedback(office: Office, who: Account, _asked: Words, now_ms: int) -> Words:
    found = [each for each in office.book.feedback.values() if who.covers(each.holder)]
    listed: list[dict[str, Any]] = [
        {
            "PhanAnhID": said.id,
            "DiaBan": said.commune,
            "DangGiu": said.holder,
            "NoiDung": said.text,
            "TraLoi": said.answer,
            "QuaHan": said.answer is None and now_ms > said.at_ms + FEEDBACK_DUE_MS,
        }
        for said in found
    ]
    return {"DanhSach": listed}


# ---- What they say ------------------------------------------------------------------------------

_PERIOD = {"TuMs": MILLISECOND, "DenMs": MILLISECOND}
_SAID = text(4_000, 1)

ACTS: Mapping[str, Act] = {
    "TrangThai": Act(_states, ("xem",), {}, {"CumLoaID": several(DEVICE, 1_000)}),
    "NhatKyPhat": Act(_play_log, ("xem",), _PERIOD, {"BanTinID": NAME}),
    "ThongKe": Act(_statistics, ("xem",), _PERIOD),
    "BaoCaoNam": Act(_yearly, ("xem",), {"Nam": whole(2020, 2099)}),
    "XuatBaoCao": Act(_export, ("xem",), {"BaoCaoID": NAME}),
    "NhatKyThaoTac": Act(_audit, ("quan-tri",)),
    "TiepNhanPhanAnh": Act(
        _receive, ("van-hanh",), {"DiaBan": CODE, "NoiDung": _SAID}, makes="PhanAnhID"
    ),
    "ChuyenPhanAnh": Act(_route, ("van-hanh",), {"PhanAnhID": NAME, "Den": text(10)}),
    "TraLoiPhanAnh": Act(_reply, ("van-hanh",), {"PhanAnhID": NAME, "TraLoi": _SAID}),
    "DanhSachPhanAnh": Act(_list_feedback, ("xem",)),
}
