"""A certification from its plan to its sealed bundle, on the bench that is described."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from conformance import capabilities, certification, evidence, waivers
from conformance.bench import virtual_time
from conformance.bench.contract import Bench
from conformance.bench.description import Description
from conformance.bench.emulated import EmulatedBench, Make, conformant
from conformance.bundle import json_bytes, now, versions
from conformance.capabilities import Declaration
from conformance.case import Case
from conformance.certified import results
from conformance.certify_bundle import CertifyBundle, hashes
from conformance.clauses import Clause
from conformance.clauses.written import documents
from conformance.plan import BenchFacts, Plan, PlannedCase, RunBy
from conformance.signing import PublicKey
from conformance.suites import CASES
from conformance.trial import Trial, tried
from conformance.waivers import Waiver
from scenarios import profiles
from simulator.dialects.reference import Reference
from simulator.dialects.reference_server import ReferenceServer

Progress = Callable[[int, int, str], None]
"""Told of each case before it is tried: the how manieth of how many, and its id."""


Try = Callable[[Case, str], Trial]
"""Tries a case; its names begin with the text."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants certified; `chosen` are the only cases to run, None for all."""

    declared: Declaration
    bench: Description
    clauses: Mapping[str, Clause]
    waivers: tuple[Waiver, ...] = ()
    challenge: str | None = None
    run_by: RunBy = "vendor"
    chosen: tuple[str, ...] | None = None


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
        with trying(asked.bench, make) as try_one:
            for number, name in enumerate(names, 1):
                progress(number, len(names), name)
                bundle.add(try_one(CASES[name], plan.prefix(name)))
        found = evidence.read(bundle.files())
        judged = results(found, found.clauses, CASES)
        return judged, bundle.finish(judged, key)
    except BaseException:  # an interruption, too
        bundle.abort()
        raise


def try_again(plan: Plan, name: str) -> Trial:
    """Try a case with the names, the emulated device and the seed that the plan says."""
    return _on_virtual_clock(
        plan.bench.facts["profile"], CASES[name], plan.prefix(name), conformant
    )


@contextmanager
def trying(bench: Description, make: Make = conformant) -> Iterator[Try]:
    """What tries a case on the bench; one on the network lasts for all of them.

    `make` builds the device of the virtual clock. Raises `OSError` where the bench cannot start.
    """
    if bench.network is None:
        profile = bench.profile or ""
        yield lambda case, prefix: _on_virtual_clock(profile, case, prefix, make)
        return
    from conformance.bench import network  # brings MQTT and FFmpeg along

    with network.running(bench.network) as device:
        yield lambda case, prefix: network.tried_on(device, case, prefix)


def bench_facts(bench: Description) -> BenchFacts:
    """What a plan says of the bench."""
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
        bench = EmulatedBench(profiles.load(profile), Reference(), make)
        return await tried(case, bench, ReferenceServer(bench.now_ms), prefix)

    return virtual_time.run(main())


def _inputs(asked: Asked) -> dict[str, bytes]:
    """The files that the plan rests on."""
    of_clauses = {
        f"{evidence.CLAUSES}{number:02}.json": json_bytes(document)
        for number, document in enumerate(documents(asked.clauses.values()), 1)
    }
    found = {
        evidence.CAPABILITIES: json_bytes(capabilities.written(asked.declared)),
        **of_clauses,
    }
    if asked.waivers:
        found[evidence.WAIVERS] = json_bytes(waivers.written(asked.waivers))
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
    planned = certification.plan(cases, asked.declared.role, supported, asked.bench.permits)
    return tuple(PlannedCase(e.case.id, e.case.revision, e.because) for e in planned)
