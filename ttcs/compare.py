"""`ttcs compare`: what changed between two runs; certifications, or two plans, side by side; the
impact of a suite on stored certifications."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from rich.console import Console, RenderableType

from conformance import handed_over
from conformance.bundle import json_bytes
from conformance.comparison import compare as compared
from conformance.signing import PublicKey
from conformance.verification import MISJUDGED
from reports import (
    certification_comparison,
    certification_reading,
    comparison,
    comparison_html,
    rollout_comparison,
    rollout_reading,
)
from reports import impact as impacts
from reports.words import Language
from scenarios.problems import BadInput, Problem
from ttcs import compare_suites, finished_runs, tender, whole_file
from ttcs.main import BAD_INPUT, CONFORMANT, HARNESS_ERROR, NOT_CONFORMANT
from ttcs.report_tender import check_can_draw, tell_all
from ttcs.telling import tell, tell_error

Format = Literal["table", "json", "html", "pdf"]

MOST: Final = 6
"""So many certifications stand side by side."""

Told = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of the command, as they were given."""

    bundles: Sequence[Path]
    form: Format
    out: Path | None
    language: Language
    tender: Path | None
    trust: Sequence[Path]
    suites: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class _Telling:
    """How a comparison is told; `pdf` is None where it is in no document."""

    tables: Callable[[Told, Language], RenderableType]
    page: Callable[[Told, Language], bytes]
    pdf: Callable[[Told, Language], bytes] | None


_RUNS: Final = _Telling(comparison.tables, comparison_html.page, None)
_PLANS: Final = _Telling(rollout_comparison.tables, rollout_comparison.page, None)
_CERTIFICATIONS: Final = _Telling(
    certification_comparison.tables, certification_comparison.page, certification_comparison.pdf
)
_IMPACT: Final = _Telling(impacts.tables, impacts.page, impacts.pdf)


def compare(asked: Asked) -> int:
    """Prints or writes the comparison; the exit code."""
    try:
        if asked.out is not None:
            whole_file.check("--out", asked.out)
        check_can_draw(asked.form)
        told, same, telling = _compared(asked)
        content = _told(told, asked, telling)
        if asked.out is None:
            tell(content.decode().rstrip("\n"))
        else:
            whole_file.write(asked.out, content)
    except BadInput as bad:
        tell_all(bad)
        return BAD_INPUT
    except (OSError, RuntimeError) as error:  # RuntimeError is Typst's
        tell_error(f"{asked.out or asked.bundles[0]}: {error}; nothing was written there")
        return HARNESS_ERROR
    except MISJUDGED as error:
        tell_error(f"a record that no bench wrote cannot be judged: {error!r}")
        return BAD_INPUT
    return CONFORMANT if same else NOT_CONFORMANT


def _compared(asked: Asked) -> tuple[Told, bool, _Telling]:
    """What there is to tell, whether all is the same, and how it is told; raises `BadInput`."""
    if asked.suites is not None:
        if asked.tender is not None or asked.trust:
            raise _bad("--suite", "given with --tender or --trust", "neither of them")
        told = compare_suites.compared(*asked.suites, asked.bundles)
        return told, not told["changes"], _IMPACT
    if not 2 <= len(asked.bundles) <= MOST:
        raise _bad("BUNDLE", f"given {len(asked.bundles)} times", f"2 to {MOST} of them")
    if all(map(certification_reading.is_certification, asked.bundles)):
        told = _certifications(asked)
        return told, told["same"], _CERTIFICATIONS
    if asked.tender is not None or asked.trust:
        raise _bad("--tender or --trust", "given with something else", "certifications")
    if len(asked.bundles) > 2:
        raise _bad(
            "BUNDLE", f"given {len(asked.bundles)} times", "two runs, two plans, or certifications"
        )
    if all(map(rollout_reading.is_plan, asked.bundles)):
        told = rollout_comparison.compared(*map(rollout_reading.read, asked.bundles))
        return told, told["same"], _PLANS
    told = compared(*map(finished_runs.load, asked.bundles))
    return told, told["same"], _RUNS


def _certifications(asked: Asked) -> Told:
    trusted = [PublicKey.read(each) for each in asked.trust]
    bundles = [handed_over.read(place, trusted) for place in asked.bundles]
    if asked.tender is None:
        return certification_comparison.compared(bundles)
    required = tender.read(asked.tender, bundles)
    told = certification_comparison.compared(bundles, required)
    tender.propose(asked.tender, required)
    return told


def _told(told: Mapping[str, Any], asked: Asked, telling: _Telling) -> bytes:
    match asked.form:
        case "json":
            return json_bytes(told)
        case "html":
            return telling.page(dict(told), asked.language)
        case "pdf":
            if telling.pdf is None:
                raise _bad("--format pdf", "given with runs or plans", "certifications")
            if asked.out is None:
                raise _bad("--format pdf", "without --out", "a file to write it to")
            return telling.pdf(dict(told), asked.language)
        case "table":
            console = Console()
            with console.capture() as shown:
                console.print(telling.tables(dict(told), asked.language))
            return shown.get().encode()


def _bad(option: str, wrong: str, expected: str) -> BadInput:
    return BadInput([Problem(option, None, None, "", wrong, expected)])
