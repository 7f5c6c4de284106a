"""Bulletins over HTTP: composed, spoken, taken from step to step."""

from typing import Annotated, Literal, Self

from fastapi import APIRouter
from pydantic import Field

from reference_system.interface.vocabulary import Status
from reference_system.services.acting import Act, looking
from reference_system.services.content import bulletins, emergencies, media, speaking
from reference_system.services.content.bulletin_words import FieldName, Kind, State
from reference_system.services.content.drafts import (
    LANGUAGE,
    MOST_LANGUAGES,
    Content,
    Draft,
    missing,
)
from reference_system.services.content.workflow import steps_from
from reference_system.services.paging import PAGE
from reference_system.services.units import Level, Unit, Units
from reference_system.store.content import BulletinRow
from reference_system.web.acting import Acting, Looking, TheActor, TheSystem
from reference_system.web.models import (
    ABOUT_ONE,
    CHANGES,
    LOGGED_IN,
    After,
    InstantIn,
    InstantOut,
    Limit,
    Lines,
    NewId,
    PageOut,
    PathId,
    Strict,
    Title,
)
from reference_system.web.routing import Route
from scenarios.scenario import BulletinClass

router = APIRouter(prefix="/api/v1/bulletins", tags=["bulletins"], route_class=Route)

Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Language = Annotated[str, Field(pattern=LANGUAGE, max_length=32)]
Version = Annotated[int, Field(ge=1, le=2**31 - 1)]
ShortLines = Annotated[Lines, Field(max_length=500)]


class ContentIn(Strict):
    """What a bulletin says in one language; `media_sha256` names an uploaded file."""

    language: Language
    text: Lines = ""
    media_sha256: Sha256 | None = None


class WordsIn(Strict):
    """The words of a bulletin. `severity` is of an emergency: 0 is extreme, 3 minor."""

    title: Title
    bulletin_class: BulletinClass
    kind: Kind
    summary: ShortLines = ""
    severity: Annotated[int, Field(ge=0, le=3)] = 0
    field: FieldName = "general"
    status: Status = "Actual"
    valid_until: InstantIn | None = None
    relay_url: Annotated[str, Field(max_length=2_000)] | None = None
    contents: Annotated[list[ContentIn], Field(default_factory=list, max_length=MOST_LANGUAGES)]

    def draft(self) -> Draft:
        """The words as the services take them."""
        return Draft(
            title=self.title,
            bulletin_class=self.bulletin_class,
            kind=self.kind,
            summary=self.summary,
            severity=self.severity,
            field=self.field,
            status=self.status,
            valid_until_ms=self.valid_until,
            relay_url=self.relay_url,
            contents=tuple(
                Content(each.language, each.text, each.media_sha256) for each in self.contents
            ),
        )


class UnitIn(Strict):
    """The unit that a bulletin is of, where it is not one's own."""

    level: Level
    code: Annotated[str, Field(pattern="^[A-Z0-9]{2,10}$")]


class BulletinIn(WordsIn):
    """A new bulletin; asked again with the same `id` and words, there is still one."""

    id: NewId | None = None
    unit: UnitIn | None = None

    def unit_of(self, units: Units) -> Unit | None:
        """The unit that it names; raises `Invalid` for one that there is not."""
        return None if self.unit is None else units.named(self.unit.level, self.unit.code)


class EditIn(WordsIn):
    """All words anew; `version` is the one that was read."""

    version: Version


class StepIn(Strict):
    """A step with the version that was read; `return`, and to withdraw what is approved, need a
    reason."""

    step: Literal["submit", "appraise", "approve", "return", "withdraw", "approve-at-once"]
    version: Version
    reason: Annotated[Lines, Field(max_length=1_000)] = ""


class RevisionIn(Strict):
    """A new version, of its own `id`, of the approved `version`."""

    version: Version
    id: NewId | None = None


class SpeechIn(Strict):
    """Which language is to be spoken, and by which engine."""

    version: Version
    language: Language = "vi"
    engine: Annotated[str, Field(pattern="^[A-Za-z0-9._-]{1,32}$")] = speaking.DEFAULT_ENGINE


class ContentOut(Strict):
    """What a bulletin says in one language; `spoken_by` is the engine that spoke the words."""

    language: str
    text: str
    media_sha256: str | None
    media_url: str | None
    spoken_by: str | None


class StepOut(Strict):
    """A step that was taken, and the version that it made."""

    step: str
    at: InstantOut
    version: int
    person_id: str | None
    person_name: str | None
    reason: str


class LackOut(Strict):
    """What is missing before a bulletin may be submitted."""

    code: str
    vi: str
    en: str
    field: str | None


class BulletinOut(Strict):
    """A bulletin in a list."""

    id: str
    title: str
    summary: str
    bulletin_class: str
    severity: int
    field: str
    kind: str
    status: str
    state: str
    level: str
    code: str
    department: str
    author_id: str | None
    valid_until: InstantOut | None
    relay_url: str | None
    source_id: str
    source_key: str
    revises: str | None
    created: InstantOut
    changed: InstantOut
    version: int

    @classmethod
    def of(cls, row: BulletinRow, **more: object) -> Self:
        """The bulletin of a row."""
        same = {name: getattr(row, name) for name in cls.model_fields if hasattr(row, name)}
        times = {
            "valid_until": row.valid_until_ms,
            "created": row.created_ms,
            "changed": row.changed_ms,
        }
        return cls.model_validate({**same, **times, **more})


