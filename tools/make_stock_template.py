"""Makes the example of a stock table, docs/how-to/stations.csv and stations.xlsx.

The communes are those of a district of Bình Định in 2022; their figures are generated.

    python -m tools.make_stock_template
"""

import csv
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from scenarios import territory
from scenarios.rollout import national
from scenarios.rollout.generator import Generator
from scenarios.rollout.stock import drawn
from scenarios.rollout.stock_csv import written

FOLDER = Path(__file__).parents[1] / "docs" / "how-to"
ERA, DISTRICT, SEED, YEAR = "2022", "551", 2022, 2022


def table() -> str:
    """The table as CSV."""
    codes = [commune.code for commune in territory.load(ERA).communes_of(district=DISTRICT)]
    generator = Generator(ERA, SEED, YEAR, national.load("end-2022"), None)
    stations, communes = drawn(generator, codes, None)
    return written(stations, communes, ERA)


def workbook(text: str) -> Workbook:
    """The same as a department would have it: titles above, the headings in bold."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Hiện trạng"
    rows = list(csv.reader(text.splitlines()))
    for title in ("ỦY BAN NHÂN DÂN HUYỆN", "HIỆN TRẠNG ĐÀI TRUYỀN THANH CẤP XÃ (ví dụ)"):
        sheet.append([title])
        last = sheet.max_row
        sheet.merge_cells(start_row=last, end_row=last, start_column=1, end_column=len(rows[0]))
        sheet.cell(last, 1).alignment = Alignment(horizontal="center")
    for number, row in enumerate(rows):
        sheet.append([int(cell) if cell.isdecimal() and len(cell) < 5 else cell for cell in row])
        if number == 0:
            for cell in sheet[sheet.max_row]:
                cell.font = Font(bold=True)
    for place, heading in enumerate(rows[0], start=1):
        sheet.column_dimensions[get_column_letter(place)].width = max(10, len(heading) + 2)
    sheet.freeze_panes = "A4"
    return book


def main() -> None:
    """Writes both."""
    text = table()
    (FOLDER / "stations.csv").write_text(text, "utf-8")
    workbook(text).save(FOLDER / "stations.xlsx")


if __name__ == "__main__":
    main()
