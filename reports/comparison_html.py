"""What changed between two runs as one HTML page that needs nothing from outside.

Both languages stand in it, the asked one first, each marked as what it is; a link leads to the
other. Nothing is told by colour; on a narrow screen a table's rows stand below each other.
"""

from collections.abc import Mapping
from html import escape
from typing import Any, Final

from reports.comparison import Section, heading, sections
from reports.words import Language

_TITLES: Final[Mapping[Language, str]] = {"vi": "So sánh hai lần chạy", "en": "Two runs compared"}
_NAMES: Final[Mapping[Language, str]] = {"vi": "Tiếng Việt", "en": "English"}
_OTHER: Final[Mapping[Language, Language]] = {"vi": "en", "en": "vi"}

_STYLE: Final = """\
body { font: 1rem/1.5 system-ui, sans-serif; margin: 1rem auto; max-width: 70rem; padding: 0 1rem;
  color: #1a1a1a; background: #fff; overflow-wrap: anywhere; }
.wide { overflow-x: auto; }
.wide:focus-visible, a:focus-visible { outline: 3px solid #0b57d0; outline-offset: 2px; }
table { border-collapse: collapse; }
th, td { border: 1px solid #767676; padding: .3rem .6rem; text-align: left; vertical-align: top;
  white-space: pre-line; min-width: 5rem; }
thead th { background: #eee; }
a { color: #0b57d0; }
@media (max-width: 40rem) {
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, tbody, tr, th, td { display: block; min-width: 0; }
  tr { border: 1px solid #767676; margin-bottom: 1rem; }
  th, td { border: 0; }
  tbody th { background: #eee; }
  td::before { content: attr(data-column) ": "; color: #555; }
}
@media print { .wide { overflow: visible; } nav { display: none; } }
"""


def page(comparison: Mapping[str, Any], language: Language) -> bytes:
    """The whole page, `language` first."""
    first, second = (_part(comparison, one) for one in (language, _OTHER[language]))
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_TITLES[language]}</title>\n<style>\n{_STYLE}</style>\n</head>\n<body>\n"
        f"<main>\n{first}{second}</main>\n</body>\n</html>\n"
    ).encode()


def _part(comparison: Mapping[str, Any], language: Language) -> str:
    other = _OTHER[language]
    parts = "".join(
        _section(section, f"{language}-{number}")
        for number, section in enumerate(sections(comparison, language))
    )
    return (
        f'<section lang="{language}" id="{language}" aria-labelledby="{language}-title">\n'
        f'<nav><a href="#{other}" lang="{other}">{_NAMES[other]}</a></nav>\n'
        f'<h1 id="{language}-title">{_TITLES[language]}</h1>\n'
        f"<p><strong>{escape(heading(comparison, language))}</strong></p>\n{parts}</section>\n"
    )


def _section(section: Section, name: str) -> str:
    remark = f"<p>{escape(section.remark)}</p>\n" if section.remark else ""
    return f'<h2 id="{name}">{escape(section.title)}</h2>\n{remark}{_table(section, name)}'


def _table(section: Section, name: str) -> str:
    if not section.rows:
        return ""
    head = "".join(
        f'<th role="columnheader" scope="col">{escape(column)}</th>' for column in section.columns
    )
    body = "".join(
        f'<tr role="row"><th role="rowheader" scope="row">{escape(first)}</th>'
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
