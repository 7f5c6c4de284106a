"""Alerts of others in CAP 1.2, taken in as drafts and notices.

An alert or update becomes a draft, and a person decides about it. A cancel becomes a notice: what
stations play is stopped by people only.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import cast

from sqlalchemy import ColumnElement, select

from reference_system.interface.cap import (
    Alert,
    BadCap,
    CapDraft,
    CapText,
    NoBulletin,
    Reference,
    bulletin_draft,
    read,
)
from reference_system.services.acting import Act, Actor, acting, looking
from reference_system.services.content import bulletins
from reference_system.services.content.drafts import Content, Draft, is_language
from reference_system.services.paging import PAGE, Page, newest_first
from reference_system.services.refusals import Conflict, Invalid, Missing
from reference_system.services.system import System
from reference_system.services.units import Level, Unit
from reference_system.services.within import within
from reference_system.store.base import new_id
from reference_system.store.content import AlertRow
from scenarios.scenario import Area

LONGEST_NAME = 300
LONGEST_TEXT = 20_000
LATEST_MS = 7_258_118_400_000
"""The start of 2200; no instant of an alert is before 1970, nor that late."""

LATE_AT_MOST = 1_000
"""How many of a sender's later messages are looked through for one that came too early."""

_TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def receive(system: System, actor: Actor, xml: bytes) -> AlertRow:
    """Take in a CAP message; needs the role compose. The same message again is the same row.

    Raises `Invalid` for what is no CAP message, no bulletin or not public, and `Conflict` for
    other words under the same sender, identifier and time.
    """
    with looking(system, actor) as act:
        act.require("compose")
    alert, draft = _read(xml)
    with acting(system, actor) as act:
        act.require("compose")
        identity = (draft.sender, draft.identifier, draft.sent_ms)
        before = act.session.scalars(select(AlertRow).where(*_named(*identity))).first()
        if before is not None:
            return _same(before, alert)
        row = _stored(act, draft, xml)
        _link_early_ones(act, row)
        act.record("alert-received", row.id, sender=row.sender, identifier=row.identifier)
        return row


def get(act: Act, alert_id: str) -> AlertRow:
    """An alert that came to the own unit or below; raises `Missing`."""
    row = act.session.get(AlertRow, alert_id)
    if row is None or not act.system.units.holds(act.actor.unit, _unit_of(row)):
        raise Missing("no-alert", "Không có cảnh báo này.", "There is no such alert.")
    return row


def listed(
    act: Act, *, unhandled: bool = False, after: str | None = None, limit: int = PAGE
) -> Page[AlertRow]:
    """The alerts that `get` gives, newest first; `unhandled`: that nobody has looked after."""
    query = select(AlertRow).where(
        within(act.system.units, act.actor.unit, AlertRow.level, AlertRow.code)
    )
    if unhandled:
        query = query.where(AlertRow.handled_ms.is_(None))
    return newest_first(act.session, query, AlertRow.received_ms, AlertRow.id, after, limit)


def handle(act: Act, alert_id: str) -> AlertRow:
    """Say that one has looked after an alert; needs the role operate. Once is enough."""
    row = get(act, alert_id)
    act.require("operate", _unit_of(row))
    if row.handled_ms is None:
        row.handled_ms, row.handled_by = act.now_ms, act.actor.person_id
        act.session.flush()
        act.record("alert-handled", row.id)
    return row


def _read(xml: bytes) -> tuple[Alert, CapDraft]:
    try:
        alert = read(xml)
        draft = bulletin_draft(alert)
    except BadCap as error:
        raise Invalid("bad-cap", f"Không phải CAP 1.2: {error}", f"Not CAP 1.2: {error}") from None
    except NoBulletin as error:
        raise Invalid("no-bulletin", f"Không tạo bản tin: {error.vi}.", f"{error.en}.") from None
    if alert.scope != "Public":
        raise Invalid(
            "not-public",
            "Cảnh báo không dành cho công chúng.",
            f"The alert is not public: its scope is {alert.scope}.",
        )
    if max(len(draft.sender), len(draft.identifier)) > LONGEST_NAME:
        raise Invalid(
            "name-too-long",
            f"Mã hoặc nơi gửi dài hơn {LONGEST_NAME} ký tự.",
            f"The identifier or the sender is longer than {LONGEST_NAME} characters.",
        )
    if not all(0 <= each < LATEST_MS for each in (draft.sent_ms, draft.expires_ms or 0)):
        raise Invalid(
            "time-unfit",
            "Thời điểm ngoài khoảng 1970 đến 2199.",
            "A time is not from 1970 to 2199.",
        )
    return alert, draft


