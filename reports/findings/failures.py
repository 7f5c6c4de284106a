"""What failed in a certification, each thing once: by case and check, with what follows from it.

One failure may stand under many clauses, and one cause may show as many failures: a device that no
longer answers, or whose clock is wrong. What follows from such a cause is told with it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from conformance.verdicts import Reason, Verdict

Cause = Literal["silent", "died", "clock", "harness"]
"""The device did not answer before a case, or no longer after it; its clock is wrong; the bench or
the harness had trouble."""

OF_REASON: Final[Mapping[Reason, Cause]] = {
    Reason.DEVICE_SILENT: "silent",
    Reason.DEVICE_DIED: "died",
    Reason.HARNESS_TROUBLE: "harness",
}

CLOCK: Final = "times-in-utc-seconds"
"""The check that shows a device's clock."""

BY_THE_CLOCK: Final = frozenset(
    {
        *("programme-on-time", "normal-at-its-time", "nothing-unasked"),
        *("log-times-true", "log-tells-what-was-heard", "log-of-update"),
    }
)
"""The checks that a device with a wrong clock cannot pass, whatever else it does."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A check that failed in a case, with the clauses that it fails, MUST before SHOULD.

    `names` are the fingerprints by which waivers know it, one for each clause; `follows` is the
    cause that it may be no more than a consequence of.
    """

    case: str
    check: str
    clauses: tuple[str, ...]
    names: tuple[str, ...]
    reason: Reason
    says: Mapping[str, str] | None
    waived: bool
    follows: Cause | None


@dataclass(frozen=True, slots=True)
class Blocked:
    """What one cause kept from being shown, or made fail: the cases, and the clauses."""

    cause: Cause
    cases: tuple[str, ...]
    clauses: tuple[str, ...]


def failures(results: Mapping[str, Any]) -> tuple[Failure, ...]:
    """The failures of a `results.json`, those that decide first."""
    by_check: dict[tuple[str, ...], list[tuple[Mapping[str, Any], Mapping[str, Any]]]] = {}
    for clause, check in _checks(results):
        if check["verdict"] == Verdict.FAIL:
            # What no case showed is of its clause alone.
            of = () if check["case"] else (clause["id"],)
            by_check.setdefault((check["case"], check["check"], *of), []).append((clause, check))
    wrong_clock = any(check == CLOCK for _, check, *_ in by_check)
    found = [
        Failure(
            case,
            name,
            tuple(c["id"] for c, _ in sorted(told, key=lambda pair: pair[0]["level"])),
            tuple(check["failure"] for _, check in told),
            Reason(told[0][1]["reason"]),
            told[0][1]["says"],
            all(check["waived"] for _, check in told),
            _follows(name, Reason(told[0][1]["reason"]), wrong_clock),
        )
        for (case, name, *_), told in by_check.items()
    ]
    return tuple(sorted(found, key=lambda each: (each.waived, each.follows is not None)))


def blocked(results: Mapping[str, Any]) -> tuple[Blocked, ...]:
    """The causes that several things come from, each with all of them."""
    of: dict[Cause, tuple[dict[str, None], dict[str, None]]] = {}
    wrong_clock = any(_fails(check) and check["check"] == CLOCK for _, check in _checks(results))
    for clause, check in _checks(results):
        reason = Reason(check["reason"])
        cause = OF_REASON.get(reason) or (
            _follows(check["check"], reason, wrong_clock) if _fails(check) else None
        )
        if cause is not None:
            cases, clauses = of.setdefault(cause, ({}, {}))
            cases[check["case"]] = clauses[clause["id"]] = None
    return tuple(
        Blocked(cause, tuple(cases), tuple(clauses)) for cause, (cases, clauses) in of.items()
    )


def _follows(check: str, reason: Reason, wrong_clock: bool) -> Cause | None:
    if cause := OF_REASON.get(reason):
        return cause
    return "clock" if wrong_clock and check in BY_THE_CLOCK else None


def _fails(check: Mapping[str, Any]) -> bool:
    return bool(check["verdict"] == Verdict.FAIL)


def _checks(results: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    for clause in results["clauses"]:
        for check in clause["checks"]:
            yield clause, check
