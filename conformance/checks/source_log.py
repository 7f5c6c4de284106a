"""What the play log of a source system says, held against what the devices noted."""

from collections import Counter
from collections.abc import Iterator, Sequence

from conformance.case import Seen
from conformance.checks.acts import said_last
from conformance.checks.fleet import Fleet
from conformance.record import Record
from scenarios.scenario import Text

LOG = "play log"
"""What cases call the act that reads it."""

WITHIN_MS = 1_000
"""How far off the time of an entry may be: wires tell whole seconds."""

EVIDENT_MS = 5 * WITHIN_MS
"""An entry of so long ago cannot bear the time of its arrival by chance."""


def in_the_log(record: Record, orders: Sequence[str]) -> Iterator[tuple[str, Seen]]:
    """What the log that was read last has of the plays of these orders, by the names of checks:
    each entry once, and with the time at which it began."""
    fleet = Fleet(record)
    noted = {entry: began_ms for name in orders for entry, began_ms in fleet.noted(name)}
    rows = said_last(record, LOG)
    times = Counter((device, entry) for device, entry, _ in rows)
    lost, invented = noted.keys() - times.keys(), times.keys() - noted.keys()
    doubled = [each for each, number in times.items() if number > 1]
    says = Text(
        vi=f"thiết bị ghi {len(noted)} dòng, hệ thống thiếu {len(lost)}",
        en=f"devices noted {len(noted)} entries, {len(lost)} are missing in the system",
    )
    yield "source-log-complete", Seen(not lost if noted else None, says)
    says = Text(
        vi=f"trong {len(times)} dòng: {len(doubled)} dòng trùng, {len(invented)} dòng không của "
        "thiết bị nào",
        en=f"of {len(times)} entries {len(doubled)} are there more than once, {len(invented)} are "
        "of no device",
    )
    yield "source-log-once", Seen(not doubled and not invented if times else None, says)
    off_ms = [
        abs(began_ms - noted[device, entry])
        for device, entry, began_ms in rows
        if (device, entry) in noted
    ]
    read_ms = record.told(LOG).at_ms
    evident = [began_ms for began_ms in noted.values() if began_ms < read_ms - EVIDENT_MS]
    wrong = sum(each > WITHIN_MS for each in off_ms)
    says = Text(
        vi=f"{wrong}/{len(off_ms)} dòng sai giờ, lệch nhất {max(off_ms, default=0)} ms",
        en=f"{wrong} of {len(off_ms)} entries have a wrong time, at most {max(off_ms, default=0)} "
        "ms off",
    )
    yield "source-log-times", Seen(not wrong if off_ms and evident else None, says)
