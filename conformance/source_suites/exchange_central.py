"""The central system: what it shares with provinces, and what it gathers from them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from conformance.case import Case, Seen
from conformance.checks.acts import refused, said_last
from conformance.checks.exchange import (
    all_of,
    arrived,
    in_form,
    key_of,
    same,
    shared_whole,
    taken,
    withdrawn,
    words_of,
)
from conformance.clauses import SYSTEMS
from conformance.record import Record
from conformance.source_suites.sharing import SOON_MS
from conformance.sources.acts import APPROVER, COMPOSER, Area, Done, Place
from conformance.sources.dealing import SPOKEN, Dealing
from conformance.sources.exchange import (
    PeerSystem,
    ReceivedData,
    Send,
    SendReport,
    SendStatistics,
    ShareBulletin,
    ShownBulletin,
    WithdrawShared,
)
from scenarios import territory
from scenarios.scenario import Text

if TYPE_CHECKING:
    from conformance.sources.peers import Played

CENTRES = SYSTEMS[1:]
PROVINCES = ("first province", "second province")
SHARED = ("normal", "emergency")
FIGURES = (("bulletins/normal", 7), ("devices/online", 3))
YEAR, SINCE_MS, UNTIL_MS = 2022, 1_640_970_000_000, 1_672_506_000_000
"""A year in Viet Nam, as instants."""


async def _shares_down(talk: Dealing) -> None:
    played = [await talk.peer(name, place) for name, place in _provinces(talk).items()]
    peers, area = tuple(each.about for each in played), Area(communes=talk.communes[:1])
    for name in SHARED:
        is_emergency = name == "emergency"
        bulletin = await talk.bulletin(name, "emergency" if is_emergency else "normal")
        await talk.do(f"{name}: shown", COMPOSER, ShownBulletin(bulletin))
        sharing = ShareBulletin(bulletin, peers, area if is_emergency else None)
        done = await talk.do(f"{name}: share", APPROVER, sharing)
        key = str(done.said[0]) if isinstance(done, Done) and done.said else ""
        await talk.until(partial(_have, played, "bulletin", key), SOON_MS)
        await talk.do(f"{name}: end", APPROVER, WithdrawShared(bulletin, f"{SPOKEN}: thu hồi"))
        await talk.until(partial(_have, played, "withdrawal", key), SOON_MS)


def _have(played: Sequence["Played"], kind: str, key: str) -> bool:
    return all(each.has(kind, key) for each in played)


def _judge_shares_down(record: Record) -> Iterator[tuple[str, Seen]]:
    every = [(peer, name) for peer in PROVINCES for name in SHARED]
    yield "shared-in-form", in_form(record, *PROVINCES)
    yield "central-shares-whole", all_of(shared_whole(record, *each) for each in every)
    yield "central-orders", all_of(_ordered(record, peer) for peer in PROVINCES)
    yield "central-withdraws", all_of(withdrawn(record, *each) for each in every)


def _ordered(record: Record, peer: str) -> Seen:
    """The emergency came with the area where it is to be played."""
    area = record.first("told", "emergency: share").detail["area"]
    came = arrived(record, peer, "bulletin", key_of(record, "emergency: share"))
    found = came[0].detail["says"] if came else {}
    wanted = {"area": [area["everywhere"], sorted(area["communes"])]}
    return same(f"emergency, {peer}", wanted, found, ("area",))


async def _gathers(talk: Dealing) -> None:
    peers = [(await talk.peer(*each)).about for each in _provinces(talk).items()]
    for number, peer in enumerate(peers):
        key = talk.key()
        figures = tuple((name, value + number) for name, value in FIGURES)
        statistics = SendStatistics(key, key, SINCE_MS, UNTIL_MS, figures)
        await _twice(talk, peer, "figures", statistics)
        key = talk.key()
        report = SendReport(key, key, YEAR, SINCE_MS, UNTIL_MS, f"{SPOKEN}: {peer.name}")
        await _twice(talk, peer, "report", report)
    key = talk.key()
    stranger = SendStatistics(key, key, SINCE_MS, UNTIL_MS, FIGURES, place=peers[1].place)
    await talk.do("figures of others", peers[0], stranger)
    for peer in peers:
        await talk.do(f"{peer.name}: received", APPROVER, ReceivedData(peer))


async def _twice(talk: Dealing, peer: PeerSystem, name: str, sent: Send) -> None:
    await talk.do(f"{peer.name}: {name}", peer, sent)
    await talk.do(f"{peer.name}: {name} again", peer, replace(sent, key=talk.key()))


def _judge_gathers(record: Record) -> Iterator[tuple[str, Seen]]:
    names = [
        f"{peer}: {name}{more}"
        for peer in PROVINCES
        for name in ("figures", "report")
        for more in ("", " again")
    ]
    yield "central-takes", all_of(taken(record, name) for name in names)
    yield "central-has-figures", all_of(_figures(record, peer) for peer in PROVINCES)
    yield "central-has-reports", all_of(_report(record, peer) for peer in PROVINCES)
    yield "central-refuses-others", refused(record, "figures of others")


def _figures(record: Record, peer: str) -> Seen:
    sent = words_of(record, f"{peer}: figures")
    wanted = {name: sent[name] for name in ("figures", "since_ms", "until_ms")}
    return _once(record, peer, "statistics", wanted)


def _report(record: Record, peer: str) -> Seen:
    files = record.answers(record.told(f"{peer}: report").order)[0].detail["said"]["files"]
    return _once(record, peer, "report", {"year": YEAR, "files": files})


def _once(record: Record, peer: str, kind: str, wanted: dict[str, object]) -> Seen:
    """What a province sent is there, once and with the same words."""
    received = said_last(record, f"{peer}: received")
    found = [each for each in received if each["kind"] == kind]
    if len(found) != 1:
        says = Text(f"{peer}: có {len(found)} {kind}", f"{peer}: {len(found)} {kind} are there")
        return Seen(False, says)
    return same(f"{peer}: {kind}", wanted, found[0], wanted)


def _provinces(talk: Dealing) -> dict[str, Place]:
    """Two of those that the fleet stands in."""
    known = territory.load(talk.around.era).communes
    codes = dict.fromkeys(known[commune].province for commune in talk.communes)
    return {name: Place("province", code) for name, code in zip(PROVINCES, codes, strict=False)}


CASES = (
    Case(
        "source-central-shares-down",
        2,
        Text(
            vi="Trung ương chia sẻ xuống các tỉnh: bản tin, khẩn cấp kèm địa bàn, thu hồi",
            en="The centre shares with provinces: a bulletin, an emergency with its area, the end",
        ),
        CENTRES,
        ("shared-in-form", "central-shares-whole", "central-orders", "central-withdraws"),
        _shares_down,
        _judge_shares_down,
        needs=("exchange",),
        alone=True,
    ),
    Case(
        "source-central-gathers",
        2,
        Text(
            vi="Trung ương nhận số liệu, báo cáo của các tỉnh: nguyên vẹn, một lần, đúng tỉnh",
            en="The centre gathers figures and reports of provinces: whole, once, of their own",
        ),
        CENTRES,
        ("central-takes", "central-has-figures", "central-has-reports", "central-refuses-others"),
        _gathers,
        _judge_gathers,
        needs=("exchange",),
        alone=True,
    ),
)
