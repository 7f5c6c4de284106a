"""What devices say that they played (nhật ký phát), each entry exactly once, and what it proves."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Literal

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import Session

from reference_system.interface.messages import PlayEntry, PlayLog
from reference_system.interface.vocabulary import CLASS_OF_PRIORITY
from reference_system.interface.wire_types import clock_ms
from reference_system.services.acting import Act, Actor, looking
from reference_system.services.fleet.devices import one
from reference_system.services.paging import PAGE, Page, newest_first
from reference_system.services.refusals import Invalid, Missing
from reference_system.services.system import System
from reference_system.services.within import commune_within
from reference_system.store.content import BulletinRow
from reference_system.store.devices import Device, PlayLogEntry
from reference_system.store.orders import Delivery, ItemRow
from scenarios.units import DAY_MS, VIETNAM_TIME

BACKFILLED_AFTER_MS = 5 * 60_000
"""An entry that arrives later than this after its end was filled in after an outage."""

LONGEST_EXPORT_MS = 366 * DAY_MS
_ROWS_AT_ONCE = 1_000

EXPORTED = (
    *("device_id", "commune", "began", "played_s", "outcome", "reason", "bulletin_id", "title"),
    *("bulletin_class", "item_id", "sha256", "volume", "backfilled", "received", "entry"),
)
"""The columns of an exported log."""


def store(session: Session, device_id: str, log: PlayLog, now_ms: int) -> list[str]:
    """Keep the entries that are new; returns those that were other ones when they came before.

    An entry that comes again with the same words changes nothing.
    """
    names = [entry.entry for entry in log.entries]
    known = {
        row.key: row
        for row in session.scalars(
            select(PlayLogEntry).where(
                PlayLogEntry.device_id == device_id, PlayLogEntry.key.in_(names)
            )
        )
    }
    items = {
        item.id: item
        for item in session.scalars(
            select(ItemRow).where(ItemRow.id.in_([entry.item for entry in log.entries]))
        )
    }
    contradicting = []
    for entry in log.entries:
        row = _row(device_id, entry, items.get(entry.item or ""), now_ms)
        before = known.get(entry.entry)
        if before is None:
            session.add(row)
        elif _said(before) != _said(row):
            contradicting.append(entry.entry)
    return contradicting


def page(
    act: Act,
    *,
    device_id: str | None = None,
    bulletin_id: str | None = None,
    after: str | None = None,
    limit: int = PAGE,
) -> Page[PlayLogEntry]:
    """Entries of the own unit's devices, the last received first."""
    act.require("view")
    query = _visible(act)
    if device_id is not None:
        one(act, device_id)
        query = query.where(PlayLogEntry.device_id == device_id)
    if bulletin_id is not None:
        query = query.where(PlayLogEntry.bulletin_id == bulletin_id)
    number, key = PlayLogEntry.number, PlayLogEntry.device_id
    return newest_first(act.session, query, number, key, after, limit)


def missing(act: Act, device_id: str) -> int:
    """How many entries a device made that never arrived, as far as its counting shows."""
    one(act, device_id)
    gaps = act.session.execute(
        select(func.max(PlayLogEntry.sequence) + 1 - func.count(PlayLogEntry.sequence.distinct()))
        .where(PlayLogEntry.device_id == device_id)
        .group_by(PlayLogEntry.boot)
    )
    return sum(number for (number,) in gaps)


def export(system: System, actor: Actor, from_ms: int, until_ms: int) -> Iterator[str]:
    """The entries that began in that time as CSV, by time; raises before the first line.

    Needs `view`; a year at most.
    """
    if not 0 < until_ms - from_ms <= LONGEST_EXPORT_MS:
        raise Invalid("bad-period", "Khoảng thời gian: đến 366 ngày.", "Up to 366 days.", "until")
    with looking(system, actor) as act:
        act.require("view")
    return chain([_csv(EXPORTED)], _exported(system, actor, from_ms, until_ms))


PlayState = Literal["whole", "partly", "silent"]


@dataclass(frozen=True, slots=True)
class DeviceProof:
    """What is known of one device's plays of a bulletin.

    `plays` were ordered and `accepted` by it; `whole` were heard to the end and `partly` in part.
    `reason` says why where it is not whole: a code of `REASONS`, or the device's own words.
    """

    device_id: str
    name: str
    commune: str
    state: PlayState
    plays: int
    accepted: int
    whole: int
    partly: int
    reason: str


