"""The devices' side: a device logs in as itself, and can touch nothing but itself."""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from .book import Book, Device
from .people import Attempts, Sessions
from .reading import (
    DEVICE,
    MALFORMED,
    MILLISECOND,
    NAME,
    NOT_NOW,
    SECOND,
    TEXT,
    UNKNOWN,
    Refused,
    Rule,
    fields,
    number,
    one_of,
    parse,
    part,
    several,
    text,
    whole,
)
from .wire import told

TOKEN_MS = 12 * 60 * 60_000
AHEAD_MS = 5 * 60_000
"""How far a device's clock may be ahead of this one."""

MOST_COMMANDS = 100
PRESENT_WORDS = {"online": "truc-tuyen", "lost": "mat", "unheard": "chua-thay"}

_VOLUME = one_of(*map(str, range(101)))
_LOGIN: Mapping[str, Rule] = {"Username": DEVICE, "Password": text(200, 1)}
_ACK: Mapping[str, Rule] = {"Id": NAME, "TrangThaiGui": one_of(0, 1), "ThoiDiem": SECOND}
_STATUS: Mapping[str, Rule] = {
    "ThoiDiem": SECOND,
    "AmLuong": _VOLUME,
    "TrangThaiHoatDong": one_of(0, 1, 2),
    "TrangThaiKetNoi": text(100),
    "PhienBanUngDung": text(100),
}
_STATUS_MORE: Mapping[str, Rule] = {
    **dict.fromkeys(("KhoiDong", "NguonID", "LuotPhatID"), NAME),
    **dict.fromkeys(("TenThietBi", "TenLoaiThietBi", "MaNhaCungCap", "TenNhaCungCap"), TEXT),
    **dict.fromkeys(("ViDo", "KinhDo"), number),
    "ThongTinThietBi": part({}, dict.fromkeys(("CongSuat", "NhietDo", "DungLuongSuDung"), number)),
    "ThoiDiemBatDau": SECOND,
    "NoiDungPhat": text(2_000),
    "NguonDien": one_of("mains", "standby"),
    "TinhTrangLoa": one_of("normal", "short", "open", "unknown"),
}
_ENTRY: Mapping[str, Rule] = {
    "NhatKyID": NAME,
    "KhoiDong": NAME,
    "SoThuTu": whole(0, 2**53),
    "BanTinID": NAME,
    "LoaiBanTin": whole(1, 6),
    "MucDoUuTien": one_of(1, 2, 3),
    "ThoiLuong": text(11, 8),
    "ThoiDiemBatDau": SECOND,
    "ThoiDiemKetThuc": SECOND,
    "KetQua": one_of("played", "cut", "missed", "failed"),
    "AmLuong": _VOLUME,
}
_ENTRY_MORE: Mapping[str, Rule] = {
    **dict.fromkeys(("TieuDe", "LyDo", "NguonTiepAm", "NoiDungTomTat", "NguonTin"), TEXT),
    **dict.fromkeys(("ThoiDiemBatDauMs", "ThoiDiemKetThucMs"), MILLISECOND),
    "LuotPhatID": NAME,
    "TiepAm": one_of(0, 1),
    "CongSuat": number,
    "NoiDung": text(2_000),
    "LoaiLinhVuc": whole(1, 6),
    "ThoiGianSanXuat": SECOND,
    "TacGia": part({}, dict.fromkeys(("TenDayDu", "ButDanh", "Email"), TEXT)),
    "ThongTinChiTietBanTin": several(part({"Ten": TEXT, "GiaTri": TEXT}), 20),
}
_LOG: Mapping[str, Rule] = {
    "ThoiDiemGui": SECOND,
    "NhatKy": several(part(_ENTRY, _ENTRY_MORE), 50, 1),
}


def digest(device: str, secret: str) -> str:
    """What is kept of a device's secret, which is random and long: no slow hash is needed."""
    return hashlib.sha256(f"{device}\n{secret}".encode()).hexdigest()


