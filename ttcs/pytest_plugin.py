"""Scenario files, and the cases of a device, as pytest tests.

Of a scenario there is one test for the run of its file, and one for each target; of a device one
for each case of its role, with `--ttcs-profile ip-speaker --ttcs-bench bench.yaml`.

Collected are files named `*.ttcs.yaml`, files that match the ini option `ttcs_scenarios` (patterns
below the root folder), and files given by `--ttcs`; no other YAML file is touched. Until one is
collected nothing of the simulator is loaded.
"""

import shlex
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

_SUFFIX = ".ttcs.yaml"


class TargetNotMet(Exception):
    """Why a target, or a run, did not pass: text for people."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options by which files that are not named `*.ttcs.yaml` are collected."""
    group = parser.getgroup("ttcs")
    group.addoption(
        "--ttcs",
        action="append",
        default=[],
        metavar="PATH",
        help="run this scenario file, too (may be given again)",
    )
    group.addoption(
        "--ttcs-profile",
        metavar="ROLE",
        help="try a device in all cases of this role: ip-speaker, fm-converter or e-board",
    )
    group.addoption("--ttcs-bench", metavar="FILE", help="the bench that the device is on")
    group.addoption("--ttcs-capabilities", metavar="FILE", help="what the device declares")
    group.addoption(
        "--ttcs-allow-target",
        action="append",
        default=[],
        metavar="HOST",
        help="an address beyond this machine that the bench may use (may be given again)",
    )
    parser.addini(
        "ttcs_scenarios",
        "patterns, relative to the root folder, of files that are scenarios",
        type="args",
        default=[],
    )


def pytest_configure(config: pytest.Config) -> None:
    """Adds what the options name to what is collected; a worker of xdist is told so already."""
    bench = config.getoption("--ttcs-bench")
    if (bench is None) != (config.getoption("--ttcs-profile") is None):
        raise pytest.UsageError("--ttcs-profile and --ttcs-bench go together")
    for path in [*config.getoption("--ttcs"), *([bench] if bench else [])]:
        if path not in config.args:
            config.args.append(path)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.File | None:
    """The scenario in a file, or the bench of a device, where it is one of ours."""
    bench = parent.config.getoption("--ttcs-bench")
    if bench is not None and file_path == parent.config.invocation_params.dir / bench:
        from ttcs.pytest_cases import CasesFile

        return CasesFile.from_parent(parent, path=file_path)
    if _is_scenario(file_path, parent.config):
        return ScenarioFile.from_parent(parent, path=file_path)
    return None


def _is_scenario(path: Path, config: pytest.Config) -> bool:
    if path.name.endswith(_SUFFIX):
        return True
    if any(path == config.invocation_params.dir / given for given in config.getoption("--ttcs")):
        return True
    return any(path in config.rootpath.glob(pattern) for pattern in config.getini("ttcs_scenarios"))


class ScenarioFile(pytest.File):
    """A scenario; it runs once, when the first of its tests does."""

    results: dict[str, Any] | None = None
    failure: str | None = None

    def collect(self) -> Iterator[pytest.Item]:
        """The run and its targets; raises `CollectError` with all that is wrong with the file."""
        from scenarios.problems import BadInput
        from ttcs import scenario_files

        try:
            targets = scenario_files.load(str(self.path)).scenario.targets
        except BadInput as bad:
            raise self.CollectError("\n".join(map(str, bad.problems))) from None
        yield RunItem.from_parent(self, name="run")
        for target in targets:
            yield TargetItem.from_parent(self, name=target.id)

    def run(self) -> dict[str, Any]:
        """The results; raises `TargetNotMet` where there are none."""
        if self.results is None and self.failure is None:
            self._run()
        if self.results is None:
            raise TargetNotMet(f"lỗi công cụ thử / harness error: {self.failure}\n{self.replay}")
        return self.results

    def _run(self) -> None:
        from scenarios.problems import BadInput
        from ttcs.run import run_one

        with TemporaryDirectory(prefix="ttcs-") as folder:
            try:
                self.results = run_one(str(self.path), Path(folder) / "run")
            except (BadInput, OSError) as error:
                self.failure = str(error)
            except Exception as error:  # a mistake of ours, told in full by the first test
                self.failure = f"{type(error).__name__}: {error}"
                raise

    @property
    def replay(self) -> str:
        """The command that does it again."""
        return f"ttcs run {shlex.quote(str(self.path))}"


class RunItem(pytest.Item):
    """Passes when the scenario ran to its end and asked for something."""

    parent: ScenarioFile

    def runtest(self) -> None:
        """Raises `TargetNotMet` otherwise."""
        results = self.parent.run()
        if not results["targets"]:
            sentence = results["verdict"]["sentence"]
            raise TargetNotMet(f"{sentence['vi']}\n{sentence['en']}\n{self.parent.replay}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The text alone: where in our code it was found helps nobody."""
        if isinstance(excinfo.value, TargetNotMet):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """What the report names it by."""
        return self.path, None, f"{self.path.name}: {self.name}"


class TargetItem(RunItem):
    """Passes when its target does, is skipped where that does not apply, and fails otherwise.

    A target that is expected to fail passes when it does; what is inconclusive, or was not tried,
    is a failure.
    """

    def runtest(self) -> None:
        """Raises `TargetNotMet` with value, limit, margin and the command that does it again."""
        results = self.parent.run()
        from conformance.outcomes import outcomes
        from conformance.verdicts import Verdict
        from reports.figures import explained, verdict

        target = next(one for one in outcomes(results) if one["id"] == self.name)
        match Verdict(target["verdict"]):
            case Verdict.PASS:
                return
            case Verdict.NOT_APPLICABLE:
                pytest.skip(verdict(target))
            case _:
                raise TargetNotMet(f"{explained(target)}\n{self.parent.replay}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Each test once: a file given by `--ttcs` may stand in a folder that is collected, too."""
    scenarios: dict[str, pytest.Item] = {}
    for item in items:
        if isinstance(item, RunItem):
            scenarios.setdefault(item.nodeid, item)
    items[:] = [item for item in items if scenarios.get(item.nodeid, item) is item]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The verdict of every clause that a device was tried for."""
    if terminalreporter.config.getoption("--ttcs-bench") is not None:
        from ttcs.pytest_cases import verdict_lines

        reports = terminalreporter.stats.values()
        told = [each for some in reports for each in some if isinstance(each, pytest.TestReport)]
        for line in verdict_lines(told):
            terminalreporter.write_line(line)
