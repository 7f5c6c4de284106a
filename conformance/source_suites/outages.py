"""Devices that are cut off: what reaches them late, what must not, and what is shown meanwhile."""

from collections.abc import Iterator

from conformance.case import PROVINCES, Case, Measured, Seen
from conformance.checks.fleet import Fleet, heard_by_all, together
from conformance.checks.outages import (
    GONE,
    LATE,
    counted_truly,
    expired_silent,
    shown_truly,
    told_late,
    withdrawn_silent,
)
from conformance.checks.repetition import no_duplicates
from conformance.checks.source_log import in_the_log
from conformance.record import Record
from conformance.source_suites.asking import until_logged, until_shown
from conformance.sources.acts import APPROVER, Area, DeviceStates, StateCounts
from conformance.sources.dealing import Dealing
from scenarios.scenario import Text

SOON_MS = 30_000
BACK_MS = 120_000
"""How long devices may need to come back: they wait before each try, and not all alike."""

SHORT_MS = 5_000
"""The validity that ends while devices are away."""

LINGER_MS = 8_000
"""Within which what still waits at a device would be heard, too."""

SHOWN_MS = 120_000
LONG_SOUND_MS = 10_000
STORM_MS = 5_000
RECOVERED = "storm_recovered"


async def _late(talk: Dealing) -> None:
    communes = talk.communes[1:2]
    devices = talk.devices(*communes)
    late, expired, withdrawn = [
        await talk.bulletin(name) for name in ("late", "expired", "withdrawn")
    ]
    talk.cut_link(devices)
    order = await talk.issue("late", late, communes)
    await talk.issue("expired", expired, communes, valid_ms=SHORT_MS)
    await talk.cancel("cancel", await talk.issue("withdrawn", withdrawn, communes))
    await talk.wait(2 * SHORT_MS)
    talk.restore_link(devices)
    await talk.until_played(order, communes, BACK_MS)
    await talk.wait(LINGER_MS)


def _judge_late(record: Record) -> Iterator[tuple[str, Seen]]:
    fleet = Fleet(record)
    yield "source-late-told", told_late(fleet, "late")
    yield "source-no-duplicates", no_duplicates(fleet)
    yield "source-expired-silent", expired_silent(fleet, "expired")
    yield "source-cancelled-while-away", withdrawn_silent(fleet, "withdrawn", "cancel")


async def _logged_late(talk: Dealing) -> None:
    communes, begin_ms = talk.communes[:1], talk.now_ms()
    devices = talk.devices(*communes)
    bulletin = await talk.bulletin("normal", sound_ms=LONG_SOUND_MS)
    order = await talk.issue("normal", bulletin, communes)
    await talk.until_sounding(order, communes, SOON_MS)
    talk.cut_link(devices)
    await talk.wait(LONG_SOUND_MS + SHORT_MS)
    talk.restore_link(devices)
    await talk.until(lambda: talk.around.connected() >= set(devices), BACK_MS)
    await talk.until_played(order, communes, SOON_MS)
    await talk.until_silent(order, SOON_MS)  # a stream that was cut may go on
    await until_logged(talk, bulletin, [order], begin_ms)


def _judge_logged_late(record: Record) -> Iterator[tuple[str, Seen]]:
    record.first("link-on")
    yield from in_the_log(record, ["normal"])


async def _states(talk: Dealing) -> None:
    devices = talk.watched_together
    talk.cut_link(devices)
    await until_shown(talk, "loss", devices, GONE, SHOWN_MS)
    await talk.do("states", APPROVER, DeviceStates())
    await talk.do("counts", APPROVER, StateCounts())
    talk.restore_link(devices)
    await until_shown(talk, "return", devices, ("online",), BACK_MS)
    await talk.do("states after", APPROVER, DeviceStates())


def _judge_states(record: Record) -> Iterator[tuple[str, Seen]]:
    fleet, away = Fleet(record), record.first("link-off").detail["devices"]
    shown = [shown_truly(fleet, "states", away), shown_truly(fleet, "states after", ())]
    yield "source-states-true", together(shown)
    yield "source-counts-true", counted_truly(record, "counts", "states")


