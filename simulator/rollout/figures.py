"""The uncertain figures of a plan by name, and their quantiles."""

from math import floor, sqrt

import numpy as np
import numpy.typing as npt

from scenarios.rollout.plan import Plan, Uncertain

from .results import Ints

Floats = npt.NDArray[np.float64]


def figures(plan: Plan) -> dict[str, Uncertain]:
    """Every figure of the plan that is drawn, by the name that its draws have."""
    prices, delivery, failures = plan.prices, plan.delivery, plan.failures
    return {
        "price.cluster": prices.cluster,
        "price.head_end": prices.head_end,
        "price.converter": prices.converter,
        "price.board": prices.board,
        "price.big_board": prices.big_board,
        "price.source_system": prices.source_system,
        "procurement": delivery.procurement,
        "lead": delivery.lead,
        "install.cluster": delivery.install_cluster,
        "install.other": delivery.install_other,
        "failure.good": failures.good,
        "failure.degraded": failures.degraded,
        **{f"cut.{source.id}": source.cut for source in plan.sources if source.cut},
    }


def value(uncertain: Uncertain, q: float) -> int:
    """The quantile of a figure at `q` in (0, 1), rounded down."""
    match uncertain.form, uncertain.points:
        case "fixed", (only,):
            return only
        case "uniform", (low, high):
            return floor(low + (high - low) * q)
        case "triangular", (low, likely, high):
            if low == high:
                return low
            if q < (likely - low) / (high - low):
                return floor(low + sqrt(q * ((high - low) * (likely - low))))
            return floor(high - sqrt((1 - q) * ((high - low) * (high - likely))))
        case "spread", (p50, p90):
            if q < 0.5:
                return floor(p50 * (q / 0.5))
            if q < 0.9:
                return floor(p50 + (p90 - p50) * ((q - 0.5) / 0.4))
            return floor(p90 + (p90 - p50) * ((q - 0.9) / 0.1))
    raise ValueError(f"{uncertain.form} of {len(uncertain.points)} points")


def values(uncertain: Uncertain, q: Floats) -> Ints:
    """The quantiles of a figure at each of many `q`: what `value` gives for each."""
    match uncertain.form, uncertain.points:
        case "fixed", (only,):
            return np.full(q.shape, only, np.int64)
        case "uniform", (low, high):
            exact = low + (high - low) * q
        case "triangular", (low, likely, high):
            if low == high:
                return np.full(q.shape, low, np.int64)
            rising = low + np.sqrt(q * float((high - low) * (likely - low)))
            falling = high - np.sqrt((1 - q) * float((high - low) * (high - likely)))
            exact = np.where(q < (likely - low) / (high - low), rising, falling)
        case "spread", (p50, p90):
            lower = p50 * (q / 0.5)
            middle = p50 + (p90 - p50) * ((q - 0.5) / 0.4)
            upper = p90 + (p90 - p50) * ((q - 0.9) / 0.1)
            exact = np.where(q < 0.5, lower, np.where(q < 0.9, middle, upper))
        case _:
            raise ValueError(f"{uncertain.form} of {len(uncertain.points)} points")
    return np.floor(exact).astype(np.int64)
