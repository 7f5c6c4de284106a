"""`ttcs plan`: a rollout plan is simulated, judged, written down and told."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from rich.console import Console

from conformance import declarations
from conformance.bundle import BundleWriter, check_free
from conformance.declarations import Declaration
from conformance.rollout import comparing, judging, tables
from conformance.rollout.comparing import Comparison
from conformance.rollout.delays import held_up
from conformance.rollout.timetable import works_done
from reports.rollout_console import summary
from reports.rollout_results import results
from scenarios.loader import find
from scenarios.problems import BadInput, one_line
from scenarios.rollout import loader, stock_csv
from scenarios.rollout.loader import LoadedPlan
from scenarios.rollout.plan import Base, Plan
from simulator.rollout.optimising import optimiser
from simulator.rollout.optimising.limits import Objective
from simulator.rollout.phases import Phase, phases
from simulator.rollout.results import Findings, Ints
from simulator.rollout.study import study
from simulator.rollout.works import Works
from simulator.spreading import WorkersFailed
from ttcs import phase_files, progress
from ttcs.main import BAD_INPUT, CONFORMANT, HARNESS_ERROR
from ttcs.telling import tell, tell_error, tell_first


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of `ttcs plan`."""

    file: str
    replications: int = 1_000
    scheduler: str | None = None
    jobs: int | None = None
    seed: int | None = None
    base: Base | None = None
    declared: Path | None = None
    out: Path | None = None
    json: bool = False
    phases: bool = True
    write_phases: Sequence[str] = ()
    objective: Objective | None = None
    keep_order: bool = False


@dataclass(frozen=True, slots=True)
class _Read:
    """Everything that was given, read and found in order."""

    path: Path
    loaded: LoadedPlan
    plan: Plan
    declared: Mapping[str, Declaration]
    place: Path
    phase_files: Mapping[int, Path]


def plan(asked: Asked) -> int:
    """Simulates and judges the plan, writes its bundle and prints what came of it; the exit code.

    What the plan meets does not count: it ends with 0 once computed.
    """
    try:
        read = _read(asked)
    except BadInput as bad:
        tell_first(bad)
        return BAD_INPUT
    try:
        found = _computed(read, asked)
    except BadInput as bad:
        tell_first(bad)
        return BAD_INPUT
    except (OSError, WorkersFailed) as failure:
        why = (isinstance(failure, OSError) and failure.strerror) or failure
        tell_error(f"{read.place}: {why}; nothing was written there")
        return HARNESS_ERROR
    _tell(found, read.place, as_json=asked.json)
    return CONFORMANT


def _read(asked: Asked) -> _Read:
    """Raises `BadInput`, whatever is bad."""
    path = find(asked.file)
    loaded = loader.load(path)
    if wrong := judging.problems(loaded.plan, str(path)):
        raise BadInput(wrong)
    if asked.objective is not None:
        optimiser.check(loaded.plan)
    declared = declarations.read(asked.declared) if asked.declared else {}
    place = asked.out or Path("out") / path.stem
    check_free(place)
    plan = loaded.plan
    rules = replace(plan.rules, base=asked.base or plan.rules.base)
    seed = plan.seed if asked.seed is None else asked.seed
    files = phase_files.places(asked.write_phases, plan)
    return _Read(path, loaded, replace(plan, rules=rules, seed=seed), declared, place, files)


def _computed(read: _Read, asked: Asked) -> dict[str, Any]:
    """The results, whose bundle then stands in its place."""
    with BundleWriter(read.place, "plan") as bundle:
        _write_input(bundle, read, asked)
        bundle.event("plan-started", replications=asked.replications)
        best = None
        if asked.objective is not None:
            best = comparing.find(read.plan, asked.objective, keep_order=asked.keep_order)
            bundle.event("plan-optimised", objective=asked.objective)
        findings = _rolled(read, asked, best.optimised.assigned if best else None)
        compared = None
        if best is not None:
            compared = comparing.compare(
                best, findings, read.declared, partial(_rolled, read, asked)
            )
        by_year = _phases(read, findings) if asked.phases else ()
        found = _results(read, findings, by_year, compared)
        (bundle.folder / "tables").mkdir()
        bundle.write("tables/yearly.csv", tables.yearly(read.plan, findings))
        bundle.event("plan-judged", verdicts=found["summary"]["verdicts"])
        bundle.write_json("results.json", found)
        phase_files.write(read.plan, read.path.stem, findings, read.phase_files)
        bundle.finish()
    return found


def _rolled(read: _Read, asked: Asked, assigned: Ints | None) -> Findings:
    """The findings of an assignment, None for the plan's own order."""
    with progress.shown(read.path.stem, asked.replications) as advance:
        return study(
            read.plan,
            asked.replications,
            scheduler=asked.scheduler,
            jobs=asked.jobs,
            assigned=assigned,
            progress=advance,
        )


def _phases(read: _Read, findings: Findings) -> tuple[Phase, ...]:
    with progress.shown(f"{read.path.stem}: phases", len(read.plan.years)) as advance:
        return phases(read.plan, findings, advance)


def _results(
    read: _Read, findings: Findings, found: Sequence[Phase], compared: Comparison | None
) -> dict[str, Any]:
    judged = judging.judge(read.plan, findings, read.declared, found)
    works = Works.of(read.plan)
    facts = {"name": read.path.stem, "sha256": sha256(read.loaded.source).hexdigest()}
    return results(
        facts,
        read.plan,
        findings,
        judged,
        held_up(read.plan, works, findings, judged),
        works_done(read.plan, works, findings),
        found,
        compared,
    )


def _write_input(bundle: BundleWriter, read: _Read, asked: Asked) -> None:
    """What is to be done, before anything is."""
    plan = read.plan
    bundle.write("rollout.yaml", read.loaded.source)
    if read.loaded.stock_source:
        # A spreadsheet is a .zip; all else that is read is CSV.
        is_sheet = read.loaded.stock_source.startswith(b"PK")
        bundle.write("stock.xlsx" if is_sheet else "stock.csv", read.loaded.stock_source)
    bundle.write_json("rollout.resolved.json", _as_data(plan))
    resolved = stock_csv.written(plan.stations, plan.communes, plan.era)
    bundle.write("stock.resolved.csv", resolved.encode())
    if asked.declared is not None:
        bundle.write("declarations.csv", asked.declared.read_bytes())
    bundle.write_json(
        "plan.json",
        {
            "ttcs": 1,
            "seed": plan.seed,
            "base": plan.rules.base,
            "replications": asked.replications,
            "objective": asked.objective,
            "keep_order": asked.keep_order,
            "documents": list(plan.documents),
        },
    )


def _as_data(plan: Plan) -> dict[str, Any]:
    """The plan as it was understood, sets in their order."""
    data = asdict(plan)
    data["big_boards"] = sorted(plan.big_boards)
    for source, told in zip(plan.sources, data["sources"], strict=True):
        told["communes"] = None if source.communes is None else sorted(source.communes)
    return data


def _tell(found: Mapping[str, Any], place: Path, *, as_json: bool) -> None:
    if as_json:
        tell(json.dumps(found, ensure_ascii=False, indent=1))
        return
    console = Console()
    with console.capture() as shown:
        console.print(summary(found))
    tell(f"{shown.get()}\n{one_line(str(place))}")
