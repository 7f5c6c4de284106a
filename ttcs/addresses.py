"""Where a source system that is running is found, and how to get in, as options say it."""

import os
from pathlib import Path

from simulator.emulator.addresses import bad, broker, server

__all__ = ["PASSWORD_VARIABLE", "bad", "broker", "password", "server"]

PASSWORD_VARIABLE = "TTCS_PASSWORD"


def password(file: Path | None) -> str:
    """The password of --login, from the file or the environment; raises `BadInput`."""
    if file is not None:
        try:
            return file.read_text("utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError):
            raise bad("--password-file", str(file), "a text to be read") from None
    if known := os.environ.get(PASSWORD_VARIABLE):
        return known
    raise bad("--password-file", "not given", f"it, or the password in {PASSWORD_VARIABLE}")
