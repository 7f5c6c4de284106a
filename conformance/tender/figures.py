"""Numbers with units in the words of a requirement: `trong 2 giây`, `90-240 V`, `từ 50 W trở lên`.

A comma is the decimal mark, and dots before groups of three digits part thousands, as people in
Viet Nam write. What stands before or after a number says its sense; where nothing does, it has
none.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal
from unicodedata import normalize

Sense = Literal["at most", "at least", "from", "to"]
"""`from` and `to` are the two ends of a range."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number in `unit`, times always in `ms`; `written` is how it stands in the text."""

    written: str
    sense: Sense | None
    value: Decimal
    unit: str

    @property
    def meaning(self) -> tuple[Sense | None, Decimal, str]:
        """What it says, however it is written."""
        return self.sense, self.value, self.unit


def figures(text: str) -> tuple[Figure, ...]:
    """Every number with a unit, in the order of the text."""
    return tuple(_figures(normalize("NFC", text)))


def _figures(text: str) -> Iterator[Figure]:
    for found in _FIGURE.finditer(text):
        unit = " ".join((found["unit"] or found["alone"]).casefold().split())
        named, scale = _UNITS[unit]
        written = " ".join(found[0].split())
        value = _number(found["number"]) * scale
        if found["until"]:
            yield Figure(written, "from", value, named)
            yield Figure(written, "to", _number(found["until"]) * scale, named)
        else:
            yield Figure(written, _sense(found), value, named)


def _sense(found: re.Match[str]) -> Sense | None:
    if found["most"] or found["down"]:
        return "at most"
    return "at least" if found["least"] or found["up"] else None


def _number(written: str) -> Decimal:
    if _THOUSANDS.fullmatch(written):
        written = written.replace(".", "")
    return Decimal(written.replace(",", "."))


_S, _MIN, _H, _DAY = (Decimal(1_000 * each) for each in (1, 60, 3_600, 86_400))
_UNITS: Final[Mapping[str, tuple[str, Decimal]]] = {
    **dict.fromkeys(("ms", "mili giây", "mili-giây", "miligiây"), ("ms", Decimal(1))),
    **dict.fromkeys(("s", "giây", "giay", "sec", "seconds", "second"), ("ms", _S)),
    **dict.fromkeys(("phút", "phut", "min", "minutes", "minute"), ("ms", _MIN)),
    **dict.fromkeys(("h", "giờ", "gio", "hours", "hour"), ("ms", _H)),
    **dict.fromkeys(("ngày", "ngay", "days", "day"), ("ms", _DAY)),
    **dict.fromkeys(("tuần", "tuan", "weeks", "week"), ("ms", 7 * _DAY)),
    **dict.fromkeys(("tháng", "thang", "months", "month"), ("month", Decimal(1))),
    **dict.fromkeys(("năm", "years", "year"), ("month", Decimal(12))),
    **dict.fromkeys(("v", "vac", "vdc"), ("V", Decimal(1))),
    "kv": ("V", Decimal(1_000)),
    "a": ("A", Decimal(1)),
    "ma": ("A", Decimal("0.001")),
    "w": ("W", Decimal(1)),
    "kw": ("W", Decimal(1_000)),
    "hz": ("Hz", Decimal(1)),
    "khz": ("Hz", Decimal(10**3)),
    "mhz": ("Hz", Decimal(10**6)),
    "ghz": ("Hz", Decimal(10**9)),
    **dict.fromkeys(("ω", "ohm"), ("Ω", Decimal(1))),
    "db": ("dB", Decimal(1)),
    "dbm": ("dBm", Decimal(1)),
    **dict.fromkeys(("°c", "độ c", "oc"), ("°C", Decimal(1))),
    "%": ("%", Decimal(1)),
    **dict.fromkeys(("m", "mét"), ("m", Decimal(1))),
    "km": ("m", Decimal(1_000)),
    "cm": ("m", Decimal("0.01")),
    "mm": ("m", Decimal("0.001")),
    "kg": ("kg", Decimal(1)),
    **dict.fromkeys(("kb", "kbyte"), ("byte", Decimal(10**3))),
    **dict.fromkeys(("mb", "mbyte"), ("byte", Decimal(10**6))),
    **dict.fromkeys(("gb", "gbyte"), ("byte", Decimal(10**9))),
    **dict.fromkeys(("kbps", "kbit/s"), ("bit/s", Decimal(10**3))),
    **dict.fromkeys(("mbps", "mbit/s"), ("bit/s", Decimal(10**6))),
    **dict.fromkeys(("thiết bị", "cụm loa", "loa", "devices", "device"), ("device", Decimal(1))),
    **dict.fromkeys(("người dùng", "tài khoản", "users", "user"), ("user", Decimal(1))),
}
"""The unit that each is told in, and how many of it one is; in small letters."""

_MOST: Final = (
    *("≤", "<=", "<", "không vượt quá", "không quá", "không lớn hơn", "không hơn"),
    *("không chậm hơn", "không muộn hơn", "không cao hơn", "tối đa", "nhiều nhất", "chậm nhất"),
    *("trong vòng", "trong thời gian", "trong", "dưới", "nhỏ hơn", "thấp hơn", "ít nhất mỗi"),
    *("mỗi", "at most", "no more than", "not more than", "less than", "within", "under", "every"),
)
_LEAST: Final = (
    *("≥", ">=", ">", "không dưới", "không nhỏ hơn", "không ít hơn", "không thấp hơn"),
    *("không kém", "tối thiểu", "ít nhất", "trên", "lớn hơn", "cao hơn", "nhiều hơn", "hơn"),
    *("at least", "no less than", "not less than", "more than", "over"),
)


def _any(words: tuple[str, ...]) -> str:
    longest_first = sorted(words, key=len, reverse=True)
    # A word of letters is no part of another one.
    return "|".join(
        rf"(?<!\w){re.escape(word)}(?!\w)" if word[0].isalpha() else re.escape(word)
        for word in longest_first
    ).replace(r"\ ", r"\s+")


_ONE = r"[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]{1,6})?|[0-9]{1,9}(?:[.,][0-9]{1,6})?"
_UNIT = "|".join(
    re.escape(unit).replace(r"\ ", r"\s+") for unit in sorted(_UNITS, key=len, reverse=True)
)
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+(?:,[0-9]{1,6})?")
_FIGURE = re.compile(
    rf"(?:(?P<most>{_any(_MOST)})|(?P<least>{_any(_LEAST)}))?(?:\s+(?:là|khoảng|khoảng từ|từ))?\s*"
    rf"(?<![\w.,/])(?P<number>{_ONE})\s?"
    rf"(?:(?P<alone>{_UNIT})(?!\w)(?!\s?(?:-|–|—|~|đến|tới|to)\s?[0-9])"
    rf"|(?:(?:{_UNIT})(?!\w)\s?)?(?:-|–|—|~|đến|tới|to)\s?(?P<until>{_ONE})\s?(?P<unit>{_UNIT})(?!\w))"
    rf"(?:\s+(?:(?P<up>trở lên)|(?P<down>trở xuống|trở lại)))?",
    re.IGNORECASE,
)
