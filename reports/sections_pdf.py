"""Sections of tables as a tagged PDF, in one language."""

from collections.abc import Sequence

from reports.comparison import Section
from reports.typesetting import typeset
from reports.words import Language
from scenarios.scenario import Text


def document(title: Text, heading: str, sections: Sequence[Section], language: Language) -> bytes:
    """The whole document; raises `RuntimeError`, which is Typst's."""
    data = {
        "language": language,
        "title": title.vi if language == "vi" else title.en,
        "sentence": heading,
        "sections": [
            {"title": s.title, "columns": s.columns, "rows": s.rows, "remark": s.remark}
            for s in sections
        ],
    }
    return typeset("sections.typ", data)
