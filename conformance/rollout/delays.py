"""What misses a target: the works that come late, where, and for want of what."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil
from typing import Final, Literal

from conformance.rollout.counting import URBAN
from conformance.rollout.judging import IN_ONE_YEAR, JudgedTarget
from conformance.rollout.timetable import name_of, unit_name
from scenarios import territory
from scenarios.rollout.plan import Plan
from scenarios.territory import Territory
from simulator.rollout.results import Findings, MeasureName
from simulator.rollout.works import OLDER_KINDS, Work, Works

NAMED: Final = 5
"""The most works and places that are named for a target."""

Mostly = Literal["no-work", "no-source", "money", "money-or-pace", "delivery"]
"""What holds up a target: it is missed though no work is late, so none would meet it; or most of
what is late has no source that pays for it; waits for money, or where the plan paces itself for its
pace; is begun, but procurement, delivery or crews take too long."""


@dataclass(frozen=True, slots=True)
class LateWork:
    """A work that is not done in time with the probability `share`, per million."""

    work: str
    place: str
    name: str
    share: int


@dataclass(frozen=True, slots=True)
class LatePlace:
    """A district, or a province, where of so many works on average so many are late."""

    place: str
    name: str
    works: int
    late: Fraction


@dataclass(frozen=True, slots=True)
class LatePurse:
    """The sources for which on average so many works are not begun.

    `spent` is the share of their planned money that was given by then, per million; None where none
    was planned.
    """

    sources: tuple[str, ...]
    not_begun: Fraction
    spent: int | None


@dataclass(frozen=True, slots=True)
class HeldUp:
    """What misses a target at the end of `year`.

    Of the `works` that it asks for, on average so many are not begun and so many begun but not
    finished. For a share of each year `works` are those of the years so far.
    """

    year: int
    works: int
    not_begun: Fraction
    not_finished: Fraction
    mostly: Mostly
    most_often_late: tuple[LateWork, ...]
    places: tuple[LatePlace, ...]
    purses: tuple[LatePurse, ...]


def held_up(
    plan: Plan, works: Works, findings: Findings, judged: Iterable[JudgedTarget]
) -> dict[str, HeldUp]:
    """What misses each simulated target of `judged` that some replication misses."""
    land = territory.load(plan.era)
    found = {}
    for one in judged:
        rests_on = one.measure and _RESTS_ON.get(one.measure)
        if not rests_on or one.met is None or one.met.met == one.met.of:
            continue
        own = [place for place, work in enumerate(works.listed) if rests_on(land, plan, work)]
        year, asked = _asked(plan, one, len(own))
        short = _held_up(plan, works, findings, own, year, asked)
        if asked == len(own) and short.not_begun + short.not_finished < 1 - one.met.share:
            # Every replication that misses it for want of a work has at least one that is late.
            short = replace(short, mostly="no-work")
        if short.not_begun or short.not_finished or short.mostly == "no-work":
            found[one.target.id] = short
    return found


def _asked(plan: Plan, one: JudgedTarget, works: int) -> tuple[int, int]:
    """The first deadline that some replication misses, and how many works it asks for by then.

    A share of each year asks for as many years' shares as have passed.
    """
    missed = [
        year.year
        for year in one.years
        if year.year in one.target.deadlines and year.met and year.met.met < year.met.of
    ]
    if one.measure not in IN_ONE_YEAR or not missed or one.target.threshold is None:
        return min(max(one.target.deadlines, default=plan.last_year), plan.last_year), works
    passed, share = missed[0] - plan.first_year + 1, Fraction(one.target.threshold.limit)
    done = share * passed if plan.rules.base == "first-stock" else 1 - (1 - share) ** passed
    return missed[0], min(works, ceil(done * works))


def _held_up(
    plan: Plan, works: Works, findings: Findings, own: Sequence[int], year: int, asked: int
) -> HeldUp:
    """What holds up the works `own`, of which `asked` are to be done by the end of `year`.

    Where not all are asked for, those that wait are no lateness of any one work: only what is begun
    can be late.
    """
    of, place = findings.replications, year - plan.first_year
    some = [works.listed[which] for which in own]
    done = findings.done_by_quarter[own, 4 * place + 3].tolist()
    begun = findings.begun_by_year[own, place].tolist()
    due = [of] * len(own) if asked == len(own) else begun
    late = [(work, d - n) for work, d, n in zip(some, due, done, strict=True)]
    idle = [(work, of - n) for work, n in zip(some, begun, strict=True)]
    not_begun = max(Fraction(0), asked - Fraction(sum(begun), of))
    not_finished = max(Fraction(0), asked - Fraction(sum(done), of) - not_begun)
    purses = _purses(plan, findings, idle, place, not_begun) if not_begun else ()
    land = territory.load(plan.era)
    worst = sorted((one for one in late if one[1]), key=lambda one: (-one[1], one[0].id))
    return HeldUp(
        year,
        asked,
        not_begun,
        not_finished,
        _mostly(not_begun, not_finished, purses, is_paced=_is_paced(plan, some)),
        tuple(
            LateWork(
                *(work.id, work.commune or work.district or work.province),
                *(name_of(land, work), times * 1_000_000 // of),
            )
            for work, times in worst[:NAMED]
        ),
        _places(land, late, of),
        purses,
    )


def _mostly(
    not_begun: Fraction, not_finished: Fraction, purses: Sequence[LatePurse], *, is_paced: bool
) -> Mostly:
    if not_finished > not_begun:
        return "delivery"
    if purses and not purses[0].sources:
        return "no-source"
    return "money-or-pace" if is_paced else "money"


def _is_paced(plan: Plan, works: Iterable[Work]) -> bool:
    """Whether the plan's pace may be what some of the works wait for."""
    rows = (plan.stations[work.station] for work in works if work.station >= 0)
    return plan.rules.paced and any(row.kind in OLDER_KINDS for row in rows)


