"""Approved bulletins for others, as CAP 1.2 messages."""

from collections.abc import Iterator

from reference_system.interface.cap import (
    BadCap,
    CapDraft,
    CapText,
    Reference,
    Resource,
    alert_of,
    write,
)
from reference_system.services.acting import Act
from reference_system.services.content import bulletins, media
from reference_system.services.content.drafts import FIRST_LANGUAGE, Content
from reference_system.services.refusals import Conflict
from reference_system.services.units import Unit
from reference_system.store.content import BulletinRow, Media
from scenarios.scenario import Area


def bulletin_cap(act: Act, bulletin_id: str) -> bytes:
    """An approved bulletin as a CAP message to the unit that it is of; raises `Conflict`.

    A new version of a bulletin is an update that refers to the old one.
    """
    row = bulletins.get(act, bulletin_id)
    if row.state != "approved":
        raise Conflict(
            "wrong-state",
            "Chỉ bản tin đã duyệt mới được xuất dạng CAP.",
            "Only an approved bulletin is told in CAP.",
        )
    try:
        return write(
            alert_of(
                _cap_draft(act, row),
                sender_name=act.system.settings.name,
                resources=tuple(_resources(act, row)),
            )
        )
    except BadCap:
        raise Conflict(
            "not-in-cap",
            "Bản tin có ký tự mà CAP không dùng được.",
            "The bulletin has a character that CAP cannot say.",
        ) from None


def _cap_draft(act: Act, row: BulletinRow) -> CapDraft:
    system, words = act.system, bulletins.words(act, row)
    before = act.session.get(BulletinRow, row.revises) if row.revises is not None else None
    said = words.contents or (Content(FIRST_LANGUAGE),)
    return CapDraft(
        identifier=row.id,
        sender=system.settings.source_id,
        sent_ms=_approved_ms(act, row),
        status=words.status,
        message="Alert" if before is None else "Update",
        references=() if before is None else (_reference(act, before),),
        bulletin_class=words.bulletin_class,
        severity=words.severity if words.bulletin_class == "emergency" else None,
        texts=tuple(
            CapText(each.language, row.title, row.title, each.text or None) for each in said
        ),
        expires_ms=words.valid_until_ms,
        era=system.settings.era,
        area=_area(bulletins.unit_of(row)),
    )


def _reference(act: Act, row: BulletinRow) -> Reference:
    whole_s = _approved_ms(act, row) // 1000  # as CAP told it
    return Reference(act.system.settings.source_id, row.id, whole_s * 1000)


def _approved_ms(act: Act, row: BulletinRow) -> int:
    approvals = (
        taken.at_ms for taken in bulletins.steps(act, row.id) if taken.step.startswith("approve")
    )
    return next(approvals, row.created_ms)  # what another system approved has no steps here


def _resources(act: Act, row: BulletinRow) -> Iterator[Resource]:
    for content in bulletins.contents(act, row.id):
        if content.media_sha256 is not None:
            file = act.session.get_one(Media, content.media_sha256)
            yield Resource(
                description=f"{row.title} ({content.language})",
                mime_type=file.media_type,
                size_bytes=file.size_bytes,
                uri=media.url(act.system, file.sha256),
            )


def _area(unit: Unit) -> Area:
    match unit.level:
        case "central":
            return Area(everywhere=True)
        case "province":
            return Area(provinces=(unit.code,))
        case "district":
            return Area(districts=(unit.code,))
        case "commune":
            return Area(communes=(unit.code,))
