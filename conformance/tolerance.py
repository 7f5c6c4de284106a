"""How near the live world comes to the virtual one: the same scenario, held side by side.

The outcome is plain data, the part `comparison` of `results.json`, made of two results. It decides
no verdict: that a model and a machine differ is no fault of the system under test.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

SOURCE: Final = "this project's own choice"

COMPUTED: Final = frozenset({"virtual", "model"})
"""The worlds that a live run is held against."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """By how much a share may differ: so much of the whole, or one observation where that is more.

    A `timed` one says something only where the live run took the scenario's own time.
    """

    share: Fraction
    timed: bool = False


TOLERANCES: Final[Mapping[str, Tolerance]] = {
    "reach": Tolerance(Fraction(2, 100), timed=True),
    "reach-end": Tolerance(Fraction(1, 100)),
    "online": Tolerance(Fraction(1, 100)),
    "programme-complete": Tolerance(Fraction(1, 100)),
    "availability": Tolerance(Fraction(1, 100)),
    "returns-per-second": Tolerance(Fraction(5, 100)),  # the peak of random delays is itself one
}
"""By what is compared.

Of each emergency: plays on devices online at issue that sounded within 4 to 180 s (`reach`) and to
the end (`reach-end`), and those online at all (`online`). Of the run: plays of the programme heard
whole, time that devices were there, and the most that came back within one second, of all devices.
"""

_SAME_SCENARIO: Final = ("sha256", "start", "horizon_ms")

_QUANTILES: Final = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}

_Results = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Pair:
    """Something counted in both worlds, each as so many of so many."""

    what: str
    bulletin: str | None
    at_s: int | None
    virtual: tuple[int, int]
    live: tuple[int, int]


def are_comparable(virtual: _Results, live: _Results) -> bool:
    """Whether these are the results of the same part of a scenario, computed and lived."""
    return (
        virtual["world"] in COMPUTED
        and live["world"] == "live"
        and all(virtual["scenario"][name] == live["scenario"][name] for name in _SAME_SCENARIO)
        and virtual["fleet"] == live["fleet"]
        and virtual.get("excerpt") == live.get("excerpt")
    )


def compared(virtual: _Results, live: _Results) -> dict[str, Any]:
    """The comparison; of `virtual` only bulletins, programme, measures and what is not modelled
    are looked at. Where the live run was quicker or slower, times are shown and not judged."""
    time_judged = "time_scale" not in live.get("excerpt", {})
    pairs = (pair for pair in _pairs(virtual, live) if pair.virtual[1] or pair.live[1])
    measures = [_measure(pair, time_judged) for pair in pairs]
    missing = virtual.get("not_modelled", [])
    return {
        "tolerance": {
            "source": SOURCE,
            "time_judged": time_judged,
            "shares": {name: float(one.share) for name, one in TOLERANCES.items()},
        },
        "within": all(one["within"] for one in measures if one["judged"]),
        "measures": measures,
        "curves": [
            {"id": one["id"], "virtual": _curve(one), "live": _curve(other)}
            for one, other in _emergencies(virtual, live)
        ],
        **({"not_modelled": missing} if missing else {}),
    }


def _pairs(virtual: _Results, live: _Results) -> Iterator[_Pair]:
    for one, other in _emergencies(virtual, live):
        name, of, lived_of = one["id"], one["online"], other["online"]
        for seconds, count in one["reach_online"].items():
            lived = other["reach_online"][seconds]
            yield _Pair("reach", name, int(seconds), (count, of), (lived, lived_of))
        ends = (one["heard_online"], of), (other["heard_online"], lived_of)
        yield _Pair("reach-end", name, None, *ends)
        yield _Pair("online", name, None, (of, one["addressed"]), (lived_of, other["addressed"]))
    programme = [(p["complete"], p["planned"]) for p in (virtual["programme"], live["programme"])]
    yield _Pair("programme-complete", None, None, *programme)
    for what, name in (
        ("availability", "availability"),
        ("returns-per-second", "returns_per_second"),
    ):
        counted = [_counted(each["measures"].get(name)) for each in (virtual, live)]
        yield _Pair(what, None, None, *counted)


def _emergencies(virtual: _Results, live: _Results) -> Iterator[tuple[_Results, _Results]]:
    lived = {one["id"]: one for one in live["bulletins"]}
    for one in virtual["bulletins"]:
        if one["class"] == "emergency" and one["id"] in lived:
            yield one, lived[one["id"]]


def _counted(measure: Mapping[str, Any] | None) -> tuple[int, int]:
    if measure is None or measure["value"] is None:
        return 0, 0
    if exact := measure.get("exact"):
        return exact["count"], exact["of"]
    return measure["value"], measure["sample"]


def _measure(pair: _Pair, time_judged: bool) -> dict[str, Any]:
    tolerance = TOLERANCES[pair.what]
    (count, of), (lived, lived_of) = pair.virtual, pair.live
    allowed = max(tolerance.share, Fraction(1, max(1, min(of, lived_of))))
    judged = time_judged or not tolerance.timed
    is_near = bool(of and lived_of) and (
        abs(Fraction(count, of) - Fraction(lived, lived_of)) <= allowed
    )
    return {
        "what": pair.what,
        "bulletin": pair.bulletin,
        "at_s": pair.at_s,
        "virtual": {"count": count, "of": of},
        "live": {"count": lived, "of": lived_of},
        "allowed": round(float(allowed), 6),
        "judged": judged,
        "within": is_near if judged else None,
    }


def _curve(bulletin: _Results) -> list[list[float]]:
    """Points of the reach curve, ms and share of the plays on devices online at issue, ascending.

    They are what the results tell exactly: the reach at some seconds, and some quantiles.
    """
    of = bulletin["online"]
    if not of:
        return []
    points = {
        ms: share
        for name, share in _QUANTILES.items()
        if (ms := bulletin["latency_ms"][name]) is not None
    }
    for seconds, count in bulletin["reach_online"].items():
        points[int(seconds) * 1_000] = round(count / of, 6)
    highest, curve = 0.0, []
    for ms, share in sorted(points.items()):
        highest = max(highest, share)
        curve.append([ms, highest])
    return curve
