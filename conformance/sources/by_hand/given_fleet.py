"""A fleet whose devices others have put into the register: a target's part `fleet:` names them.

    fleet:
      dialect: reference                 # a name of `ttcs dialect`, or a .py file
      broker: "mqtt://127.0.0.1:1883"    # where the dialect has MQTT; mqtts:// with `ca: FILE`
      services: {system: "http://127.0.0.1:8080"}   # where it has HTTP: system, vendor
      sounds: ["http://127.0.0.1:8080"]  # from where sounds may be fetched, besides these
      poll: 5s                           # how often devices ask for commands, where they ask
      order: "([^./]+)[./].*"            # the order's id within the name that devices know it by
      devices: devices.csv               # device, commune, secret; profile

The secrets of devices stay in that file and in the devices.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from conformance.sources.acts import Place
from conformance.sources.fleet import (
    LEAST_COMMUNES,
    LINK,
    MOST_WATCHED,
    PROFILES,
    WATCHED_KEEPALIVE_MS,
)
from scenarios import links, profiles, strict_yaml, territory
from scenarios.files import read_bounded
from scenarios.problems import BadInput, Problem, shortened, shown
from scenarios.rollout.table import MAX_BYTES, Row, from_csv
from scenarios.sourced import mapping, quantity, read_fields, words
from scenarios.units import duration_ms
from simulator.dialects import loading
from simulator.dialects.contract import Dialect, Service
from simulator.emulator import addresses
from simulator.emulator.population import Resident

if TYPE_CHECKING:
    from simulator.emulator.connection import Broker

FEWEST, MOST = 8, 5_000
"""Devices that a file may name."""

MOST_PATTERN = 200
_MOST_NAME, _MOST_ADDRESSES = 100, 8
_COLUMNS = ("device", "commune", "secret", "profile")


@dataclass(frozen=True, slots=True)
class Device:
    """One that is in the register already; `profile` is None for one of the usual, in turn."""

    name: str
    commune: str
    secret: str = field(repr=False)
    profile: str | None


@dataclass(frozen=True, slots=True)
class GivenFleet:
    """A `contract.FleetHalf` of devices that are let in already."""

    beside = None

    dialect: Dialect
    broker: "Broker | None"
    services: Mapping[Service, str]
    origins: Sequence[str]
    poll_ms: int
    order: re.Pattern[str]
    devices: tuple[Device, ...]

    def register(self, residents: Sequence[Resident]) -> Mapping[str, str]:
        """The secret of each; nothing is asked of the system."""
        return {each.name: each.secret for each in self.devices}

    def order_of(self, item: str) -> str:
        """The id of the order that a play is of; the whole name where it is not as expected."""
        found = self.order.fullmatch(item)
        return found[1] if found else item

    def residents(self, era: str) -> Sequence[Resident]:
        """The devices, in the order of the file."""
        communes, numbers, first = territory.load(era).communes, dict[str, int](), self.devices[0]
        found = []
        for each in self.devices:
            number = numbers[each.commune] = numbers.get(each.commune, 0) + 1
            profile = profiles.load(each.profile or PROFILES[(number - 1) % len(PROFILES)])
            if each.commune == first.commune and number <= MOST_WATCHED:
                profile = replace(profile, keepalive_ms=WATCHED_KEEPALIVE_MS)
            name = communes[each.commune].full_name
            link = links.load(LINK)
            found.append(Resident(each.name, each.commune, name, number, profile, link))
        return found


def parse(
    document: strict_yaml.Document,
    folder: Path,
    allowed: frozenset[str],
    reached_url: str,
    place: Place,
    era: str,
) -> GivenFleet:
    """The part `fleet:` of a target, whose files are in `folder`; raises `BadInput`."""
    optional = ("broker", "ca", "services", "sounds", "poll", "order")
    fields = read_fields(document, ("fleet",), _FLEET, optional=optional)
    dialect = _dialect(document, fields["dialect"], folder)
    for wire, part in (("mqtt", "broker"), ("http", "services")):
        if (wire in dialect.wires) != (part in fields):
            wrong = "given" if part in fields else "missing"
            expected = f"{part} where the dialect has {wire.upper()}, and nowhere else"
            raise BadInput([document.problem(("fleet", part), wrong, expected)])
    ca = folder / fields["ca"] if "ca" in fields else None
    services = _services(document, allowed) if "services" in fields else {}
    sounds = [
        addresses.server("target: fleet.sounds", each, allowed) for each in fields.get("sounds", ())
    ]
    broker = None
    if "broker" in fields:
        option = "target: fleet.broker"
        broker = addresses.broker(fields["broker"], reached_url, allowed, ca, option)
    return GivenFleet(
        dialect,
        broker,
        services,
        tuple(dict.fromkeys((reached_url, *services.values(), *sounds))),
        fields.get("poll", 0),
        fields.get("order", _WHOLE),
        _devices(folder / fields["devices"], place, era),
    )


def pattern(value: object) -> re.Pattern[str]:
    """A regular expression with one group; raises `ValueError`."""
    text = words(value)
    expected = f"a pattern of at most {MOST_PATTERN} characters with one group, such as ([0-9]+)"
    if len(text) > MOST_PATTERN:
        raise ValueError(expected)
    try:
        found = re.compile(text)
    except (re.error, OverflowError, RecursionError):
        raise ValueError(expected) from None
    if found.groups != 1:
        raise ValueError(expected)
    if _REPEATED_GROUP.search(_LITERAL.sub("x", text)):
        raise ValueError(f"{expected}; no group in it repeated: that may take for ever")
    return found


def _dialect(document: strict_yaml.Document, name: str, folder: Path) -> Dialect:
    try:
        return loading.load(name if name in loading.BUILT_IN else str(folder / name)).dialect
    except BadInput as bad:
        wrong, expected = bad.problems[0].wrong, bad.problems[0].expected
        raise BadInput([document.problem(("fleet", "dialect"), wrong, expected)]) from None


def _services(document: strict_yaml.Document, allowed: frozenset[str]) -> dict[Service, str]:
    names = get_args(Service)
    readers = dict.fromkeys(names, words)
    given = read_fields(document, ("fleet", "services"), readers, optional=names)
    found: dict[Service, str] = {
        name: addresses.server(f"target: fleet.services.{name}", given[name], allowed)
        for name in names
        if name in given
    }
    if not found:
        expected = f"one of {', '.join(names)}"
        raise BadInput([document.problem(("fleet", "services"), "an empty mapping", expected)])
    return found


# ---- The devices' file --------------------------------------------------------------------------


def _devices(path: Path, place: Place, era: str) -> tuple[Device, ...]:
    """Raises `BadInput`, which names no secret."""
    file = str(path)
    rows = from_csv(file, read_bounded(path, MAX_BYTES)).rows
    if not rows or rows[0].cells not in (_COLUMNS, _COLUMNS[:3]):
        raise _bad(file, 1, "another first line", f"the columns {', '.join(_COLUMNS)}")
    if not FEWEST <= len(rows) - 1 <= MOST:
        raise _bad(file, None, f"of {len(rows) - 1} devices", f"from {FEWEST} to {MOST:,}")
    home = "" if place.level == "central" else place.code
    communes = {each.code for each in territory.load(era).communes_of(province=home)}
    found: dict[str, Device] = {}
    for row in rows[1:]:
        device = _device(file, row, communes)
        if device.name in found:
            raise _bad(file, row.number, f"{shown(device.name)} again", "each device once")
        found[device.name] = device
    *others, last = [each.commune for each in found.values()]
    if last in others:
        expected = "a device that stands alone in its commune: it is asked for signs of life"
        raise _bad(file, rows[-1].number, shown(last), expected)
    if len(set(others)) < LEAST_COMMUNES:
        raise _bad(file, None, f"{len(set(others))} communes", f"{LEAST_COMMUNES}, and the last")
    return tuple(found.values())


def _device(file: str, row: Row, communes: set[str]) -> Device:
    name, commune, secret, profile = (row.cell(column) for column in range(len(_COLUMNS)))
    if not name or len(name) > _MOST_NAME or not name.isprintable() or " " in name:
        raise _bad(file, row.number, shown(name), "a device's name, without spaces")
    if commune not in communes:
        raise _bad(file, row.number, shown(commune), "the code of a commune of the place")
    if not secret or not secret.isprintable() or " " in secret:
        raise _bad(file, row.number, "without a secret", "one without spaces")
    if profile and profile not in profiles.names():
        raise _bad(file, row.number, shown(profile), f"one of {', '.join(profiles.names())}")
    return Device(name, commune, secret, profile or None)


def _bad(file: str, line: int | None, wrong: str, expected: str) -> BadInput:
    return BadInput([Problem(file, line, None, "", shortened(wrong), expected)])


# ---- What the part may say ----------------------------------------------------------------------


def _urls(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > _MOST_ADDRESSES:
        raise ValueError("a short list of addresses")
    return tuple(map(words, value))


_LITERAL = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_REPEATED_GROUP = re.compile(r"\)\s*[*+{]")
_WHOLE = re.compile("(.*)", re.DOTALL)
_FLEET: dict[str, Any] = {
    "dialect": words,
    "broker": words,
    "ca": words,
    "services": mapping,
    "sounds": _urls,
    "poll": quantity(duration_ms),
    "order": pattern,
    "devices": words,
}
