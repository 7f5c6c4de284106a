"""A test that needs a missing program is skipped and listed, and fails where nothing may be."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

MARKED = """
import pytest

@pytest.mark.needs_tool("no-such-tool")
def test_with_a_missing_tool():
    pass

@pytest.mark.needs_tool("python-of-this-test")
def test_with_a_tool():
    pass

def test_without():
    pass

@pytest.mark.skip(reason="for another reason")
def test_skipped():
    pass
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "conftest.py").write_bytes(Path(__file__).with_name("conftest.py").read_bytes())
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = needs_tool(name): as in the project")
    (tmp_path / "python-of-this-test").symlink_to(sys.executable)
    return tmp_path


def pytest_run(folder: Path, require: str, *options: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PATH": str(folder), "TTCS_REQUIRE": require}
    env.pop("PYTEST_ADDOPTS", None)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
    return subprocess.run(
        command, cwd=folder, env=env, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("options", [(), ("-n", "2")])
def test_what_lacks_its_tool_is_skipped_and_listed(folder: Path, options: tuple[str, ...]) -> None:
    if options:
        pytest.importorskip("xdist")
    (folder / "test_marked.py").write_text(MARKED)
    ended = pytest_run(folder, "", *options)
    assert ended.returncode == 0, ended.stdout
    listed = ended.stdout.split("Skipped for want of a system tool:\n")[1].splitlines()
    assert listed[0] == "  no-such-tool: test_marked.py::test_with_a_missing_tool"
    assert listed[1].startswith("2 passed, 2 skipped")


def test_nothing_lacking_is_said(folder: Path) -> None:
    (folder / "test_marked.py").write_text(MARKED.replace("no-such-tool", "python-of-this-test"))
    lines = pytest_run(folder, "").stdout.splitlines()
    assert lines[-2] == "Nothing was skipped for want of a system tool."


def test_what_lacks_its_tool_fails_where_all_are_required(folder: Path) -> None:
    (folder / "test_marked.py").write_text(MARKED)
    ended = pytest_run(folder, "all")
    assert ended.returncode == 1
    assert "needs no-such-tool, which is missing" in ended.stdout
    assert "2 passed, 1 skipped, 1 error" in ended.stdout
