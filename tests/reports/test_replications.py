"""The sentences over many replications, and the table that a terminal shows."""

import io
import json
from importlib.resources import files

import jsonschema
from rich.console import Console

from conformance.judgement import judge
from conformance.replications import Replications
from reports.console import summary
from reports.replications import rows, with_replications
from reports.results import results
from scenarios.scenario import TargetRequest
from simulator.measurement import Measurement

SCHEMA = json.loads(files("reports").joinpath("schemas/results.schema.json").read_text("utf-8"))
CANCEL, LATENCY = TargetRequest("PROFILE-AFTER-CANCEL"), TargetRequest("PROFILE-T4-P99")
SEEDS = (7, 2**64 - 1, 0)


def replications_of(requests):
    return Replications(requests, lambda measures: judge(requests, measures, "virtual"))


def of(requests, latencies):
    """What replications came to that measured these latencies, None for never."""
    replicated = replications_of(requests)
    for latency in latencies:
        replicated.add(measured(latency))
    first = judge(requests, measured(latencies[0]), "virtual")
    found = results({"seed": SEEDS[0]}, measured(latencies[0]), first)
    return with_replications(found, replicated, SEEDS[: len(latencies)])


def measured(latency):
    return {
        "after_cancel": Measurement(0, "count", 5),
        "emergency_t4_p99": Measurement(latency, "ms", 300, unbounded=latency is None),
    }


def test_all_pass():
    found = of([CANCEL], [1, 2, 3])
    assert found["verdict"]["sentence"] == {
        "vi": "Đạt trong cả 3 lần chạy lặp.",
        "en": "Pass in all 3 replications.",
    }
    assert found["verdict"]["verdict"] == "pass"


def test_a_failure_names_how_many_and_the_seed_that_shows_it():
    found = of([CANCEL, LATENCY], [1, None, None])
    assert found["verdict"]["sentence"]["en"] == (
        "Fail in 2 of 3 replications: PROFILE-T4-P99 (outside the limit, in 2, first with seed "
        "18446744073709551615)."
    )
    assert found["targets"][1]["verdict"] == "pass"
    assert found["replications"]["measures"]["emergency_t4_p99"] == {
        "unit": "ms",
        "observed": 3,
        "unbounded": 2,
        "min": 1,
        "p10": 1,
        "p50": None,
        "p90": None,
        "max": None,
    }


def test_a_sentence_names_at_most_three():
    sentence = of([LATENCY] * 4, [None, 1])["verdict"]["sentence"]["en"]
    assert sentence.count("PROFILE-T4-P99") == 3
    assert sentence.endswith("; ….")


def test_without_targets_the_sentence_is_that_of_a_single_run():
    found = of([], [1, 2])
    assert found["verdict"]["reason"] == "no-target"
    assert found["verdict"]["sentence"]["en"].startswith("Not run: the scenario names no target")


def test_one_row_for_each():
    replicated = replications_of([LATENCY])
    for latency in (1, None):
        replicated.add(measured(latency))
    assert rows(replicated, SEEDS[:2])["replications"] == [
        {"seed": 7, "verdict": "pass"},
        {"seed": 2**64 - 1, "verdict": "fail"},
    ]


def test_a_terminal_shows_spread_and_passes(results_of, requests, measures):
    replicated = replications_of(requests)
    for _ in range(3):
        replicated.add(measures)
    found = with_replications(results_of(requests), replicated, SEEDS)
    jsonschema.validate(found, SCHEMA)
    console = Console(width=80, file=io.StringIO(), force_terminal=False, legacy_windows=False)
    console.print(summary(found))
    shown = console.file.getvalue()
    assert "3 replications; what stands above is of the first, seed 20220926" in shown
    table = shown[shown.index("3 replications;") :]
    assert "3,412 s" in table
    assert "không bao giờ" in table
    assert "3/3" in table
    assert "0/3" in table
    assert "–" in table
