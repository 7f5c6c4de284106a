"""Joining late: what is on the air, or in force, when the device comes to it."""

from collections.abc import Iterator

from conformance.case import DEVICES, Case, Seen
from conformance.checks import sound
from conformance.conversation import Conversation
from conformance.record import Record
from scenarios.scenario import Text

RELAY_MS = 240_000
LATE_MS = 60_000
ABOUT_MS = 10_000
"""How far from the end of the broadcast the device may fall silent."""


async def _relay(talk: Conversation) -> None:
    """The relay is told while the device is away, and goes on without it."""
    talk.cut_link()
    await talk.wait(5_000)
    talk.tell("relay", talk.play("relay", length_ms=RELAY_MS, kind="live"))
    await talk.wait(LATE_MS)
    talk.restore_link()
    await talk.wait(2 * RELAY_MS)


def _judge_relay(record: Record) -> Iterator[tuple[str, Seen]]:
    """Whoever begins at the beginning ends as much later as he came late."""
    relay, back_ms = record.told("relay"), record.first("link-on").at_ms
    heard = [each for each in record.heard(relay.item) if each.from_ms >= back_ms]
    if not heard:
        says = Text(vi=f"không nghe thấy {relay.vi}", en="the relay was not heard")
        yield "joins-where-it-is", Seen(None, says)
        return
    over_ms = (heard[-1].until_ms or record.end_ms) - (relay.at_ms + RELAY_MS)
    says = Text(
        vi=f"tiếp âm dứt, thiết bị dứt sau {over_ms} ms",
        en=f"silent {over_ms} ms after the broadcast had ended",
    )
    yield "joins-where-it-is", Seen(over_ms <= ABOUT_MS, says)


async def _late_start(talk: Conversation) -> None:
    """The emergency is told while the device has no power, and is in force when it has again."""
    await talk.cut_power()
    await talk.wait(10_000)
    talk.tell("emergency", talk.play("e", "emergency", length_ms=30_000, valid_ms=900_000))
    await talk.wait(30_000)
    await talk.restore_power()
    await talk.wait(240_000)


def _judge_late_start(record: Record) -> Iterator[tuple[str, Seen]]:
    emergency, back_ms = record.told("emergency"), record.earliest_ms("power-on")
    seen = sound.is_heard_between(record, emergency, back_ms, record.end_ms)
    yield "emergency-after-late-start", seen


CASES = (
    Case(
        "joining-relay",
        1,
        Text(vi="Vào giữa buổi tiếp âm", en="Joining a relay in its middle"),
        ("ip-speaker", "station-software"),
        ("joins-where-it-is",),
        _relay,
        _judge_relay,
        permits=("link",),
    ),
    Case(
        "joining-emergency",
        1,
        Text(
            vi="Có điện khi bản tin khẩn cấp còn hiệu lực",
            en="Power comes while an emergency is in force",
        ),
        DEVICES,
        ("emergency-after-late-start",),
        _late_start,
        _judge_late_start,
        permits=("power",),
    ),
)
