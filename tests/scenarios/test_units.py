import contextlib
import re
from datetime import datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios import units


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("45m", 2_700_000),
        ("2h", 7_200_000),
        ("1.5s", 1_500),
        ("250ms", 250),
        ("2d", 172_800_000),
        ("1h30m", 5_400_000),
        ("0.001s", 1),
        ("0s", 0),
        ("3660d", units.LONGEST_DURATION_MS),
    ],
)
def test_durations(text: str, ms: int) -> None:
    assert units.duration_ms(text) == ms


@pytest.mark.parametrize(
    "text",
    [
        "",
        "45",
        "45 m",
        "-1s",
        "+1s",
        "1e3s",
        "m",
        "1m1h",
        "1m2m",
        "1.s",
        ".5s",
        "٤s",
        "1s\n",
        "0x1s",
    ],
)
def test_a_duration_without_a_unit_or_out_of_form_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"a duration with its unit, such as 45m"):
        units.duration_ms(text)


def test_a_duration_is_exact_or_refused() -> None:
    with pytest.raises(ValueError, match="a whole number of milliseconds"):
        units.duration_ms("1.0005s")
    with pytest.raises(ValueError, match="at most 3,660 days"):
        units.duration_ms("3660d1ms")


@given(st.integers(0, units.LONGEST_DURATION_MS))
def test_a_duration_as_written_reads_as_the_same(ms: int) -> None:
    assert units.duration_ms(units.duration_text(ms)) == ms


@given(st.integers(0, 10**6), st.integers(0, 999), st.sampled_from([("s", 1000), ("m", 60_000)]))
def test_fractions_are_decimal_not_binary(whole: int, part: int, unit: tuple[str, int]) -> None:
    exact = (whole + Fraction(part, 1000)) * unit[1]
    assert units.duration_ms(f"{whole}.{part:03}{unit[0]}") == exact


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (units.size_bytes, "512B", 512),
        (units.size_bytes, "40kB", 40_000),
        (units.size_bytes, "1.5MB", 1_500_000),
        (units.rate_bit_s, "64kbit/s", 64_000),
        (units.rate_bit_s, "100Mbit/s", 100_000_000),
        (units.length_m, "500m", 500),
        (units.length_m, "60km", 60_000),
        (units.length_m, "0.25km", 250),
        (units.clock_ms, "05:00", 18_000_000),
        (units.clock_ms, "23:59:59", 86_399_000),
    ],
)
def test_other_quantities(read, text: str, value: int) -> None:
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "text", "expected"),
    [
        (units.size_bytes, "40", "a size with its unit"),
        (units.size_bytes, "40KB", "a size with its unit"),
        (units.size_bytes, "0.5B", "a size of a whole number of bytes"),
        (units.size_bytes, "1001GB", "at most 1,000 GB"),
        (units.rate_bit_s, "100Mb/s", "a rate with its unit"),
        (units.length_m, "3cm", "a length with its unit"),
        (units.clock_ms, "24:00", "a time of day"),
        (units.clock_ms, "5:00", "a time of day"),
    ],
)
def test_other_quantities_refused(read, text: str, expected: str) -> None:
    with pytest.raises(ValueError, match=expected):
        read(text)


@given(
    st.datetimes(datetime(1971, 1, 1), datetime(2198, 1, 1)),
    st.integers(-23 * 60, 23 * 60).map(lambda minutes: timedelta(minutes=minutes)),
)
def test_an_instant_as_written_reads_as_the_same(moment: datetime, offset: timedelta) -> None:
    sign, minutes = ("-", -offset) if offset < timedelta(0) else ("+", offset)
    total = minutes // timedelta(minutes=1)
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    text = f"{moment.isoformat(timespec='milliseconds')}{sign}{total // 60:02}:{total % 60:02}"
    read = units.instant(text)
    assert read.replace(tzinfo=None) == moment
    assert read.utcoffset() == offset


