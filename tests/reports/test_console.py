"""The whole of what a terminal shows, at two widths."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from reports.console import summary

SNAPSHOTS = Path(__file__).parent / "snapshots"


def shown(results, width):
    console = Console(width=width, file=io.StringIO(), force_terminal=False, legacy_windows=False)
    console.print(summary(results))
    lines = console.file.getvalue().splitlines()
    assert all(len(line) <= width for line in lines)
    return "".join(f"{line.rstrip()}\n" for line in lines)


@pytest.mark.parametrize("width", [80, 120])
def test_a_run_with_something_of_everything(results_of, requests, width):
    expected = SNAPSHOTS.joinpath(f"everything-{width}.txt").read_text("utf-8")
    assert shown(results_of(requests), width) == expected


def test_what_a_run_does_not_measure(unmeasured):
    expected = SNAPSHOTS.joinpath("unmeasured-80.txt").read_text("utf-8")
    assert shown(unmeasured, 80) == expected


@pytest.mark.parametrize("width", [80, 120])
def test_a_run_without_targets(results_of, width):
    expected = SNAPSHOTS.joinpath("no-target.txt").read_text("utf-8")
    assert shown(results_of([]) | {"limits": []}, width) == expected


def test_what_this_world_does_not_model_is_said_once(results_of):
    faults = [{"fault": n, "kind": k} for n, k in enumerate(("full-disk", "wrong-clock") * 2)]
    results = results_of([]) | {"limits": [], "not_modelled": faults}
    assert "Not modelled here: full disk, wrong clock of the source system\n" in shown(results, 80)


def test_too_small_a_sample_says_how_small(results_of, requests):
    results = results_of(requests)
    results["targets"][0] |= {"reason": "sample-too-small", "sample": 7}
    assert "n = 7 < 59" in shown(results, 80)


def test_colour_carries_nothing(results_of, requests):
    plain, coloured = (
        Console(width=80, file=io.StringIO(), force_terminal=True, no_color=plain)
        for plain in (True, False)
    )
    for console in (plain, coloured):
        console.print(summary(results_of(requests)))
    assert plain.file.getvalue() == coloured.file.getvalue()
    assert "\x1b[31m" not in plain.file.getvalue()
