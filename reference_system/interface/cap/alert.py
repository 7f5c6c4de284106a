"""An alert of CAP 1.2: every element of the standard, typed, in the standard's order.

Names are the standard's own, in Python's spelling; what each means is said there (CAP-v1.2, 3.2).
The order of the fields is the order of the elements.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

Status = Literal["Actual", "Exercise", "System", "Test", "Draft"]
MessageType = Literal["Alert", "Update", "Cancel", "Ack", "Error"]
Scope = Literal["Public", "Restricted", "Private"]
Category = Literal[
    "Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra",
    "CBRNE", "Other",
]  # fmt: skip
Urgency = Literal["Immediate", "Expected", "Future", "Past", "Unknown"]
Severity = Literal["Extreme", "Severe", "Moderate", "Minor", "Unknown"]
Certainty = Literal["Observed", "Likely", "Possible", "Unlikely", "Unknown"]

Form = Literal["text", "time", "references", "integer", "decimal", "pair", "group"]
"""How an element's content is read: a pair is a `valueName` with its `value`."""

Pair = tuple[str, str]
"""A name of a list and a value from it, as in `<geocode>`."""


def of(element: str, form: Form = "text") -> dict[str, str]:
    """A field's metadata: the element that it stands for, and how its content is read."""
    return {"element": element, "form": form}


@dataclass(frozen=True, slots=True)
class Reference:
    """An earlier message, by the three things that identify one."""

    sender: str
    identifier: str
    sent_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A file beside the text, such as a sound; `size_bytes` may be a rough figure."""

    description: str = field(metadata=of("resourceDesc"))
    mime_type: str = field(metadata=of("mimeType"))
    size_bytes: int | None = field(metadata=of("size", "integer"), default=None)
    uri: str | None = field(metadata=of("uri"), default=None)
    deref_uri: str | None = field(metadata=of("derefUri"), default=None)
    digest_sha1: str | None = field(metadata=of("digest"), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertArea:
    """Where; altitude and ceiling in feet above mean sea level, as the standard has them."""

    description: str = field(metadata=of("areaDesc"))
    polygons: tuple[str, ...] = field(metadata=of("polygon"), default=())
    circles: tuple[str, ...] = field(metadata=of("circle"), default=())
    geocodes: tuple[Pair, ...] = field(metadata=of("geocode", "pair"), default=())
    altitude_ft: Decimal | None = field(metadata=of("altitude", "decimal"), default=None)
    ceiling_ft: Decimal | None = field(metadata=of("ceiling", "decimal"), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Info:
    """What is said, in one language (None stands for "en-US", says the standard)."""

    language: str | None = field(metadata=of("language"), default=None)
    categories: tuple[Category, ...] = field(metadata=of("category"))
    event: str = field(metadata=of("event"))
    response_types: tuple[str, ...] = field(metadata=of("responseType"), default=())
    urgency: Urgency = field(metadata=of("urgency"))
    severity: Severity = field(metadata=of("severity"))
    certainty: Certainty = field(metadata=of("certainty"))
    audience: str | None = field(metadata=of("audience"), default=None)
    event_codes: tuple[Pair, ...] = field(metadata=of("eventCode", "pair"), default=())
    effective_ms: int | None = field(metadata=of("effective", "time"), default=None)
    onset_ms: int | None = field(metadata=of("onset", "time"), default=None)
    expires_ms: int | None = field(metadata=of("expires", "time"), default=None)
    sender_name: str | None = field(metadata=of("senderName"), default=None)
    headline: str | None = field(metadata=of("headline"), default=None)
    description: str | None = field(metadata=of("description"), default=None)
    instruction: str | None = field(metadata=of("instruction"), default=None)
    web: str | None = field(metadata=of("web"), default=None)
    contact: str | None = field(metadata=of("contact"), default=None)
    parameters: tuple[Pair, ...] = field(metadata=of("parameter", "pair"), default=())
    resources: tuple[Resource, ...] = field(metadata=of("resource", "group"), default=())
    areas: tuple[AlertArea, ...] = field(metadata=of("area", "group"), default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One message. Times are milliseconds since the epoch; CAP itself has whole seconds."""

    identifier: str = field(metadata=of("identifier"))
    sender: str = field(metadata=of("sender"))
    sent_ms: int = field(metadata=of("sent", "time"))
    status: Status = field(metadata=of("status"))
    message: MessageType = field(metadata=of("msgType"))
    source: str | None = field(metadata=of("source"), default=None)
    scope: Scope = field(metadata=of("scope"), default="Public")
    restriction: str | None = field(metadata=of("restriction"), default=None)
    addresses: str | None = field(metadata=of("addresses"), default=None)
    codes: tuple[str, ...] = field(metadata=of("code"), default=())
    note: str | None = field(metadata=of("note"), default=None)
    references: tuple[Reference, ...] = field(metadata=of("references", "references"), default=())
    incidents: str | None = field(metadata=of("incidents"), default=None)
    infos: tuple[Info, ...] = field(metadata=of("info", "group"), default=())