REASONS = {
    "waiting": "not handed over yet",
    "handed": "no answer yet",
    "expired": "no answer in time",
    "void": "the device was revoked before it was handed over",
    "refused": "the device refused it and did not say why",
    "cancelled": "withdrawn before it was heard",
    "no-log": "accepted; no log yet",
    "cut": "cut off, the device does not say why",
    "missed": "never begun, the device does not say why",
    "failed": "begun without sound, the device does not say why",
}
"""Why it was not heard whole, as far as the system knows, where the device gives no reason."""


@dataclass(frozen=True, slots=True)
class Proof:
    """Proof of play of a bulletin: `addressed` is the sum of `whole`, `partly` and `silent`.

    `unordered` entries of its log belong to no play that was ordered.
    """

    bulletin_id: str
    title: str
    addressed: int
    accepted: int
    whole: int
    partly: int
    silent: int
    unordered: int
    devices: list[DeviceProof]


def proof(act: Act, bulletin_id: str) -> Proof:
    """Which devices were to play a bulletin, and what became of it; those of the own unit."""
    act.require("view")
    mine = commune_within(act.system.units, act.actor.unit, Device.commune)
    ordered: dict[str, list[tuple[Delivery, ItemRow]]] = defaultdict(list)
    for delivery, item in act.session.execute(
        select(Delivery, ItemRow)
        .join(ItemRow, ItemRow.id == Delivery.item_id)
        .join(Device, Device.id == Delivery.device_id)
        .where(ItemRow.bulletin_id == bulletin_id, Delivery.action == "start", mine)
        .order_by(Delivery.created_ms, Delivery.id)
    ):
        ordered[delivery.device_id].append((delivery, item))
    cancels = (
        select(Delivery.device_id, Delivery.item_id)
        .join(ItemRow, ItemRow.id == Delivery.item_id)
        .where(ItemRow.bulletin_id == bulletin_id, Delivery.action == "cancel")
    )
    cancelled = {(device, item) for device, item in act.session.execute(cancels)}
    logged: dict[tuple[str, str | None], list[PlayLogEntry]] = defaultdict(list)
    for entry in act.session.scalars(
        _visible(act).where(PlayLogEntry.bulletin_id == bulletin_id).order_by(PlayLogEntry.began_ms)
    ):
        logged[entry.device_id, entry.item_id].append(entry)
    bulletin = act.session.get(BulletinRow, bulletin_id)
    if bulletin is None and not logged:
        raise Missing("no-bulletin", "Không có bản tin này.", "There is no such bulletin.")
    known = {
        device.id: device
        for device in act.session.scalars(select(Device).where(Device.id.in_(ordered)))
    }
    devices = [_of_device(known[each], plays, logged, cancelled) for each, plays in ordered.items()]
    states = [each.state for each in devices]
    titles = (entry.title for entries in logged.values() for entry in entries)
    wanted = {(each, item.id) for each, plays in ordered.items() for _, item in plays}
    return Proof(
        bulletin_id=bulletin_id,
        title=bulletin.title if bulletin else next(titles),
        addressed=len(devices),
        accepted=sum(each.accepted > 0 for each in devices),
        whole=states.count("whole"),
        partly=states.count("partly"),
        silent=states.count("silent"),
        unordered=sum(len(entries) for key, entries in logged.items() if key not in wanted),
        devices=devices,
    )


def _of_device(
    device: Device,
    plays: list[tuple[Delivery, ItemRow]],
    logged: dict[tuple[str, str | None], list[PlayLogEntry]],
    cancelled: set[tuple[str, str | None]],
) -> DeviceProof:
    def entries_of(item: ItemRow) -> list[PlayLogEntry]:
        return logged.get((device.id, item.id), [])

    # A play that was withdrawn, and perhaps put elsewhere, counts only where there is no other.
    kept = [
        (delivery, item)
        for delivery, item in plays
        if (device.id, item.id) not in cancelled or entries_of(item)
    ]
    plays = kept or plays[-1:]
    heard = [_heard(entries_of(item)) for _, item in plays]
    whole, partly = heard.count("whole"), heard.count("partly")
    reason = ""
    for (delivery, item), state in zip(plays, heard, strict=True):
        if state != "whole":
            reason = _reason(delivery, entries_of(item), (device.id, item.id) in cancelled)
    return DeviceProof(
        device_id=device.id,
        name=device.name,
        commune=device.commune,
        state="whole" if whole == len(plays) else "partly" if whole or partly else "silent",
        plays=len(plays),
        accepted=sum(delivery.state == "accepted" for delivery, _ in plays),
        whole=whole,
        partly=partly,
        reason=reason,
    )


