"""What the targets that bind a plan ask of its works, for a solver."""

from fractions import Fraction

from conformance import targets
from conformance.rollout.judging import IN_ONE_YEAR, deadlines, measured_by
from conformance.targets import Target
from scenarios.rollout.plan import Plan
from scenarios.scenario import MILLION
from simulator.rollout.optimising.limits import Demand


def demands(plan: Plan) -> tuple[Demand, ...]:
    """A demand for every deadline in the plan of every binding target that a share of works meets.

    That the worst come first is no share: the solver keeps to it where it is told to.
    """
    known = targets.documents()
    return tuple(
        demand
        for name in known
        if name in plan.documents
        for target in known[name]
        for demand in _of(target, plan)
    )


def _of(target: Target, plan: Plan) -> tuple[Demand, ...]:
    measure, threshold = measured_by(target, plan), target.rollout_threshold
    if measure is None or threshold is None or threshold.unit != "share":
        return ()
    if threshold.comparison == "at most":
        return ()
    least = Fraction(threshold.limit) * MILLION + (threshold.comparison == "over")
    places, _ = deadlines(target, plan, goes_on=measure not in IN_ONE_YEAR)
    return tuple(
        Demand(target.id, measure, plan.first_year + place, int(least)) for place in places
    )
