"""Many replications of a run as plain JSON: their part of the results, and one row for each."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from conformance.replications import Outcome, Replications, Spread
from conformance.verdicts import PRECEDENCE, Verdict
from reports.results import DECIMALS
from reports.words import REASONS, VERDICTS, rounded

FORMAT_VERSION: Final = 1

_NAMED_TARGETS = 3


def with_replications(
    results: Mapping[str, Any], replicated: Replications, seeds: Sequence[int]
) -> dict[str, Any]:
    """The results of replication 0 with what all of them came to, and the verdict over all."""
    whole = replicated.whole
    part = {
        "count": len(seeds),
        "verdicts": _counts(whole),
        "measures": {
            name: _spread(replicated.spreads[name]) for name in sorted(replicated.spreads)
        },
        "targets": [
            {
                "id": name,
                "verdicts": _counts(outcome),
                "verdict": outcome.verdict.value,
                "reason": outcome.reason.value,
                "first": {"replication": outcome.first, "seed": seeds[outcome.first]},
            }
            for name, outcome in _targets(replicated)
        ],
    }
    verdict = {
        "verdict": whole.verdict.value,
        "reason": whole.reason.value,
        "sentence": _sentence(replicated, seeds),
    }
    # A scenario without targets is told as for a single run.
    said = {"verdict": verdict} if replicated.targets else {}
    return {**results, **said, "replications": part}


def rows(replicated: Replications, seeds: Sequence[int]) -> dict[str, Any]:
    """`replications.json`: the seed and verdict of each, in order."""
    return {
        "ttcs": FORMAT_VERSION,
        "replications": [
            {"seed": seed, "verdict": verdict.value}
            for seed, verdict in zip(seeds, replicated.verdicts, strict=True)
        ],
    }


def _sentence(replicated: Replications, seeds: Sequence[int]) -> dict[str, str]:
    whole = replicated.whole
    word, count, total = VERDICTS[whole.verdict], whole.verdicts[whole.verdict], len(seeds)
    vi, en = word.vi.capitalize(), word.en.capitalize()
    if whole.verdict is Verdict.PASS:
        return {
            "vi": f"{vi} trong cả {total} lần chạy lặp.",
            "en": f"{en} in all {total} replications.",
        }
    deciding = [
        (name, outcome, outcome.verdicts[outcome.verdict], seeds[outcome.first])
        for name, outcome in _targets(replicated)
        if outcome.verdict is whole.verdict
    ]
    named = deciding[:_NAMED_TARGETS]
    more = ["…"] if len(deciding) > len(named) else []
    whys_vi = [
        f"{name} ({REASONS[outcome.reason].vi}, {times} lần, đầu tiên với số mầm {seed})"
        for name, outcome, times, seed in named
    ]
    whys_en = [
        f"{name} ({REASONS[outcome.reason].en}, in {times}, first with seed {seed})"
        for name, outcome, times, seed in named
    ]
    return {
        "vi": f"{vi} trong {count}/{total} lần chạy lặp: {'; '.join(whys_vi + more)}.",
        "en": f"{en} in {count} of {total} replications: {'; '.join(whys_en + more)}.",
    }


def _targets(replicated: Replications) -> Iterator[tuple[str, Outcome]]:
    for request, outcome in zip(replicated.requests, replicated.targets, strict=True):
        yield request.id, outcome


def _counts(outcome: Outcome) -> dict[str, int]:
    return {v.value: outcome.verdicts[v] for v in PRECEDENCE if outcome.verdicts[v]}


def _spread(spread: Spread) -> dict[str, Any]:
    return {
        "unit": spread.unit,
        "observed": spread.observed,
        "unbounded": spread.values[None],
        **{name: _number(value) for name, value in spread.figures().items()},
    }


def _number(value: int | Fraction | None) -> int | float | None:
    if value is None or value.denominator == 1:
        return value if value is None else value.numerator
    return float(rounded(value, DECIMALS, 1))
