"""`ttcs run`: scenarios are run, judged, written down and told."""

import io
import json
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, nullcontext
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import partial
from hashlib import sha256
from itertools import chain
from multiprocessing import parent_process
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from rich.console import Console

from conformance import declarations
from conformance.bundle import BundleWriter, check_free, versions
from conformance.comparison import FinishedRun, compare
from conformance.declarations import Declaration
from conformance.judgement import Judgement, judge
from conformance.replications import Replications
from conformance.tables import Tables
from conformance.verdicts import EXIT_STATUS, Verdict, overall
from reference_system.dispatch.commands import Command, commands
from reference_system.interface import command_log
from reports.comparison import against_baseline
from reports.console import summary
from reports.junit import junit
from reports.replications import rows, with_replications
from reports.results import results
from scenarios.problems import BadInput, Problem, one_line
from simulator import replications, virtual
from simulator.fleet import Fleet
from simulator.measurement import Measurement
from simulator.measures.tally import Tally
from simulator.playout import engines
from simulator.replications import Study, WorkersFailed
from simulator.virtual import Chunk, Event
from ttcs import finished_runs, scenario_files, whole_file
from ttcs.main import BAD_INPUT, HARNESS_ERROR
from ttcs.scenario_files import ScenarioFile
from ttcs.side_by_side import ProcessLost, side_by_side
from ttcs.telling import tell, tell_error, tell_first

if TYPE_CHECKING:
    from distributed import Client

