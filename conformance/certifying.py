"""A certification from its plan to its sealed bundle, on the bench that is described."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count
from pathlib import Path
from secrets import token_hex
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from conformance import capabilities, certification, evidence, readings, waivers
from conformance.bench import virtual_time
from conformance.bench.contract import Bench
from conformance.bench.description import Description
from conformance.bench.emulated import EmulatedBench, Make, conformant
from conformance.bench.operators import Show, to_stderr
from conformance.bench.signed import wires
from conformance.bundle import json_bytes, now, versions
from conformance.capabilities import Declaration
from conformance.case import Case
from conformance.cases import CASES
from conformance.certified import results
from conformance.certify_bundle import CertifyBundle, hashes
from conformance.clauses import Clause
from conformance.clauses.written import documents
from conformance.exploration import searching, steps
from conformance.mutants import killed
from conformance.plan import BenchFacts, Plan, PlannedCase, RunBy
from conformance.readings import Readings
from conformance.readings.written import written as written_readings
from conformance.signing import PublicKey
from conformance.sources.target import Around
from conformance.trial import Trial, tried
from conformance.waivers import Waiver
from scenarios import profiles
from simulator.dialects.reference import Reference

Progress = Callable[[int, int, str], None]
"""Told of each case before it is tried: the how manieth of how many, and its id."""


TryAll = Callable[
    [Sequence[tuple[Case, str]], Callable[[Case], None], Callable[[Trial], None]], None
]
"""Tries cases with the prefixes of their ids, and tells of each when it begins, and its trial."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants certified; `chosen` are the only cases to run, None for all.

    `attached` are the files beside the readings: by name, the name in the bundle and the content.
    """

    declared: Declaration
    bench: Description | Around
    clauses: Mapping[str, Clause]
    waivers: tuple[Waiver, ...] = ()
    challenge: str | None = None
    run_by: RunBy = "vendor"
    chosen: tuple[str, ...] | None = None
    readings: Readings = readings.NONE
    attached: Mapping[str, tuple[str, bytes]] = field(default_factory=dict)


def certify(
    asked: Asked, place: Path, key: Ed25519PrivateKey, progress: Progress, make: Make = conformant
) -> tuple[dict[str, Any], PublicKey]:
    """Plan, try every case, judge, seal: the results, and who signed them.

    Whatever interrupts it leaves a folder that says so. Raises `BadInput`, `OSError`.
    """
    bundle = CertifyBundle(place)
    try:
        inputs = _inputs(asked)
        plan = _plan(asked, inputs)
        bundle.begin(plan, inputs)
        names = plan.to_run()
        numbers = count(1)
        with _trying(asked, plan, make) as try_all:
            try_all(
                [(CASES[name], plan.prefix(name)) for name in names],
                lambda case: progress(next(numbers), len(names), case.id),
                bundle.add,
            )
        found = evidence.read(bundle.files())
        judged = results(found, found.clauses, CASES)
        return judged, bundle.finish(judged, key)
    except BaseException:  # an interruption, too
        bundle.abort()
        raise


@contextmanager
def _trying(asked: Asked, plan: Plan, make: Make) -> Iterator[TryAll]:
    if isinstance(asked.bench, Description):
        with trying(asked.bench, asked.declared.supported, make) as try_one:
            yield partial(_one_by_one, try_one)
        return
    from conformance.sources import bench  # brings HTTP, MQTT and the fleet along

    with bench.running(asked.bench, plan.token) as tries:
        yield tries.all


def _one_by_one(
    try_one: searching.Try,
    cases: Sequence[tuple[Case, str]],
    began: Callable[[Case], None],
    ended: Callable[[Trial], None],
) -> None:
    for case, prefix in cases:
        began(case)
        ended(try_one(case, prefix))


def try_again(plan: Plan, then: Trial) -> Trial:
    """Try a case with the names, the emulated device and the seed that the plan says: of one that
    explores, the conversation that was kept. Raises `KeyError` where none was."""
    case, profile = CASES[then.case], plan.bench.facts["profile"]
    if not case.explores:
        return _on_virtual_clock(profile, case, plan.prefix(case.id), conformant)
    case = replace(case, drive=steps.speaking(steps.read(then.record)))
    again = _on_virtual_clock(profile, case, plan.prefix(case.id), conformant)
    counts = then.record.first("explored").detail
    return replace(again, record=steps.counted(again.record, counts))


@contextmanager
def trying(
    bench: Description,
    supported: Collection[str],
    make: Make = conformant,
    show: Show = to_stderr,
) -> Iterator[searching.Try]:
    """What tries a case on the bench; one on the network lasts for all of them.

    Conversations are drawn of what the device has `supported`. `make` builds the device of the
    virtual clock; `show` tells the operator where the questions are. Raises `OSError` where the
    bench cannot start.
    """
    can = {*supported, *bench.permits}
    if bench.network is None:
        profile = bench.profile or ""
        yield searching.exploring(
            lambda case, prefix: _on_virtual_clock(profile, case, prefix, make), can
        )
        return
    from conformance.bench import network  # brings MQTT and FFmpeg along

    with network.running(bench.network, show=show) as device:
        yield searching.exploring(
            lambda case, prefix: network.tried_on(device, case, prefix), can, searching.NETWORK
        )


def bench_facts(bench: Description | Around) -> BenchFacts:
    """What a plan says of the bench."""
    if isinstance(bench, Around):
        from conformance.sources import bench as sources

        facts = sources.facts(bench)
        return BenchFacts(bench.environment, facts, True, sources.UNCERTAINTY_MS, bench.permits)
    device: Bench
    if bench.network is None:
        device = EmulatedBench(profiles.load(bench.profile or ""), Reference())
        facts = {**device.facts(), "seed": device.seed}
    else:
        from conformance.bench.network import NetworkBench

        device = NetworkBench(bench.network)
        facts = dict(device.facts())
    return BenchFacts(
        bench.environment, facts, device.measures_time, device.uncertainty_ms, bench.permits
    )


def _on_virtual_clock(profile: str, case: Case, prefix: str, make: Make) -> Trial:
    async def main() -> Trial:
        dialect, server = wires(case.signed)
        bench = EmulatedBench(profiles.load(profile), dialect, make)
        return await tried(case, bench, server(bench.now_ms), prefix)

    return virtual_time.run(main())


def _inputs(asked: Asked) -> dict[str, bytes]:
    """The files that the plan rests on."""
    of_clauses = {
        f"{evidence.CLAUSES}{number:02}.json": json_bytes(document)
        for number, document in enumerate(documents(asked.clauses.values()), 1)
    }
    found = {
        evidence.CAPABILITIES: json_bytes(capabilities.written(asked.declared)),
        evidence.MUTANTS: json_bytes(killed.written(killed.of(asked.declared.role))),
        **of_clauses,
    }
    if asked.waivers:
        found[evidence.WAIVERS] = json_bytes(waivers.written(asked.waivers))
    if asked.readings != readings.NONE:
        names = {file: name for file, (name, _) in asked.attached.items()}
        found[evidence.READINGS] = json_bytes(written_readings(asked.readings, names))
        found |= dict(asked.attached.values())
    return found


def _plan(asked: Asked, inputs: Mapping[str, bytes]) -> Plan:
    return Plan(
        role=asked.declared.role,
        run=token_hex(16),
        challenge=asked.challenge,
        run_by=asked.run_by,
        created=now(),
        bench=bench_facts(asked.bench),
        versions=versions(),
        chosen=asked.chosen,
        inputs=hashes(inputs),
        cases=_cases(asked, CASES),
    )


def _cases(asked: Asked, cases: Mapping[str, Case]) -> tuple[PlannedCase, ...]:
    supported: Sequence[str] = sorted(asked.declared.supported)
    bench, role = asked.bench, asked.declared.role
    can_try = bench.can_try if isinstance(bench, Around) else certification.anything
    planned = certification.plan(cases, role, supported, bench.permits, can_try)
    return tuple(PlannedCase(e.case.id, e.case.revision, e.because) for e in planned)