def _reason(delivery: Delivery, entries: list[PlayLogEntry], is_cancelled: bool) -> str:
    for entry in reversed(entries):
        return entry.reason or entry.outcome
    if is_cancelled:
        return "cancelled"
    return delivery.answer or ("no-log" if delivery.state == "accepted" else delivery.state)


def _heard(entries: list[PlayLogEntry]) -> PlayState:
    if any(entry.outcome == "played" for entry in entries):
        return "whole"
    return "partly" if any(entry.played_ms > 0 for entry in entries) else "silent"


def _visible(act: Act) -> Select[PlayLogEntry]:
    mine = commune_within(act.system.units, act.actor.unit, Device.commune)
    return select(PlayLogEntry).join(Device, Device.id == PlayLogEntry.device_id).where(mine)


def _row(device_id: str, entry: PlayEntry, item: ItemRow | None, now_ms: int) -> PlayLogEntry:
    sent = item.message.get("BanTin", {}) if item else {}
    is_heard = entry.outcome in ("played", "cut")
    return PlayLogEntry(
        device_id=device_id,
        key=entry.entry,
        boot=entry.boot,
        sequence=entry.sequence,
        item_id=entry.item,
        bulletin_id=entry.bulletin,
        title=entry.title or sent.get("TieuDe", ""),
        bulletin_class=CLASS_OF_PRIORITY[entry.priority],
        media_sha256=sent.get("sha256"),
        began_ms=entry.from_ms,
        played_ms=entry.to_ms - entry.from_ms if is_heard else 0,
        duration_ms=clock_ms(entry.duration),
        outcome=entry.outcome,
        reason=entry.reason or "",
        volume=int(entry.volume),
        received_ms=now_ms,
        backfilled=now_ms - entry.to_ms > BACKFILLED_AFTER_MS,
    )


def _said(row: PlayLogEntry) -> tuple[object, ...]:
    """What the device itself said in an entry."""
    return (
        *(row.boot, row.sequence, row.item_id, row.bulletin_id, row.bulletin_class, row.began_ms),
        *(row.played_ms, row.duration_ms, row.outcome, row.reason, row.volume),
    )


def _exported(system: System, actor: Actor, from_ms: int, until_ms: int) -> Iterator[str]:
    last = (from_ms, 0)
    while True:
        with looking(system, actor) as act:
            rows = act.session.execute(
                _visible(act)
                .add_columns(Device.commune)
                .where(
                    PlayLogEntry.began_ms < until_ms,
                    tuple_(PlayLogEntry.began_ms, PlayLogEntry.number) > tuple_(*last),
                )
                .order_by(PlayLogEntry.began_ms, PlayLogEntry.number)
                .limit(_ROWS_AT_ONCE)
            ).all()
        yield from (_csv(_exported_row(entry, commune)) for entry, commune in rows)
        if len(rows) < _ROWS_AT_ONCE:
            return
        last = (rows[-1][0].began_ms, rows[-1][0].number)


def _exported_row(entry: PlayLogEntry, commune: str) -> tuple[object, ...]:
    return (
        *(entry.device_id, commune, _moment(entry.began_ms), entry.played_ms / 1000),
        *(entry.outcome, entry.reason, entry.bulletin_id, entry.title, entry.bulletin_class),
        *(entry.item_id, entry.media_sha256, entry.volume, int(entry.backfilled)),
        *(_moment(entry.received_ms), entry.key),
    )


def _moment(at_ms: int) -> str:
    moment = datetime.fromtimestamp(at_ms // 1000, VIETNAM_TIME)
    return moment.replace(microsecond=at_ms % 1000 * 1000).isoformat(timespec="milliseconds")


def _csv(values: Iterable[object]) -> str:
    line = io.StringIO()
    # A spreadsheet takes text that begins so for a formula, and devices write these texts.
    safe = (
        f"'{value}" if isinstance(value, str) and value.startswith(tuple("=+-@\t\r")) else value
        for value in values
    )
    csv.writer(line).writerow(safe)
    return line.getvalue()
