"""What was heard, and when."""

from collections.abc import Iterable

from conformance.case import Seen
from conformance.record import Heard, Record, Told
from scenarios.scenario import Text

ABOUT_MS = 30_000
"""How far from its time a scheduled play is still the one that was meant."""


def begins_after(record: Record, told: Told) -> tuple[Seen, int | None]:
    """That the play of an order was heard, with how long after it was told."""
    stretches = _after(record.heard(told.item), told.at_ms)
    if not stretches:
        return Seen(False, _heard_or_not(False, told.vi, told.name)), None
    late_ms = stretches[0].from_ms - told.at_ms
    says = Text(
        vi=f"{told.vi}: nghe thấy sau {late_ms} ms",
        en=f"{told.name}: heard after {late_ms} ms",
    )
    return Seen(True, says), late_ms


def is_heard(record: Record, told: Told, within_ms: int) -> Seen:
    """That the play of an order was heard at all, `within_ms` after it was told."""
    stretches = _after(record.heard(told.item), told.at_ms)
    ok = bool(stretches) and stretches[0].from_ms <= told.at_ms + within_ms
    return Seen(ok, _heard_or_not(ok, told.vi, told.name))


def is_heard_between(record: Record, told: Told, from_ms: int, until_ms: int) -> Seen:
    """That the play of an order was heard at some time between two instants."""
    ok = any(_overlaps(each, from_ms, until_ms) for each in record.heard(told.item))
    return Seen(ok, _heard_or_not(ok, told.vi, told.name))


def is_silent_between(record: Record, told: Told | None, from_ms: int, until_ms: int) -> Seen:
    """That the play of an order, or anything at all, was not heard between two instants."""
    heard = record.heard(None if told is None else told.item)
    found = [each for each in heard if _overlaps(each, from_ms, until_ms)]
    if told is None:
        names = ", ".join(sorted({each.item for each in found}))
        silence = Text(vi="im lặng", en="silence")
        return Seen(not found, _heard_or_not(True, names, names) if found else silence)
    return Seen(not found, _heard_or_not(bool(found), told.vi, told.name))


def cuts(record: Record, cutter: Told, cut: Told, within_ms: int = 10_000) -> Seen:
    """That one play was heard while the other was, and that this ended for it to begin."""
    begun = _after(record.heard(cutter.item), cutter.at_ms)
    if not begun or begun[0].from_ms > cutter.at_ms + within_ms:
        return Seen(False, _heard_or_not(False, cutter.vi, cutter.name))
    first = begun[0]
    before = [each for each in record.heard(cut.item) if each.from_ms < cutter.at_ms]
    if not before or (before[-1].until_ms or record.end_ms) < cutter.at_ms:
        return Seen(None, _heard_or_not(False, cut.vi, cut.name))  # nothing was there to be cut
    until_ms = first.until_ms or record.end_ms
    both = [each for each in record.heard(cut.item) if _overlaps(each, first.from_ms, until_ms)]
    return Seen(
        not both,
        Text(
            vi=f"{cutter.vi} {'đè lên' if both else 'ngắt'} {cut.vi}",
            en=f"{cutter.name} {'sounds over' if both else 'cuts'} {cut.name}",
        ),
    )


def waits(record: Record, waiter: Told, other: Told) -> Seen:
    """That one play was heard, and only after the other had ended."""
    its, others = record.heard(waiter.item), record.heard(other.item)
    if not others:
        return Seen(None, _heard_or_not(False, other.vi, other.name))
    if not its:
        return Seen(False, _heard_or_not(False, waiter.vi, waiter.name))
    ended_ms = max(each.until_ms or record.end_ms for each in others)
    ok = its[0].from_ms >= ended_ms
    return Seen(
        ok,
        Text(
            vi=f"{waiter.vi} phát {'sau' if ok else 'trước khi xong'} {other.vi}",
            en=f"{waiter.name} is heard {'after' if ok else 'before the end of'} {other.name}",
        ),
    )


def times_heard(record: Record, told: Told, expected: int) -> Seen:
    """That the play of an order was heard from its beginning just so often."""
    times = len(record.heard(told.item))
    return Seen(
        times == expected,
        Text(
            vi=f"{told.vi}: nghe {times} lần, chờ đợi {expected}",
            en=f"{told.name}: heard {times} times, expected {expected}",
        ),
    )


def lasts(record: Record, told: Told, expected_ms: int, tolerance_ms: int = 2_000) -> Seen:
    """That the play of an order was heard in one stretch of that length."""
    stretches = record.heard(told.item)
    lengths = [each.until_ms - each.from_ms for each in stretches if each.until_ms is not None]
    shown = ", ".join(map(str, lengths)) or "0"
    ok = len(stretches) == 1 and lengths and abs(lengths[0] - expected_ms) <= tolerance_ms
    return Seen(
        bool(ok),
        Text(
            vi=f"{told.vi}: nghe {shown} ms, chờ đợi {expected_ms}",
            en=f"{told.name}: heard for {shown} ms, expected {expected_ms}",
        ),
    )


def has_volume(record: Record, told: Told, percent: int) -> Seen:
    """That the play of an order was heard at that volume; nothing where the bench cannot tell."""
    stretches = record.heard(told.item)
    if not stretches:
        return Seen(False, _heard_or_not(False, told.vi, told.name))
    volume = stretches[0].volume
    says = Text(
        vi=f"{told.vi}: âm lượng {volume}, chờ đợi {percent}",
        en=f"{told.name}: at volume {volume}, expected {percent}",
    )
    return Seen(None if volume is None else volume == percent, says)


def all_expected(record: Record, expected: int) -> Seen:
    """That everything scheduled was heard when it was due, within half a minute."""
    due = record.expected()
    missing = [
        item
        for item, due_ms in due.items()
        if not any(abs(each.from_ms - due_ms) < ABOUT_MS for each in record.heard(item))
    ]
    if len(due) != expected:
        return Seen(None, Text(vi="chưa đặt lịch", en="not all was scheduled"))
    if missing:
        shown = ", ".join(missing)
        return Seen(False, Text(vi=f"không nghe thấy {shown}", en=f"{shown} was not heard"))
    return Seen(True, Text(vi="nghe đủ lịch", en="all of the schedule was heard"))


def _after(heard: Iterable[Heard], at_ms: int) -> list[Heard]:
    return [each for each in heard if each.from_ms >= at_ms]


def _overlaps(heard: Heard, from_ms: int, until_ms: int) -> bool:
    return heard.from_ms < until_ms and (heard.until_ms is None or heard.until_ms > from_ms)


def _heard_or_not(ok: bool, vi: str, en: str) -> Text:
    if ok:
        return Text(vi=f"nghe thấy {vi}", en=f"{en} was heard")
    return Text(vi=f"không nghe thấy {vi}", en=f"{en} was not heard")
