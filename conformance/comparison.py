"""What changed from one run to another, as plain data: `reports/schemas/comparison.schema.json`.

Two runs are the same when everything they measured and were judged by is; when they were made,
which engine computed them and what their scenario's file is called tells nothing about that.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from conformance import tolerance
from conformance.commune_changes import commune_changes
from conformance.outcomes import outcomes
from conformance.verdicts import PRECEDENCE, Verdict

if TYPE_CHECKING:
    import pyarrow as pa

FORMAT_VERSION: Final = 1

_RUN: Final = ("world", "engine", "seed", "lifecycle", "scenario")
_FLEET: Final = ("fleet", "households")
_BY_THEMSELVES: Final = ("ttcs", "measures", "targets", "bulletins", "verdict")
_OF_A_LIVE_RUN: Final = ("live", "comparison")
"""How it went, which is never the same twice, and what was made of its other parts."""

_ONLY_NAMES: Final = {"engine", "scenario.name"}


@dataclass(frozen=True, slots=True)
class FinishedRun:
    """A run as it is compared: its folder, its results, and its table of communes if it has one.

    `results` are valid by `results.schema.json`; `communes` is as `commune_table` gives it.
    """

    place: str
    results: Mapping[str, Any]
    communes: "pa.Table | None"


def compare(old: FinishedRun, new: FinishedRun) -> dict[str, Any]:
    """What changed from `old` to `new`."""
    before, after = old.results, new.results
    others = [*before, *(part for part in after if part not in before)]
    totals = [p for p in others if p not in (*_RUN, *_FLEET, *_BY_THEMSELVES, *_OF_A_LIVE_RUN)]
    changes: dict[str, Any] = {
        "verdict": _verdict_change(before["verdict"], after["verdict"]),
        "run": _changed(_parts(before, _RUN), _parts(after, _RUN)),
        "fleet": _changed(_parts(before, _FLEET), _parts(after, _FLEET)),
        "totals": _changed(_parts(before, totals), _parts(after, totals)),
        "measures": _measures(before["measures"], after["measures"]),
        "targets": _paired(_by_id(outcomes(before)), _by_id(outcomes(after)), _target),
        "bulletins": _paired(_by_id(before["bulletins"]), _by_id(after["bulletins"]), _bulletin),
        "communes": _communes(old, new),
    }
    return {
        "ttcs": FORMAT_VERSION,
        "same": _same(changes),
        "old": _described(old),
        "new": _described(new),
        **changes,
        **_worlds(before, after),
    }


def _worlds(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Virtual beside live, where the runs are that of each other; whichever came first."""
    for virtual, live in ((old, new), (new, old)):
        if tolerance.are_comparable(virtual, live):
            return {"worlds": tolerance.compared(virtual, live)}
    return {}


def _same(changes: Mapping[str, Any]) -> bool:
    lists = ("fleet", "totals", "measures", "targets", "bulletins")
    communes = changes["communes"] or {"changed": 0, "new": 0, "missing": 0}
    return (
        changes["verdict"]["change"] == "same"
        and all(change["what"] in _ONLY_NAMES for change in changes["run"])
        and not any(changes[name] for name in lists)
        and not any(communes[name] for name in ("changed", "new", "missing"))
    )


def _described(run: FinishedRun) -> dict[str, Any]:
    results = run.results
    scenario = results["scenario"]
    return {
        "place": run.place,
        **{name: scenario[name] for name in ("name", "title", "sha256")},
        **{name: results[name] for name in ("world", "engine", "seed")},
    }


def _parts(results: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: results[name] for name in names if name in results}


def _changed(old: Any, new: Any) -> list[dict[str, Any]]:
    """Every single value that is not the same, by its place; null where there is none."""
    before, after = dict(_leaves(old, "")), dict(_leaves(new, ""))
    return [
        {"what": what, "old": before.get(what), "new": after.get(what)}
        for what in [*before, *(what for what in after if what not in before)]
        if what not in before or what not in after or before[what] != after[what]
    ]


