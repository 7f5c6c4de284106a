"""HTML from templates, in one of two languages, with the words and times that people read."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any, Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reference_system.services.content.bulletin_words import CLASS_NAMES, STATUS_NAMES
from reference_system.web.models import instant_text
from reference_system.web.pages import words
from scenarios.scenario import Text
from scenarios.units import VIETNAM_TIME, instant

Language = Literal["vi", "en"]

LANGUAGES: tuple[Language, ...] = ("vi", "en")

FOLDER = Path(__file__).parent


@cache
def environment(language: Language) -> Environment:
    """The templates, with everything said in that language."""
    made = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals |= {
        "language": language,
        "t": _speaker(language),
        "words": words,
        "class_names": CLASS_NAMES,
        "status_names": STATUS_NAMES,
    }
    made.filters |= {
        "say": lambda text: _said(text, language),
        "vi": lambda text: vietnamese(text, language),
        "moment": lambda ms: _time(ms, "%d/%m/%Y %H:%M"),
        "written": lambda text: _time(round(instant(text).timestamp() * 1000), "%d/%m/%Y %H:%M"),
        "day": lambda ms: _time(ms, "%d/%m"),
        "clock": lambda ms: _time(ms, "%H:%M:%S"),
        "hour": lambda ms: _time(ms, "%H:%M"),
        "lasting": lambda ms: lasting(ms, language),
        "number": lambda number: f"{number:,}".replace(",", "." if language == "vi" else ","),
    }
    return made


def html(name: str, language: Language, context: dict[str, Any]) -> str:
    """The page of a template."""
    return environment(language).get_template(f"{name}.html.jinja").render(context)


def vietnamese(text: str, language: Language) -> Markup:
    """Words that are Vietnamese in any language of the page: names, titles, what people wrote."""
    if language == "vi" or not text:
        return Markup.escape(text)
    return Markup('<span lang="vi">{}</span>').format(text)


def lasting(ms: int, language: Language) -> str:
    """A length of time as people say it, to the second."""
    seconds = round(ms / 1000)
    units = (("ngày", "d", 86_400), ("giờ", "h", 3_600), ("phút", "min", 60), ("giây", "s", 1))
    parts = []
    for vi, en, size in units:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {vi if language == 'vi' else en}")
    return " ".join(parts[:2]) or ("0 giây" if language == "vi" else "0 s")


def local(ms: int) -> datetime:
    """An instant by the clocks of Viet Nam."""
    return datetime.fromtimestamp(ms // 1000, UTC).astimezone(VIETNAM_TIME)


def midnight_ms(day: date) -> int:
    """When a day begins in Viet Nam."""
    return round(datetime.combine(day, time(), VIETNAM_TIME).timestamp()) * 1000


def _speaker(language: Language) -> Callable[[str, str], str]:
    return (lambda vi, _: vi) if language == "vi" else (lambda _, en: en)


def _said(text: Text | str, language: Language) -> str:
    if isinstance(text, str):
        return text
    return text.vi if language == "vi" else text.en


def _time(ms: int, form: str) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(
        instant_text(ms), local(ms).strftime(form)
    )
