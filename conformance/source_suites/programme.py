"""The programme of communes: slots heard at their time, changed, removed, and relayed."""

from collections.abc import Iterator

from conformance.case import PROVINCES, Case, Seen
from conformance.checks.acts import done
from conformance.checks.fleet import (
    TOLERANCE_MS,
    Fleet,
    heard_at,
    heard_by_all,
    in_time,
    nobody_outside,
    nothing_unasked,
    together,
)
from conformance.record import Record
from conformance.sources.acts import (
    COMPOSER,
    Area,
    ChangeSlot,
    Done,
    LogIn,
    Person,
    Place,
    RemoveSlot,
)
from conformance.sources.dealing import Dealing
from scenarios.scenario import Text

AHEAD_MS, APART_MS = 15_000, 6_000
"""How far ahead slots are put into the programme, and from the begin of one to that of the next."""

LEAST_MS = 4_000
"""How long before its begin a system must have had a slot: devices may ask for it now and then."""

SOON_MS = 20_000
LATE_MS = 3_000
"""How late a play may begin at a device that is there: it opens its stream, and wakes."""

OLD_MS, NEW_MS, LENGTH_TOLERANCE_MS = 2_000, 6_000, 1_000


def _ahead_ms(talk: Dealing) -> int:
    """A whole second."""
    return (talk.now_ms() + AHEAD_MS) // 1_000 * 1_000


# ---- Added and removed --------------------------------------------------------------------------


