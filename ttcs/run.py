"""`ttcs run`: scenarios are run, judged, written down and told."""

import io
import json
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, nullcontext
from dataclasses import asdict, replace
from datetime import datetime
from functools import partial
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from rich.console import Console

from conformance import tolerance
from conformance.bundle import BundleWriter, versions
from conformance.comparison import FinishedRun, compare
from conformance.judgement import Judgement, World, judge
from conformance.replications import Replications
from conformance.tables import Tables
from conformance.verdicts import EXIT_STATUS, Verdict, overall
from reference_system.interface import command_log
from reports.comparison import against_baseline
from reports.console import summary
from reports.junit import junit
from reports.replications import rows, with_replications
from reports.results import measures_as_data, results
from scenarios.problems import BadInput, one_line
from simulator import replications, spreading, virtual
from simulator.fleet import Fleet
from simulator.live.children import NotStarted
from simulator.live.failures import NotLived
from simulator.measurement import Measurement
from simulator.measures.tally import Tally
from simulator.network.outages import not_modelled
from simulator.replications import Study
from simulator.spreading import WorkersFailed
from simulator.virtual import Chunk, Event
from ttcs import finished_runs, progress, whole_file
from ttcs.main import BAD_INPUT, HARNESS_ERROR
from ttcs.played import Played
from ttcs.run_plan import Asked, Planned, engine_name, planned
from ttcs.side_by_side import ProcessLost, side_by_side
from ttcs.telling import tell, tell_error, tell_first

if TYPE_CHECKING:
    from distributed import Client

Step = TypeVar("Step")

_ENGINES: Mapping[World, str] = {"model": "simpy", "live": "emulator"}
"""What computes the play-out in worlds that do not let one choose."""


def run_all(names: Sequence[str], asked: Asked) -> int:
    """Runs every scenario, the worst verdict deciding the exit code; nothing if any is bad."""
    plans: list[Planned] = []
    found: list[dict[str, Any]] = []
    comparisons: list[dict[str, Any] | None] = []
    try:
        plans = planned(names, asked)
        older = _baselines(plans, asked)
        if asked.junit:
            # What stands there in the end is of these runs, or there is nothing.
            whole_file.clear("--junit", asked.junit)
        with (
            spreading.cluster(asked.scheduler) if asked.scheduler else nullcontext() as client,
            closing(_results(plans, asked, client)) as all_results,
        ):
            for plan, result in zip(plans, all_results, strict=True):
                old = older.get(plan.file.name)
                comparisons.append(compare(old, finished_runs.load(plan.place)) if old else None)
                found.append(result)
                if not asked.json:
                    _tell_run(plan, result, comparisons[-1], asked)
    except BadInput as bad:
        tell_first(bad)
        return BAD_INPUT
    except (OSError, WorkersFailed, ProcessLost, NotLived, NotStarted) as failure:
        why = (isinstance(failure, OSError) and failure.strerror) or failure
        place = plans[len(found)].place if plans else "ttcs run"
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
    (plan,) = planned([name], asked)
    return _run(plan, asked, None)


def _baselines(plans: Sequence[Planned], asked: Asked) -> Mapping[str, FinishedRun]:
    """Read before anything runs: the new bundles may take the place of the old."""
    if asked.baseline is None:
        return {}
    return finished_runs.baselines(asked.baseline, [plan.file.name for plan in plans])


