"""The reference half at a system that somebody else runs: accounts closed, nothing secret kept."""

import json
import subprocess

import pytest

from tests.conformance.sources.standing import HEAD
from tests.simulator.emulator.source_system import ADMINISTRATOR, PASSWORD, serving
from tests.ttcs.program import ENVIRONMENT, PROGRAM

CASES = ("source-approval", "source-roles", "source-states")


@pytest.mark.slow
@pytest.mark.needs_tool("mosquitto")
def test_a_running_system_is_certified_and_left_as_it_was(tmp_path):
    with serving(tmp_path) as system:
        (tmp_path / "quan-tri.password").write_text(f"{PASSWORD}\n")
        (tmp_path / "target.yaml").write_text(
            f'{HEAD}dialect: reference\nreached:\n  url: "{system.url}"\n'
            f'  broker: "{system.broker}"\n  administrator: {{login: "{ADMINISTRATOR}", '
            "password_file: quan-tri.password}\n"
        )
        before = people(system)
        for out in ("first", "second"):
            done = subprocess.run(
                [
                    *(*PROGRAM, "certify", "--role", "source-system", "--target", "target.yaml"),
                    *("--fleet", "8", "--out", out, "--json"),
                    *(word for case in CASES for word in ("--case", case)),
                ],
                cwd=tmp_path,
                env=ENVIRONMENT,
                capture_output=True,
                text=True,
                timeout=240,
                check=False,
            )
            assert (done.returncode, done.stderr) == (3, ""), "not all was tried: open"
            results = json.loads(done.stdout)["results"]
            tried = {each["id"]: each for each in results["cases"] if each["id"] in CASES}
            wrong = [
                check for each in tried.values() for check in each["checks"] if not check["ok"]
            ]
            assert (set(tried), wrong) == ({*CASES}, [])
            assert not secrets_in(tmp_path / out)
        after = people(system)
    assert {login for login, active in after.items() if active} == {
        login for login, active in before.items() if active
    }
    assert len(after) >= len(before) + 2 * 2, "those of both runs are there, and closed"


def people(system):
    rows = system.ask("GET", "/api/v1/people?limit=200", admin=True)["items"]
    return {row["login"]: row["active"] for row in rows}


def secrets_in(bundle):
    files = [path.read_bytes() for path in bundle.rglob("*") if path.is_file()]
    assert files
    return [file for file in files if PASSWORD.encode() in file or b'"password' in file]
