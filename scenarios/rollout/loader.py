"""Plan files: read strictly, with the stock beside them, and told everything that is wrong."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath

from scenarios import links, profiles, strict_yaml
from scenarios.areas import Places, places_of
from scenarios.files import read_bounded
from scenarios.meaning import check_name
from scenarios.problems import BadInput, Problem, in_order, shown
from scenarios.reading import Reading
from scenarios.rollout import national, spreadsheet, table
from scenarios.rollout.columns import header_of
from scenarios.rollout.figures import text_of
from scenarios.rollout.gazetteer import Gazetteer
from scenarios.rollout.generator import Generator
from scenarios.rollout.notes import notes_of
from scenarios.rollout.plan import STATION_KINDS, Plan, StationKind
from scenarios.rollout.stock import Stock, generated
from scenarios.rollout.stock_table import StockTable
from scenarios.rollout.table import Table
from scenarios.rollout.terms import (
    counted_of,
    delivery_of,
    failures_of,
    prices_of,
    rules_of,
    running_of,
    sources_of,
)
from scenarios.scenario import MILLION
from scenarios.schema import breaches
from scenarios.units import share_per_million

MOST_YEARS = 30
_FILE = ("stock", "file")
_DEVICES = {
    "profile": ("speaker-reference", ("ip-speaker",)),
    "converter": ("converter-ip-fm", ("ip-to-fm", "fm-to-ip")),
    "board": ("board-reference", ("e-board",)),
}
"""Which profile the plan's devices have where the file does not say, and what kinds they may be."""
_LINKS = {"link_urban": "fibre", "link_rural": "4g"}


@dataclass(frozen=True, slots=True)
class LoadedPlan:
    """A plan, what is odd about its files though not wrong, and the files' bytes as read.

    `stock_source` is empty where no table of stations was read.
    """

    plan: Plan
    warnings: tuple[Problem, ...]
    source: bytes
    stock_source: bytes


def load(path: FilePath) -> LoadedPlan:
    """The plan in a file; raises `BadInput` with every error that it has."""
    return parse(str(path), read_bounded(path, strict_yaml.MAX_BYTES))


def parse(file: str, source: bytes) -> LoadedPlan:
    """The plan in `source`; raises `BadInput` as `load` does.

    `file` is what messages name, and the stock is read from beside it.
    """
    reading = Reading(strict_yaml.parse(file, source))
    for path, problem in breaches(reading.document, "rollout"):
        reading.record(path, problem)
    places = places_of(reading)
    years = _years(reading)
    sources = sources_of(reading, places, len(years))
    prices, running = prices_of(reading), running_of(reading)
    delivery, failures = delivery_of(reading), failures_of(reading)
    rules, counted = rules_of(reading), counted_of(reading, len(years))
    devices = _devices(reading)
    big_boards = _big_boards(reading, places)
    stock_source = b""
    stock = None
    if places is not None and years:
        stock_source = _stock_source(reading)
        stock = _stock(reading, places, years[0], stock_source)
    if stock is None or places is None or reading.errors:
        raise BadInput(in_order(reading.errors, file))
    plan = Plan(
        title=text_of(reading, ("title",)),
        era=places.era,
        provinces=places.place.provinces,
        first_year=years[0],
        last_year=years[-1],
        seed=int(reading.value(("seed",), 0)),
        stations=stock.stations,
        communes=stock.communes,
        big_boards=big_boards,
        source_system_done=reading.value(("has", "source_system"), False),
        sources=sources,
        prices=prices,
        running=running,
        delivery=delivery,
        failures=failures,
        rules=rules,
        counted=counted,
        documents=tuple(reading.value(("documents",), ())),
        link_urban=devices["link_urban"],
        link_rural=devices["link_rural"],
        profile=devices["profile"],
        converter_profile=devices["converter"],
        board_profile=devices["board"],
        notes=(*stock.notes, *notes_of(reading)),
    )
    return LoadedPlan(plan, in_order(reading.warnings, file), source, stock_source)


def _years(reading: Reading) -> range:
    """The plan's years; none where they are not known."""
    first, last = reading.value(("rollout", "from")), reading.value(("rollout", "to"))
    if first is None or last is None:
        return range(0)
    if not first <= last < first + MOST_YEARS:
        expected = f"a year from {first} to {first + MOST_YEARS - 1}"
        reading.error(("rollout", "to"), shown(last), expected)
        return range(0)
    return range(int(first), int(last) + 1)


