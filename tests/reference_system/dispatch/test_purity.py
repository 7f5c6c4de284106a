"""The dispatch rules stand on the standard library and the words of a scenario alone."""

import ast
import sys
from pathlib import Path

import reference_system.dispatch

IO_MODULES = {"io", "os", "pathlib", "random", "secrets", "socket", "subprocess", "time"}
OWN = ("reference_system.dispatch", "scenarios.scenario", "scenarios.units")


def imported(source: str) -> set[str]:
    nodes = list(ast.walk(ast.parse(source)))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {node.module or "." for node in nodes if isinstance(node, ast.ImportFrom)}


def test_dispatch_imports_only_the_standard_library_and_the_scenario() -> None:
    files = list(Path(reference_system.dispatch.__path__[0]).glob("*.py"))
    assert {file.stem for file in files} >= {"addresses", "commands"}
    for file in files:
        foreign = {
            name
            for name in imported(file.read_text("utf-8"))
            if not name.startswith(OWN)
            and (name.split(".")[0] not in sys.stdlib_module_names or name in IO_MODULES)
        }
        assert not foreign, file.name


def test_dispatch_opens_nothing_and_asks_no_clock() -> None:
    for file in Path(reference_system.dispatch.__path__[0]).glob("*.py"):
        words = {
            node.id if isinstance(node, ast.Name) else node.attr
            for node in ast.walk(ast.parse(file.read_text("utf-8")))
            if isinstance(node, ast.Name | ast.Attribute)
        }
        assert not words & {"open", "print", "input", "now", "today", "utcnow"}, file.name