class WholeBulletinOut(BulletinOut):
    """A bulletin with what it says, its history, what it lacks, and the steps there are next."""

    contents: list[ContentOut]
    steps: list[StepOut]
    missing: list[LackOut]
    next_steps: list[str]


def whole(act: Act, row: BulletinRow) -> WholeBulletinOut:
    """All that there is to say about a bulletin."""
    draft = bulletins.words(act, row)
    unfinished = row.state in ("draft", "returned")
    lacking = missing(draft, act.now_ms) if unfinished else ()
    return WholeBulletinOut.of(
        row,
        contents=[
            ContentOut(
                language=each.language,
                text=each.text,
                media_sha256=each.media_sha256,
                media_url=each.media_sha256 and media.url(act.system, each.media_sha256),
                spoken_by=each.spoken_by,
            )
            for each in draft.contents
        ],
        steps=[
            StepOut(
                step=taken.step,
                at=taken.at_ms,
                version=taken.version,
                person_id=taken.person_id,
                person_name=taken.person_name,
                reason=taken.reason,
            )
            for taken in bulletins.steps(act, row.id)
        ],
        missing=[
            LackOut(code=lack.code, vi=lack.vi, en=lack.en, field=lack.field) for lack in lacking
        ],
        next_steps=list(steps_from(bulletins.state_of(row), draft.bulletin_class)),
    )


@router.get("", responses=LOGGED_IN)
def list_bulletins(
    act: Looking,
    state: State | None = None,
    bulletin_class: BulletinClass | None = None,
    after: After = None,
    limit: Limit = PAGE,
) -> PageOut[BulletinOut]:
    """Bulletins of the own unit and below, and approved ones from above."""
    page = bulletins.listed(
        act, state=state, bulletin_class=bulletin_class, after=after, limit=limit
    )
    return PageOut(items=[BulletinOut.of(row) for row in page.items], after=page.after)


@router.post("", status_code=201, responses=CHANGES)
def create_bulletin(act: Acting, words: BulletinIn) -> WholeBulletinOut:
    """Compose a draft; needs the role compose."""
    unit = words.unit_of(act.system.units)
    return whole(act, bulletins.create(act, words.draft(), client_id=words.id, unit=unit))


@router.post("/emergency", status_code=201, responses=CHANGES)
def raise_emergency(system: TheSystem, actor: TheActor, words: BulletinIn) -> WholeBulletinOut:
    """Compose and approve an emergency in one step; it is sent by an order.

    Needs the roles compose, approve and operate, and the second factor just shown. A text
    without a sound is spoken.
    """
    unit = words.unit_of(system.units)
    row = emergencies.raise_emergency(system, actor, words.draft(), client_id=words.id, unit=unit)
    return _read(system, actor, row)


@router.get("/{bulletin_id:id}", responses=ABOUT_ONE)
def read_bulletin(act: Looking, bulletin_id: PathId) -> WholeBulletinOut:
    """A bulletin with what it says and its history."""
    return whole(act, bulletins.get(act, bulletin_id))


@router.put("/{bulletin_id:id}", responses=CHANGES)
def edit_bulletin(act: Acting, bulletin_id: PathId, words: EditIn) -> WholeBulletinOut:
    """Replace the words of a draft or of a returned bulletin; needs the role compose."""
    return whole(act, bulletins.edit(act, bulletin_id, words.version, words.draft()))


@router.post("/{bulletin_id:id}/steps", responses=CHANGES)
def take_step(act: Acting, bulletin_id: PathId, asked: StepIn) -> WholeBulletinOut:
    """Take the bulletin one step further; who wrote any of it may not appraise or approve it."""
    return whole(act, bulletins.take(act, bulletin_id, asked.step, asked.version, asked.reason))


@router.post("/{bulletin_id:id}/revisions", status_code=201, responses=CHANGES)
def revise_bulletin(act: Acting, bulletin_id: PathId, asked: RevisionIn) -> WholeBulletinOut:
    """Begin a new version, a draft, of an approved bulletin; needs the role compose."""
    return whole(act, bulletins.revise(act, bulletin_id, asked.version, new=asked.id))


@router.post("/{bulletin_id:id}/speech", responses=CHANGES)
def speak_bulletin(
    system: TheSystem, actor: TheActor, bulletin_id: PathId, asked: SpeechIn
) -> WholeBulletinOut:
    """Let a speech engine speak the words in a language; needs the role compose."""
    row = speaking.speak(system, actor, bulletin_id, asked.version, asked.language, asked.engine)
    return _read(system, actor, row)


def _read(system: TheSystem, actor: TheActor, row: BulletinRow) -> WholeBulletinOut:
    with looking(system, actor) as act:
        return whole(act, row)
