"""What comes from the system above: bulletins, emergencies, their end; and what must be refused."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from conformance.case import PROVINCES, Case, Seen
from conformance.checks.acts import refused
from conformance.checks.exchange import all_of, kept_whole, taken, there
from conformance.checks.fleet import (
    Fleet,
    heard_by_all,
    nobody_at_all,
    nobody_outside,
    nothing_unasked,
    silent_after_cancel,
)
from conformance.record import Record
from conformance.sources.acts import COMPOSER, Area, Done, Place
from conformance.sources.dealing import SPOKEN, Dealing
from conformance.sources.exchange import (
    PeerSystem,
    ReceivedBulletin,
    SendBulletin,
    SendWithdrawal,
    Spoiled,
)
from scenarios import territory
from scenarios.scenario import CLASSES, Text

CENTRE = Place("central", "VN")
SOON_MS = 30_000
ASKED_EVERY_MS = 500
AFTERWARDS_MS = 3_000
"""How long the fleet is watched for what should not have been sent."""

DAY_MS = 24 * 60 * 60 * 1_000
SHORT_MS, LONG_MS = 3_000, 20_000
"""Of an emergency that is to be heard to its end, and of one that is ended."""

FIRST = CLASSES[0]
SPOILED: tuple[Spoiled, ...] = ("type", "time", "unknown-field", "file", "future")
TOKENS = ("wrong", "none")
STRANGER = "a unit of others"
REFUSED = (*SPOILED, *(f"{token} token" for token in TOKENS), STRANGER)


async def _from_above(talk: Dealing) -> None:
    centre = (await talk.peer("centre", CENTRE)).about
    until_ms = talk.now_ms() // 1_000 * 1_000 + DAY_MS + 250
    sent: dict[str, SendBulletin] = {}
    for each in CLASSES:
        summary = f"{SPOKEN}: tóm tắt {each}"
        severity = 2 if each == "emergency" else 0
        sent[each] = await _send(
            talk,
            centre,
            each,
            summary=summary,
            bulletin_class=each,
            severity=severity,
            valid_until_ms=until_ms,
        )
    await talk.do("again", centre, replace(sent[FIRST], key=talk.key()))
    changed = replace(sent[FIRST], key=talk.key(), title=f"{SPOKEN}: khác")
    await talk.do("with other words", centre, changed)
    for each in CLASSES:
        await _shown(talk, each, centre, sent[each])
    communes = talk.communes[:1]
    order = await talk.issue("sent on", await _id(talk, "priority", centre, sent), communes)
    await talk.until_played(order, communes, SOON_MS)
    name = await _id(talk, FIRST, centre, sent)
    await _withdraw(talk, centre, sent[FIRST])
    await talk.issue("sent after its end", name, communes)


def _judge_from_above(record: Record) -> Iterator[tuple[str, Seen]]:
    yield "from-above-taken", all_of(taken(record, each) for each in CLASSES)
    yield "from-above-whole", all_of(kept_whole(record, each) for each in CLASSES)
    yield "from-above-once", all_of((taken(record, "again"), there(record, FIRST, 1)))
    heard = heard_by_all(Fleet(record), "sent on", "bản tin từ trên", "bulletin from above")
    yield "from-above-heard", heard
    after = (
        refused(record, "sent after its end"),
        nobody_at_all(Fleet(record), "sent after its end"),
    )
    yield "from-above-withdrawn", all_of((taken(record, "withdrawal"), *after))


async def _emergency(talk: Dealing) -> None:
    centre = (await talk.peer("centre", CENTRE, trusted=True)).about
    communes = talk.communes[:1]
    sent = await _send_emergency(talk, centre, "emergency", communes)
    order = await _ordered(talk, "emergency", centre, sent)
    await talk.until_sounding(order, communes, SOON_MS)
    await _withdraw(talk, centre, sent)
    await talk.until_reached(order, communes, SOON_MS, "Cancel")
    await talk.until_played(order, communes, SOON_MS)


def _judge_emergency(record: Record) -> Iterator[tuple[str, Seen]]:
    fleet, words = Fleet(record), ("khẩn cấp từ trên", "emergency from above")
    heard = (taken(record, "emergency"), heard_by_all(fleet, "emergency", *words))
    yield "from-above-emergency-heard", all_of(heard)
    yield "from-above-nobody-outside", nobody_outside(fleet, "emergency", *words)
    ended = silent_after_cancel(fleet, "withdrawal", "emergency", *words)
    yield "from-above-cancel-ends-it", ended


async def _waits(talk: Dealing) -> None:
    centre = (await talk.peer("centre", CENTRE)).about
    communes = talk.communes[:1]
    sent = await _send_emergency(talk, centre, "emergency", communes, sound_ms=SHORT_MS)
    await talk.wait(AFTERWARDS_MS)
    bulletin = await _id(talk, "emergency", centre, {"emergency": sent})
    order = await talk.issue("by a person", bulletin, communes)
    await talk.until_played(order, communes, SOON_MS)


def _judge_waits(record: Record) -> Iterator[tuple[str, Seen]]:
    fleet = Fleet(record)
    nobody = (nobody_at_all(fleet, "emergency"), nothing_unasked(fleet))
    yield "from-above-waits", all_of((there(record, "emergency", 1), *nobody))
    heard = heard_by_all(fleet, "by a person", "người trực phát", "sent by a person")
    yield "from-above-heard", heard


async def _hostile(talk: Dealing) -> None:
    """All of them emergencies that would be heard: so a system that errs is heard to err."""
    centre = (await talk.peer("centre", CENTRE, trusted=True)).about
    commune = (await talk.peer("commune", Place("commune", talk.communes[0]), trusted=True)).about
    communes, sent = talk.communes[:1], dict[str, SendBulletin]()
    for spoiled in SPOILED:
        sent[spoiled] = await _send_emergency(talk, centre, spoiled, communes, spoiled=spoiled)
    for token in TOKENS:
        name = f"{token} token"
        sent[name] = await _send_emergency(talk, centre, name, communes, token=token)
    sent[STRANGER] = await _send_emergency(talk, commune, STRANGER, communes, place=CENTRE)
    await _send_emergency(talk, centre, "elsewhere", (_elsewhere(talk),))
    await talk.wait(AFTERWARDS_MS)
    for name, each in sent.items():
        await _shown(talk, name, commune if name == STRANGER else centre, each)


def _judge_hostile(record: Record) -> Iterator[tuple[str, Seen]]:
    yield "exchange-refuses", all_of(refused(record, name) for name in REFUSED)
    yield "exchange-keeps-nothing", all_of(there(record, name, 0) for name in REFUSED)
    fleet = Fleet(record)
    record.told("elsewhere")
    nobody = [nobody_at_all(fleet, name) for name in (*REFUSED, "elsewhere")]
    yield "exchange-nobody-hears", all_of((*nobody, nothing_unasked(fleet)))


# ---- What a peer says, and what people see of it ------------------------------------------------


async def _send(talk: Dealing, peer: PeerSystem, name: str, **words: Any) -> SendBulletin:
    key = talk.key()
    title = f"{SPOKEN}: {name} {key}"
    sent = SendBulletin(key, key, title, title, **words)
    await talk.do(name, peer, sent)
    return sent


async def _send_emergency(
    talk: Dealing, peer: PeerSystem, name: str, communes: tuple[str, ...], **how: Any
) -> SendBulletin:
    words = {"bulletin_class": "emergency", "severity": 2, "sound_ms": LONG_MS, **how}
    return await _send(talk, peer, name, area=Area(communes=communes), **words)


def _elsewhere(talk: Dealing) -> str:
    """A commune of another province."""
    communes = territory.load(talk.around.era).communes
    home = communes[talk.communes[0]].province
    return next(code for code, commune in communes.items() if commune.province != home)


async def _withdraw(talk: Dealing, peer: PeerSystem, sent: SendBulletin) -> None:
    key = talk.key()
    await talk.do("withdrawal", peer, SendWithdrawal(key, key, sent.message, f"{SPOKEN}: thu hồi"))


async def _shown(talk: Dealing, name: str, peer: PeerSystem, sent: SendBulletin) -> Any:
    """Look for it, and for the order that plays it."""
    looking = ReceivedBulletin(sent.key, peer, sent.message)
    return await talk.do(f"{name}: shown", COMPOSER, looking)


async def _id(talk: Dealing, name: str, peer: PeerSystem, sent: dict[str, SendBulletin]) -> str:
    """The system's own name of it; the message's where there is none."""
    found = await _shown(talk, name, peer, sent[name])
    return found.said[0]["id"] if isinstance(found, Done) and found.said else sent[name].message


async def _ordered(talk: Dealing, name: str, peer: PeerSystem, sent: SendBulletin) -> str:
    """The order that plays it, once there is one; the message's name where none comes."""
    deadline_ms = talk.now_ms() + SOON_MS
    while talk.now_ms() < deadline_ms:
        found = await _shown(talk, name, peer, sent)
        if isinstance(found, Done) and found.id is not None:
            return found.id
        await talk.wait(ASKED_EVERY_MS)
    return sent.message


