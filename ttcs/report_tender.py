"""`ttcs report BUNDLE --tender FILE`: what a bundle shows of each requirement of a tender."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Literal

from conformance import handed_over
from conformance.bundle import json_bytes
from conformance.signing import PublicKey
from reports import tender as telling
from reports import tender_results
from reports.words import Language
from scenarios.problems import BadInput, Problem, one_line
from ttcs import tender, whole_file
from ttcs.main import BAD_INPUT, CONFORMANT, HARNESS_ERROR, NOT_CONFORMANT
from ttcs.telling import tell, tell_error

Format = Literal["html", "pdf", "csv", "junit", "json"]

_TO_A_FILE: Final = ("html", "pdf")
_DRAWING: Final = ("typst", "fontpkg_be_vietnam_pro", "matplotlib")


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of the command, as they were given."""

    bundle: Path
    tender: Path | None
    form: Format
    out: Path | None
    pictures: Path | None
    trust: Sequence[Path]
    language: Language


def report(asked: Asked) -> int:
    """Prints or writes it; the exit code, 1 for a bundle that gives no verdicts."""
    try:
        place, out = _places(asked)
        found = handed_over.read(asked.bundle, [PublicKey.read(each) for each in asked.trust])
        read = tender.read(place, [found])
        content = _told(tender_results.results(read, found), asked)
        tender.propose(place, read)
        if out is None:
            tell(content.decode().rstrip("\r\n"))
        else:
            whole_file.write(out, content)
            tell(one_line(str(out)))
    except BadInput as bad:
        tell_all(bad)
        return BAD_INPUT
    except (OSError, RuntimeError) as error:  # RuntimeError is Typst's
        tell_error(f"{asked.bundle}: {error}; nothing was written there")
        return HARNESS_ERROR
    return CONFORMANT if found.judged else NOT_CONFORMANT


def check_can_draw(form: str) -> None:
    """Raises `BadInput` where a document is asked for without what sets it."""
    missing = [name for name in _DRAWING if find_spec(name) is None] if form == "pdf" else ()
    if missing:
        wrong, hint = f"without {', '.join(missing)}", "pip install 'ttcs-hil[report]'"
        raise BadInput([Problem("--format pdf", None, None, "", wrong, "it installed", hint)])


def _places(asked: Asked) -> tuple[Path, Path | None]:
    """The tender, and where the report goes; raises `BadInput` for options that do not fit."""
    if asked.tender is None:
        raise _bad("--trust", "given without --tender", "--tender")
    if asked.form == "junit":
        raise _bad("--format junit", "given with --tender", "html, pdf, csv or json")
    if asked.pictures is not None:
        raise _bad("--pictures", "given with --tender", "the bundle of a run")
    check_can_draw(asked.form)
    out = asked.out
    if out is None and asked.form in _TO_A_FILE:
        name = asked.bundle.resolve().name.removesuffix(".zip") or "report"
        out = Path(f"{name}.{asked.tender.stem}.{asked.form}")
    if out is not None:
        whole_file.check("--out", out)
    return asked.tender, out


def _told(told: dict[str, Any], asked: Asked) -> bytes:
    match asked.form:
        case "csv":
            return telling.csv(told, asked.language)
        case "html":
            return telling.page(told, asked.language)
        case "pdf":
            return telling.pdf(told, asked.language)
        case _:
            return json_bytes(told)


def _bad(option: str, wrong: str, expected: str) -> BadInput:
    return BadInput([Problem(option, None, None, "", wrong, expected)])


def tell_all(bad: BadInput) -> None:
    """Every row that is wrong, a line each."""
    for problem in bad.problems:
        tell_error(str(problem))
