"""The results of a run as a terminal shows them: a table of targets and a sentence of verdict."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text as Line

from conformance.verdicts import Reason, Verdict
from reports import board_words, worlds
from reports.words import (
    CHECKS,
    COMPARISONS,
    NATURE_NOTES,
    NATURES,
    NEVER,
    REASONS,
    TROUBLES,
    VERDICTS,
    Language,
    figure,
    margin_figure,
)
from scenarios.problems import one_line

_LANGUAGES: tuple[Language, ...] = ("vi", "en")
_NO_VALUE = "–"

_NAMED_LIMITS = 3


def summary(results: Mapping[str, Any]) -> RenderableType:
    """What `results.json` says, for a `rich` console of at least 80 columns."""
    return Group(
        *_header(results),
        *_judged(results["targets"]),
        *_replications(results),
        *_limits(results["limits"]),
        *_not_modelled(results.get("not_modelled", [])),
        *_live(results),
        *_verdict(results["verdict"]["sentence"]),
    )


def _header(results: Mapping[str, Any]) -> Iterator[RenderableType]:
    scenario, fleet = results["scenario"], results["fleet"]
    start = datetime.fromisoformat(scenario["start"])
    end = start + timedelta(milliseconds=scenario["horizon_ms"])
    devices, communes = (
        [figure(fleet[name], "count", language) for language in _LANGUAGES]
        for name in ("devices", "communes")
    )
    yield Line(one_line(scenario["title"]["vi"]), style="bold")
    yield Line(one_line(scenario["title"]["en"]))
    yield Line(f"{start.isoformat()} → {end.isoformat()}")
    yield Line(f"{devices[0]} thiết bị, {communes[0]} xã")
    yield Line(f"{devices[1]} devices, {communes[1]} communes")
    yield Line(f"world {results['world']}, engine {results['engine']}, seed {results['seed']}")


def _judged(targets: Sequence[Mapping[str, Any]]) -> Iterator[RenderableType]:
    if targets:
        yield _table(targets)
        yield from _details(targets)
        yield Line()
        yield from _natures(targets)


def _table(targets: Sequence[Mapping[str, Any]]) -> RenderableType:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("Chỉ tiêu\nTarget", no_wrap=True)
    table.add_column("Đo được\nMeasured", justify="right")
    table.add_column("Giới hạn\nLimit", justify="right")
    table.add_column("Chênh lệch\nMargin", justify="right")
    table.add_column("Kết luận\nVerdict", max_width=14)
    for target in targets:
        table.add_row(*map(Line, _row(target)))
    return table


def _row(target: Mapping[str, Any]) -> Iterator[str]:
    verdict, nature = VERDICTS[Verdict(target["verdict"])], NATURES[target["nature"]]
    check = CHECKS[target["check"]]
    how = "" if target["check"] == "simulated" else f"\n{check.vi}\n{check.en}"
    yield f"{target['id']}\n{nature.vi} · {nature.en}{how}"
    yield from _figures(target)
    expected = " *" if target["expected"] == "fail" else ""
    yield f"{verdict.vi}{expected}\n{verdict.en}{expected}"


def _figures(target: Mapping[str, Any]) -> Iterator[str]:
    """The value, the limit and the margin."""
    if target["limit"] is None:
        yield from (_NO_VALUE, _NO_VALUE, _NO_VALUE)
        return
    unit, limit = target["unit"], _exactly(target["limit"])
    sign = COMPARISONS[target["comparison"]]
    shown_limit = _twice([f"{sign} {figure(limit, unit, language)}" for language in _LANGUAGES])
    if target["value"] is None:
        yield f"{NEVER.vi}\n{NEVER.en}" if target["unbounded"] else _NO_VALUE
        yield shown_limit
        yield _NO_VALUE
    else:
        value, margin = _exactly(target["value"]), _exactly(target["margin"])
        yield _twice([figure(value, unit, language, limit) for language in _LANGUAGES])
        yield shown_limit
        yield _twice([margin_figure(margin, unit, language) for language in _LANGUAGES])


def _details(targets: Sequence[Mapping[str, Any]]) -> Iterator[RenderableType]:
    """What each target is, on how many observations, whose its limit is, and why its verdict."""
    for target in targets:
        title, reason = target["title"], Reason(target["reason"])
        sample, least = target["sample"], target["minimum_sample"]
        section = f", {target['section']}" if target["section"] else ""
        few = f" < {least}" if reason is Reason.SAMPLE_TOO_SMALL else ""
        basis = f"n = {sample}{few}, [{target['mark']}] {target['source']}{section}"
        lines = [title["vi"], title["en"], basis]
        if reason is not Reason.MET:
            lines.append(f"{REASONS[reason].vi} / {REASONS[reason].en}")
        if target["deadlines"]:
            years = ", ".join(map(str, target["deadlines"]))
            lines.append(f"thời hạn / deadline: {years}")
        if declared := target["declared"]:
            evidence = one_line(declared["evidence"]) or _NO_VALUE
            lines.append(f"khai báo / declared: {declared['date']}, {evidence}")
        if target["why"]:
            lines.append(f"* {one_line(target['why'])}")
        yield Line(target["id"])
        yield Padding(Line("\n".join(lines)), (0, 0, 0, 2))


def _replications(results: Mapping[str, Any]) -> Iterator[RenderableType]:
    """How what the targets ask for spreads over all replications, and in how many each is met."""
    if "replications" not in results or not results["targets"]:
        return
    part = results["replications"]
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("Chỉ tiêu\nTarget", no_wrap=True)
    for percentile in ("P10", "P50", "P90"):
        table.add_column(percentile, justify="right")
    table.add_column("Đạt\nPass", justify="right")
    for target, outcome in zip(results["targets"], part["targets"], strict=True):
        spread = part["measures"].get(target["measure"])
        row = [_spread_figure(spread, name) for name in ("p10", "p50", "p90")]
        passed = outcome["verdicts"].get(Verdict.PASS, 0)
        table.add_row(*map(Line, (target["id"], *row, f"{passed}/{part['count']}")))
    count, seed = part["count"], results["seed"]
    yield Line()
    yield Line(f"{count} lần chạy lặp; phần trên là của lần đầu, số mầm {seed}")
    yield Line(f"{count} replications; what stands above is of the first, seed {seed}")
    yield table


def _spread_figure(spread: Mapping[str, Any] | None, name: str) -> str:
    if spread is None or not spread["observed"]:
        return _NO_VALUE
    if spread[name] is None:
        return f"{NEVER.vi}\n{NEVER.en}"
    value = _exactly(spread[name])
    return _twice([figure(value, spread["unit"], language, 1) for language in _LANGUAGES])


def _natures(targets: Sequence[Mapping[str, Any]]) -> Iterator[RenderableType]:
    for nature in dict.fromkeys(target["nature"] for target in targets):
        word, note = NATURES[nature], NATURE_NOTES[nature]
        yield Line(f"{word.vi}: {note.vi}\n{word.en}: {note.en}")


def _verdict(sentence: Mapping[str, str]) -> Iterator[RenderableType]:
    yield Line()
    yield Line(sentence["vi"], style="bold")
    yield Line(sentence["en"])


def _limits(limits: Sequence[Mapping[str, Any]]) -> Iterator[RenderableType]:
    """What held the run up, the longest first; of many uplinks only the first few."""
    by_time = sorted(limits, key=lambda one: (-one["limited_ms"], one["province"]))
    for one in by_time[:_NAMED_LIMITS]:
        time = [figure(one["limited_ms"], "ms", language) for language in _LANGUAGES]
        most = [figure(one["most_waiting"], "count", language) for language in _LANGUAGES]
        yield Line(
            f"Giới hạn: đường truyền lên của hệ thống thông tin nguồn tỉnh {one['province']}, "
            f"trong {time[0]}; nhiều nhất {most[0]} lượt tải bị chậm cùng lúc"
        )
        yield Line(
            f"Limit: the uplink of the source system of province {one['province']}, for {time[1]}; "
            f"at most {most[1]} downloads slowed down at once"
        )
    if (more := len(by_time) - _NAMED_LIMITS) > 0:
        yield Line(f"… và {more} đường truyền khác / and {more} more uplinks")
    if limits:
        yield Line()


def _not_modelled(faults: Sequence[Mapping[str, Any]]) -> Iterator[RenderableType]:
    """What the scenario breaks and this world does not."""
    if faults:
        kinds = [TROUBLES[kind] for kind in dict.fromkeys(one["kind"] for one in faults)]
        yield Line()
        yield Line(f"Không mô phỏng ở đây: {', '.join(kind.vi for kind in kinds)}")
        yield Line(f"Not modelled here: {', '.join(kind.en for kind in kinds)}")


def _live(results: Mapping[str, Any]) -> Iterator[RenderableType]:
    """Of a live run: how near it is to the virtual world, and whether a board was rendered."""
    if "comparison" in results:
        near = worlds.sentence(results["comparison"])
        yield Line()
        yield Line(f"{near.vi}\n{near.en}")
    if board := results.get("live", {}).get("board"):
        yield Line()
        shown = board_words.sentence(board)
        yield Line(f"{shown.vi}\n{shown.en}")


def _twice(texts: Sequence[str]) -> str:
    """Both languages, one under the other; once where they are the same."""
    return "\n".join(dict.fromkeys(texts))


def _exactly(number: int | float) -> int | Fraction:
    """The decimal that the document says, not the binary fraction nearest to it."""
    return number if isinstance(number, int) else Fraction(Decimal(str(number)))
