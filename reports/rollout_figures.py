"""A rollout plan's results in figures, for one language: values, limits, probabilities."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from conformance.rollout.judging import IN_ONE_YEAR
from conformance.verdicts import Reason, Verdict
from reports.rollout_results import UNITS
from reports.rollout_words import MOSTLY, money
from reports.words import COMPARISONS, REASONS, VERDICTS, Language, figure, number
from scenarios.scenario import Text
from simulator.measurement import Unit

NO_VALUE: Final = "–"


def exactly(value: int | float) -> int | Fraction:
    """The decimal that the document says, not the binary fraction nearest to it."""
    return value if isinstance(value, int) else Fraction(Decimal(str(value)))


def told(
    value: int | float | None, unit: str, language: Language, beside: int | Fraction = 1
) -> str:
    """A value of a measure with this unit, never rounded across `beside`."""
    if value is None:
        return NO_VALUE
    if unit == "vnd":
        return money(int(value), language)
    known: Unit = "count" if unit == "count" else "share"
    return figure(exactly(value), known, language, beside)


def limit(target: Mapping[str, Any], language: Language) -> str:
    """The limit with its comparison, such as `≥ 25 %`."""
    if target["limit"] is None:
        return NO_VALUE
    sign = COMPARISONS[target["comparison"]]
    return f"{sign} {figure(exactly(target['limit']), target['unit'], language)}"


def value(shown: int | float | None, target: Mapping[str, Any], language: Language) -> str:
    """A value of a target's measure, on the side of the limit on which it lies."""
    beside = 1 if target["limit"] is None else exactly(target["limit"])
    return told(shown, UNITS.get(target["measure"], "share"), language, beside)


def probability(met: Mapping[str, Any], language: Language) -> str:
    """A probability, never rounded to certainty."""
    return figure(exactly(met["probability"]), "share", language, int(met["probability"] > 0.5))


def interval(met: Mapping[str, Any], language: Language) -> str:
    """The percentages between which the probability is known to lie, such as `17-22`."""
    low, high = (number(100 * exactly(bound), language, 0) for bound in met["interval"])
    return f"{low}-{high}"


def bounds(target: Mapping[str, Any], count: Mapping[str, int], language: Language) -> str:
    """What is counted of a year, such as `3/159`, or `3-7/159` where only a total is known.

    Of what a phase reaches, the shares: `67-71,3 %`, reached and in earshot.
    """
    least, most, of = count["least"], count["most"], count["of"]
    if target["how"] == "phase" and of:
        low, high = (number(Fraction(100 * part, of), language) for part in (least, most))
        return f"{low}-{high} %"
    return f"{least}/{of}" if least == most else f"{least}-{most}/{of}"


def decisive_years(target: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The years of its deadlines, of what is simulated; the last where it has none."""
    return [year for year in target["years"] if year["year"] in target["deadlines"]] or target[
        "years"
    ][-1:]


def judged_years(
    target: Mapping[str, Any],
) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any] | None, Mapping[str, Any]]]:
    """Each decisive year, the chance there, and what holds its verdict and reason.

    A single one stands for the target, which may have to hold in the years before it as well.
    """
    shown = decisive_years(target)
    for year in shown:
        met = target["met"] if len(shown) == 1 else year["met"]
        yield year, met, target if len(shown) == 1 or met is None else met


def decisive_count(target: Mapping[str, Any]) -> Mapping[str, int] | None:
    """The year of its last deadline, of what is counted; None where it is outside the plan."""
    last = max(target["deadlines"], default=None)
    counts: list[Mapping[str, int]] = target["counts"]
    if last is None:
        return counts[-1] if counts else None
    return next((count for count in counts if count["year"] == last), None)


def late_counts(late: Mapping[str, Any]) -> tuple[int | float, int | float, int | float]:
    """Of works that a target needs: all, those late on average, those of them not begun."""
    return late["works"], late["not_begun"] + late["not_finished"], late["not_begun"]


def late_told(late: Mapping[str, Any], language: Language) -> str:
    """What misses a target, in one sentence."""
    why = MOSTLY[late["mostly"]]
    if late["mostly"] == "no-work":
        return why.vi if language == "vi" else why.en
    every, missing, idle = (number(exactly(count), language) for count in late_counts(late))
    if language == "vi":
        return f"trễ trung bình {missing}/{every} việc, {idle} chưa bắt đầu: {why.vi}"
    return f"on average {missing} of {every} works late, {idle} not begun: {why.en}"


def verdict(judged: Mapping[str, Any]) -> Text:
    """The verdict in a word."""
    return VERDICTS[Verdict(judged["verdict"])]


def reason(judged: Mapping[str, Any]) -> Text:
    """Why it is that."""
    return REASONS[Reason(judged["reason"])]


def is_cumulative(measure: str) -> bool:
    """Whether a measure tells what is there in the end: no number, nor what one year did."""
    return measure not in UNITS and measure not in IN_ONE_YEAR
