"""The play logs that devices made beside those that the source system has: each entry once."""

import csv
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from simulator.emulator.events import Event
from simulator.measurement import Measurement

Name = tuple[str, str]
"""A device and its own name of an entry."""


@dataclass(frozen=True, slots=True)
class LogsCompared:
    """`made` entries by all devices, of which `held` are still with devices that nobody reaches.

    `lost` are with neither, `doubled` are there more than once, and `invented` were made by nobody.
    """

    made: int
    held: int
    lost: int
    doubled: int
    invented: int

    def measurements(self) -> dict[str, Measurement]:
        """What targets may be judged by."""
        told = self.made - self.held
        return {
            "log_lost": Measurement(self.lost if told else None, "count", told),
            "log_doubled": Measurement(
                self.doubled + self.invented if told else None, "count", told
            ),
        }


def made(events: Iterable[Event]) -> list[Name]:
    """The entries that devices made, in their order."""
    return [
        (event.device, f"{event.detail['boot']}-{event.detail['sequence']}")
        for event in events
        if event.what == "noted"
    ]


def received(exported: str, devices: Iterable[str]) -> list[Name]:
    """The entries of these devices in what a source system exports as CSV.

    Raises `ValueError` where it does not say whose an entry is, and which.
    """
    rows = csv.DictReader(io.StringIO(exported.removeprefix("\ufeff")))
    if not {"device_id", "entry"} <= set(rows.fieldnames or ()):
        raise ValueError("a play log without device_id and entry")
    ours = frozenset(devices)
    return [(row["device_id"], row["entry"]) for row in rows if row["device_id"] in ours]


def compared(
    entries: Iterable[Name],
    confirmed: dict[str, int],
    connected: frozenset[str],
    have: Iterable[Name],
) -> LogsCompared:
    """What devices made beside what the source system has.

    A device sends its entries in order, and `confirmed` says how many of each the broker has; the
    others are held by it, unless it is `connected`: then it had its time to send them.
    """
    counted: Counter[str] = Counter()
    held: set[Name] = set()
    own = list(entries)
    for name in own:
        device, _ = name
        counted[device] += 1
        if counted[device] > confirmed.get(device, 0) and device not in connected:
            held.add(name)
    there = Counter(have)
    known = set(own)
    return LogsCompared(
        made=len(own),
        held=len(held),
        lost=sum(name not in there and name not in held for name in own),
        doubled=sum(number - 1 for number in there.values()),
        invented=sum(name not in known for name in there),
    )
