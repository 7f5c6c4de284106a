"""The tables of a small run against its chunks, looked at one device at a time."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from conformance.tables import Tables
from reference_system.dispatch.commands import commands
from scenarios import loader
from simulator import virtual
from simulator.fleet import Fleet
from simulator.gaps import FAR
from simulator.measures.tally import Tally
from simulator.playout.case import REASONS

NAMES = ("communes", "devices", "plays", "segments")
Rows = list[dict[str, Any]]


def written(folder: Path, name: str, chunk: int) -> tuple[dict[str, pa.Table], list[Any], Fleet]:
    """The tables of a shipped scenario, and the chunks that they were made of."""
    folder.mkdir()
    scenario = loader.load(loader.find(name)).scenario
    fleet, sent = Fleet.of(scenario), commands(scenario)
    tally = Tally(scenario, fleet, sent)
    events = list(virtual.run(scenario, fleet, sent, chunk=chunk, engine="numpy"))
    chunks = [event for event in events if isinstance(event, virtual.Chunk)]
    with Tables(folder, fleet) as tables:
        for event in events:
            tally.add(event)
        for part in chunks:
            tables.add(part)
        tables.add_communes(tally.bulletins)
    return {name: pq.read_table(folder / f"{name}.parquet") for name in NAMES}, chunks, fleet


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Rows], list[Any], Fleet]:
    tables, chunks, fleet = written(tmp_path_factory.mktemp("run") / "t", "commune", 5)
    return {name: table.to_pylist() for name, table in tables.items()}, chunks, fleet


def or_none(at: Any) -> int | None:
    return None if at >= FAR else int(at)


def test_devices(run: tuple[dict[str, Rows], list[Any], Fleet]) -> None:
    tables, _, fleet = run
    assert tables["devices"] == [
        {
            "device": device,
            "commune": "21598",
            "profile": fleet.profiles[fleet.profile[place]].id,
            "link": fleet.links[fleet.link[place]].id,
        }
        for place, device in enumerate(fleet.ids(fleet.commune.argsort(kind="stable")))
    ]


def test_plays(run: tuple[dict[str, Rows], list[Any], Fleet]) -> None:
    tables, chunks, fleet = run
    expected = {}
    for chunk in chunks:
        for place, device in enumerate(fleet.ids(chunk.places)):
            for row, item in enumerate(chunk.told.plans.items[chunk.told.plan[place]]):
                sound = or_none(chunk.heard.first_sound[row, place])
                expected[device, item.id] = {
                    "device": device,
                    "item": item.id,
                    "issued_ms": item.issued,
                    "delivered_ms": or_none(chunk.batch.delivered[row, place]),
                    "cancelled_ms": or_none(chunk.batch.cancelled[row, place]),
                    "first_ms": or_none(chunk.heard.first[row, place]),
                    "first_sound_ms": sound,
                    "latency_ms": None if sound is None else sound - item.issued,
                    "played_ms": int(chunk.heard.played[row, place]),
                    "complete": bool(chunk.heard.complete[row, place]),
                }
    found = tables["plays"]
    assert len(found) == len(expected)
    for row in found:
        assert row | expected[row["device"], row["item"]] == row
    assert any(row["first_ms"] is None for row in found)
    assert any(row["cancelled_ms"] is not None for row in found)


def test_segments(run: tuple[dict[str, Rows], list[Any], Fleet]) -> None:
    tables, chunks, fleet = run
    expected = []
    for chunk in chunks:
        played = chunk.segments.by_device(chunk.told.plans, chunk.told.plan)
        for device, segments in zip(fleet.ids(chunk.places), played, strict=True):
            expected += [
                {
                    "device": device,
                    "item": one.item,
                    "start_ms": one.start,
                    "end_ms": one.end,
                    "offset_ms": one.offset,
                    "reason": one.reason,
                }
                for one in segments
            ]
    assert tables["segments"] == expected
    assert {row["reason"] for row in expected} <= set(REASONS)


def test_communes_add_up_to_the_plays(run: tuple[dict[str, Rows], list[Any], Fleet]) -> None:
    tables, _, _ = run
    for row in tables["communes"]:
        plays = [p for p in tables["plays"] if p["item"].split("/")[0] == row["bulletin"]]
        assert (row["commune"], row["district"]) == ("21598", "540")
        assert row["addressed"] == len(plays)
        assert row["reached"] == sum(play["delivered_ms"] is not None for play in plays)
        assert row["heard"] == sum(play["first_sound_ms"] is not None for play in plays)
        assert row["complete"] == sum(play["complete"] for play in plays)
    assert sum(row["addressed"] for row in tables["communes"]) == len(tables["plays"])


@pytest.mark.parametrize("name", ["ci-smoke", "commune"])
def test_chunks_do_not_show_in_the_content(tmp_path: Path, name: str) -> None:
    small, _, _ = written(tmp_path / "small", name, 5)
    large, _, _ = written(tmp_path / "large", name, 10_000)
    for table in NAMES:
        assert small[table].to_pylist() == large[table].to_pylist()
        assert small[table].schema == large[table].schema


def test_names_are_kept_in_dictionaries(tmp_path: Path) -> None:
    tables, _, _ = written(tmp_path / "t", "commune", 10_000)
    for table, column in [("plays", "item"), ("segments", "reason"), ("communes", "class")]:
        kept = tables[table].column(column).combine_chunks()
        assert pa.types.is_dictionary(kept.type)
        assert len(set(kept.dictionary.to_pylist())) == len(kept.dictionary)


def test_a_run_again_gives_the_same_bytes(tmp_path: Path) -> None:
    """A name that stood twice in a dictionary let stray memory into the file."""
    for folder in ("a", "b", "c"):
        written(tmp_path / folder, "commune", 10_000)
    for table in NAMES:
        first, *others = [(tmp_path / f / f"{table}.parquet").read_bytes() for f in "abc"]
        assert others == [first, first]
