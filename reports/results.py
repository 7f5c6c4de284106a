"""`results.json`: what a run was, what was measured and how it was judged, as plain JSON.

Described by `schemas/results.schema.json`. It depends on nothing but the run: no clock, no machine.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

from conformance.judgement import Judged, Judgement
from conformance.verdicts import Lifecycle, Reason, Verdict
from reports.words import REASONS, VERDICTS, rounded
from scenarios.scenario import Text
from simulator.measurement import Measurement

FORMAT_VERSION: Final = 1
DECIMALS: Final = 6

_NAMED_TARGETS = 3


def results(
    run: Mapping[str, Any], measures: Mapping[str, Measurement], judgement: Judgement
) -> dict[str, Any]:
    """The whole document of a finished run.

    `run` holds the parts that only the simulator knows, as the schema has them: engine, seed,
    scenario, fleet, commands, bulletins, programme.
    """
    return {
        "ttcs": FORMAT_VERSION,
        "world": judgement.world,
        "lifecycle": Lifecycle.FINISHED.value,
        **run,
        "measures": {name: _measure(measures[name], 1) for name in sorted(measures)},
        "targets": [_target(judged) for judged in judgement.targets],
        "verdict": {
            "verdict": judgement.verdict.value,
            "reason": judgement.reason.value,
            "sentence": _both(sentence(judgement)),
        },
    }


def sentence(judgement: Judgement) -> Text:
    """The verdict of a run in one sentence."""
    total = len(judgement.targets)
    deciding = [one for one in judgement.targets if one.verdict is judgement.verdict]
    word = VERDICTS[judgement.verdict]
    vi, en = word.vi.capitalize(), word.en.capitalize()
    if not deciding:
        reason = REASONS[judgement.reason]
        return Text(
            f"{vi}: {reason.vi}, nên không có gì để kết luận.",
            f"{en}: {reason.en}, so there is nothing to judge.",
        )
    if judgement.verdict is Verdict.PASS:
        missed = sum(one.reason is Reason.EXPECTED_FAILURE for one in deciding)
        met = len(deciding) - missed
        missed_vi = f", {missed} chỉ tiêu không đạt đúng như kịch bản dự kiến" if missed else ""
        missed_en = f", {missed} missed as the scenario expects" if missed else ""
        return Text(
            f"{vi}: {met}/{total} chỉ tiêu đạt{missed_vi}.",
            f"{en}: {met} of {total} targets met{missed_en}.",
        )
    named = deciding[:_NAMED_TARGETS]
    more = ["…"] if len(deciding) > len(named) else []
    whys_vi = "; ".join([f"{one.target.id} ({REASONS[one.reason].vi})" for one in named] + more)
    whys_en = "; ".join([f"{one.target.id} ({REASONS[one.reason].en})" for one in named] + more)
    return Text(
        f"{vi} ở {len(deciding)}/{total} chỉ tiêu: {whys_vi}.",
        f"{en} in {len(deciding)} of {total} targets: {whys_en}.",
    )


def _target(judged: Judged) -> dict[str, Any]:
    target = judged.target
    return {
        "id": target.id,
        "title": _both(target.title),
        "nature": target.nature,
        "measure": target.measure,
        "comparison": target.comparison,
        "limit": _number(target.limit, 0),
        "margin": None if judged.margin is None else _number(judged.margin, 0),
        "minimum_sample": target.sample,
        **_measure(judged.measurement, target.limit),
        "verdict": judged.verdict.value,
        "reason": judged.reason.value,
        "expected": judged.expected,
        "why": judged.why,
        "mark": target.mark,
        "source": target.source,
        "note": _both(target.note),
    }


def _measure(measurement: Measurement, beside: int | Fraction) -> dict[str, Any]:
    value = measurement.value
    data: dict[str, Any] = {
        "value": None if value is None else _number(value, beside),
        "unit": measurement.unit,
        "sample": measurement.sample,
        "unbounded": measurement.unbounded,
    }
    if measurement.unit == "share" and value is not None:
        data["exact"] = _exact(value, measurement.sample)
    return data


def _exact(share: int | Fraction, sample: int) -> dict[str, int]:
    """The share as so many of so many: of the sample, where it is a share of just that."""
    count = Fraction(share * sample)
    if sample and count.denominator == 1:
        return {"count": count.numerator, "of": sample}
    return {"count": share.numerator, "of": share.denominator}


def _number(value: int | Fraction, beside: int | Fraction) -> int | float:
    if value.denominator == 1:
        return value.numerator
    return float(rounded(value, DECIMALS, beside))


def _both(text: Text) -> dict[str, str]:
    return {"vi": text.vi, "en": text.en}
