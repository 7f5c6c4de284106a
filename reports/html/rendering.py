"""What every page is made with: the templates, strict and escaping, and the typeface within it."""

import base64
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reports.fonts import faces
from scenarios.problems import one_line

FOLDER: Final = Path(__file__).parent


def environment(words: Mapping[str, Any]) -> Environment:
    """The templates of this folder; `words` are what all of them may say."""
    found = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_printable,
    )
    found.globals |= words
    return found


def font_faces() -> str:
    """The typeface as style."""
    return "".join(
        "@font-face{font-family:'Be Vietnam Pro';"
        f"font-weight:{weight};src:url(data:font/ttf;base64,{base64.b64encode(font).decode()})}}\n"
        for weight, font in faces().items()
    )


def hash_of(script: str) -> str:
    """What the page's policy names its script by."""
    return base64.b64encode(sha256(script.encode()).digest()).decode()


def _printable(value: Any) -> Any:
    """Names and texts of others with control characters written out; markup as it is."""
    return one_line(value) if isinstance(value, str) and not isinstance(value, Markup) else value
