"""A plan's results for a spreadsheet: what it reads, and that it never calculates."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.rollout_csv import _cell, tables
from reports.rollout_reading import read

PARTED = {"vi": ";", "en": ","}


@pytest.fixture(scope="module")
def results(plan_bundle_of):
    return read(plan_bundle_of("binh-dinh-2022-2025", "--no-phases")).results


def rows(content, language):
    text = content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=PARTED[language]))


@pytest.mark.parametrize("language", ["vi", "en"])
def test_everything_is_there_in_either_language(results, language):
    found = dict(tables(results, language))
    assert all(content.startswith(b"\xef\xbb\xbf") for content in found.values())
    read_again = {name: rows(content, language) for name, content in found.items()}
    assert len(read_again["works.csv"]) == len(results["works"])
    assert len(read_again["yearly.csv"]) == 4 * len(results["measures"])
    assert len(read_again["money.csv"]) == 4 * len(results["money"])
    first = {"vi": "chỉ tiêu", "en": "target"}[language]
    told = {row[first] for row in read_again["targets.csv"]}
    assert told == {target["id"] for target in results["targets"]}
    assert all(
        None not in row and None not in row.values() for t in read_again.values() for row in t
    )


def test_numbers_are_written_as_the_language_reads_them(results):
    of = {language: dict(tables(results, language)) for language in PARTED}
    measured = results["measures"]["households-with-ip"]["years"][0]["p50"]
    for language, mark in (("vi", ","), ("en", ".")):
        (row,) = (
            row
            for row in rows(of[language]["yearly.csv"], language)
            if "households-with-ip" in row.values() and "2022" in row.values()
        )
        assert float(row["P50"].replace(mark, ".")) == measured


@pytest.mark.parametrize(
    ("value", "vi", "en"),
    [
        (None, "", ""),
        (0, "0", "0"),
        (1.0, "1", "1"),
        (0.000001, "0,000001", "0.000001"),
        (0.5, "0,5", "0.5"),
        (19_000_000_000, "19000000000", "19000000000"),
        ("=1+1", "'=1+1", "'=1+1"),
        ("a\nb", "a\\nb", "a\\nb"),
    ],
)
def test_a_cell(value, vi, en):
    assert (_cell(value, "vi"), _cell(value, "en")) == (vi, en)


@given(st.text())
def test_no_text_is_a_formula(text):
    for language in ("vi", "en"):
        assert not _cell(text, language).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
