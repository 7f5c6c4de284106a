"""Numbers with units in Vietnamese sentences."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.tender.figures import figures


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("phát trong 2 giây", [("at most", 2_000, "ms")]),
        ("không quá 2,5 s, mọi lần", [("at most", 2_500, "ms")]),
        ("≤ 1.500 ms", [("at most", 1_500, "ms")]),
        ("0.500 s", [(None, 500, "ms")]),
        ("ít nhất mỗi 60 s", [("at most", 60_000, "ms")]),
        ("lưu ít nhất 30 ngày", [("at least", 2_592_000_000, "ms")]),
        ("không dưới 85 dB", [("at least", 85, "dB")]),
        ("từ 50 W trở lên", [("at least", 50, "W")]),
        ("nguồn 90-240 V, 50 Hz", [("from", 90, "V"), ("to", 240, "V"), (None, 50, "Hz")]),
        ("từ 90 V đến 240 V", [("from", 90, "V"), ("to", 240, "V")]),
        ("95 % thiết bị trong vòng 10 giây", [(None, 95, "%"), ("at most", 10_000, "ms")]),
        ("bảo hành 24 tháng", [(None, 24, "month")]),
        ("hoạt động 24/24 giờ, mạng 3G/4G, IP65, Thông tư 39/2020/TT-BTTTT", []),
        ("trong mọi trường hợp, 5 xã", []),
        ("chịu tải tối thiểu 5.000 thiết bị", [("at least", 5_000, "device")]),
        ("200 mA, 5 Mbps", [(None, Decimal("0.2"), "A"), (None, 5_000_000, "bit/s")]),
    ],
)
def test_what_people_write(text, found):
    assert [each.meaning for each in figures(text)] == found


def test_a_letter_written_in_two_parts_is_the_same():
    assert figures("trong 2 gia\u0302y") == figures("trong 2 giây")


@given(st.text(max_size=200))
def test_any_text_has_some_or_none(text):
    for figure in figures(text):
        assert figure.value >= 0
        assert figure.written


@given(st.integers(0, 999_999_999), st.sampled_from(["s", "giây", "V", "W", "%", "km"]))
def test_a_number_is_found_whatever_stands_around(number, unit):
    (only,) = figures(f"Thiết bị phải {number} {unit}.")
    assert only.written == f"{number} {unit}"
