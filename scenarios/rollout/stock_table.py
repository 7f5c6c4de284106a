"""A table of stations as a department keeps it, read into a stock; every wrong row is named."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from scenarios.problems import BadInput, Problem, in_order, shown
from scenarios.rollout import cells
from scenarios.rollout.columns import TITLES, Column, Header, header_of
from scenarios.rollout.gazetteer import Gazetteer, NotFound
from scenarios.rollout.generator import Generator, joined, whole
from scenarios.rollout.names import plain
from scenarios.rollout.plan import CommuneStock, Station
from scenarios.rollout.stock import Stock, drawn
from scenarios.rollout.table import Row, Table
from scenarios.scenario import Text

MAX_TOLD: Final = 100
"""So many problems are told; how many more there are is said."""

_FIRST_YEAR: Final = 1950
_ORDINAL = re.compile(r"\(?(?:[0-9]{1,4}|[ivxlc]{1,6}|[a-z])\)?[.)]?", re.IGNORECASE)
_TOTALS: Final = ("tong", "cong", "tong so", "tong cong", "toan tinh", "total")
_STATION: Final[Sequence[Column]] = ("condition", "clusters", "villages", "covered", "terrain")
_COMMUNE: Final[Sequence[Column]] = ("households", "board", "website", "staff", "trained")
_AT_MOST: Final[Sequence[tuple[Column, Column]]] = (("covered", "villages"), ("trained", "staff"))
_COLUMNS_OF_PLACES: Final[Sequence[Column]] = ("code", "commune", "district", "province")


@dataclass(frozen=True, slots=True)
class _Reported:
    """A row that is understood: whose it is, and what it says; a column without a value is not."""

    row: Row
    commune: str
    values: Mapping[Column, Any]


class StockTable:
    """Reads one table; what is wrong with it is kept, so that all of it can be told."""

    def __init__(
        self,
        file: str,
        era: str,
        communes: Sequence[str],
        gazetteer: Gazetteer,
        first_year: int,
        households: int | None,
    ) -> None:
        """`communes` are those of the plan, `first_year` its first.

        A commune whose households are not reported has `households`, drawn ones where that is None.
        """
        self._file = file
        self._era = era
        self._communes = communes
        self._gazetteer = gazetteer
        self._readers = _readers(first_year)
        self._households = households
        self._header = Header(0, {}, {}, (), ())
        self._problems: list[Problem] = []
        self._filled: Counter[Column] = Counter()
        self.warnings: list[Problem] = []

    def read(self, table: Table, generator: Generator | None) -> Stock:
        """The stock; what the table leaves out is drawn, and wrong where there is no generator.

        Raises `BadInput` with every problem, up to `MAX_TOLD`.
        """
        header = header_of(table.rows)
        assert header is not None, "a table is chosen by its header"
        self._header = header
        self._look_at_header(generator)
        reported, all_known = self._reported(
            [row for row in table.rows if row.number > header.last_row]
        )
        parts: dict[str, list[_Reported]] = {}
        for one in reported:
            parts.setdefault(one.commune, []).append(one)
        stations = self._stations(parts, generator)
        communes = self._commune_stock(parts, generator)
        missing = [code for code in self._communes if code not in parts]
        if generator is None and all_known:
            self._refuse_missing(missing)
        if self._problems:
            raise BadInput(self._told())
        notes = self._notes(reported, missing)
        if generator is not None:
            more, stock = drawn(generator, missing, self._households)
            stations += more
            communes |= stock
        in_order = {code: communes[code] for code in self._communes}
        return Stock(tuple(sorted(stations, key=lambda one: one.id)), in_order, notes)

    def _look_at_header(self, generator: Generator | None) -> None:
        header = self._header
        for place, heading in header.twice:
            self._problem(header.last_row, place, heading, "a column that is there already", "once")
        for place, heading in header.unread:
            what = "a column of a name that is not known, and not read"
            expected = "a heading of docs/reference/rollout-file.md"
            line = (header.last_row, place + 1)
            self.warnings.append(
                Problem(self._file, *line, heading, what, expected, severity="warning")
            )
        for column in (*_STATION, *_COMMUNE) if generator is None else ():
            assumed = column == "households" and self._households is not None
            if column not in header.places and not assumed:
                expected = "a column so headed, or stock.generate in the plan"
                self._problem(header.last_row, None, TITLES[column][0], "missing", expected)

    def _reported(self, rows: Sequence[Row]) -> tuple[list[_Reported], bool]:
        """The rows of stations, and whether the commune of every one of them is known."""
        reported = []
        all_known = True
        district = province = ""
        for position, row in enumerate(rows):
            words = [cell for cell in row.cells if not _ORDINAL.fullmatch(cell) and cell]
            if (position == 0 and not words) or self._is_total(row):
                continue
            if len(words) == 1 and self._gazetteer.is_district(words[0]):
                district = words[0]
                continue
            if len(words) == 1 and not self._cell(row, "commune") and not self._cell(row, "code"):
                self._warn_of_words(row, words[0])
                continue
            # A cell that is joined with those below it holds its text once.
            district = self._cell(row, "district") or district
            province = self._cell(row, "province") or province
            one = self._row(row, district, province)
            all_known &= one is not None
            reported += [one] if one else []
        return reported, all_known

    def _row(self, row: Row, district: str, province: str) -> _Reported | None:
        code, name = self._cell(row, "code"), self._cell(row, "commune")
        commune = ""
        try:
            commune = self._gazetteer.commune(code, name, district, province)
        except NotFound as error:
            column = next(c for c in _COLUMNS_OF_PLACES if c == error.column)
            self._wrong(row, column, error.wrong, error.expected, error.hint)
        values = self._values(row)
        if values.get("kind") == "none" and values.get("covered"):
            self._wrong(row, "covered", shown(values["covered"]), "0 where there is no station")
        for less, more in _AT_MOST:
            if values.get(less, 0) > values.get(more, values.get(less, 0)):
                expected = f"at most {values[more]}, the number in {self._title(more)}"
                self._wrong(row, less, shown(values[less]), expected)
        return _Reported(row, commune, values) if commune else None

    def _values(self, row: Row) -> dict[Any, Any]:
        values: dict[Any, Any] = {}
        for column, read in self._readers.items():
            text = self._cell(row, column)
            if column not in self._header.places or (not text and column != "kind"):
                continue
            try:
                values[column] = read(text)
            except ValueError as error:
                self._wrong(row, column, shown(text) if text else "empty", str(error))
        return values

    def _stations(
        self, parts: Mapping[str, Sequence[_Reported]], generator: Generator | None
    ) -> list[Station]:
        stations = []
        row_of: dict[str, int] = {}
        for commune, rows in parts.items():
            for number, one in enumerate(rows, start=1):
                name = self._id(one, number, rows)
                if name in row_of:
                    wrong = f"{shown(name)}, the id of the station of row {row_of[name]}"
                    self._wrong(one.row, "id", wrong, "each id once")
                row_of.setdefault(name, one.row.number)
                known: dict[Any, Any] = {"since": None, **one.values}
                if known.get("kind") == "none":
                    known = {"condition": "good", "covered": 0, **known}
                self._fill(one, known, _STATION, generator)
                if generator is not None:
                    place = replace(whole(self._era, commune), id=name, drawn_as=name)
                    station = generator.station(place, known)
                    stations.append(replace(station, generated=known.get("generated", False)))
                elif not self._problems:
                    fields = {name: known[name] for name in ("kind", "since", *_STATION)}
                    flag = known.get("generated", False)
                    stations.append(Station(id=name, commune=commune, generated=flag, **fields))
        return stations

    def _id(self, one: _Reported, number: int, rows: Sequence[_Reported]) -> str:
        """The station's id: as written, or its commune's code, numbered from its second part on."""
        if "id" in one.values:
            return str(one.values["id"])
        if number > 1 and self._era != "2025-07":
            wrong = f"the commune of row {rows[0].row.number} again"
            expected = "each commune once, or an id for each of its stations"
            self._wrong(one.row, "commune", wrong, expected)
        return one.commune if number == 1 else f"{one.commune}-{number}"

    def _commune_stock(
        self, parts: Mapping[str, Sequence[_Reported]], generator: Generator | None
    ) -> dict[str, CommuneStock]:
        """What each commune has: the numbers of its rows added up, yes where one says yes."""
        stock = {}
        for commune, rows in parts.items():
            known: dict[Any, Any] = {}
            for column in _COMMUNE:
                said = [one.values[column] for one in rows if column in one.values]
                if said:
                    known[column] = any(said) if column in ("board", "website") else sum(said)
            unreported = "households" not in known
            if unreported and self._households is not None:
                known["households"] = self._households
            flag = any(one.values.get("commune generated", False) for one in rows)
            self._fill(rows[0], known, _COMMUNE, generator)
            if generator is not None:
                place = replace(whole(self._era, commune), drawn_as=commune)
                stock[commune] = replace(
                    joined([generator.commune(place, known)]), generated=flag or unreported
                )
            elif not self._problems:
                stock[commune] = CommuneStock(
                    commune=commune, generated=flag or unreported, **known
                )
        return stock

    def _fill(
        self,
        one: _Reported,
        known: Mapping[Any, Any],
        needed: Sequence[Column],
        generator: Generator | None,
    ) -> None:
        """Counts what is to be drawn; without a generator, names it."""
        for column in needed:
            if column in known or (generator is None and column not in self._header.places):
                continue
            if generator is not None:
                self._filled[column] += 1
            elif not self._cell(one.row, column):
                self._wrong(one.row, column, "empty", "a value, or stock.generate in the plan")

    def _refuse_missing(self, missing: Sequence[str]) -> None:
        for code in missing:
            wrong = f"without a row of {code} ({self._gazetteer.name(code)})"
            none = cells.KINDS["none"][0]
            expected = f'a row for each commune, "{none}" where it has no station'
            hint = "or stock.generate in the plan"
            self._problems.append(Problem(self._file, None, None, "", wrong, expected, hint))

    def _notes(self, reported: Sequence[_Reported], missing: Sequence[str]) -> tuple[Text, ...]:
        notes = []
        if self._filled:
            vi = ", ".join(f"{TITLES[column][0]} ({n:,})" for column, n in self._filled.items())
            en = ", ".join(f"{TITLES[column][1]} ({n:,})" for column, n in self._filled.items())
            notes.append(
                Text(
                    f"Ô trống trong bảng hiện trạng được điền bằng số liệu giả định: {vi}.",
                    f"Empty cells of the stock table are filled with generated figures: {en}.",
                )
            )
        if missing:
            notes.append(
                Text(
                    f"{len(missing):,} xã không có trong bảng hiện trạng được sinh số liệu giả "
                    "định.",
                    f"{len(missing):,} communes that the stock table does not have are generated.",
                )
            )
        marked = sum(one.values.get("generated", False) for one in reported)
        if marked:
            notes.append(
                Text(
                    f"{marked:,} đài trong bảng hiện trạng được ghi là số liệu giả định.",
                    f"{marked:,} stations of the stock table are marked there as generated.",
                )
            )
        fm = [one for one in reported if one.values["kind"] in ("fm-low", "fm-high")]
        bandless = sum(not cells.says_its_band(self._cell(one.row, "kind")) for one in fm)
        if bandless:
            notes.append(
                Text(
                    f"{bandless:,} đài FM không ghi băng tần được coi là 54-68 MHz.",
                    f"{bandless:,} FM stations without a band are taken to be at 54-68 MHz.",
                )
            )
        return tuple(notes)

    def _is_total(self, row: Row) -> bool:
        """Whether a row adds up others: "Tổng cộng", and no commune of such a name."""
        named = self._cell(row, "commune") or next((c for c in row.cells if c), "")
        return plain(named) in _TOTALS and not self._cell(row, "code")

    def _warn_of_words(self, row: Row, words: str) -> None:
        wrong, expected = f"a row with {shown(words)} alone, and not read", "rows of stations"
        self.warnings.append(
            Problem(self._file, row.number, None, "", wrong, expected, severity="warning")
        )

    def _cell(self, row: Row, column: Column) -> str:
        place = self._header.places.get(column)
        return "" if place is None else row.cell(place)

    def _title(self, column: Column) -> str:
        return self._header.titles.get(column, TITLES[column][0])

    def _wrong(
        self, row: Row, column: Column, wrong: str, expected: str, hint: str | None = None
    ) -> None:
        place = self._header.places.get(column)
        self._problem(row.number, place, self._title(column), wrong, expected, hint)

    def _problem(
        self,
        row: int,
        place: int | None,
        title: str,
        wrong: str,
        expected: str,
        hint: str | None = None,
    ) -> None:
        column = None if place is None else place + 1
        self._problems.append(Problem(self._file, row, column, title, wrong, expected, hint))

    def _told(self) -> list[Problem]:
        """The problems in the order of rows, as many as are told, and how many more there are."""
        by_row = list(in_order(self._problems, self._file))
        more = len(by_row) - MAX_TOLD
        if more <= 0:
            return by_row
        wrong = f"wrong in {more:,} more places, which are not listed"
        last = Problem(self._file, None, None, "", wrong, "a sound table")
        return [*by_row[:MAX_TOLD], last]


def _readers(first_year: int) -> Mapping[Column, Callable[[str], Any]]:
    return {
        "id": cells.station_id,
        "kind": cells.kind,
        "since": cells.year(_FIRST_YEAR, first_year),
        "condition": cells.condition,
        "clusters": cells.number(1, 500),
        "villages": cells.number(1, 500),
        "covered": cells.number(0, 500),
        "terrain": cells.terrain,
        "households": cells.number(0, 1_000_000),
        "board": cells.yes_or_no,
        "website": cells.yes_or_no,
        "staff": cells.number(0, 1_000),
        "trained": cells.number(0, 1_000),
        "generated": cells.yes_or_no,
        "commune generated": cells.yes_or_no,
    }
