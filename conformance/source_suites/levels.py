"""Accounts, roles and levels: who may do what, and where, in a province and its communes."""

from collections.abc import Iterator, Sequence

from conformance.case import PROVINCES, Case, Seen
from conformance.checks.acts import done, refused
from conformance.checks.fleet import (
    Fleet,
    heard_by_all,
    nobody_at_all,
    nobody_outside,
    together,
)
from conformance.record import Record
from conformance.sources.acts import (
    ADMINISTRATOR,
    APPROVER,
    COMPOSER,
    Appraise,
    Approve,
    CloseAccount,
    LogIn,
    Person,
    Place,
    Submit,
)
from conformance.sources.dealing import Dealing
from scenarios.scenario import Text

SOON_MS = 20_000
AFTERWARDS_MS = 3_000
"""How long the fleet is watched for what should not have been sent."""

WRITER = Person("only-writes", ("compose",))
VIEWER = Person("only-looks", ("view",))

# ---- Levels -------------------------------------------------------------------------------------


async def _commune(talk: Dealing) -> None:
    own, other = talk.communes[:2]
    await _within(talk, Place("commune", own), [own], [other])


async def _district(talk: Dealing) -> None:
    code = talk.commune(talk.communes[0]).district
    inside = [each for each in talk.communes if talk.commune(each).district == code]
    outside = [each for each in talk.communes if each not in inside]
    await _within(talk, Place("district", code), inside, outside[:1])


async def _within(
    talk: Dealing, place: Place, inside: Sequence[str], outside: Sequence[str]
) -> None:
    """The people of a unit write, approve and send in their own area, and then try elsewhere."""
    writer = Person(f"{place.level}-writer", ("compose", "operate", "view"), place)
    approver = Person(f"{place.level}-approver", ("appraise", "approve", "operate", "view"), place)
    bulletin = await talk.bulletin("bulletin", sound_ms=2_000, writer=writer, approver=approver)
    order = await talk.issue("own area", bulletin, inside, who=approver)
    await talk.until_played(order, inside, SOON_MS)
    if outside:
        await talk.issue("elsewhere", bulletin, outside, who=approver)
        await talk.issue("also elsewhere", bulletin, [*inside, *outside], who=approver)
        await talk.wait(AFTERWARDS_MS)


def _judge_commune(record: Record) -> Iterator[tuple[str, Seen]]:
    yield from _judge_within(record, "commune")


def _judge_district(record: Record) -> Iterator[tuple[str, Seen]]:
    yield from _judge_within(record, "district")


def _judge_within(record: Record, level: str) -> Iterator[tuple[str, Seen]]:
    fleet = Fleet(record)
    heard = heard_by_all(fleet, "own area", "địa bàn của mình", "own area")
    yield f"source-{level}-sends", heard
    yield "source-nobody-outside", nobody_outside(fleet, "own area", "của mình", "own area")
    yield f"source-other-{level}-refused", _none(fleet, "elsewhere", "also elsewhere")


# ---- Roles --------------------------------------------------------------------------------------


async def _roles(talk: Dealing) -> None:
    communes = talk.communes[:1]
    bulletin = await talk.draft("bulletin", sound_ms=2_000)
    await talk.do("submit", COMPOSER, Submit(bulletin))
    await talk.do("appraised by who writes", WRITER, Appraise(bulletin))
    await talk.do("appraise", APPROVER, Appraise(bulletin))
    await talk.do("approved by who writes", WRITER, Approve(bulletin))
    await talk.do("approve", APPROVER, Approve(bulletin))
    await talk.issue("sent by who writes", bulletin, communes, who=WRITER)
    await talk.issue("sent by who looks", bulletin, communes, who=VIEWER)
    await talk.draft("written by who looks", writer=VIEWER)
    order = await talk.issue("sent", bulletin, communes)
    await talk.until_played(order, communes, SOON_MS)


def _judge_roles(record: Record) -> Iterator[tuple[str, Seen]]:
    fleet = Fleet(record)
    steps = [refused(record, f"{step} by who writes") for step in ("appraised", "approved")]
    yield "source-writer-only-writes", together([*steps, _none(fleet, "sent by who writes")])
    written = refused(record, "written by who looks: compose")
    yield "source-viewer-only-looks", together([written, _none(fleet, "sent by who looks")])
    yield "source-sent-once-approved", heard_by_all(fleet, "sent", "đã duyệt", "approved")


def _none(fleet: Fleet, *names: str) -> Seen:
    """Each of these orders was refused, and no device was told of it."""
    asked = [refused(fleet.record, name) for name in names]
    return together([*asked, *(nobody_at_all(fleet, name) for name in names)])


# ---- Accounts -----------------------------------------------------------------------------------


async def _closed(talk: Dealing) -> None:
    person = Person(f"leaving-{talk.key()}", ("compose", "view"))
    await talk.draft("before", writer=person)
    await talk.do("close", ADMINISTRATOR, CloseAccount(person))
    await talk.draft("after", writer=person)
    await talk.do("log in again", person, LogIn())


def _judge_closed(record: Record) -> Iterator[tuple[str, Seen]]:
    yield "source-account-made", done(record, "before: compose")
    tries = [refused(record, name) for name in ("after: compose", "log in again")]
    yield "source-account-closed", together([done(record, "close"), *tries])


CASES = (
    Case(
        "source-commune-level",
        2,
        Text(
            vi="Người của xã gửi trong xã mình, không gửi được nơi khác",
            en="A commune's people send in their own commune, and nowhere else",
        ),
        PROVINCES,
        ("source-commune-sends", "source-nobody-outside", "source-other-commune-refused"),
        _commune,
        _judge_commune,
    ),
    Case(
        "source-district-level",
        2,
        Text(
            vi="Người của huyện gửi trong huyện mình, không gửi được nơi khác",
            en="A district's people send in their own district, and nowhere else",
        ),
        PROVINCES,
        ("source-district-sends", "source-nobody-outside", "source-other-district-refused"),
        _district,
        _judge_district,
        needs=("districts",),
        alone=True,
    ),
    Case(
        "source-roles",
        1,
        Text(
            vi="Ai chỉ soạn thì không duyệt, không gửi; ai chỉ xem thì không soạn",
            en="Who may only write neither approves nor sends; who may only look does not write",
        ),
        PROVINCES,
        ("source-writer-only-writes", "source-viewer-only-looks", "source-sent-once-approved"),
        _roles,
        _judge_roles,
    ),
    Case(
        "source-account-closed",
        1,
        Text(
            vi="Tài khoản mới dùng được, tài khoản đã khóa thì không",
            en="A new account serves, and one that was closed does not",
        ),
        PROVINCES,
        ("source-account-made", "source-account-closed"),
        _closed,
        _judge_closed,
    ),
)
