"""An emergency that waits for the end of what it should cut is found, whatever was silent then."""

import pytest

from conformance.case import judged
from conformance.record import Happening, Record
from conformance.source_suites import CASES

ROSTER = {"devices": ["a", "b"], "communes": ["1", "1"], "connected": [], "profiles": ["p", "p"]}


def told(at_ms, name, order):
    area = {"communes": ["1"], "devices": [], "everywhere": False}
    detail = {"name": name, "order": order, "kind": "Issue", "area": area}
    return Happening(at_ms, "told", detail)


def sounded(order, *stretches):
    first_ms = min(begin for begin, _ in stretches)
    return Happening(
        first_ms,
        "sounded",
        {
            "order": order,
            "item": order,
            "devices": list(range(len(stretches))),
            "from_ms": [begin - first_ms for begin, _ in stretches],
            "until_ms": [end - first_ms for _, end in stretches],
        },
    )


@pytest.mark.parametrize("lower", ["normal", "priority"])
@pytest.mark.parametrize(
    ("begin_ms", "ok"), [(3_000, True), (21_000, False)], ids=["at once", "after its end"]
)
def test_an_emergency_over_what_is_heard(lower, begin_ms, ok):
    until_ms = 3_000 if ok else 20_100
    record = Record(
        [
            Happening(0, "fleet", ROSTER),
            told(0, lower, "k1"),
            told(2_900, "emergency", "k2"),
            told(20_000, "cancel", "k3"),
            sounded("k1", (1_000, until_ms), (1_000, until_ms)),
            sounded("k2", (begin_ms, begin_ms + 3_000), (begin_ms, begin_ms + 3_000)),
            Happening(30_000, "end"),
        ]
    )
    found = judged(CASES[f"source-emergency-over-{lower}"], record)
    assert found[f"emergency-over-{lower}"].ok is ok
