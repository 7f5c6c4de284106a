"""Who may import whom, and what may only be loaded where it is used."""

import ast
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]

SOURCE_SYSTEM = ("reference_system.dispatch", "reference_system.interface")
"""What may be known of the reference system: as the system under test it must be replaceable."""

MAY_IMPORT = {
    "scenarios": (),
    "reference_system": ("scenarios",),
    "simulator": ("scenarios", *SOURCE_SYSTEM),
    "conformance": ("simulator", "scenarios", *SOURCE_SYSTEM),
    "reports": ("conformance", "simulator", "scenarios"),
    "ttcs": (
        *("reports", "conformance", "simulator", "scenarios", *SOURCE_SYSTEM),
        *("reference_system.serving", "reference_system.options"),
    ),
}
NEVER_IMPORTED = ("tests", "benchmarks", "tools")

AT_HOME = {
    "numba": "simulator/playout/compiled.py",
    "simulator.playout.compiled": None,
    "pyarrow": "conformance/tables.py",
    "matplotlib": None,
    "distributed": None,
    "typst": None,
    "fontTools": None,
    "highspy": None,
    "openpyxl": None,
    "hypothesis": "conformance/exploration/searching.py",
    "labgrid": "conformance/bench/labgrid_power.py",
    "playwright": None,
    "polars": None,
    "scapy": None,
}
"""Slow or optional modules: only the file whose job it is loads them when it is imported itself."""

NOT_FOR_HELP = {"hypothesis", "jsonschema", "numba", "numpy", "pyarrow", "simpy", "yaml"}
HELP_SECONDS = 0.3


class Import(NamedTuple):
    """A module as it is asked for; `lazy` where that happens only in a call, or for types."""

    line: int
    module: str
    lazy: bool


def imports_of(file: Path, root: Path) -> Iterator[Import]:
    package = file.relative_to(root).parent.parts

    def modules(node: ast.AST) -> Iterator[str]:
        match node:
            case ast.Import(names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module, names, level):
                base = [*package[: len(package) + 1 - level], *([module] if module else [])]
                start = ".".join(base) if level else module
                yield from (f"{start}.{alias.name}" for alias in names)
            case ast.Call(
                func=ast.Name(id=("import_module" | "__import__"))
                | ast.Attribute(attr="import_module"),
                args=[ast.Constant(str() as name), *_],
            ):
                yield name

    def walk(node: ast.AST, lazy: bool) -> Iterator[Import]:
        yield from (Import(node.lineno, module, lazy) for module in modules(node))
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                lazy = True
            case ast.If(test=ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING")):
                lazy = True
        for child in ast.iter_child_nodes(node):
            yield from walk(child, lazy)

    yield from walk(ast.parse(file.read_bytes()), lazy=False)


def within(module: str, parents: tuple[str, ...]) -> bool:
    return any(module == parent or module.startswith(f"{parent}.") for parent in parents)


def wrong_imports(root: Path) -> list[str]:
    wrong = []
    for package, allowed in MAY_IMPORT.items():
        ours = (*MAY_IMPORT, *NEVER_IMPORTED)
        for file in sorted((root / package).rglob("*.py")):
            name = file.relative_to(root).as_posix()
            for line, module, lazy in imports_of(file, root):
                if within(module, ours) and not within(module, (package, *allowed)):
                    wrong.append(f"{name}:{line}: {module}")
                for heavy, home in AT_HOME.items():
                    if within(module, (heavy,)) and not lazy and name != home:
                        wrong.append(f"{name}:{line}: {module} when imported")
    return wrong


def test_imports_run_one_way() -> None:
    for package in MAY_IMPORT:
        assert (ROOT / package / "__init__.py").is_file()
    assert wrong_imports(ROOT) == []


def test_every_home_of_a_heavy_module_exists() -> None:
    for home in AT_HOME.values():
        assert home is None or (ROOT / home).is_file(), home


@pytest.mark.parametrize(
    ("file", "source", "wrong"),
    [
        ("scenarios/loader.py", "import simulator.gaps", "simulator.gaps"),
        ("scenarios/links/a.py", "from ...simulator import gaps", "simulator.gaps"),
        ("scenarios/links/a.py", "from ..loader import load", None),
        ("simulator/a.py", "from reference_system.dispatch.commands import commands", None),
        ("simulator/a.py", "import reference_system", "reference_system"),
        ("simulator/a.py", "from reference_system import store", "reference_system.store"),
        ("simulator/a.py", "import reference_system.dispatcher", "reference_system.dispatcher"),
        ("simulator/a.py", "def f():\n    import conformance", "conformance"),
        ("conformance/a.py", "import_module('reports.html')", "reports.html"),
        ("reports/a.py", "import reference_system.interface", "reference_system.interface"),
        ("reference_system/a.py", "import simulator", "simulator"),
        ("ttcs/a.py", "import reports, conformance, simulator, scenarios", None),
        ("ttcs/a.py", "from benchmarks import playout", "benchmarks.playout"),
        ("reports/a.py", "import matplotlib.pyplot", "matplotlib.pyplot when imported"),
        ("reports/a.py", "def f():\n    import matplotlib", None),
        ("reports/a.py", "class C:\n    import polars", "polars when imported"),
        ("simulator/playout/compiled.py", "import numba", None),
        (
            "simulator/playout/a.py",
            "from .compiled import play",
            "simulator.playout.compiled.play when imported",
        ),
        ("simulator/a.py", "if TYPE_CHECKING:\n    import pyarrow", None),
    ],
)
def test_a_planted_import_is_found(
    tmp_path: Path, file: str, source: str, wrong: str | None
) -> None:
    planted = tmp_path / file
    planted.parent.mkdir(parents=True)
    planted.write_text(source)
    line = len(source.splitlines())
    assert wrong_imports(tmp_path) == ([f"{file}:{line}: {wrong}"] if wrong else [])


def used_by_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_help_comes_at_once() -> None:
    """Processor time, best of five: what a busy machine adds is not the command's."""
    seconds = []
    for _ in range(5):
        begun = used_by_children()
        ended = subprocess.run(
            [sys.executable, "-m", "ttcs", "--help"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        seconds.append(used_by_children() - begun)
    assert "playout" in ended.stdout
    assert min(seconds) < HELP_SECONDS


def test_help_loads_nothing_heavy() -> None:
    """Measured times vary; what is loaded does not."""
    program = (
        "import runpy, sys\n"
        "sys.argv = ['ttcs', '--help']\n"
        "try:\n    runpy.run_module('ttcs', run_name='__main__')\n"
        "finally:\n    print('LOADED', *sys.modules)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    loaded = set(ended.stdout.split("LOADED")[1].split())
    assert "ttcs.main" in loaded
    assert not loaded & NOT_FOR_HELP
