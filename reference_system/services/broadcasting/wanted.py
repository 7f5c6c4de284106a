"""What a person wants to be sent, checked and worked out: the order as it would be stored."""

import json
from dataclasses import asdict, dataclass
from typing import Any, cast

from reference_system.dispatch.commands import Item, bulletin_commands
from reference_system.dispatch.overlaps import closing_ms, outside_hours
from reference_system.interface.command_message import Content
from reference_system.interface.vocabulary import PRIORITY_OF_CLASS, Media
from reference_system.interface.wire_types import LATEST_S, clock_text
from reference_system.services.acting import Act
from reference_system.services.broadcasting import addressing
from reference_system.services.content import bulletins, media
from reference_system.services.content.bulletin_words import FIELD_NUMBERS, FieldName
from reference_system.services.permitted_hours import hours_text
from reference_system.services.refusals import Conflict, Invalid
from reference_system.services.system import System
from reference_system.store.content import BulletinContent, BulletinRow
from reference_system.store.content import Media as MediaRow
from reference_system.store.orders import Order
from scenarios.scenario import Area, Bulletin, BulletinClass, Hours, Sound
from scenarios.units import DAY_MS

HOUR_MS = 60 * 60 * 1000

SHOWN_MS = 60_000
"""How long words or a picture are shown if nobody says (a profile value)."""

MOST_TIMES = 500
LONGEST_MS = 31 * DAY_MS
EARLIEST_BEFORE_MS = DAY_MS
"""How long ago a broadcast may have begun that an order points to."""

