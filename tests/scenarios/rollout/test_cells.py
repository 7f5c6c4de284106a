import pytest

from scenarios.rollout import cells


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("Chưa có", "none"),
        ("không có đài", "none"),
        ("none", "none"),
        ("Có dây", "wired"),
        ("Hữu tuyến", "wired"),
        ("Không dây FM 54-68 MHz", "fm-low"),
        ("Vô tuyến (54÷68MHz)", "fm-low"),
        ("Đài FM", "fm-low"),
        ("FM 87–108 MHz", "fm-high"),
        ("Truyền thanh thông minh/IP", "ip"),
        ("Ứng dụng CNTT-VT", "ip"),
        ("Đài truyền thanh ứng dụng công nghệ thông tin - viễn thông", "ip"),
    ],
)
def test_kinds_as_departments_write_them(written: str, kind: str) -> None:
    assert cells.kind(written) == kind


@pytest.mark.parametrize(
    ("read", "written", "expected"),
    [
        (cells.kind, "Có dây + không dây FM 54-68", "one kind of station, not 2"),
        (cells.kind, "FM 54-68 và 87-108 MHz", "one kind of station, not 2"),
        (cells.kind, "", "one of Chưa có, Có dây"),
        (cells.kind, "loa tay", "one of Chưa có, Có dây"),
        (cells.condition, "khá", "one of Tốt, Xuống cấp, Hư hỏng"),
        (cells.terrain, "sa mạc", "one of Đồng bằng"),
        (cells.yes_or_no, "có thể", "có hoặc không"),
        (cells.number(1, 500), "12,5", "a whole number from 1 to 500"),
        (cells.number(1, 500), "-3", "a whole number from 1 to 500"),
        (cells.number(1, 500), "501", "a whole number from 1 to 500"),
        (cells.number(1, 500), "#REF!", "a whole number from 1 to 500"),
        (cells.year(1950, 2022), "2023", "a year from 1950 to 2022"),
        (cells.year(1950, 2022), "trước 2010", "a year from 1950 to 2022"),
        (cells.station_id, "đài 1", "letters, digits, dot, hyphen and underscore, at most 40"),
    ],
)
def test_what_means_nothing_says_what_was_expected(read, written: str, expected: str) -> None:
    with pytest.raises(ValueError, match="^" + expected.replace("(", r"\(")):
        read(written)


def test_numbers_years_and_answers() -> None:
    assert cells.number(0, 10_000)("1.250") == cells.number(0, 10_000)("1,250") == 1250
    assert [cells.year(1950, 2022)(text) for text in ("2015", "15/06/2015", "2015-06-15")] == [
        2015
    ] * 3
    assert [cells.yes_or_no(text) for text in ("Có", "x", "KHÔNG", "chưa có")] == [
        *(True, True),
        *(False, False),
    ]
    assert cells.condition("Hoạt động tốt") == "good"
    assert cells.condition("XUỐNG CẤP") == "degraded"
    assert cells.condition("Không hoạt động") == "broken"
    assert cells.terrain("Hải đảo") == "island"
