"""Every target of the planning documents, and what a rollout plan's replications say of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from conformance import targets
from conformance.declarations import Declaration
from conformance.judgement import of_declaration
from conformance.rollout.chances import EVEN, SURE, Chance, figures
from conformance.rollout.counting import Counted, counted
from conformance.targets import Target, Threshold
from conformance.verdicts import Reason, Verdict
from scenarios.problems import BadInput, Problem, shown
from scenarios.rollout.plan import Plan
from scenarios.scenario import MILLION
from scenarios.schema import did_you_mean
from simulator.rollout.phases import Phase
from simulator.rollout.results import MEASURES, Findings, Ints, MeasureName

How = Literal["simulated", "phase", "counted", "declared", "not-given", "not-binding"]
"""What shows a target: replications, the emergencies of the phases at P50, the plan's own count, a
declaration, nothing here; or it is of a document that does not bind the plan."""

IN_ONE_YEAR: Final[frozenset[MeasureName]] = frozenset(
    {"converted-in-year-of-first-stock", "converted-in-year-of-remaining"}
)
"""Measures of what is done within a year. All others tell what is there at its end, and go on."""

IN_EVERY_YEAR: Final[frozenset[MeasureName]] = frozenset({"out-of-order"})
"""Measures that are to hold in each year until the deadline, not only at it."""

OF_WHAT_REMAINS: Final[Mapping[MeasureName, MeasureName]] = {
    "converted-in-year-of-first-stock": "converted-in-year-of-remaining"
}
"""What takes a measure's place where the plan's yearly share is of what remains."""


ALL_DONE: Final[Mapping[MeasureName, MeasureName]] = {
    "converted-in-year-of-first-stock": "converted-of-first-stock"
}
"""Where the other measure is whole at a year's end, that year misses nothing: what has been done
earlier cannot be done again."""


OF_PHASES: Final = "emergency_households"
"""The measure of a run that the phases of a plan have too."""


@dataclass(frozen=True, slots=True)
class YearShown:
    """A year's end: `figures` by percentage as `chances.figures` gives them, and in how many
    replications the target is met; None where it has no figure."""

    year: int
    figures: Mapping[int, int | None]
    met: Chance | None


@dataclass(frozen=True, slots=True)
class JudgedTarget:
    """A target and what became of it.

    `document` is the name of its file. `years` are of what is simulated, in the measure's unit,
    `counts` of what is counted, or reached in a phase. `met` is the chance of meeting it at every
    deadline; `first_met` the first year at whose end it is met with at least so many per cent, of
    what is not of one year alone.
    """

    document: str
    target: Target
    how: How
    verdict: Verdict
    reason: Reason
    measure: MeasureName | None = None
    years: tuple[YearShown, ...] = ()
    counts: tuple[Counted, ...] = ()
    met: Chance | None = None
    first_met: Mapping[int, int | None] | None = None
    declaration: Declaration | None = None


def problems(plan: Plan, file: str) -> tuple[Problem, ...]:
    """What is wrong with the documents that a plan from this file names."""
    known = targets.documents()
    return tuple(
        Problem(
            *(file, None, None, f"documents[{number}]", shown(name)),
            f"a planning document: {', '.join(known)}",
            did_you_mean(name, known),
        )
        for number, name in enumerate(plan.documents)
        if name not in known
    )


def judge(
    plan: Plan,
    findings: Findings,
    declarations: Mapping[str, Declaration],
    phases: Sequence[Phase] = (),
) -> tuple[JudgedTarget, ...]:
    """All targets of all planning documents, those that bind the plan first; `declarations` are by
    target, `phases` every year's, or none. Raises `BadInput` for a document that there is not."""
    if wrong := problems(plan, "plan"):
        raise BadInput(wrong)
    known = targets.documents()
    binding = [_judged(name, t, plan, findings, declarations, phases) for name in known
               if name in plan.documents for t in known[name]]  # fmt: skip
    others = [
        JudgedTarget(name, target, "not-binding", Verdict.NOT_APPLICABLE, Reason.NOT_BINDING)
        for name in known
        if name not in plan.documents
        for target in known[name]
    ]
    return (*binding, *others)


def measured_by(target: Target, plan: Plan) -> MeasureName | None:
    """The measure that shows a target in a plan, by the plan's reading of the yearly share."""
    measure = target.rollout
    if measure is not None and plan.rules.base == "remaining":
        return OF_WHAT_REMAINS.get(measure, measure)
    return measure


def _judged(
    document: str,
    target: Target,
    plan: Plan,
    findings: Findings,
    declarations: Mapping[str, Declaration],
    phases: Sequence[Phase],
) -> JudgedTarget:
    declaration = declarations.get(target.id)
    simulated = _simulated(document, target, plan, findings)
    if simulated and not (declaration and simulated.reason is Reason.NO_OBSERVATION):
        return replace(simulated, declaration=declaration)
    if phases and target.measure == OF_PHASES:
        verdict, reason, counts = _of_phases(target, plan, phases)
        return JudgedTarget(
            document, target, "phase", verdict, reason, counts=counts, declaration=declaration
        )
    if target.counted and (counts := counted(plan, target.counted)):
        verdict, reason = _of_counts(target, plan, counts)
        return JudgedTarget(
            document, target, "counted", verdict, reason, counts=counts, declaration=declaration
        )
    if target.check == "declared":
        verdict, reason = of_declaration(target, declaration)
        how: How = "declared" if declaration else "not-given"
        return JudgedTarget(document, target, how, verdict, reason, declaration=declaration)
    needs = Reason.NEEDS_RUN if "run" in target.ways else Reason.NEEDS_SUITE
    return JudgedTarget(document, target, "not-given", Verdict.NOT_RUN, needs)


