"""Files of documents: what they are by their first bytes. They are kept and handed on, never run.

And the rule about marks of state secrets. The plan that this system is built for sends documents
over it "except those marked mật, tối mật, tuyệt mật"; such a document must not enter at all.
"""

import io
import re
import unicodedata
import zipfile
from collections.abc import Mapping
from typing import Literal

from reference_system.services.refusals import Invalid, TooLarge

FileKind = Literal["pdf", "docx"]
Secrecy = Literal["none", "mat", "toi-mat", "tuyet-mat"]

MEDIA_TYPES: Mapping[FileKind, str] = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
MOST_BYTES = 20 << 20
MOST_PARTS = 10_000
"""How many files a DOCX may hold."""

SECRET_MARKS = frozenset({"m", "tm", "tum"})
"""Short marks of mật, tối mật and tuyệt mật in a document's number, as in 05/BC-UBND-M. The short
forms are practice, not taken from a legal text that is held here; an ordinary document that is
refused by mistake can be renumbered, a secret that was sent cannot be called back."""

_DEGREES = "TUYỆT MẬT|TỐI MẬT|MẬT"
_TITLE_MARK = re.compile(
    rf"^\s*[\[(*]?\s*({_DEGREES})\s*[\])*:.,;–—/|-]|^\s*({_DEGREES})\s*$|[\[(]\s*({_DEGREES})\s*[\])]"
)
# "độ mật: tối mật", whatever its capitals: a degree is stated.
_TITLE_DEGREE = re.compile(r"độ mật\s*:?\s*(tuyệt|tối)?\s*mật", re.IGNORECASE)


def must_not_be_secret(secrecy: Secrecy, number: str, title: str) -> None:
    """Rule STATE-SECRET-MARKS: raise `Invalid` for a document with a mark of a state secret.

    A mark is the field `secrecy`; a part of the number that is only M, TM or TuM; a degree in
    capitals that stands before the title, alone, or in brackets; or a stated "độ mật". Words such
    as "bí mật nhà nước", "mật độ" and "mật ong" in a title are no marks. The file is not read.
    """
    parts = re.split(r"[^\w]+|_", unicodedata.normalize("NFC", number).casefold())
    words = unicodedata.normalize("NFC", title)
    fields = {
        "secrecy": secrecy != "none",
        "number": not SECRET_MARKS.isdisjoint(parts) or "mật" in parts,
        "title": bool(_TITLE_MARK.search(words) or _TITLE_DEGREE.search(words)),
    }
    for field, marked in fields.items():
        if marked:
            raise Invalid(
                "state-secret",
                "Văn bản có dấu chỉ độ mật; hệ thống này không được truyền bí mật nhà nước.",
                "The document bears a mark of secrecy; this system may not carry state secrets.",
                field,
            )


def kind_of(content: bytes) -> FileKind:
    """What a file is; raises `TooLarge`, or `Invalid` for all but whole PDF and DOCX files."""
    if len(content) > MOST_BYTES:
        raise too_large()
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-1024:]:
        return "pdf"
    if content.startswith(b"PK\x03\x04") and _is_docx(content):
        return "docx"
    raise Invalid(
        "not-a-document",
        "Cần tệp PDF hoặc DOCX nguyên vẹn, không có macro.",
        "A whole PDF or DOCX file without macros is needed.",
    )


def too_large() -> TooLarge:
    """The refusal of a file of more than `MOST_BYTES`."""
    limit = f"{MOST_BYTES >> 20} MB"
    return TooLarge("file-too-large", f"Tệp lớn hơn {limit}.", f"The file is larger than {limit}.")


def _is_docx(content: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            names = set(parts.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return False
    needed = {"[Content_Types].xml", "word/document.xml"}
    macros = any(name.lower().endswith("vbaproject.bin") for name in names)
    return len(names) <= MOST_PARTS and needed <= names and not macros
