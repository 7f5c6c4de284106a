"""Documents downward (văn bản): prepared in words, then sent with a file, and read below."""

from collections.abc import Mapping

from fastapi import APIRouter, Response

from reference_system.services.acting import Act
from reference_system.services.administration import documents
from reference_system.services.administration.document_files import MEDIA_TYPES, MOST_BYTES
from reference_system.services.administration.documents import Letter
from reference_system.services.refusals import Refusal
from reference_system.services.units import LEVELS, Level
from reference_system.store.administration import Document, DocumentRecipient
from reference_system.store.base import new_id
from reference_system.web.pages import areas
from reference_system.web.pages.typed import Typed
from reference_system.web.pages.units_typed import unit_of
from reference_system.web.pages.visits import PageRoute, TheVisit, Visit
from reference_system.web.pages.words import ALL_BELOW, SECRECIES
from reference_system.web.routes.documents import as_file
from scenarios.scenario import Text

router = APIRouter(route_class=PageRoute)


@router.get("/documents")
def document_list(visit: TheVisit) -> Response:
    """The documents that the own unit prepared or received."""
    with visit.looking() as act:
        page = documents.listed(act, visit.typed.cursor())
        return visit.show(
            "documents",
            page=page,
            may_send=_may_send(visit),
            receipts={row.id: _receipt(act, row) for row in page.items},
        )


@router.get("/documents/new")
def new_document(visit: TheVisit) -> Response:
    """The form for a document, before its file."""
    return _form(visit)


@router.post("/documents/new")
def prepare(visit: TheVisit) -> Response:
    """Prepare it; what bears a mark of secrecy is refused before any file is asked for."""
    typed = visit.typed
    try:
        with visit.acting() as act:
            row = documents.prepare(act, _letter(act, typed), typed.client_id())
    except Refusal as refusal:
        return _form(visit, refusal)
    return visit.go(f"/documents/{row.id}", "prepared")


@router.get("/documents/{document_id}")
def document(visit: TheVisit, document_id: str) -> Response:
    """A document: to whom, and who has read it."""
    return _document(visit, document_id)


@router.post("/documents/{document_id}")
def read(visit: TheVisit, document_id: str) -> Response:
    """Open the file. It is the read receipt too, and so no address that a link could lead to."""
    try:
        with visit.acting() as act:
            return as_file(*documents.read(act, document_id))
    except Refusal as refusal:
        return _document(visit, document_id, refusal)


@router.post("/upload/documents/{document_id}")
def send(visit: TheVisit, document_id: str) -> Response:
    """Give it its file, and send it."""
    try:
        file = visit.typed.file("file")
        content = file.file.read(MOST_BYTES + 1)
        with visit.acting() as act:
            documents.send(act, document_id, content)
    except Refusal as refusal:
        return _document(visit, document_id, refusal)
    return visit.go(f"/documents/{document_id}", "document-sent")


def _may_send(visit: Visit) -> bool:
    return visit.can("approve") and visit.actor.unit.level != "commune"


def _receipt(act: Act, row: Document) -> DocumentRecipient | None:
    own = act.actor.unit
    return act.session.get(DocumentRecipient, (row.id, own.level, own.code))


def _form(visit: Visit, refusal: Refusal | None = None) -> Response:
    with visit.looking() as act:
        act.require("approve")
        return visit.show(
            "document_new",
            refusal=refusal,
            groups=areas.groups(act),
            all_below=_levels_below(act),
            new_id=new_id(act.now_ms),
        )


def _levels_below(act: Act) -> Mapping[Level, Text]:
    below = LEVELS[LEVELS.index(act.actor.unit.level) + 1 :]
    has_districts = bool(act.system.units.territory.districts)
    return {level: ALL_BELOW[level] for level in below if level != "district" or has_districts}


def _letter(act: Act, typed: Typed) -> Letter:
    return Letter(
        number=typed.line("number", needed=True),
        title=typed.line("title", needed=True),
        units=tuple(unit_of(act.system.units, each, "units") for each in typed.many("units")),
        all_below=typed.optional("all_below", LEVELS),
        secrecy=typed.choice("secrecy", tuple(SECRECIES)),
    )


def _document(visit: Visit, document_id: str, refusal: Refusal | None = None) -> Response:
    with visit.looking() as act:
        sent = documents.shown(act, document_id)
        units, row = act.system.units, sent.row
        is_ours = (row.level, row.code) == (act.actor.unit.level, act.actor.unit.code)
        return visit.show(
            "document",
            refusal=refusal,
            here=f"/documents/{document_id}",
            row=row,
            sender=units.name(units.named(row.level, row.code)),
            is_ours=is_ours,
            mine=_receipt(act, row),
            recipients=[
                (units.name(units.named(each.level, each.code)), each.read_ms)
                for each in sent.recipients
            ],
            most_mb=MOST_BYTES >> 20,
            accepts=",".join([*MEDIA_TYPES.values(), *(f".{kind}" for kind in MEDIA_TYPES)]),
        )
