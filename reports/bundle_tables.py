"""The Parquet tables of a bundle as arrays, strictly: known columns, known types, bounded."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from scenarios.problems import BadInput, Problem, shown
from simulator.gaps import FAR, Milliseconds
from simulator.measures.causes import CAUSES
from simulator.playout.case import REASONS

Kind = Literal["name", "time", "count", "degrees", "flag"]

COLUMNS: Final[Mapping[str, Mapping[str, Kind]]] = {
    "communes": {
        "commune": "name",
        "name": "name",
        "district": "name",
        "latitude": "degrees",
        "longitude": "degrees",
    },
    "devices": {"device": "name", "commune": "name", "profile": "name", "link": "name"},
    "plays": {
        "device": "name",
        "item": "name",
        "issued_ms": "time",
        "first_sound_ms": "time",
        "complete": "flag",
        "cause": "name",
    },
    "segments": {
        "device": "name",
        "item": "name",
        "start_ms": "time",
        "end_ms": "time",
        "reason": "name",
    },
}
"""The columns that a report needs, by table; others may stand beside them."""

MAX_TABLE_BYTES: Final = 512 << 20
MAX_UNPACKED_BYTES: Final = 2 << 30
MAX_ROWS: Final = 50_000_000
MAX_NAME_CHARACTERS: Final = 200

_WORDS: Final = {"cause": frozenset(CAUSES), "reason": frozenset(REASONS)}
_ARROW_TYPES: Final[Mapping[Kind, tuple[str, ...]]] = {
    "name": ("dictionary<values=string, indices=int32, ordered=0>", "string"),
    "time": ("int64",),
    "count": ("int64",),
    "degrees": ("double",),
    "flag": ("bool",),
}


@dataclass(frozen=True, slots=True)
class Names:
    """A column of names: the distinct ones, and a place among them for each row, -1 for none."""

    names: tuple[str, ...]
    places: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Table:
    """Columns by name."""

    columns: Mapping[str, Any]
    rows: int

    def __len__(self) -> int:
        """How many rows there are."""
        return self.rows

    def names(self, column: str) -> Names:
        """A column of names."""
        found: Names = self.columns[column]
        return found

    def times(self, column: str) -> Milliseconds:
        """A column of milliseconds, `FAR` for never."""
        found: Milliseconds = self.columns[column]
        return found

    def degrees(self, column: str) -> npt.NDArray[np.float64]:
        """A column of degrees."""
        found: npt.NDArray[np.float64] = self.columns[column]
        return found

    def flags(self, column: str) -> npt.NDArray[np.bool_]:
        """A column of yes and no."""
        found: npt.NDArray[np.bool_] = self.columns[column]
        return found


def read_table(file: Path, content: bytes, columns: Mapping[str, Kind]) -> Table:
    """A table from a file's bytes; raises `BadInput`."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        parquet = pq.ParquetFile(pa.BufferReader(content))
        _check_size(file, parquet.metadata)
        _check_types(file, parquet.schema_arrow, columns)
        table = parquet.read(columns=list(columns)).unify_dictionaries().combine_chunks()
        table.validate(full=True)
        found = {name: _column(table[name], kind) for name, kind in columns.items()}
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _bad(file, "", f"not a Parquet table ({str(error)[:60]})", "one") from None
    for name, values in found.items():
        _check_values(file, name, values)
    return Table(found, table.num_rows)


def _check_size(file: Path, metadata: Any) -> None:
    groups = [metadata.row_group(place) for place in range(metadata.num_row_groups)]
    unpacked = sum(group.total_byte_size for group in groups)
    if metadata.num_rows > MAX_ROWS or unpacked > MAX_UNPACKED_BYTES:
        wrong = f"{metadata.num_rows:,} rows of {unpacked:,} bytes"
        raise _bad(file, "", wrong, f"at most {MAX_ROWS:,} and {MAX_UNPACKED_BYTES:,}")


def _check_types(file: Path, schema: Any, columns: Mapping[str, Kind]) -> None:
    for name, kind in columns.items():
        found = [str(field.type) for field in schema if field.name == name]
        if len(found) != 1 or found[0] not in _ARROW_TYPES[kind]:
            wrong = " and ".join(found) or "missing"
            raise _bad(file, name, wrong, f"one column of type {_ARROW_TYPES[kind][0]}")


def _column(column: Any, kind: Kind) -> Any:
    import pyarrow as pa

    if kind == "name":
        chunked = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
        whole = pa.chunked_array(chunked.chunks, chunked.type).combine_chunks()
        places = whole.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        return Names(tuple(whole.dictionary.to_pylist()), places)
    absent = {"time": FAR, "count": 0, "degrees": np.nan, "flag": False}[kind]
    return column.combine_chunks().fill_null(absent).to_numpy(zero_copy_only=False)


def _check_values(file: Path, name: str, values: Any) -> None:
    if isinstance(values, Names):
        for text in values.names:
            if text is None or len(text) > MAX_NAME_CHARACTERS:
                expected = f"names of at most {MAX_NAME_CHARACTERS} characters"
                raise _bad(file, name, shown(text), expected)
            if name in _WORDS and text not in _WORDS[name]:
                raise _bad(file, name, shown(text), f"one of {', '.join(sorted(_WORDS[name]))}")
        if len(set(values.names)) < len(values.names):
            raise _bad(file, name, "a dictionary that repeats itself", "each name once")
        if name != "district" and (values.places < 0).any():
            raise _bad(file, name, "without a name in some row", "a name in each")
    elif name.endswith("_ms") and len(values) and (values.min() < -FAR or values.max() > FAR):
        raise _bad(file, name, "out of range", "a number of milliseconds")


def _bad(file: Path, place: str, wrong: str, expected: str) -> BadInput:
    return BadInput([Problem(str(file), None, None, place, wrong, expected)])
