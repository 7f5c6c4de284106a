"""A small plan and what might come of it, for tests of judging and telling."""

from dataclasses import replace
from typing import Any

import numpy as np

from scenarios.rollout.plan import (
    CommuneStock,
    Counted,
    Delivery,
    Failures,
    Plan,
    Prices,
    Rules,
    RunningCosts,
    Source,
    Station,
    Uncertain,
)
from scenarios.scenario import Text
from scenarios.sourced import Basis
from simulator.rollout.results import MEASURES, Findings, MeasureName, Swing

ASSUMED = Basis("assumed", "a test")

# An Lão of Bình Định in 2022: a township and two communes.
TOWNSHIP, HUNG, DUNG = "21609", "21610", "21616"


def fixed(value: int) -> Uncertain:
    return Uncertain("fixed", (value,), "plan", ASSUMED)


def station(commune: str, **changes: Any) -> Station:
    known = Station(
        f"{commune}-1", commune, "fm-low", 2015, "good", 4, 5, 5, "plain", generated=False
    )
    return replace(known, **changes)


def commune(code: str, **changes: Any) -> CommuneStock:
    known = CommuneStock(
        code, 1_000, board=False, website=False, staff=2, trained=0, generated=False
    )
    return replace(known, **changes)


def plan(**changes: Any) -> Plan:
    """Three communes of An Lão, each with an FM station and nothing else."""
    codes = (TOWNSHIP, HUNG, DUNG)
    known = Plan(
        title=Text("Kế hoạch nhỏ", "A small plan"),
        era="2022",
        provinces=("52",),
        first_year=2022,
        last_year=2025,
        seed=1,
        stations=tuple(station(code) for code in codes),
        communes={code: commune(code) for code in codes},
        big_boards=frozenset(),
        source_system_done=False,
        sources=(
            Source(
                *("province", Text("Ngân sách tỉnh", "Provincial budget")),
                *(("station", "board", "big-board", "source-system"), (), None),
                *((500_000_000,) * 4, None),
                *(False, ASSUMED),
            ),
        ),
        prices=Prices(*(fixed(price) for price in (30_000_000, 10_000_000, 5, 6, 7, 8))),
        running=RunningCosts(1, 2, 3, ASSUMED),
        delivery=Delivery(1, fixed(60), fixed(30), fixed(2), fixed(1), ASSUMED),
        failures=Failures(fixed(0), fixed(0)),
        rules=Rules(
            *(250_000, "first-stock"),
            paced=True,
            depreciation_years=5,
            joins=False,
            no_district_transmission=True,
            kinds=("source-system", "station", "board", "big-board"),
            basis=ASSUMED,
        ),
        counted=Counted(None, None),
        documents=("plan-binh-dinh",),
        link_urban="4g",
        link_rural="3g",
        profile="speaker-reference",
        converter_profile="converter-fm-ip",
        board_profile="board-reference",
        notes=(Text("Số tiền là giả định.", "Amounts are assumed."),),
    )
    return replace(known, **changes)


def findings(
    values: dict[MeasureName, list[list[int]]], *, replications: int, years: int = 4
) -> Findings:
    """Of each measure one row of yearly values for each replication; of others, nothing."""
    yearly = np.full((replications, years, len(MEASURES)), -1, np.int64)
    for name, rows in values.items():
        yearly[:, :, MEASURES.index(name)] = rows
    works, quarters = 8, 4 * (years + 2)
    return Findings(
        replications,
        yearly,
        np.zeros((works, quarters), np.int32),
        np.zeros((works, years), np.int32),
        np.zeros((replications, years, 1), np.int64),
        (Swing("price.cluster", {"converted-of-first-stock": (900_000, 700_000)}),),
    )
