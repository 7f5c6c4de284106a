"""A program solved by HiGHS: the one module that knows the solver.

One thread, a fixed seed and a limit in nodes: the answer is the same on every run, unless the limit
in seconds, which is there for slow machines, comes first; then the answer says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Final, Literal

import numpy as np

from scenarios.problems import BadInput, Problem
from simulator.rollout.figures import Floats

from .program import Program

Stopped = Literal["gap", "nodes", "time"]
"""Why a search ended: nothing better by more than the gap asked for, so many nodes, so long."""

TOLERANCE: Final = 1e-9
"""How far a whole column may be from whole, and a row from its bounds."""


@dataclass(frozen=True, slots=True)
class Limits:
    """When a search ends: at this gap (a share of the value), after so many nodes or seconds."""

    gap: float = 1e-3
    nodes: int = 20_000
    seconds: float = 12.0


@dataclass(frozen=True, slots=True)
class Solved:
    """A program's answer: `values` by column, the weights' sum and the bound that none exceeds."""

    values: Floats
    value: float
    bound: float
    stopped: Stopped


Answer = Solved | Literal["impossible", "undecided"]
"""The best found, or that there is none, or that neither was found within the limits."""


def check_installed() -> None:
    """Raises `BadInput` where the solver is missing."""
    if find_spec("highspy") is None:
        hint = "pip install 'ttcs-hil[optimise]'"
        raise BadInput(
            (Problem("--optimise", None, None, "--optimise", "without highspy", "it", hint),)
        )


def solve(
    program: Program,
    limits: Limits,
    bounds: Mapping[int, tuple[float, float]] | None = None,
    *,
    start: Mapping[int, float] | None = None,
    relaxed: bool = False,
) -> Answer:
    """The largest sum of weights; `bounds` take the place of those of some columns.

    `start` are the values of some columns that the search begins from, if they can be completed;
    `relaxed`: no column need be whole.
    """
    import highspy

    highs: Any = highspy.Highs()  # type: ignore[no-untyped-call] # as it is written there
    options: dict[str, Any] = {
        "output_flag": False,
        "threads": 1,
        "random_seed": 0,
        "mip_rel_gap": limits.gap,
        "mip_max_nodes": limits.nodes,
        "time_limit": limits.seconds,
        "mip_feasibility_tolerance": TOLERANCE,
        "primal_feasibility_tolerance": TOLERANCE,
    }
    for name, value in options.items():
        highs.setOptionValue(name, value)
    low, high = np.array(program.low, np.float64), np.array(program.high, np.float64)
    for column, (least, most) in (bounds or {}).items():
        low[column], high[column] = least, most
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(low), len(program.row_low)
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.col_cost_ = np.array(program.weight, np.float64)
    lp.col_lower_, lp.col_upper_ = low, high
    lp.row_lower_ = np.array(program.row_low, np.float64)
    lp.row_upper_ = np.array(program.row_high, np.float64)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.array(program.begins, np.int32)
    lp.a_matrix_.index_ = np.array(program.columns, np.int32)
    lp.a_matrix_.value_ = np.array(program.factors, np.float64)
    if not relaxed:
        kinds = highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger
        lp.integrality_ = [kinds[whole] for whole in program.whole]
    highs.passModel(lp)
    if start:
        columns = np.array(list(start), np.int32)
        highs.setSolution(len(start), columns, np.array(list(start.values()), np.float64))
    highs.run()
    return _answer(highspy, highs)


def _answer(highspy: Any, highs: Any) -> Answer:
    status, info = highs.getModelStatus(), highs.getInfo()
    kinds = highspy.HighsModelStatus
    # All sums of weights are bounded, so what is unbounded or infeasible is infeasible.
    if status in (kinds.kInfeasible, kinds.kUnboundedOrInfeasible):
        return "impossible"
    if info.primal_solution_status != highspy.kSolutionStatusFeasible:
        return "undecided"
    stopped: Mapping[Any, Stopped] = {kinds.kOptimal: "gap", kinds.kTimeLimit: "time"}
    value = info.objective_function_value
    bound = max(value, info.mip_dual_bound) if np.isfinite(info.mip_dual_bound) else np.inf
    values = np.array(highs.getSolution().col_value, np.float64)
    return Solved(values, value, bound, stopped.get(status, "nodes"))
