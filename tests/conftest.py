"""What all tests share: Hypothesis' settings, and tests that need a program of the system."""

import os
import shutil
import signal
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import settings

# No deadline: a time measured on a busy machine is no error. CI tries the same examples each time.
settings.register_profile("local", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")

# A shell starts what it runs in the background with Ctrl-C ignored, and programs that tests start
# would inherit that; tests of interruptions need programs that hear it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

MISSING = "missing tool"

PATH = os.pathsep.join(
    [os.environ.get("PATH", ""), *map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin")))]
)
"""Where tools are looked for: Debian keeps PostgreSQL's server programs in a folder apart."""


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skips a test marked `needs_tool(name)` without that tool; fails under TTCS_REQUIRE=all."""
    needed = (mark.args[0] for mark in item.iter_markers("needs_tool"))
    for tool in sorted({tool for tool in needed if shutil.which(tool, path=PATH) is None}):
        if os.environ.get("TTCS_REQUIRE") == "all":
            pytest.fail(f"needs {tool}, which is missing, under TTCS_REQUIRE=all", pytrace=False)
        item.user_properties.append((MISSING, tool))  # travels with the report of a worker, too
        pytest.skip(f"needs {tool}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Lists what was skipped for want of a tool, by tool."""
    skipped = defaultdict(list)
    for report in terminalreporter.stats.get("skipped", []):
        for name, tool in getattr(report, "user_properties", ()):
            if name == MISSING:
                skipped[tool].append(report.nodeid)
    if not skipped:
        terminalreporter.write_line("Nothing was skipped for want of a system tool.")
        return
    terminalreporter.write_line("Skipped for want of a system tool:")
    for tool, tests in sorted(skipped.items()):
        for test in tests:
            terminalreporter.write_line(f"  {tool}: {test}")