def _simulated(
    document: str, target: Target, plan: Plan, findings: Findings
) -> JudgedTarget | None:
    measure = measured_by(target, plan)
    if measure is None:
        return None
    values = findings.yearly[:, :, MEASURES.index(measure)]
    threshold = target.rollout_threshold
    met = None if threshold is None else _is_met(values, threshold)
    if met is not None and measure in ALL_DONE:
        met |= findings.yearly[:, :, MEASURES.index(ALL_DONE[measure])] == MILLION
    years = tuple(
        YearShown(
            year,
            figures(values[:, place], measure),
            None if met is None else _chance(met[:, place]),
        )
        for place, year in enumerate(plan.years)
    )
    shown_by = JudgedTarget(
        *(document, target, "simulated", Verdict.INCONCLUSIVE, Reason.NO_FIGURE, measure, years)
    )
    if threshold is None or met is None:
        return shown_by
    places, is_complete = deadlines(target, plan, goes_on=measure not in IN_ONE_YEAR)
    if places and measure in IN_EVERY_YEAR:
        places = list(range(places[-1] + 1))
    if not places:
        return replace(shown_by, reason=Reason.OUTSIDE_PLAN)
    if (values[:, places] < 0).all():
        return replace(shown_by, reason=Reason.NO_OBSERVATION)
    chance = _chance(np.logical_and.reduce(met[:, places], axis=1))
    verdict, reason = chance.judged
    if verdict is Verdict.PASS and not is_complete:
        verdict, reason = Verdict.INCONCLUSIVE, Reason.OUTSIDE_PLAN
    first = None
    if measure not in IN_ONE_YEAR and threshold.comparison != "at most":
        first = {percent: _first(years, percent) for percent in (EVEN, SURE)}
    return replace(shown_by, verdict=verdict, reason=reason, met=chance, first_met=first)


def _is_met(values: Ints, threshold: Threshold) -> npt.NDArray[np.bool_]:
    """Whether each value meets it; a share of nothing does, as nothing is missing.

    Shares are rounded down to the millionth, which moves none of fewer than 100,000 across a limit
    of whole tenths of a per cent.
    """
    limit = threshold.limit * (MILLION if threshold.unit == "share" else 1)
    whole = int(limit)
    if Fraction(whole) != limit:
        raise ValueError(f"a limit finer than the measure: {threshold.limit}")
    match threshold.comparison:
        case "at most":
            good = values <= whole
        case "at least":
            good = values >= whole
        case "over":
            good = values > whole
    return good | (values < 0)


def _chance(met: npt.NDArray[np.bool_]) -> Chance:
    return Chance(int(met.sum()), len(met))


def deadlines(target: Target, plan: Plan, *, goes_on: bool) -> tuple[list[int], bool]:
    """The places of the years that decide, and whether these are all of the target's deadlines.

    What `goes_on` stays as it is after the plan's last year; what is of one year does not.
    """
    deadlines = target.deadlines or (plan.last_year,)
    known = [
        min(year, plan.last_year) - plan.first_year
        for year in deadlines
        if year in plan.years or (goes_on and year > plan.last_year)
    ]
    return known, len(known) == len(deadlines)


def _first(years: Sequence[YearShown], percent: int) -> int | None:
    return next((one.year for one in years if one.met and one.met.is_at_least(percent)), None)


def _of_counts(target: Target, plan: Plan, counts: Sequence[Counted]) -> tuple[Verdict, Reason]:
    if target.threshold is None:
        return Verdict.INCONCLUSIVE, Reason.NO_FIGURE
    places, _ = deadlines(target, plan, goes_on=True)
    if not places:
        return Verdict.INCONCLUSIVE, Reason.OUTSIDE_PLAN
    return counts[places[-1]].judged(target.threshold)


def _of_phases(
    target: Target, plan: Plan, phases: Sequence[Phase]
) -> tuple[Verdict, Reason, tuple[Counted, ...]]:
    """Households that the emergency of a phase reaches by the end of its day, of all households.

    The most are those in earshot of a device: the others hear nothing even where nothing fails.
    What fails is assumed, so that a limit between both is open; and what rests on assumed
    households cannot be shown met.
    """
    counts = tuple(
        Counted(phase.year, phase.reached.households_reached, phase.in_earshot, phase.households)
        for phase in phases
    )
    verdict, reason = _of_counts(target, plan, counts)
    if reason is Reason.ONLY_A_TOTAL:
        return verdict, Reason.OUTAGES_ASSUMED, counts
    places, is_complete = deadlines(target, plan, goes_on=True)
    if verdict is Verdict.PASS and not is_complete:
        return Verdict.INCONCLUSIVE, Reason.OUTSIDE_PLAN, counts
    if verdict is Verdict.PASS and phases[places[-1]].assumed:
        return Verdict.INCONCLUSIVE, Reason.HOUSEHOLDS_ASSUMED, counts
    return verdict, reason, counts
