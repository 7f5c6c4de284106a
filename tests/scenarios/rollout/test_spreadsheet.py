import io
import sys
import zipfile
from datetime import date

import openpyxl
import pytest

from scenarios.problems import BadInput
from scenarios.rollout import spreadsheet
from scenarios.rollout.spreadsheet import from_xlsx
from scenarios.rollout.table import Row


def saved(book: openpyxl.Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def small() -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Hiện trạng"
    sheet["A1"] = "UBND TỈNH"
    sheet.merge_cells("A1:D1")
    sheet.append(["Mã xã", "Loại đài", "Năm", "Bảng tin"])
    sheet.append([21550, "IP", 2020.0, True])
    sheet.append(["21553", None, date(2015, 6, 15), "=1+1"])
    return book


def refused(source: bytes) -> str:
    with pytest.raises(BadInput) as bad:
        from_xlsx("s.xlsx", source)
    assert len(bad.value.problems) == 1
    return str(bad.value)


def with_part(source: bytes, name: str, data: bytes) -> bytes:
    """The spreadsheet with one part replaced or added."""
    old, new = zipfile.ZipFile(io.BytesIO(source)), io.BytesIO()
    with zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as parts:
        for member in old.namelist():
            if member != name:
                parts.writestr(member, old.read(member))
        parts.writestr(name, data)
    return new.getvalue()


def test_values_are_text_and_formulas_are_not_computed() -> None:
    book = small()
    book.create_sheet("Trống")
    first, second = from_xlsx("s.xlsx", saved(book))
    assert (first.name, second.name, second.rows) == ("Hiện trạng", "Trống", ())
    assert first.rows == (
        Row(1, ("UBND TỈNH",)),
        Row(2, ("Mã xã", "Loại đài", "Năm", "Bảng tin")),
        Row(3, ("21550", "IP", "2020", "có")),
        Row(4, ("21553", "", "2015-06-15")),
    )


@pytest.mark.parametrize("source", [b"", b"PK", b"a,b\n", b"\xd0\xcf\x11\xe0 an .xls file"])
def test_what_is_no_spreadsheet_is_one_line(source: bytes) -> None:
    assert "is not a readable spreadsheet (BadZipFile), expected an .xlsx file" in refused(source)


def test_every_cut_of_a_file_is_one_line() -> None:
    source = saved(small())
    for length in range(0, len(source), 997):
        refused(source[:length])


def test_a_broken_part_is_one_line() -> None:
    assert "is not a readable" in refused(with_part(saved(small()), "xl/workbook.xml", b"<a"))


def test_a_bomb_is_refused_before_it_unfolds() -> None:
    bomb = with_part(saved(small()), "xl/media/a.bin", bytes(spreadsheet.MAX_UNFOLDED_BYTES))
    assert len(bomb) < 1 << 20
    assert "bytes when unfolded, expected at most" in refused(bomb)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_entities_are_refused(encoding: str) -> None:
    text = '<!DOCTYPE a [<!ENTITY b "cccccccc">]><a>&b;</a>'
    bad = with_part(saved(small()), "xl/sharedStrings.xml", text.encode(encoding))
    assert "with a document type in xl/sharedStrings.xml" in refused(bad)


def test_bounds_of_parts_sheets_and_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    source = saved(small())
    monkeypatch.setattr(spreadsheet, "MAX_SHEETS", 0)
    assert "is of 1 sheets" in refused(source)
    monkeypatch.setattr(spreadsheet, "MAX_PARTS", 2)
    assert "parts, expected at most 2" in refused(source)


def test_without_the_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    assert "pip install 'ttcs-hil[spreadsheet]'" in refused(b"PK")
