"""Certifications clause by clause: a device before and after, or the devices of some makers."""

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any, Final

from rich.console import RenderableType

from conformance.certify_bundle import KIND
from conformance.handed_over import HandedOver
from conformance.tender.asked import Asked
from conformance.verdicts import PRECEDENCE, Reason, Verdict
from reports import handed_over, tender_results
from reports.certification_words import NATURES, WHY
from reports.comparison import CHANGES, Section, tables_of
from reports.comparison_html import page_of
from reports.figures import NO_VALUE
from reports.handed_over import said
from reports.sections_pdf import document
from reports.tender_words import LEVELS, STANDINGS
from reports.words import VERDICTS, Language
from scenarios.problems import BadInput, Problem, one_line, shortened
from scenarios.scenario import Text

_TITLES: Final = {
    True: Text("So sánh hai lần thử", "Two certifications compared"),
    False: Text("So sánh các lần thử", "Certifications side by side"),
}
_SAME: Final = Text("Mọi điều khoản có kết luận như nhau.", "All clauses have the same verdicts.")
_DIFFERENT: Final = Text("Kết luận của {} điều khoản khác nhau.", "{} clauses differ.")
_WHAT: Final = Text("Mục", "What")
_CHANGE: Final = {True: Text("Thay đổi", "Change"), False: Text("Khác nhau", "Difference")}
_BETWEEN_SEVERAL: Final = {
    "same": Text("như nhau", "same"),
    "changed": Text("khác nhau", "different"),
}

Told = Mapping[str, Any]


def compared(bundles: Sequence[HandedOver], asked: Asked | None = None) -> dict[str, Any]:
    """The comparison as plain data; raises `BadInput` for devices of different kinds.

    A bundle that gives no verdicts stands in it without any.
    """
    _check_roles(bundles)
    of_bundles = [_clauses(bundle) for bundle in bundles]
    names = dict.fromkeys(name for clauses in of_bundles for name in clauses)
    clauses = [_clause([clauses.get(name) for clauses in of_bundles]) for name in names]
    requirements = tender_results.side_by_side(asked, bundles) if asked else []
    return {
        "ttcs": 1,
        "kind": KIND,
        "same": all(bundle.judged for bundle in bundles)
        and all(each["change"] == "same" for each in clauses)
        and all(len(set(each["standings"])) == 1 for each in requirements),
        "bundles": [handed_over.about(bundle) for bundle in bundles],
        "clauses": clauses,
        "tender": tender_results.tender(asked) if asked else None,
        "requirements": requirements,
    }


def heading(comparison: Told, language: Language) -> str:
    """Whether they are judged alike, in one sentence; first of all what gives no verdicts."""
    without = [each for each in comparison["bundles"] if each["why_not"] is not None]
    told = [
        f"{PurePath(each['place']).name}: {said(handed_over.WHY_NOT[each['why_not']], language)}."
        for each in without
    ]
    differing = sum(each["change"] != "same" for each in comparison["clauses"])
    alike = said(_DIFFERENT, language).format(differing) if differing else said(_SAME, language)
    return " ".join((*told, alike))


def sections(comparison: Told, language: Language) -> tuple[Section, ...]:
    """What was tried and under what conditions, the tender's requirements where there are some, and
    the clauses side by side, law and profile apart."""
    bundles = comparison["bundles"]
    columns = (said(_WHAT, language), *_names(bundles))
    change = said(_CHANGE[len(bundles) == 2], language)
    tried = said(Text("Đã thử", "What was tried"), language)
    return (
        Section(tried, columns, tuple(handed_over.whose(bundles, language))),
        _conditions(bundles, columns, language),
        *_requirements(comparison, columns, language),
        *(
            Section(said(name, language), (*columns, change), rows)
            for nature, name in NATURES.items()
            if (rows := tuple(_rows(comparison, nature, language)))
        ),
    )


def tables(comparison: Told, language: Language) -> RenderableType:
    """The comparison for a `rich` console of at least 80 columns."""
    return tables_of(heading(comparison, language), sections(comparison, language))


def page(comparison: Told, language: Language) -> bytes:
    """The comparison as a page, `language` first."""
    languages: tuple[Language, ...] = ("vi", "en")
    told = {one: (heading(comparison, one), sections(comparison, one)) for one in languages}
    return page_of(_title(comparison), told, language)


