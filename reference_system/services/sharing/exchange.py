"""What people share with other source systems, and what became of it on its way there."""

from collections.abc import Sequence
from typing import Any, Literal, cast

from sqlalchemy import select

from reference_system.interface import exchange as wire
from reference_system.services.acting import Act
from reference_system.services.administration import yearly_report
from reference_system.services.administration.statistics import Statistics
from reference_system.services.content import bulletins
from reference_system.services.paging import PAGE, Page, newest_first
from reference_system.services.refusals import Conflict, Forbidden, Invalid
from reference_system.services.sharing import peers
from reference_system.services.sharing.outbox import Told, put_out, put_out_withdrawal
from reference_system.services.units import Unit
from reference_system.services.within import nothing_there
from reference_system.store.base import new_id
from reference_system.store.exchange import Outgoing, Peer

State = Literal["waiting", "sent", "refused", "failed"]


def share_bulletin(
    act: Act,
    bulletin_id: str,
    peer_ids: Sequence[str] | None = None,
    order: wire.Ordered | None = None,
) -> list[Outgoing]:
    """Share an approved bulletin of this system with peers, by default with all; needs `approve`.

    `order` asks the peers to play an emergency; it needs `operate` and the second factor too.
    """
    row = bulletins.get(act, bulletin_id)
    act.require("approve", bulletins.unit_of(row))
    _must_be_ours(row.source_id)
    if row.state != "approved":
        raise Conflict(
            "not-approved",
            "Chỉ chia sẻ bản tin đã duyệt.",
            "Only an approved bulletin is shared.",
        )
    if order is not None:
        act.require("operate", bulletins.unit_of(row))
        act.require_confirmation()
        if row.bulletin_class != "emergency":
            raise Invalid(
                "order-unfit",
                "Chỉ bản tin khẩn cấp được gửi kèm lệnh phát.",
                "Only an emergency goes with an order.",
                "order",
            )
    contents = bulletins.contents(act, row.id)
    body = wire.Bulletin(
        kind="bulletin",
        unit=_place(bulletins.unit_of(row)),
        title=row.title,
        summary=row.summary,
        bulletin_class=cast(Any, row.bulletin_class),
        severity=row.severity,
        field=cast(Any, row.field),
        form=cast(Any, row.kind),
        status=cast(Any, row.status),
        valid_until=_same(row.valid_until_ms),
        relay_url=row.relay_url,
        contents=[
            wire.Content(language=each.language, text=each.text, sha256=each.media_sha256)
            for each in contents
        ],
        order=order,
    )
    files = tuple(dict.fromkeys(each.media_sha256 for each in contents if each.media_sha256))
    return put_out(act, _chosen(act, peer_ids), Told("bulletin", row.id, body, files))


def withdraw_bulletin(act: Act, bulletin_id: str, reason: str) -> list[Outgoing]:
    """Tell every peer that has the bulletin that it holds no longer; needs `approve`.

    `bulletins.take` does so with each bulletin that it withdraws. This is for one that still holds
    here, or that was replaced. Gives the messages to those who were not told before.
    """
    row = bulletins.get(act, bulletin_id)
    act.require("approve", bulletins.unit_of(row))
    return put_out_withdrawal(act, row.id, reason)


def share_statistics(
    act: Act, figures: Statistics, peer_ids: Sequence[str] | None = None
) -> list[Outgoing]:
    """Share figures of a unit, as they were counted, with peers; needs `operate` there."""
    act.require("operate", figures.unit)
    body = wire.Statistics(
        kind="statistics",
        unit=_place(figures.unit),
        since=_same(figures.period.since_ms),
        until=_same(figures.period.until_ms),
        at=_same(figures.at_ms),
        figures=[wire.Figure(key=list(key), value=value) for key, value in figures.figures.items()],
    )
    return put_out(act, _chosen(act, peer_ids), Told("statistics", new_id(act.now_ms), body))


def share_report(act: Act, report_id: str, peer_ids: Sequence[str] | None = None) -> list[Outgoing]:
    """Share a submitted yearly report with peers, as it was frozen; needs `approve` there."""
    row = yearly_report.shown(act, report_id)
    act.require("approve", act.system.units.named(row.level, row.code))
    if row.submitted_ms is None:
        raise Conflict(
            "not-submitted",
            "Chỉ chia sẻ báo cáo đã nộp.",
            "Only a submitted report is shared.",
        )
    return put_out(act, _chosen(act, peer_ids), yearly_report.message(row))


def outgoing(act: Act, after: str | None = None, limit: int = PAGE) -> Page[Outgoing]:
    """The outbox, newest first; needs `view` over the whole system."""
    act.require("view", act.system.settings.unit)
    moment, key = Outgoing.created_ms, Outgoing.id
    return newest_first(act.session, select(Outgoing), moment, key, after, limit)


def told_of(act: Act, bulletin_id: str) -> Sequence[tuple[Outgoing, Peer]]:
    """What peers were told of a bulletin, newest first; needs `approve` where it was made."""
    row = bulletins.get(act, bulletin_id)
    act.require("approve", bulletins.unit_of(row))
    query = (
        select(Outgoing, Peer)
        .join(Peer)
        .where(Outgoing.kind.in_(("bulletin", "withdrawal")), Outgoing.source_key == row.id)
        .order_by(Outgoing.created_ms.desc(), Outgoing.id.desc())
    )
    return [(each, peer) for each, peer in act.session.execute(query)]


def retry(act: Act, outgoing_id: str) -> Outgoing:
    """Try a message again that was refused or given up; needs `operate` over the whole system."""
    act.require("operate", act.system.settings.unit)
    row = act.session.get(Outgoing, outgoing_id)
    if row is None:
        raise nothing_there("thông điệp", "message")
    if row.state in ("refused", "failed"):
        row.state, row.tries, row.next_try_ms = "waiting", 0, act.now_ms
        act.record("exchange.retried", row.id)
    return row


def _chosen(act: Act, peer_ids: Sequence[str] | None) -> list[Peer]:
    if peer_ids is None:
        chosen = [each for each in peers.listed(act) if each.active]
    else:
        chosen = [peers.found(act, peer_id) for peer_id in dict.fromkeys(peer_ids)]
    if not chosen:
        raise Invalid("no-peer", "Chưa có hệ thống nào để chia sẻ.", "There is no peer.", "peers")
    return chosen


def _must_be_ours(source_id: str) -> None:
    if source_id:
        raise Forbidden(
            "not-ours",
            "Bản tin nhận từ hệ thống khác không được chia sẻ tiếp.",
            "A bulletin from another system is not passed on.",
        )


def _place(unit: Unit) -> wire.Place:
    return wire.Place(level=unit.level, code=unit.code)


def _same(ms: int | None) -> Any:
    return None if ms is None else wire.instant_text(ms)
