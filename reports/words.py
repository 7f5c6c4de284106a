"""How results are said to people: the glossary, and figures as they write them."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal

from conformance.targets import Check, Comparison, Nature
from conformance.verdicts import Reason, Verdict
from scenarios.scenario import Text
from scenarios.units import HOUR_MS, MINUTE_MS, SECOND_MS
from simulator.measurement import Unit

Language = Literal["vi", "en"]

VERDICTS: Final[Mapping[Verdict, Text]] = {
    Verdict.PASS: Text("đạt", "pass"),
    Verdict.FAIL: Text("không đạt", "fail"),
    Verdict.INCONCLUSIVE: Text("chưa đủ căn cứ kết luận", "inconclusive"),
    Verdict.ERROR: Text("lỗi công cụ thử", "harness error"),
    Verdict.NOT_APPLICABLE: Text("không áp dụng", "not applicable"),
    Verdict.NOT_RUN: Text("chưa thử", "not run"),
}

EXPECTED_FAILURE: Final = Text("không đạt, đúng như dự kiến", "fail, as expected")
"""For the limit of one target; such a target does not spoil the verdict, so it counts as passed."""

REASONS: Final[Mapping[Reason, Text]] = {
    Reason.MET: Text("trong giới hạn", "within the limit"),
    Reason.LIMIT_NOT_MET: Text("ngoài giới hạn", "outside the limit"),
    Reason.EXPECTED_FAILURE: Text(
        "ngoài giới hạn, đúng như kịch bản dự kiến", "outside the limit, as the scenario expects"
    ),
    Reason.UNEXPECTED_PASS: Text(
        "trong giới hạn, trong khi kịch bản dự kiến không đạt",
        "within the limit, though the scenario expects a failure",
    ),
    Reason.NO_OBSERVATION: Text("không có gì để đo", "nothing to measure"),
    Reason.SAMPLE_TOO_SMALL: Text("quá ít lần quan sát", "too few observations"),
    Reason.TIME_SCALED: Text(
        "thời gian chạy bị co giãn nên không xét độ trễ", "time was scaled: no latency is judged"
    ),
    Reason.WITHIN_UNCERTAINTY: Text(
        "sát giới hạn, trong khoảng bất định của phép đo",
        "so near the limit that the uncertainty of the measurement leaves it open",
    ),
    Reason.HOUSEHOLDS_ASSUMED: Text(
        "trong giới hạn, nhưng số hộ dân là giả định",
        "within the limit, but the number of households is assumed",
    ),
    Reason.NOT_DECLARED: Text(
        "không đo được trong một lần chạy; chưa có khai báo",
        "no run measures it, and nothing is declared",
    ),
    Reason.NO_EVIDENCE: Text("khai báo không kèm bằng chứng", "declared without evidence"),
    Reason.NO_FIGURE: Text(
        "văn bản không nêu con số để so với khai báo",
        "the document gives no figure to hold the declaration against",
    ),
    Reason.AFTER_DEADLINE: Text(
        "khai báo về một ngày sau thời hạn", "declared of a day after the deadline"
    ),
    Reason.BEFORE_DEADLINE: Text(
        "chưa đạt vào ngày khai báo, nhưng khi đó chưa đến thời hạn",
        "not met on the day declared, but the deadline was still to come",
    ),
    Reason.NEEDS_SUITE: Text(
        "chỉ bộ thử hợp chuẩn của hệ thống hoặc thiết bị mới cho thấy; phiên bản này chưa có",
        "only the conformance suite of a system or device shows it: not part of this version",
    ),
    Reason.NEEDS_ROLLOUT: Text(
        "chỉ kế hoạch triển khai qua các năm mới cho thấy, không phải một lần chạy",
        "only a rollout plan over the years shows it, not a run",
    ),
    Reason.NEEDS_RUN: Text(
        "chỉ một lần chạy kịch bản mới cho thấy, không phải kế hoạch triển khai",
        "only the run of a scenario shows it, not a rollout plan",
    ),
    Reason.NOT_SURE_ENOUGH: Text(
        "có khả năng đạt nhưng chưa đủ chắc chắn", "likelier met than not, but not surely enough"
    ),
    Reason.ONLY_A_TOTAL: Text(
        "chỉ có tổng số, chưa rõ ở đâu", "only a total is counted: where is not known"
    ),
    Reason.OUTAGES_ASSUMED: Text(
        "đạt hay không còn tùy sự cố giả định trong ngày khẩn cấp",
        "met or not by the outages that the day of the emergency assumes",
    ),
    Reason.OUTSIDE_PLAN: Text(
        "thời hạn nằm ngoài các năm của kế hoạch", "a deadline outside the plan's years"
    ),
    Reason.NOT_BINDING: Text(
        "văn bản không ràng buộc kế hoạch này", "the document does not bind this plan"
    ),
    Reason.NOT_MEASURED: Text(
        "công cụ thử không đo đại lượng này", "the harness did not measure this"
    ),
    Reason.NO_TARGET: Text("kịch bản không nêu chỉ tiêu nào", "the scenario names no target"),
    Reason.NOT_MET: Text("không đúng yêu cầu", "not as required"),
    Reason.NOT_SUPPORTED: Text("khả năng này không được khai báo", "not declared as supported"),
    Reason.NOT_PERMITTED: Text("bàn thử không cho phép", "the bench does not permit it"),
    Reason.NOT_TESTED: Text("bộ thử không thử điều này", "not tested by this harness"),
    Reason.DEVICE_SILENT: Text("không trả lời trước khi thử", "no answer before the case"),
    Reason.DEVICE_DIED: Text("không còn trả lời sau khi thử", "no answer any more after the case"),
    Reason.HARNESS_TROUBLE: Text(
        "lỗi của bộ thử hoặc bàn thử", "trouble of the harness or the bench"
    ),
    Reason.CALIBRATION_EXPIRED: Text(
        "thiết bị đo đã quá hạn hiệu chuẩn", "the instrument's calibration had expired"
    ),
    Reason.INSPECTED: Text("chỉ xem xét", "inspected only"),
    Reason.DECLARED: Text("chỉ khai báo", "declared only"),
    Reason.EMPTY_CAPTURE: Text(
        "thiết bị trả lời, nhưng không ghi được gì trên đường truyền",
        "the device answered, but nothing of it was captured on the wire",
    ),
    Reason.CLOCK_UNKNOWN: Text(
        "không biết đồng hồ thiết bị lệch bao nhiêu", "the offset of the device's clock is unknown"
    ),
    Reason.NO_ANSWER: Text(
        "người vận hành không trả lời khi được hỏi", "the operator did not answer when asked"
    ),
    Reason.WAIVER_UNUSED: Text(
        "có miễn trừ không khớp lỗi nào", "there is a waiver that matches no failure"
    ),
    Reason.EXPERIMENTAL_PROFILE: Text("hồ sơ thử nghiệm", "experimental profile"),
}

NATURES: Final[Mapping[Nature, Text]] = {
    "law": Text("luật", "law"),
    "plan": Text("kế hoạch", "plan"),
    "profile": Text("mặc định", "profile"),
}

NATURE_NOTES: Final[Mapping[Nature, Text]] = {
    "law": Text("giới hạn của văn bản quy phạm pháp luật", "the limit of a legal document"),
    "plan": Text(
        "giới hạn của văn bản kế hoạch, không phải luật", "a planning document's limit, not law"
    ),
    "profile": Text(
        "giới hạn mặc định của bộ thử hoặc của kịch bản, không phải luật",
        "the harness's default limit or the scenario's own, not law",
    ),
}

CHECKS: Final[Mapping[Check, Text]] = {
    "simulated": Text("đo trong lần chạy", "measured in the run"),
    "tested": Text("thử bằng bộ thử hợp chuẩn", "tested by a conformance suite"),
    "declared": Text("theo khai báo, không đo", "declared, not measured"),
    "not-judged": Text("không xét trong một lần chạy", "not judged in a run"),
}

COMPARISONS: Final[Mapping[Comparison, str]] = {"at most": "≤", "at least": "≥", "over": ">"}

TROUBLES: Final[Mapping[str, Text]] = {
    "full-disk": Text("ổ đĩa đầy", "full disk"),
    "slow-database": Text("cơ sở dữ liệu chậm", "slow database"),
    "wrong-clock": Text("đồng hồ hệ thống nguồn sai", "wrong clock of the source system"),
}
"""The faults that not every world knows."""

NEVER: Final = Text("không bao giờ", "never")

_SEPARATORS: Final[Mapping[Language, dict[int, int]]] = {"vi": str.maketrans(",.", ".,"), "en": {}}
_PERCENTAGE_POINTS: Final[Mapping[Language, str]] = {"vi": "điểm %", "en": "points"}


def rounded(value: int | Fraction, places: int, beside: int | Fraction) -> Decimal:
    """The value to so many decimals, or to as many more as keep it on its side of `beside`.

    A reach of 98.996 % is never told as 99.0 % when 99 % is asked for.
    """
    units = round(value * 10**places)
    near = Fraction(units, 10**places)
    if value != beside and (near == beside or (near > beside) != (value > beside)):
        return rounded(value, places + 1, beside)
    return Decimal(units).scaleb(-places)


def figure(
    value: int | Fraction, unit: Unit, language: Language, beside: int | Fraction = 0
) -> str:
    """A value with its unit, such as `3,4 s`, `1 h 2 min 3 s`, `99,2 %` or `1.908`.

    A share is told to one decimal of a percent and a time to the millisecond, or more finely where
    they would otherwise seem to lie on the other side of `beside`.
    """
    match unit:
        case "count":
            return _plain(rounded(value, 0, beside), language)
        case "share":
            return f"{_plain(rounded(value * 100, 1, beside * 100), language)} %"
        case "ms":
            return _time(rounded(value, 0, beside), language)


def margin_figure(margin: int | Fraction, unit: Unit, language: Language) -> str:
    """A margin with its sign, that of a share in percentage points."""
    sign = "+" if margin > 0 else "−" if margin < 0 else ""
    size = margin if margin >= 0 else -margin
    return (sign + figure(size, unit, language)).replace("%", _PERCENTAGE_POINTS[language])


def number(value: int | Fraction, language: Language, places: int = 1) -> str:
    """A bare number to at most so many decimals."""
    return _plain(rounded(value, places, 0), language)


def _time(ms: Decimal, language: Language) -> str:
    hours, ms = divmod(ms, HOUR_MS)
    minutes, ms = divmod(ms, MINUTE_MS)
    parts = [f"{number} {unit}" for number, unit in ((hours, "h"), (minutes, "min")) if number]
    if ms or not parts:
        parts.append(f"{_plain(ms / SECOND_MS, language)} s")
    return " ".join(parts)


def _plain(number: Decimal, language: Language) -> str:
    text = f"{number:,f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.translate(_SEPARATORS[language])
