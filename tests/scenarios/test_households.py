"""The table of households beside a scenario file."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scenarios import households, loader
from scenarios.problems import BadInput
from scenarios.scenario import Households

SCENARIO = """\
ttcs: 1
title: {vi: "Thử", en: "Trial"}
era: "2022"
start: "2022-09-26T00:00:00+07:00"
end: "2022-09-27T00:00:00+07:00"
territory: {district: "550"}
households: {file: h.csv, otherwise: 1800, basis: "a count"}
fleet:
  - {where: all, profile: speaker-reference, clusters: 12, link: 4g, basis: assumed}
"""


def read(folder: Path, table: bytes) -> Households:
    (folder / "h.csv").write_bytes(table)
    return loader.parse(str(folder / "s.yaml"), SCENARIO.encode()).scenario.households


def lines(folder: Path, table: bytes) -> list[str]:
    with pytest.raises(BadInput) as refused:
        read(folder, table)
    return [str(problem).removeprefix(f"{folder}/") for problem in refused.value.problems]


def test_a_table_with_sources_a_mark_and_windows_line_ends(tmp_path):
    table = "\ufeffcommune,households,source\r\n21952,3100,census, 2019\r\n\r\n21955,0,\r\n"
    assert read(tmp_path, table.encode()) == Households(
        (("21952", 3_100), ("21955", 0)), 1_800, "a count"
    )


def test_communes_elsewhere_are_left_out_so_that_one_table_serves_many_scenarios(tmp_path):
    table = b"commune,households\n21598,2000\n21952,3100\n"
    assert read(tmp_path, table).by_commune == (("21952", 3_100),)


def test_every_wrong_row_is_named_with_its_line(tmp_path):
    table = (
        b"commune,households\n21952,3100\n2195,1\n99999,1\n21952,3200\n21955,-1\n21958\n"
        b"21961,1000001\n21964,1.5\n"
    )
    whole = "expected a whole number from 0 to 1000000"
    assert lines(tmp_path, table) == [
        'h.csv:3: commune: is "2195", expected a code of 5 digits',
        'h.csv:4: commune: is "99999", expected the code of a commune in era 2022',
        'h.csv:5: commune: is "21952", the commune of line 2, expected each commune once',
        f'h.csv:6: households: is "-1", {whole}',
        'h.csv:7: is "21958", expected a commune and its households',
        f'h.csv:8: households: is "1000001", {whole}',
        f'h.csv:9: households: is "1.5", {whole}',
    ]


@pytest.mark.parametrize("table", [b"", b"commune;households\n", b"21952,3100\n"])
def test_a_table_without_its_header(tmp_path, table):
    (line,) = lines(tmp_path, table)
    assert "expected the header commune,households or commune,households,source" in line


def test_tables_are_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(households, "MAX_ROWS", 3)
    assert lines(tmp_path, b"commune,households\n\n\n\n") == [
        "h.csv: is of 5 lines, expected at most 3"
    ]
    monkeypatch.setattr(households, "MAX_BYTES", 10)
    assert lines(tmp_path, b"commune,households\n") == [
        "h.csv: is longer than 10 bytes, expected a shorter file"
    ]


def test_a_table_that_is_not_there_or_is_a_link(tmp_path):
    with pytest.raises(BadInput, match=r"h\.csv: is not readable"):
        loader.parse(str(tmp_path / "s.yaml"), SCENARIO.encode())
    (tmp_path / "elsewhere").write_bytes(b"commune,households\n")
    (tmp_path / "h.csv").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BadInput, match=r"h\.csv: is a link, expected a file of its own"):
        loader.parse(str(tmp_path / "s.yaml"), SCENARIO.encode())


def test_what_is_wrong_in_the_table_follows_what_is_wrong_in_the_scenario(tmp_path):
    (tmp_path / "h.csv").write_bytes(b"commune,households\nx,1\n")
    with pytest.raises(BadInput) as refused:
        loader.parse(str(tmp_path / "s.yaml"), SCENARIO.replace("link: 4g", "link: 5g").encode())
    assert [problem.place for problem in refused.value.problems] == ["fleet[0].link", "commune"]


def test_what_is_assumed_of_communes_that_nobody_counted():
    section = SCENARIO.splitlines()[6]
    text = SCENARIO.replace(section, "")
    assumed = loader.parse("s.yaml", text.encode()).scenario.households
    assert (assumed.by_commune, assumed.otherwise) == ((), 2_500)
    assert assumed.basis == "assumed: about 27 million households in 10,600 communes"
    merged = text.replace('"2022"', '"2025-07"').replace('district: "550"', 'province: "52"')
    assert loader.parse("s.yaml", merged.encode()).scenario.households.otherwise == 8_000
    given_number = SCENARIO.replace("file: h.csv, ", "")
    assert loader.parse("s.yaml", given_number.encode()).scenario.households == Households(
        (), 1_800, "a count"
    )


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.binary(max_size=60))
def test_any_table_is_read_or_refused_in_lines(tmp_path, rows):
    told: list[str] = []
    try:
        read(tmp_path, b"commune,households\n" + rows)
    except BadInput as refused:
        told = [str(problem) for problem in refused.problems]
    assert all(text.isprintable() for text in told)
