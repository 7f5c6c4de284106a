"""The three classes of bulletins, and the order and the time in which they are heard."""

from collections.abc import Iterator

from conformance.case import PROVINCES, Case, Seen
from conformance.checks.fleet import (
    TOLERANCE_MS,
    Fleet,
    cuts,
    follows,
    heard_at,
    heard_by_all,
    in_time,
    nothing_unasked,
    together,
)
from conformance.record import Record
from conformance.sources.dealing import Dealing
from scenarios.scenario import Text

SOON_MS = 20_000
AHEAD_MS, LEAST_MS = 6_000, 2_000
"""How far ahead orders for a time are given; how long before it a system must have had them, as
some devices ask for them every second."""

LATE_MS = 3_000
"""How late a play may begin at a device that is there: it opens its stream, and wakes."""

CUT_MS = 1_500
"""Within which the lower class is silent once the higher is heard."""


async def _emergency_over(talk: Dealing, lower: str, bulletin_class: str) -> None:
    communes = talk.communes[:1]
    emergency = await talk.bulletin("emergency", "emergency")
    under = await talk.bulletin(
        lower, "priority" if bulletin_class == "priority" else "normal", sound_ms=30_000
    )
    running = await talk.issue(lower, under, communes)
    await talk.until_sounding(running, communes, SOON_MS)
    order = await talk.issue("emergency", emergency, communes)
    await talk.until_played(order, communes, SOON_MS)
    await talk.cancel("cancel", running)
    await talk.until_played(running, communes, SOON_MS)


async def _over_normal(talk: Dealing) -> None:
    await _emergency_over(talk, "normal", "normal")


async def _over_priority(talk: Dealing) -> None:
    await _emergency_over(talk, "priority", "priority")


def _judge_over_normal(record: Record) -> Iterator[tuple[str, Seen]]:
    yield "emergency-over-normal", _over(record, "normal")


def _judge_over_priority(record: Record) -> Iterator[tuple[str, Seen]]:
    yield "emergency-over-priority", _over(record, "priority")


def _over(record: Record, lower: str) -> Seen:
    """Where the lower bulletin was heard, the emergency did not wait for its end."""
    fleet = Fleet(record)
    withdrawn_ms = record.told("cancel").at_ms
    emergency, under = fleet.sounded("emergency"), sorted(fleet.sounded(lower))
    waited = [p for p in under if not any(f < withdrawn_ms for f, _ in emergency.get(p, ()))]
    says = Text(
        vi=f"{len(under) - len(waited)}/{len(under)} thiết bị phát khẩn cấp khi tin thấp hơn chưa "
        f"hết{fleet.some(waited)}",
        en=f"{len(under) - len(waited)}/{len(under)} devices were heard with the emergency before "
        f"the lower bulletin ended{fleet.some(waited, 'not')}",
    )
    at_once = Seen(not waited if under else None, says)
    return together([at_once, cuts(fleet, "emergency", lower, CUT_MS)])


async def _in_order(talk: Dealing) -> None:
    """All are to begin at the same instant, and the last that is sent is to be heard first."""
    communes = talk.communes[:1]
    normal = await talk.bulletin("normal", "normal")
    first = await talk.bulletin("told to be first", "priority")
    second = await talk.bulletin("told to be second", "priority")
    due_ms = (talk.now_ms() + AHEAD_MS) // 1_000 * 1_000
    talk.mark("sent")
    orders = [
        await talk.issue("normal", normal, communes, not_before_ms=due_ms),
        await talk.issue("told to be second", second, communes, not_before_ms=due_ms, play_order=2),
        await talk.issue("told to be first", first, communes, not_before_ms=due_ms, play_order=1),
    ]
    for order in orders:
        await talk.until_played(order, communes, AHEAD_MS + SOON_MS)


def _judge_in_order(record: Record) -> Iterator[tuple[str, Seen]]:
    fleet = Fleet(record)
    if not in_time(record, ("normal", "told to be second", "told to be first"), LEAST_MS):
        return
    yield "priority-before-normal", follows(fleet, "told to be first", "normal")
    yield "order-as-told", follows(fleet, "told to be first", "told to be second")


async def _at_its_time(talk: Dealing) -> None:
    communes = talk.communes[1:2]
    bulletin = await talk.bulletin("normal")
    due_ms = (talk.now_ms() + AHEAD_MS) // 1_000 * 1_000
    order = await talk.issue("normal", bulletin, communes, not_before_ms=due_ms)
    await talk.until_played(order, communes, AHEAD_MS + SOON_MS)


def _judge_at_its_time(record: Record) -> Iterator[tuple[str, Seen]]:
    fleet = Fleet(record)
    heard = heard_by_all(fleet, "normal", "thông thường", "normal")
    timely = heard_at(fleet, "normal", TOLERANCE_MS, LATE_MS)
    if not heard.ok or in_time(record, ("normal",), LEAST_MS):
        yield "normal-at-its-time", timely if heard.ok else heard
    yield "nothing-unasked", nothing_unasked(fleet)


CASES = (
    Case(
        "source-emergency-over-normal",
        3,
        Text(vi="Khẩn cấp ngắt thông thường", en="An emergency cuts a normal bulletin"),
        PROVINCES,
        ("emergency-over-normal",),
        _over_normal,
        _judge_over_normal,
    ),
    Case(
        "source-emergency-over-priority",
        3,
        Text(vi="Khẩn cấp ngắt ưu tiên", en="An emergency cuts a priority bulletin"),
        PROVINCES,
        ("emergency-over-priority",),
        _over_priority,
        _judge_over_priority,
    ),
    Case(
        "source-order",
        2,
        Text(
            vi="Ưu tiên trước thông thường, theo thứ tự đã đặt",
            en="Priority before normal, in the order that was set",
        ),
        PROVINCES,
        ("priority-before-normal", "order-as-told"),
        _in_order,
        _judge_in_order,
    ),
    Case(
        "source-normal-at-its-time",
        2,
        Text(vi="Thông thường phát đúng giờ đã đặt", en="A normal bulletin at the time set"),
        PROVINCES,
        ("normal-at-its-time", "nothing-unasked"),
        _at_its_time,
        _judge_at_its_time,
    ),
)
