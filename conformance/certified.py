"""The results of a certification, made of its evidence alone: now, or again in ten years.

The same function makes them when the run ends and when somebody verifies the bundle, so that they
can be compared word for word. It reads no clock, no network and no file.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from conformance import capabilities, circumstances, limits
from conformance.capabilities import Declaration
from conformance.case import Case, Measured, Seen, judged
from conformance.certification import (
    VOUCHED,
    By,
    CheckResult,
    ClauseResult,
    clause_results,
    profile_verdict,
    worst,
)
from conformance.clauses import EXPERIMENTAL, SYSTEMS, Clause, Role
from conformance.evidence import Evidence
from conformance.mutants.killed import Killed
from conformance.readings.judged import attested, table
from conformance.record import Record
from conformance.trial import Trial
from conformance.verdicts import Lifecycle, Reason, Verdict, overall
from conformance.waivers import Waiver, fingerprint
from scenarios.scenario import Text

_SCOPE: Mapping[Role, Text] = {
    "fm-converter": Text(
        "Thông tư 39/2020/TT-BTTTT không điều chỉnh truyền thanh hữu tuyến và FM.",
        "Circular 39/2020/TT-BTTTT does not cover wired and FM stations.",
    ),
    "e-board": Text(
        "Không dòng nào đã biết của Thông tư 39/2020/TT-BTTTT ràng buộc bảng tin điện tử.",
        "No known row of Circular 39/2020/TT-BTTTT binds electronic notice boards.",
    ),
    "station-software": Text(
        "Hồ sơ thử nghiệm: chỉ nêu phát hiện theo điều khoản, không kết luận chung. Phần mềm của "
        "đài được xem như một thiết bị phát; Phụ lục 2 của Thông tư 39/2020/TT-BTTTT (phần mềm của "
        "cụm thu phát thanh) chưa có toàn văn.",
        "Experimental profile: findings by clause, no verdict over all. The station's software is "
        "seen as one device that plays; the text of Annex 2 of Circular 39/2020/TT-BTTTT (software "
        "of the cluster) is not held.",
    ),
    "source-system-province": Text(
        "Thử hệ thống thông tin nguồn; các thiết bị quanh nó là mô phỏng và không phải đối tượng "
        "được kết luận.",
        "A source system is tested; the devices around it are emulated, and nothing is said of "
        "them.",
    ),
    "source-system-central-exchange": Text(
        "Hồ sơ thử nghiệm: chỉ nêu phát hiện theo điều khoản, không kết luận chung. Không văn bản "
        "nào đã biết quy định cách trao đổi với hệ thống thông tin nguồn trung ương.",
        "Experimental profile: findings by clause, no verdict over all. No document that is known "
        "says how data are exchanged with the central source system.",
    ),
}
_IN_CLEAR = Text(
    "Hệ thống và thiết bị nối với nhau trong một máy, không mã hóa: lần thử này không cho biết gì "
    "về mã hóa khi nối qua mạng.",
    "System and devices were connected within one machine, in clear: this run shows nothing of "
    "encryption over a network.",
)

NO_CERTIFICATE = Text(
    "Đây là phiếu kết quả thử nghiệm, không phải chứng nhận theo pháp luật.",
    "This is a test report, not a certificate of law.",
)


def scope(evidence: Evidence) -> Text | None:
    """What a report says at its top of roles that the circular does not bind or that are not judged
    as a whole, and of what such a run cannot show."""
    role = evidence.plan.role
    said = _SCOPE.get(role)
    if role in SYSTEMS and "network" not in evidence.declared.supported:
        return Text(f"{said.vi} {_IN_CLEAR.vi}", f"{said.en} {_IN_CLEAR.en}") if said else _IN_CLEAR
    return said


def results(
    evidence: Evidence, clauses: Mapping[str, Clause], cases: Mapping[str, Case]
) -> dict[str, Any]:
    """The results by these rules: `clauses` are those of then, or those of now.

    Raises whatever a judging half raises on a record that no bench wrote.
    """
    plan, declared = evidence.plan, evidence.declared
    planned = plan.planned(cases)
    found = clause_results(
        clauses,
        plan.role,
        declared.supported,
        planned,
        evidence.trials,
        measures_time=plan.bench.measures_time,
        uncertainty_ms=plan.bench.uncertainty_ms,
        keeps_traffic=plan.bench.keeps_traffic,
        attested=attested(evidence.readings, clauses.values()),
    )
    seen = {
        each.case.id: judged(each.case, evidence.trials[each.case.id].record)
        for each in planned
        if each.case.id in evidence.trials
    }
    waiving = _Waiving(evidence.waivers, found)
    missing = [name for name in _expected(evidence) if not _has_result(evidence.trials.get(name))]
    verdict, reason = _verdict(waiving, missing)
    if plan.role in EXPERIMENTAL and verdict is not Verdict.ERROR:
        verdict, reason = Verdict.NOT_APPLICABLE, Reason.EXPERIMENTAL_PROFILE
    return {
        "ttcs": 1,
        "kind": "certify",
        "role": plan.role,
        "run": plan.run,
        "challenge": plan.challenge,
        "run_by": plan.run_by,
        "created": plan.created,
        "emulated": plan.bench.is_emulated,
        "measures_time": plan.bench.measures_time,
        "uncertainty_ms": plan.bench.uncertainty_ms,
        "versions": dict(plan.versions),
        "notes": [_text(note) for note in (NO_CERTIFICATE, scope(evidence)) if note],
        "subject": _subject(declared),
        "verdict": {
            "verdict": verdict,
            "reason": reason,
            "waived": len(waiving.used),
            "without_result": missing,
            "sentence": _text(_sentence(verdict, waiving, missing, plan.bench.is_emulated)),
        },
        "clauses": [_clause(result, waiving, evidence.killed) for result in found],
        "cases": [
            _case(case, each.because, evidence.trials.get(case.id), seen.get(case.id, {}))
            for each in planned
            for case in (each.case,)
        ],
        "readings": table(evidence.readings, (each.clause for each in found)),
        "capabilities": _capabilities(declared, evidence.trials, seen),
        "limits": _limits(evidence, seen),
        "waivers": waiving.told(),
    }


def verdicts_of(told: Mapping[str, Any]) -> dict[str, str]:
    """Every verdict in results, by name: what two judgements are compared by."""
    found = {"": f"{told['verdict']['verdict']}: {told['verdict']['reason']}"}
    for clause in told["clauses"]:
        found[clause["id"]] = f"{clause['verdict']}: {clause['reason']}"
        for check in clause["checks"]:
            name = f"{clause['id']} {check['case']} {check['check']}"
            found[name] = f"{check['verdict']}: {check['reason']}, {check['value_ms']}"
            if not check["case"] and check["says"]:
                found[name] += f", {check['says']['en']}"  # its figures stand there alone
    return found


class _Waiving:
    """Which failures are waived, and by what."""

    def __init__(self, waivers: Sequence[Waiver], found: Sequence[ClauseResult]) -> None:
        self.found = found
        by_failure = {each.failure: each for each in waivers}
        self._by = {
            name: waiver
            for clause, name in self._failures()
            if (waiver := by_failure.get(name)) and waiver.clause == clause
        }
        self.used = [each for each in waivers if each in self._by.values()]
        self.unused = [each for each in waivers if each not in self.used]

    def of(self, clause: Clause, result: CheckResult) -> Waiver | None:
        return self._by.get(self.name(clause, result) or "")

    @staticmethod
    def name(clause: Clause, result: CheckResult) -> str | None:
        """The fingerprint of a failure; None of what has not failed."""
        if result.verdict is not Verdict.FAIL:
            return None
        return fingerprint(clause.id, clause.revision, result)

    def counted(self) -> list[ClauseResult]:
        """The clauses without what is waived: their verdict is that of their other checks."""
        return [left for each in self.found if (left := self._without_waived(each)) is not None]

    def told(self) -> dict[str, Any]:
        def named(waivers: Sequence[Waiver]) -> list[dict[str, str]]:
            return [
                {
                    "clause": each.clause,
                    "failure": each.failure,
                    "kind": each.kind,
                    "until": each.until.isoformat(),
                    **_text(each.reason),
                }
                for each in waivers
            ]

        return {"used": named(self.used), "unused": named(self.unused)}

    def _without_waived(self, result: ClauseResult) -> ClauseResult | None:
        others = tuple(c for c in result.checks if not self.of(result.clause, c))
        if len(others) == len(result.checks):
            return result
        if not others:
            return None
        verdict, reason = worst(others)
        return replace(result, verdict=verdict, reason=reason, checks=others)

    def _failures(self) -> Iterator[tuple[str, str]]:
        for result in self.found:
            for check in result.checks:
                if name := self.name(result.clause, check):
                    yield result.clause.id, name


def _expected(evidence: Evidence) -> list[str]:
    return [each.id for each in evidence.plan.cases if each.because is None]


def _has_result(trial: Trial | None) -> bool:
    return trial is not None and trial.lifecycle is Lifecycle.FINISHED and trial.trouble is None


def _verdict(waiving: _Waiving, missing: Sequence[str]) -> tuple[Verdict, Reason]:
    """Fail closed: a planned case without a result, or a waiver for nothing, is never a pass."""
    verdict = profile_verdict(waiving.counted())
    worst = overall(
        (
            verdict,
            *((Verdict.NOT_RUN,) if missing else ()),
            *((Verdict.ERROR,) if waiving.unused else ()),
        )
    )
    if worst is not verdict:
        return worst, Reason.WAIVER_UNUSED if waiving.unused else Reason.NO_EVIDENCE
    must = (each for each in waiving.counted() if each.decides)
    return verdict, next((e.reason for e in must if e.verdict is verdict), Reason.NO_EVIDENCE)


_OUTSIDE: tuple[By, ...] = ("measured", "laboratory")


def _sentence(
    verdict: Verdict, waiving: _Waiving, missing: Sequence[str], is_emulated: bool
) -> Text:
    must = [each for each in waiving.counted() if each.decides]
    counts = {v: sum(e.verdict is v for e in must) for v in Verdict}
    passed, failed = counts[Verdict.PASS], counts[Verdict.FAIL]
    applying = len(must) - counts[Verdict.NOT_APPLICABLE]
    opened = applying - passed - failed
    vi = f"{passed}/{applying} điều khoản bắt buộc đạt, {failed} không đạt, {opened} chưa kết luận"
    en = f"{passed}/{applying} mandatory clauses pass, {failed} fail, {opened} open"
    outside = [e for e in must if any(check.by in _OUTSIDE for check in e.checks)]
    vouched = [e for e in waiving.counted() if e.checks and all(c.by in VOUCHED for c in e.checks)]
    if outside:
        vi += f"; {len(outside)} theo số đọc hoặc phòng thử nghiệm"
        en += f"; {len(outside)} by readings or a laboratory"
    if vouched:
        vi += f"; {len(vouched)} chỉ xem xét hoặc khai báo, không tính là đã thử"
        en += f"; {len(vouched)} inspected or declared only, not counted as tested"
    if waiving.used:
        vi += f"; {len(waiving.used)} lỗi được miễn trừ"
        en += f"; {len(waiving.used)} failures waived"
    if waiving.unused:
        vi += f"; {len(waiving.unused)} miễn trừ không khớp lỗi nào"
        en += f"; {len(waiving.unused)} waivers match no failure"
    if missing:
        vi += f"; {len(missing)} ca thử không có kết quả"
        en += f"; {len(missing)} planned cases have no result"
    if is_emulated:
        vi += "; thiết bị mô phỏng, không đo độ trễ"
        en += "; an emulated device, latencies not measured"
    whole = {
        Verdict.PASS: Text("ĐẠT", "CONFORMANT"),
        Verdict.FAIL: Text("KHÔNG ĐẠT", "NOT CONFORMANT"),
        Verdict.ERROR: Text("LỖI KHI THỬ", "ERROR"),
        Verdict.NOT_APPLICABLE: Text(
            "KHÔNG KẾT LUẬN CHUNG (hồ sơ thử nghiệm)", "NO OVERALL VERDICT (experimental profile)"
        ),
    }.get(verdict, Text("CHƯA ĐỦ CĂN CỨ KẾT LUẬN", "INCONCLUSIVE"))
    return Text(f"{whole.vi}: {vi}.", f"{whole.en}: {en}.")


def _clause(result: ClauseResult, waiving: _Waiving, killed: Killed) -> dict[str, Any]:
    clause = result.clause
    return {
        "id": clause.id,
        "revision": clause.revision,
        "nature": clause.nature,
        "level": clause.level,
        "cited": _text(clause.cited()),
        "requirement": _text(clause.requirement),
        "mark": clause.mark,
        "source": clause.source,
        "verified_by": list(clause.verified_by),
        "tested": any(check.by not in VOUCHED for check in result.checks),
        "not_tested": clause.not_tested and _text(clause.not_tested),
        "mutants": list(clause.mutants),
        "killed": list(killed.get(clause.id, ())),
        "decides": result.decides,
        "verdict": result.verdict,
        "reason": result.reason,
        "checks": [
            {
                "case": check.case,
                "check": check.check,
                "by": check.by,
                "verdict": check.verdict,
                "reason": check.reason,
                "value_ms": check.value_ms,
                "limit_ms": check.limit_ms,
                "says": check.seen and _text(check.seen.says),
                "failure": waiving.name(clause, check),
                "waived": waiving.of(clause, check) is not None,
            }
            for check in result.checks
        ],
    }


def _case(
    case: Case, because: Reason | None, trial: Trial | None, seen: Mapping[str, Seen]
) -> dict[str, Any]:
    return {
        "id": case.id,
        "revision": case.revision,
        "title": _text(case.title),
        "because": because,
        "lifecycle": trial.lifecycle if trial else Lifecycle.PLANNED,
        "alive_before": trial and trial.alive_before,
        "alive_after": trial and trial.alive_after,
        "trouble": trial and trial.trouble,
        "circumstances": trial and circumstances.told(trial),
        "checks": [
            {
                "check": name,
                "ok": each.ok,
                "says": _text(each.says),
                "measured": each.measured and _measured(each.measured),
            }
            for name, each in seen.items()
        ],
    }


def _measured(measured: Measured) -> dict[str, Any]:
    return {
        "name": measured.name,
        "values_ms": list(measured.values_ms),
        "uncertainty_ms": measured.uncertainty_ms,
        **({"percentile": measured.percentile} if measured.percentile else {}),
    }


def _capabilities(
    declared: Declaration, trials: Mapping[str, Trial], seen: Mapping[str, Mapping[str, Seen]]
) -> list[dict[str, Any]]:
    records: list[Record] = [trial.record for trial in trials.values()]
    checks = [(case, check, what) for case, of in seen.items() for check, what in of.items()]
    return [
        {
            "name": each.name,
            "declared": each.declared,
            "discovered": each.discovered,
            "effective": each.effective,
            "differs": each.differs,
        }
        for each in capabilities.compared(declared, records, checks)
    ]


def _limits(evidence: Evidence, seen: Mapping[str, Mapping[str, Seen]]) -> list[dict[str, Any]]:
    """Those of a device; nobody declares any of a source system."""
    if evidence.plan.role in SYSTEMS:
        return []
    return [asdict(each) for each in limits.compared(evidence, seen)]


def _subject(declared: Declaration) -> dict[str, Any]:
    device = declared.device
    return {
        "vendor": device.vendor,
        "model": device.model,
        "serial": device.serial,
        "firmware": device.firmware,
        "firmware_sha256": device.firmware_sha256,
    }


def _text(text: Text) -> dict[str, str]:
    return {"vi": text.vi, "en": text.en}
