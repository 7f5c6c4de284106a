"""Documents downward over HTTP: prepared in words, sent with a file, read below."""

from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from reference_system.services.acting import Act, acting
from reference_system.services.administration import documents
from reference_system.services.administration.document_files import (
    MEDIA_TYPES,
    MOST_BYTES,
    FileKind,
    Secrecy,
    too_large,
)
from reference_system.services.administration.documents import Letter
from reference_system.services.units import Level
from reference_system.store.administration import Document, DocumentRecipient
from reference_system.web.acting import Acting, Looking, TheActor, TheSystem
from reference_system.web.models import (
    ABOUT_ONE,
    CHANGES,
    LOGGED_IN,
    After,
    ClientId,
    InstantOut,
    Limit,
    PageOut,
    PathId,
    Strict,
    Title,
)
from reference_system.web.routing import Route

router = APIRouter(prefix="/api/v1/documents", tags=["documents"], route_class=Route)

_BYTES: dict[str, Any] = {
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
}


class PlaceIn(Strict):
    """An administrative unit of the system's era."""

    level: Level
    code: Annotated[str, Field(pattern="^([0-9]{1,5}|VN)$")]


class DocumentIn(Strict):
    """A document to be sent: to units below, and to all of a level below.

    Whatever bears a mark of secrecy is refused: here, in the number, or in the title.
    """

    id: ClientId | None = None
    number: Title
    title: Title
    secrecy: Secrecy = "none"
    units: Annotated[list[PlaceIn], Field(max_length=500, default_factory=list)]
    all_below: Level | None = None


class DocumentOut(Strict):
    """A document; the last four fields are null until its file came, and it went out."""

    id: str
    number: str
    title: str
    level: Level
    code: str
    prepared: InstantOut
    sent: InstantOut | None
    kind: FileKind | None
    sha256: str | None
    size_bytes: int | None


class RecipientOut(Strict):
    """A unit that a document is for, and when it was first read there."""

    level: Level
    code: str
    read: InstantOut | None


class SentOut(DocumentOut):
    """A document and its recipients; who received it sees only the own unit."""

    recipients: list[RecipientOut]


async def _body(request: Request, _actor: TheActor) -> bytes:
    content = bytearray()
    async for piece in request.stream():
        content += piece
        if len(content) > MOST_BYTES:
            raise too_large()
    return bytes(content)


@router.post("", status_code=201, responses=CHANGES)
def prepare(act: Acting, asked: DocumentIn) -> SentOut:
    """Prepare a document; it goes out with its file. Needs the role approve."""
    units = tuple(act.system.units.named(each.level, each.code) for each in asked.units)
    letter = Letter(asked.number, asked.title, units, asked.all_below, asked.secrecy)
    return _sent(act, documents.prepare(act, letter, asked.id).id)


@router.put(
    "/{document_id}/file",
    responses=CHANGES,
    openapi_extra={"requestBody": {"required": True, **_BYTES}},
)
def send(
    document_id: PathId,
    system: TheSystem,
    actor: TheActor,
    content: Annotated[bytes, Depends(_body)],
) -> SentOut:
    """Give it its file, PDF or DOCX as the body of the request, and send it."""
    with acting(system, actor) as act:
        return _sent(act, documents.send(act, document_id, content).id)


@router.get("", responses=LOGGED_IN)
def read_all(act: Looking, after: After = None, limit: Limit = 50) -> PageOut[DocumentOut]:
    """The documents that the own unit prepared or received."""
    page = documents.listed(act, after, limit)
    return PageOut(items=[DocumentOut(**_about(row)) for row in page.items], after=page.after)


@router.get("/{document_id}", responses=ABOUT_ONE)
def read(act: Looking, document_id: PathId) -> SentOut:
    """A document and who has read it."""
    return _sent(act, document_id)


@router.get("/{document_id}/file", response_class=Response, responses={**ABOUT_ONE, 200: _BYTES})
def fetch(act: Acting, document_id: PathId) -> Response:
    """The file, to be saved; the first time in a unit is its read receipt."""
    return as_file(*documents.read(act, document_id))


def as_file(row: Document, content: bytes) -> Response:
    """The file of a document, to be saved and never shown in place."""
    kind = cast(FileKind, row.kind)
    headers = {
        "content-disposition": f'attachment; filename="{row.id}.{kind}"',
        "x-content-type-options": "nosniff",
        "content-security-policy": "sandbox; default-src 'none'",
        "cache-control": "private, no-store",
    }
    return Response(content, media_type=MEDIA_TYPES[kind], headers=headers)


def _sent(act: Act, document_id: str) -> SentOut:
    sent = documents.shown(act, document_id)
    return SentOut(**_about(sent.row), recipients=[_recipient(each) for each in sent.recipients])


def _recipient(row: DocumentRecipient) -> RecipientOut:
    return RecipientOut(level=cast(Level, row.level), code=row.code, read=row.read_ms)


def _about(row: Document) -> dict[str, Any]:
    names = ("id", "number", "title", "level", "code", "kind", "sha256", "size_bytes")
    about = {name: getattr(row, name) for name in names}
    return {**about, "prepared": row.prepared_ms, "sent": row.sent_ms}