LATEST_AFTER_MS = 366 * DAY_MS
MOST_ORDER = 1_000
NEVER_MS = LATEST_S * 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A bulletin to be played in an area whose codes are of `era`.

    `times` plays, `gap_ms` from start to start. `not_before_ms` (None: at once) and `end_by_ms`
    are instants of the first play. `valid_ms` is how long after its own issue a play may still
    begin; None stands for a day, and where it repeats for the gap, but for an hour at least.
    `duration_ms` is for what has no length of its own: a relay, words, a picture. Plays that could
    be heard at night need `outside_hours`, unless they are emergencies.
    """

    bulletin_id: str
    era: str
    area: Area
    times: int = 1
    gap_ms: int = 0
    not_before_ms: int | None = None
    valid_ms: int | None = None
    end_by_ms: int | None = None
    play_order: int = 0
    language: str = "vi"
    duration_ms: int | None = None
    outside_hours: bool = False


def as_data(wanted: object) -> dict[str, Any]:
    """A request as it is stored, to be known again."""
    data: dict[str, Any] = json.loads(json.dumps(asdict(cast(Any, wanted))))
    return data


def planned(act: Act, wanted: Wanted, order_id: str) -> Order:
    """The order as it would be given now, not stored; raises what is wrong with it.

    `Missing` for a bulletin that is not there, `Conflict` for one that is not approved, `Invalid`
    for times that do not fit together. Night is not looked at: see `at_night`.
    """
    addressing.require(act, "operate", wanted.era, wanted.area)
    bulletin = bulletins.get(act, wanted.bulletin_id)
    if bulletin.state != "approved":
        raise Conflict(
            "not-approved",
            "Bản tin chưa được duyệt hoặc đã rút.",
            "The bulletin is not approved, or was withdrawn.",
            "bulletin_id",
        )
    _check_numbers(wanted, act.now_ms)
    content = content_of(act, bulletin, wanted)
    order = Order(
        id=order_id,
        bulletin_id=bulletin.id,
        era=wanted.era,
        area=addressing.as_data(wanted.area),
        bulletin_class=bulletin.bulletin_class,
        severity=bulletin.severity,
        status=bulletin.status,
        content=content.model_dump(by_alias=True, exclude_none=True),
        duration_ms=content.length_ms,
        times=wanted.times,
        gap_ms=wanted.gap_ms if wanted.times > 1 else 0,
        not_before_ms=wanted.not_before_ms,
        valid_ms=wanted.valid_ms or _default_valid_ms(wanted, act.now_ms),
        end_by_ms=wanted.end_by_ms,
        until_ms=bulletin.valid_until_ms,
        play_order=wanted.play_order,
        outside_hours=wanted.outside_hours,
        issued_ms=act.now_ms,
        issued_by=act.actor.person_id,
        issuer_level=act.actor.unit.level,
        issuer_code=act.actor.unit.code,
        plays_issued=0,
        next_due_ms=act.now_ms,
        state="running",
        asked=as_data(wanted),
    )
    _check_times(order, act.system.settings.permitted)
    return order


def plays(order: Order, before_ms: int = NEVER_MS) -> tuple[Item, ...]:
    """The plays of an order that are issued before an instant, in order."""
    until_ms = before_ms if order.until_ms is None else min(before_ms, order.until_ms)
    commands = bulletin_commands([_as_bulletin(order)], until_ms)
    return tuple(command.item for command in commands)


def due_ms(order: Order, play: int) -> int:
    """When a play, counted from 0, is issued."""
    return order.issued_ms + play * order.gap_ms


def limits(order: Order, item: Item, permitted: Hours) -> tuple[int, int | None]:
    """Until when a play may begin, and until when it may be heard (None: to its end).

    A play that nobody wanted at night ends with the `permitted` hours, however late it began.
    """
    end_by_ms = item.end_by_ms
    if order.bulletin_class != "emergency" and not order.outside_hours:
        closing = closing_ms(item.not_before_ms, permitted)
        ends = [each for each in (closing, end_by_ms) if each is not None]
        end_by_ms = min(ends, default=None)
    expires_ms = item.expires_ms or NEVER_MS
    until_ms = NEVER_MS if order.until_ms is None else order.until_ms
    return min(expires_ms, until_ms, NEVER_MS if end_by_ms is None else end_by_ms), end_by_ms


def heard_until_ms(item: Item) -> int:
    """When a play that begins in time has ended."""
    ends_ms = item.not_before_ms + item.duration_ms
    return ends_ms if item.end_by_ms is None else min(ends_ms, item.end_by_ms)


def at_night(order: Order, permitted: Hours) -> tuple[Item, ...]:
    """The plays that would be heard outside the `permitted` hours; none of an emergency."""
    if order.bulletin_class == "emergency":
        return ()
    return tuple(
        item
        for item in plays(order)
        if outside_hours(item.not_before_ms, heard_until_ms(item), permitted)
    )


def needs_acknowledging(permitted: Hours) -> Conflict:
    """The refusal of what would be heard at night, where nobody says that this is meant."""
    hours = hours_text(permitted)
    return Conflict(
        "outside-hours",
        f"Có lượt phát ngoài khung giờ cho phép ({hours}): cần xác nhận rõ ràng.",
        f"It would be heard outside the permitted hours ({hours}): say that this is meant.",
        "outside_hours",
    )


def content_of(act: Act, bulletin: BulletinRow, wanted: Wanted) -> Content:
    """What the devices are told of a bulletin in the language wanted; raises `Invalid`."""
    return content(act, bulletin, wanted.language, wanted.duration_ms, wanted.not_before_ms)


def content(
    act: Act, bulletin: BulletinRow, language: str, length_ms: int | None, ahead: object
) -> Content:
    """As `content_of`; what is sent `ahead` of its time (not None) is a file to be kept."""
    said = act.session.get(BulletinContent, (bulletin.id, language))
    if said is None and bulletin.kind != "relay":
        raise bulletins.no_words(language)
    file = act.session.get(MediaRow, said.media_sha256) if said and said.media_sha256 else None
    is_relay = bulletin.kind == "relay"
    duration_ms = file.duration_ms if file is not None and not is_relay else None
    duration_ms = duration_ms or length_ms or (None if is_relay else SHOWN_MS)
    if duration_ms is None:
        raise Invalid(
            "duration-missing",
            "Tiếp âm cần thời lượng.",
            "A relay needs a duration.",
            "duration_ms",
        )
    return Content(
        bulletin=bulletin.id,
        priority=PRIORITY_OF_CLASS[cast(BulletinClass, bulletin.bulletin_class)],
        media=_medium(bulletin.kind, file is not None),
        title=bulletin.title,
        duration=clock_text(duration_ms),
        duration_ms=duration_ms,
        severity=bulletin.severity,
        kind="live" if is_relay else "stream" if ahead is None else "file",
        field=FIELD_NUMBERS[cast(FieldName, bulletin.field)],
        content_url=bulletin.relay_url if is_relay else _address(act.system, file),
        sha256=None if is_relay or file is None else file.sha256,
        size_bytes=None if is_relay or file is None else file.size_bytes,
        text=(said.text if said else "") or None,
        language=language,
    )


def _medium(kind: str, has_file: bool) -> Media:
    match kind:
        case "relay":
            return 5
        case "image":
            return 2
        case "video":
            return 4
        case _:
            return 3 if has_file else 1


def _address(system: System, file: MediaRow | None) -> str | None:
    return None if file is None else media.url(system, file.sha256)


def _as_bulletin(order: Order) -> Bulletin:
    # Moment zero of the rules is the epoch here, so that all their times are instants.
    content = Content.model_validate(order.content)
    return Bulletin(
        id=order.id,
        bulletin_class=cast(BulletinClass, order.bulletin_class),
        severity=order.severity,
        at_ms=order.issued_ms,
        to=addressing.as_area(order.area),
        sound=Sound(content.kind, order.duration_ms, content.size_bytes),
        times=order.times,
        gap_ms=order.gap_ms,
        not_before_ms=order.not_before_ms,
        valid_ms=order.valid_ms,
        end_by_ms=order.end_by_ms,
        order=order.play_order,
    )


def _default_valid_ms(wanted: Wanted, now_ms: int) -> int:
    waits_ms = max(0, (wanted.not_before_ms or now_ms) - now_ms)
    return waits_ms + (DAY_MS if wanted.times == 1 else max(wanted.gap_ms, HOUR_MS))


def _check_numbers(wanted: Wanted, now_ms: int) -> None:
    earliest, latest = now_ms - EARLIEST_BEFORE_MS, now_ms + LATEST_AFTER_MS
    bounds: dict[str, tuple[int | None, int, int]] = {
        "times": (wanted.times, 1, MOST_TIMES),
        "gap_ms": (wanted.gap_ms, 0 if wanted.times == 1 else 1_000, LONGEST_MS),
        "not_before": (wanted.not_before_ms, earliest, latest),
        "valid_ms": (wanted.valid_ms, 1_000, LATEST_AFTER_MS),
        "end_by": (wanted.end_by_ms, now_ms + 1, latest + LONGEST_MS),
        "play_order": (wanted.play_order, 0, MOST_ORDER),
        "duration_ms": (wanted.duration_ms, 1_000, DAY_MS),
    }
    for field, (value, least, most) in bounds.items():
        if value is not None and not least <= value <= most:
            raise Invalid(
                "out-of-bounds",
                f"{field}: từ {least} đến {most}.",
                f"{field} is from {least} to {most}.",
                field,
            )


def _check_times(order: Order, permitted: Hours) -> None:
    some = plays(order)
    if not some:
        raise Invalid(
            "validity-over",
            "Thời hạn hiệu lực của bản tin đã qua.",
            "The time that the bulletin is valid for is over.",
            "bulletin_id",
        )
    for item in some:
        begin_by_ms, _ = limits(order, item, permitted)
        if begin_by_ms <= item.not_before_ms and item.not_before_ms >= order.issued_ms:
            raise Invalid(
                "never-plays",
                "Có lượt phát hết hạn trước khi được bắt đầu.",
                "A play would be out of time before it may begin.",
                "valid_ms",
            )
