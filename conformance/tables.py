"""A run's devices, plays and segments as Parquet tables, written while the run goes on.

Times are integer milliseconds from the scenario's start; null is never. Names stand in
dictionaries, so a row costs some bytes, and a chunk of devices is a row group.
"""

from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from simulator.fleet import Fleet
from simulator.gaps import FAR
from simulator.measures.bulletins import COMMUNE_COUNTS, Bulletins
from simulator.measures.causes import CAUSES, causes
from simulator.playout.case import REASONS
from simulator.virtual import Chunk


class Tables:
    """The Parquet files of one run; a context manager that closes them."""

    def __init__(self, folder: Path, fleet: Fleet) -> None:
        """`folder` exists and has none of them yet."""
        self._folder = folder
        self._fleet = fleet
        self._writers: dict[str, pq.ParquetWriter] = {}

    def __enter__(self) -> Self:
        """Nothing is written before the first chunk."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Closes every file; raises `OSError` where one cannot be ended."""
        failures = []
        for writer in self._writers.values():
            try:
                writer.close()
            except OSError as failure:
                writer.is_open = False  # else it would try once more when it is collected
                failures.append(failure)
        if failures and error is None:
            raise failures[0]

    def add(self, chunk: Chunk) -> None:
        """Appends the rows of some devices."""
        ids = pa.array(self._fleet.ids(chunk.places))
        self._write("devices", self._devices(chunk, ids))
        self._write("plays", _plays(chunk, ids))
        self._write("segments", _segments(chunk, ids))

    def add_communes(self, counted: Bulletins) -> None:
        """Writes the counts of each commune and bulletin, at the end of a run."""
        communes = self._fleet.communes
        bulletins = [bulletin.id for bulletin in counted.counts]
        bulletin, commune = np.nonzero(counted.by_commune["addressed"])
        columns: dict[str, Any] = {
            "commune": _named([c.code for c in communes], commune),
            "name": _named([c.full_name for c in communes], commune),
            "district": _named([c.district or None for c in communes], commune),
            "latitude": np.array([c.latitude for c in communes])[commune],
            "longitude": np.array([c.longitude for c in communes])[commune],
            "bulletin": _named(bulletins, bulletin),
            "class": _named([b.bulletin_class for b in counted.counts], bulletin),
        }
        for name in COMMUNE_COUNTS:
            columns[name] = counted.by_commune[name][bulletin, commune]
        self._write("communes", columns)

    def _devices(self, chunk: Chunk, ids: Any) -> dict[str, Any]:
        fleet, places = self._fleet, chunk.places
        return {
            "device": ids,
            "commune": _named([c.code for c in fleet.communes], fleet.commune[places]),
            "profile": _named([p.id for p in fleet.profiles], fleet.profile[places]),
            "link": _named([link.id for link in fleet.links], fleet.link[places]),
        }

    def _write(self, name: str, columns: dict[str, Any]) -> None:
        table = pa.table(columns)
        if name not in self._writers:
            file = self._folder / f"{name}.parquet"
            self._writers[name] = pq.ParquetWriter(file, table.schema, compression="zstd")
        self._writers[name].write_table(table)


def _plays(chunk: Chunk, ids: Any) -> dict[str, Any]:
    told, heard = chunk.told, chunk.heard
    rows = told.row_item[:, told.plan]
    device, row = np.nonzero((rows >= 0).T)
    item = rows[row, device]
    issued = np.array([i.issued for i in told.items], np.int64)[item]
    first_sound = heard.first_sound[row, device]
    latency = np.where(first_sound < FAR, first_sound - issued, FAR)
    return {
        "device": _named(ids, device),
        "item": _named([i.id for i in told.items], item),
        "issued_ms": issued,
        "delivered_ms": _or_null(chunk.batch.delivered[row, device]),
        "cancelled_ms": _or_null(chunk.batch.cancelled[row, device]),
        "first_ms": _or_null(heard.first[row, device]),
        "first_sound_ms": _or_null(first_sound),
        "latency_ms": _or_null(latency),
        "played_ms": heard.played[row, device],
        "complete": heard.complete[row, device],
        "cause": _named(CAUSES, causes(chunk)[row, device]),
    }


def _segments(chunk: Chunk, ids: Any) -> dict[str, Any]:
    told = chunk.told
    played = chunk.segments.ordered()
    item = told.row_item[played.item, told.plan[played.device]]
    return {
        "device": _named(ids, played.device),
        "item": _named([i.id for i in told.items], item),
        "start_ms": played.start,
        "end_ms": played.end,
        "offset_ms": played.offset,
        "reason": _named(REASONS, played.reason),
    }


def _named(names: Any, places: Any) -> Any:
    # Encoded, not merely put together: of a name that stands in a dictionary twice Parquet writes
    # stray memory.
    return pa.array(names, pa.string()).dictionary_encode().take(pa.array(places))


def _or_null(times: Any) -> Any:
    return pa.array(times, mask=times >= FAR)
