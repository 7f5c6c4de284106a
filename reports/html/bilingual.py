"""Words and figures in both languages at once; the page shows the one that its switch says."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from markupsafe import Markup, escape

from reports import figures
from reports.words import figure
from scenarios.problems import one_line
from scenarios.scenario import Text


def both(vi: str, en: str) -> Markup:
    """The two texts, each marked with its language; once where they are the same."""
    vi, en = one_line(vi), one_line(en)
    if vi == en:
        return escape(vi)
    return Markup(
        '<span class="vi" lang="vi">{}</span><span class="en" lang="en">{}</span>'
    ).format(vi, en)


def said(text: Text | Mapping[str, str]) -> Markup:
    """A text, or a text of `results.json`."""
    if isinstance(text, Text):
        return both(text.vi, text.en)
    return both(text["vi"], text["en"])


def named(name: str) -> Markup:
    """A Vietnamese name, the same in both languages."""
    return Markup('<span lang="vi">{}</span>').format(one_line(name))


def english(text: str) -> Markup:
    """A text that there is in English only."""
    return Markup('<span lang="en">{}</span>').format(one_line(text))


def each(told: Callable[..., str], *arguments: Any) -> Markup:
    """What a function tells when the language is its last argument."""
    return both(told(*arguments, "vi"), told(*arguments, "en"))


def count(number: int) -> Markup:
    """How many."""
    return each(figure, number, "count")


def time(ms: int) -> Markup:
    """A duration."""
    return each(figure, ms, "ms")


def share(number: int, of: int) -> Markup:
    """So many of so many, in percent."""
    return each(figures.share, number, of)


def moment(at: datetime) -> Markup:
    """A date and a time as people write them."""
    return both(at.strftime("%H:%M ngày %d/%m/%Y"), at.strftime("%H:%M on %d/%m/%Y"))
