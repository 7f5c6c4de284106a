"""Composing a bulletin: a new one, or a draft again."""

from typing import get_args

from fastapi import APIRouter, Response

from reference_system.services.acting import Act
from reference_system.services.content import bulletins
from reference_system.services.content.bulletin_words import (
    FIELD_NAMES,
    FIELDS,
    KIND_NAMES,
    KINDS,
    SEVERITY_NAMES,
    STATUSES,
)
from reference_system.services.content.drafts import MOST_LANGUAGES, Content, Draft
from reference_system.services.refusals import Refusal
from reference_system.store.base import new_id
from reference_system.store.content import BulletinRow
from reference_system.web.pages.rendering import local
from reference_system.web.pages.typed import Typed
from reference_system.web.pages.visits import PageRoute, TheVisit, Visit
from scenarios.scenario import BulletinClass

router = APIRouter(route_class=PageRoute)

EMPTY = Draft(title="", bulletin_class="normal", kind="text")


@router.get("/bulletins/new")
def new_bulletin(visit: TheVisit) -> Response:
    """The form for a new bulletin."""
    return _form(visit, EMPTY)


@router.post("/bulletins/new")
def create(visit: TheVisit) -> Response:
    """Keep a new draft."""
    try:
        draft = _draft(visit.typed, EMPTY)
        with visit.acting() as act:
            row = bulletins.create(act, draft, client_id=visit.typed.client_id())
    except Refusal as refusal:
        return _form(visit, EMPTY, refusal=refusal)
    return visit.go(f"/bulletins/{row.id}", "saved")


@router.get("/bulletins/{bulletin_id}/edit")
def old_bulletin(visit: TheVisit, bulletin_id: str) -> Response:
    """The form with the words of a draft, or of a returned bulletin."""
    with visit.looking() as act:
        row = bulletins.get(act, bulletin_id)
        bulletins.editable(act, bulletin_id, row.version)
        draft = bulletins.words(act, row)
    return _form(visit, draft, row)


@router.post("/bulletins/{bulletin_id}/edit")
def edit(visit: TheVisit, bulletin_id: str) -> Response:
    """Replace the words of a draft."""
    with visit.looking() as act:
        row, old = _known(act, bulletin_id)
    try:
        draft = _draft(visit.typed, old)
        version = visit.typed.a_number("version", 0, 10**8)
        with visit.acting() as act:
            bulletins.edit(act, bulletin_id, version, draft)
    except Refusal as refusal:
        return _form(visit, old, row, refusal)
    return visit.go(f"/bulletins/{bulletin_id}", "saved")


def _known(act: Act, bulletin_id: str) -> tuple[BulletinRow, Draft]:
    row = bulletins.get(act, bulletin_id)
    return row, bulletins.words(act, row)


def _form(
    visit: Visit, draft: Draft, row: BulletinRow | None = None, refusal: Refusal | None = None
) -> Response:
    languages = [each.language for each in draft.contents] or ["vi"]
    until_ms = draft.valid_until_ms
    return visit.show(
        "bulletin_form",
        refusal=refusal,
        row=row,
        draft=draft,
        new_id=new_id(visit.system.clock()),
        languages=[*languages, ""][:MOST_LANGUAGES],
        texts=[*(each.text for each in draft.contents), "", ""],
        valid_until="" if until_ms is None else f"{local(until_ms):%Y-%m-%dT%H:%M}",
        kinds=KIND_NAMES,
        fields=FIELD_NAMES,
        severities=SEVERITY_NAMES,
    )


def _draft(typed: Typed, old: Draft) -> Draft:
    bulletin_class = typed.choice("bulletin_class", get_args(BulletinClass))
    severity = typed.number("severity", 0, 3)
    return Draft(
        title=typed.line("title", needed=True),
        bulletin_class=bulletin_class,
        kind=typed.choice("kind", KINDS),
        summary=typed.line("summary"),
        severity=(severity or 0) if bulletin_class == "emergency" else 0,
        field=typed.choice("field", FIELDS),
        status=typed.choice("status", STATUSES),
        valid_until_ms=typed.moment_ms("valid_until"),
        relay_url=typed.line("relay_url") or None,
        contents=tuple(_contents(typed, old)),
    )


def _contents(typed: Typed, old: Draft) -> list[Content]:
    """What is said in each language; a file stays with its language."""
    found = []
    for number in range(MOST_LANGUAGES):
        language = typed.line(f"language_{number}")
        text = typed.lines(f"text_{number}")
        before = old.content(language)
        if language and (text.strip() or before is not None or language == "vi"):
            found.append(Content(language, text, before.media_sha256 if before else None))
    return found
