"""What a person typed into a form, or an address asks for: read strictly, kept for the form."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import FormData, QueryParams, UploadFile

from reference_system.services.refusals import Invalid
from reference_system.web.models import ClientId, Line, Lines
from scenarios.units import VIETNAM_TIME

Choice = TypeVar("Choice", bound=str)

_LINE: TypeAdapter[str] = TypeAdapter(Line)
_LINES: TypeAdapter[str] = TypeAdapter(Lines)
_ID: TypeAdapter[str] = TypeAdapter(ClientId)


@dataclass(frozen=True, slots=True)
class Typed:
    """The fields of a form that was `sent`, or else of the address that was asked for.

    What cannot be used raises `Invalid` with the name of the field.
    """

    fields: FormData | QueryParams
    sent: bool = True

    def shown(self, name: str, otherwise: object = "") -> str:
        """What the form shows again: what was typed, or what it begins with."""
        found = self.fields.get(name)
        if isinstance(found, str):
            return found
        return "" if otherwise is None else str(otherwise)

    def is_ticked(self, name: str, value: str, otherwise: bool = False) -> bool:
        """Whether a box of that name and value shows a tick again."""
        return value in self.many(name) if self.sent else otherwise

    def many(self, name: str) -> list[str]:
        """All values of a field."""
        return [each for each in self.fields.getlist(name) if isinstance(each, str)]

    def ticked(self, name: str) -> bool:
        """Whether a box is ticked."""
        return bool(self.many(name))

    def line(self, name: str, *, needed: bool = False) -> str:
        """One line of up to 300 characters, without spaces around it."""
        return self._text(_LINE, name, needed=needed, vi="một dòng, tối đa 300 ký tự")

    def lines(self, name: str, *, needed: bool = False) -> str:
        """A text of up to 20,000 characters."""
        return self._text(_LINES, name, needed=needed, vi="tối đa 20.000 ký tự")

    def secret(self, name: str) -> str:
        """A password, exactly as it was typed."""
        found = self.fields.get(name)
        if not isinstance(found, str) or not found or len(found) > 1_000:
            raise missing(name)
        return found

    def choice(self, name: str, among: Collection[Choice]) -> Choice:
        """One of some words."""
        found = self.optional(name, among)
        if found is None:
            raise missing(name)
        return found

    def optional(self, name: str, among: Collection[Choice]) -> Choice | None:
        """One of some words, None where nothing is chosen."""
        found = self.fields.get(name) or None
        for each in among:
            if each == found:
                return each
        if found is None:
            return None
        raise Invalid(
            "no-choice",
            f"Chọn một trong: {', '.join(among)}.",
            f"Choose one of {', '.join(among)}.",
            name,
        )

    def number(self, name: str, least: int, most: int) -> int | None:
        """A whole number from 0 on, None where the field is empty."""
        found = self.line(name)
        if not found:
            return None
        is_number = found.isdecimal() and found.isascii() and len(found) < 10
        if not is_number or not least <= int(found) <= most:
            raise Invalid(
                "out-of-bounds",
                f"Số nguyên từ {least} đến {most}.",
                f"A whole number from {least} to {most}.",
                name,
            )
        return int(found)

    def a_number(self, name: str, least: int, most: int) -> int:
        """A whole number that must be there."""
        found = self.number(name, least, most)
        if found is None:
            raise missing(name)
        return found

    def moment_ms(self, name: str) -> int | None:
        """A moment by the clocks of Viet Nam as an instant, None where the field is empty."""
        found = self.line(name)
        if not found:
            return None
        try:
            moment = datetime.fromisoformat(found)
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is not None or not 1970 < moment.year < 2200:
            raise Invalid(
                "no-moment",
                "Ngày và giờ, ví dụ 2022-09-27T20:00.",
                "A date and a time, such as 2022-09-27T20:00.",
                name,
            )
        return round(moment.replace(tzinfo=VIETNAM_TIME).timestamp()) * 1000

    def day(self, name: str, otherwise: date | None = None) -> date:
        """A day; where the field is empty `otherwise`, or else a refusal."""
        found = self.line(name)
        if not found and otherwise is not None:
            return otherwise
        try:
            day = date.fromisoformat(found)
        except ValueError:
            day = date.min
        if not 1970 < day.year < 2200:
            raise Invalid("no-day", "Ngày dạng 2022-09-27.", "A day such as 2022-09-27.", name)
        return day

    def client_id(self) -> str:
        """The id that the form was given, so that sending it twice does things once."""
        try:
            return _ID.validate_python(self.fields.get("id"))
        except ValidationError:
            raise missing("id") from None

    def cursor(self) -> str | None:
        """Where a list goes on; None from its beginning."""
        found = self.fields.get("after")
        return found if isinstance(found, str) else None

    def file(self, name: str) -> UploadFile:
        """A file that was chosen."""
        found = self.fields.get(name)
        if not isinstance(found, UploadFile) or not found.filename:
            raise Invalid("no-file", "Chưa chọn tệp.", "No file was chosen.", name)
        return found

    def _text(self, kind: TypeAdapter[str], name: str, *, needed: bool, vi: str) -> str:
        found = self.fields.get(name) or ""
        try:
            # Browsers send the ends of lines as networks once did.
            plain = found.replace("\r\n", "\n") if isinstance(found, str) else found
            text = kind.validate_python(plain).strip()
        except ValidationError as error:
            en = error.errors()[0]["msg"].removeprefix("Value error, ")
            raise Invalid("bad-text", f"Chữ không hợp lệ: {vi}.", f"{en}.", name) from None
        if needed and not text:
            raise missing(name)
        return text


def missing(name: str) -> Invalid:
    """The refusal of a field that is empty."""
    return Invalid("empty", "Cần điền hoặc chọn mục này.", "This is needed.", name)
