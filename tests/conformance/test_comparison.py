"""What changed between two runs."""

import copy

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.commune_changes import NAMED, commune_changes, commune_table
from conformance.comparison import FinishedRun, compare
from conformance.verdicts import PRECEDENCE, Verdict
from scenarios.problems import BadInput
from simulator.measures.bulletins import COMMUNE_COUNTS

RUN = {
    "ttcs": 1,
    "world": "virtual",
    "lifecycle": "finished",
    "engine": "numpy",
    "seed": 1,
    "scenario": {"name": "s", "title": {"vi": "v", "en": "e"}, "sha256": "0f", "horizon_ms": 9},
    "fleet": {"devices": 3, "by_link": {"4g": 2, "fibre": 1}},
    "households": {"basis": "assumed"},
    "limits": [{"province": "52", "bytes": 7}, {"province": "44", "bytes": 8}],
    "programme": {"planned": 4},
    "measures": {"m": {"value": 0.5, "unit": "share", "sample": 2, "unbounded": False}},
    "targets": [],
    "bulletins": [
        {
            "id": "storm",
            "addressed": 3,
            "heard": 3,
            "online": 3,
            "heard_online": 3,
            "latency_ms": {"p50": 1, "p95": 2},
        }
    ],
    "verdict": {"verdict": "pass", "reason": "met", "sentence": {}},
}


def target(**changes):
    return {
        "id": "T-1",
        "title": {"vi": "v", "en": "e"},
        "unit": "ms",
        "comparison": "at most",
        "verdict": "pass",
        "reason": "met",
        "value": 3,
        "unbounded": False,
        "sample": 60,
        "limit": 10,
        "margin": 7,
    } | changes


def run(communes=None, **changes):
    return FinishedRun("r", copy.deepcopy(RUN) | changes, communes)


def compared(**changes):
    return compare(run(), run(**changes))


def target_change(old, new):
    old, new = ([one] if one else [] for one in (old, new))
    (change,) = compare(run(targets=old), run(targets=new))["targets"]
    return change


@pytest.mark.parametrize(
    "changes",
    [{}, {"engine": "compiled"}, {"scenario": RUN["scenario"] | {"name": "other"}}],
)
def test_what_does_not_count(changes):
    comparison = compared(**changes)
    assert comparison["same"]
    assert {change["what"] for change in comparison["run"]} <= {"engine", "scenario.name"}


@pytest.mark.parametrize(
    ("part", "changes", "what"),
    [
        ("run", {"seed": 2}, [("seed", 1, 2)]),
        ("run", {"world": "model"}, [("world", "virtual", "model")]),
        (
            "run",
            {"scenario": RUN["scenario"] | {"sha256": "f0"}},
            [("scenario.sha256", "0f", "f0")],
        ),
        (
            "fleet",
            {"fleet": {"devices": 3, "by_link": {"4g": 3}}},
            [("fleet.by_link.4g", 2, 3), ("fleet.by_link.fibre", 1, None)],
        ),
        ("totals", {"limits": RUN["limits"][::-1]}, []),
        (
            "totals",
            {"limits": [RUN["limits"][0], {"province": "44", "bytes": 9}]},
            [("limits.44.bytes", 8, 9)],
        ),
        ("totals", {"something_new": 1}, [("something_new", None, 1)]),
    ],
)
def test_values_that_changed(part, changes, what):
    comparison = compared(**changes)
    assert [tuple(change.values()) for change in comparison[part]] == what
    assert comparison["same"] is not bool(what)


def test_measures_and_bulletins():
    storm = RUN["bulletins"][0]
    flood = storm | {"id": "flood"}
    comparison = compared(
        measures={"n": RUN["measures"]["m"]}, bulletins=[flood, storm | {"heard": 2}]
    )
    assert [(m["id"], m["change"]) for m in comparison["measures"]] == [
        ("n", "new"),
        ("m", "missing"),
    ]
    assert [(b["id"], b["change"]) for b in comparison["bulletins"]] == [
        ("flood", "new"),
        ("storm", "changed"),
    ]
    assert comparison["bulletins"][1]["changes"] == [{"what": "heard", "old": 3, "new": 2}]


