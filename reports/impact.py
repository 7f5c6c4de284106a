"""What another suite makes of stored bundles: as plain data, and in sections."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from rich.console import RenderableType

from conformance.impact import Because, Impact, Suite, differences
from conformance.verdicts import Reason, Verdict
from reports.certification_words import OVERALL, WHY
from reports.comparison import Section, tables_of
from reports.comparison_html import page_of
from reports.figures import NO_VALUE
from reports.handed_over import said
from reports.sections_pdf import document
from reports.words import VERDICTS, Language
from scenarios.problems import one_line
from scenarios.scenario import Text

TITLE: Final = Text("Bộ thử mới thay đổi kết luận nào", "What the new suite changes")

BECAUSE: Final[Mapping[Because, Text]] = {
    "clause-added": Text("điều khoản mới", "a new clause"),
    "clause-removed": Text("điều khoản không còn", "the clause is gone"),
    "revision": Text("bản của điều khoản", "the clause's revision"),
    "limit": Text("giới hạn", "limit"),
    "check-added": Text("thêm kiểm tra", "check added"),
    "check-removed": Text("bỏ kiểm tra", "check removed"),
    "level": Text("mức", "level"),
    "binds": Text("ràng buộc ai", "who is bound"),
    "needs": Text("khả năng cần có", "capabilities needed"),
    "verification": Text("cách xác minh", "how it is verified"),
    "case-revision": Text(
        "ca thử có bản khác, phiên bản này không kết luận được",
        "the case is of another revision, which this version cannot judge",
    ),
}

_NOT_IN_SUITE: Final = Text("không có trong bộ", "not in the suite")
_STATED: Final = Text("như gói ghi, không xét lại được", "as it states, not judged again")
_CHANGED: Final = Text("{} trong {} gói có kết luận khác.", "{} of {} bundles change.")
_SAME: Final = Text("Không gói nào trong {} gói đổi kết luận.", "None of {} bundles changes.")

Told = Mapping[str, Any]


def results(old: Suite, new: Suite, found: Sequence[Impact]) -> dict[str, Any]:
    """As plain data."""
    return {
        "ttcs": 1,
        "kind": "impact",
        "changes": any(each.changes for each in found),
        "old": old.name,
        "new": new.name,
        "differences": {
            name: [asdict(cause) for cause in causes]
            for name, causes in differences(old, new, {each.role for each in found}).items()
        },
        "bundles": [_bundle(each) for each in found],
    }


def _bundle(of: Impact) -> dict[str, Any]:
    sides = {"old": of.old, "new": of.new}
    return {
        "place": one_line(of.place),
        "changes": of.changes,
        **{
            name: {
                "verdict": side.verdict,
                "reason": side.results["verdict"]["reason"],
                "stated": side.stated,
            }
            for name, side in sides.items()
        },
        "clauses": [asdict(each) for each in of.changed],
    }


def heading(told: Told, language: Language) -> str:
    """How many bundles change, in a sentence."""
    changing = sum(each["changes"] for each in told["bundles"])
    of = len(told["bundles"])
    if not changing:
        return said(_SAME, language).format(of)
    return said(_CHANGED, language).format(changing, of)


def sections(told: Told, language: Language) -> tuple[Section, ...]:
    """Each bundle with its changed clauses, then all that is not the same in both suites."""
    return (
        _overview(told, language),
        *(_clauses(each, language) for each in told["bundles"] if each["clauses"]),
        *_differences(told, language),
    )


def tables(told: Told, language: Language) -> RenderableType:
    """For a `rich` console of at least 80 columns."""
    return tables_of(heading(told, language), sections(told, language))


def page(told: Told, language: Language) -> bytes:
    """The page, `language` first."""
    languages: tuple[Language, ...] = ("vi", "en")
    by_language = {one: (heading(told, one), sections(told, one)) for one in languages}
    return page_of(TITLE, by_language, language)


def pdf(told: Told, language: Language) -> bytes:
    """The document, in one language."""
    return document(TITLE, heading(told, language), sections(told, language), language)


def _overview(told: Told, language: Language) -> Section:
    columns = tuple(said(each, language) for each in _COLUMNS)
    rows = tuple(
        (
            each["place"],
            *(_overall(each[side], language) for side in ("old", "new")),
            str(len(each["clauses"])),
        )
        for each in told["bundles"]
    )
    suites = Text(
        f"Bộ cũ: {told['old']}. Bộ mới: {told['new']}.",
        f"Old suite: {told['old']}. New suite: {told['new']}.",
    )
    title = said(Text("Các gói", "Bundles"), language)
    return Section(title, columns, rows, one_line(said(suites, language)))


_COLUMNS: Final = (
    Text("Gói", "Bundle"),
    Text("Theo bộ cũ", "By the old suite"),
    Text("Theo bộ mới", "By the new suite"),
    Text("Điều khoản đổi", "Clauses changed"),
)


def _overall(side: Told, language: Language) -> str:
    verdict = said(OVERALL[Verdict(side["verdict"])], language)
    told = f"{verdict} ({said(WHY[Reason(side['reason'])], language)})"
    return f"{told}\n{said(_STATED, language)}" if side["stated"] else told


def _clauses(bundle: Told, language: Language) -> Section:
    columns = tuple(
        said(each, language)
        for each in (Text("Điều khoản", "Clause"), *_COLUMNS[1:3], Text("Vì sao", "Why"))
    )
    rows = tuple(
        (
            one_line(each["clause"]),
            *(_verdict(each[side], language) for side in ("old", "new")),
            _causes(each["causes"], language),
        )
        for each in bundle["clauses"]
    )
    return Section(bundle["place"], columns, rows)


def _verdict(verdict: str | None, language: Language) -> str:
    if verdict is None:
        return said(_NOT_IN_SUITE, language)
    return said(VERDICTS[Verdict(verdict)], language)


def _differences(told: Told, language: Language) -> tuple[Section, ...]:
    if not told["differences"]:
        return ()
    columns = (
        said(Text("Điều khoản", "Clause"), language),
        said(Text("Khác gì", "What differs"), language),
    )
    rows = tuple(
        (one_line(name), _causes(causes, language)) for name, causes in told["differences"].items()
    )
    title = Text("Điều khoản khác nhau giữa hai bộ", "Clauses that differ between the suites")
    return (Section(said(title, language), columns, rows),)


def _causes(causes: Iterable[Told], language: Language) -> str:
    return "\n".join(_cause(each, language) for each in causes) or NO_VALUE


def _cause(cause: Told, language: Language) -> str:
    sides = " → ".join(filter(None, (cause["old"], cause["new"])))
    return one_line(f"{said(BECAUSE[cause['because']], language)}: {sides}")
