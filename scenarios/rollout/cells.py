"""What a cell of a stock table means; every reader raises `ValueError` with what was expected."""

import re
from collections.abc import Callable, Mapping
from typing import Final, TypeVar

from scenarios.rollout.names import plain
from scenarios.rollout.plan import Condition, StationKind, Terrain

Value = TypeVar("Value")

KINDS: Final[Mapping[StationKind, tuple[str, str]]] = {
    "none": ("Chưa có", "none"),
    "wired": ("Có dây", "wired"),
    "fm-low": ("Không dây FM 54-68 MHz", "FM 54-68 MHz"),
    "fm-high": ("Không dây FM 87-108 MHz", "FM 87-108 MHz"),
    "ip": ("Truyền thanh thông minh/IP", "IP"),
}
CONDITIONS: Final[Mapping[Condition, tuple[str, str]]] = {
    "good": ("Tốt", "good"),
    "degraded": ("Xuống cấp", "degraded"),
    "broken": ("Hư hỏng", "broken"),
}
TERRAINS: Final[Mapping[Terrain, tuple[str, str]]] = {
    "plain": ("Đồng bằng", "plain"),
    "hill": ("Trung du", "hill"),
    "mountain": ("Miền núi", "mountain"),
    "island": ("Hải đảo", "island"),
}
"""What each is called in a table, in Vietnamese and English."""

_ALSO_NO_STATION: Final = frozenset(("khong", "khong co", "chua co dai", "khong co dai", "no"))
_IP: Final = frozenset(("ip", "internet", "cntt", "thong minh", "cong nghe thong tin"))
_WIRED: Final = frozenset(("co day", "huu tuyen", "wired"))
_ALSO_CONDITIONS: Final[Mapping[str, Condition]] = {
    "hoat dong tot": "good",
    "dang hoat dong": "good",
    "binh thuong": "good",
    "hoat dong binh thuong": "good",
    "kem": "degraded",
    "hoat dong kem": "degraded",
    "da xuong cap": "degraded",
    "hu": "broken",
    "hong": "broken",
    "da hu hong": "broken",
    "khong hoat dong": "broken",
    "ngung hoat dong": "broken",
}
_ALSO_TERRAINS: Final[Mapping[str, Terrain]] = {
    "ven bien": "plain",
    "do thi": "plain",
    "go doi": "hill",
    "doi": "hill",
    "nui": "mountain",
    "vung cao": "mountain",
    "dao": "island",
}
_YES: Final = frozenset(("co", "da co", "x", "1", "yes", "true", "roi"))
_NO: Final = frozenset(("khong", "chua", "chua co", "khong co", "0", "no", "false"))
_NUMBER = re.compile(r"[0-9]{1,7}|[0-9]{1,3}(?:[.,][0-9]{3})+")
_YEAR = re.compile(r"(?:[0-9]{1,2}[/-][0-9]{1,2}[/-])?([0-9]{4})(?:-[0-9]{2}-[0-9]{2})?")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


def kind(text: str) -> StationKind:
    """The kind that a description names; FM without a band is taken to be 54-68 MHz."""
    name = f" {plain(text)} "
    if name.strip() in {*_ALSO_NO_STATION, *_plain_names(KINDS["none"])}:
        return "none"
    low, high = " 54 " in name or " 68 " in name, " 87 " in name or " 108 " in name
    found: set[StationKind] = set()
    if low or high or " fm " in name or " khong day " in name or " vo tuyen " in name:
        found |= {"fm-low"} if low or not high else set()
        found |= {"fm-high"} if high else set()
    if any(f" {word} " in name for word in _WIRED):
        found.add("wired")
    if any(f" {word} " in name for word in _IP):
        found.add("ip")
    if len(found) == 1:
        return found.pop()
    if found:
        raise ValueError(f"one kind of station, not {len(found)}: a row with an id for each")
    raise ValueError(f"one of {', '.join(vi for vi, _ in KINDS.values())}")


def says_its_band(text: str) -> bool:
    """Whether a description of an FM station names a band."""
    return any(number in plain(text).split() for number in ("54", "68", "87", "108"))


def condition(text: str) -> Condition:
    """Tốt, xuống cấp or hư hỏng."""
    return _one_of(text, CONDITIONS, _ALSO_CONDITIONS)


def terrain(text: str) -> Terrain:
    """Đồng bằng, trung du, miền núi or hải đảo."""
    return _one_of(text, TERRAINS, _ALSO_TERRAINS)


def yes_or_no(text: str) -> bool:
    """Có hoặc không."""
    if plain(text) in _YES:
        return True
    if plain(text) in _NO:
        return False
    raise ValueError("có hoặc không")


def number(least: int, most: int) -> Callable[[str], int]:
    """A reader of a whole number, whose thousands may be parted: 1.250."""

    def read(text: str) -> int:
        value = -1
        if _NUMBER.fullmatch(text):
            value = int(text.replace(".", "").replace(",", ""))
        if not least <= value <= most:
            raise ValueError(f"a whole number from {least} to {most:,}")
        return value

    return read


def year(first: int, last: int) -> Callable[[str], int]:
    """A reader of a year, which may be that of a day: 15/06/2015."""

    def read(text: str) -> int:
        match = _YEAR.fullmatch(text)
        if match is None or not first <= int(match[1]) <= last:
            raise ValueError(f"a year from {first} to {last}")
        return int(match[1])

    return read


def station_id(text: str) -> str:
    """A name of letters, digits, dots, hyphens and underscores."""
    if not _ID.fullmatch(text):
        raise ValueError("letters, digits, dot, hyphen and underscore, at most 40")
    return text


def _one_of(text: str, names: Mapping[Value, tuple[str, str]], also: Mapping[str, Value]) -> Value:
    known = {written: value for value, both in names.items() for written in _plain_names(both)}
    known |= also
    if plain(text) not in known:
        raise ValueError(f"one of {', '.join(vi for vi, _ in names.values())}")
    return known[plain(text)]


def _plain_names(both: tuple[str, str]) -> tuple[str, ...]:
    return tuple(map(plain, both))
