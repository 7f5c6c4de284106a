"""Two plans side by side."""

from pathlib import Path

import pytest
from rich.console import Console

from reports.rollout_comparison import compared, heading, page, sections, tables
from reports.rollout_reading import read

SNAPSHOTS = Path(__file__).parent / "snapshots"
NAME = "binh-dinh-2022-2025"


@pytest.fixture(scope="module")
def two(plan_bundle_of):
    """The plan by its own reading of the yearly share, and by the other."""
    return read(plan_bundle_of(NAME, "--no-phases")), read(
        plan_bundle_of(NAME, "--no-phases", "--base", "remaining")
    )


def test_a_plan_is_like_itself(two):
    told = compared(two[0], two[0])
    assert told["same"]
    assert {target["change"] for target in told["targets"]} == {"same"}
    assert heading(told, "en") == "The two plans lead to the same."


def test_what_is_worse_forth_is_better_back(two):
    forth, back = compared(*two), compared(*reversed(two))
    assert not forth["same"]
    turned = {"worse": "better", "better": "worse"}
    changes = {each["id"]: each["change"] for each in forth["targets"]}
    assert {each["id"]: each["change"] for each in back["targets"]} == {
        name: turned.get(change, change) for name, change in changes.items()
    }
    # Of what remains, four times 25 % leave 31.6 % unconverted: that is never 100 %.
    assert changes["BD-CONVERT-100"] == "worse"
    (convert,) = (each for each in forth["targets"] if each["id"] == "BD-CONVERT-100")
    assert convert["new"]["probability"] == 0
    assert convert["new"]["at"][0]["p50"] < 0.7


def test_another_number_of_replications_is_no_difference_of_itself(two):
    told = compared(*two)
    assert told["old"]["replications"] == told["new"]["replications"] == 40
    assert [year["year"] for year in told["money"]["planned"]] == [2022, 2023, 2024, 2025]
    assert all(year["old"] == year["new"] for year in told["money"]["planned"])


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_whole_table(two, language):
    told = compared(*two)
    told["old"]["place"], told["new"]["place"] = "old", "new"
    console = Console(width=80)
    with console.capture() as shown:
        console.print(tables(told, language))
    text = "\n".join(line.rstrip() for line in shown.get().splitlines()) + "\n"
    assert max(map(len, text.splitlines())) <= 80
    snapshot = SNAPSHOTS / f"plans-compared-{language}.txt"
    assert text == snapshot.read_text("utf-8"), f"to accept it: write it to {snapshot}"


def test_the_page_has_both_languages_and_a_curve_for_each_measure(two):
    told = compared(*two)
    shown = page(told, "vi").decode()
    curves = next(part for part in sections(told, "vi") if part.curves)
    assert shown.count('<polyline class="virtual"') == 2 * len(curves.rows)
    assert shown.count('<polyline class="live"') == 2 * len(curves.rows)
    for language in ("vi", "en"):
        assert heading(told, language) in shown
