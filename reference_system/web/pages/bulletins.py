"""Bulletins: the list, one with all its steps, and the steps that can be taken."""

from dataclasses import replace
from typing import Literal, cast, get_args

from fastapi import APIRouter, Response

from reference_system.services.acting import Act
from reference_system.services.content import bulletins, media, speaking, workflow
from reference_system.services.content.bulletin_words import (
    FIELD_NAMES,
    KIND_NAMES,
    STATE_NAMES,
    STATES,
)
from reference_system.services.content.drafts import MEDIA_FAMILIES, missing
from reference_system.services.content.workflow import STEPS, Step
from reference_system.services.refusals import Refusal
from reference_system.services.sharing import peers
from reference_system.store.content import BulletinRow, Media
from reference_system.web.pages.visits import PageRoute, TheVisit, Visit
from scenarios.scenario import BulletinClass

router = APIRouter(route_class=PageRoute)

ACTS: tuple[Step | Literal["speak", "revise"], ...] = (*STEPS, "speak", "revise")


@router.get("/bulletins")
def bulletin_list(visit: TheVisit) -> Response:
    """The bulletins of the own unit, below, and approved ones from above."""
    typed = visit.typed
    with visit.looking() as act:
        page = bulletins.listed(
            act,
            state=typed.optional("state", STATES),
            bulletin_class=typed.optional("class", get_args(BulletinClass)),
            after=typed.cursor(),
        )
    return visit.show("bulletins", page=page, states=STATE_NAMES)


@router.get("/bulletins/{bulletin_id}")
def bulletin(visit: TheVisit, bulletin_id: str) -> Response:
    """One bulletin: words, sounds, history, and what can be done with it."""
    return _bulletin(visit, bulletin_id)


@router.post("/bulletins/{bulletin_id}")
def step(visit: TheVisit, bulletin_id: str) -> Response:
    """Take a step, let the words be spoken, or begin a new version."""
    typed = visit.typed
    try:
        do = typed.choice("do", ACTS)
        version = typed.a_number("version", 0, 10**8)
        if do == "speak":
            language = typed.line("language", needed=True)
            speaking.speak(visit.system, visit.actor, bulletin_id, version, language)
            return visit.go(f"/bulletins/{bulletin_id}", "spoken")
        with visit.acting() as act:
            if do == "revise":
                new = bulletins.revise(act, bulletin_id, version)
                return visit.go(f"/bulletins/{new.id}/edit")
            bulletins.take(act, bulletin_id, do, version, typed.lines("reason"))
    except Refusal as refusal:
        return _bulletin(visit, bulletin_id, refusal)
    return visit.go(f"/bulletins/{bulletin_id}", do)


@router.post("/upload/{bulletin_id}")
def upload(visit: TheVisit, bulletin_id: str) -> Response:
    """Give a draft a file that was made elsewhere: a sound, a picture or a film."""
    typed, system = visit.typed, visit.system
    try:
        version = typed.a_number("version", 0, 10**8)
        language = typed.line("language", needed=True)
        file = typed.file("file")
        with visit.looking() as act:
            row = bulletins.editable(act, bulletin_id, version)
            draft = bulletins.words(act, row)
        if draft.content(language) is None:
            raise bulletins.no_words(language)
        kept = media.take_in(system, cast(media.Family, MEDIA_FAMILIES[draft.kind]), file.file)
        contents = tuple(
            replace(each, media_sha256=kept.sha256) if each.language == language else each
            for each in draft.contents
        )
        with visit.acting() as act:
            media.add(act, kept, f"upload: {visit.actor.login}")
            bulletins.edit(act, bulletin_id, version, replace(draft, contents=contents))
    except Refusal as refusal:
        return _bulletin(visit, bulletin_id, refusal)
    return visit.go(f"/bulletins/{bulletin_id}", "uploaded")


def _bulletin(visit: Visit, bulletin_id: str, refusal: Refusal | None = None) -> Response:
    with visit.looking() as act:
        row = bulletins.get(act, bulletin_id)
        draft = bulletins.words(act, row)
        files = {
            each.media_sha256: act.session.get(Media, each.media_sha256)
            for each in draft.contents
            if each.media_sha256 is not None
        }
        return visit.show(
            "bulletin",
            refusal=refusal,
            here=f"/bulletins/{bulletin_id}",
            row=row,
            draft=draft,
            files=files,
            unit=act.system.units.name(bulletins.unit_of(row)),
            history=bulletins.steps(act, bulletin_id),
            lacking=missing(draft, act.now_ms) if row.state in ("draft", "returned") else (),
            steps=_steps(act, row),
            may_share=visit.can("approve")
            and not row.source_id
            and act.system.units.holds(act.actor.unit, bulletins.unit_of(row))
            and bool(peers.listed(act)),
            states=STATE_NAMES,
            kinds=KIND_NAMES,
            fields=FIELD_NAMES,
        )


def _steps(act: Act, row: BulletinRow) -> dict[Step, workflow.Rule]:
    """What this person may do now, but for what only trying shows; at once is the emergency's."""
    state, unit = bulletins.state_of(row), bulletins.unit_of(row)
    bulletin_class = cast(BulletinClass, row.bulletin_class)
    if not act.system.units.holds(act.actor.unit, unit):
        return {}
    rules = {
        step: workflow.rule(state, step) for step in workflow.steps_from(state, bulletin_class)
    }
    return {
        step: rule
        for step, rule in rules.items()
        if act.actor.roles.issuperset(rule.roles) and step != "approve-at-once"
    }
