"""A tender's requirements and what a bundle shows of them, in sections: for a page or a document,
and as a table for a spreadsheet."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from conformance.targets import limit_of
from conformance.tender import sheets
from conformance.tender.judging import Standing
from conformance.verdicts import Reason, Verdict
from reports import handed_over
from reports.certification_words import BY, NATURES, WHY
from reports.comparison import Section
from reports.comparison_html import page_of
from reports.figures import NO_VALUE
from reports.handed_over import said
from reports.sections_pdf import document
from reports.tender_words import (
    BY_MODEL,
    COUNTED,
    HOW,
    LEVELS,
    NOT_OF_BUNDLE,
    NUMBER,
    STALE,
    STANDINGS,
    SUGGESTED,
    TITLE,
    WAIVED,
)
from reports.tender_words import WHY as WHY_NUMBER
from reports.words import VERDICTS, Language, figure, number
from scenarios.problems import one_line
from scenarios.scenario import Text

MOST_FILES: Final = 3

_Told = Mapping[str, Any]


def page(told: _Told, language: Language) -> bytes:
    """The page, `language` first."""
    languages: tuple[Language, ...] = ("vi", "en")
    return page_of(
        TITLE, {one: (heading(told, one), sections(told, one)) for one in languages}, language
    )


def pdf(told: _Told, language: Language) -> bytes:
    """The document, in one language."""
    return document(TITLE, heading(told, language), sections(told, language), language)


def heading(told: _Told, language: Language) -> str:
    """How many mandatory requirements pass, in a sentence; without verdicts only why."""
    if told["bundle"]["why_not"] is not None:
        return said(handed_over.WHY_NOT[told["bundle"]["why_not"]], language) + "."
    counted = told["totals"]["mandatory"]
    of, passed = sum(counted.values()), counted.get(Verdict.PASS, 0)
    failed = counted.get(Verdict.FAIL, 0)
    sentence = Text(
        f"{passed}/{of} yêu cầu bắt buộc đạt theo bằng chứng, {failed} không đạt, "
        f"{of - passed - failed} chưa có kết luận.",
        f"{passed}/{of} mandatory requirements pass by the evidence, {failed} fail, "
        f"{of - passed - failed} are open.",
    )
    return said(sentence, language)


def sections(told: _Told, language: Language) -> tuple[Section, ...]:
    """What it is, the totals, every requirement in a line, then each with its evidence."""
    return (
        _about(told, language),
        _totals(told["totals"], language),
        _overview(told["requirements"], language),
        *(_requirement(each, language) for each in told["requirements"]),
    )


def _about(told: _Told, language: Language) -> Section:
    columns = (Text("Mục", "Entry"), Text("Giá trị", "Value"))
    bundle, tender = (told["bundle"],), told["tender"]
    none = said(Text("chưa có", "none yet"), language)
    files = (
        (Text("Yêu cầu mời thầu", "Tender"), _file(tender["file"])),
        (
            Text("Bảng duyệt điều khoản", "Reviewed mapping"),
            _file(tender["mapping"]) if tender["mapping"] else none,
        ),
        (
            Text("Cột không đọc", "Columns not read"),
            ", ".join(tender["unread"]) or NO_VALUE,
        ),
    )
    rows = (
        *handed_over.whose(bundle, language),
        *handed_over.conditions(bundle, language)[:_BENCH],
        *((said(name, language), value) for name, value in files),
    )
    remark = " ".join(said(note, language) for note in told["notes"])
    title = Text("Bảng này là gì, của gói nào", "What this is, and of which bundle")
    return _section(title, columns, rows, language, remark)


_BENCH: Final = 6
"""The conditions that are not told of whose bundle it is."""


def _file(file: _Told) -> str:
    return one_line(f"{file['name']}, SHA-256 {file['sha256'][:12]}…")


def _totals(totals: _Told, language: Language) -> Section:
    told: list[Standing] = [
        each for each in COUNTED if any(counted.get(each) for counted in totals.values())
    ]
    columns = (Text("Yêu cầu", "Requirements"), *(STANDINGS[each] for each in told))
    rows = [
        (said(name, language), *(figure(totals[level].get(e, 0), "count", language) for e in told))
        for level, name in LEVELS.items()
    ]
    return _section(Text("Tổng hợp", "Totals"), columns, rows, language)


def _overview(requirements: Sequence[_Told], language: Language) -> Section:
    columns = (
        *(Text("Yêu cầu", "Requirement"), Text("Mức", "Level")),
        *(Text("Kết luận", "Verdict"), Text("Điều khoản", "Clauses")),
    )
    rows = [
        (
            f"{each['number']}\n{each['text']}",
            said(LEVELS[each["level"]], language),
            said(STANDINGS[each["standing"]], language),
            ", ".join(clause["id"] for clause in each["clauses"]) or NO_VALUE,
        )
        for each in requirements
    ]
    return _section(Text("Mọi yêu cầu", "All requirements"), columns, rows, language)


def _requirement(told: _Told, language: Language) -> Section:
    columns = (
        Text("Điều khoản", "Clause"),
        Text("Kết luận", "Verdict"),
        Text("Luật hay hồ sơ", "Law or profile"),
        Text("Số đo, giới hạn", "Measured, limit"),
        Text("Bằng chứng", "Evidence"),
    )
    rows = (
        *(_clause(each, language) for each in told["clauses"]),
        # The two ends of a range may say the same.
        *dict.fromkeys(_number(each, language) for each in told["numbers"]),
        *(_suggestion(each, language) for each in told["suggested"]),
    )
    standing = said(STANDINGS[told["standing"]], language)
    stale = f" {said(STALE, language)}" if told["stale"] else ""
    level = said(LEVELS[told["level"]], language)
    remark = f"{told['text']} ({level}): {standing.upper()}.{stale}"
    title = Text(f"Yêu cầu {told['number']}", f"Requirement {told['number']}")
    return _section(title, columns, rows, language, remark)


def _clause(told: _Told, language: Language) -> tuple[str, ...]:
    how = said(HOW[told["how"]], language)
    return (
        f"{told['id']}\n{said(told['requirement'], language)}\n({how})",
        "\n".join(_verdict(told, language)),
        f"{said(NATURES[told['nature']], language)}\n{said(told['cited'], language)}",
        "\n".join(_measured(each, language) for each in told["measured"]) or NO_VALUE,
        "\n".join(_evidence(told["evidence"], language)) or NO_VALUE,
    )


def _verdict(told: _Told, language: Language) -> Iterator[str]:
    """The verdict, and why it is no pass; what is not tested says why it cannot be."""
    if told["verdict"] is None:
        yield NO_VALUE
        return
    yield said(VERDICTS[Verdict(told["verdict"])], language)
    if not told["judged"]:
        yield said(NOT_OF_BUNDLE, language)
    elif told["verdict"] != Verdict.PASS:
        yield said(WHY[Reason(told["reason"])], language)
        if told["reason"] == Reason.NOT_TESTED and told["not_tested"]:
            yield said(told["not_tested"], language)
    if told["waived"]:
        yield said(WAIVED, language)


def _measured(measure: _Told, language: Language) -> str:
    value, uncertainty = (_amount(measure[n], measure["unit"], language) for n in _AMOUNTS)
    limit = said(Text("giới hạn của điều khoản", "the clause's limit"), language)
    told = f"{measure['name']}: {value} ± {uncertainty}"
    if measure["limit"]:
        told += f"; {limit} {_limit(measure, language)}"
    return told if measure["is_measured"] else f"{told} ({said(BY_MODEL, language)})"


def _limit(measure: _Told, language: Language) -> str:
    if measure["unit"] == "ms":
        return figure(limit_of(measure["limit"], "ms"), "ms", language)
    return str(measure["limit"])


_AMOUNTS: Final = ("value", "uncertainty")


def _amount(written: str, unit: str, language: Language) -> str:
    value = Fraction(Decimal(written))
    if unit == "ms":
        return figure(value, "ms", language)
    return f"{number(value, language, 3)} {unit}"


def _evidence(found: Sequence[_Told], language: Language) -> Iterator[str]:
    for each in found[:MOST_FILES]:
        checks = ", ".join(check["check"] for check in each["checks"])
        source = each["file"] or said(Text("không có bản ghi", "no record"), language)
        by = each["case"] or said(BY[each["by"]], language)
        yield f"{by}: {checks} ({source})"
    if len(found) > MOST_FILES:
        more = Text("ca nữa, xem --format json", "more, see --format json")
        yield f"… +{len(found) - MOST_FILES} {said(more, language)}"
    if found and found[0]["replay"]:
        yield found[0]["replay"]


def _number(told: _Told, language: Language) -> tuple[str, ...]:
    verdict = said(VERDICTS[Verdict(told["verdict"])], language) if told["verdict"] else NO_VALUE
    beside = "\n".join(_measured(each, language) for each in told["beside"])
    return (
        f"{said(NUMBER, language)}: {told['written']}",
        f"{verdict}\n{said(WHY_NUMBER[told['why']], language)}",
        NO_VALUE,
        beside or NO_VALUE,
        NO_VALUE,
    )


def _suggestion(told: _Told, language: Language) -> tuple[str, ...]:
    score = number(Fraction(str(told["score"])), language, 2)
    name = f"{told['clause']}\n{said(told['requirement'], language)}"
    unreviewed = f"{NO_VALUE}\n{said(SUGGESTED, language)} ({score})"
    return (name, unreviewed, NO_VALUE, NO_VALUE, NO_VALUE)


def _section(
    title: Text,
    columns: Sequence[Text],
    rows: Sequence[Sequence[str]],
    language: Language,
    remark: str = "",
) -> Section:
    return Section(
        one_line(said(title, language)),
        tuple(said(column, language) for column in columns),
        tuple(tuple("\n".join(map(one_line, cell.split("\n"))) for cell in row) for row in rows),
        one_line(remark),
    )


def csv(told: _Told, language: Language) -> bytes:
    """A row for each requirement."""
    columns = (
        *(Text("STT", "No."), Text("Yêu cầu", "Requirement"), Text("Mức", "Level")),
        *(Text("Kết luận", "Verdict"), Text("Vì sao", "Why"), Text("Điều khoản", "Clauses")),
        *(Text("Luật hay hồ sơ", "Law or profile"), Text("Số đo, giới hạn", "Measured, limit")),
        *(NUMBER, Text("Bằng chứng", "Evidence"), SUGGESTED, Text("Gói", "Bundle")),
        *(Text("Xác minh bây giờ", "Verified now"), Text("Người ký", "Signer")),
    )
    whose = handed_over.whose((told["bundle"],), language)
    bundle = [" ".join(value.split("\n")) for _, value in whose[:3]]
    rows = [[*_row(each, language), *bundle] for each in told["requirements"]]
    return sheets.written([[said(column, language) for column in columns], *rows])


def _row(told: _Told, language: Language) -> Iterator[str]:
    yield told["number"]
    yield told["text"]
    yield said(LEVELS[told["level"]], language)
    yield said(STANDINGS[told["standing"]], language)
    yield _joined(f"{e['id']}: {', '.join(_verdict(e, language))}" for e in told["clauses"])
    yield _joined(each["id"] for each in told["clauses"])
    yield _joined(
        f"{each['id']}: {said(NATURES[each['nature']], language)}" for each in told["clauses"]
    )
    yield _joined(_measured(m, language) for each in told["clauses"] for m in each["measured"])
    yield _joined(
        dict.fromkeys(
            f"{each['written']}: {said(WHY_NUMBER[each['why']], language)}"
            for each in told["numbers"]
        )
    )
    yield _joined(e for each in told["clauses"] for e in _evidence(each["evidence"], language))
    yield _joined(
        f"{each['clause']} ({number(Fraction(str(each['score'])), language, 2)})"
        for each in told["suggested"]
    )


def _joined(parts: Iterable[str]) -> str:
    return "; ".join(one_line(part) for part in parts)
