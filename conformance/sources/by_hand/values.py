"""What an act says, as words that people can type: for questions, and for scripts of a browser.

Every field is there by its name. Of an area there are `communes`, `devices` and `everywhere`; of a
place `…_level` and `…_code`; of a person the name. An instant `x_ms` is also `x`, to the minute and
by the clocks of Viet Nam; a duration is also `x_s` and `x_min`, in begun seconds and minutes. What
is not so is empty, what is so says yes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import datetime

from conformance.sources import acts as a
from scenarios.units import VIETNAM_TIME

Value = str | tuple[str, ...]

INSTANTS = ("not_before_ms", "begins_ms", "since_ms", "until_ms")

CLASSED = ("Submit", "Appraise", "Approve", "Return", "Issue")
"""Acts that also have the `bulletin_class` of their bulletin, which the half remembers."""


def act_types() -> Mapping[str, type[a.Act]]:
    """Every kind of act, by its name."""
    named = vars(a).items()
    return {
        name: each
        for name, each in named
        if isinstance(each, type) and issubclass(each, a.Act) and each is not a.Act
    }


def names(kind: type[a.Act]) -> frozenset[str]:
    """The names of the values that acts of a kind have."""
    found = {name for each in fields(kind) for name in _named(each.name, each.type)}
    return frozenset(found | ({"bulletin_class"} if kind.__name__ in CLASSED else set()))


def of(act: a.Act) -> dict[str, Value]:
    """The values of an act, by their names."""
    found: dict[str, Value] = {}
    for each in fields(act):
        found |= _valued(each.name, getattr(act, each.name))
    return found


def _named(name: str, kind: object) -> Iterator[str]:
    if kind is a.Area:
        yield from ("communes", "devices", "everywhere")
    elif kind is a.Place:
        yield from (f"{name}_level", f"{name}_code")
    else:
        yield name
        if name in INSTANTS:
            yield name.removesuffix("_ms")
        elif name.endswith("_ms"):
            yield from (name.removesuffix("ms") + unit for unit in ("s", "min"))


def _valued(name: str, value: object) -> dict[str, Value]:
    match value:
        case a.Area(communes, devices, everywhere):
            area: dict[str, Value] = {"communes": communes, "devices": devices}
            return {**area, **_valued("everywhere", everywhere)}
        case a.Place(level, code):
            return {f"{name}_level": level, f"{name}_code": code}
        case a.Person():
            return {name: value.name}
        case tuple():
            return {name: tuple(map(str, value))}
        case int() if name.endswith("_ms"):
            return {name: str(value), **_timed(name, value)}
        case None if name in INSTANTS:
            return {name: "", name.removesuffix("_ms"): ""}
        case bool():
            return {name: "yes" if value else ""}
        case _:
            return {name: "" if value is None else str(value)}


def _timed(name: str, value_ms: int) -> dict[str, Value]:
    if name in INSTANTS:
        return {
            name.removesuffix(
                "_ms"
            ): f"{datetime.fromtimestamp(value_ms // 1_000, VIETNAM_TIME):%Y-%m-%dT%H:%M}"
        }
    short = name.removesuffix("ms")
    return {f"{short}s": str(-(-value_ms // 1_000)), f"{short}min": str(-(-value_ms // 60_000))}
