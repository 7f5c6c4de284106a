"""How the reach of communes changed between two runs, from their tables of communes."""

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from scenarios.problems import BadInput, Problem, one_line
from simulator.measures.bulletins import COMMUNE_COUNTS

if TYPE_CHECKING:
    import pyarrow as pa

MOST_ROWS: Final = 5_000_000
MOST_BYTES: Final = 2 << 30
NAMED: Final = 20
"""How many of the worst changes are told one by one."""

_KEYS: Final = ("commune", "bulletin")
_TEXTS: Final = (*_KEYS, "name", "class")
_TOLD: Final = ("addressed", "reached", "heard", "complete")


def commune_changes(before: "pa.Table", after: "pa.Table") -> dict[str, Any]:
    """Rows (a commune and a bulletin) that changed, and those whose share heard fell the most."""
    both = before.join(after, _KEYS, join_type="inner", left_suffix="_old", right_suffix="_new")
    counts = {
        f"{name}_{side}": np.asarray(both[f"{name}_{side}"])
        for name in COMMUNE_COUNTS
        for side in ("old", "new")
    }
    differs = np.zeros(len(both), bool)
    for name in COMMUNE_COUNTS:
        differs |= counts[f"{name}_old"] != counts[f"{name}_new"]
    gain = _share_heard(counts, "new") - _share_heard(counts, "old")
    return {
        "compared": len(both),
        "changed": int(differs.sum()),
        "worse": int((gain < 0).sum()),
        "better": int((gain > 0).sum()),
        "new": len(after) - len(both),
        "missing": len(before) - len(both),
        "worst": _worst(both, gain),
    }


def commune_table(place: str, content: bytes) -> "pa.Table":
    """The table of communes in the Parquet file of the run in a folder.

    Raises `BadInput` for what is no such table, or a larger one than any run leaves.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        parquet = pq.ParquetFile(pa.BufferReader(content))
        groups = [parquet.metadata.row_group(n) for n in range(parquet.num_row_groups)]
        size = sum(group.total_byte_size for group in groups)
        if parquet.metadata.num_rows > MOST_ROWS or size > MOST_BYTES:
            raise _bad(place, "larger than any run's", f"at most {MOST_ROWS:,} rows")
        table = parquet.read([*_TEXTS, *COMMUNE_COUNTS])
        texts = [(name, pa.string()) for name in _TEXTS]
        table = table.cast(pa.schema([*texts, *((name, pa.int64()) for name in COMMUNE_COUNTS)]))
        table.validate(full=True)
    except (OSError, KeyError, ValueError, pa.ArrowException):
        expected = "the table that a run leaves"
        raise _bad(place, "something else or damaged", expected) from None
    if any(column.null_count for column in table.columns):
        raise _bad(place, "a table with empty fields", "a value in every field")
    if table.group_by(_KEYS).aggregate([]).num_rows != len(table):
        raise _bad(place, "a table that has a commune and bulletin twice", "each once")
    return table


def _share_heard(counts: dict[str, Any], side: str) -> Any:
    addressed = counts[f"addressed_{side}"]
    return counts[f"heard_{side}"] / np.maximum(addressed, 1)


def _worst(both: "pa.Table", gain: Any) -> list[dict[str, Any]]:
    """The rows that lost most, those that lost as much in the order of their codes."""
    lost = np.flatnonzero(gain < 0)
    if len(lost) > NAMED:
        lost = lost[gain[lost] <= np.partition(gain[lost], NAMED - 1)[NAMED - 1]]
    rows = both.take(lost).append_column("gain", [gain[lost]]).to_pylist()
    rows.sort(key=lambda row: (row["gain"], row["commune"], row["bulletin"]))
    return [
        {
            "commune": row["commune"],
            "name": one_line(row["name_new"]),
            "bulletin": row["bulletin"],
            "class": row["class_new"],
            "old": {name: row[f"{name}_old"] for name in _TOLD},
            "new": {name: row[f"{name}_new"] for name in _TOLD},
        }
        for row in rows[:NAMED]
    ]


def _bad(place: str, wrong: str, expected: str) -> BadInput:
    return BadInput([Problem(f"{place}/tables/communes.parquet", None, None, "", wrong, expected)])
