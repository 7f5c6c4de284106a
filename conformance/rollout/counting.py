"""What a plan counts by year rather than simulates: web pages and trained staff.

Of web pages a plan gives totals. Which communes will have one it does not say, so that a share of
the wards, or of the rural communes, lies between two bounds.
"""

from dataclasses import dataclass
from fractions import Fraction

from conformance.targets import Count, Threshold
from conformance.verdicts import Reason, Verdict
from scenarios import territory
from scenarios.rollout.plan import CommuneStock, Plan

URBAN = ("phường", "thị trấn")


@dataclass(frozen=True, slots=True)
class Counted:
    """At the end of a year at least `least` and at most `most` of `of`."""

    year: int
    least: int
    most: int
    of: int

    def judged(self, threshold: Threshold) -> tuple[Verdict, Reason]:
        """What it comes to at a deadline."""
        if self.of == 0:
            return Verdict.INCONCLUSIVE, Reason.NO_OBSERVATION
        bounds = (Fraction(self.least, self.of), Fraction(self.most, self.of))
        allowed = [threshold.allows(threshold.margin(bound)) for bound in bounds]
        if all(allowed):
            return Verdict.PASS, Reason.MET
        if any(allowed):
            return Verdict.INCONCLUSIVE, Reason.ONLY_A_TOTAL
        return Verdict.FAIL, Reason.LIMIT_NOT_MET


def counted(plan: Plan, what: Count) -> tuple[Counted, ...]:
    """The count at each year's end; empty where the plan gives none."""
    totals = plan.counted.staff_trained if what == "staff-trained" else plan.counted.websites
    if totals is None:
        return ()
    if what == "staff-trained":
        staff = sum(stock.staff for stock in plan.communes.values())
        return tuple(
            Counted(year, min(total, staff), min(total, staff), staff)
            for year, total in zip(plan.years, totals, strict=True)
        )
    return tuple(
        _pages(plan, what, year, total) for year, total in zip(plan.years, totals, strict=True)
    )


def _pages(plan: Plan, what: Count, year: int, total: int) -> Counted:
    """The pages that there were stay; new ones may come to any commune without one."""
    communes = territory.load(plan.era).communes
    asked: list[CommuneStock] = []
    others: list[CommuneStock] = []
    for code, stock in plan.communes.items():
        is_urban = communes[code].kind in URBAN
        is_asked = what == "websites-of-communes" or is_urban == (what == "websites-of-urban")
        (asked if is_asked else others).append(stock)
    new = max(0, total - _with_page(asked) - _with_page(others))
    without, without_others = len(asked) - _with_page(asked), len(others) - _with_page(others)
    there = _with_page(asked)
    least = there + min(without, max(0, new - without_others))
    return Counted(year, least, there + min(without, new), len(asked))


def _with_page(stocks: list[CommuneStock]) -> int:
    return sum(stock.website for stock in stocks)
