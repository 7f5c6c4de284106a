from fractions import Fraction
from math import ceil, inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference_system.dispatch.commands import commands
from scenarios import loader
from simulator import virtual
from simulator.fleet import Fleet
from simulator.gaps import FAR
from simulator.measurement import Measurement
from simulator.measures.bulletins import COMMUNE_COUNTS
from simulator.measures.latencies import Latencies
from simulator.measures.tally import Tally

latencies = st.lists(st.integers(0, 30) | st.just(FAR), max_size=30)
shares = st.fractions(0, 1, max_denominator=100)


def quantile(values: list[int], share: Fraction) -> Measurement:
    """The smallest value that at least this share of them do not exceed."""
    if not values:
        return Measurement(None, "ms", 0)
    ascending = sorted(inf if value == FAR else value for value in values)
    value = ascending[max(ceil(share * len(values)), 1) - 1]
    if value == inf:
        return Measurement(None, "ms", len(values), unbounded=True)
    return Measurement(int(value), "ms", len(values))


@given(st.lists(latencies, max_size=4), shares)
def test_quantiles_are_those_of_the_sorted_list(parts: list[list[int]], share: Fraction) -> None:
    added = Latencies()
    for part in parts:
        added.add(np.array(part, np.int64))
    everything = [value for part in parts for value in part]
    assert added.sample == len(everything)
    assert added.quantile(share) == quantile(everything, share)


@given(st.lists(latencies, max_size=4), st.randoms(use_true_random=False), shares)
def test_latencies_are_joined_in_any_order(
    parts: list[list[int]], random: object, share: Fraction
) -> None:
    joined, shuffled = Latencies(), Latencies()
    others = list(parts)
    random.shuffle(others)
    for whole, in_order in ((joined, parts), (shuffled, others)):
        for part in in_order:
            one = Latencies()
            one.add(np.array(part, np.int64))
            whole.join(one)
    assert joined.quantile(share) == quantile([value for part in parts for value in part], share)
    assert (joined.values.tolist(), joined.counts.tolist(), joined.never) == (
        shuffled.values.tolist(),
        shuffled.counts.tolist(),
        shuffled.never,
    )


@pytest.mark.parametrize(
    ("values", "share", "value"),
    [
        ([10, 20, 30, 40], Fraction(1, 2), 20),
        ([10, 20, 30, 40], Fraction(51, 100), 30),
        ([10, 20, 30, FAR], Fraction(3, 4), 30),
        ([10, 20, 30, FAR], Fraction(1), None),
        ([FAR], Fraction(1, 2), None),
    ],
)
def test_a_table_of_quantiles(values: list[int], share: Fraction, value: int | None) -> None:
    added = Latencies()
    added.add(np.array(values, np.int64))
    assert added.quantile(share) == Measurement(value, "ms", len(values), value is None)


def tallied(name: str, chunk: int) -> Tally:
    scenario = loader.load(loader.find(name)).scenario
    fleet, sent = Fleet.of(scenario), commands(scenario)
    tally = Tally(scenario, fleet, sent)
    for part in virtual.run(scenario, fleet, sent, chunk=chunk, engine="numpy"):
        tally.add(part)
    return tally


@pytest.mark.parametrize("name", ["ci-smoke", "commune"])
def test_the_counts_do_not_depend_on_the_chunks(name: str) -> None:
    whole, parts = tallied(name, 10_000), tallied(name, 5)
    assert whole.measurements() == parts.measurements()
    assert [b.as_data() for b in whole.bulletins.counts] == [
        b.as_data() for b in parts.bulletins.counts
    ]
    for count in COMMUNE_COUNTS:
        assert (whole.bulletins.by_commune[count] == parts.bulletins.by_commune[count]).all()


def test_what_a_small_run_comes_to() -> None:
    """36 devices; those of one commune of three are offline at the first of two storm warnings."""
    tally = tallied("ci-smoke", 10_000)
    storm = next(b for b in tally.bulletins.counts if b.id == "storm").as_data()
    assert (storm["plays"], storm["addressed"], storm["online"]) == (2, 72, 60)
    flood = next(b for b in tally.bulletins.counts if b.id == "flood").as_data()
    # Issued at 6:00, 6:10 and, had it not been cancelled at 6:12, at 6:20.
    assert (flood["plays"], flood["addressed"], flood["heard"]) == (2, 24, 24)
    morning = next(b for b in tally.bulletins.counts if b.programme)
    assert (morning.id, morning.plays, morning.addressed) == ("morning", 2, 72)
    assert tally.bulletins.by_commune["addressed"].sum() == 72 + 24 + 72
    measured = tally.measurements()
    assert measured["emergency_reach_online"] == Measurement(Fraction(1), "share", 84)
    assert measured["after_cancel"].value == 0