def _results(
    plans: Sequence[Planned], asked: Asked, client: "Client | None"
) -> Generator[dict[str, Any], None, None]:
    """The results of each, in order; side by side where that was asked for."""
    processes = 1 if client else min(asked.at_once, len(plans))
    share = replace(asked, jobs=max(1, asked.jobs // processes))
    return side_by_side(partial(_run, asked=share, client=client), plans, processes)


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


def _run(plan: Planned, asked: Asked, client: "Client | None") -> dict[str, Any]:
    """Runs, judges and writes one scenario; its results."""
    scenario, fleet = plan.file.scenario, plan.fleet
    with BundleWriter(plan.place, "run") as bundle:
        _write_input(bundle, plan, asked)
        engine = _ENGINES.get(asked.world) or engine_name(asked.engine)
        bundle.event("run-started", world=asked.world, engine=engine, devices=len(fleet))
        played = _played(plan, asked, bundle)
        tally = Tally(scenario, fleet, played.commands)
        (bundle.folder / "tables").mkdir()
        with Tables(bundle.folder / "tables", fleet) as tables:
            for event in _with_progress(played.events, plan.file.name, len(fleet), _devices):
                tally.add(event)
                if isinstance(event, Chunk):
                    tables.add(event)
                    bundle.event("devices-played", devices=len(event.places))
                else:
                    bundle.event("uplink-used", province=event.province)
            tables.add_communes(tally.bulletins)
        measures = played.measured(tally.measurements())
        judgement = _judge(plan, asked, measures)
        facts = _facts(plan, asked, engine, tally) | dict(played.facts)
        found = results(facts, measures, judgement)
        if asked.world == "live":
            found["comparison"] = tolerance.compared(_computed_beside(plan, asked), found)
        if asked.replications > 1:
            replicated, seeds = _replicate(plan, asked, measures, client)
            found = with_replications(found, replicated, seeds)
            bundle.write_json("replications.json", rows(replicated, seeds))
        verdict = found["verdict"]
        bundle.event("run-judged", verdict=verdict["verdict"], reason=verdict["reason"])
        bundle.write_json("results.json", found)
        bundle.finish()
    return found


def _played(plan: Planned, asked: Asked, bundle: BundleWriter) -> Played:
    """What happens in the world that was asked for, as it happens or when it is over."""
    if asked.world == "live":
        from ttcs import run_live

        return run_live.played(plan, asked, bundle)
    events = virtual.run(
        plan.file.scenario,
        plan.fleet,
        plan.commands,
        world=_computed(asked.world),
        engine=asked.engine,
        workers=asked.jobs,
    )
    return Played(plan.commands, events)


def _computed_beside(plan: Planned, asked: Asked) -> dict[str, Any]:
    """What the virtual world makes of what was lived through, as far as that is compared."""
    scenario = plan.file.scenario
    tally = Tally(scenario, plan.fleet, plan.commands)
    for event in virtual.run(scenario, plan.fleet, plan.commands, workers=asked.jobs):
        tally.add(event)
    return _counted(tally) | {
        "measures": measures_as_data(tally.measurements()),
        "not_modelled": not_modelled(scenario),
    }


def _computed(world: World) -> virtual.World:
    """The world as one that is computed."""
    return "model" if world == "model" else "virtual"


def _judge(plan: Planned, asked: Asked, measures: Mapping[str, Measurement]) -> Judgement:
    scenario = plan.file.scenario
    return judge(
        scenario.targets,
        measures,
        asked.world,
        asked.scale,
        declarations=plan.declared,
        households_basis=scenario.households.basis,
    )


def _replicate(
    plan: Planned, asked: Asked, first: Mapping[str, Measurement], client: "Client | None"
) -> tuple[Replications, tuple[int, ...]]:
    """All replications counted, and their seeds; `first` is what replication 0 measured."""
    scenario = plan.file.scenario
    seeds = replications.seeds(scenario.seed, asked.replications)
    study = Study(scenario, plan.commands, _computed(asked.world), asked.engine)
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


def _facts(plan: Planned, asked: Asked, engine: str, tally: Tally) -> dict[str, Any]:
    """The parts of the results that say what was run and what became of it."""
    scenario, fleet = plan.file.scenario, plan.fleet
    actions = [command.action for command in plan.commands]
    missing = [] if asked.world == "live" else not_modelled(scenario)
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
        **_counted(tally),
        "presence": tally.presence.as_data(),
        "households": {"basis": scenario.households.basis},
        "limits": tally.limits(),
        **({"not_modelled": missing} if missing else {}),
        **_excerpt_facts(plan, asked),
    }


def _counted(tally: Tally) -> dict[str, Any]:
    """What became of the bulletins and of the programme."""
    counts = tally.bulletins.counts
    programme = [bulletin for bulletin in counts if bulletin.programme]
    return {
        "bulletins": [b.as_data() for b in counts if not b.programme],
        "programme": {
            "planned": sum(b.addressed for b in programme),
            "complete": sum(b.complete for b in programme),
            "partial": sum(b.heard - b.complete for b in programme),
            "missed": sum(b.addressed - b.heard for b in programme),
        },
    }


def _excerpt_facts(plan: Planned, asked: Asked) -> dict[str, Any]:
    """What was run of the scenario, where that was not all of it as it stands."""
    everything = len(Fleet.of(plan.file.scenario))
    said: dict[str, Any] = {}
    if asked.window is not None:
        said["window"] = asked.window
    if asked.scale != 1:
        said["time_scale"] = float(asked.scale)
    if len(plan.fleet) < everything:
        said["devices_of"] = everything
    return {"excerpt": said} if said else {}


def _by_name(names: Sequence[str], places: Any) -> dict[str, int]:
    return dict(zip(names, np.bincount(places, minlength=len(names)).tolist(), strict=True))


def _iso(moment: datetime) -> str:
    return moment.isoformat()


def _devices(event: Event) -> int:
    return len(event.places) if isinstance(event, Chunk) else 0


def _with_progress(
    steps: Iterable[Step], name: str, total: int, size: Callable[[Step], int]
) -> Iterator[Step]:
    """The steps as they come, with a bar on a terminal and silence in a pipe."""
    with progress.shown(name, total) as advance:
        for step in steps:
            yield step
            advance(size(step))
