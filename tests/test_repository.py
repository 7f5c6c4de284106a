"""What holds for the files of the project as a whole."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("scenarios", "reference_system", "simulator", "conformance", "reports", "ttcs")
READMES = ("README.md", "README.vi.md")
MOST_LINES = 500

ELSEWHERE = re.compile(
    r"\.\./shared"  # the workshop's papers: what the project needs of them lies in it
    r"|DEVELOPER[S]"
    r"|(?<![\w.}*-])/(work|root|home|tmp)/"  # somebody's machine
)
PINNED = re.compile(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+]+")


def project_files() -> list[Path]:
    """The files that git knows, and those that it would add."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git repository: which files belong to the project is not known")
    listed = subprocess.run(
        [
            *("git", "-c", f"safe.directory={ROOT}"),
            *("ls-files", "-z", "--cached", "--others", "--exclude-standard"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    files = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [file for file in files if file.is_file()]


def python_files() -> list[Path]:
    return [file for package in PACKAGES for file in sorted((ROOT / package).rglob("*.py"))]


def commands_of(readme: str) -> list[str]:
    """The lines of the README's blocks of commands, in order."""
    blocks = re.findall(r"^```sh\n(.*?)^```", (ROOT / readme).read_text("utf-8"), re.M | re.S)
    return [line for block in blocks for line in block.splitlines()]


@pytest.mark.needs_tool("git")
def test_the_project_speaks_of_no_machine_and_no_workshop() -> None:
    for file in project_files():
        text = file.read_text("utf-8", errors="replace")
        found = ELSEWHERE.search(text)
        assert not found, f"{file.relative_to(ROOT)}: {found[0] if found else ''}"


@pytest.mark.parametrize("text", ["see ../" + "shared/a", "cd '/" + "work/main'", "/" + "tmp/x"])
def test_a_machine_or_a_workshop_would_be_found(text: str) -> None:
    assert ELSEWHERE.search(text)


def test_no_room_is_too_large() -> None:
    lines = {file: file.read_text("utf-8").count("\n") for file in python_files()}
    assert {file for file, count in lines.items() if count > MOST_LINES} == set()


def test_every_package_says_what_it_holds() -> None:
    for folder in {file.parent for file in python_files()}:
        opening = folder / "__init__.py"
        assert opening.is_file(), folder
        assert ast.get_docstring(ast.parse(opening.read_text("utf-8"))), folder


def test_ci_runs_what_the_readme_says() -> None:
    for readme in READMES:
        main_job, tests = commands_of(readme)[:2]
        assert main_job.endswith("/ttcs run scenarios/binh-dinh-day.yaml")
        assert (ROOT / ".ci" / "run").read_text("utf-8").splitlines()[-1] == tests


def test_both_readmes_have_the_same_commands() -> None:
    first, second = map(commands_of, READMES)
    assert first == second


def test_constraints_are_exact_and_name_no_place() -> None:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    for line in lines:
        assert line.startswith("#") or PINNED.fullmatch(line), line