Step = TypeVar("Step")


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of `ttcs run`; `at_once` scenarios run side by side."""

    log: Path | None = None
    world: virtual.World = "virtual"
    engine: str = "best"
    seed: int | None = None
    replications: int = 1
    scheduler: str | None = None
    jobs: int = 1
    at_once: int = 1
    junit: Path | None = None
    baseline: Path | None = None
    declarations: Path | None = None
    out: Path | None = None
    json: bool = False


@dataclass(frozen=True, slots=True)
class Planned:
    """A run that can begin: everything that could be wrong with its input has been looked at."""

    file: ScenarioFile
    commands: tuple[Command, ...]
    fleet: Fleet
    place: Path
    declared: Mapping[str, Declaration]


def run_all(names: Sequence[str], asked: Asked) -> int:
    """Runs every scenario, the worst verdict deciding the exit code; nothing if any is bad."""
    planned: list[Planned] = []
    found: list[dict[str, Any]] = []
    comparisons: list[dict[str, Any] | None] = []
    try:
        planned = _planned(names, asked)
        older = _baselines(planned, asked)
        if asked.junit:
            # What stands there in the end is of these runs, or there is nothing.
            whole_file.clear("--junit", asked.junit)
        with (
            replications.cluster(asked.scheduler) if asked.scheduler else nullcontext() as client,
            closing(_results(planned, asked, client)) as all_results,
        ):
            for plan, result in zip(planned, all_results, strict=True):
                old = older.get(plan.file.name)
                comparisons.append(compare(old, finished_runs.load(plan.place)) if old else None)
                found.append(result)
                if not asked.json:
                    _tell_run(plan, result, comparisons[-1], asked)
    except BadInput as bad:
        tell_first(bad)
        return BAD_INPUT
    except (OSError, WorkersFailed, ProcessLost) as failure:
        why = (isinstance(failure, OSError) and failure.strerror) or failure
        place = planned[len(found)].place if planned else "ttcs run"
        tell_error(f"{place}: {why}; nothing was written there")
        return HARNESS_ERROR
    if asked.json:
        changes = {"comparisons": comparisons} if asked.baseline else {}
        tell(json.dumps({"runs": found, **changes}, ensure_ascii=False, indent=1))
    if asked.junit and not _write_junit(asked.junit, found):
        return HARNESS_ERROR
    return EXIT_STATUS[overall(Verdict(one["verdict"]["verdict"]) for one in found)]


def run_one(name: str, place: Path) -> dict[str, Any]:
    """The results of one scenario, whose bundle then stands in `place`.

    Raises `BadInput`, and `OSError` where nothing can be written.
    """
    asked = Asked(out=place)
    (plan,) = _planned([name], asked)
    return _run(plan, asked, None)


def _planned(names: Sequence[str], asked: Asked) -> list[Planned]:
    _check_engine(asked.engine)
    _check_scheduler(asked)
    files = [scenario_files.load(name) for name in names]
    planned = [_plan(file, asked, several=len(files) > 1) for file in files]
    _check_places(planned)
    return planned


def _baselines(planned: Sequence[Planned], asked: Asked) -> Mapping[str, FinishedRun]:
    """Read before anything runs: the new bundles may take the place of the old."""
    if asked.baseline is None:
        return {}
    return finished_runs.baselines(asked.baseline, [plan.file.name for plan in planned])


def _results(
    planned: Sequence[Planned], asked: Asked, client: "Client | None"
) -> Generator[dict[str, Any], None, None]:
    """The results of each, in order; side by side where that was asked for."""
    processes = 1 if client else min(asked.at_once, len(planned))
    share = replace(asked, jobs=max(1, asked.jobs // processes))
    return side_by_side(partial(_run, asked=share, client=client), planned, processes)


def _tell_run(
    plan: Planned, found: dict[str, Any], comparison: dict[str, Any] | None, asked: Asked
) -> None:
    console = Console()
    with console.capture() as shown:
        console.print(summary(found))
    text = shown.get()
    if comparison is not None:
        text += "\n" + "\n".join(against_baseline(comparison)) + "\n"
    elif asked.baseline is not None:
        text += "\nchưa có lần chạy cũ để so / no older run to compare with\n"
    tell(f"{text}\n{one_line(str(plan.place))}")


def _write_junit(place: Path, found: Sequence[Mapping[str, Any]]) -> bool:
    try:
        whole_file.write(place, junit(found, versions()))
    except OSError as error:
        tell_error(f"{place}: {error.strerror or error}; nothing was written there")
        return False
    return True


def _plan(file: ScenarioFile, asked: Asked, *, several: bool) -> Planned:
    scenario = file.scenario
    if asked.seed is not None:
        scenario = replace(scenario, seed=asked.seed)
        file = replace(file, scenario=scenario)
    if asked.log is None:
        sent = commands(scenario)
    else:
        sent = command_log.read(asked.log, scenario.start, scenario.era)
    if asked.out is None:
        place = Path("out") / file.name
    else:
        place = asked.out / file.name if several else asked.out
    declared = declarations.read(asked.declarations) if asked.declarations else {}
    return Planned(file, sent, Fleet.of(scenario), place, declared)


def _run(plan: Planned, asked: Asked, client: "Client | None") -> dict[str, Any]:
    """Runs, judges and writes one scenario; its results."""
    scenario, fleet = plan.file.scenario, plan.fleet
    tally = Tally(scenario, fleet, plan.commands)
    with BundleWriter(plan.place, "run") as bundle:
        _write_input(bundle, plan, asked)
        engine = "simpy" if asked.world == "model" else _engine_name(asked.engine)
        bundle.event("run-started", world=asked.world, engine=engine, devices=len(fleet))
        (bundle.folder / "tables").mkdir()
        with Tables(bundle.folder / "tables", fleet) as tables:
            events = virtual.run(
                scenario,
                fleet,
                plan.commands,
                world=asked.world,
                engine=asked.engine,
                workers=asked.jobs,
            )
            for event in _with_progress(events, plan.file.name, len(fleet), _devices):
                tally.add(event)
                if isinstance(event, Chunk):
                    tables.add(event)
                    bundle.event("devices-played", devices=len(event.places))
                else:
                    bundle.event("uplink-used", province=event.province)
            tables.add_communes(tally.bulletins)
        measures = tally.measurements()
        judgement = _judge(plan, asked, measures)
        found = results(_facts(plan, engine, tally), measures, judgement)
        if asked.replications > 1:
            replicated, seeds = _replicate(plan, asked, measures, client)
            found = with_replications(found, replicated, seeds)
            bundle.write_json("replications.json", rows(replicated, seeds))
        verdict = found["verdict"]
        bundle.event("run-judged", verdict=verdict["verdict"], reason=verdict["reason"])
        bundle.write_json("results.json", found)
        bundle.finish()
    return found


def _judge(plan: Planned, asked: Asked, measures: Mapping[str, Measurement]) -> Judgement:
    scenario = plan.file.scenario
    return judge(
        scenario.targets,
        measures,
        asked.world,
        declarations=plan.declared,
        households_basis=scenario.households.basis,
    )


def _replicate(
    plan: Planned, asked: Asked, first: Mapping[str, Measurement], client: "Client | None"
) -> tuple[Replications, tuple[int, ...]]:
    """All replications counted, and their seeds; `first` is what replication 0 measured."""
    scenario = plan.file.scenario
    seeds = replications.seeds(scenario.seed, asked.replications)
    study = Study(scenario, plan.commands, asked.world, asked.engine)
    if client is None:
        others = replications.on_processes(study, seeds[1:], asked.jobs)
    else:
        others = replications.on_cluster(study, seeds[1:], client)
    replicated = Replications(scenario.targets, partial(_judge, plan, asked))
    with closing(others):
        every = chain((first,), others)
        for measures in _with_progress(every, plan.file.name, len(seeds), lambda _: 1):
            replicated.add(measures)
    return replicated, seeds


def _write_input(bundle: BundleWriter, plan: Planned, asked: Asked) -> None:
    """What the run is to do, before it does anything."""
    scenario = plan.file.scenario
    bundle.write("scenario.yaml", plan.file.source)
    bundle.write_json("scenario.resolved.json", asdict(scenario) | {"start": _iso(scenario.start)})
    log = io.StringIO()
    command_log.write(plan.commands, scenario.start, scenario.era, log)
    bundle.write("commands.jsonl", log.getvalue().encode())
    if asked.declarations is not None:
        bundle.write("declarations.csv", asked.declarations.read_bytes())
    bundle.write_json(
        "plan.json",
        {
            "ttcs": 1,
            "world": asked.world,
            "seed": scenario.seed,
            "devices": len(plan.fleet),
            "commands": len(plan.commands),
            "targets": [asdict(request) for request in scenario.targets],
            **({"replications": asked.replications} if asked.replications > 1 else {}),
        },
    )


def _facts(plan: Planned, engine: str, tally: Tally) -> dict[str, Any]:
    """The parts of the results that say what was run and what became of it."""
    scenario, fleet = plan.file.scenario, plan.fleet
    actions = [command.action for command in plan.commands]
    counts = tally.bulletins.counts
    programme = [bulletin for bulletin in counts if bulletin.programme]
    return {
        "engine": engine,
        "seed": scenario.seed,
        "scenario": {
            "name": plan.file.name,
            "title": asdict(scenario.title),
            "era": scenario.era,
            "start": _iso(scenario.start),
            "horizon_ms": scenario.horizon_ms,
            "sha256": sha256(plan.file.source).hexdigest(),
        },
        "fleet": {
            "devices": len(fleet),
            "communes": len(np.unique(fleet.commune)),
            "by_profile": _by_name([p.id for p in fleet.profiles], fleet.profile),
            "by_link": _by_name([link.id for link in fleet.links], fleet.link),
        },
        "commands": {"starts": actions.count("start"), "cancels": actions.count("cancel")},
        "bulletins": [b.as_data() for b in counts if not b.programme],
        "programme": {
            "planned": sum(b.addressed for b in programme),
            "complete": sum(b.complete for b in programme),
            "partial": sum(b.heard - b.complete for b in programme),
            "missed": sum(b.addressed - b.heard for b in programme),
        },
        "presence": tally.presence.as_data(),
        "households": {"basis": scenario.households.basis},
        "limits": tally.limits(),
    }


def _by_name(names: Sequence[str], places: Any) -> dict[str, int]:
    return dict(zip(names, np.bincount(places, minlength=len(names)).tolist(), strict=True))


def _iso(moment: datetime) -> str:
    return moment.isoformat()


def _engine_name(engine: str) -> str:
    return engines.vectorised()[0] if engine == "best" else engine


def _check_engine(engine: str) -> None:
    if _engine_name(engine) not in engines.vectorised():
        hint = "pip install 'ttcs-hil[compiled]'"
        expected = f"one of best, {', '.join(engines.vectorised())}"
        raise BadInput([Problem("--engine", None, None, "", engine, expected, hint)])


def _check_scheduler(asked: Asked) -> None:
    if asked.scheduler is not None and asked.replications == 1:
        wrong, expected = "given for a single run", "--replications of at least 2 beside it"
        raise BadInput([Problem("--scheduler", None, None, "", wrong, expected)])


def _check_places(planned: Sequence[Planned]) -> None:
    """Every run can end in its folder, and no two in the same."""
    seen: dict[Path, Path] = {}
    for plan in planned:
        check_free(plan.place)
        if not _is_text(plan.file.name) or not _is_text(str(plan.place)):
            wrong, expected = "a name that is not UTF-8", "one that is"
            raise BadInput([Problem(str(plan.place), None, None, "", wrong, expected)])
        if plan.place in seen:
            wrong = f"named like {seen[plan.place]}, whose results would stand in {plan.place}, too"
            expected = "scenario files with different names"
            raise BadInput([Problem(str(plan.file.path), None, None, "", wrong, expected)])
        seen[plan.place] = plan.file.path


def _is_text(name: str) -> bool:
    """Whether results can be named so: JSON and tables are in UTF-8."""
    return not any("\ud800" <= letter <= "\udfff" for letter in name)


def _devices(event: Event) -> int:
    return len(event.places) if isinstance(event, Chunk) else 0


def _with_progress(
    steps: Iterable[Step], name: str, total: int, size: Callable[[Step], int]
) -> Iterator[Step]:
    """The steps as they come, with a bar on a terminal and silence in a pipe."""
    if parent_process() or not sys.stderr.isatty():
        yield from steps
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    bar = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*bar, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(name, total=total)
        for step in steps:
            yield step
            progress.advance(task, size(step))
