"""Bulletins (bản tin): composed, appraised by another person, approved, returned or withdrawn.

A person who wrote any of a bulletin may neither appraise nor approve it; the one exception is
the step "approve-at-once" of an emergency, which stays on the record as such.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import cast

from sqlalchemy import ColumnElement, and_, delete, false, or_, select

from reference_system.interface.vocabulary import Status
from reference_system.services.acting import Act
from reference_system.services.content import workflow
from reference_system.services.content.bulletin_words import FieldName, Kind, State
from reference_system.services.content.drafts import Content, Draft, check, in_order, missing
from reference_system.services.content.workflow import Step
from reference_system.services.paging import PAGE, Page, newest_first
from reference_system.services.refusals import Conflict, Forbidden, Invalid, Missing
from reference_system.services.sharing.outbox import put_out_withdrawal
from reference_system.services.units import Level, Unit
from reference_system.services.within import within
from reference_system.store.base import new_id
from reference_system.store.content import BulletinContent, BulletinRow, BulletinStep, Media
from reference_system.store.people import Person
from scenarios.scenario import BulletinClass

_WRITING = ("compose", "edit", "speak")
_OPEN: tuple[State, ...] = ("draft", "submitted", "appraised", "returned")


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was taken: by whom, and which version it made of the bulletin."""

    step: str
    at_ms: int
    version: int
    person_id: str | None
    person_name: str | None
    reason: str


def create(
    act: Act,
    draft: Draft,
    *,
    client_id: str | None = None,
    unit: Unit | None = None,
    source_id: str = "",
    source_key: str = "",
    revises: str | None = None,
) -> BulletinRow:
    """A new draft of `unit`, by default the actor's own; needs the role compose.

    Asked again with the same `client_id` by the same person for the same words, gives what there is
    by now. Raises `Conflict` ("id-taken") for other words, `Invalid` for words that contradict
    themselves.
    """
    unit = unit or act.actor.unit
    act.require("compose", unit)
    words_hash = _hash(draft, unit, act.actor.person_id, source_id, source_key, revises)
    if client_id is not None and (before := act.session.get(BulletinRow, client_id)) is not None:
        if before.words_hash == words_hash:
            return before
        raise Conflict(
            "id-taken",
            "Mã này đã dùng cho bản tin khác.",
            "This id is taken by another bulletin.",
            "id",
        )
    row = BulletinRow(
        id=client_id or new_id(act.now_ms),
        state="draft",
        level=unit.level,
        code=unit.code,
        department=act.actor.department,
        author_id=act.actor.person_id,
        source_id=source_id,
        source_key=source_key,
        revises=revises,
        words_hash=words_hash,
        created_ms=act.now_ms,
        version=0,
    )
    _write(act, row, draft)
    _take(act, row, "compose", "draft")
    return row


def edit(act: Act, bulletin_id: str, version: int, draft: Draft) -> BulletinRow:
    """Replace the words of a draft, or of a returned bulletin, which is then a draft again.

    A file that was spoken is dropped once its words, or what is said before them, change. Raises
    `Conflict` where `version` is not the newest, or the bulletin can no longer be edited.
    """
    row = editable(act, bulletin_id, version)
    _write(act, row, draft)
    _take(act, row, "edit", "draft")
    return row


def editable(act: Act, bulletin_id: str, version: int) -> BulletinRow:
    """A bulletin that this person may edit now; raises what `edit` raises."""
    row = get(act, bulletin_id)
    _allowed(act, row, "edit", version)
    return row


def set_spoken(
    act: Act, bulletin_id: str, version: int, language: str, sha256: str, spoken_by: str
) -> BulletinRow:
    """Give the words in a language the file that `spoken_by` made of them."""
    row = editable(act, bulletin_id, version)
    content = act.session.get(BulletinContent, (bulletin_id, language))
    if content is None:
        raise no_words(language)
    content.media_sha256, content.spoken_by = sha256, spoken_by
    _take(act, row, "speak", "draft")
    return row


def take(act: Act, bulletin_id: str, step: Step, version: int, reason: str = "") -> BulletinRow:
    """Take a step of `workflow.RULES` other than "edit"; peers are told what is withdrawn.

    Raises `Conflict` where the step does not fit the state or `version` is not the newest,
    `Forbidden` for a missing role or for one's own bulletin, `Invalid` for what is missing.
    """
    if step == "edit":
        raise Invalid("wrong-state", "Sửa bản tin là gửi lời mới.", "To edit is to send words.")
    row = get(act, bulletin_id)
    rule = _allowed(act, row, step, version)
    if rule.with_reason and not reason.strip():
        raise Invalid("reason-missing", "Cần nêu lý do.", "This step needs a reason.", "reason")
    if rule.confirmed:
        if row.bulletin_class != "emergency":
            raise not_emergency()
        act.require_confirmation()
    if rule.complete and (lacking := missing(words(act, row), act.now_ms)):
        raise lacking[0]
    _take(act, row, step, rule.to, reason)
    if step == "withdraw":
        put_out_withdrawal(act, row.id, reason)
    if rule.to == "approved" and row.revises is not None:
        _replace(act, row.revises, row)
    return row


