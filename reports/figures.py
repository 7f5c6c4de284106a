"""A target of `results.json` in figures and sentences, for one language or for both."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from conformance.verdicts import Reason, Verdict
from reports.words import (
    CHECKS,
    COMPARISONS,
    EXPECTED_FAILURE,
    NEVER,
    REASONS,
    VERDICTS,
    Language,
    figure,
    margin_figure,
)
from scenarios.problems import one_line
from scenarios.scenario import Text

NO_VALUE: Final = "–"


def measured(target: Mapping[str, Any], language: Language) -> str:
    """The value, told on the side of the limit on which it lies."""
    if target["value"] is None:
        never = NEVER.vi if language == "vi" else NEVER.en
        return never if target["unbounded"] else NO_VALUE
    value, limit = exactly(target["value"]), exactly(target["limit"])
    return figure(value, target["unit"], language, limit)


def limit(target: Mapping[str, Any], language: Language) -> str:
    """The limit with its comparison, such as `≤ 10 s`; a target may be without one."""
    if target["limit"] is None:
        return NO_VALUE
    sign = COMPARISONS[target["comparison"]]
    return f"{sign} {figure(exactly(target['limit']), target['unit'], language)}"


def margin(target: Mapping[str, Any], language: Language) -> str:
    """The margin with its sign."""
    if target["margin"] is None:
        return NO_VALUE
    return margin_figure(exactly(target["margin"]), target["unit"], language)


def share(number: int, of: int, language: Language) -> str:
    """So many of so many, in percent; nothing short of all is told as 100 %."""
    return figure(Fraction(number, of), "share", language, 1) if of else NO_VALUE


def standing(target: Mapping[str, Any]) -> Text:
    """The verdict in a word; a limit that was missed as expected is not told as a limit met."""
    if target["reason"] == Reason.EXPECTED_FAILURE:
        return EXPECTED_FAILURE
    return VERDICTS[Verdict(target["verdict"])]


def verdict(target: Mapping[str, Any]) -> str:
    """Verdict and reason, in both languages."""
    word, reason = VERDICTS[Verdict(target["verdict"])], REASONS[Reason(target["reason"])]
    return f"{word.vi} ({reason.vi}) / {word.en} ({reason.en})"


def explained(target: Mapping[str, Any]) -> str:
    """A target and why it was judged so, in some lines in both languages."""
    lines = [
        f"{target['id']}: {verdict(target)}",
        f"  {target['title']['vi']} / {target['title']['en']}",
        f"  đo được / measured: {_twice(measured, target)}",
        f"  giới hạn / limit: {_twice(limit, target)}",
        f"  chênh lệch / margin: {_twice(margin, target)}",
        f"  n = {target['sample']}{_lacking(target)}, {_twice(_check, target)}",
        f"  nguồn / source: [{target['mark']}] {target['source']}",
    ]
    if declared := target["declared"]:
        lines.append(f"  khai báo / declared: {declared['date']}, {declared['evidence']}")
    if target["why"]:
        lines.append(f"  dự kiến không đạt / expected to fail: {target['why']}")
    return "\n".join(map(one_line, lines))


def exactly(number: int | float) -> int | Fraction:
    """The decimal that a document says, not the binary fraction nearest to it."""
    return number if isinstance(number, int) else Fraction(Decimal(str(number)))


def _lacking(target: Mapping[str, Any]) -> str:
    least = target["minimum_sample"]
    return f" (cần / needs {least})" if target["sample"] < least else ""


def _check(target: Mapping[str, Any], language: Language) -> str:
    check = CHECKS[target["check"]]
    return check.vi if language == "vi" else check.en


def _twice(told: Callable[[Mapping[str, Any], Language], str], target: Mapping[str, Any]) -> str:
    return " / ".join(dict.fromkeys((told(target, "vi"), told(target, "en"))))
