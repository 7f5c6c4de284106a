"""The vectorised core and the measures follow the plain model, whatever the plan."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.rollout.plan import Plan
from simulator.rollout import core, model
from simulator.rollout.draws import Drawn
from simulator.rollout.measures import yearly
from simulator.rollout.results import MEASURES, Ints, Outcome
from simulator.rollout.works import Works
from tests.simulator.rollout.plain_measures import measures
from tests.simulator.rollout.random_plans import plans

REPLICATIONS = np.array([0, 1, 7, 2**31])


def rolled(plan: Plan, replications: Ints, assigned: Ints | None = None) -> Outcome:
    return core.run(Works.of(plan), plan, Drawn(plan.seed), replications, assigned)


@st.composite
def assignments(draw: st.DrawFn, plan: Plan) -> Ints | None:
    """For each work a year or never; or no assignment."""
    if draw(st.booleans()):
        return None
    works = len(Works.of(plan).listed)
    years = st.integers(-1, len(plan.years) - 1)
    return np.array(draw(st.lists(years, min_size=works, max_size=works)), np.int64)


@settings(max_examples=100)
@given(st.data())
def test_core_and_model_are_equal(data: st.DataObject) -> None:
    plan = data.draw(plans())
    assigned = data.draw(assignments(plan))
    outcome = rolled(plan, REPLICATIONS, assigned)
    measured = yearly(Works.of(plan), plan, outcome)
    listed = [work.id for work in Works.of(plan).listed]
    for place, replication in enumerate(REPLICATIONS.tolist()):
        wanted = model.run(plan, replication, assigned=assigned)
        assert [work.id for work in wanted.works] == listed
        for name in ("begun", "finished", "cost", "broken"):
            found = getattr(outcome, name)[place].tolist()
            assert found == [getattr(work, name) for work in wanted.works], name
        assert outcome.paid[place].tolist() == wanted.paid
        for year, found in enumerate(measured[place].tolist()):
            assert dict(zip(MEASURES, found, strict=True)) == measures(wanted, year), year


@settings(max_examples=30)
@given(plans(), st.permutations(range(6)))
def test_a_replication_does_not_depend_on_the_others(plan: Plan, mixed: list[int]) -> None:
    numbers = np.array(mixed)
    together = rolled(plan, numbers)
    for place in range(len(numbers)):
        alone = rolled(plan, numbers[place : place + 1])
        for field in ("begun", "finished", "cost", "broken", "paid"):
            assert getattr(alone, field)[0].tolist() == getattr(together, field)[place].tolist()
