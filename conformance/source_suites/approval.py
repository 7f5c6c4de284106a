"""The way of an ordinary bulletin: composed, appraised, approved, sent; and not before."""

from collections.abc import Iterator

from conformance.case import PROVINCES, Case, Seen
from conformance.checks.acts import refused
from conformance.checks.fleet import (
    Fleet,
    heard_by_all,
    nobody_at_all,
    nothing_unasked,
    together,
)
from conformance.clauses import SYSTEMS
from conformance.record import Record
from conformance.sources.acts import APPROVER, COMPOSER, Appraise, Approve, Return, Submit
from conformance.sources.dealing import Dealing
from scenarios.scenario import Text

SOON_MS = 20_000
AFTERWARDS_MS = 3_000
"""How long the fleet is watched for what should not have been sent."""

TOO_EARLY = ("as a draft", "submitted", "appraised", "returned")


async def _approved(talk: Dealing) -> None:
    communes = talk.communes[:1]
    bulletin = await talk.draft("normal")
    await talk.issue("as a draft", bulletin, communes)
    await talk.do("submit", COMPOSER, Submit(bulletin))
    await talk.issue("submitted", bulletin, communes)
    await talk.do("appraise", APPROVER, Appraise(bulletin))
    await talk.issue("appraised", bulletin, communes)
    await talk.do("approve", APPROVER, Approve(bulletin))
    order = await talk.issue("approved", bulletin, communes)
    await talk.until_played(order, communes, SOON_MS)


def _judge_approved(record: Record) -> Iterator[tuple[str, Seen]]:
    fleet = Fleet(record)
    yield "source-not-without-approval", _not_sent(fleet, TOO_EARLY[:3])
    yield "source-sent-once-approved", heard_by_all(fleet, "approved", "đã duyệt", "approved")


async def _returned(talk: Dealing) -> None:
    communes = talk.communes[:1]
    bulletin = await talk.draft("normal")
    await talk.do("submit", COMPOSER, Submit(bulletin))
    await talk.do("return", APPROVER, Return(bulletin, "Thử nghiệm: trả lại"))
    await talk.issue("returned", bulletin, communes)
    await talk.wait(AFTERWARDS_MS)


def _judge_returned(record: Record) -> Iterator[tuple[str, Seen]]:
    yield "source-not-without-approval", _not_sent(Fleet(record), TOO_EARLY[3:])


def _not_sent(fleet: Fleet, names: tuple[str, ...]) -> Seen:
    """Each of these orders was refused, and no device was told of it, by whatever name."""
    asked = [refused(fleet.record, name) for name in names]
    nobody = [nobody_at_all(fleet, name) for name in names]
    return together([*asked, *nobody, nothing_unasked(fleet)])


CASES = (
    Case(
        "source-approval",
        2,
        Text(
            vi="Bản tin được gửi sau khi thẩm định và duyệt, không sớm hơn",
            en="A bulletin is sent once it was appraised and approved, and not before",
        ),
        SYSTEMS,
        ("source-not-without-approval", "source-sent-once-approved"),
        _approved,
        _judge_approved,
    ),
    Case(
        "source-returned",
        2,
        Text(vi="Bản tin bị trả lại không được gửi", en="A returned bulletin is not sent"),
        PROVINCES,
        ("source-not-without-approval",),
        _returned,
        _judge_returned,
    ),
)