def _leaves(data: Any, place: str) -> Iterator[tuple[str, Any]]:
    match data:
        case dict():
            parts = data.items()
        case list():
            # Uplinks are told apart by their province; what has an id, by that.
            parts = {
                str(part.get("id", part.get("province", number)))
                if isinstance(part, dict)
                else str(number): part
                for number, part in enumerate(data)
            }.items()
        case _:
            yield place, data
            return
    for name, part in parts:
        yield from _leaves(part, f"{place}.{name}" if place else name)


def _by_id(things: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {thing["id"]: thing for thing in things}


_One = Mapping[str, Any] | None


def _paired(
    old: Mapping[str, Mapping[str, Any]],
    new: Mapping[str, Mapping[str, Any]],
    told: Callable[[_One, _One], dict[str, Any]],
) -> list[dict[str, Any]]:
    """What is told of everything that is not the same, the new run's first, in its order."""
    names = [*new, *(name for name in old if name not in new)]
    return [
        {"id": name, **told(old.get(name), new.get(name))}
        for name in names
        if old.get(name) != new.get(name)
    ]


def _measures(
    old: Mapping[str, Mapping[str, Any]], new: Mapping[str, Mapping[str, Any]]
) -> list[dict[str, Any]]:
    return _paired(
        dict(sorted(old.items())),
        dict(sorted(new.items())),
        lambda before, after: {"change": _presence(before, after), "old": before, "new": after},
    )


def _presence(old: _One, new: _One) -> str:
    return "new" if old is None else "missing" if new is None else "changed"


_JUDGED: Final = ("verdict", "reason", "value", "unbounded", "sample", "limit", "margin")


def _target(old: _One, new: _One) -> dict[str, Any]:
    some: Mapping[str, Any] = new or old or {}
    return {
        "title": some["title"],
        "unit": some["unit"],
        "comparison": some["comparison"],
        "change": _target_change(old, new) if old and new else _presence(old, new),
        "margin_change": _margin_change(old, new) if old and new else None,
        "old": old and {name: old[name] for name in _JUDGED},
        "new": new and {name: new[name] for name in _JUDGED},
        "changes": _changed(old, new) if old and new else [],
    }


def _target_change(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    change = _better_or_worse(old["verdict"], new["verdict"])
    if change != "same" or old["unit"] != new["unit"]:
        return "changed" if change == "same" else change
    before, after = _margin(old), _margin(new)
    if before is None or after is None or before == after:
        return "changed"
    return "margin-shrank" if after < before else "margin-grew"


def _better_or_worse(old: str, new: str) -> str:
    """By the precedence of verdicts; what applies to only one of the runs is neither."""
    if old == new:
        return "same"
    if Verdict.NOT_APPLICABLE in (old, new):
        return "other-verdict"
    worse = PRECEDENCE.index(Verdict(new)) < PRECEDENCE.index(Verdict(old))
    return "worse" if worse else "better"


def _margin(target: Mapping[str, Any]) -> Fraction | float | None:
    """The margin as it was written, that of an unbounded value below all others."""
    if target["margin"] is None:
        return -math.inf if target["unbounded"] else None
    return Fraction(Decimal(str(target["margin"])))


def _margin_change(old: Mapping[str, Any], new: Mapping[str, Any]) -> int | float | None:
    if old["margin"] is None or new["margin"] is None or old["unit"] != new["unit"]:
        return None
    change = Decimal(str(new["margin"])) - Decimal(str(old["margin"]))
    return int(change) if change == int(change) else float(change)


def _bulletin(old: _One, new: _One) -> dict[str, Any]:
    return {
        "change": _presence(old, new),
        "old": old and _reach(old),
        "new": new and _reach(new),
        "changes": _changed(old, new) if old and new else [],
    }


def _reach(bulletin: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **{name: bulletin[name] for name in ("addressed", "heard", "online", "heard_online")},
        "latency_ms": bulletin["latency_ms"],
    }


def _verdict_change(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    change = _better_or_worse(old["verdict"], new["verdict"])
    if change == "same" and old["reason"] != new["reason"]:
        change = "changed"
    said = ({name: one[name] for name in ("verdict", "reason")} for one in (old, new))
    return dict(zip(("old", "new"), said, strict=True)) | {"change": change}


def _communes(old: FinishedRun, new: FinishedRun) -> dict[str, Any] | None:
    if old.communes is None or new.communes is None:
        return None
    return commune_changes(old.communes, new.communes)
