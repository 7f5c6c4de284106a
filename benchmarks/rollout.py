"""How fast rollout plans are computed: `python -m benchmarks.rollout --json`.

The vectorised core and the plain model take turns at the same generated plan, in one process; a
figure is the median of the turns. The model does few replications, and the ratio is of
replications a second. Both work out the draws and what becomes of every work; measures are the
core's alone and told apart. `--country` has all provinces instead of Bình Định, `--whole` the whole
of `study`, on as many processes as there are processors.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from scenarios.rollout.plan import Plan
from simulator.rollout import core, measures, model
from simulator.rollout.draws import Drawn
from simulator.rollout.results import Outcome
from simulator.rollout.study import study
from simulator.rollout.works import Works

from .rollout_plan import generated

TURNS = 3
MODEL_REPLICATIONS = {False: 3, True: 1}
"""Of Bình Định, of the country: what the model does in some seconds."""

CORE_REPLICATIONS = {False: 1_000, True: 100}
"""What one portion of a worker holds, about."""


def measured(country: bool) -> dict[str, Any]:
    """The figures of both, and whether they are equal."""
    plan = generated() if country else generated(("52",))
    works = Works.of(plan)
    numbers = np.arange(CORE_REPLICATIONS[country])
    outcome = core.run(works, plan, Drawn(plan.seed), numbers)  # loads and warms
    core_s, measures_s, model_s = [], [], []
    _forget_peak()
    for _ in range(TURNS):
        begin = time.perf_counter()
        outcome = core.run(works, plan, Drawn(plan.seed), numbers)
        core_s.append(time.perf_counter() - begin)
        measures.yearly(works, plan, outcome)
        measures_s.append(time.perf_counter() - begin - core_s[-1])
    peak = _peak_mb()
    rolled: list[model.Rollout] = []
    for _ in range(TURNS):
        begin = time.perf_counter()
        rolled = [model.run(plan, number) for number in range(MODEL_REPLICATIONS[country])]
        model_s.append(time.perf_counter() - begin)
    core_rate = len(numbers) / median(core_s)
    model_rate = len(rolled) / median(model_s)
    return {
        "provinces": len(plan.provinces),
        "works": len(works.listed),
        "core_replications_per_s": round(core_rate, 1),
        "measures_replications_per_s": round(len(numbers) / median(measures_s), 1),
        "model_replications_per_s": round(model_rate, 3),
        "ratio": round(core_rate / model_rate, 1),
        "peak_memory_mb": peak,
        "equal": equal(plan, outcome, rolled),
    }


def equal(plan: Plan, outcome: Outcome, rolled: list[model.Rollout]) -> bool:
    """Whether the first replications are the model's, to the đồng and day."""
    return all(
        getattr(outcome, name)[place].tolist() == [getattr(work, name) for work in one.works]
        for place, one in enumerate(rolled)
        for name in ("begun", "finished", "cost", "broken")
    ) and all(outcome.paid[place].tolist() == one.paid for place, one in enumerate(rolled))


def whole(country: bool, replications: int) -> dict[str, Any]:
    """Wall and processor time of a study with all that belongs to it."""
    plan = generated() if country else generated(("52",))
    begin = time.perf_counter(), os.times()
    study(plan, replications)
    wall, used = time.perf_counter() - begin[0], os.times()
    before = begin[1]
    processor = sum(used[:4]) - sum(before[:4])
    return {"replications": replications, "wall_s": round(wall, 1), "cpu_s": round(processor, 1)}


def _forget_peak() -> None:
    reset = Path("/proc/self/clear_refs")
    if reset.exists():
        reset.write_text("5")


def _peak_mb() -> int | None:
    """The most memory of this process since `_forget_peak`; None where nobody tells."""
    status = Path("/proc/self/status")
    if not status.exists():
        return None
    high = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return round(int(high.split()[1]) / 1000)


def main() -> int:
    """The command line; 1 where core and model differ."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rollout", description=__doc__)
    parser.add_argument("--country", action="store_true", help="all 63 provinces of 2022")
    parser.add_argument(
        "--whole", type=int, metavar="N", help="a study of so many replications instead"
    )
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    args = parser.parse_args()
    figures = whole(args.country, args.whole) if args.whole else measured(args.country)
    if args.json:
        print(json.dumps(figures, indent=1))
    else:
        for name, figure in figures.items():
            print(f"{name:30} {figure}")
    return 0 if figures.get("equal", True) else 1


if __name__ == "__main__":
    sys.exit(main())
