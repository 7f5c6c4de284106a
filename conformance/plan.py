"""The plan of a certification: fixed and stored before the first case, and never changed after.

It binds everything that a verdict rests on: the cases with their revisions, the rules and the
declaration by their hashes, what the bench is, and the challenge of whoever asked for the test. The
token made of challenge and run is in the name of every test sound, so a recording of another test
cannot stand in.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal, get_args

from conformance.case import Case
from conformance.certification import Planned
from conformance.clauses import Role
from conformance.verdicts import Reason

RunBy = Literal["vendor", "witnessed", "province"]
"""Who ran it: the maker alone, the maker before a witness, the province itself."""

MAX_CHALLENGE = 200
MAX_CASES = 1_000


@dataclass(frozen=True, slots=True)
class PlannedCase:
    """A case as it was planned; not to be run where there is a `because`."""

    id: str
    revision: int
    because: Reason | None


@dataclass(frozen=True, slots=True)
class BenchFacts:
    """What a bench is: `measures_time` is false where latencies are no measurements, or where the
    offset of its clock is not known."""

    environment: str
    facts: Mapping[str, Any]
    measures_time: bool
    uncertainty_ms: int
    permits: tuple[str, ...]

    @property
    def is_emulated(self) -> bool:
        """Whether no hardware was there."""
        return self.facts.get("driver") == "emulated" or bool(self.facts.get("emulates"))

    @property
    def keeps_traffic(self) -> bool:
        """Whether there must be a record of what passed in every case."""
        return "capture" in self.facts


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be tried. `chosen` are the only cases to run, None for all; `inputs` are the
    SHA-256 of the bundle's files that the plan rests on."""

    role: Role
    run: str
    challenge: str | None
    run_by: RunBy
    created: str
    bench: BenchFacts
    versions: Mapping[str, str]
    chosen: tuple[str, ...] | None
    inputs: Mapping[str, str]
    cases: tuple[PlannedCase, ...]

    @property
    def token(self) -> str:
        """Part of the name of every order and test sound of this run."""
        return sha256(f"{self.challenge or ''}\0{self.run}".encode()).hexdigest()[:10]

    def prefix(self, case: str) -> str:
        """What the names in a case begin with; raises `KeyError` for one that is not planned."""
        numbers = {each.id: number for number, each in enumerate(self.cases, 1)}
        return f"{self.token}-{numbers[case]}"

    def to_run(self) -> Sequence[str]:
        """The cases that are to be run."""
        return [
            each.id
            for each in self.cases
            if each.because is None and (self.chosen is None or each.id in self.chosen)
        ]

    def planned(self, cases: Mapping[str, Case]) -> list[Planned]:
        """As certification takes it, with the cases of this version."""
        return [Planned(cases[each.id], each.because) for each in self.cases if each.id in cases]

    def strange(self, cases: Mapping[str, Case]) -> list[str]:
        """Planned cases that this version does not have in that revision."""
        return [
            each.id
            for each in self.cases
            if each.id not in cases or cases[each.id].revision != each.revision
        ]


def encoded(plan: Plan) -> dict[str, Any]:
    """As a bundle keeps it."""
    return {
        "ttcs": 1,
        "kind": "certify",
        "role": plan.role,
        "run": plan.run,
        "token": plan.token,
        "challenge": plan.challenge,
        "run_by": plan.run_by,
        "created": plan.created,
        "bench": {
            "environment": plan.bench.environment,
            "facts": dict(plan.bench.facts),
            "measures_time": plan.bench.measures_time,
            "uncertainty_ms": plan.bench.uncertainty_ms,
            "permits": list(plan.bench.permits),
        },
        "versions": dict(plan.versions),
        "chosen": None if plan.chosen is None else list(plan.chosen),
        "inputs": dict(plan.inputs),
        "cases": [
            {"id": each.id, "revision": each.revision, "because": each.because}
            for each in plan.cases
        ],
    }


def decoded(data: Any) -> Plan:
    """The plan that a bundle keeps; raises `ValueError`, in one line, where it is none."""
    bench = _part(data, "bench", dict)
    plan = Plan(
        role=_one_of(_part(data, "role", str), get_args(Role)),
        run=_part(data, "run", str),
        challenge=_part(data, "challenge", str, type(None)),
        run_by=_one_of(_part(data, "run_by", str), get_args(RunBy)),
        created=_part(data, "created", str),
        bench=BenchFacts(
            environment=_part(bench, "environment", str),
            facts=_part(bench, "facts", dict),
            measures_time=_part(bench, "measures_time", bool),
            uncertainty_ms=_part(bench, "uncertainty_ms", int),
            permits=_texts(_part(bench, "permits", list)),
        ),
        versions=_part(data, "versions", dict),
        chosen=None if data.get("chosen") is None else _texts(_part(data, "chosen", list)),
        inputs=_part(data, "inputs", dict),
        cases=tuple(map(_case, _part(data, "cases", list))),
    )
    if len(plan.cases) > MAX_CASES:
        raise ValueError(f"the plan has more than {MAX_CASES:,} cases")
    if encoded(plan) != data:
        raise ValueError("the plan says more than a plan, or another token than its own")
    if len({each.id for each in plan.cases}) < len(plan.cases):
        raise ValueError("the plan has a case twice")
    return plan


def _case(data: Any) -> PlannedCase:
    because = _part(data, "because", str, type(None))
    return PlannedCase(
        _part(data, "id", str),
        _part(data, "revision", int),
        None if because is None else Reason(because),
    )


def _part(data: Any, name: str, *kinds: type) -> Any:
    value = data.get(name, ...) if isinstance(data, dict) else ...
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        raise ValueError(f"{name} is not as a plan has it")
    return value


def _texts(values: Collection[Any]) -> tuple[str, ...]:
    if not all(isinstance(value, str) for value in values):
        raise ValueError("a list of the plan is not one of texts")
    return tuple(values)


def _one_of(value: str, known: Collection[Any]) -> Any:
    if value not in known:
        raise ValueError(f"{value[:40]!r} is not known")
    return value
