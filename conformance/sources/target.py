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

The dialects `questions` and `browser` use what people use (`hands`): of `reached:` they have the
`url` alone, and parts of their own besides.

`supports: {feedback: false}` says what it has not; all that the dialect has words for is tried
otherwise. Files are named relative to the target's.
"""

import ssl
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from conformance.bench.operators import Asking
from conformance.capabilities import Declaration, Device
from conformance.clauses import SYSTEMS, Role
from conformance.password_files import password_in
from conformance.sources.acts import Place
from conformance.sources.by_hand import given_fleet, hands
from conformance.sources.by_hand.hands import Hands
from conformance.sources.features import FEATURES, SEEN
from scenarios import strict_yaml, territory
from scenarios.problems import BadInput, shown
from scenarios.sourced import choice, mapping, read_fields, version_1, words, yes_or_no
from simulator.emulator import addresses

if TYPE_CHECKING:
    from conformance.case import Case
    from simulator.emulator.connection import Broker

DIALECTS: Mapping[str, str] = {
    "reference": "conformance.sources.reference",
    "plain": "conformance.sources.plain",
    "questions": "conformance.sources.questions",
    "browser": "conformance.sources.browser",
}
"""The module of each dialect of source systems: it has `opened(target, folder)`, a context manager
that gives the `contract.System`, and raises `simulator.live.children.NotStarted`."""

STARTED = ("reference", "plain")
"""Those that can start a process of our own."""

PERMITS = ("restart", "hostile", "load")
"""What a target can permit to be done to the system: that its server or broker is killed, that it
is sent what nobody should send, that it is loaded until its knee shows."""

CENTRE = "VN"
"""The code of the unit at the central level."""

FEWEST, FLEET, MOST = 8, 100, 5_000
"""Emulated devices around a system: at least, where nobody says how many, at most."""

_MOST_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Reached:
    """A system that runs already. `administrator` is a login with its password, None where nobody
    needs it."""

    url: str
    broker_url: str | None
    ca: Path | None
    administrator: tuple[str, str] | None = field(repr=False)
    allowed: frozenset[str] = frozenset()

    @property
    def is_over_network(self) -> bool:
        """Whether people or devices reach it from elsewhere, or in the way that is made for it."""
        there = [urlsplit(each) for each in (self.url, self.broker_url) if each]
        return any(
            each.scheme in ("https", "mqtts") or not addresses.is_here(each.hostname or "")
            for each in there
        )

    def trusted(self) -> ssl.SSLContext | None:
        """Whose certificates are good for people, where they use https; raises `BadInput`."""
        return addresses.trusted(self.ca) if self.url.startswith("https:") else None

    def broker(self) -> "Broker":
        """Where its devices connect; raises `BadInput`."""
        return addresses.broker(
            self.broker_url, self.url, self.allowed, self.ca, "target: reached.broker"
        )


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be tried. `reached` is None where a process of our own is started, `hands` where
    a half of the dialect's own does what people do."""

    declared: Declaration
    dialect: str
    place: Place
    era: str
    permits: tuple[str, ...]
    reached: Reached | None
    hands: Hands | None = None

    @property
    def role(self) -> Role:
        """The profile that it is judged by."""
        return self.declared.role

    @property
    def is_here(self) -> bool:
        """Whether it runs on this machine."""
        return self.reached is None or addresses.is_here(urlsplit(self.reached.url).hostname or "")


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

    @property
    def asking(self) -> Asking | None:
        """How people are asked; None where nobody is."""
        return self.target.hands.asking if self.target.hands else None

    def can_try(self, case: "Case") -> bool:
        """Whether those who act at the system can do what a case asks for: other systems that the
        harness plays are found from this machine alone."""
        if "exchange" in case.needs and not self.target.is_here:
            return False
        return self.target.hands is None or case.id in self.target.hands.cases


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
        expected = "one of the two: `start:` a process of our own, or `reached:` a running system"
        raise BadInput([document.problem((), wrong, expected)])
    if parts.get("start", parts["dialect"]) != parts["dialect"]:
        expected = f"{parts['dialect']}, which is the dialect"
        raise BadInput([document.problem(("start",), shown(parts["start"]), expected)])
    place = read_fields(document, ("place",), _PLACE)
    known = _known(document, place, parts["profile"])
    own = hands.PARTS.get(parts["dialect"], ())
    for part in ("reached", *_OF_HANDS):
        if part not in parts and (part in own or (own and part == "reached")):
            raise BadInput([document.problem((part,), "missing", f"a part `{part}:`")])
        if part in parts and part in _OF_HANDS and part not in own:
            expected = f"none: the dialect {parts['dialect']} has no use for it"
            raise BadInput([document.problem((part,), "given", expected)])
    reached = _reached(document, folder, frozenset(allowed)) if "reached" in parts else None
    if reached is not None and "restart" in parts.get("permits", ()):
        expected = "not restart: only a process of our own is killed and started again"
        raise BadInput([document.problem(("permits",), "restart", expected)])
    return Target(
        declared=_declared(
            document,
            parts,
            place["era"],
            over_network=reached is not None and reached.is_over_network,
        ),
        dialect=parts["dialect"],
        place=known,
        era=place["era"],
        permits=parts.get("permits", ()),
        reached=reached,
        hands=_hands(document, folder, known, place["era"], reached) if own and reached else None,
    )


