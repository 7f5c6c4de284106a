"""The rules of a rollout, vectorised over replications and provinces.

See docs/reference/rollout.md. `model` follows the same rules one replication at a time.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scenarios.rollout.plan import Plan

from .draws import Draws
from .order import Order
from .results import NEVER, Ints, Outcome
from .terms import MILLION, Terms
from .works import Works, first_days


def run(
    works: Works, plan: Plan, draws: Draws, replications: Ints, assigned: Ints | None = None
) -> Outcome:
    """What comes of the plan in these replications, by their numbers.

    `assigned` has for each work the index of the year from which it may begin, -1 for never. What
    comes of a replication does not depend on the others.
    """
    terms = Terms.of(plan, works, draws, replications)
    state = _State.at_first(plan, works, len(replications))
    shares, starts = _shares(plan, works), first_days(plan)
    for year in range(len(plan.years)):
        if year:
            terms.turn_to(year)
            state.break_down(year, starts[year], terms)
        held = state.receive(terms.budget(year, shares[year]))
        room = _room(plan, works, year, state.begun)
        ordered = starts[year] + terms.procurement(year)
        _give(state, year, Order.of(plan, works, year, assigned), terms, room, ordered)
        state.book(year, held - state.money)
    return state.outcome()


@dataclass(frozen=True, slots=True)
class _State:
    """How far all replications are, works and provinces first, replications last.

    `money` (S, provinces, R) by each province's own sources; `free` (provinces, R, crews) the day
    that each crew is free.
    """

    plan: Plan
    works: Works
    begun: npt.NDArray[np.int16]
    finished: npt.NDArray[np.int32]
    cost: Ints
    broken: npt.NDArray[np.int16]
    paid: Ints
    money: Ints
    free: Ints

    @classmethod
    def at_first(cls, plan: Plan, works: Works, replications: int) -> "_State":
        shape = len(works.listed), replications
        provinces, sources = works.sources.shape
        return cls(
            plan,
            works,
            np.full(shape, -1, np.int16),
            np.full(shape, NEVER, np.int32),
            np.zeros(shape, np.int64),
            np.full(shape, -1, np.int16),
            np.zeros((replications, len(plan.years), len(plan.sources)), np.int64),
            np.zeros((sources, provinces, replications), np.int64),
            np.zeros((provinces, replications, plan.delivery.crews), np.int64),
        )

    def break_down(self, year: int, start: int, terms: Terms) -> None:
        """Stations that are not replaced by the year's first day break down, each once."""
        broke = terms.breakdowns(year)
        broke &= (self.finished >= start) & (self.broken < 0)
        self.broken[broke] = year

    def receive(self, budget: Ints) -> Ints:
        """Adds the year's budget to what was carried over; what the sources hold then."""
        self.money[:] += budget
        return self.money.copy()

    def book(self, year: int, spent: Ints) -> None:
        """Writes down what each source has paid; what is left is lost, or carried over."""
        for place, source in enumerate(self.plan.sources):
            where, which = np.nonzero(self.works.sources == place)
            self.paid[:, year, place] = spent[which, where].sum(axis=0)
            if not source.carries_over:
                self.money[which, where] = 0

    def outcome(self) -> Outcome:
        """What came of it."""
        return Outcome(self.begun.T, self.finished.T, self.cost.T, self.broken.T, self.paid)


def _shares(plan: Plan, works: Works) -> Ints:
    """What each province has of each of its sources in each year, before cuts.

    (years, provinces, S): in proportion to the number of works that the source pays for.
    """
    share = np.zeros((len(plan.years), *works.sources.shape), np.int64)
    for place, source in enumerate(plan.sources):
        where, which = np.nonzero(works.sources == place)
        paid_for = [works.paid_for(int(p), place) for p in where]
        for year, amount in enumerate(source.amounts_vnd):
            for province, own, count in zip(where, which, paid_for, strict=True):
                share[year, province, own] = amount * count // sum(paid_for)
    return share


def _room(plan: Plan, works: Works, year: int, begun: npt.NDArray[np.int16]) -> Ints:
    """How many counted works the pace still lets each province begin, (provinces, R)."""
    provinces, rules = len(plan.provinces), plan.rules
    room = np.empty((provinces, begun.shape[1]), np.int64)
    for province in range(provinces):
        own = works.counted & (works.province == province)
        done = np.count_nonzero(begun[own] >= 0, axis=0)
        total = np.count_nonzero(own)
        if rules.base == "remaining":
            room[province] = -(-rules.yearly_per_million * (total - done) // MILLION)
        else:
            room[province] = -(-rules.yearly_per_million * total * (year + 1) // MILLION) - done
    return room


def _give(state: _State, year: int, order: Order, terms: Terms, room: Ints, ordered: Ints) -> None:
    """Gives the year's money, turn by turn; at a turn each province has one work.

    `room` is what the pace leaves, `ordered` the day of the year's orders, by province.
    """
    works, replications = state.works, state.begun.shape[1]
    broke = state.broken >= 0
    waiting = np.concatenate([(state.begun < 0) & ~broke, (state.begun < 0) & broke])
    open_purse = np.ones((works.purses, replications), np.bool_)
    # Flat views: places in them are of (work, replication), (province, replication) and the like.
    begun, finished, cost = state.begun.ravel(), state.finished.ravel(), state.cost.ravel()
    costs, leads, installs = terms.costs.ravel(), terms.leads.ravel(), terms.installs.ravel()
    left_by_pace, order_day = room.ravel(), ordered.ravel()
    money = state.money.reshape(len(state.money), len(order_day))
    free = state.free.reshape(len(order_day), -1)
    for turn in range(order.turns):
        if not open_purse.any():
            break
        rows = order.at(turn)
        work = rows % len(works.listed)
        ready = waiting[rows]
        ready &= open_purse[works.purse[work]]
        if state.plan.rules.paced:
            ready &= (room[works.province[work]] > 0) | ~works.counted[work, np.newaxis]
        which, replication = np.divmod(np.flatnonzero(ready), replications)
        if not which.size:
            continue
        work = work[which]
        purse = works.purse[work]
        price = costs[work * replications + replication]
        purse_holds = works.holds[:, purse]
        here = works.province[work] * replications + replication
        held = money[:, here] * purse_holds
        enough = held.sum(axis=0) >= price
        open_purse[purse[~enough], replication[~enough]] = False

        work, here, price, held = work[enough], here[enough], price[enough], held[:, enough]
        place = work * replications + replication[enough]
        begun[place] = year
        cost[place] = left = price
        for source, has in enumerate(held):
            pays = np.minimum(left, has)
            money[source, here] -= pays
            left = left - pays
        left_by_pace[here] -= works.counted[work]

        crews = free[here]
        crew = crews.argmin(axis=1)
        first_free = crews[np.arange(len(crew)), crew]
        done = np.maximum(order_day[here] + leads[place], first_free) + installs[place]
        free[here, crew] = done
        finished[place] = done
