"""schemathesis against the served OpenAPI document, then every row read again through its model."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from benchmarks import served as process
from benchmarks.served import Served, told

pytestmark = [pytest.mark.slow, pytest.mark.needs_tool("mosquitto")]

EXAMPLES = 3
"""For each operation and phase; the document has more than a hundred operations."""

EXPECTED = """
[checks.positive_data_acceptance]
# What fits the document may still name a place or a device that is not there, or be too much.
expected-statuses = ["2xx", "400", "401", "403", "404", "409", "413", "422", "429", "503"]
"""


def schemathesis(served: Served, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run it with its checks, the same examples each time."""
    configuration = folder / "schemathesis.toml"
    configuration.write_text(EXPECTED)
    program = Path(sys.executable).with_name("schemathesis")
    asked = (
        f"--config-file {configuration} run {served.url}/openapi.json --checks all "
        f"--phases examples,coverage,fuzzing,stateful "
        f"--max-examples {EXAMPLES} --seed 1 --generation-database none --request-timeout 30 "
        f"--no-color --warnings off"
    )
    return subprocess.run(
        [str(program), *asked.split(), *words],
        capture_output=True,
        text=True,
        cwd=folder,
        timeout=1_800,
    )


@pytest.mark.parametrize("who", ["nobody", "administrator"])
def test_nothing_undocumented_is_answered_and_no_nonsense_is_stored(who, serve, tmp_path):
    served = serve()
    served.start()
    administrator = process.first_administrator(served)
    lan = process.person(served, administrator, "lan")
    process.confirmed(lan)
    process.devices(administrator, ["S1", "S2"])
    words = []
    if who == "administrator":
        # The session is lan's, and lasts: what ends it is left to the others.
        words = ["--header", f"Authorization: {lan.headers['authorization']}"]
        words += ["--exclude-path", "/api/v1/sessions"]
    listing = list(lists(served))  # the document is made now, which takes a while
    ended = schemathesis(served, tmp_path, *words)
    assert ended.returncode == 0, ended.stdout[-12_000:]
    assert "Traceback" not in served.said()
    # Whoever else was there may have been logged out meanwhile.
    counted = sum(read_again(lan, path) for path in listing)
    assert counted > 0


def lists(served: Served) -> Iterator[str]:
    """The paths of the document that list what is stored."""
    paths = told(httpx2.get(f"{served.url}/openapi.json", timeout=60))["paths"]
    for path, methods in paths.items():
        names = {each["name"] for each in methods.get("get", {}).get("parameters", [])}
        if "{" not in path and "limit" in names:
            yield path


def read_again(client: httpx2.Client, path: str) -> int:
    """How many rows a list has, each of which passed its model."""
    path, rows, after = path.removeprefix("/api/v1"), 0, {"limit": 100}
    while True:
        page = told(client.get(path, params=after))
        rows += len(page["items"])
        cursor = next((name for name in ("after", "before") if page.get(name)), None)
        if cursor is None:
            return rows
        after = {"limit": 100, cursor: page[cursor]}
