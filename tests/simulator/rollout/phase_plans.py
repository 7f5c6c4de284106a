"""A plan of three communes whose phases are worked out by hand, and findings of its works."""

from dataclasses import replace
from typing import Any

import numpy as np

from scenarios.rollout.plan import Plan, RunningCosts
from simulator.rollout.results import MEASURES, Findings
from simulator.rollout.works import Works
from tests.simulator.rollout.plans import (
    BASIS,
    TOWNSHIP,
    VILLAGE,
    WARD,
    commune,
    plan,
    row,
    ruled,
)


def three(**fields: Any) -> Plan:
    """A ward on IP with 4 clusters and 600 households, a township of 300 with an FM station that is
    joined, and a village of 100 whose broken wired station of 2 clusters is converted.

    The ward's station covers 2 of 3 villages; the township's all, beside a part that stays wired
    and has half of the villages. The village has no board, the others have one.
    """
    given: dict[str, Any] = {
        "communes": {
            WARD: commune(WARD, 600),
            TOWNSHIP: commune(TOWNSHIP, 300),
            VILLAGE: commune(VILLAGE, 100, board=False),
        },
        "rules": ruled(joins=True),
        "running": RunningCosts(600, 500, 1_500, BASIS),
        "profile": "speaker-reference",
        "converter_profile": "converter-ip-fm",
        "board_profile": "board-reference",
        "link_urban": "fibre",
        "link_rural": "4g",
    }
    stations = (
        row("ward", WARD, kind="ip", since=2021, clusters=4, villages=3, covered=2),
        row("fm", TOWNSHIP, kind="fm-high", since=2021, villages=2, covered=2),
        row("wire", TOWNSHIP, villages=2, covered=2),
        row("village", VILLAGE, condition="broken", clusters=2, villages=5, covered=1),
    )
    return plan(stations, **(given | fields))


def done_in(of: Plan, years: dict[str, int], replications: int = 2) -> Findings:
    """Findings in which these works are done at the end of these years, in every replication but
    one of two of those whose year is negative."""
    works, quarters = Works.of(of), 4 * (len(of.years) + 2)
    done = np.zeros((len(works.listed), quarters), np.int32)
    for place, work in enumerate(works.listed):
        if year := years.get(work.id):
            first = 4 * (abs(year) - of.first_year) + 3
            done[place, first:] = replications if year > 0 else replications // 2
    yearly = np.full((replications, len(of.years), len(MEASURES)), -1, np.int64)
    nothing = np.zeros((len(works.listed), len(of.years)), np.int32)
    paid = np.zeros((replications, len(of.years), len(of.sources)), np.int64)
    return Findings(replications, yearly, done, nothing, paid, ())


def generated(of: Plan) -> Plan:
    """The same with households that nobody has counted."""
    return replace(
        of,
        communes={code: replace(one, generated=True) for code, one in of.communes.items()},
    )
