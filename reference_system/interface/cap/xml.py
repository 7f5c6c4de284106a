"""CAP 1.2 as bytes: XML from anybody, read strictly, and XML that the OASIS schema accepts."""

import re
from collections.abc import Callable, Iterable
from dataclasses import Field, fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

from reference_system.interface.cap.alert import Alert, AlertArea, Info, Reference, Resource
from scenarios.problems import one_line, shortened
from scenarios.units import VIETNAM_TIME

MAX_BYTES = 900_000
"""What those who publish CAP feeds allow a feed at most; one alert is far less."""

_NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
_SCHEMA = Path(__file__).parent / "CAP-v1.2.xsd"
_GROUPS: dict[str, type] = {"info": Info, "area": AlertArea, "resource": Resource}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_IDENTITY = re.compile(r"[^\s,<&]+")
"""What `identifier` and `sender` may hold, says the data dictionary; the schema does not."""

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", re.ASCII)


class BadCap(ValueError):
    """Bytes that are no CAP 1.2 alert; one line, with the line in the message where it is known."""


def read(source: bytes) -> Alert:
    """The alert that `source` holds: UTF-8, at most `MAX_BYTES`, without a DTD.

    Checked against the schema and, beyond it, for a readable identity, readable references, and
    references at all in an update or a cancel. A signature is left unread: it proves nothing
    here. Raises `BadCap`.
    """
    root = _parsed(source)
    schema = _schema()
    if not schema.validate(root):
        first = schema.error_log[0]
        raise _bad(first.line, first.message.replace(f"{{{_NAMESPACE}}}", ""))
    alert: Alert = _typed(Alert, root)
    for element, text in (("identifier", alert.identifier), ("sender", alert.sender)):
        if not _IDENTITY.fullmatch(text):
            expected = "text without spaces, commas, '<' and '&'"
            raise _bad(root.sourceline, f"{element}: {shortened(text)!r} is not {expected}")
    if alert.message in ("Update", "Cancel") and not alert.references:
        raise _bad(root.sourceline, f"{alert.message} without references to what it is about")
    return alert


def write(alert: Alert) -> bytes:
    """The alert as XML in UTF-8, times in Vietnamese time; `read` gives the same alert again.

    What is below a second is cut from times. Raises `BadCap` for an alert that CAP cannot say:
    with a character that XML has not, or against the schema.
    """
    try:
        root = etree.Element(f"{{{_NAMESPACE}}}alert", nsmap={None: _NAMESPACE})
        _fill(root, alert)
    except (ValueError, OverflowError) as error:
        raise BadCap(one_line(str(error))) from None
    content: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    read(content)
    return content


@cache
def _schema_source() -> etree._ElementTree:
    return etree.parse(_SCHEMA)


def _schema() -> etree.XMLSchema:
    """A schema of one's own: its list of errors is not for two threads."""
    return etree.XMLSchema(_schema_source())


def _parsed(source: bytes) -> etree._Element:
    if len(source) > MAX_BYTES:
        raise BadCap(f"longer than {MAX_BYTES:,} bytes")
    try:
        source.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _bad(source.count(b"\n", 0, error.start) + 1, "not UTF-8") from None
    if (at := source.find(b"<!DOCTYPE")) >= 0:
        raise _bad(source.count(b"\n", 0, at) + 1, "a DTD, expected none")
    parser = etree.XMLParser(
        encoding="utf-8",  # what the bytes are, whatever they declare
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(source, parser)
    except etree.XMLSyntaxError as error:
        wrong = re.sub(r", line \d+, column \d+$", "", error.msg or "not XML")
        raise _bad(error.lineno, wrong) from None


def _bad(line: int | None, wrong: str) -> BadCap:
    return BadCap(one_line(f"line {line}: {wrong}" if line else wrong)[:500])


def _typed(form: type, element: etree._Element) -> Any:
    found: dict[str, list[etree._Element]] = {}
    for child in element.iterchildren(f"{{{_NAMESPACE}}}*"):  # a signature's are of another
        found.setdefault(etree.QName(child).localname, []).append(child)
    return form(
        **{
            field.name: _values(field, found[field.metadata["element"]])
            for field in fields(form)
            if field.metadata["element"] in found
        }
    )


def _values(field: Field[Any], elements: list[etree._Element]) -> Any:
    values = tuple(_value(field.metadata["form"], element) for element in elements)
    return values if _repeats(field) else values[0]


def _repeats(field: Field[Any]) -> bool:
    return str(field.type).startswith("tuple") and field.metadata["form"] != "references"


def _value(form: str, element: etree._Element) -> Any:
    if form == "group":
        return _typed(_GROUPS[etree.QName(element).localname], element)
    if form == "pair":
        return (element[0].text or "", element[1].text or "")
    try:
        return _READERS[form](element.text or "")
    except (ValueError, ArithmeticError):
        name, text = etree.QName(element).localname, shortened(element.text or "")
        raise _bad(element.sourceline, f"{name}: {text!r} cannot be read") from None


def _fill(element: etree._Element, value: Any) -> None:
    for field in fields(value):
        of_field = getattr(value, field.name)
        for one in of_field if _repeats(field) else () if of_field in (None, ()) else (of_field,):
            child = etree.SubElement(element, f"{{{_NAMESPACE}}}{field.metadata['element']}")
            match field.metadata["form"]:
                case "group":
                    _fill(child, one)
                case "pair":
                    for name, text in zip(("valueName", "value"), one, strict=True):
                        etree.SubElement(child, f"{{{_NAMESPACE}}}{name}").text = text
                case form:
                    child.text = _WRITERS[form](one)


def _instant_ms(text: str) -> int:
    if not _TIME.fullmatch(text := text.strip()):
        raise ValueError("expected a time as 2022-09-27T20:00:00+07:00")
    return (datetime.fromisoformat(text) - _EPOCH) // timedelta(milliseconds=1)


def _instant(at_ms: int) -> str:
    moment = _EPOCH + timedelta(seconds=at_ms // 1000)
    return moment.astimezone(VIETNAM_TIME).isoformat(timespec="seconds")


def _references(text: str) -> tuple[Reference, ...]:
    parts = (reference.split(",") for reference in text.split())
    return tuple(Reference(sender, name, _instant_ms(sent)) for sender, name, sent in parts)


def _references_text(references: Iterable[Reference]) -> str:
    return " ".join(f"{one.sender},{one.identifier},{_instant(one.sent_ms)}" for one in references)


_READERS: dict[str, Callable[[str], Any]] = {
    "text": str,
    "time": _instant_ms,
    "references": _references,
    "integer": int,
    "decimal": Decimal,
}
_WRITERS: dict[str, Callable[[Any], str]] = {
    "text": str,
    "time": _instant,
    "references": _references_text,
    "integer": str,
    "decimal": "{:f}".format,
}