@pytest.mark.parametrize(
    "text",
    [
        "2022-09-27T20:00:00",
        "2022-09-27",
        "2022-02-30T00:00:00+07:00",
        "2022-09-27T25:00:00+07:00",
        "2022-09-27T20:00:00.0001+07:00",
        "1950-09-27T20:00:00+07:00",
        "2022-09-27T20:00:00+99:00",
    ],
)
def test_a_moment_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a moment with its offset"):
        units.instant(text)


@given(st.text(max_size=12) | st.from_regex(r"[0-9.]{0,15}[a-zA-Z/:+TZ-]{0,6}", fullmatch=True))
def test_no_text_ends_in_anything_but_a_number_or_a_refusal(text: str) -> None:
    for read in (units.duration_ms, units.size_bytes, units.rate_bit_s, units.clock_ms):
        value = 0
        with contextlib.suppress(ValueError):
            value = read(text)
        assert 0 <= value < 2**60


def test_a_time_of_day_is_told_around_midnight() -> None:
    assert units.clock_text(23 * units.HOUR_MS + 90 * units.MINUTE_MS) == "00:30"


@pytest.mark.parametrize(("text", "ms"), [("+7h", 25_200_000), ("-90s", -90_000), ("+0s", 0)])
def test_signed_durations(text: str, ms: int) -> None:
    assert units.signed_duration_ms(text) == ms


@pytest.mark.parametrize("text", ["", "7h", "+", "-", "+-7h", "--7h", "+7", "−7h", " +7h"])
def test_a_signed_duration_without_its_sign_or_unit_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a duration with its"):
        units.signed_duration_ms(text)


@pytest.mark.parametrize(
    ("text", "millionths"),
    [("20%", 200_000), ("0.5%", 5_000), ("0.0001%", 1), ("0%", 0), ("100%", 1_000_000)],
)
def test_shares(text: str, millionths: int) -> None:
    assert units.share_per_million(text) == millionths


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20", "a share with its sign, such as 20%"),
        ("20 %", "a share with its sign, such as 20%"),
        ("-1%", "a share with its sign, such as 20%"),
        ("0.2", "a share with its sign, such as 20%"),
        ("100.0001%", "a share of at most 100%"),
        ("0.00001%", "a share of a whole number of millionths"),
    ],
)
def test_a_share_out_of_form_is_refused(text: str, expected: str) -> None:
    with pytest.raises(ValueError, match=re.escape(expected)):
        units.share_per_million(text)


@pytest.mark.parametrize(
    ("text", "vnd"),
    [
        ("36M", 36_000_000),
        ("1.5bn", 1_500_000_000),
        ("400 k", 400_000),
        ("7VND", 7),
        ("450 triệu", 450_000_000),
        ("1,5 tỷ", 1_500_000_000),
        ("1,5tỉ", 1_500_000_000),
        ("1.500 triệu", 1_500_000_000),
        ("36.000.000 đồng", 36_000_000),
        ("1000000bn", units.MOST_VND),
    ],
)
def test_money_as_it_is_written_here_and_there(text: str, vnd: int) -> None:
    assert units.money_vnd(text) == vnd


@pytest.mark.parametrize(
    "text",
    ["36", "1.5 tỷ", "1,5bn", "1.50.000 đồng", "-1M", "1M ", "0,5 đồng", "1000001bn", "1e3M", "₫5"],
)
def test_money_that_could_be_read_in_two_ways_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^an amount"):
        units.money_vnd(text)


@given(st.integers(0, 10**6))
def test_both_languages_say_the_same_money(thousands: int) -> None:
    millions, rest = divmod(thousands, 1000)
    assert units.money_vnd(f"{millions}.{rest:03}M") == thousands * 1000
    assert units.money_vnd(f"{millions},{rest:03} triệu") == thousands * 1000


def test_whole_days() -> None:
    assert (units.whole_days("45d"), units.whole_days("3660d")) == (45, 3660)
    for text in ("45", "1.5d", "3661d", "2h", "-1d"):
        with pytest.raises(ValueError, match="whole days"):
            units.whole_days(text)
