"""`results.json` of a plan as its schema has it, and as a terminal shows it."""

import json
from importlib.resources import files
from typing import get_args

import jsonschema
import pytest
from rich.console import Console

from conformance.declarations import parse as declared
from conformance.rollout.delays import Mostly, held_up
from conformance.rollout.judging import How, judge
from conformance.rollout.timetable import works_done
from conformance.targets import Count
from conformance.verdicts import Reason, Verdict
from reports import rollout_figures, rollout_words
from reports.rollout_console import summary
from reports.rollout_results import results
from scenarios.rollout import plan as rollout
from simulator.rollout.results import MEASURES
from simulator.rollout.study import study
from simulator.rollout.works import Works
from tests.conformance.rollout.plans import plan

SCHEMA = json.loads(
    files("reports").joinpath("schemas/rollout-results.schema.json").read_text("utf-8")
)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
DECLARED = b"""target,count,of,value,unit,date,evidence
BD-DEPT-100,19,20,,,2025-12-31,"c\xc3\xb4ng v\xc4\x83n 5"
"""


def told(of=None, replications=20):
    of = of or plan()
    works, found = Works.of(of), study(of, replications, jobs=1)
    judged = judge(of, found, declared("d.csv", DECLARED))
    facts = {"name": "small", "sha256": "0" * 64}
    late = held_up(of, works, found, judged)
    return results(facts, of, found, judged, late, works_done(of, works, found))


@pytest.fixture(scope="module")
def small():
    return told()


def test_the_schema_is_one_and_every_mapping_of_it_is_closed():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)

    def closed(part):
        if isinstance(part, dict):
            assert part.get("type") != "object" or "additionalProperties" in part
            part = list(part.values())
        for inner in part if isinstance(part, list) else []:
            closed(inner)

    closed(SCHEMA)


def test_the_schema_knows_the_words_of_the_code():
    words, target = SCHEMA["$defs"], SCHEMA["$defs"]["target"]["properties"]
    assert words["verdict"]["enum"] == list(Verdict)
    assert set(words["reason"]["enum"]) <= set(Reason)
    assert target["how"]["enum"] == list(get_args(How))
    assert target["measure"]["enum"] == [*MEASURES, None]
    assert target["counted"]["enum"] == [*get_args(Count), None]
    assert list(SCHEMA["properties"]["measures"]["properties"]) == list(MEASURES)
    kinds = SCHEMA["properties"]["works"]["items"]["properties"]["kind"]["enum"]
    assert kinds == list(rollout.WORK_KINDS)


def test_people_have_a_word_for_everything():
    assert set(rollout_words.MEASURES) == set(MEASURES)
    assert set(rollout_words.HOWS) == set(get_args(How))
    assert set(rollout_words.MOSTLY) == set(get_args(Mostly))
    assert set(rollout_words.BASES) == set(get_args(rollout.Base))


@pytest.mark.parametrize(
    "of",
    [
        plan(),
        plan(documents=()),
        plan(counted=rollout.Counted((0, 1, 2, 3), (1, 2, 3, 4))),
        plan(documents=("plan-binh-dinh", "plan-quang-binh", "action-2023", "guidance-2024")),
        plan(first_year=2026, last_year=2029, era="2022"),
        plan(sources=()),
    ],
)
def test_results_are_valid(of):
    VALIDATOR.validate(json.loads(json.dumps(told(of), allow_nan=False)))


@pytest.mark.parametrize(
    "break_it",
    [
        lambda data: data.pop("seed", None) or data["plan"].pop("seed"),
        lambda data: data.update(now="2022-09-26"),
        lambda data: data["targets"][0].update(verdict="passed"),
        lambda data: data["works"][0].update(kind="tower"),
        lambda data: data["measures"].pop("spent-vnd"),
    ],
)
def test_the_schema_refuses_something_else(small, break_it):
    data = json.loads(json.dumps(small))
    break_it(data)
    assert not VALIDATOR.is_valid(data)


def test_the_same_plan_gives_the_same_bytes(small):
    assert json.dumps(told()) == json.dumps(small)


def test_what_came_of_it(small):
    by_id = {target["id"]: target for target in small["targets"]}
    # 500 million a year, a station of four clusters costs 130: all three are paid, one a year.
    convert = by_id["BD-CONVERT-100"]
    assert (convert["verdict"], convert["met"]["probability"]) == ("pass", 1)
    assert convert["first_met"] == {"p50": 2024, "p80": 2024}
    assert [year["p80"] for year in convert["years"]] == [0.333333, 0.666666, 1, 1]
    # In 2025 nothing is left to convert, and nothing is missed.
    yearly = by_id["BD-25PCT-YEAR"]
    assert [year["p50"] for year in yearly["years"]] == [0.333333, 0.333333, 0.333333, 0]
    assert [year["met"]["verdict"] for year in yearly["years"]] == ["pass"] * 4
    assert yearly["verdict"] == "pass"
    assert by_id["BD-DEPT-100"]["declared"] == {
        "value": 0.95, "date": "2025-12-31", "evidence": "công văn 5",
    }  # fmt: skip
    assert small["summary"]["binding"] == 48
    assert sum(small["summary"]["verdicts"].values()) == 48
    assert small["money"][0]["planned_vnd"] == [500_000_000] * 4


def test_a_terminal_of_80_columns_shows_it(small):
    console = Console(width=80)
    with console.capture() as shown:
        console.print(summary(small))
    text = shown.get()
    assert max(map(len, text.splitlines())) <= 80
    assert "…" not in text
    assert "BD-BIGBOARD-DISTRICT-80" in text
    for target in small["targets"]:
        if target["how"] != "not-binding":
            assert target["id"] in text


def test_a_probability_is_not_rounded_to_certainty():
    nearly = {"probability": 0.9999, "interval": [0.9994, 1]}
    assert rollout_figures.probability(nearly, "vi") == "99,99 %"
