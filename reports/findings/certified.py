"""Everything that a report tells of a certification, found once for every form of it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from shlex import quote
from typing import Any, Final

from conformance.clauses import SYSTEMS
from conformance.mutants.faults import faults
from conformance.record import Record
from conformance.verdicts import Verdict
from reports.certification_reading import Certification
from reports.findings.conversation import Timeline, Word, timeline, wire
from reports.findings.failures import Blocked, Failure, blocked, failures
from reports.findings.standing import Standing, standing_of
from scenarios.scenario import Text

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
        """What a case asks; of what no case showed, that it is beside them."""
        beside = {"vi": "Ngoài các ca thử", "en": "Beside the cases"}
        found = {each["id"]: each["title"] for each in self.results["cases"]}
        title: Mapping[str, str] = found.get(case, beside)
        return title

    def replay(self, case: str) -> str:
        """The command that tries a case again."""
        return replay(self.results, str(self.of.place), case)

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


def replay(results: Mapping[str, Any], place: str, case: str) -> str:
    """The command that tries a case again; of what is not emulated, with the files at hand."""
    if results["emulated"]:
        return f"ttcs certify --replay {quote(place)} {quote(case)}"
    if results["role"] in SYSTEMS:
        files = "--role source-system --target TARGET.yaml"
        return f"ttcs certify {files} --case {quote(case)} --out NEW"
    files = "--capabilities CAPABILITIES.yaml --bench BENCH.yaml"
    return f"ttcs certify --profile {results['role']} {files} --case {quote(case)} --out NEW"


def guards(clause: Mapping[str, Any]) -> list[tuple[str, Text, bool]]:
    """The mutants that guard a clause, with the titles of their faults, and whether it really found
    them, by the figures in the bundle: these first, then what only the ledger names."""
    known = faults()
    killed = clause["killed"]
    found = {name.partition("-")[0] for name in killed}
    only_named = [name for name in clause["mutants"] if name not in found]
    return [
        (name, known[fault].title if fault in known else Text(name, name), name in killed)
        for name in (*killed, *only_named)
        for fault in (name.partition("-")[0],)
    ]
