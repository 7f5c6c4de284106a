"""How many households a commune has: from a table beside the scenario file, or assumed."""

import re
from collections.abc import Iterator
from pathlib import Path as FilePath

from scenarios.areas import Places
from scenarios.files import decode_utf8, read_bounded
from scenarios.problems import BadInput, Path, Problem, shown
from scenarios.reading import Reading
from scenarios.scenario import Households

MAX_BYTES = 4 << 20
MAX_ROWS = 20_000
MAX_HOUSEHOLDS = 1_000_000

_HEADERS = (["commune", "households"], ["commune", "households", "source"])
_COMMUNE = re.compile("[0-9]{5}")
_COUNT = re.compile("[0-9]{1,7}")
_FILE: Path = ("households", "file")

_ASSUMED = {
    "2022": (2_500, "assumed: about 27 million households in 10,600 communes"),
    "2025-06": (2_500, "assumed: about 27 million households in 10,035 communes"),
    "2025-07": (8_000, "assumed: about 27 million households in 3,321 communes"),
}
"""By era, what a commune is taken to have, rounded."""


def households_of(reading: Reading, places: Places | None) -> Households:
    """The households of the scenario's communes; what nobody states is assumed."""
    otherwise, basis = _ASSUMED.get(reading.value(("era",), ""), (0, ""))
    by_commune: dict[str, int] = {}
    if (name := reading.value(_FILE)) is not None:
        file = FilePath(reading.document.file).parent / name
        try:
            by_commune = _table(reading, places, str(file), _source(file))
        except BadInput as bad:
            for problem in bad.problems:
                reading.record(_FILE, problem)
    return Households(
        by_commune=tuple(by_commune.items()),
        otherwise=int(reading.value(("households", "otherwise"), otherwise)),
        basis=reading.value(("households", "basis"), basis),
    )


def _source(file: FilePath) -> bytes:
    if file.is_symlink():
        raise BadInput([Problem(str(file), None, None, "", "a link", "a file of its own")])
    return read_bounded(file, MAX_BYTES)


def _table(reading: Reading, places: Places | None, file: str, source: bytes) -> dict[str, int]:
    """The rows of the scenario's own communes; what is wrong with any row is an error."""
    lines = [line.rstrip("\r").split(",", 2) for line in decode_utf8(file, source).split("\n")]
    if lines[0] not in _HEADERS:
        expected = "the header commune,households or commune,households,source"
        raise BadInput([Problem(file, 1, None, "", shown(",".join(lines[0])), expected)])
    if len(lines) > MAX_ROWS:
        wrong, expected = f"of {len(lines):,} lines", f"at most {MAX_ROWS:,}"
        raise BadInput([Problem(file, None, None, "", wrong, expected)])

    households: dict[str, int] = {}
    line_of: dict[str, int] = {}
    for number, row in enumerate(lines[1:], start=2):
        if row == [""]:
            continue
        problems = list(_problems(file, number, row, places, line_of))
        for problem in problems:
            reading.record(_FILE, problem)
        line_of.setdefault(row[0], number)
        if not problems and (places is None or row[0] in places.communes):
            households[row[0]] = int(row[1])
    return households


def _problems(
    file: str, line: int, row: list[str], places: Places | None, line_of: dict[str, int]
) -> Iterator[Problem]:
    if len(row) < len(_HEADERS[0]):
        yield Problem(file, line, None, "", shown(",".join(row)), "a commune and its households")
        return
    code, count = row[0], row[1]
    if not _COMMUNE.fullmatch(code):
        yield Problem(file, line, None, "commune", shown(code), "a code of 5 digits")
    elif places is not None and code not in places.communes_of_era:
        expected = f"the code of a commune in era {places.era}"
        yield Problem(file, line, None, "commune", shown(code), expected)
    elif code in line_of:
        wrong = f"{shown(code)}, the commune of line {line_of[code]}"
        yield Problem(file, line, None, "commune", wrong, "each commune once")
    if not _COUNT.fullmatch(count) or int(count) > MAX_HOUSEHOLDS:
        expected = f"a whole number from 0 to {MAX_HOUSEHOLDS}"
        yield Problem(file, line, None, "households", shown(count), expected)
