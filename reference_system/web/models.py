"""What all JSON of the HTTP interface shares: strictness, instants, texts, pages, problems."""

import re
import unicodedata
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

from fastapi import Path, Query
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
)
from starlette.convertors import StringConvertor, register_url_convertor

from reference_system.services.paging import AT_MOST, CURSOR
from scenarios.units import VIETNAM_TIME, instant

Item = TypeVar("Item")


class Strict(BaseModel):
    """A message of the interface: no field too many, no value bent into another type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


# ---- Instants -----------------------------------------------------------------------------------


def _read_instant(written: object) -> int:
    if not isinstance(written, str):
        raise ValueError('a moment with its offset, such as "2022-09-27T20:00:00+07:00"')
    moment = instant(written)
    return round(moment.timestamp() * 1000)


def instant_text(ms: int) -> str:
    """The instant as people in Vietnam write it: `2022-09-27T06:00:00.000+07:00`."""
    moment = datetime.fromtimestamp(ms // 1000, UTC).replace(microsecond=ms % 1000 * 1000)
    return moment.astimezone(VIETNAM_TIME).isoformat(timespec="milliseconds")


_INSTANT_SCHEMA = {"type": "string", "format": "date-time"}

InstantIn = Annotated[
    int,
    BeforeValidator(_read_instant, json_schema_input_type=str),
    WithJsonSchema({**_INSTANT_SCHEMA, "description": "ISO 8601 with its offset, 1970 to 2199."}),
]
"""An instant that is sent to us: ISO 8601 with its offset; milliseconds since the epoch here."""

InstantOut = Annotated[
    int,
    PlainSerializer(instant_text, return_type=str),
    WithJsonSchema(_INSTANT_SCHEMA),
]
"""An instant in an answer: milliseconds since the epoch here, ISO 8601 with +07:00 on the way."""


# ---- Texts --------------------------------------------------------------------------------------

# Controls, halves of surrogate pairs, and what turns the direction of the text around it. A
# database refuses the first two, and the last lets a text look like another.
_NEVER = (
    r"\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ud800-\udfff\u202a-\u202e\u2066-\u2069"
)
_BREAKS = r"\t\n\r\u2028\u2029"
_LINE = rf"^[^{_NEVER}{_BREAKS}]*$"
_TITLE = rf"^[^{_NEVER}{_BREAKS}]*[^{_NEVER}{_BREAKS}\s][^{_NEVER}{_BREAKS}]*$"
_LINES = rf"^[^{_NEVER}]*$"


def _composed(written: object) -> object:
    return unicodedata.normalize("NFC", written) if isinstance(written, str) else written


def _fits(pattern: str) -> AfterValidator:
    compiled = re.compile(pattern)

    def check(text: str) -> str:
        if compiled.match(text) is None:
            raise ValueError("some words, without control characters")
        return text

    return AfterValidator(check)


Line = Annotated[
    str,
    Field(max_length=300, json_schema_extra={"pattern": _LINE}),
    BeforeValidator(_composed),
    _fits(_LINE),
]
"""One line, which may be empty, up to 300 characters, in the composed form of Unicode."""

Title = Annotated[
    str,
    Field(min_length=1, max_length=300, json_schema_extra={"pattern": _TITLE}),
    BeforeValidator(_composed),
    _fits(_TITLE),
]
"""One line that says something, up to 300 characters."""

Lines = Annotated[
    str,
    Field(max_length=20_000, json_schema_extra={"pattern": _LINES}),
    BeforeValidator(_composed),
    _fits(_LINES),
]
"""A text of many lines, which may be empty, up to 20,000 characters."""

_ID = r"^[A-Za-z0-9._-]{1,64}$"

ClientId = Annotated[str, Field(pattern=_ID)]
"""An id that a client chose, so that asking twice creates once."""

PathId = Annotated[str, Path(pattern=_ID)]
"""The id in an address."""

_NO_IDS = ("emergency", "new", "preview")
"""What stands where an id would stand in an address, or in that of a page, and is none."""


def _is_id(text: str) -> str:
    if text in _NO_IDS:
        raise ValueError("another id: this word is an address of its own")
    return text


NewId = Annotated[ClientId, AfterValidator(_is_id)]
"""The id that a client chose for something that is new at an address with `{…:id}`."""


class _IdConvertor(StringConvertor):
    regex = rf"(?!(?:{'|'.join(_NO_IDS)})(?:/|$))[^/]+"


register_url_convertor("id", _IdConvertor())


# ---- Pages --------------------------------------------------------------------------------------

After = Annotated[
    str | None, Query(pattern=CURSOR, description="`after` of the page before; newest come first.")
]
Limit = Annotated[int, Query(ge=1, le=AT_MOST, description="How many on a page.")]


class PageOut(Strict, Generic[Item]):
    """Some of a list, newest first; `after` asks for the next page, null where there is none."""

    items: list[Item]
    after: str | None


# ---- Problems -----------------------------------------------------------------------------------


class ProblemOut(Strict):
    """A problem document (RFC 9457): `code` is for programs, the titles are for people."""

    status: int
    code: str
    title: str
    title_en: str
    field: str | None = None


class FailedOut(Strict):
    """What a device is told in place of a problem: it was not taken, and nothing was stored."""

    TrangThaiGui: Literal[1] = 1
    MoTa: str


def inlined(model: type[BaseModel]) -> dict[str, Any]:
    """The schema of a model without references: in an OpenAPI document they lead elsewhere."""
    schema = model.model_json_schema()
    definitions = schema.pop("$defs", {})

    def inline(part: Any) -> Any:
        if isinstance(part, dict):
            if reference := part.get("$ref"):
                return inline(definitions[reference.rpartition("/")[2]])
            return {name: inline(value) for name, value in part.items()}
        return [inline(each) for each in part] if isinstance(part, list) else part

    whole: dict[str, Any] = inline(schema)
    return whole


_PROBLEM = {"application/problem+json": {"schema": inlined(ProblemOut)}}
_MEANINGS = {
    400: "Không đọc được yêu cầu / The request cannot be read",
    401: "Chưa đăng nhập / Nobody is logged in, or not well enough",
    403: "Không được phép / Not allowed",
    404: "Không có / There is no such thing",
    409: "Xung đột / It does not fit what is there",
    413: "Quá lớn / Too large",
    422: "Không hợp lệ / What was sent cannot be used",
    429: "Quá nhiều lần / Too many attempts",
    503: "Tạm thời không phục vụ / Not now",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """`responses=` of a route: those statuses, and those that every route may answer."""
    return {
        status: {"description": _MEANINGS[status], "content": _PROBLEM}
        for status in sorted({*statuses, 400, 413, 422, 503})
    }


OPEN = problems(429)
"""Of a route that anybody may ask."""

LOGGED_IN = problems(401, 403)
"""Of a route that asks who is there."""

ABOUT_ONE = problems(401, 403, 404)
"""Of a route about one thing."""

CHANGES = problems(401, 403, 404, 409)
"""Of a route that changes something."""
