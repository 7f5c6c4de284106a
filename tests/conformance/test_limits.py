"""Declared limits against what the records show of them."""

import json
from dataclasses import replace

import pytest

from conformance import demo, limits
from conformance.bench.description import Description
from conformance.case import Measured, Seen
from conformance.certifying import bench_facts
from conformance.evidence import Evidence
from conformance.plan import Plan
from conformance.record import Happening, Record
from conformance.suites import CASES
from conformance.trial import Trial
from conformance.verdicts import Lifecycle
from scenarios.scenario import Text

BENCH = Description("test", "speaker-reference", ())
DECLARED = demo.declaration("ip-speaker")


def told(at_ms, order, payload, answer=..., kind="Play"):
    """An order, and its answer half a second later: a refusal, None for done; none if left out."""
    yield Happening(at_ms, "told", {"order": order, "payload": payload, "kind": kind, "name": "x"})
    if answer is not ...:
        yield Happening(at_ms + 500, "answer", {"order": order, "own_ms": 0, "refusal": answer})


def found(*happenings, seen=(), declared=DECLARED, alive=True):
    lines = [line for each in happenings for line in each]
    trial = Trial("c", Lifecycle.FINISHED, Record(lines), True, alive)
    plan = Plan("ip-speaker", "r", None, "vendor", "", bench_facts(BENCH), {}, None, {}, ())
    evidence = Evidence(plan, declared, {}, (), {"c": trial})
    told_of = limits.compared(evidence, {"c": {str(n): each for n, each in enumerate(seen)}})
    return {each.name: each for each in told_of}


def cold(value_ms):
    return Seen(True, Text("", ""), Measured("cold_start", (value_ms,)))


def test_what_nothing_showed_is_no_difference():
    for each in found().values():
        assert each.observed is None
        assert not each.differs


@pytest.mark.parametrize(("value_ms", "differs"), [(59_000, False), (61_000, True)])
def test_a_cold_start_is_held_against_the_declared(value_ms, differs):
    one = found(seen=[cold(value_ms)])["cold_start_ms"]
    assert (one.declared, one.observed, one.differs) == (60_000, value_ms, differs)


def test_a_cold_start_within_the_uncertainty_is_no_difference():
    declared = replace(DECLARED, cold_start_ms=59_990)
    plan = Plan("ip-speaker", "r", None, "vendor", "", bench_facts(BENCH), {}, None, {}, ())
    plan = replace(plan, bench=replace(plan.bench, uncertainty_ms=20))
    evidence = Evidence(plan, declared, {}, (), {})
    assert not limits.compared(evidence, {"c": {"x": cold(60_000)}})[2].differs


def test_a_message_within_the_limit_that_is_never_answered_is_a_difference():
    short, longer = told(0, "a", "x" * 500, None), told(1_000, "b", "x" * 9_000)
    one = found(short, longer)["message_bytes"]
    assert (one.observed, one.at_least, one.differs) == (500, False, True)


@pytest.mark.parametrize(
    ("size", "answer", "alive"), [(9_000, None, True), (20_000, ..., True), (9_000, ..., False)]
)
def test_a_message_that_was_taken_too_long_or_of_a_device_that_died_is_none(size, answer, alive):
    """What killed the device is another finding."""
    longer = told(1_000, "b", "x" * size, answer)
    assert not found(told(0, "a", "x" * 500, None), longer, alive=alive)["message_bytes"].differs


def test_a_shorter_message_that_was_lost_says_nothing_of_lengths():
    lost = told(0, "a", "x" * 400)
    assert not found(lost, told(1_000, "b", "x" * 500, None))["message_bytes"].differs


def test_the_densest_second():
    orders = [told(at_ms, str(at_ms), "x", None) for at_ms in (0, 400, 999, 1_000, 5_000)]
    assert found(*orders)["commands_per_s"].observed == 3


def test_the_store_of_a_real_record(trial):
    """The emulated speaker holds a thousand plays, and is told thirty at a time."""
    done = trial(CASES["sounds-full-store"])

    def of(stored):
        declared = replace(DECLARED, stored_plays=stored)
        plan = Plan("ip-speaker", "r", None, "vendor", "", bench_facts(BENCH), {}, None, {}, ())
        evidence = Evidence(plan, declared, {}, (), {done.case: done})
        return limits.compared(evidence, {})[3]

    assert (of(None).observed, of(None).at_least) == (990, True)
    assert not of(1_000).differs  # of thirty more ten would have found room
    assert of(1_020).differs


def test_no_command_of_the_harness_is_longer_than_16_kib(trial):
    """Which is what the shipped declarations, and many a maker's, say that is taken."""
    record = trial(CASES["sounds-full-store"]).record
    sizes = [len(each.detail["payload"].encode()) for each in record.of("told")]
    assert max(sizes) <= DECLARED.message_bytes == 16_384
    assert json.loads(next(record.of("told")).detail["payload"])
