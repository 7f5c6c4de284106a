"""The live world held against the virtual one: what is near, what is not, what is not said."""

import copy
import json
from importlib.resources import files as resources
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.tolerance import TOLERANCES, are_comparable, compared

SCHEMA = json.loads(resources("reports").joinpath("schemas/results.schema.json").read_text("utf-8"))
WORLDS = {"$ref": "#/$defs/worlds", "$defs": SCHEMA["$defs"]}

REACH = {"4": 900, "10": 980, "20": 1_000, "60": 1_000, "180": 1_000}


def bulletin(name: str = "storm", **changed: Any) -> dict[str, Any]:
    return {
        "id": name,
        "class": "emergency",
        "addressed": 1_000,
        "online": 1_000,
        "heard_online": 1_000,
        "reach_online": REACH,
        "latency_ms": {"p50": 600, "p95": 9_000, "p99": 12_000, "max": 19_000},
        **changed,
    }


def outcome(*bulletins: dict[str, Any], world: str = "virtual", **changed: Any) -> dict[str, Any]:
    return {
        "world": world,
        "scenario": {"sha256": "0f", "start": "2022", "horizon_ms": 1, "name": world},
        "fleet": {"devices": 1_000},
        "bulletins": list(bulletins),
        "programme": {"complete": 2_000, "planned": 2_000},
        "measures": {
            "availability": {"value": 0.99, "sample": 1_000, "exact": {"count": 99, "of": 100}},
            "returns_per_second": {"value": 40, "sample": 1_000},
        },
        **changed,
    }


def beyond(found: dict[str, Any]) -> list[tuple[str, int | None]]:
    return [(one["what"], one["at_s"]) for one in found["measures"] if one["within"] is False]


def test_what_is_the_same_is_within_and_fits_the_schema() -> None:
    found = compared(outcome(bulletin()), outcome(bulletin(), world="live"))
    jsonschema.validate(found, WORLDS)
    assert found["within"] is True
    assert {one["what"] for one in found["measures"]} == set(TOLERANCES)
    assert found["curves"][0]["live"][:3] == [[600, 0.5], [4_000, 0.9], [9_000, 0.95]]
    assert found["tolerance"]["source"] == "this project's own choice"


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"reach_online": REACH | {"4": 880}}, []),
        ({"reach_online": REACH | {"4": 879}}, [("reach", 4)]),
        ({"reach_online": REACH | {"4": 921}}, [("reach", 4)]),  # too good is as far away
        ({"heard_online": 990}, []),
        ({"heard_online": 989}, [("reach-end", None)]),
    ],
)
def test_the_edge_of_the_tolerance(changed: dict[str, Any], wrong: list[Any]) -> None:
    found = compared(outcome(bulletin()), outcome(bulletin(**changed), world="live"))
    assert beyond(found) == wrong
    assert found["within"] is (not wrong)


@pytest.mark.parametrize(
    ("part", "changed", "wrong"),
    [
        ("programme", {"complete": 1_979, "planned": 2_000}, "programme-complete"),
        ("programme", {"complete": 0, "planned": 0}, "programme-complete"),
        ("measures", {"availability": {"value": 1, "sample": 1_000}}, "returns-per-second"),
    ],
)
def test_of_the_whole_run(part: str, changed: dict[str, Any], wrong: str) -> None:
    """Also what there is in one world alone."""
    found = compared(outcome(), outcome(world="live", **{part: changed}))
    assert wrong in [what for what, _ in beyond(found)]
    assert found["within"] is False


def test_times_are_shown_and_not_judged_where_time_was_scaled() -> None:
    slow = bulletin(reach_online=dict.fromkeys(REACH, 0), heard_online=1_000)
    found = compared(outcome(bulletin()), outcome(slow, world="live", excerpt={"time_scale": 12.0}))
    jsonschema.validate(found, WORLDS)
    assert found["within"] is True
    assert found["tolerance"]["time_judged"] is False
    assert {one["within"] for one in found["measures"] if one["what"] == "reach"} == {None}


def test_one_observation_may_always_differ() -> None:
    few = {"addressed": 23, "online": 23, "reach_online": dict.fromkeys(REACH, 23)}
    virtual, live = bulletin(**few, heard_online=23), bulletin(**few, heard_online=22)
    assert compared(outcome(virtual), outcome(live, world="live"))["within"] is True
    live["heard_online"] = 21
    assert compared(outcome(virtual), outcome(live, world="live"))["within"] is False


def test_what_the_virtual_world_does_not_know_is_told() -> None:
    missing = [{"fault": 0, "kind": "full-disk"}]
    found = compared(outcome(not_modelled=missing), outcome(world="live"))
    jsonschema.validate(found, WORLDS)
    assert found["not_modelled"] == missing


@given(st.integers(0, 1_000), st.integers(0, 1_000))
def test_it_does_not_matter_which_is_larger(virtual: int, live: int) -> None:
    one, other = bulletin(heard_online=virtual), bulletin(heard_online=live)
    there = compared(outcome(one), outcome(other, world="live"))
    back = compared(outcome(other), outcome(one, world="live"))
    assert there["within"] == back["within"] == (abs(virtual - live) <= 10)


@given(st.dictionaries(st.sampled_from(["p50", "p95", "p99", "max"]), st.integers(0, 200_000)))
def test_a_curve_never_falls(quantiles: dict[str, int]) -> None:
    known = dict.fromkeys(("p50", "p95", "p99", "max")) | quantiles
    one = bulletin(latency_ms=known)
    (curve,) = compared(outcome(one), outcome(one, world="live"))["curves"]
    points = curve["live"]
    assert points == sorted(points)
    assert [share for _, share in points] == sorted(share for _, share in points)


def test_only_the_same_part_of_a_scenario_is_compared() -> None:
    virtual, live = outcome(bulletin()), outcome(bulletin(), world="live")
    assert are_comparable(virtual, live)
    assert not are_comparable(live, virtual)
    assert not are_comparable(virtual, copy.deepcopy(virtual))
    for part in ("scenario", "fleet"):
        other = live | {part: live[part] | {"sha256": "ff", "devices": 9}}
        assert not are_comparable(virtual, other)
    assert not are_comparable(virtual, live | {"excerpt": {"time_scale": 2.0}})
