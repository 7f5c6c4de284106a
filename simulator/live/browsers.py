"""Which browser is taken, and how it is started: without anything of its own on the network."""

import shutil
from typing import Final

ARGUMENTS: Final = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-sync",
    "--no-first-run",
)
_PROGRAMS: Final = ("chromium", "chromium-browser", "google-chrome")


def of_the_system() -> str | None:
    """The system's own, which comes before the one that playwright brings; None where it has
    none."""
    return next(filter(None, map(shutil.which, _PROGRAMS)), None)
