"""Certifications as a terminal shows them: the results, the ledger, and what verifying found."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text as Line

from conformance.clauses import TESTED, Clause
from conformance.verdicts import Reason, Verdict
from conformance.verification import Judged, Verification
from conformance.witness import Testimony
from reports.certification_words import (
    BY,
    CHANGES,
    METHODS,
    NATURES,
    OVERALL,
    ROLES,
    RUN_BY,
    SIGNERS,
    WHY,
    WITNESS,
)
from reports.findings import certified
from reports.findings.standing import standing_of
from reports.words import VERDICTS
from scenarios.problems import one_line
from scenarios.scenario import Text


def results(told: Mapping[str, Any], place: str) -> RenderableType:
    """What a certification found; `place` is where its bundle stands."""
    judged = [each for each in told["clauses"] if standing_of(each) in _TOLD]
    return Group(
        *_head(told),
        *(_clauses(nature, judged) for nature in NATURES if _of(nature, judged)),
        *_vouched(told["clauses"]),
        *_findings(told, place),
        *_differences(told),
        *_beside(told["clauses"]),
        Line(),
        *_both(told["verdict"]["sentence"], "bold"),
    )


_TOLD = ("judged", "not-applicable")


def _vouched(clauses: Sequence[Mapping[str, Any]]) -> Iterator[RenderableType]:
    """What was inspected or declared, apart from all that was tested."""
    some = [e for e in clauses if e["checks"] and standing_of(e) == "vouched"]
    if some:
        yield Line("Chỉ xem xét hoặc khai báo, không tính là đã thử", style="bold")
        yield Line("Inspected or declared only, not counted as tested")
    for clause in some:
        for check in clause["checks"]:
            by = BY[check["by"]]
            yield Line(one_line(f"{clause['id']}: {by.vi} / {by.en}: {check['says']['vi']}"))


def _head(told: Mapping[str, Any]) -> Iterator[RenderableType]:
    tested, run_by, role = told["subject"], RUN_BY[told["run_by"]], ROLES[told["role"]]
    yield Line("Phiếu kết quả thử nghiệm", style="bold")
    yield Line("Test report")
    named = f"{tested['vendor']} {tested['model']}, {tested['serial']}, {tested['firmware']}"
    yield Line(one_line(named))
    yield Line(f"{role.vi}, {run_by.vi} / {role.en}, {run_by.en}")
    if told["challenge"] is not None:
        yield Line(one_line(f"thách thức / challenge: {told['challenge']}"))
    for note in told["notes"]:
        yield from _both(note)


def _of(nature: str, clauses: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [each for each in clauses if each["nature"] == nature]


def _clauses(nature: str, clauses: Sequence[Mapping[str, Any]]) -> RenderableType:
    title = NATURES[nature]
    table = _table(f"{title.vi}\n{title.en}", "", "Kết luận\nVerdict")
    for each in _of(nature, clauses):
        verdict, why = VERDICTS[Verdict(each["verdict"])], WHY[Reason(each["reason"])]
        waived = " *" if any(check["waived"] for check in each["checks"]) else ""
        lines = [f"{verdict.vi} / {verdict.en}{waived}"]
        if each["verdict"] != Verdict.PASS:
            lines.append(f"{why.vi} / {why.en}")
        table.add_row(Line(each["id"]), Line(each["level"]), Line("\n".join(lines)))
    return table


def _findings(told: Mapping[str, Any], place: str) -> Iterator[RenderableType]:
    """Every failure with what was seen, its name for a waiver, and what tries it again."""
    for clause in told["clauses"]:
        for check in clause["checks"]:
            if check["verdict"] == Verdict.FAIL:
                says = check["says"] or {"vi": "", "en": ""}
                waived = " (được miễn trừ / waived)" if check["waived"] else ""
                lines = [
                    f"{one_line(says['vi'])}\n{one_line(says['en'])}",
                    f"lỗi / failure {check['failure']}{waived}",
                    *([certified.replay(told, place, check["case"])] if check["case"] else []),
                ]
                yield Line(f"{clause['id']}: {check['check']}", style="bold")
                yield Padding(Line("\n".join(lines)), (0, 0, 0, 2))


def _differences(told: Mapping[str, Any]) -> Iterator[RenderableType]:
    words = {True: "có / yes", False: "không / no"}
    for each in told["capabilities"]:
        if each["differs"]:
            yield Line(
                f"{each['name']}: khai báo / declared {words[each['declared']]}, "
                f"thấy / seen {words[each['discovered']]}"
            )
    for each in told["limits"]:
        if each["differs"]:
            yield Line(
                f"{each['name']}: khai báo / declared {each['declared']}, "
                f"thấy / seen {each['observed']}"
            )


def _beside(clauses: Sequence[Mapping[str, Any]]) -> Iterator[RenderableType]:
    untested = sum(not each["checks"] for each in clauses)
    if untested:
        yield Line(f"{untested} điều khoản không thử được ở đây: ttcs clauses")
        yield Line(f"{untested} clauses are not tested here: ttcs clauses")


def ledger(clauses: Mapping[str, Clause]) -> RenderableType:
    """Every clause, those of law apart."""
    return Group(*(_ledger_of(nature, clauses) for nature in NATURES))


def _ledger_of(nature: str, clauses: Mapping[str, Clause]) -> RenderableType:
    title = NATURES[nature]
    table = _table(f"{title.vi}\n{title.en}", "", "Yêu cầu\nRequirement")
    for clause in clauses.values():
        if clause.nature == nature:
            cited = clause.cited()
            said = f"{clause.requirement.vi}\n{clause.requirement.en}\n[{clause.mark}] {cited.vi}"
            table.add_row(Line(clause.id), Line(clause.level), Line(said))
    return table


def coverage(
    clauses: Mapping[str, Clause],
    cases: Mapping[str, Collection[str]],
    mutants: Mapping[str, Collection[str]],
) -> RenderableType:
    """How each clause is shown: by which cases, guarded by which mutants, or why by none."""
    return Group(*(_coverage_of(nature, clauses, cases, mutants) for nature in NATURES))


def _coverage_of(
    nature: str,
    clauses: Mapping[str, Clause],
    cases: Mapping[str, Collection[str]],
    mutants: Mapping[str, Collection[str]],
) -> RenderableType:
    title = NATURES[nature]
    table = _table(f"{title.vi}\n{title.en}", "Ca thử, đột biến\nCases, mutants")
    for clause in clauses.values():
        if clause.nature == nature:
            table.add_row(Line(clause.id), Line("\n".join(_shown_by(clause, cases, mutants))))
    return table


def _shown_by(
    clause: Clause, cases: Mapping[str, Collection[str]], mutants: Mapping[str, Collection[str]]
) -> Iterator[str]:
    if cases[clause.id]:
        yield ", ".join(cases[clause.id])
        yield "đột biến / mutants: " + (", ".join(mutants[clause.id]) or "–")
    elif clause.level == "INFO":
        yield "không ràng buộc ai / binds nobody"
    elif clause.not_tested:
        methods = [METHODS[each] for each in clause.verified_by if each not in TESTED]
        if methods:
            names = (", ".join(m.vi for m in methods), ", ".join(m.en for m in methods))
            yield " / ".join(names)
        yield clause.not_tested.vi
        yield clause.not_tested.en


def verification(found: Verification) -> RenderableType:
    """The three answers, one below the other."""
    return Group(
        *_unchanged(found),
        Line(),
        *_signer(found),
        Line(),
        *_judged_again(found),
        *_packets(found.witness),
    )


def _unchanged(found: Verification) -> Iterator[RenderableType]:
    yield Line("1. Nguyên vẹn / Unchanged", style="bold")
    if found.seal.is_whole:
        yield Line("   nguyên vẹn / unchanged")
    elif not found.seal.changes:
        yield Line("   không ai niêm phong / nobody sealed it")
    for change in found.seal.changes:
        how = CHANGES[change.how]
        yield Line(one_line(f"   {change.file}: {how.vi} / {how.en}"))
    tried, planned = found.cases
    yield Line(f"   {found.seal.lifecycle}: {tried}/{planned} ca thử / cases")


def _signer(found: Verification) -> Iterator[RenderableType]:
    yield Line("2. Người ký / Signer", style="bold")
    said = SIGNERS[found.seal.signer]
    yield Line(f"   {said.vi}")
    yield Line(f"   {said.en}")
    if found.seal.key is not None:
        yield Line(f"   {found.seal.key.fingerprint}")
    if found.challenge is not None:
        yield Line(one_line(f"   thách thức / challenge: {found.challenge}"))


def _judged_again(found: Verification) -> Iterator[RenderableType]:
    yield Line("3. Kết luận / Verdict", style="bold")
    stated = OVERALL[found.stated] if found.stated else Text("không có", "none")
    yield Line(f"   ghi trong gói / stated: {stated.vi} / {stated.en}")
    yield from _judged("theo quy tắc khi đó / by the rules of then", found.by_then)
    yield from _judged("theo quy tắc bây giờ / by the rules of now", found.by_now)


def _packets(witness: Sequence[Testimony]) -> Iterator[RenderableType]:
    """What the packets say of the records, all that agree in one line."""
    if not witness:
        return
    yield Line()
    yield Line("Gói tin làm chứng / Packets as a witness", style="bold")
    if heard := [each for each in witness if each.why_not is None and not each.contradicts]:
        messages = sum(each.of for each in heard)
        yield Line(
            f"   {len(heard)} ca thử, {messages} bản tin: khớp / "
            f"{len(heard)} cases, {messages} messages: as recorded"
        )
    for why, said in WITNESS.items():
        if silent := sum(each.why_not == why for each in witness):
            yield Line(f"   {silent} ca thử / cases: {said.vi} / {said.en}")
    for each in witness:
        if each.contradicts:
            lacking = each.of - each.seen
            yield Line(
                one_line(
                    f"   {each.case}: {lacking} bản tin không có trong gói tin / "
                    f"{lacking} messages are not in the packets"
                )
            )
            yield from (Line(one_line(f"     {message}")) for message in each.missing)


def _judged(title: str, judged: Judged) -> Iterator[RenderableType]:
    if judged.verdict is None or judged.sentence is None:
        yield Line(f"   {title}: không kết luận lại được / cannot be judged again")
        yield Line(f"     {judged.why_not}")
        return
    verdict = OVERALL[judged.verdict]
    yield Line(f"   {title}: {verdict.vi} / {verdict.en}")
    for name, stated, now in judged.differences:
        yield Line(one_line(f"     {name or 'toàn bộ / overall'}: {stated} → {now}"))


def replay(case: str, rows: Sequence[tuple[str, bool | None, bool | None]]) -> RenderableType:
    """What each check of a case saw then, and sees now."""
    words = {True: "đạt / pass", False: "không đạt / fail", None: "không thấy / not seen"}
    table = _table(case, "Khi đó\nThen", "Bây giờ\nNow")
    for name, then, now in rows:
        table.add_row(Line(name), Line(words[then]), Line(words[now]))
    return table


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for column in columns:
        table.add_column(column, no_wrap=column == columns[0])
    return table


def _both(text: Mapping[str, str], style: str = "") -> Iterator[RenderableType]:
    yield Line(one_line(text["vi"]), style=style)
    yield Line(one_line(text["en"]))
