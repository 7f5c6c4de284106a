"""Two certifications clause by clause: a device before and after, or the devices of two makers."""

from collections.abc import Mapping
from typing import Any, Final

from rich.console import RenderableType

from conformance.certify_bundle import KIND
from conformance.verdicts import PRECEDENCE, Reason, Verdict
from reports.certification_reading import Certification
from reports.certification_words import NATURES, WHY
from reports.comparison import CHANGES, Section, tables_of
from reports.comparison_html import page_of
from reports.figures import NO_VALUE
from reports.words import VERDICTS, Language
from scenarios.problems import BadInput, Problem, one_line
from scenarios.scenario import Text

TITLE: Final = Text("So sánh hai lần thử", "Two certifications compared")

_SAME: Final = Text("Mọi điều khoản có kết luận như nhau.", "All clauses have the same verdicts.")
_DIFFERENT: Final = Text("Kết luận của {} điều khoản khác nhau.", "{} clauses differ.")
_COLUMNS: Final = (
    Text("Mục", "What"),
    Text("Thứ nhất", "First"),
    Text("Thứ hai", "Second"),
    Text("Thay đổi", "Change"),
)


def compared(old: Certification, new: Certification) -> dict[str, Any]:
    """The comparison as plain data; raises `BadInput` for devices of different kinds."""
    roles = old.results["role"], new.results["role"]
    if roles[0] != roles[1]:
        raise BadInput([Problem(str(new.place), None, None, "role", roles[1], roles[0])])
    first, second = ({each["id"]: each for each in of.results["clauses"]} for of in (old, new))
    clauses = [_clause(first.get(name), second.get(name)) for name in {**first, **second}]
    return {
        "ttcs": 1,
        "kind": KIND,
        "same": all(each["change"] == "same" for each in clauses),
        "old": _about(old),
        "new": _about(new),
        "clauses": clauses,
    }


def heading(comparison: Mapping[str, Any], language: Language) -> str:
    """Whether they are judged alike, in one sentence."""
    if comparison["same"]:
        return _in(language, _SAME)
    differing = sum(each["change"] != "same" for each in comparison["clauses"])
    return _in(language, _DIFFERENT).format(differing)


def sections(comparison: Mapping[str, Any], language: Language) -> tuple[Section, ...]:
    """What was tried, then the clauses side by side, law and profile apart."""
    columns = tuple(_in(language, each) for each in _COLUMNS)
    pair = (comparison["old"], comparison["new"])
    about = (
        (Text("Gói", "Bundle"), [each["place"] for each in pair]),
        (Text("Thiết bị", "Device"), [each["device"] for each in pair]),
        (Text("Phần mềm", "Firmware"), [each["firmware"] for each in pair]),
        (Text("Bộ thử", "Suite"), [each["suite"] for each in pair]),
        (Text("Kết luận", "Verdict"), [each["sentence"][language] for each in pair]),
    )
    tried = tuple((_in(language, name), *map(one_line, said)) for name, said in about)
    title = _in(language, Text("Đã thử", "What was tried"))
    return (
        Section(title, columns[:3], tried),
        *(
            Section(_in(language, name), columns, rows)
            for nature, name in NATURES.items()
            if (rows := tuple(_rows(comparison, nature, language)))
        ),
    )


def tables(comparison: Mapping[str, Any], language: Language) -> RenderableType:
    """The comparison for a `rich` console of at least 80 columns."""
    return tables_of(heading(comparison, language), sections(comparison, language))


def page(comparison: Mapping[str, Any], language: Language) -> bytes:
    """The comparison as a page, `language` first."""
    languages: tuple[Language, ...] = ("vi", "en")
    told = {one: (heading(comparison, one), sections(comparison, one)) for one in languages}
    return page_of(TITLE, told, language)


def _rows(
    comparison: Mapping[str, Any], nature: str, language: Language
) -> list[tuple[str, str, str, str]]:
    return [
        (
            one_line(each["id"]),
            _told(each["old"], language),
            _told(each["new"], language),
            _in(language, CHANGES[each["change"]]),
        )
        for each in comparison["clauses"]
        if each["nature"] == nature
    ]


def _told(judged: Mapping[str, str] | None, language: Language) -> str:
    if judged is None:
        return NO_VALUE
    verdict = _in(language, VERDICTS[Verdict(judged["verdict"])])
    if judged["verdict"] == Verdict.PASS:
        return verdict
    return f"{verdict} ({_in(language, WHY[Reason(judged['reason'])])})"


def _about(of: Certification) -> dict[str, Any]:
    results, device = of.results, of.results["device"]
    return {
        "place": one_line(str(of.place)),
        "device": f"{device['vendor']} {device['model']}, {device['serial']}",
        "firmware": device["firmware"],
        "suite": results["versions"].get("ttcs-hil", NO_VALUE),
        "verdict": results["verdict"]["verdict"],
        "sentence": results["verdict"]["sentence"],
    }


def _clause(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> dict[str, Any]:
    known = new or old or {}
    judged = [each and {part: each[part] for part in ("verdict", "reason")} for each in (old, new)]
    return {
        "id": known["id"],
        "nature": known["nature"],
        "level": known["level"],
        "old": judged[0],
        "new": judged[1],
        "change": _change(*judged),
    }


def _change(old: Mapping[str, str] | None, new: Mapping[str, str] | None) -> str:
    if old is None or new is None:
        return "new" if old is None else "missing"
    if old == new:
        return "same"
    before, after = Verdict(old["verdict"]), Verdict(new["verdict"])
    if before is after:
        return "changed"
    if Verdict.NOT_APPLICABLE in (before, after):
        return "other-verdict"
    return "worse" if PRECEDENCE.index(after) < PRECEDENCE.index(before) else "better"


def _in(language: Language, text: Text) -> str:
    return text.vi if language == "vi" else text.en
