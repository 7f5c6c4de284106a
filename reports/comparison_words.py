"""What a comparison calls the values that changed: measurements, counts, entries of a run."""

import re
from collections.abc import Mapping
from typing import Final

from scenarios.scenario import Text

_MEASURES: Final[Mapping[str, Text]] = {
    "after_cancel": Text("phát sau khi lệnh hủy đã đến", "sound after the cancel arrived"),
    "availability": Text("mức sẵn sàng của thiết bị", "availability of devices"),
    "between_cancel": Text("phát khi lệnh hủy đang đến", "sound while the cancel was under way"),
    "duplicates": Text("nghe lại từ đầu", "heard again from the start"),
    "emergency_devices": Text("thiết bị đã phát tin khẩn cấp", "devices an emergency reached"),
    "emergency_households": Text("hộ dân có tin khẩn cấp", "households an emergency reached"),
    "emergency_inferred": Text("máy thu FM, suy ra", "FM receivers, inferred"),
    "emergency_reach_20s": Text("tin khẩn cấp trong 20 s", "emergency within 20 s"),
    "emergency_reach_all": Text("tin khẩn cấp, mọi lượt", "emergency, every play"),
    "emergency_reach_online": Text("tin khẩn cấp, trực tuyến", "emergency, online"),
    "emergency_t4_max": Text("độ trễ lâu nhất", "longest latency"),
    "emergency_t4_p50": Text("độ trễ p50", "latency p50"),
    "emergency_t4_p95": Text("độ trễ p95", "latency p95"),
    "emergency_t4_p99": Text("độ trễ p99", "latency p99"),
    "foreign_sound": Text("âm thanh của đài lạ", "sound of a foreign station"),
    "loss_shown": Text("mất kết nối được báo sau", "loss shown after"),
    "outside_hours": Text("phát ngoài giờ cho phép", "sound outside allowed hours"),
    "programme_complete": Text("chương trình phát trọn vẹn", "programme heard whole"),
    "returns_per_second": Text("trở lại trong một giây", "returns in one second"),
    "uplink_limited": Text("đường truyền lên là giới hạn", "uplink was the limit"),
    "wrong_area": Text("phát ngoài địa bàn", "sound outside the area"),
}

_ENTRIES: Final[Mapping[str, Text]] = {
    "world": Text("thế giới", "world"),
    "engine": Text("lõi mô phỏng", "engine"),
    "seed": Text("số mầm", "seed"),
    "scenario.name": Text("tên tệp", "file name"),
    "scenario.title.vi": Text("tên kịch bản (tiếng Việt)", "title (Vietnamese)"),
    "scenario.title.en": Text("tên kịch bản (tiếng Anh)", "title (English)"),
    "scenario.era": Text("thời kỳ hành chính", "era"),
    "scenario.start": Text("bắt đầu", "start"),
    "scenario.horizon_ms": Text("kéo dài", "length"),
    "scenario.sha256": Text("nội dung tệp (SHA-256)", "file's content (SHA-256)"),
    "fleet.devices": Text("thiết bị", "devices"),
    "fleet.communes": Text("xã", "communes"),
    "commands.starts": Text("lệnh phát", "starts"),
    "commands.cancels": Text("lệnh hủy", "cancels"),
    "programme.planned": Text("lượt theo chương trình", "plays of the programme"),
    "programme.complete": Text("… phát trọn vẹn", "… heard whole"),
    "programme.partial": Text("… phát một phần", "… heard in part"),
    "programme.missed": Text("… không phát được", "… missed"),
    "presence.devices": Text("thiết bị được theo dõi", "devices watched"),
    "presence.away_ms": Text("thời gian vắng mặt, cộng lại", "time away, in all"),
    "presence.losses": Text("lần mất kết nối", "losses"),
    "presence.losses_noticed": Text("… hệ thống nhận ra", "… noticed by the system"),
    "presence.most_returns_per_s": Text("trở lại trong 1 s, nhiều nhất", "most returns in 1 s"),
    "households.basis": Text("căn cứ về hộ dân", "basis of households"),
}

_FAMILIES: Final[tuple[tuple[re.Pattern[str], Text], ...]] = tuple(
    (re.compile(pattern, re.DOTALL), Text(vi, en))
    for pattern, vi, en in (
        (r"fleet\.by_profile\.(.+)", "hồ sơ {}", "profile {}"),
        (r"fleet\.by_link\.(.+)", "đường truyền {}", "link {}"),
        (r"limits\.(.+)\.busy_ms", "đường truyền lên {}: bận", "uplink {}: busy"),
        (r"limits\.(.+)\.limited_ms", "đường truyền lên {}: là giới hạn", "uplink {}: the limit"),
        (
            r"limits\.(.+)\.most_waiting",
            "đường truyền lên {}: tải bị chậm",
            "uplink {}: slowed at once",
        ),
        (
            r"limits\.(.+)\.most_downloads",
            "đường truyền lên {}: tải cùng lúc",
            "uplink {}: at once",
        ),
        (r"limits\.(.+)\.bytes", "đường truyền lên {}: byte", "uplink {}: bytes"),
        (r"limits\.(.+)\.limit", "đường truyền lên {}: loại giới hạn", "uplink {}: kind of limit"),
        (r"limits\.(.+)\.province", "đường truyền lên {}: tỉnh", "uplink {}: province"),
    )
)


def measure_name(name: str) -> Text:
    """A measurement in words; its own name where there are none."""
    return _MEASURES.get(name, Text(name, name))


def entry_name(place: str) -> Text:
    """A value by its place in the results, in words; the place itself where there are none."""
    if place in _ENTRIES:
        return _ENTRIES[place]
    for pattern, words in _FAMILIES:
        if found := pattern.fullmatch(place):
            return Text(words.vi.format(found[1]), words.en.format(found[1]))
    return Text(place, place)