CASES = (
    Case(
        "source-from-above",
        2,
        Text(
            vi="Bản tin từ hệ thống trên: đến nguyên vẹn, một lần, phát được, thu hồi được",
            en="Bulletins from above arrive whole and once, can be heard, and be withdrawn",
        ),
        PROVINCES,
        (
            "from-above-taken",
            "from-above-whole",
            "from-above-once",
            "from-above-heard",
            "from-above-withdrawn",
        ),
        _from_above,
        _judge_from_above,
        needs=("exchange",),
    ),
    Case(
        "source-emergency-from-above",
        2,
        Text(
            vi="Khẩn cấp từ hệ thống trên được tin cậy: phát ngay, thu hồi thì dừng",
            en="An emergency of a trusted system above is heard, and its withdrawal ends it",
        ),
        PROVINCES,
        ("from-above-emergency-heard", "from-above-nobody-outside", "from-above-cancel-ends-it"),
        _emergency,
        _judge_emergency,
        needs=("exchange",),
    ),
    Case(
        "source-emergency-from-above-waits",
        2,
        Text(
            vi="Khẩn cấp từ hệ thống chưa được tin cậy: chờ người trực",
            en="An emergency of a system that is not trusted waits for a person",
        ),
        PROVINCES,
        ("from-above-waits", "from-above-heard"),
        _waits,
        _judge_waits,
        needs=("exchange",),
    ),
    Case(
        "source-exchange-refuses",
        2,
        Text(
            vi="Thông điệp sai mã, sai dạng, của hoặc cho nơi khác: từ chối, không ai phát",
            en="Messages of strangers, without form, or for elsewhere are refused: nobody plays",
        ),
        PROVINCES,
        ("exchange-refuses", "exchange-keeps-nothing", "exchange-nobody-hears"),
        _hostile,
        _judge_hostile,
        needs=("exchange",),
        permits=("hostile",),
    ),
)
