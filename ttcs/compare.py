"""`ttcs compare`: what changed between two runs, or between two certifications."""

from pathlib import Path
from typing import Any, Literal

from rich.console import Console

from conformance.bundle import json_bytes
from conformance.certify_bundle import KIND
from conformance.comparison import compare as compared
from reports import certification_comparison, certification_reading
from reports.comparison import tables
from reports.comparison_html import page
from reports.words import Language
from scenarios.problems import BadInput
from ttcs import finished_runs, whole_file
from ttcs.main import BAD_INPUT, CONFORMANT, HARNESS_ERROR, NOT_CONFORMANT
from ttcs.telling import tell, tell_error, tell_first

Format = Literal["table", "json", "html"]


def compare(old: Path, new: Path, form: Format, out: Path | None, language: Language) -> int:
    """Prints or writes what changed from one bundle to the other; the exit code."""
    try:
        if out is not None:
            whole_file.check("--out", out)
        both = [certification_reading.is_certification(place) for place in (old, new)]
        if all(both):
            read = certification_reading.read
            comparison = certification_comparison.compared(read(old), read(new))
        else:
            comparison = compared(finished_runs.load(old), finished_runs.load(new))
    except BadInput as bad:
        tell_first(bad)
        return BAD_INPUT
    content = _told(comparison, form, language)
    if out is None:
        tell(content.decode().rstrip("\n"))
    else:
        try:
            whole_file.write(out, content)
        except OSError as error:
            tell_error(f"{out}: {error.strerror or error}; nothing was written there")
            return HARNESS_ERROR
    return CONFORMANT if comparison["same"] else NOT_CONFORMANT


def _told(comparison: dict[str, Any], form: Format, language: Language) -> bytes:
    is_certified = comparison.get("kind") == KIND
    match form:
        case "json":
            return json_bytes(comparison)
        case "html":
            draw = certification_comparison.page if is_certified else page
            return draw(comparison, language)
        case "table":
            lay_out = certification_comparison.tables if is_certified else tables
            console = Console()
            with console.capture() as shown:
                console.print(lay_out(comparison, language))
            return shown.get().encode()
