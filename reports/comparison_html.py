"""What changed between two runs as one HTML page that needs nothing from outside.

Both languages stand in it, the asked one first, each marked as what it is; a link leads to the
other. Nothing is told by colour. On a narrow screen a table's rows stand below each other; on paper
the language asked for stands alone.
"""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

from reports import rollout_chart, worlds_chart
from reports.comparison import Section, heading, sections
from reports.words import Language
from scenarios.scenario import Text

TITLE: Final = Text("So sánh hai lần chạy", "Two runs compared")
_NAMES: Final[Mapping[Language, str]] = {"vi": "Tiếng Việt", "en": "English"}
_OTHER: Final[Mapping[Language, Language]] = {"vi": "en", "en": "vi"}

_STYLE: Final = """\
body { font: 1rem/1.5 "Be Vietnam Pro", system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  margin: 0 auto; max-width: 68rem; padding: 1rem clamp(.75rem, 4vw, 2.5rem) 4rem;
  color: #1d2b36; background: #fff; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
h1 { font-size: clamp(1.5rem, 4vw, 2rem); line-height: 1.25; margin: 1rem 0; }
h2 { font-size: 1.25rem; margin: 2.25rem 0 .5rem; }
nav { text-align: right; }
section + section { border-top: 3px solid #c9d2d9; margin-top: 4rem; padding-top: 1rem; }
.sentence { background: #f3f6f8; border-left: .4rem solid #0b4f7d; padding: .8rem 1.25rem;
  font-size: 1.15rem; font-weight: 600; margin: 0; }
.wide { overflow-x: auto; }
.wide:focus-visible, a:focus-visible { outline: 3px solid #0b4f7d; outline-offset: 2px; }
table { border-collapse: collapse; font-size: .9rem; }
th, td { border-bottom: 1px solid #c9d2d9; padding: .4rem 1.25rem .4rem 0; text-align: left;
  vertical-align: top; white-space: pre-line; min-width: 5rem; overflow-wrap: normal; }
thead th { border-bottom: 2px solid #51606c; }
tbody th { font-weight: 400; max-width: 24rem; overflow-wrap: anywhere; }
tbody th b { font-weight: 600; }
a { color: #0b4f7d; }
@media (max-width: 40rem) {
  table, tbody, tr, th, td { display: block; min-width: 0; max-width: none; padding: .1rem 0;
    border: 0; overflow-wrap: anywhere; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tr { border-bottom: 1px solid #c9d2d9; padding: .5rem 0; }
  td { display: grid; grid-template-columns: 7rem minmax(0, 1fr); }
  td::before { content: attr(data-column); color: #51606c; }
}
@media print {
  @page { margin: 16mm; }
  html { font-size: 9.5pt; }
  body { max-width: none; padding: 0; }
  .wide { overflow: visible; } nav, section + section { display: none; }
  h2 { break-after: avoid; } tr { break-inside: avoid; }
}
"""


def page(comparison: Mapping[str, Any], language: Language) -> bytes:
    """The whole page, `language` first."""
    told = {one: (heading(comparison, one), sections(comparison, one)) for one in _OTHER}
    return page_of(TITLE, told, language)


def page_of(
    title: Text, told: Mapping[Language, tuple[str, Sequence[Section]]], language: Language
) -> bytes:
    """Any comparison as a page: its heading and its sections by language, `language` first."""
    first, second = (_part(title, *told[one], one) for one in (language, _OTHER[language]))
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_in(language, title)}</title>\n<style>\n{_STYLE}{worlds_chart.STYLE}</style>\n"
        "</head>\n<body>\n"
        f"<main>\n{first}{second}</main>\n</body>\n</html>\n"
    ).encode()


def _part(title: Text, heading: str, sections: Sequence[Section], language: Language) -> str:
    other = _OTHER[language]
    parts = "".join(
        _section(section, f"{language}-{number}", language)
        for number, section in enumerate(sections)
    )
    return (
        f'<section lang="{language}" id="{language}" aria-labelledby="{language}-title">\n'
        f'<nav><a href="#{other}" lang="{other}">{_NAMES[other]}</a></nav>\n'
        f'<h1 id="{language}-title">{_in(language, title)}</h1>\n'
        f'<p class="sentence">{escape(heading)}</p>\n{parts}</section>\n'
    )


def _in(language: Language, text: Text) -> str:
    return text.vi if language == "vi" else text.en


def _section(section: Section, name: str, language: Language) -> str:
    remark = f"<p>{escape(section.remark)}</p>\n" if section.remark else ""
    return (
        f'<h2 id="{name}">{escape(section.title)}</h2>\n{remark}'
        f"{_curves(section, name, language)}{_table(section, name)}"
    )


def _curves(section: Section, name: str, language: Language) -> str:
    if section.curves:
        return f"{rollout_chart.figures(section.curves, name, language)}\n"
    if section.worlds is None or not section.worlds["curves"]:
        return ""
    caption = _in(language, worlds_chart.CAPTION)
    return f"<p>{escape(caption)}</p>\n{worlds_chart.figures(section.worlds, name)}\n"


def _table(section: Section, name: str) -> str:
    if not section.rows:
        return ""
    head = "".join(
        f'<th role="columnheader" scope="col">{escape(column)}</th>' for column in section.columns
    )
    body = "".join(
        f'<tr role="row"><th role="rowheader" scope="row">{_head(first)}</th>'
        + "".join(
            f'<td role="cell" data-column="{escape(column)}">{escape(field)}</td>'
            for column, field in zip(section.columns[1:], others, strict=True)
        )
        + "</tr>\n"
        for first, *others in section.rows
    )
    return (
        f'<div class="wide" role="region" aria-labelledby="{name}" tabindex="0">\n'
        # The roles keep the table a table where a narrow screen shows its rows as blocks.
        f'<table role="table" aria-labelledby="{name}">\n'
        f'<thead role="rowgroup"><tr role="row">{head}</tr></thead>\n'
        f'<tbody role="rowgroup">\n{body}</tbody>\n</table>\n</div>\n'
    )


def _head(told: str) -> str:
    """What a row is of: its first line is its name."""
    name, newline, more = told.partition("\n")
    return f"<b>{escape(name)}</b>{newline}{escape(more)}"
