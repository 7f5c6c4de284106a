"""A bench as a file describes it. So far there is one driver, `emulated`: nothing is contacted."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scenarios import profiles, strict_yaml
from scenarios.problems import BadInput
from scenarios.sourced import choice, mapping, read_fields, version_1, words

PERMITS = ("link", "power", "malformed", "night")
"""What a bench can permit to be done to the device."""


@dataclass(frozen=True, slots=True)
class Description:
    """A bench whose device is emulated after `profile`; cases do no more than it `permits`."""

    environment: str
    profile: str
    permits: tuple[str, ...]


def read(path: Path) -> Description:
    """The bench in a file; raises `BadInput`."""
    return parse(strict_yaml.read(path))


def parse(document: strict_yaml.Document) -> Description:
    """The bench that a document describes; raises `BadInput`."""
    parts = read_fields(document, (), _PARTS, optional=("permits",))
    dut = document.data_at(("dut",))
    driver = dut.get("driver") if isinstance(dut, dict) else None
    if driver != "emulated":
        wrong = "a driver that this version does not have"
        raise BadInput([document.problem(("dut", "driver"), wrong, "emulated")])
    device = read_fields(document, ("dut",), _DEVICE)
    return Description(parts["environment"], device["profile"], parts.get("permits", ()))


def _permits(value: object) -> tuple[str, ...]:
    names = value if isinstance(value, list) else [None]
    if any(name not in PERMITS or names.count(name) > 1 for name in names):
        raise ValueError(f"a list of {', '.join(PERMITS)}, each at most once")
    return tuple(names)


def _profile(value: object) -> str:
    if words(value) not in profiles.names():
        raise ValueError(f"one of {', '.join(profiles.names())}")
    return words(value)


_PARTS: dict[str, Any] = {
    "ttcs": version_1,
    "environment": choice("test"),
    "dut": mapping,
    "permits": _permits,
}
_DEVICE: dict[str, Any] = {"driver": words, "profile": _profile}
