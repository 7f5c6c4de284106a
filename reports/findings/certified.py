"""Everything that a report tells of a certification, found once for every form of it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from shlex import quote
from typing import Any, Final, Literal

from conformance.clauses import TESTED
from conformance.mutants.faults import faults
from conformance.record import Record
from conformance.verdicts import Verdict
from reports.certification_reading import Certification
from reports.findings.conversation import Timeline, Word, timeline, wire
from reports.findings.failures import Blocked, Failure, blocked, failures
from scenarios.scenario import Text

Standing = Literal["judged", "not-tested", "vouched", "not-applicable"]
"""Tested here; testable, but not here; inspected or declared only; of no concern to this device."""

MOST_PICTURED: Final = 60


@dataclass(frozen=True, slots=True)
class Measurement:
    """A measured check of a clause: the largest of `sample` values, and its limit."""

    clause: str
    check: str
    name: str
    value_ms: int
    limit_ms: int
    sample: int
    verdict: Verdict


@dataclass(frozen=True)
class Certified:
    """The findings of a certification."""

    of: Certification

    @property
    def results(self) -> Mapping[str, Any]:
        """What it judged."""
        return self.of.results

    @cached_property
    def failures(self) -> tuple[Failure, ...]:
        """Each failure once."""
        return failures(self.results)

    @cached_property
    def blocked(self) -> tuple[Blocked, ...]:
        """What several things come from."""
        return blocked(self.results)

    def clauses(self, nature: str, standing: Standing) -> list[Mapping[str, Any]]:
        """Those of law or profile that stand so."""
        return [
            each
            for each in self.results["clauses"]
            if each["nature"] == nature and standing_of(each) == standing
        ]

    def counted(self, nature: str, level: str) -> Mapping[Verdict, int]:
        """How many of the tested clauses have each verdict."""
        return Counter(
            Verdict(each["verdict"])
            for each in self.clauses(nature, "judged")
            if each["level"] == level
        )

    @cached_property
    def measurements(self) -> Sequence[Measurement]:
        """Every value that a clause holds against a limit."""
        return list(self._measurements())

    def pictured(self, failure: Failure) -> bool:
        """Whether its case is told by timeline and wire, once for each case."""
        cases = list(dict.fromkeys(each.case for each in self.failures if each.case))
        first = next(each for each in self.failures if each.case == failure.case)
        return failure is first and failure.case in cases[:MOST_PICTURED]

    def timeline(self, case: str) -> Timeline:
        """What happened in a case."""
        return timeline(self._record(case))

    def wire(self, case: str, most: int) -> tuple[Sequence[Word], int]:
        """At most so many words of a case, and how many are left out."""
        return wire(self._record(case), most)

    def title(self, case: str) -> Mapping[str, str]:
        """What a case asks."""
        found = {each["id"]: each["title"] for each in self.results["cases"]}
        title: Mapping[str, str] = found.get(case, {"vi": case, "en": case})
        return title

    def replay(self, case: str) -> str:
        """The command that tries a case again; of a real device, with the files at hand."""
        if self.results["emulated"]:
            return f"ttcs certify --replay {quote(str(self.of.place))} {quote(case)}"
        role = self.results["role"]
        files = "--capabilities CAPABILITIES.yaml --bench BENCH.yaml"
        return f"ttcs certify --profile {role} {files} --case {quote(case)} --out NEW"

    def _record(self, case: str) -> Record:
        trial = self.of.evidence.trials.get(case)
        return trial.record if trial else Record([])

    def _measurements(self) -> Iterator[Measurement]:
        measured = {
            (case["id"], check["check"]): check["measured"]
            for case in self.results["cases"]
            for check in case["checks"]
            if check["measured"]
        }
        for clause in self.results["clauses"]:
            for check in clause["checks"]:
                by = measured.get((check["case"], check["check"]))
                if by and check["value_ms"] is not None and check["limit_ms"] is not None:
                    yield Measurement(
                        clause["id"],
                        check["check"],
                        by["name"],
                        check["value_ms"],
                        check["limit_ms"],
                        len(by["values_ms"]),
                        Verdict(check["verdict"]),
                    )


def standing_of(clause: Mapping[str, Any]) -> Standing:
    """How far a clause of `results.json` was tested."""
    if clause["verdict"] == Verdict.NOT_APPLICABLE:
        return "not-applicable"
    if clause["checks"]:
        return "judged"
    return "not-tested" if set(clause["verified_by"]) & set(TESTED) else "vouched"


def guards(clause: Mapping[str, Any]) -> list[tuple[str, Text]]:
    """The faults whose mutants the clause is known to find, with their titles."""
    known = faults()
    return [
        (name, known[name].title if name in known else Text(name, name))
        for name in clause["mutants"]
    ]