def _devices(reading: Reading) -> Mapping[str, str]:
    chosen = {}
    for field, (usual, kinds) in _DEVICES.items():
        path = ("devices", field)
        check_name(reading, path, profiles.names(), "a device profile")
        chosen[field] = reading.value(path, usual)
        if reading.is_sound(path) and profiles.load(chosen[field]).kind not in kinds:
            reading.error(path, shown(chosen[field]), f"a profile of kind {' or '.join(kinds)}")
    for field, usual in _LINKS.items():
        check_name(reading, ("devices", field), links.names(), "a link class")
        chosen[field] = reading.value(("devices", field), usual)
    return chosen


def _big_boards(reading: Reading, places: Places | None) -> frozenset[str]:
    path = ("has", "big_boards")
    districts = {unit.district for unit in places.communes.values()} if places else set()
    for one in reading.entries(path):
        code = reading.value(one)
        if places is not None and code is not None and code not in districts:
            reading.error(one, shown(code), f"the code of a district of the plan, era {places.era}")
    return frozenset(reading.value(path, ()))


def _stock_source(reading: Reading) -> bytes:
    name = reading.value(_FILE)
    if name is None:
        return b""
    file = FilePath(reading.document.file).parent / name
    try:
        if file.is_symlink():
            raise BadInput([Problem(str(file), None, None, "", "a link", "a file of its own")])
        return read_bounded(file, table.MAX_BYTES)
    except BadInput as bad:
        _record(reading, bad)
        return b""


def _stock(reading: Reading, places: Places, first_year: int, source: bytes) -> Stock | None:
    generator = _generator(reading, places.era, first_year)
    households = reading.value(("households", "otherwise"))
    communes = list(places.communes)
    name = reading.value(_FILE)
    if name is None and generator is not None:
        return generated(generator, communes, households)
    if name is None or not reading.is_sound(("stock",)):
        return None
    file = str(FilePath(reading.document.file).parent / name)
    gazetteer = Gazetteer(places.era, places.place.provinces)
    reader = StockTable(file, places.era, communes, gazetteer, first_year, households)
    try:
        return reader.read(_table(reading, file, source), generator)
    except BadInput as bad:
        _record(reading, bad)
        return None
    finally:
        reading.warnings.extend(reader.warnings)


def _table(reading: Reading, file: str, source: bytes) -> Table:
    """The one sheet that has the columns of a stock, or the one that is named."""
    if file.endswith(".csv"):
        sheets: tuple[Table, ...] = (table.from_csv(file, source),)
    else:
        sheets = spreadsheet.from_xlsx(file, source)
    name = reading.value(("stock", "sheet"))
    if name is not None:
        sheets = tuple(sheet for sheet in sheets if sheet.name == name)
    with_columns = [sheet for sheet in sheets if header_of(sheet.rows)]
    if len(with_columns) == 1:
        return with_columns[0]
    if with_columns:
        names = ", ".join(sheet.name for sheet in with_columns)
        wrong = f"of {len(with_columns)} sheets with stations: {names}"
        raise BadInput([Problem(file, None, None, "", wrong, "stock.sheet in the plan")])
    of_name = "" if name is None else f" on sheet {shown(name)}"
    wrong = f"without a row of headings{of_name}"
    expected = "at least Xã/phường/thị trấn (or Mã xã) and Loại đài in one row"
    raise BadInput([Problem(file, None, None, "", wrong, expected)])


def _generator(reading: Reading, era: str, first_year: int) -> Generator | None:
    at = ("stock", "generate")
    moment = reading.value((*at, "figures"))
    if moment is None:
        return None
    kinds: dict[StationKind, int] | None = None
    if reading.document.data_at((*at, "kinds")) is not None:
        kinds = dict(_shares(reading))
        if reading.is_sound((*at, "kinds")) and sum(kinds.values()) != MILLION:
            given = sum(kinds.values()) / (MILLION // 100)
            reading.error((*at, "kinds"), f"{given:g}% in all", "shares that make 100%")
    seed = int(reading.value(("seed",), 0))
    return Generator(era, seed, first_year, national.load(moment), kinds)


def _shares(reading: Reading) -> Iterator[tuple[StationKind, int]]:
    for kind in STATION_KINDS:
        path = ("stock", "generate", "kinds", kind)
        yield kind, reading.quantity(path, share_per_million)


def _record(reading: Reading, bad: BadInput) -> None:
    for problem in bad.problems:
        reading.record(_FILE, problem)