@pytest.mark.parametrize(
    ("old", "new", "change", "by"),
    [
        (None, target(), "new", None),
        (target(), None, "missing", None),
        (target(), target(verdict="fail", margin=-1), "worse", -8),
        (target(verdict="error"), target(), "better", 0),
        (target(verdict="inconclusive"), target(verdict="fail"), "worse", 0),
        (target(), target(verdict="not-applicable", margin=None), "other-verdict", None),
        (target(), target(margin=6.5), "margin-shrank", -0.5),
        (target(), target(margin=8), "margin-grew", 1),
        (target(margin=0.1), target(margin=0.3), "margin-grew", 0.2),
        (target(), target(margin=None, unbounded=True), "margin-shrank", None),
        (target(margin=None, unbounded=True), target(margin=-9), "margin-grew", None),
        (target(), target(sample=61), "changed", 0),
        (target(), target(unit="share", margin=0.1), "changed", None),
    ],
)
def test_a_target(old, new, change, by):
    found = target_change(old, new)
    assert (found["change"], found["margin_change"]) == (change, by)


@given(st.sampled_from(list(Verdict)), st.sampled_from(list(Verdict)))
def test_better_is_the_other_way_of_worse(one, other):
    there = compare(run(), run(verdict={"verdict": one, "reason": "met"}))["verdict"]["change"]
    assert (there == "same") is (one is Verdict.PASS)
    if one is not other:
        ways = [target_change(target(verdict=a), target(verdict=b)) for a, b in _both(one, other)]
        words = [way["change"] for way in ways]
        if Verdict.NOT_APPLICABLE in (one, other):
            assert words == ["other-verdict"] * 2
        else:
            worse = PRECEDENCE.index(other) < PRECEDENCE.index(one)
            assert words == (["worse", "better"] if worse else ["better", "worse"])


def _both(one, other):
    return ((one, other), (other, one))


def test_the_worst_replication_is_compared():
    over_all = [{"id": "T-1", "verdict": "fail", "reason": "limit-not-met"}]
    new = run(targets=[target()], replications={"count": 2, "targets": over_all})
    comparison = compare(run(targets=[target()]), new)
    assert comparison["targets"][0]["change"] == "worse"


def table(rows):
    """Communes with so many of their ten device-plays heard."""
    columns = {
        "commune": [commune for commune, _ in rows],
        "name": [f"Xã {commune}" for commune, _ in rows],
        "class": ["emergency"] * len(rows),
        "bulletin": ["storm"] * len(rows),
    }
    columns |= {name: [10] * len(rows) for name in COMMUNE_COUNTS}
    return pa.table(columns | {"heard": [heard for _, heard in rows]})


def test_communes():
    old = table([("a", 9), ("b", 5), ("c", 4), ("gone", 1)])
    new = table([("c", 5), ("b", 5), ("a", 3), ("came", 1)])
    assert commune_changes(old, new) == {
        "compared": 3,
        "changed": 2,
        "worse": 1,
        "better": 1,
        "new": 1,
        "missing": 1,
        "worst": [
            {
                "commune": "a",
                "name": "Xã a",
                "bulletin": "storm",
                "class": "emergency",
                "old": {"addressed": 10, "reached": 10, "heard": 9, "complete": 10},
                "new": {"addressed": 10, "reached": 10, "heard": 3, "complete": 10},
            }
        ],
    }
    assert compare(run(old), run(old))["same"]
    assert not compare(run(old), run(new))["same"]
    assert compare(run(old), run(None))["communes"] is None


@given(st.permutations(range(60)))
def test_the_worst_communes_come_in_one_order(order):
    old = table([(f"{n:02}", 9) for n in range(60)])
    new = table([(f"{n:02}", n % 3) for n in order])
    worst = commune_changes(old, new)["worst"]
    assert [row["commune"] for row in worst] == [f"{n:02}" for n in range(0, 60, 3)][:NAMED]


def parquet(table):
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    return sink.getvalue().to_pybytes()


GOOD = table([("a", 9)])


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        (b"", "something else or damaged"),
        (b"PAR1" * 9, "something else or damaged"),
        (parquet(GOOD.drop_columns(["heard"])), "something else or damaged"),
        (parquet(GOOD.set_column(4, "devices", [["many"]])), "something else or damaged"),
        (parquet(GOOD.set_column(0, "commune", [pa.array([None], pa.string())])), "empty fields"),
        (parquet(table([("a", 9), ("a", 8)])), "twice"),
    ],
)
def test_a_table_that_is_none(content, wrong):
    with pytest.raises(BadInput, match=wrong) as caught:
        commune_table("r", content)
    assert str(caught.value).startswith("r/tables/communes.parquet: is ")


def test_a_table_is_read_as_it_was_written():
    assert commune_table("r", parquet(GOOD)).equals(
        GOOD.select(["commune", "bulletin", "name", "class", *COMMUNE_COUNTS])
    )
