"""The phases of a rollout plan as a terminal shows them: a column for each year's end."""

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any, Final

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text as Line

from reports import rollout_figures as figures
from reports.rollout_figures import NO_VALUE
from reports.rollout_words import money
from reports.words import number
from scenarios.scenario import Text

_Told = Callable[[Mapping[str, Any]], str]


def table(phases: Mapping[str, Any] | None) -> Iterator[RenderableType]:
    """What stands at each year's end, and what an emergency and an ordinary day do to it."""
    if phases is None:
        return
    shown = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    shown.add_column("Cuối năm, ở P50\nYear's end, at P50", max_width=36)
    for phase in phases["years"]:
        shown.add_column(str(phase["year"]), justify="right")
    for name, told in _ROWS:
        cells = [told(phase) for phase in phases["years"]]
        shown.add_row(Line(f"{name.vi}\n{name.en}"), *map(Line, cells))
    yield shown
    if any(phase["households_assumed"] for phase in phases["years"]):
        yield Line(ASSUMED.vi)
        yield Line(ASSUMED.en)


ASSUMED: Final = Text(
    "Số hộ dân là số liệu sinh ra: phần hộ dân được báo là giả định, khác với thiết bị.",
    "Households are generated: their reach is assumed, other than that of devices.",
)


def _devices(phase: Mapping[str, Any]) -> str:
    return "+".join(str(count) for count in phase["devices"].values())


def _share(name: str) -> _Told:
    return lambda phase: figures.told(phase["emergency"][name], "share", "vi")


def _within_20_s(phase: Mapping[str, Any]) -> str:
    point = next(point for point in phase["emergency"]["curve"] if point["seconds"] == 20)
    return figures.told(point["household_reach"], "share", "vi")


def _p95(phase: Mapping[str, Any]) -> str:
    ms = phase["emergency"]["t4_p95_ms"]
    return NO_VALUE if ms is None else f"{number(Fraction(ms, 1_000), 'vi')} s"


def _load(day: str, name: str, scale: int) -> _Told:
    def told(phase: Mapping[str, Any]) -> str:
        load = phase["load"][day]
        return NO_VALUE if load is None else number(Fraction(load[name], scale), "vi", 0)

    return told


def _month(phase: Mapping[str, Any]) -> str:
    sim = phase["sim"]
    return NO_VALUE if sim is None else number(Fraction(sim["month_bytes"], 10**6), "vi", 0)


def _running(phase: Mapping[str, Any]) -> str:
    return money(phase["running_vnd"]["total"], "vi")


_ROWS: Final[tuple[tuple[Text, _Told], ...]] = (
    (Text("cụm loa + bộ chuyển đổi + bảng tin", "clusters + converters + boards"), _devices),
    (Text("tin khẩn cấp: thiết bị được báo", "emergency: devices reached"), _share("device_reach")),
    (
        Text("tin khẩn cấp: hộ dân được báo", "emergency: households reached"),
        _share("household_reach"),
    ),
    (Text("… trong 20 giây", "… within 20 s"), _within_20_s),
    (Text("từ lệnh đến tiếng, P95", "from order to sound, P95"), _p95),
    (
        Text("đường lên cho khẩn cấp, Mbit/s", "uplink for emergencies, Mbit/s"),
        _load("emergency", "needed_bit_s", 10**6),
    ),
    (
        Text("đường lên cho tiếp âm, Mbit/s", "uplink for relays, Mbit/s"),
        _load("ordinary", "stream_bit_s", 10**6),
    ),
    (
        Text("kết nối của máy chủ tin nhắn", "connections of the broker"),
        _load("ordinary", "connections", 1),
    ),
    (
        Text("tin nhắn mỗi giây, nhiều nhất", "messages per second, most"),
        _load("emergency", "messages_per_s", 1),
    ),
    (Text("MB mỗi SIM một tháng", "MB of a SIM in a month"), _month),
    (Text("chi phí vận hành một năm", "running cost of a year"), _running),
)
