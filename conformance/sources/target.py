"""A source system to be tried, as a file describes it, and which addresses may be used.

    ttcs: 1
    environment: test
    profile: source-system-province
    subject: {vendor: "…", model: "…", serial: "…", version: "…"}
    dialect: reference
    start: reference
    place: {level: province, code: "52", era: "2022"}
    permits: [restart, hostile, load]

In the place of `start:`, which has a process of our own started, `reached:` names one that runs:

    reached:
      url: "http://127.0.0.1:8080"
      broker: "mqtt://127.0.0.1:1883"
      administrator: {login: "quan.tri", password_file: "quan-tri.password"}

`supports: {feedback: false}` says what it has not; all that the dialect has words for is tried
otherwise. Files are named relative to the target's.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from conformance.capabilities import Declaration, Device
from conformance.clauses import SYSTEMS, Role
from conformance.password_files import password_in
from conformance.sources.acts import Level, Place
from conformance.sources.features import FEATURES
from scenarios import strict_yaml, territory
from scenarios.problems import BadInput, shown
from scenarios.sourced import choice, mapping, read_fields, version_1, words, yes_or_no
from simulator.emulator import addresses

if TYPE_CHECKING:
    from simulator.emulator.connection import Broker

DIALECTS: Mapping[str, str] = {
    "reference": "conformance.sources.reference",
    "plain": "conformance.sources.plain",
}
"""The module of each dialect of source systems: it has `opened(target, folder)`, a context manager
that gives the `contract.System`, and raises `simulator.live.children.NotStarted`."""

PERMITS = ("restart", "hostile", "load")
"""What a target can permit to be done to the system: that its server or broker is killed, that it
is sent what nobody should send, that it is loaded until its knee shows."""

FEWEST, FLEET, MOST = 8, 100, 5_000
"""Emulated devices around a system: at least, where nobody says how many, at most."""

_MOST_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Reached:
    """A system that runs already. `administrator` is a login with its password."""

    url: str
    broker_url: str | None
    ca: Path | None
    administrator: tuple[str, str] = field(repr=False)
    allowed: frozenset[str] = frozenset()

    def broker(self) -> "Broker":
        """Where its devices connect; raises `BadInput`."""
        return addresses.broker(
            self.broker_url, self.url, self.allowed, self.ca, "target: reached.broker"
        )


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be tried. `reached` is None where a process of our own is started."""

    declared: Declaration
    dialect: str
    place: Place
    era: str
    permits: tuple[str, ...]
    reached: Reached | None

    @property
    def role(self) -> Role:
        """The profile that it is judged by."""
        return self.declared.role


@dataclass(frozen=True, slots=True)
class Around:
    """A target with so many emulated devices around it: the bench of a source system."""

    target: Target
    devices: int

    @property
    def environment(self) -> str:
        """Never another: nothing is done to a system that people rely on."""
        return "test"

    @property
    def permits(self) -> tuple[str, ...]:
        """What cases may do."""
        return self.target.permits


def read(path: Path, allowed: Collection[str] = ()) -> Target:
    """The target in a file, which may use `allowed` hosts beyond this machine; raises
    `BadInput`."""
    return parse(strict_yaml.read(path), path.parent, allowed)


def parse(
    document: strict_yaml.Document, folder: Path = Path(), allowed: Collection[str] = ()
) -> Target:
    """The target that a document describes, whose files are in `folder`; raises `BadInput`."""
    parts = read_fields(document, (), _PARTS, optional=_OPTIONAL)
    if ("start" in parts) == ("reached" in parts):
        wrong = "start and reached" if "start" in parts else "neither start nor reached"
        raise BadInput([document.problem((), wrong, "one of both")])
    if parts.get("start", parts["dialect"]) != parts["dialect"]:
        expected = f"{parts['dialect']}, which is the dialect"
        raise BadInput([document.problem(("start",), shown(parts["start"]), expected)])
    place = read_fields(document, ("place",), _PLACE)
    reached = _reached(document, folder, frozenset(allowed)) if "reached" in parts else None
    if reached is not None and "restart" in parts.get("permits", ()):
        expected = "not restart: only a process of our own is killed and started again"
        raise BadInput([document.problem(("permits",), "restart", expected)])
    return Target(
        declared=_declared(document, parts),
        dialect=parts["dialect"],
        place=_known(document, place),
        era=place["era"],
        permits=parts.get("permits", ()),
        reached=reached,
    )


def _declared(document: strict_yaml.Document, parts: Mapping[str, Any]) -> Declaration:
    subject = read_fields(document, ("subject",), _SUBJECT)
    denied = {}
    if "supports" in parts:
        readers = dict.fromkeys(FEATURES, yes_or_no)
        denied = read_fields(document, ("supports",), readers, optional=FEATURES)
    supports = {name: denied.get(name, True) for name in FEATURES}
    device = Device(
        subject["vendor"], subject["model"], subject["serial"], subject["version"], None
    )
    return Declaration(device, parts["profile"], supports, (), None, None, None, None)


def _known(document: strict_yaml.Document, place: Mapping[str, Any]) -> Place:
    """The unit, of which there must be communes."""
    try:
        known = territory.load(place["era"]).provinces
    except ValueError as error:
        wrong = shown(place["era"])
        raise BadInput([document.problem(("place", "era"), wrong, str(error))]) from None
    if place["code"] not in known:
        expected = f"a province of era {place['era']}"
        raise BadInput([document.problem(("place", "code"), shown(place["code"]), expected)])
    return Place(place["level"], place["code"])


def _reached(document: strict_yaml.Document, folder: Path, allowed: frozenset[str]) -> Reached:
    fields = read_fields(document, ("reached",), _REACHED, optional=("broker", "ca"))
    there = ("reached", "administrator")
    administrator = read_fields(document, there, _ADMINISTRATOR)
    url = addresses.server("target: reached.url", fields["url"], allowed)
    ca = folder / fields["ca"] if "ca" in fields else None
    secret = password_in(document, (*there, "password_file"), folder)
    found = Reached(url, fields.get("broker"), ca, (administrator["login"], secret), allowed)
    found.broker()  # nothing is opened: the address is looked up, and may be used
    return found


# ---- What a file may say ------------------------------------------------------------------------


def _permits(value: object) -> tuple[str, ...]:
    names = value if isinstance(value, list) else [None]
    if any(name not in PERMITS or names.count(name) > 1 for name in names):
        raise ValueError(f"a list of {', '.join(PERMITS)}, each at most once")
    return tuple(names)


def _short(value: object) -> str:
    text = words(value)
    if len(text) > _MOST_CHARACTERS:
        raise ValueError(f"at most {_MOST_CHARACTERS} characters")
    return text


_PARTS: dict[str, Any] = {
    "ttcs": version_1,
    "environment": choice("test"),
    "profile": choice(*SYSTEMS),
    "subject": mapping,
    "dialect": choice(*DIALECTS),
    "start": choice(*DIALECTS),
    "reached": mapping,
    "place": mapping,
    "supports": mapping,
    "permits": _permits,
}
_OPTIONAL = ("start", "reached", "supports", "permits")
_SUBJECT: dict[str, Any] = dict.fromkeys(("vendor", "model", "serial", "version"), _short)
_PLACE: dict[str, Any] = {"level": choice(get_args(Level)[0]), "code": words, "era": words}
_REACHED: dict[str, Any] = {
    "url": words,
    "broker": words,
    "ca": words,
    "administrator": mapping,
}
_ADMINISTRATOR: dict[str, Any] = {"login": words, "password_file": words}