async def _slots(talk: Dealing) -> None:
    communes, first_ms = talk.communes[1:2], _ahead_ms(talk)
    slots = [
        await talk.slot("slot", communes, first_ms),
        await talk.slot("other slot", communes, first_ms + APART_MS),
    ]
    removed = await talk.slot("removed slot", communes, first_ms + APART_MS // 2)
    await talk.do("remove", COMPOSER, RemoveSlot(removed))
    bulletin = await talk.bulletin("normal", sound_ms=2_000)
    order = await talk.issue("normal", bulletin, communes)
    for each in (order, *slots):
        await talk.until_played(each, communes, AHEAD_MS + APART_MS + SOON_MS)
    for slot in slots:
        await talk.do("remove afterwards", COMPOSER, RemoveSlot(slot))


def _judge_slots(record: Record) -> Iterator[tuple[str, Seen]]:
    fleet, slots = Fleet(record), ("slot", "other slot")
    if not in_time(record, (*slots, "removed slot"), LEAST_MS):
        return
    heard = [heard_by_all(fleet, name, "khung giờ", name) for name in slots]
    timely = [heard_at(fleet, name, TOLERANCE_MS, LATE_MS) for name in slots]
    yield "source-slot-at-its-time", together([*heard, *timely])
    normal = heard_by_all(fleet, "normal", "thông thường", "normal")
    yield "source-adding-keeps-others", together([*heard, normal])
    where = len(fleet.sounded("removed slot"))
    says = Text(
        vi=f"khung giờ đã bỏ: {where} thiết bị vẫn phát", en=f"removed slot: {where} devices heard"
    )
    removed = [done(record, name) for name in ("removed slot", "remove")]
    yield "source-slot-removed-silent", together([*removed, Seen(not where, says)])
    outside = [nobody_outside(fleet, name, "khung giờ", name) for name in slots]
    yield "source-nobody-outside", together(outside)
    yield "nothing-unasked", nothing_unasked(fleet)


# ---- Changed ------------------------------------------------------------------------------------


async def _changed(talk: Dealing) -> None:
    communes, first_ms = talk.communes[:1], _ahead_ms(talk)
    then_ms = first_ms + APART_MS
    kept = await talk.slot("kept slot", communes, first_ms, sound_ms=OLD_MS)
    slot = await talk.slot("slot", communes, then_ms, sound_ms=OLD_MS)
    words = ChangeSlot(talk.key(), slot, Area(communes=tuple(communes)), then_ms, NEW_MS)
    changed = await talk.do("change", COMPOSER, words)
    if isinstance(changed, Done) and changed.id:
        slot = changed.id
    for each in (kept, slot):
        await talk.until_played(each, communes, AHEAD_MS + APART_MS + SOON_MS)
        await talk.do("remove afterwards", COMPOSER, RemoveSlot(each))


def _judge_changed(record: Record) -> Iterator[tuple[str, Seen]]:
    """The changed slot has its id from before, or another one."""
    fleet = Fleet(record)
    if not in_time(record, ("kept slot", "slot", "change"), LEAST_MS):
        return
    plays = [fleet.sounded("slot"), fleet.sounded("change")]
    places = sorted(fleet.addressed("slot"))
    lengths = [
        [
            until_ms - from_ms
            for play in plays
            for from_ms, until_ms in play.get(place, ())
            if until_ms
        ]
        for place in places
    ]
    wrong = [
        place
        for place, each in zip(places, lengths, strict=True)
        if len(each) != 1 or abs(each[0] - NEW_MS) > LENGTH_TOLERANCE_MS
    ]
    files = fleet.sounds("slot") | fleet.sounds("change")
    is_old = bool(files & fleet.sounds("kept slot"))
    vi, en = ("tệp cũ", "the old file") if is_old else ("tệp mới", "the new file")
    says = Text(
        vi=f"{len(places) - len(wrong)}/{len(places)} thiết bị phát một lần, đủ độ dài mới; {vi}",
        en=f"{len(places) - len(wrong)}/{len(places)} devices heard once, as long as the new one; "
        f"{en}{fleet.some(wrong, 'not')}",
    )
    ok = False if wrong or is_old else True if files else None
    yield "source-slot-changed", together([done(record, "change"), Seen(ok, says)])
    kept = heard_by_all(fleet, "kept slot", "khung giờ khác", "other slot")
    yield "source-adding-keeps-others", kept


# ---- Relayed ------------------------------------------------------------------------------------


async def _relayed(talk: Dealing) -> None:
    """The province's programme, put by each commune into its own."""
    communes = talk.communes[:2]
    programme = await talk.bulletin("provincial programme", sound_ms=4_000)
    people = [
        Person("commune-operator", ("operate", "view"), Place("commune", each)) for each in communes
    ]
    for who in people:
        await talk.do("log in", who, LogIn())
    begins_ms, slots = _ahead_ms(talk), []
    for number, (who, commune) in enumerate(zip(people, communes, strict=True)):
        slot = await talk.slot(
            f"relay {number}", [commune], begins_ms, who=who, sound_ms=4_000, bulletin=programme
        )
        slots.append((who, commune, slot))
    for _, commune, slot in slots:
        await talk.until_played(slot, [commune], AHEAD_MS + SOON_MS)
    for who, _, slot in slots:
        await talk.do("remove afterwards", who, RemoveSlot(slot))


def _judge_relayed(record: Record) -> Iterator[tuple[str, Seen]]:
    fleet, names = Fleet(record), ("relay 0", "relay 1")
    if not in_time(record, names, LEAST_MS):
        return
    heard = [heard_by_all(fleet, name, "tiếp phát", name) for name in names]
    timely = [heard_at(fleet, name, TOLERANCE_MS, LATE_MS) for name in names]
    yield "source-programme-relayed", together([*heard, *timely])
    outside = [nobody_outside(fleet, name, "tiếp phát", name) for name in names]
    yield "source-nobody-outside", together(outside)


CASES = (
    Case(
        "source-slots",
        2,
        Text(
            vi="Khung giờ phát đúng lúc; thêm bớt không mất cái khác",
            en="Slots are heard at their time; adding and removing loses no other",
        ),
        PROVINCES,
        (
            "source-slot-at-its-time",
            "source-adding-keeps-others",
            "source-slot-removed-silent",
            "source-nobody-outside",
            "nothing-unasked",
        ),
        _slots,
        _judge_slots,
        needs=("programme",),
    ),
    Case(
        "source-slot-changed",
        1,
        Text(
            vi="Khung giờ đổi nội dung phát nội dung mới",
            en="A slot that was changed plays the new sound",
        ),
        PROVINCES,
        ("source-slot-changed", "source-adding-keeps-others"),
        _changed,
        _judge_changed,
        needs=("programme",),
    ),
    Case(
        "source-provincial-programme",
        2,
        Text(
            vi="Chương trình của tỉnh được các xã tiếp phát cùng giờ",
            en="A programme of the province is relayed by communes at the same time",
        ),
        PROVINCES,
        ("source-programme-relayed", "source-nobody-outside"),
        _relayed,
        _judge_relayed,
        needs=("programme",),
    ),
)
