"""The report of a certification as a tagged PDF, in one language."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from conformance import limits
from conformance.certified import NO_CERTIFICATE, scope
from conformance.verdicts import Reason, Verdict
from reports import certification_report_words as own
from reports import certification_words as words
from reports.certification_subject import bench, subject
from reports.figures import NO_VALUE
from reports.findings.certified import Certified, guards
from reports.findings.conversation import Lane
from reports.findings.failures import Failure
from reports.report_words import MARKS
from reports.typesetting import typeset
from reports.words import VERDICTS, Language, figure
from scenarios.problems import one_line
from scenarios.scenario import Text

MOST_FAILURES: Final = 60
MOST_WORDS: Final = 12


def pdf(found: Certified, language: Language) -> bytes:
    """The whole document."""
    return typeset("certification.typ", _Told(found, language).data())


class _Told:
    """The findings as the template reads them: texts of one language, in rows."""

    def __init__(self, found: Certified, language: Language) -> None:
        self._found = found
        self._language = language

    def data(self) -> dict[str, Any]:
        """Everything; the names are those of `certification.typ`."""
        found, results = self._found, self._found.results
        limited = scope(found.of.evidence)
        tested = results["subject"]
        return {
            "language": self._language,
            "headline": self._word(subject(results["role"]).headline),
            "title": f"{self._word(own.TITLE)}: {one_line(tested['vendor'])} "
            f"{one_line(tested['model'])}",
            "notice": self._word(NO_CERTIFICATE),
            "scope": limited and self._word(limited),
            "verdict": results["verdict"]["verdict"],
            "sentence": self._text(results["verdict"]["sentence"]),
            "facts": list(self._facts()),
            "summary": list(self._summary()),
            "beside": list(self._beside()),
            "causes": [
                {
                    "cause": self._word(own.CAUSES[each.cause]),
                    "cases": ", ".join(each.cases),
                    "clauses": ", ".join(each.clauses),
                }
                for each in found.blocked
            ],
            "failures": [self._failure(each) for each in found.failures[:MOST_FAILURES]],
            "more_failures": max(0, len(found.failures) - MOST_FAILURES),
            "waivers": list(self._waivers()),
            "without_result": ", ".join(results["verdict"]["without_result"]),
            "measurements": list(self._measurements()),
            "not_measured": None if results["measures_time"] else self._word(own.NOT_MEASURED),
            "readings": list(self._readings()),
            "capabilities": list(self._capabilities()),
            "natures": [self._nature(nature) for nature in words.NATURES],
            "configuration": list(self._configuration()),
            "hashes": list(found.of.digests.items()),
        }

    def _facts(self) -> Iterator[Sequence[str]]:
        results, tested = self._found.results, self._found.results["subject"]
        plan = self._found.of.evidence.plan
        unsaid = Text("hãng không nêu", "not stated")
        none = Text("không có", "none")
        for name, said in (
            (Text("Số sê-ri", "Serial number"), tested["serial"]),
            (subject(plan.role).software, tested["firmware"]),
            (
                Text("SHA-256 của phần mềm", "The firmware's SHA-256"),
                tested["firmware_sha256"] or self._word(unsaid),
            ),
            (Text("Loại", "Kind"), self._word(words.ROLES[results["role"]])),
            (Text("Bộ thử", "Suite"), f"ttcs-hil {results['versions'].get('ttcs-hil', '?')}"),
            (Text("Ai thử", "Run by"), self._word(words.RUN_BY[results["run_by"]])),
            (Text("Thách thức", "Challenge"), results["challenge"] or self._word(none)),
            (Text("Lập lúc", "Made at"), results["created"]),
            (Text("Bàn thử", "Bench"), self._word(bench(plan))),
        ):
            yield self._word(name), one_line(said)

    def _summary(self) -> Iterator[Sequence[str]]:
        for nature in words.NATURES:
            for level in own.LEVELS:
                counted = self._found.counted(nature, level)
                if counted:
                    name = f"{self._word(words.NATURES[nature])}, {self._word(own.LEVELS[level])}"
                    opened = sum(counted.values()) - counted[Verdict.PASS] - counted[Verdict.FAIL]
                    numbers = (counted[Verdict.PASS], counted[Verdict.FAIL], opened)
                    yield name, *(self._count(number) for number in numbers)

    def _beside(self) -> Iterator[str]:
        clauses = self._word(Text("điều khoản", "clauses"))
        for nature, name in words.NATURES.items():
            for standing, said in own.STANDINGS.items():
                number = len(self._found.clauses(nature, standing))
                if number and standing != "judged":
                    count = f"{self._count(number)} {clauses}"
                    yield f"{self._word(name)}: {count}. {self._word(said)}."

    def _failure(self, failure: Failure) -> dict[str, Any]:
        found = self._found
        says = self._text(failure.says) if failure.says else None
        is_said = says is not None and failure.reason is Reason.NOT_MET
        why = None if is_said else self._word(words.WHY[failure.reason])
        follows = self._word(own.FOLLOWS[failure.follows]) if failure.follows else None
        return {
            "title": self._text(found.title(failure.case)),
            "check": failure.check,
            "waived": failure.waived,
            "says": "; ".join(filter(None, (says, why, follows))),
            "clauses": ", ".join(failure.clauses),
            "names": ", ".join(failure.names),
            "replay": found.replay(failure.case) if failure.case else None,
            "pictured": found.pictured(failure) and self._pictured(failure.case),
        }

    def _pictured(self, case: str) -> dict[str, Any]:
        timeline, (said, left_out) = self._found.timeline(case), self._found.wire(case, MOST_WORDS)
        return {
            "length": self._time(timeline.length_ms),
            "lanes": [self._lane(lane, timeline.length_ms) for lane in timeline.lanes],
            "wire": [
                (
                    self._time(word.at_ms),
                    {">": "→", "<": "←", "-": "–"}[word.way],
                    self._word(own.HAPPENED[word.topic]) if word.way == "-" else word.topic,
                    one_line(word.text),
                )
                for word in said
            ],
            "left_out": left_out,
        }

    def _lane(self, lane: Lane, length_ms: int) -> dict[str, Any]:
        return {
            "name": self._word(own.LANES[lane.name]),
            "away": lane.name in ("power", "link"),
            "points": [point / length_ms for point in lane.points],
            "spans": [(start / length_ms, (end - start) / length_ms) for start, end in lane.spans],
        }

    def _waivers(self) -> Iterator[Sequence[str]]:
        given = self._found.results["waivers"]
        unused = Text("không khớp lỗi nào", "matches no failure")
        for each in (*given["used"], *given["unused"]):
            kind = self._word(own.WAIVERS[each["kind"]])
            said = [kind, each["until"], self._text(each)]
            if each in given["unused"]:
                said.append(self._word(unused))
            yield f"{each['clause']} {each['failure']}", "; ".join(said)

    def _measurements(self) -> Iterator[Sequence[str]]:
        results = self._found.results
        uncertainty = f"±{self._time(results['uncertainty_ms'])}"
        for each in self._found.measurements:
            yield (
                each.clause,
                each.name,
                self._time(each.value_ms),
                f"≤ {self._time(each.limit_ms)}",
                uncertainty if results["measures_time"] else NO_VALUE,
                self._count(each.sample),
                self._word(VERDICTS[each.verdict]),
            )

    def _readings(self) -> Iterator[Sequence[str]]:
        until = self._word(Text("hiệu chuẩn đến", "calibrated until"))
        for each in self._found.results["readings"]:
            verdict = Verdict(each["verdict"])
            why = "" if verdict is Verdict.PASS else f": {self._word(words.WHY[each['reason']])}"
            calibrated = f"; {until} {each['calibrated_until']}" if each["instrument"] else ""
            at = f" ({each['at']})" if each["at"] else ""
            yield tuple(
                one_line(cell)
                for cell in (
                    each["clause"],
                    self._text(each["title"]) + at,
                    f"{each['value']} ± {each['uncertainty']} ({each['coverage']})",
                    each["limit"],
                    f"{each['instrument'] or each['report']}{calibrated}",
                    each["on"],
                    self._word(VERDICTS[verdict]) + why,
                )
            )

    def _capabilities(self) -> Iterator[Sequence[str]]:
        differs = Text("khác khai báo", "not as declared")
        for each in self._found.results["capabilities"]:
            forms = (each[form] for form in ("declared", "discovered", "effective"))
            yield (
                self._word(own.CAPABILITIES[each["name"]]),
                *(self._word(own.YES_NO[form]) for form in forms),
                self._word(differs) if each["differs"] else "",
            )
        for each in self._found.results["limits"]:
            declared, observed = (
                NO_VALUE if each[form] is None else self._count(each[form])
                for form in ("declared", "observed")
            )
            least = "≥ " if each["at_least"] and each["observed"] is not None else ""
            yield (
                self._word(limits.NAMES[each["name"]]),
                *(declared, least + observed, NO_VALUE),
                self._word(differs) if each["differs"] else "",
            )

    def _nature(self, nature: str) -> dict[str, Any]:
        return {
            "name": self._word(words.NATURES[nature]),
            "judged": [self._clause(each) for each in self._found.clauses(nature, "judged")],
            "others": [
                {"name": self._word(own.STANDINGS[standing]), "clauses": told}
                for standing in own.STANDINGS
                if standing != "judged"
                and (told := [self._clause(e) for e in self._found.clauses(nature, standing)])
            ],
        }

    def _clause(self, clause: Mapping[str, Any]) -> dict[str, Any]:
        none = Text("chưa có", "none yet")
        return {
            "kind": clause["verdict"],
            "verdict": self._word(VERDICTS[Verdict(clause["verdict"])]),
            "requirement": self._text(clause["requirement"]),
            "reason": self._word(words.WHY[Reason(clause["reason"])]),
            "not_tested": clause["not_tested"] and self._text(clause["not_tested"]),
            "checks": [self._check(check) for check in clause["checks"]],
            "guards": self._guards(clause) or self._word(none),
            "about": " · ".join(
                (
                    f"{one_line(clause['id'])} r{clause['revision']}",
                    self._word(own.LEVELS[clause["level"]]),
                    self._text(clause["cited"]),
                    f"[{self._word(MARKS[clause['mark']])}] {one_line(clause['source'])}",
                    ", ".join(self._word(words.METHODS[each]) for each in clause["verified_by"]),
                )
            ),
        }

    def _guards(self, clause: Mapping[str, Any]) -> str:
        found: dict[bool, list[str]] = {True: [], False: []}
        for name, _, is_killed in guards(clause):
            found[is_killed].append(name)
        words = {killed: self._word(own.GUARDS[killed]) for killed in found}
        return "; ".join(f"{words[k]}: {', '.join(names)}" for k, names in found.items() if names)

    def _check(self, check: Mapping[str, Any]) -> str:
        verdict = self._word(VERDICTS[Verdict(check["verdict"])])
        says = check["says"] or None
        said = self._text(says) if says else self._word(words.WHY[Reason(check["reason"])])
        place = check["case"] or self._word(words.BY[check["by"]])
        return one_line(f"{check['check']} ({place}): {verdict}, {said}")

    def _configuration(self) -> Iterator[Sequence[str]]:
        plan, seal = self._found.of.evidence.plan, self._found.of.seal
        everything = Text("mọi ca", "all")
        unsigned = self._word(words.SIGNERS["unsigned"])
        for name, said in (
            (Text("Mã lần thử", "Run"), plan.run),
            (Text("Mã trong tên mọi lệnh", "Token in the name of every order"), plan.token),
            (Text("Môi trường", "Environment"), plan.bench.environment),
            (Text("Bàn thử cho phép", "The bench permits"), ", ".join(plan.bench.permits) or "–"),
            (
                Text("Chỉ thử các ca", "Only the cases"),
                self._word(everything) if plan.chosen is None else ", ".join(plan.chosen),
            ),
            (Text("Khóa ký", "Signed by"), seal.key.fingerprint if seal.key else unsigned),
        ):
            yield self._word(name), one_line(said)
        for facts in (plan.bench.facts, plan.versions):
            for key, value in facts.items():
                yield one_line(key), one_line(str(value))

    def _word(self, text: Text) -> str:
        return text.vi if self._language == "vi" else text.en

    def _text(self, both: Mapping[str, str]) -> str:
        return one_line(both[self._language])

    def _count(self, number: int) -> str:
        return figure(number, "count", self._language)

    def _time(self, ms: int) -> str:
        return figure(ms, "ms", self._language)