def pdf(comparison: Told, language: Language) -> bytes:
    """The comparison as a document, in one language."""
    told = sections(comparison, language)
    return document(_title(comparison), heading(comparison, language), told, language)


def _title(comparison: Told) -> Text:
    return _TITLES[len(comparison["bundles"]) == 2]


def _names(bundles: Sequence[Told]) -> tuple[str, ...]:
    """What heads their columns: folders may have the same name, so they are numbered."""
    return tuple(
        f"{number}. {shortened(PurePath(each['place']).name)}"
        for number, each in enumerate(bundles, 1)
    )


def _conditions(bundles: Sequence[Told], columns: tuple[str, ...], language: Language) -> Section:
    rows = tuple(handed_over.conditions(bundles, language))
    if differing := handed_over.differing(bundles, language):
        named = said(Text("Khác nhau về", "They differ in"), language)
        remark = f"{named}: {', '.join(differing)}."
    else:
        remark = said(Text("Điều kiện thử như nhau.", "The conditions are the same."), language)
    title = said(Text("Điều kiện thử", "Conditions"), language)
    return Section(title, columns, rows, remark)


def _requirements(
    comparison: Told, columns: tuple[str, ...], language: Language
) -> tuple[Section, ...]:
    if comparison["tender"] is None:
        return ()
    rows = tuple(
        (
            one_line(f"{each['number']}. {each['text']} ({said(LEVELS[each['level']], language)})"),
            *(said(STANDINGS[standing], language) for standing in each["standings"]),
        )
        for each in comparison["requirements"]
    )
    title = said(Text("Yêu cầu mời thầu", "Tender requirements"), language)
    remark = Text(
        "Bằng chứng của từng yêu cầu: ttcs report BUNDLE --tender.",
        "The evidence of each requirement: ttcs report BUNDLE --tender.",
    )
    return (Section(title, columns, rows, said(remark, language)),)


def _rows(comparison: Told, nature: str, language: Language) -> list[tuple[str, ...]]:
    words = CHANGES if len(comparison["bundles"]) == 2 else _BETWEEN_SEVERAL
    return [
        (
            one_line(each["id"]),
            *(_told(judged, language) for judged in each["judged"]),
            said(words[each["change"]], language),
        )
        for each in comparison["clauses"]
        if each["nature"] == nature
    ]


def _told(judged: Mapping[str, str] | None, language: Language) -> str:
    if judged is None:
        return NO_VALUE
    verdict = said(VERDICTS[Verdict(judged["verdict"])], language)
    if judged["verdict"] == Verdict.PASS:
        return verdict
    return f"{verdict} ({said(WHY[Reason(judged['reason'])], language)})"


def _check_roles(bundles: Sequence[HandedOver]) -> None:
    first = None
    for bundle in bundles:
        if bundle.judged is None:
            continue
        role = bundle.judged.results["role"]
        first = first or role
        if role != first:
            raise BadInput([Problem(bundle.place, None, None, "role", role, first)])


def _clauses(bundle: HandedOver) -> dict[str, Told]:
    told = bundle.judged.results["clauses"] if bundle.judged else []
    return {each["id"]: each for each in told}


def _clause(found: Sequence[Told | None]) -> dict[str, Any]:
    known = next(each for each in found if each is not None)
    judged = [each and {part: each[part] for part in ("verdict", "reason")} for each in found]
    return {
        "id": known["id"],
        "nature": known["nature"],
        "level": known["level"],
        "judged": judged,
        "change": _change(judged),
    }


def _change(judged: Sequence[Mapping[str, str] | None]) -> str:
    """From one to the other; of several only whether they are the same."""
    old, new = judged[0], judged[1]
    if all(each == old for each in judged):
        return "same"
    if len(judged) > 2:
        return "changed"
    if old is None or new is None:
        return "new" if old is None else "missing"
    before, after = Verdict(old["verdict"]), Verdict(new["verdict"])
    if before is after:
        return "changed"
    if Verdict.NOT_APPLICABLE in (before, after):
        return "other-verdict"
    return "worse" if PRECEDENCE.index(after) < PRECEDENCE.index(before) else "better"