def revise(act: Act, bulletin_id: str, version: int, *, new: str | None = None) -> BulletinRow:
    """A new version, a draft, of an approved bulletin, which stays as it is until that is approved.

    `new` is its id. Raises `Conflict` where the bulletin is not approved, or has a new version
    on its way already.
    """
    row = get(act, bulletin_id)
    act.require("compose", unit_of(row))
    draft = words(act, row)
    if new is not None and act.session.get(BulletinRow, new) is not None:
        return create(act, draft, client_id=new, unit=unit_of(row), revises=bulletin_id)
    _same_version(row, version)
    if row.state != "approved":
        raise Conflict(
            "wrong-state",
            "Chỉ bản tin đã duyệt mới cần phiên bản mới.",
            "Only an approved bulletin needs a new version.",
        )
    under_way = act.session.scalars(
        select(BulletinRow.id).where(
            BulletinRow.revises == bulletin_id, BulletinRow.state.in_(_OPEN)
        )
    ).first()
    if under_way is not None:
        raise Conflict(
            "revision-open",
            f"Đã có phiên bản mới đang soạn: {under_way}.",
            f"A new version is under way already: {under_way}.",
        )
    revision = create(act, draft, client_id=new, unit=unit_of(row), revises=bulletin_id)
    for old in contents(act, bulletin_id):
        copy = act.session.get_one(BulletinContent, (revision.id, old.language))
        copy.spoken_by = old.spoken_by
    act.session.flush()
    return revision


def get(act: Act, bulletin_id: str) -> BulletinRow:
    """A bulletin of the own unit or below, or an approved one from above; raises `Missing`."""
    row = act.session.get(BulletinRow, bulletin_id)
    if row is None or not _seen(act, row):
        raise Missing("no-bulletin", "Không có bản tin này.", "There is no such bulletin.")
    return row


def listed(
    act: Act,
    *,
    state: State | None = None,
    bulletin_class: BulletinClass | None = None,
    after: str | None = None,
    limit: int = PAGE,
) -> Page[BulletinRow]:
    """The bulletins that `get` gives, newest first."""
    query = select(BulletinRow).where(_visible(act))
    if state is not None:
        query = query.where(BulletinRow.state == state)
    if bulletin_class is not None:
        query = query.where(BulletinRow.bulletin_class == bulletin_class)
    moment, key = BulletinRow.created_ms, BulletinRow.id
    return newest_first(act.session, query, moment, key, after, limit)


def contents(act: Act, bulletin_id: str) -> tuple[Content, ...]:
    """What a bulletin says, Vietnamese first."""
    rows = act.session.scalars(
        select(BulletinContent).where(BulletinContent.bulletin_id == bulletin_id)
    )
    return in_order(
        Content(row.language, row.text, row.media_sha256, row.spoken_by) for row in rows
    )


def steps(act: Act, bulletin_id: str) -> tuple[Taken, ...]:
    """The steps that were taken with a bulletin, oldest first."""
    query = (
        select(BulletinStep, Person.name)
        .outerjoin(Person, Person.id == BulletinStep.person_id)
        .where(BulletinStep.bulletin_id == bulletin_id)
        .order_by(BulletinStep.version)
    )
    return tuple(
        Taken(row.step, row.at_ms, row.version, row.person_id, name, row.reason)
        for row, name in act.session.execute(query)
    )


def words(act: Act, row: BulletinRow) -> Draft:
    """The words of a stored bulletin."""
    return Draft(
        title=row.title,
        bulletin_class=cast(BulletinClass, row.bulletin_class),
        kind=cast(Kind, row.kind),
        summary=row.summary,
        severity=row.severity,
        field=cast(FieldName, row.field),
        status=cast(Status, row.status),
        valid_until_ms=row.valid_until_ms,
        relay_url=row.relay_url,
        contents=contents(act, row.id),
    )


def unit_of(row: BulletinRow) -> Unit:
    """The unit that composed a bulletin."""
    return Unit(cast(Level, row.level), row.code)


def state_of(row: BulletinRow) -> State:
    """Where a bulletin stands."""
    return cast(State, row.state)


def no_words(language: str) -> Invalid:
    """The refusal where a bulletin has no words in a language."""
    return Invalid(
        "no-words",
        f"Bản tin không có lời bằng ngôn ngữ {language}.",
        f"The bulletin has no words in {language}.",
        "language",
    )


