"""Documents downward (văn bản): prepared, sent to units below with a file, read there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, or_, select

from reference_system.services.acting import Act
from reference_system.services.administration.document_files import (
    Secrecy,
    kind_of,
    must_not_be_secret,
)
from reference_system.services.paging import PAGE, Page, newest_first
from reference_system.services.refusals import Conflict, Forbidden, Invalid, Missing, Unable
from reference_system.services.system import System
from reference_system.services.units import LEVELS, Level, Unit
from reference_system.services.within import communes_of, nothing_there
from reference_system.sound.keep import Keep
from reference_system.sound.refusals import NotKept
from reference_system.store.administration import Document, DocumentRecipient
from reference_system.store.base import new_id


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent: the document's own number and title, and to whom.

    It goes to the `units`, and to every unit of the level `all_below` under the sender.
    """

    number: str
    title: str
    units: tuple[Unit, ...] = ()
    all_below: Level | None = None
    secrecy: Secrecy = "none"


@dataclass(frozen=True, slots=True)
class Sent:
    """A document and its recipients; those who received it see themselves only."""

    row: Document
    recipients: Sequence[DocumentRecipient]


def keep(system: System) -> Keep:
    """Where the files of documents are."""
    return Keep(system.settings.data_dir / "documents")


def prepare(act: Act, letter: Letter, client_id: str | None = None) -> Document:
    """Prepare a document; it goes out when its file comes. Needs `approve`.

    Raises `Invalid` with the code "state-secret" for what bears a mark of secrecy, before any
    file was taken; `Forbidden` for a unit that is not below; `Conflict` for an id that is taken.
    """
    act.require("approve")
    must_not_be_secret(letter.secrecy, letter.number, letter.title)
    own, recipients = act.actor.unit, _recipients(act, letter)
    if client_id is not None and (known := act.session.get(Document, client_id)) is not None:
        same = (known.number, known.title, known.level, known.code) == (
            *(letter.number, letter.title, own.level, own.code),
        )
        if same and {(each.level, each.code) for each in _all_recipients(act, known)} == {
            (each.level, each.code) for each in recipients
        }:
            return known
        raise Conflict(
            "id-taken",
            "Mã (id) này đã được dùng cho nội dung khác.",
            "This id is taken by something else.",
            "id",
        )
    row = Document(
        id=client_id or new_id(act.now_ms),
        number=letter.number,
        title=letter.title,
        level=own.level,
        code=own.code,
        prepared_by=act.actor.person_id,
        prepared_ms=act.now_ms,
    )
    act.session.add(row)
    act.session.flush()
    act.session.add_all(
        DocumentRecipient(document_id=row.id, level=each.level, code=each.code)
        for each in recipients
    )
    act.record("document.prepared", row.id, number=row.number, recipients=len(recipients))
    return row


def send(act: Act, document_id: str, content: bytes) -> Document:
    """Give the document its file, and send it; needs `approve` in the unit that prepared it.

    The same file again changes nothing; another raises `Conflict`. Raises `Invalid` for what is
    no PDF or DOCX, `TooLarge`, and `Unable` where the disk is full.
    """
    act.require("approve")
    row = act.session.get(Document, document_id)
    if row is None or not _is_sender(act, row):
        raise nothing_there("văn bản", "document")
    kind = kind_of(content)
    try:
        sha256 = keep(act.system).put(content)
    except NotKept as error:
        raise Unable(error.reason, error.vi, error.en) from None
    if row.sha256 == sha256:
        return row
    if row.sha256 is not None:
        raise Conflict(
            "already-sent",
            "Văn bản đã được gửi với tệp khác.",
            "The document was sent with another file.",
        )
    row.kind, row.sha256, row.size_bytes, row.sent_ms = kind, sha256, len(content), act.now_ms
    act.record("document.sent", row.id, sha256=sha256)
    return row


def shown(act: Act, document_id: str) -> Sent:
    """A document that one's unit sent or received; raises `Missing`."""
    row = act.session.get(Document, document_id)
    if row is not None and _is_sender(act, row):
        return Sent(row, _all_recipients(act, row))
    mine = act.session.get(DocumentRecipient, (document_id, *_own(act)))
    if row is None or row.sha256 is None or mine is None:
        raise nothing_there("văn bản", "document")
    return Sent(row, (mine,))


def read(act: Act, document_id: str) -> tuple[Document, bytes]:
    """Open the file; the first time in a unit that received it is its read receipt.

    Raises `Missing` where there is no such document, or no file yet.
    """
    row = shown(act, document_id).row
    if row.sha256 is None:
        raise nothing_there("tệp", "file")
    mine = act.session.get(DocumentRecipient, (document_id, *_own(act)))
    if mine is not None and mine.read_ms is None:
        mine.read_ms, mine.read_by = act.now_ms, act.actor.person_id
        act.record("document.read", row.id)
    try:
        return row, keep(act.system).read(row.sha256)
    except NotKept as error:
        raise Missing(error.reason, error.vi, error.en) from None


def listed(act: Act, after: str | None = None, limit: int = PAGE) -> Page[Document]:
    """The documents that one's unit prepared or received, newest first."""
    level, code = _own(act)
    received = select(DocumentRecipient.document_id).where(
        DocumentRecipient.level == level, DocumentRecipient.code == code
    )
    query = select(Document).where(
        or_(
            and_(Document.level == level, Document.code == code),
            and_(Document.sha256.is_not(None), Document.id.in_(received)),
        )
    )
    return newest_first(act.session, query, Document.prepared_ms, Document.id, after, limit)


def _recipients(act: Act, letter: Letter) -> tuple[Unit, ...]:
    units, own = act.system.units, act.actor.unit
    for each in letter.units:
        if each == own or not units.holds(own, each):
            raise Forbidden(
                "not-below",
                f"{units.name(each)} không phải đơn vị cấp dưới.",
                f"{each.level} {each.code} is not below this account's unit.",
            )
    found = tuple(dict.fromkeys((*letter.units, *_all_below(act, letter.all_below))))
    if not found:
        raise Invalid(
            "nobody-below",
            "Văn bản chưa có nơi nhận ở cấp dưới.",
            "The document has no recipient below.",
            "units",
        )
    return found


def _all_below(act: Act, level: Level | None) -> Iterable[Unit]:
    own, units = act.actor.unit, act.system.units
    if level is None or LEVELS.index(level) <= LEVELS.index(own.level):
        return ()
    if level == "commune":
        return (Unit("commune", code) for code in communes_of(units, own))
    territory = units.territory
    codes = territory.provinces if level == "province" else territory.districts
    return (each for code in codes if units.holds(own, each := Unit(level, code)))


def _own(act: Act) -> tuple[str, str]:
    return act.actor.unit.level, act.actor.unit.code


def _is_sender(act: Act, row: Document) -> bool:
    return (row.level, row.code) == _own(act)


def _all_recipients(act: Act, row: Document) -> Sequence[DocumentRecipient]:
    return act.session.scalars(
        select(DocumentRecipient)
        .where(DocumentRecipient.document_id == row.id)
        .order_by(DocumentRecipient.level, DocumentRecipient.code)
    ).all()
