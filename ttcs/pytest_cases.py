"""The cases of a device as pytest tests: one test for each case of its role, on a bench.

The cases, the bench and the rules of judging are those of `ttcs certify`. Everything but a pass
fails, also what was not run and what stays inconclusive; what the device does not declare is
skipped.
"""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, nullcontext
from pathlib import Path
from secrets import token_hex
from typing import Any, get_args

import pytest

from conformance import capabilities, certification, certifying, demo
from conformance.bench import description, operators, power
from conformance.capabilities import Declaration
from conformance.certification import CheckResult, Planned
from conformance.clauses import Role, ledger
from conformance.suites import CASES
from conformance.verdicts import Verdict, overall
from scenarios.problems import BadInput

CLAUSE = "ttcs clause"
"""The property of a report that says how a clause fared in a case: its id and the verdict."""


class NotConformant(Exception):
    """Why a case did not pass: text for people."""


class CasesFile(pytest.File):
    """A bench, started once for all of its tests."""

    def collect(self) -> Iterator[pytest.Item]:
        """The cases of the role; raises `CollectError` with all that is wrong with the files."""
        try:
            self.described = description.read(self.path)
            description.check_targets(
                self.described, self.config.getoption("--ttcs-allow-target"), str(self.path)
            )
            operators.check(self.described.operator, str(self.path))
            power.check(self.described.mains, str(self.path))
            self.declared = self._declaration()
        except BadInput as bad:
            raise self.CollectError("\n".join(map(str, bad.problems))) from None
        self.facts = certifying.bench_facts(self.described)
        self.run = token_hex(5)
        planned = certification.plan(
            CASES,
            self.declared.role,
            sorted(self.declared.supported),
            self.described.permits,
        )
        for each in planned:
            yield CaseItem.from_parent(self, name=each.case.id, planned=each)

    def setup(self) -> None:
        """Start the bench."""
        opened = ExitStack()
        self.try_one = opened.enter_context(
            certifying.trying(self.described, self.declared.supported, show=self._show)
        )
        self.addfinalizer(opened.close)

    def _show(self, line: str) -> None:
        """On the terminal, whatever pytest captures."""
        capturing = self.config.pluginmanager.getplugin("capturemanager")
        with capturing.global_and_fixture_disabled() if capturing else nullcontext():
            operators.to_stderr(f"\n{line}")

    def _declaration(self) -> Declaration:
        role = self.config.getoption("--ttcs-profile")
        given = self.config.getoption("--ttcs-capabilities")
        if role not in get_args(Role)[:3]:
            raise self.CollectError(f"--ttcs-profile {role}: {', '.join(get_args(Role)[:3])}")
        if given is not None:
            declared = capabilities.read(Path(given))
            if declared.role != role:
                raise self.CollectError(f"--ttcs-profile {role}: {given} is of {declared.role}")
            return declared
        if self.described.profile or (self.described.network and self.described.network.emulates):
            return demo.declaration(role)
        raise self.CollectError("--ttcs-capabilities: what the device declares")


class CaseItem(pytest.Item):
    """Passes when every clause that the case shows does."""

    parent: CasesFile

    def __init__(self, *, planned: Planned, **given: Any) -> None:
        """With the case as it is planned."""
        super().__init__(**given)
        self.planned = planned

    def runtest(self) -> None:
        """Raises `NotConformant` with what was seen by clause."""
        results = list(self._results())
        for clause, result in results:
            self.user_properties.append((CLAUSE, f"{clause} {result.verdict}"))
        verdict = overall(result.verdict for _, result in results)
        said = "\n".join(f"{clause}: {_said(result)}" for clause, result in results)
        if verdict is Verdict.NOT_APPLICABLE:
            pytest.skip(said)
        if verdict is not Verdict.PASS:
            raise NotConformant(
                f"{self.planned.case.title.vi} / {self.planned.case.title.en}\n{said}"
            )

    def _results(self) -> Iterator[tuple[str, CheckResult]]:
        file, case = self.parent, self.planned.case
        trials = {}
        if self.planned.because is None:
            trials[case.id] = file.try_one(case, f"{file.run}-{case.id}")
            if (trouble := trials[case.id].trouble) is not None:
                raise NotConformant(f"lỗi bộ thử / harness error: {trouble}")
        for result in certification.clause_results(
            ledger(),
            file.declared.role,
            sorted(file.declared.supported),
            [self.planned],
            trials,
            measures_time=file.facts.measures_time,
            uncertainty_ms=file.facts.uncertainty_ms,
            keeps_traffic=file.facts.keeps_traffic,
        ):
            yield from ((result.clause.id, each) for each in result.checks if each.case == case.id)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The text alone: where in our code it was found helps nobody."""
        if isinstance(excinfo.value, NotConformant):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """What the report names it by."""
        return self.path, None, f"{self.path.name}: {self.name}"


def verdict_lines(reports: Iterable[pytest.TestReport]) -> list[str]:
    """The worst verdict of every clause over these reports, and over all."""
    by_clause: dict[str, list[Verdict]] = {}
    for report in reports:
        for name, value in report.user_properties:
            if name == CLAUSE:
                clause, _, verdict = str(value).partition(" ")
                by_clause.setdefault(clause, []).append(Verdict(verdict))
    if not by_clause:
        return []
    lines = [f"{overall(found):<14}  {clause}" for clause, found in by_clause.items()]
    return [*lines, f"{overall(v for found in by_clause.values() for v in found):<14}  ="]


def _said(result: CheckResult) -> str:
    measured = (
        f", {result.value_ms} ms / {result.limit_ms} ms" if result.value_ms is not None else ""
    )
    seen = f": {result.seen.says.vi} / {result.seen.says.en}" if result.seen else ""
    return f"{result.verdict} ({result.reason}{measured}) {result.check}{seen}"
