"""What devices are told, in the words of the published AsyncAPI document."""

import hashlib
import io
import wave
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from .book import Bulletin, Command
from .reading import MALFORMED, Refused

_VIETNAM = timezone(timedelta(hours=7))
MOST_SOUND_BYTES = 32 << 20


def told(source: str, device: str, command: Command) -> dict[str, Any]:
    """A command as one device gets it; no device is told who else gets it."""
    return {
        "Id": command.id,
        "NguonID": source,
        "ThoiDiemGui": command.sent_ms // 1000,
        "HetHan": command.expires_ms // 1000 + 1,
        "CheDo": command.mode,
        "DanhSachThietBi": {"CumLoaID": [device]},
        **command.body,
    }


def content(bulletin: Bulletin, address: str) -> dict[str, Any]:
    """What a bulletin says and is."""
    said: dict[str, Any] = {
        "BanTinID": bulletin.id,
        "MucDoUuTien": bulletin.priority,
        "LoaiBanTin": 1 if bulletin.sound is None else 3,
        "TieuDe": bulletin.title,
        "ThoiLuong": _clock(bulletin.duration_ms),
        "ThoiLuongMs": bulletin.duration_ms,
        "KieuPhat": "file",
    }
    if bulletin.severity:
        said["CapDo"] = bulletin.severity
    if bulletin.text is not None:
        said["VanBan"] = bulletin.text
    if bulletin.sound is not None:
        said["NoiDung"] = f"{address}/am-thanh/{bulletin.sound}.wav"
        said["sha256"], said["KichThuoc"] = bulletin.sound, bulletin.size_bytes
    return said


def play(said: Mapping[str, Any], item: str, from_ms: int, until_ms: int, turn: int) -> Any:
    """One play, to be begun between two instants."""
    begun = {"LuotPhatID": item, "KhongPhatTruocMs": from_ms, "HetHieuLucMs": until_ms}
    return {"BanTin": {**said, **begun, "ThuTu": turn}}


def schedule(name: str, title: str, said: Mapping[str, Any], begins_s: list[int]) -> Any:
    """A schedule of one bulletin, at these instants."""
    length_s = -(-said["ThoiLuongMs"] // 1000)
    days: dict[str, list[dict[str, Any]]] = {}
    for number, begin_s in enumerate(begins_s, 1):
        day = f"{datetime.fromtimestamp(begin_s, _VIETNAM):%d-%m-%Y}"
        days.setdefault(day, []).append(
            {
                "LuotPhatID": f"{name}-{number}",
                "ThoiGianBatDau": begin_s,
                "ThoiGianKetThuc": begin_s + length_s,
            }
        )
    listed = [{"TimNgayPhat": day, "ThoiDiemPhat": plays} for day, plays in days.items()]
    bulletins = [{**said, "DanhSachNgayPhat": listed}]
    return {"ThemLichPhat": {"LichPhatID": name, "TenLichPhat": title, "DanhSachBanTin": bulletins}}


def sound(data: bytes) -> tuple[str, int]:
    """The hash and the length in ms of a WAV file; raises `Refused`."""
    try:
        with wave.open(io.BytesIO(data)) as file:
            frames, rate_hz = file.getnframes(), file.getframerate()
            held = len(file.readframes(frames)) // (file.getnchannels() * file.getsampwidth())
    except (wave.Error, EOFError, ValueError, ZeroDivisionError):
        raise Refused(MALFORMED, "cần tệp WAV / expected a WAV file") from None
    if not rate_hz or not 0 < held == frames:
        raise Refused(MALFORMED, "tệp WAV hỏng / a broken WAV file")
    return hashlib.sha256(data).hexdigest(), max(1, frames * 1000 // rate_hz)


def _clock(duration_ms: int) -> str:
    minutes, seconds = divmod(-(-duration_ms // 1000), 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"
