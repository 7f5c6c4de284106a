"""Documents as tagged PDF (PDF/UA-1), set by Typst.

Typst is given the texts as data, never as markup, and reads nothing but what is handed to it.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from reports import fonts

_FOLDER = Path(__file__).parent


def typeset(template: str, data: Any, pictures: Iterable[tuple[str, bytes]] = ()) -> bytes:
    """The document that a template of this folder makes of its `data.json`, and of pictures by
    their file names; raises `RuntimeError`, which is Typst's."""
    import typst

    with TemporaryDirectory(prefix="ttcs-report-") as name:
        place = Path(name)
        for file in ("frame.typ", template):
            (place / file).write_bytes((_FOLDER / file).read_bytes())
        (place / "data.json").write_text(json.dumps(_drawable(data), ensure_ascii=False), "utf-8")
        for file, picture in pictures:
            (place / file).write_bytes(picture)
        return typst.compile(
            place / template,
            root=place,
            font_paths=list(fonts.folders()),
            ignore_system_fonts=True,
            format="pdf",
            pdf_standards="ua-1",
        )


def _drawable(data: Any) -> Any:
    """The data with texts that the document's fonts can show."""
    match data:
        case str():
            return fonts.drawable(data)
        case dict():
            return {name: _drawable(value) for name, value in data.items()}
        case list() | tuple():
            return [_drawable(value) for value in data]
        case _:
            return data
