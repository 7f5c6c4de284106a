import pytest

from scenarios.problems import BadInput
from scenarios.rollout import table
from scenarios.rollout.columns import COLUMNS, TITLES, header_of
from scenarios.rollout.table import Row, from_csv


def refused(source: bytes) -> str:
    with pytest.raises(BadInput) as bad:
        from_csv("s.csv", source)
    return str(bad.value)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_three_delimiters_and_the_lines_of_rows(delimiter: str) -> None:
    lines = ["a|b", '"one\n  cell"|2', "|", " x |"]
    source = "\ufeff" + "\r\n".join(lines).replace("|", delimiter)
    assert from_csv("s.csv", source.encode()).rows == (
        Row(1, ("a", "b")),
        Row(2, ("one cell", "2")),
        Row(5, ("x",)),
    )


def test_what_is_out_of_bounds_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (
        refused(b'a,b\n"c') == "s.csv:2: is not CSV (unexpected end of data), expected a CSV file"
    )
    assert "UTF-8" in refused(b"a,\xff")
    wide = ",".join("x" * 101)
    assert (
        refused(wide.encode())
        == "s.csv:1: is longer than its columns, expected at most 100 columns"
    )
    assert "1,000 characters" in refused(b"a," + b"x" * 1001)
    monkeypatch.setattr(table, "MAX_ROWS", 3)
    assert refused(b"a\n" * 4) == "s.csv:4: is row 4, expected at most 3 rows"


def rows(text: str) -> tuple[Row, ...]:
    return from_csv("s.csv", text.encode()).rows


@pytest.mark.parametrize("which", [0, 1])
def test_our_own_headings_are_read(which: int) -> None:
    header = header_of(rows(",".join(f'"{TITLES[column][which]}"' for column in COLUMNS)))
    assert header is not None
    assert header.places == {column: place for place, column in enumerate(COLUMNS)}
    assert (header.unread, header.twice) == ([], [])


def test_titles_above_and_a_head_of_two_rows() -> None:
    text = (
        "UBND TỈNH BÌNH ĐỊNH,,,,\n"
        "BIỂU HIỆN TRẠNG ĐÀI TRUYỀN THANH,,,,\n"
        "STT,XÃ / PHƯỜNG,Hiện trạng đài truyền thanh,,Số hộ (hộ),Ghi chú,SĐT\n"
        ",,Loại đài,Tình trạng,,,\n"
        "1,Nhơn Bình,IP,Tốt,900,,\n"
    )
    header = header_of(rows(text))
    assert header is not None
    assert header.places == {"commune": 1, "kind": 2, "condition": 3, "households": 4}
    assert header.last_row == 4
    assert header.unread == [(6, "SĐT")]


def test_a_column_that_is_there_twice_and_a_table_without_a_head() -> None:
    header = header_of(rows("Xã,Loại đài,Số cụm loa,Cụm loa\n"))
    assert header is not None
    assert header.twice == [(3, "Cụm loa")]
    assert header_of(rows("Nhơn Bình,IP,12\n")) is None
