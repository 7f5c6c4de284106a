"""The command `ttcs` as tests call it: as a process, or faster within this one."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from scenarios import loader
from ttcs.main import app

ROOT = Path(__file__).parents[2]

PROGRAM = (sys.executable, "-m", "ttcs")
# The project as it is here, installed or not; and a width that does not depend on the terminal.
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "80", "PYTHONUTF8": "1"}

TINY = """\
ttcs: 1
title: {vi: "Nhỏ", en: "Tiny"}
era: "2022"
start: "2022-09-26T04:00:00+07:00"
end: "2022-09-26T05:00:00+07:00"
territory: {commune: "21952"}
fleet:
  - {where: all, profile: speaker-reference, clusters: 3, link: fibre, basis: assumed}
bulletins:
  - {id: storm, class: emergency, at: "2022-09-26T04:05:00+07:00", to: all, sound: {length: 40s}}
"""

BAD = (
    TINY.replace("clusters: 3", "clusters: 0")
    .replace("to: all", "to: al")
    .replace("length: 40s", "length: 40")
)


def program(*arguments: str | Path, cwd: Path, **options: Any) -> subprocess.CompletedProcess[str]:
    """Runs the command to its end, in a pipe."""
    return subprocess.run(
        [*PROGRAM, *arguments],
        cwd=cwd,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        **options,
    )


def here(*arguments: str | Path) -> tuple[int, str, str]:
    """The exit code, standard output and standard error of the command, within this process."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], prog_name="ttcs")
    if not isinstance(result.exception, SystemExit | None):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def shipped(name: str) -> str:
    """The text of a shipped scenario."""
    return loader.find(name).read_text("utf-8")


def written(bundle: Path, name: str = "results.json") -> Any:
    """A JSON file of a bundle."""
    return json.loads((bundle / name).read_bytes())


def files(folder: Path) -> dict[str, bytes]:
    """Everything in a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
