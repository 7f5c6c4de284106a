"""`results.json`: what a run was, what was measured and how it was judged, as plain JSON.

Described by `schemas/results.schema.json`. It depends on nothing but the run: no clock, no
machine, but for a live run's, whose part `live` tells of both.
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
        "measures": measures_as_data(measures),
        "targets": [_target(judged) for judged in judgement.targets],
        "verdict": {
            "verdict": judgement.verdict.value,
            "reason": judgement.reason.value,
            "sentence": _both(sentence(judgement)),
        },
    }


def measures_as_data(measures: Mapping[str, Measurement]) -> dict[str, Any]:
    """The measurements, by name."""
    return {name: _measure(measures[name], 1) for name in sorted(measures)}


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
        declared = sum(one.declaration is not None for one in deciding)
        missed_vi = f", {missed} chỉ tiêu không đạt đúng như kịch bản dự kiến" if missed else ""
        missed_en = f", {missed} missed as the scenario expects" if missed else ""
        declared_vi = f"; {declared} chỉ tiêu chỉ theo khai báo, không đo" if declared else ""
        declared_en = f"; {declared} by declaration only, not measured" if declared else ""
        return Text(
            f"{vi}: {met}/{total} chỉ tiêu đạt{missed_vi}{declared_vi}.",
            f"{en}: {met} of {total} targets met{missed_en}{declared_en}.",
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
    target, threshold, declared = judged.target, judged.target.threshold, judged.declaration
    return {
        "id": target.id,
        "title": _both(target.title),
        "document": _both(target.document),
        "section": target.section,
        "subject": _both(target.subject),
        "metric": _both(target.metric),
        "deadlines": list(target.deadlines),
        "nature": target.nature,
        "check": target.check,
        "ways": list(target.ways),
        "measure": target.measure,
        "comparison": threshold and threshold.comparison,
        "limit": threshold and _number(threshold.limit, 0),
        "unit": threshold and threshold.unit,
        "margin": None if judged.margin is None else _number(judged.margin, 0),
        "minimum_sample": target.sample,
        **_figure(judged),
        "declared": declared and {"date": declared.day.isoformat(), "evidence": declared.evidence},
        "verdict": judged.verdict.value,
        "reason": judged.reason.value,
        "expected": judged.expected,
        "why": judged.why,
        "mark": target.mark,
        "source": target.source,
        "note": _both(target.note),
    }


def _figure(judged: Judged) -> dict[str, Any]:
    """The target's measured or declared figure, or that there is none."""
    threshold, measurement = judged.target.threshold, judged.measurement
    if threshold is None or measurement is None:
        return {"value": None, "sample": 0, "unbounded": False}
    return _measure(measurement, threshold.limit)


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
    if measurement.uncertainty:
        data["uncertainty"] = _number(measurement.uncertainty, 0)
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


def _both(text: Text | None) -> dict[str, str] | None:
    return None if text is None else {"vi": text.vi, "en": text.en}
