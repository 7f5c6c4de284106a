"""What the play log says, beside what was heard."""

from collections.abc import Sequence

from conformance.case import Seen
from conformance.record import Happening, Heard, Record, Told
from scenarios.scenario import Text

TOLERANCE_MS = 2_000
"""How far an entry's instants may be from what was heard: it counts from the start of the sound's
file, and clocks on the wire may be in whole seconds."""


def tells_what_was_heard(record: Record, told: Told) -> Seen:
    """An entry for each stretch of sound of an order, with its times, whole or cut."""
    heard, entries = record.heard(told.item), record.entries(told.item)
    if not heard:
        return claims_no_sound(record, told) if entries else _unheard(told)
    for stretch in heard:
        if not any(tells(entry, stretch) for entry in entries):
            return Seen(
                False,
                Text(
                    vi=f"{told.vi}: nhật ký không có đoạn đã nghe",
                    en=f"{told.name}: the log has not the stretch that was heard",
                ),
            )
    if len(entries) > len(heard):
        says = Text(vi=f"{told.vi}: ghi thừa", en=f"{told.name}: more is logged than was heard")
        return Seen(False, says)
    return Seen(True, Text(vi=f"{told.vi}: ghi đúng", en=f"{told.name}: logged as heard"))


def _unheard(told: Told) -> Seen:
    return Seen(None, Text(vi=f"không nghe {told.vi}", en=f"{told.name} was not heard"))


def claims_no_sound(record: Record, told: Told) -> Seen:
    """What was never heard is not told as played."""
    if record.heard(told.item):
        return Seen(None, Text(vi=f"đã nghe {told.vi}", en=f"{told.name} was heard after all"))
    claimed = [e for e in record.entries(told.item) if e.detail["outcome"] in ("played", "cut")]
    says = (
        Text(vi=f"{told.vi}: ghi là đã phát", en=f"{told.name}: logged as played")
        if claimed
        else Text(vi=f"{told.vi}: không ghi là đã phát", en=f"{told.name}: not logged as played")
    )
    return Seen(not claimed, says)


def is_whole(record: Record, heard: Sequence[Heard]) -> Seen:
    """That there are entries of everything that was heard."""
    missing = [each.item for each in heard if not record.entries(each.item)]
    shown = ", ".join(missing)
    if missing:
        return Seen(False, Text(vi=f"thiếu {shown}", en=f"{shown} missing"))
    return Seen(True, Text(vi=f"đủ {len(heard)} lượt", en=f"all {len(heard)} plays are there"))


def has_true_times(record: Record, heard: Sequence[Heard]) -> Seen:
    """That the entries of what was heard have its instants."""
    wrong = [
        each.item
        for each in heard
        for entry in record.entries(each.item)
        if abs(entry.detail["started_ms"] - each.from_ms) > TOLERANCE_MS
    ]
    shown = ", ".join(wrong)
    if wrong:
        return Seen(False, Text(vi=f"sai giờ: {shown}", en=f"wrong times: {shown}"))
    some = any(record.entries(each.item) for each in heard)
    return Seen(some or None, Text(vi="đúng giờ", en="true times"))


def has_each_once(record: Record, heard: Sequence[Heard]) -> Seen:
    """That no stretch has two entries; the same entry that arrives again is still one."""
    doubled = [
        each.item
        for each in heard
        if len({(e.detail["boot"], e.detail["sequence"]) for e in record.entries(each.item)}) > 1
    ]
    shown = ", ".join(doubled)
    if doubled:
        return Seen(False, Text(vi=f"ghi hai lần: {shown}", en=f"logged twice: {shown}"))
    some = any(record.entries(each.item) for each in heard)
    return Seen(some or None, Text(vi="mỗi lượt một lần", en="each play once"))


def tells(entry: Happening, heard: Heard) -> bool:
    """Whether an entry is that of a stretch which has ended: both its instants are close enough."""
    said = entry.detail
    if heard.until_ms is None or said["outcome"] not in ("played", "cut"):
        return False
    off_ms: int = abs(said["started_ms"] - heard.from_ms)
    over_ms: int = abs(said["ended_ms"] - heard.until_ms)
    return max(off_ms, over_ms) <= TOLERANCE_MS