class DeviceSide:
    """What devices may ask, by the last part of the path."""

    def __init__(self, book: Book, source: str, lost_after_ms: int) -> None:
        """A device that has not been heard for `lost_after_ms` is lost."""
        self._book, self._source, self._lost_after_ms = book, source, lost_after_ms
        self._sessions, self._attempts = Sessions(TOKEN_MS, TOKEN_MS), Attempts()
        self.posts = {"ack": self._ack, "status": self._status, "log": self._log}

    def log_in(self, body: bytes, now_ms: int) -> dict[str, Any]:
        """A token for a name and its secret; raises `Refused`."""
        asked = fields(parse(body), _LOGIN)
        name = asked["Username"]
        device = self._book.devices.get(name)
        kept = device.digest if device else ""
        if not hmac.compare_digest(digest(name, asked["Password"]), kept):
            # Wrong ones alone are stopped: nobody can lock a device out in its name.
            self._attempts.check(name, now_ms)
            raise self._attempts.failed(name, now_ms)
        self._attempts.passed(name)
        token = self._sessions.begin(name, now_ms)
        return {"NoiDung": {"Token": token, "HetHan": (now_ms + TOKEN_MS) // 1000}}

    def known(self, token: str, now_ms: int) -> Device:
        """Whose token it is, and that they were heard; raises `Refused` and `OSError`."""
        device = self._book.devices[self._sessions.whose(token, now_ms)]
        if not device.seen:
            self._book.write(now_ms, device.id, "thay")
        device.heard_ms = now_ms
        return device

    def forget(self, device: str) -> None:
        """End its sessions: it has a new secret."""
        self._sessions.end_all(device)

    def presence(self, device: Device, now_ms: int) -> str:
        """How it is shown."""
        if device.heard_ms is not None and now_ms - device.heard_ms <= self._lost_after_ms:
            return PRESENT_WORDS["online"]
        return PRESENT_WORDS["lost" if device.seen else "unheard"]

    def commands(self, device: Device, now_ms: int) -> dict[str, Any]:
        """What waits for it and still holds, withdrawals and the most urgent first."""
        with self._book.lock:
            for command in [c for c in device.pending.values() if c.expires_ms <= now_ms]:
                del device.pending[command.id]
            waiting = sorted(device.pending.values(), key=lambda each: each.priority)
        listed = [told(self._source, device.id, each) for each in waiting[:MOST_COMMANDS]]
        return {"DanhSachLenh": listed}

    def _ack(self, device: Device, body: bytes, now_ms: int) -> None:
        asked = fields(parse(body), _ACK, {"MoTa": TEXT, "ThoiDiemMs": MILLISECOND})
        _not_ahead(asked["ThoiDiem"] * 1000, now_ms)
        command = self._book.commands.get(asked["Id"])
        if command is None or device.id not in command.devices:
            raise Refused(UNKNOWN, "không có lệnh này / there is no such command")
        if asked["TrangThaiGui"] == 1 and not asked["MoTa"]:
            raise Refused(MALFORMED, "thiếu / missing: MoTa")
        with self._book.lock:
            if command.id not in device.pending:
                return
            result = asked["TrangThaiGui"]
            self._book.write(now_ms, device.id, "tra-loi", lenh=command.id, **{"ket-qua": result})

    def _status(self, device: Device, body: bytes, now_ms: int) -> None:
        status = fields(parse(body), _STATUS, _STATUS_MORE)
        _not_ahead(status["ThoiDiem"] * 1000, now_ms)
        device.status = {name: value for name, value in status.items() if value is not None}

    def _log(self, device: Device, body: bytes, now_ms: int) -> None:
        log = fields(parse(body), _LOG)
        _not_ahead(log["ThoiDiemGui"] * 1000, now_ms)
        entries = [_entry(entry, now_ms) for entry in log["NhatKy"]]
        with self._book.lock:
            fresh = []
            for entry in entries:
                known = self._book.plays.get((device.id, entry["id"]))
                if known is not None and known != entry:
                    raise Refused(NOT_NOW, "dòng nhật ký đã có, khác nội dung / another entry")
                if known is None:
                    fresh.append(entry)
            if fresh:
                self._book.write(now_ms, device.id, "nhat-ky", **{"nhat-ky": fresh})


def _entry(entry: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
    from_ms = entry["ThoiDiemBatDauMs"] or entry["ThoiDiemBatDau"] * 1000
    until_ms = entry["ThoiDiemKetThucMs"] or entry["ThoiDiemKetThuc"] * 1000
    _not_ahead(until_ms, now_ms)
    if until_ms < from_ms:
        raise Refused(MALFORMED, "ThoiDiemKetThuc: trước khi bắt đầu / before its start")
    return {
        "id": entry["NhatKyID"],
        "tin": entry["BanTinID"],
        "luot": entry["LuotPhatID"] or "",
        "muc-do": entry["MucDoUuTien"],
        "tu": from_ms,
        "den": until_ms,
        "ket-qua": entry["KetQua"],
        "ly-do": entry["LyDo"] or "",
    }


def _not_ahead(at_ms: int, now_ms: int) -> None:
    if at_ms > now_ms + AHEAD_MS:
        raise Refused(MALFORMED, "thời điểm ở tương lai / an instant in the future")
