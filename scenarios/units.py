"""Quantities as people write them, always with a unit, turned into exact whole numbers.

Every function raises `ValueError` whose text says what was expected.
"""

import re
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from typing import Final

SECOND_MS: Final = 1_000
MINUTE_MS: Final = 60 * SECOND_MS
HOUR_MS: Final = 60 * MINUTE_MS
DAY_MS: Final = 24 * HOUR_MS

VIETNAM_TIME: Final = timezone(timedelta(hours=7))
"""The legal time of Viet Nam: UTC+7, without daylight saving."""

LONGEST_DURATION_MS: Final = 3_660 * DAY_MS

# Largest first: the parts of a duration such as 1h30m come in this order.
_DURATIONS: Final = {"d": DAY_MS, "h": HOUR_MS, "m": MINUTE_MS, "s": SECOND_MS, "ms": 1}
_SIZES: Final = {"B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9}
_RATES: Final = {"bit/s": 1, "kbit/s": 10**3, "Mbit/s": 10**6, "Gbit/s": 10**9}
_LENGTHS: Final = {"m": 1, "km": 1_000}
_MONEY: Final = {"k": 10**3, "M": 10**6, "bn": 10**9, "VND": 1}
_TIEN: Final = {"nghìn": 10**3, "triệu": 10**6, "tỷ": 10**9, "tỉ": 10**9, "đồng": 1}

MOST_VND: Final = 10**15

_NUMBER = r"[0-9]{1,12}(?:\.[0-9]{1,9})?"
_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,9})?)%")
_QUANTITY = re.compile(rf"({_NUMBER})([A-Za-z/]+)")
_DURATION = re.compile("".join(rf"(?:({_NUMBER}){unit})?" for unit in _DURATIONS))
_DAYS = re.compile(r"([0-9]{1,4})d")
_MONEY_VND = re.compile(rf"({_NUMBER}) ?({'|'.join(_MONEY)})")
_TIEN_VND = re.compile(
    rf"([0-9]{{1,3}}(?:\.[0-9]{{3}}){{1,5}}|[0-9]{{1,15}})(?:,([0-9]{{1,9}}))? ?({'|'.join(_TIEN)})"
)
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,3})?)?(Z|[+-][0-9]{2}:[0-9]{2})"
)


def duration_ms(text: str) -> int:
    """Milliseconds of `45m`, `1.5s`, `250ms`, `2d` or `1h30m`; at most 3,660 days."""
    match = _DURATION.fullmatch(text)
    if match is None or not text:
        raise ValueError("a duration with its unit, such as 45m, 2h, 1.5s or 250ms")
    total = sum(
        Fraction(Decimal(number)) * scale
        for number, scale in zip(match.groups(), _DURATIONS.values(), strict=True)
        if number is not None
    )
    return _whole(Fraction(total), LONGEST_DURATION_MS, "a duration", "milliseconds", "3,660 days")


def signed_duration_ms(text: str) -> int:
    """Milliseconds of `+7h` or `-90s`, a duration with its sign."""
    if text[:1] not in ("+", "-"):
        raise ValueError("a duration with its sign and unit, such as +7h or -90s")
    ms = duration_ms(text[1:])
    return -ms if text[0] == "-" else ms


def share_per_million(text: str) -> int:
    """Millionths of `20%` or `0.5%`; at most 100%."""
    match = _PERCENT.fullmatch(text)
    if match is None:
        raise ValueError("a share with its sign, such as 20%")
    return _whole(Fraction(Decimal(match[1])) * 10**4, 10**6, "a share", "millionths", "100%")


def money_vnd(text: str) -> int:
    """Đồng of `36M`, `1.5bn`, `400k`, `5000VND`, or of `450 triệu`, `1,5 tỷ`, `36.000.000 đồng`.

    With a Vietnamese unit the comma is the decimal mark and dots part thousands, as people there
    write. At most 1,000,000 bn.
    """
    if match := _MONEY_VND.fullmatch(text):
        value = Fraction(Decimal(match[1])) * _MONEY[match[2]]
    elif match := _TIEN_VND.fullmatch(text):
        value = Fraction(Decimal(f"{match[1].replace('.', '')}.{match[2] or 0}")) * _TIEN[match[3]]
    else:
        raise ValueError(
            "an amount of money with its unit, such as 36M, 1.5bn, 450 triệu or 1,5 tỷ"
        )
    return _whole(value, MOST_VND, "an amount", "đồng", "1,000,000bn")


def whole_days(text: str) -> int:
    """Days of `45d`; at most 3,660."""
    match = _DAYS.fullmatch(text)
    if match is None or int(match[1]) * DAY_MS > LONGEST_DURATION_MS:
        raise ValueError("a time in whole days, such as 45d, of at most 3660d")
    return int(match[1])


def size_bytes(text: str) -> int:
    """Bytes of `40kB` or `1.5MB` (decimal multiples); at most 1,000 GB."""
    value = _scaled(text, _SIZES, "a size with its unit, such as 40kB or 1.5MB")
    return _whole(value, 10**12, "a size", "bytes", "1,000 GB")


def rate_bit_s(text: str) -> int:
    """Bits per second of `64kbit/s` or `100Mbit/s`; at most 1,000 Gbit/s."""
    value = _scaled(text, _RATES, "a rate with its unit, such as 64kbit/s or 100Mbit/s")
    return _whole(value, 10**12, "a rate", "bits per second", "1,000 Gbit/s")


def length_m(text: str) -> int:
    """Metres of `500m` or `60km`; at most 20,000 km."""
    value = _scaled(text, _LENGTHS, "a length with its unit, such as 500m or 60km")
    return _whole(value, 2 * 10**7, "a length", "metres", "20,000 km")


def clock_ms(text: str) -> int:
    """Milliseconds after midnight of `05:00` or `05:00:30`."""
    match = _CLOCK.fullmatch(text)
    if match is None:
        raise ValueError('a time of day from "00:00" to "23:59"')
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return hours * HOUR_MS + minutes * MINUTE_MS + seconds * SECOND_MS


def instant(text: str) -> datetime:
    """The moment of an ISO 8601 text with its offset, to the millisecond, from 1970 to 2199."""
    expected = 'a moment with its offset, such as "2022-09-27T20:00:00+07:00"'
    if _INSTANT.fullmatch(text) is None:
        raise ValueError(expected)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{expected}, of a day and hour that exist") from None
    if not 1970 <= moment.year <= 2199:
        raise ValueError(f"{expected}, from 1970 to 2199")
    return moment


def duration_text(ms: int) -> str:
    """The duration as `duration_ms` reads it: `90000` is `1m30s`."""
    parts = []
    for unit, scale in _DURATIONS.items():
        count, ms = divmod(ms, scale)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def clock_text(ms: int) -> str:
    """The time of day of so many milliseconds after some midnight, as `05:00`."""
    minutes = ms // MINUTE_MS
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"


def _scaled(text: str, scales: dict[str, int], expected: str) -> Fraction:
    match = _QUANTITY.fullmatch(text)
    if match is None or match[2] not in scales:
        raise ValueError(expected)
    return Fraction(Decimal(match[1])) * scales[match[2]]


def _whole(value: Fraction, largest: int, quantity: str, unit: str, largest_text: str) -> int:
    if value.denominator != 1:
        raise ValueError(f"{quantity} of a whole number of {unit}")
    if value > largest:
        raise ValueError(f"{quantity} of at most {largest_text}")
    return int(value)
