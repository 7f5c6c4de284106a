"""The built wheel, installed by itself, run from a folder that has packages of our names.

Without the `compiled` extra: what a plain installation needs must suffice.
"""

import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("scenarios", "reference_system", "simulator", "conformance", "reports", "ttcs")

CASE = {
    "horizon": 1_000,
    "devices": [
        {
            "id": "loa-1",
            "power": [[0, 1_000]],
            "link": [[0, 1_000]],
            "items": [
                {
                    "id": "tin-1",
                    "class": "emergency",
                    "kind": "file",
                    "issued": 0,
                    "delivered": 100,
                    "not_before": 0,
                    "duration": 400,
                }
            ],
        }
    ],
}
SEGMENTS = {
    "loa-1": [{"item": "tin-1", "start": 100, "end": 500, "offset": 0, "reason": "finished"}]
}

Program = Callable[..., str]

pytestmark = pytest.mark.slow


def output(command: list[str | Path], cwd: Path) -> str:
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    ended = subprocess.run(
        command, cwd=cwd, env=env, capture_output=True, text=True, timeout=600, check=False
    )
    assert ended.returncode == 0, f"{command} in {cwd}\n{ended.stdout}\n{ended.stderr}"
    return ended.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of an environment with the wheel and what it depends on."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"  # a copy: an earlier build's leftovers must not get into the wheel
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, source / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    pip = [sys.executable, "-m", "pip", "--quiet"]
    output([*pip, "wheel", "--no-deps", "--wheel-dir", folder, source], folder)
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "venv", with_pip=True, symlinks=True)
    programs = folder / "venv" / "bin"
    constraints = ROOT / "constraints.txt"
    output([programs / "pip", "--quiet", "install", "-c", constraints, wheel], folder)
    return programs


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A user's folder whose own packages hide ours where Python looks there first."""
    for package in PACKAGES:
        if package != "ttcs":
            (tmp_path / package).mkdir()
            (tmp_path / package / "__init__.py").write_text("raise ImportError('not that one')")
    (tmp_path / "case.json").write_text(json.dumps(CASE))
    return tmp_path


@pytest.fixture(params=["ttcs", "python -m ttcs"])
def ttcs(request: pytest.FixtureRequest, installed: Path, elsewhere: Path) -> Program:
    """Runs the command with some arguments from the user's folder and gives what it prints."""
    name, *options = request.param.split()
    return lambda *args: output([installed / name, *options, *args], elsewhere)


def test_a_shipped_scenario_runs(ttcs: Program, elsewhere: Path) -> None:
    ttcs("check", "ci-smoke")
    ttcs("run", "ci-smoke", "--out", "results")
    assert (elsewhere / "results" / "results.json").is_file()


@pytest.mark.parametrize("engine", ["numpy", "simpy"])
def test_a_case_is_played(ttcs: Program, engine: str) -> None:
    assert json.loads(ttcs("playout", "case.json", "--engine", engine)) == SEGMENTS
