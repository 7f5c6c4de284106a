"""The words on the wire: an English attribute for each Vietnamese field, and what numbers mean.

The names are those that provinces and vendors share; names after an asterisk are this project's
own. No official document known to us fixes them.
"""

from collections.abc import Mapping
from typing import Literal

from scenarios.scenario import CLASSES, BulletinClass

SHARED_NAMES: Mapping[str, str] = {
    "source": "NguonID",
    "source_name": "TenNguon",
    "sent_s": "ThoiDiemGui",
    "targets": "DanhSachThietBi",
    "devices": "CumLoaID",
    "device_name": "TenThietBi",
    "device_kind": "TenLoaiThietBi",
    "supplier_code": "MaNhaCungCap",
    "supplier_name": "TenNhaCungCap",
    "bulletin": "BanTinID",
    "priority": "MucDoUuTien",
    "media": "LoaiBanTin",
    "field": "LoaiLinhVuc",
    "title": "TieuDe",
    "summary": "NoiDungTomTat",
    "content_url": "NoiDung",
    "duration": "ThoiLuong",
    "made_s": "ThoiGianSanXuat",
    "author": "TacGia",
    "full_name": "TenDayDu",
    "pen_name": "ButDanh",
    "email": "Email",
    "details": "ThongTinChiTietBanTin",
    "name": "Ten",
    "value": "GiaTri",
    "news_source": "NguonTin",
    "relayed": "TiepAm",
    "relayed_from": "NguonTiepAm",
    "control": "DieuKhienThietBi",
    "code": "MaLenh",
    "parameter": "ThamSo",
    "schedule_id": "LichPhatID",
    "schedule_name": "TenLichPhat",
    "bulletins": "DanhSachBanTin",
    "days": "DanhSachNgayPhat",
    "day": "TimNgayPhat",
    "plays": "ThoiDiemPhat",
    "begin_s": "ThoiGianBatDau",
    "finish_s": "ThoiGianKetThuc",
    "result": "TrangThaiGui",
    "explanation": "MoTa",
    "volume": "AmLuong",
    "activity": "TrangThaiHoatDong",
    "link": "TrangThaiKetNoi",
    "latitude": "ViDo",
    "longitude": "KinhDo",
    "telemetry": "ThongTinThietBi",
    "power_w": "CongSuat",
    "temperature_c": "NhietDo",
    "storage_used": "DungLuongSuDung",
    "started_s": "ThoiDiemBatDau",
    "playing_url": "NoiDungPhat",
    "app_version": "PhienBanUngDung",
}

OWN_NAMES: Mapping[str, str] = {
    "id": "Id",
    "expires_s": "HetHan",
    "status": "CheDo",
    "start": "BanTin",
    "cancel": "HuyBanTin",
    "stop": "DungPhat",
    "restart": "KhoiDongLai",
    "schedule": "ThemLichPhat",
    "unschedule": "HuyLichPhat",
    "signature": "ChuKy",
    "key_id": "KhoaID",
    "ed25519": "Ed25519",
    "item": "LuotPhatID",
    "severity": "CapDo",
    "kind": "KieuPhat",
    "text": "VanBan",
    "language": "NgonNgu",
    "sha256": "sha256",
    "size_bytes": "KichThuoc",
    "duration_ms": "ThoiLuongMs",
    "not_before_ms": "KhongPhatTruocMs",
    "expires_ms": "HetHieuLucMs",
    "end_by_ms": "PhaiDungTruocMs",
    "order": "ThuTu",
    "at_s": "ThoiDiem",
    "at_ms": "ThoiDiemMs",
    "started_ms": "ThoiDiemBatDauMs",
    "ended_s": "ThoiDiemKetThuc",
    "ended_ms": "ThoiDiemKetThucMs",
    "boot": "KhoiDong",
    "sequence": "SoThuTu",
    "entry": "NhatKyID",
    "entries": "NhatKy",
    "outcome": "KetQua",
    "reason": "LyDo",
    "power": "NguonDien",
    "speaker": "TinhTrangLoa",
    "online": "TrucTuyen",
}

WIRE_NAMES: Mapping[str, str] = {**SHARED_NAMES, **OWN_NAMES}

Priority = Literal[1, 2, 3]
"""`MucDoUuTien`: 1 emergency (khẩn cấp), 2 priority (ưu tiên), 3 normal (thông thường)."""

CLASS_OF_PRIORITY: Mapping[Priority, BulletinClass] = {1: "emergency", 2: "priority", 3: "normal"}
PRIORITY_OF_CLASS: Mapping[BulletinClass, Priority] = {
    bulletin_class: priority for priority, bulletin_class in CLASS_OF_PRIORITY.items()
}
assert tuple(PRIORITY_OF_CLASS) == CLASSES

Status = Literal["Actual", "Exercise", "Test"]
"""For real; a drill (diễn tập); a test (thử nghiệm)."""

Media = Literal[1, 2, 3, 4, 5, 6]
"""`LoaiBanTin`: 1 text, 2 image, 3 audio, 4 video, 5 live, 6 FM."""

Field = Literal[1, 2, 3, 4, 5, 6]
"""`LoaiLinhVuc`: 1 general, 2 unexpected (đột xuất), 3 policy of Party and State, 4 local
direction, 5 knowledge, 6 good examples."""

Activity = Literal[0, 1, 2]
"""`TrangThaiHoatDong`: 0 playing, 1 paused, 2 stopped."""

Result = Literal[0, 1]
"""`TrangThaiGui`: 0 accepted, 1 failed."""