def _hands(
    document: strict_yaml.Document, folder: Path, place: Place, era: str, reached: Reached
) -> Hands:
    fleet = given_fleet.parse(document, folder, reached.allowed, reached.url, place, era)
    return hands.parse(document, folder, fleet)


def _declared(
    document: strict_yaml.Document, parts: Mapping[str, Any], era: str, *, over_network: bool
) -> Declaration:
    subject = read_fields(document, ("subject",), _SUBJECT)
    denied = {}
    if "supports" in parts:
        readers = dict.fromkeys((each for each in FEATURES if each not in SEEN), yes_or_no)
        denied = read_fields(document, ("supports",), readers, optional=readers)
    has = {"districts": bool(territory.load(era).districts), "network": over_network}
    supports = {name: has.get(name, True) and denied.get(name, True) for name in FEATURES}
    device = Device(
        subject["vendor"], subject["model"], subject["serial"], subject["version"], None
    )
    return Declaration(device, parts["profile"], supports, (), None, None, None, None)


def _known(document: strict_yaml.Document, place: Mapping[str, Any], profile: Role) -> Place:
    """The unit, of which there must be communes."""
    is_central = profile == "source-system-central-exchange"
    if is_central != (place["level"] == "central"):
        expected = f"{'central' if is_central else 'province'}, as the profile is {profile}"
        raise BadInput([document.problem(("place", "level"), shown(place["level"]), expected)])
    try:
        known = territory.load(place["era"]).provinces
    except ValueError:
        wrong, expected = shown(place["era"]), f"one of {', '.join(map(shown, territory.ERAS))}"
        raise BadInput([document.problem(("place", "era"), wrong, expected)]) from None
    if place["code"] not in ((CENTRE,) if is_central else known):
        such = ", ".join(f'"{code}" ({name})' for code, name in [*known.items()][:2])
        some = f"the code of a province of era {place['era']}, such as {such}"
        expected = CENTRE if is_central else some
        raise BadInput([document.problem(("place", "code"), shown(place["code"]), expected)])
    return Place(place["level"], place["code"])


def _reached(document: strict_yaml.Document, folder: Path, allowed: frozenset[str]) -> Reached:
    if document.data_at(("dialect",)) in hands.PARTS:
        url = read_fields(document, ("reached",), {"url": words})["url"]
        url = addresses.server("target: reached.url", url, allowed)
        return Reached(url, None, None, None, allowed)
    fields = read_fields(document, ("reached",), _REACHED, optional=("broker", "ca"))
    there = ("reached", "administrator")
    administrator = read_fields(document, there, _ADMINISTRATOR)
    url = addresses.server("target: reached.url", fields["url"], allowed)
    ca = folder / fields["ca"] if "ca" in fields else None
    secret = password_in(document, (*there, "password_file"), folder)
    found = Reached(url, fields.get("broker"), ca, (administrator["login"], secret), allowed)
    found.broker()  # nothing is opened: the address is looked up, and may be used
    found.trusted()
    return found


# ---- What a file may say ------------------------------------------------------------------------


def _permits(value: object) -> tuple[str, ...]:
    names = value if isinstance(value, list) else [None]
    wrong = [name for name in names if name not in PERMITS or names.count(name) > 1]
    if wrong:
        told = "" if wrong == [None] else f", and not {shown(wrong[0])}"
        raise ValueError(f"a list of {', '.join(PERMITS)}, each at most once{told}")
    return tuple(names)


def _quoted(value: object) -> str:
    if isinstance(value, int | float):
        raise ValueError(f'words: in quotes, "{value}"')
    return words(value)


def _short(value: object) -> str:
    text = _quoted(value)
    if len(text) > _MOST_CHARACTERS:
        raise ValueError(f"at most {_MOST_CHARACTERS} characters")
    return text


_PARTS: dict[str, Any] = {
    "ttcs": version_1,
    "environment": choice("test"),
    "profile": choice(*SYSTEMS),
    "subject": mapping,
    "dialect": choice(*DIALECTS),
    "start": choice(*STARTED),
    "reached": mapping,
    "place": mapping,
    "supports": mapping,
    "permits": _permits,
    "operator": mapping,
    "script": words,
    "people": mapping,
    "fleet": mapping,
}
_OF_HANDS = ("operator", "script", "people", "fleet")
_OPTIONAL = ("start", "reached", "supports", "permits", *_OF_HANDS)
_SUBJECT: dict[str, Any] = dict.fromkeys(("vendor", "model", "serial", "version"), _short)
_PLACE: dict[str, Any] = {"level": choice("central", "province"), "code": _quoted, "era": _quoted}
_REACHED: dict[str, Any] = {
    "url": words,
    "broker": words,
    "ca": words,
    "administrator": mapping,
}
_ADMINISTRATOR: dict[str, Any] = {"login": words, "password_file": words}