def _named(sender: str, identifier: str, sent_ms: int) -> tuple[ColumnElement[bool], ...]:
    return (
        AlertRow.sender == sender,
        AlertRow.identifier == identifier,
        AlertRow.sent_ms == sent_ms,
    )


def _same(before: AlertRow, alert: Alert) -> AlertRow:
    if read(before.xml) != alert:
        raise Conflict(
            "id-taken",
            "Mã này đã dùng cho cảnh báo có nội dung khác.",
            "This sender, identifier and time are of an alert with other words.",
        )
    return before


def _stored(act: Act, draft: CapDraft, xml: bytes) -> AlertRow:
    earlier = list(_earlier(act, draft.references))
    title = _title(draft) or next((row.title for row in earlier), draft.identifier)
    made = None
    if draft.message != "Cancel":
        words = _words(draft, title)
        made = bulletins.create(act, words, source_id=draft.sender, source_key=draft.identifier).id
    own_era = draft.era == act.system.settings.era
    row = AlertRow(
        id=new_id(act.now_ms),
        sender=draft.sender,
        identifier=draft.identifier,
        sent_ms=draft.sent_ms,
        message_type=draft.message,
        title=title,
        refers_to=[[each.sender, each.identifier, each.sent_ms] for each in draft.references],
        concerns=[each.bulletin_id for each in earlier if each.bulletin_id is not None],
        area=_mapping(draft.area if own_era else Area()),
        notes=[asdict(note) for note in draft.notes] + ([] if own_era else [_OTHER_ERA]),
        bulletin_id=made,
        level=act.actor.unit.level,
        code=act.actor.unit.code,
        xml=xml,
        received_ms=act.now_ms,
        received_by=act.actor.person_id,
    )
    act.session.add(row)
    act.session.flush()
    return row


_OTHER_ERA = {
    "code": "other-era",
    "vi": "không có mã địa bàn thuộc danh mục hiện hành: cần chọn địa bàn bằng tay",
    "en": "no place by the codes of this system's era: to be chosen by hand",
}


def _mapping(area: Area) -> dict[str, object]:
    return {
        key: each if isinstance(each, bool) else list(each) for key, each in asdict(area).items()
    }


def _earlier(act: Act, references: Iterable[Reference]) -> Iterator[AlertRow]:
    for each in references:
        named = _named(each.sender, each.identifier, each.sent_ms)
        yield from act.session.scalars(select(AlertRow).where(*named))


def _link_early_ones(act: Act, row: AlertRow) -> None:
    """Messages arrive in any order: an update or cancel may be here before what it is about."""
    if row.bulletin_id is None:
        return
    query = (
        select(AlertRow)
        .where(AlertRow.sender == row.sender, AlertRow.message_type != "Alert")
        .order_by(AlertRow.received_ms.desc())
        .limit(LATE_AT_MOST)
    )
    for early in act.session.scalars(query):
        if [row.sender, row.identifier, row.sent_ms] in early.refers_to:
            early.concerns = [*early.concerns, row.bulletin_id]
            early.handled_ms = early.handled_by = None
    act.session.flush()


def _words(draft: CapDraft, title: str) -> Draft:
    return Draft(
        title=title,
        bulletin_class=draft.bulletin_class,
        kind="text",
        severity=(draft.severity or 0) if draft.bulletin_class == "emergency" else 0,
        field="unexpected",
        status=draft.status,
        valid_until_ms=draft.expires_ms,
        contents=_contents(draft.texts),
    )


def _title(draft: CapDraft) -> str:
    said = next((text.title or text.event for text in draft.texts), "")
    title = " ".join(_clean(said).split())
    return title if len(title) <= LONGEST_NAME else title[: LONGEST_NAME - 1] + "…"


def _contents(texts: Iterable[CapText]) -> tuple[Content, ...]:
    said: dict[str, list[str]] = {}
    for text in texts:
        parts = [_clean(part).strip() for part in (text.text, text.instruction) if part]
        said.setdefault(_language(text.language), []).extend(parts or [_clean(text.event)])
    return tuple(
        Content(language, "\n\n".join(parts)[:LONGEST_TEXT]) for language, parts in said.items()
    )


def _language(tag: str) -> str:
    """The language as bulletins name it: without a region, and Vietnamese as `vi`."""
    primary = tag.split("-")[0].lower()
    return primary if is_language(primary) else "und"


def _clean(text: str) -> str:
    """The text without controls, and without what turns the direction of writing around."""
    return "".join(
        letter
        for letter in unicodedata.normalize("NFC", text.replace("\t", " "))
        if letter == "\n" or (unicodedata.category(letter) != "Cc" and letter not in _TURNING)
    )


def _unit_of(row: AlertRow) -> Unit:
    return Unit(cast(Level, row.level), row.code)
