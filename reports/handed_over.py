"""What there is to say of a bundle that somebody hands over: whose, by whom, under what conditions.

As plain data first, then in words: a row for each entry.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from hashlib import sha256
from typing import Any, Final

from conformance import evidence
from conformance.clauses import SYSTEMS
from conformance.handed_over import HandedOver, Judged, WhyNot
from conformance.verdicts import Verdict
from reports.certification_subject import bench
from reports.certification_words import CHANGES, OVERALL, ROLES, RUN_BY, SIGNERS
from reports.figures import NO_VALUE
from reports.words import Language, figure
from scenarios.problems import one_line
from scenarios.scenario import Text

MOST_CHANGES: Final = 5

SOUND: Final = Text(
    "nguyên vẹn; xét lại bằng chứng cho đúng kết luận như gói ghi",
    "unchanged; verdicts were made again from the evidence, and are as it states",
)

WHY_NOT: Final[Mapping[WhyNot, Text]] = {
    "changed": Text(
        "KHÔNG CÓ KẾT LUẬN: gói không còn như khi niêm phong",
        "NO VERDICTS: it is not as it was sealed",
    ),
    "unsigned": Text("KHÔNG CÓ KẾT LUẬN: không ai niêm phong gói", "NO VERDICTS: nobody sealed it"),
    "unfinished": Text(
        "KHÔNG CÓ KẾT LUẬN: lần thử chưa hoàn tất", "NO VERDICTS: the run never finished"
    ),
    "not-judged": Text(
        "KHÔNG CÓ KẾT LUẬN: phiên bản này không xét lại được bằng chứng",
        "NO VERDICTS: this version cannot judge its evidence",
    ),
    "misstated": Text(
        "KHÔNG CÓ KẾT LUẬN: gói ghi điều mà bằng chứng của nó không cho thấy",
        "NO VERDICTS: it states what its evidence does not give",
    ),
    "contradicted": Text(
        "KHÔNG CÓ KẾT LUẬN: gói tin mâu thuẫn với bản ghi",
        "NO VERDICTS: its packets contradict its records",
    ),
}

_NONE: Final = Text("không có", "none")

Rows = list[tuple[str, ...]]


def about(bundle: HandedOver) -> dict[str, Any]:
    """As plain data; `judged` is None where the bundle gives no verdicts, as `why_not` says."""
    seal = bundle.verification.seal
    return {
        "place": one_line(bundle.place),
        "why_not": bundle.why_not,
        "detail": bundle.verification.by_then.why_not,
        "changes": [asdict(change) for change in seal.changes],
        "signer": seal.signer,
        "fingerprint": seal.key and seal.key.fingerprint,
        "judged": bundle.judged and _judged(bundle.judged),
    }


def _judged(judged: Judged) -> dict[str, Any]:
    results, plan = judged.results, judged.evidence.plan
    rules = {n: digest for n, digest in plan.inputs.items() if n.startswith(evidence.CLAUSES)}
    return {
        "role": results["role"],
        "subject": results["subject"],
        "run_by": results["run_by"],
        "challenge": results["challenge"],
        "created": results["created"],
        "suite": results["versions"].get("ttcs-hil", NO_VALUE),
        "rules": sha256("".join(f"{n}{rules[n]}" for n in sorted(rules)).encode()).hexdigest(),
        "environment": plan.bench.environment,
        "bench": {"vi": bench(plan).vi, "en": bench(plan).en},
        "driver": str(plan.bench.facts.get("driver", NO_VALUE)),
        "permits": list(plan.bench.permits),
        "emulated": results["emulated"],
        "measures_time": results["measures_time"],
        "uncertainty_ms": results["uncertainty_ms"],
        "chosen": plan.chosen and list(plan.chosen),
        "waived": results["verdict"]["waived"],
        "verdict": results["verdict"]["verdict"],
        "sentence": results["verdict"]["sentence"],
    }


def whose(bundles: Sequence[Mapping[str, Any]], language: Language) -> Rows:
    """Each bundle, its maker, its seal and signer: the name of the entry, and each one's value."""
    return _rows(_WHOSE, bundles, language)


def conditions(bundles: Sequence[Mapping[str, Any]], language: Language) -> Rows:
    """What each was tried under."""
    return _rows(_CONDITIONS, bundles, language)


def differing(bundles: Sequence[Mapping[str, Any]], language: Language) -> list[str]:
    """The names of the conditions that are not the same for all."""
    rows = conditions(bundles, language)
    return [name for name, *values in rows if len(set(values)) > 1]


_Tell = Callable[[Mapping[str, Any], Language], str]


def _rows(
    entries: Sequence[tuple[Text, _Tell]], bundles: Sequence[Mapping[str, Any]], language: Language
) -> Rows:
    return [
        (said(name, language), *(_printable(tell(each, language)) for each in bundles))
        for name, tell in entries
    ]