def not_emergency() -> Invalid:
    """The refusal of the fast path to what is no emergency."""
    return Invalid(
        "not-emergency",
        "Chỉ bản tin khẩn cấp được duyệt ngay.",
        "Only an emergency can be approved at once.",
        "bulletin_class",
    )


# ---- Steps --------------------------------------------------------------------------------------


def _allowed(act: Act, row: BulletinRow, step: Step, version: int) -> workflow.Rule:
    rule = workflow.rule(state_of(row), step)
    for role in rule.roles:
        act.require(role, unit_of(row))
    if rule.by_another and act.actor.person_id in _writers(act, row.id):
        raise Forbidden(
            "own-bulletin",
            "Người soạn không tự thẩm định, duyệt hay trả lại bản tin của mình.",
            "Who wrote a bulletin may not appraise, approve or return it.",
        )
    _same_version(row, version)
    return rule


def _writers(act: Act, bulletin_id: str) -> set[str | None]:
    query = select(BulletinStep.person_id).where(
        BulletinStep.bulletin_id == bulletin_id, BulletinStep.step.in_(_WRITING)
    )
    return set(act.session.scalars(query))


def _same_version(row: BulletinRow, version: int) -> None:
    if row.version != version:
        raise Conflict(
            "changed-meanwhile",
            f"Bản tin đã thay đổi (phiên bản {row.version}): hãy xem lại trước.",
            f"The bulletin has changed meanwhile (version {row.version}): look at it first.",
            "version",
        )


def _take(act: Act, row: BulletinRow, step: str, to: State, reason: str = "") -> None:
    row.state, row.changed_ms, row.version = to, act.now_ms, row.version + 1
    act.session.add(row)
    act.session.flush()
    act.session.add(
        BulletinStep(
            id=new_id(act.now_ms),
            bulletin_id=row.id,
            at_ms=act.now_ms,
            person_id=act.actor.person_id,
            step=step,
            version=row.version,
            reason=reason,
        )
    )
    act.record(f"bulletin-{step}", row.id, title=row.title, version=row.version, state=to)


def _replace(act: Act, old_id: str, by: BulletinRow) -> None:
    old = act.session.get_one(BulletinRow, old_id)
    if old.state == "approved":
        _take(act, old, "replace", "withdrawn", by.id)


# ---- Words --------------------------------------------------------------------------------------


def _write(act: Act, row: BulletinRow, draft: Draft) -> None:
    check(draft, _media_types(act, draft.contents))
    before = words(act, row) if row.version else None
    row.title, row.summary, row.field = draft.title, draft.summary, draft.field
    row.bulletin_class, row.severity = draft.bulletin_class, draft.severity
    row.kind, row.status, row.relay_url = draft.kind, draft.status, draft.relay_url
    row.valid_until_ms, row.changed_ms = draft.valid_until_ms, act.now_ms
    act.session.add(row)
    act.session.execute(delete(BulletinContent).where(BulletinContent.bulletin_id == row.id))
    act.session.flush()
    act.session.add_all(
        BulletinContent(bulletin_id=row.id, **asdict(_as_spoken(content, draft, before)))
        for content in draft.contents
    )
    act.session.flush()


def _as_spoken(content: Content, draft: Draft, before: Draft | None) -> Content:
    """The content with its file only if that still says what the words say."""
    old = before.content(content.language) if before is not None else None
    if old is None or old.spoken_by is None or old.media_sha256 != content.media_sha256:
        return replace(content, spoken_by=None)
    if before is not None and (content.text, draft.status) == (old.text, before.status):
        return replace(content, spoken_by=old.spoken_by)
    return replace(content, media_sha256=None, spoken_by=None)


def _media_types(act: Act, some: Iterable[Content]) -> dict[str, str]:
    hashes = {each.media_sha256 for each in some if each.media_sha256 is not None}
    query = select(Media).where(Media.sha256.in_(hashes))
    return {row.sha256: row.media_type for row in act.session.scalars(query)}


def _hash(draft: Draft, *about: object) -> str:
    text = json.dumps([asdict(draft), *map(str, about)], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


# ---- Who sees what ------------------------------------------------------------------------------


def _seen(act: Act, row: BulletinRow) -> bool:
    units, own, its = act.system.units, act.actor.unit, unit_of(row)
    return units.holds(own, its) or (row.state == "approved" and units.holds(its, own))


def _visible(act: Act) -> ColumnElement[bool]:
    units, own = act.system.units, act.actor.unit
    level, code = BulletinRow.level, BulletinRow.code
    above = (and_(level == unit.level, code == unit.code) for unit in units.line(own)[1:])
    return or_(
        within(units, own, level, code),
        and_(BulletinRow.state == "approved", or_(false(), *above)),
    )
