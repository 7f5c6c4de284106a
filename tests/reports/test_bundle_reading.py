"""A bundle is somebody else's: whatever stands in it, the answer is a bundle or one line."""

import contextlib
import io
import json
import re
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.bundle_reading import read, read_results
from reports.bundle_tables import COLUMNS, read_table
from scenarios.problems import BadInput


def complaint(place):
    with pytest.raises(BadInput) as caught:
        read(place)
    (problem,) = caught.value.problems
    assert "\n" not in str(problem)
    return str(problem).removeprefix(str(place))


def parquet(change):
    """A change of a table, as a change of its file's bytes."""

    def of(content):
        out = io.BytesIO()
        pq.write_table(change(pq.read_table(io.BytesIO(content))), out)
        return out.getvalue()

    return of


def with_column(name, values):
    return parquet(
        lambda table: table.set_column(
            table.column_names.index(name), name, pa.array(values(table))
        )
    )


def test_a_bundle_reads_as_it_was_written(bundle_of):
    bundle = read(bundle_of("ci-smoke"))
    assert bundle.results == json.loads((bundle_of("ci-smoke") / "results.json").read_bytes())
    for name in COLUMNS:
        table = pq.read_table(bundle_of("ci-smoke") / "tables" / f"{name}.parquet")
        assert len(bundle.tables[name]) == table.num_rows > 0
    devices = bundle.tables["plays"].names("device")
    told = [devices.names[place] for place in devices.places]
    plays = pq.read_table(bundle_of("ci-smoke") / "tables" / "plays.parquet")
    assert told == plays["device"].to_pylist()
    assert bundle.end - bundle.start


@pytest.mark.parametrize(
    ("file", "change", "said"),
    [
        ("results.json", lambda _: b"[", "not JSON"),
        ("results.json", lambda _: b"{}", "required property"),
        (
            "results.json",
            lambda content: re.sub(rb'"start": "\d{4}-\d\d', b'"start": "2022-99', content),
            "scenario.start",
        ),
        ("commands.jsonl", lambda content: content + b"{}\n", "no command"),
        ("commands.jsonl", lambda content: content.splitlines()[0], "a name that the bundle knows"),
        ("scenario.resolved.json", lambda _: b"\xff", "UTF-8"),
        ("tables/plays.parquet", lambda _: b"PAR1", "Parquet"),
        ("tables/plays.parquet", lambda content: content[:-40], "Parquet"),
        ("tables/plays.parquet", parquet(lambda table: table.drop_columns(["cause"])), "missing"),
        (
            "tables/plays.parquet",
            with_column("cause", lambda table: ["bored"] * table.num_rows),
            '"bored"',
        ),
        (
            "tables/plays.parquet",
            with_column("issued_ms", lambda table: ["1"] * table.num_rows),
            "int64",
        ),
        (
            "tables/plays.parquet",
            with_column("first_sound_ms", lambda table: [2**62] * table.num_rows),
            "out of range",
        ),
        (
            "tables/devices.parquet",
            with_column("device", lambda table: ["one"] * table.num_rows),
            "twice",
        ),
        (
            "tables/devices.parquet",
            with_column("link", lambda table: ["x" * 1_000] * table.num_rows),
            "at most 200",
        ),
        (
            "tables/segments.parquet",
            with_column("device", lambda table: ["nobody"] * table.num_rows),
            '"nobody"',
        ),
    ],
)
def test_a_bad_file_is_told_in_one_line(changed, file, change, said):
    assert said in complaint(changed("ci-smoke", file, change))


def test_a_file_that_is_not_what_the_manifest_says_is_refused(tmp_path, bundle_of):
    place = tmp_path / "bundle"
    shutil.copytree(bundle_of("ci-smoke"), place)
    with (place / "results.json").open("ab") as file:
        file.write(b" ")
    assert "not what the manifest says" in complaint(place)
    (place / "results.json").unlink()
    assert "not readable" in complaint(place)
    with pytest.raises(BadInput):
        read_results(place)


@pytest.mark.parametrize(
    "manifest", ["[]", '{"bundle": 2}', '{"bundle": 1, "kind": "plan"}', '{"bundle": 1}']
)
def test_another_manifest_is_refused(tmp_path, manifest):
    (tmp_path / "manifest.json").write_text(manifest)
    assert "/manifest.json: " in complaint(tmp_path)


@given(st.data())
def test_no_bytes_break_the_reader_of_tables(bundle_of, data):
    place = bundle_of("ci-smoke") / "tables" / "devices.parquet"
    content = bytearray(place.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(BadInput):
        table = read_table(place, bytes(content), COLUMNS["devices"])
        assert set(table.columns) == set(COLUMNS["devices"])