async def _storm(talk: Dealing) -> None:
    bulletin = await talk.bulletin("emergency", "emergency")
    devices = [each.name for each in talk.around.residents]
    talk.cut_link(devices)
    await talk.wait(STORM_MS)
    talk.restore_link(devices)
    await talk.until(lambda: talk.around.connected() >= set(devices), BACK_MS)
    await until_shown(talk, "states", (), ("online",), SHOWN_MS)
    order = await talk.issue("emergency", bulletin, area=Area(everywhere=True))
    await talk.until_noted(order, len(devices), SOON_MS)


def _judge_storm(record: Record) -> Iterator[tuple[str, Seen]]:
    fleet = Fleet(record)
    yield "source-storm-recovers", _recovered(fleet)
    yield (
        "source-reaches-everywhere",
        heard_by_all(fleet, "emergency", "khẩn cấp sau khi nối lại", "emergency after the storm"),
    )
    yield "source-no-duplicates", no_duplicates(fleet)


def _recovered(fleet: Fleet) -> Seen:
    """All devices are shown online in the end; how long after the links were back, is measured."""
    shown = shown_truly(fleet, "states", ())
    on_ms = fleet.record.first("link-on").at_ms
    joined = [
        each.at_ms + after_ms - on_ms
        for each in fleet.record.of("joined")
        for after_ms in each.detail["at_ms"]
    ]
    last = [each for each in fleet.record.of("told") if each.detail["name"] == "states"][-1]
    took_ms = fleet.record.answers(last.detail["order"])[0].at_ms - on_ms
    says = Text(
        vi=f"{shown.says.vi}; thiết bị cuối nối lại sau {max(joined, default=0)} ms, mọi thiết bị "
        f"được hiển thị sau {took_ms} ms",
        en=f"{shown.says.en}; the last device was back after {max(joined, default=0)} ms, all were "
        f"shown after {took_ms} ms",
    )
    return Seen(shown.ok, says, Measured(RECOVERED, (took_ms,), fleet.late_ms))


CASES = (
    Case(
        "source-late-devices",
        2,
        Text(
            vi="Thiết bị mất kết nối khi gửi: nhận sau, trừ tin đã hết hạn hoặc đã hủy",
            en="Devices that were away are told later, except what expired or was cancelled",
        ),
        PROVINCES,
        (
            "source-late-told",
            "source-no-duplicates",
            "source-expired-silent",
            "source-cancelled-while-away",
        ),
        _late,
        _judge_late,
        measures={"source-late-told": LATE},
    ),
    Case(
        "source-log-after-outage",
        1,
        Text(
            vi="Nhật ký đầy đủ và đúng giờ sau khi mất kết nối",
            en="The play log is complete and true after an outage",
        ),
        PROVINCES,
        ("source-log-complete", "source-log-once", "source-log-times"),
        _logged_late,
        _judge_logged_late,
        needs=("play_log",),
    ),
    Case(
        "source-many-lost",
        2,
        Text(
            vi="Nhiều thiết bị mất cùng lúc: trạng thái và thống kê đúng",
            en="Many devices lost at once: states and statistics are true",
        ),
        PROVINCES,
        ("source-states-true", "source-counts-true"),
        _states,
        _judge_states,
        needs=("device_states", "statistics"),
        alone=True,
    ),
    Case(
        "source-reconnect-storm",
        2,
        Text(
            vi="Mọi thiết bị nối lại cùng lúc, rồi khẩn cấp đến tất cả",
            en="All devices reconnect at once, and then an emergency reaches all",
        ),
        PROVINCES,
        ("source-storm-recovers", "source-reaches-everywhere", "source-no-duplicates"),
        _storm,
        _judge_storm,
        needs=("device_states",),
        measures={"source-storm-recovers": RECOVERED},
        alone=True,
    ),
)