def said(text: Text | Mapping[str, str], language: Language) -> str:
    """A text in a language."""
    if isinstance(text, Text):
        return text.vi if language == "vi" else text.en
    return text[language]


def _printable(text: str) -> str:
    return "\n".join(map(one_line, text.split("\n")))


def _of(tell: _Tell) -> _Tell:
    """What only a judged bundle says."""

    def told(bundle: Mapping[str, Any], language: Language) -> str:
        return NO_VALUE if bundle["judged"] is None else tell(bundle["judged"], language)

    return told


def _sound(bundle: Mapping[str, Any], language: Language) -> str:
    if bundle["why_not"] is None:
        return said(SOUND, language)
    return "\n".join((said(WHY_NOT[bundle["why_not"]], language), *_details(bundle, language)))


def _details(bundle: Mapping[str, Any], language: Language) -> Iterator[str]:
    changes = bundle["changes"]
    for change in changes[:MOST_CHANGES]:
        yield f"{one_line(change['file'])}: {said(CHANGES[change['how']], language)}"
    if len(changes) > MOST_CHANGES:
        yield f"… +{len(changes) - MOST_CHANGES}"
    if bundle["why_not"] == "not-judged" and bundle["detail"]:
        yield bundle["detail"]


def _signer(bundle: Mapping[str, Any], language: Language) -> str:
    kind, _, digits = (bundle["fingerprint"] or "").partition(":")
    # In lines, as six of them may stand side by side.
    lines = [digits[start : start + 16] for start in range(0, len(digits), 16)]
    return "\n".join((said(SIGNERS[bundle["signer"]], language), *filter(None, (kind, *lines))))


def _subject(judged: Mapping[str, Any], language: Language) -> str:
    return f"{judged['subject']['vendor']} {judged['subject']['model']}"


def _verdict(judged: Mapping[str, Any], language: Language) -> str:
    word = said(OVERALL[Verdict(judged["verdict"])], language)
    return f"{word}\n{said(judged['sentence'], language)}"


def _chosen(judged: Mapping[str, Any], language: Language) -> str:
    if judged["chosen"] is None:
        return said(Text("mọi ca thử", "all"), language)
    return ", ".join(judged["chosen"])


def _challenge(judged: Mapping[str, Any], language: Language) -> str:
    return str(judged["challenge"] or said(_NONE, language))


def _time(judged: Mapping[str, Any], language: Language) -> str:
    if not judged["measures_time"]:
        return said(Text("không đo thời gian", "does not measure time"), language)
    return f"± {figure(judged['uncertainty_ms'], 'ms', language)}"


def _bench(judged: Mapping[str, Any], language: Language) -> str:
    told = said(judged["bench"], language)
    return told if judged["role"] in SYSTEMS else f"{told}, {judged['driver']}"


_WHOSE: Final[Sequence[tuple[Text, _Tell]]] = (
    (Text("Gói", "Bundle"), lambda bundle, _: str(bundle["place"])),
    (Text("Xác minh bây giờ", "Verified now"), _sound),
    (Text("Người ký", "Signer"), _signer),
    (Text("Đối tượng thử", "What was tried"), _of(_subject)),
    (Text("Số sê-ri", "Serial number"), _of(lambda each, _: str(each["subject"]["serial"]))),
    (
        Text("Phiên bản phần mềm", "Software version"),
        _of(lambda each, _: str(each["subject"]["firmware"])),
    ),
    (Text("Loại", "Kind"), _of(lambda each, language: said(ROLES[each["role"]], language))),
    (Text("Ai thử", "Run by"), _of(lambda each, language: said(RUN_BY[each["run_by"]], language))),
    (Text("Thách thức", "Challenge"), _of(_challenge)),
    (Text("Lập lúc", "Made at"), _of(lambda each, _: str(each["created"]))),
    (Text("Kết luận của gói", "The bundle's verdict"), _of(_verdict)),
)

_CONDITIONS: Final[Sequence[tuple[Text, _Tell]]] = (
    (Text("Bộ thử", "Suite"), _of(lambda each, _: f"ttcs-hil {each['suite']}")),
    (Text("Quy tắc (SHA-256)", "Rules (SHA-256)"), _of(lambda each, _: f"{each['rules'][:12]}…")),
    (Text("Bàn thử", "Bench"), _of(_bench)),
    (Text("Môi trường", "Environment"), _of(lambda each, _: str(each["environment"]))),
    (
        Text("Được phép", "Permitted"),
        _of(lambda each, _: ", ".join(sorted(each["permits"])) or NO_VALUE),
    ),
    (Text("Đo thời gian", "Times"), _of(_time)),
    (Text("Ca thử đã chọn", "Cases chosen"), _of(_chosen)),
    (Text("Ai thử", "Run by"), _of(lambda each, language: said(RUN_BY[each["run_by"]], language))),
    (Text("Thách thức", "Challenge"), _of(_challenge)),
    (Text("Lỗi được miễn trừ", "Failures waived"), _of(lambda each, _: str(each["waived"]))),
)