def _places(
    land: Territory, late: Sequence[tuple[Work, int]], replications: int
) -> tuple[LatePlace, ...]:
    """Districts, or where there are none provinces, the one with most late works first."""
    count: dict[str, int] = {}
    times: dict[str, int] = {}
    for work, often in late:
        code = work.district or work.province
        count[code] = count.get(code, 0) + 1
        times[code] = times.get(code, 0) + often
    worst = sorted((code for code in times if times[code]), key=lambda code: (-times[code], code))
    return tuple(
        LatePlace(code, unit_name(land, code), count[code], Fraction(times[code], replications))
        for code in worst[:NAMED]
    )


def _purses(
    plan: Plan,
    findings: Findings,
    idle: Sequence[tuple[Work, int]],
    place: int,
    not_begun: Fraction,
) -> tuple[LatePurse, ...]:
    """What is not begun, divided as all that waits is."""
    times: dict[tuple[int, ...], int] = {}
    for work, often in idle:
        times[work.purse] = times.get(work.purse, 0) + often
    worst = sorted((purse for purse in times if times[purse]), key=lambda p: (-times[p], p))
    return tuple(
        LatePurse(
            tuple(plan.sources[source].id for source in purse),
            not_begun * times[purse] / sum(times.values()),
            _spent(plan, findings, purse, place),
        )
        for purse in worst[:NAMED]
    )


def _spent(plan: Plan, findings: Findings, purse: Sequence[int], place: int) -> int | None:
    planned = sum(sum(plan.sources[source].amounts_vnd[: place + 1]) for source in purse)
    if not planned:
        return None
    paid = int(findings.paid[:, : place + 1, list(purse)].sum())
    return paid * 1_000_000 // (planned * findings.replications)


_Rests = Callable[[Territory, Plan, Work], bool]


def _is_on_a_station(land: Territory, plan: Plan, work: Work) -> bool:
    return work.station >= 0


def _is_counted(land: Territory, plan: Plan, work: Work) -> bool:
    return work.station >= 0 and plan.stations[work.station].kind in OLDER_KINDS


def _is_board(*, urban: bool) -> _Rests:
    return lambda land, plan, work: (
        work.kind == "board" and (land.communes[work.commune].kind in URBAN) == urban
    )


def _is_big_board(*, rural: bool) -> _Rests:
    return lambda land, plan, work: (
        work.kind == "big-board" and (land.districts[work.district].kind == "huyện") == rural
    )


_RESTS_ON: Final[Mapping[MeasureName, _Rests]] = {
    "converted-of-first-stock": _is_counted,
    "converted-in-year-of-first-stock": _is_counted,
    "converted-in-year-of-remaining": _is_counted,
    "ip-of-communes": _is_on_a_station,
    "covering-of-communes": _is_on_a_station,
    "one-system-of-communes": _is_on_a_station,
    "upgraded-of-communes": _is_on_a_station,
    "boards-of-urban": _is_board(urban=True),
    "boards-of-rural": _is_board(urban=False),
    "boards-of-communes": lambda land, plan, work: work.kind == "board",
    "big-boards-of-towns": _is_big_board(rural=False),
    "big-boards-of-districts": _is_big_board(rural=True),
    "source-system": lambda land, plan, work: work.kind == "source-system",
}
"""The works that a target's measure rests on."""
