"""Scenario files as commands read them: found, loaded, and their targets known."""

from dataclasses import dataclass
from pathlib import Path

from conformance import judgement
from scenarios import loader, strict_yaml
from scenarios.problems import BadInput
from scenarios.scenario import Scenario


@dataclass(frozen=True, slots=True)
class ScenarioFile:
    """A scenario, where it was read and every byte of it."""

    path: Path
    scenario: Scenario
    source: bytes
    warnings: tuple[str, ...]

    @property
    def name(self) -> str:
        """What its results are named by: the file's name without its ending."""
        return self.path.stem


def load(name_or_path: str) -> ScenarioFile:
    """The scenario of that path or shipped name; raises `BadInput` with all that is wrong."""
    path = loader.find(name_or_path)
    loaded = loader.load(path)
    document = strict_yaml.parse(str(path), loaded.source)
    if problems := judgement.problems(loaded.scenario.targets, document):
        raise BadInput(problems)
    return ScenarioFile(
        path, loaded.scenario, loaded.source, tuple(str(warning) for warning in loaded.warnings)
    )
