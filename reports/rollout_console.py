"""A rollout plan's results as a terminal shows them: targets, years, what comes late and why."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text as Line

from conformance.rollout.judging import How
from conformance.verdicts import Reason, Verdict
from reports import rollout_figures as figures
from reports.rollout_figures import NO_VALUE, exactly
from reports.rollout_optimised_console import shown
from reports.rollout_phases_console import table as phases_table
from reports.rollout_results import UNITS
from reports.rollout_words import BASES, HOWS, MEASURES, PERCENTILES_NOTE
from reports.words import REASONS, VERDICTS, Language, figure, number
from scenarios.problems import one_line
from scenarios.scenario import Text

_LANGUAGES: Final[tuple[Language, ...]] = ("vi", "en")
_NAMED: Final = 3


def summary(results: Mapping[str, Any]) -> RenderableType:
    """What a plan's `results.json` says, for a `rich` console of at least 80 columns."""
    targets = results["targets"]
    return Group(
        *_header(results),
        *(shown(results["optimisation"]) if results["optimisation"] else ()),
        *_targets([t for t in targets if t["how"] in ("simulated", "phase", "counted")]),
        *_both(PERCENTILES_NOTE),
        _years(results["measures"]),
        *phases_table(results["phases"]),
        *_late([t for t in targets if t["held_up"] and t["verdict"] != Verdict.PASS]),
        *_swings(results["swings"]),
        *_others(targets),
        *_notes(results["plan"]["notes"]),
        Line(),
        Line(results["summary"]["sentence"]["vi"], style="bold"),
        Line(results["summary"]["sentence"]["en"]),
    )


def _header(results: Mapping[str, Any]) -> Iterator[RenderableType]:
    plan, stock = results["plan"], results["stock"]
    yield Line(one_line(plan["title"]["vi"]), style="bold")
    yield Line(one_line(plan["title"]["en"]))
    provinces = plan["provinces"]
    where = ", ".join(one["name"] for one in provinces[:_NAMED])
    more = f" … ({len(provinces)})" if len(provinces) > _NAMED else ""
    yield Line(f"{where}{more}, {plan['first_year']}-{plan['last_year']}")
    counts = [
        [figure(stock[name], "count", language) for name in ("communes", "stations")]
        for language in _LANGUAGES
    ]
    times = [figure(results["replications"], "count", language) for language in _LANGUAGES]
    yield Line(f"{counts[0][0]} xã, {counts[0][1]} đài; {times[0]} lần mô phỏng")
    yield Line(f"{counts[1][0]} communes, {counts[1][1]} stations; {times[1]} replications")
    generated = [figure(stock["stations_generated"], "count", language) for language in _LANGUAGES]
    if stock["stations_generated"]:
        yield Line(f"{generated[0]} đài là số liệu sinh ra, không phải số liệu thật")
        yield Line(f"{generated[1]} stations are generated, not reported")
    yield Line(f"era {plan['era']}, seed {plan['seed']}")
    yield from _both(BASES[plan["base"]])


def _targets(targets: Sequence[Mapping[str, Any]]) -> Iterator[RenderableType]:
    """What is simulated or counted, a row for each deadline."""
    if not targets:
        return
    table = Table(box=box.SIMPLE_HEAD, padding=0, pad_edge=False)
    table.add_column("Chỉ tiêu\nTarget", no_wrap=True)
    table.add_column("Hạn\nBy", justify="right")
    table.add_column("Giới hạn\nLimit", justify="right")
    table.add_column("P50", justify="right")
    table.add_column("P80", justify="right")
    table.add_column("Xác suất\nChance", justify="right")
    table.add_column("Kết luận\nVerdict", min_width=12, max_width=14)
    for target in targets:
        for row in _rows(target):
            table.add_row(*map(Line, row))
    yield table


def _rows(target: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """A row for each deadline, and one for all of them together where there are several."""
    name, limit = target["id"], _twice([figures.limit(target, one) for one in _LANGUAGES])
    shown = list(figures.judged_years(target))
    for year, met, judged in shown:
        values = (_value(year[percentile], target) for percentile in ("p50", "p80"))
        yield (name, str(year["year"]), limit, *values, _chance(met), _said(judged["verdict"]))
    if len(shown) > 1:
        yield (name, "cả\nall", "", "", "", _chance(target["met"]), _said(target["verdict"]))
    if count := figures.decisive_count(target):
        bounds = _twice([figures.bounds(target, count, one) for one in _LANGUAGES])
        yield (name, str(count["year"]), limit, bounds, "", "", _said(target["verdict"]))


def _value(value: int | float | None, target: Mapping[str, Any]) -> str:
    """A value in both languages; once where they are the same."""
    return _twice([figures.value(value, target, language) for language in _LANGUAGES])


def _chance(met: Mapping[str, Any] | None) -> str:
    """The probability, and under it the interval that it is known to."""
    if met is None:
        return NO_VALUE
    return f"{figures.probability(met, 'vi')}\n{figures.interval(met, 'vi')}"


def _said(verdict: str) -> str:
    return "\n".join((VERDICTS[Verdict(verdict)].vi, VERDICTS[Verdict(verdict)].en))


def _years(measures: Mapping[str, Any]) -> RenderableType:
    """What is there at each year's end with 50 % and, under it, with 80 %."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("P50, P80", max_width=32)
    years = [year["year"] for year in measures["spent-vnd"]["years"]]
    for year in years:
        table.add_column(str(year), justify="right")
    for name, measure in measures.items():
        if any(year["p50"] is not None for year in measure["years"]):
            said = MEASURES[name]
            cells = [
                "\n".join(figures.told(year[p], measure["unit"], "vi") for p in ("p50", "p80"))
                for year in measure["years"]
            ]
            table.add_row(*map(Line, (f"{said.vi}\n{said.en}", *cells)))
    return table


def _late(targets: Sequence[Mapping[str, Any]]) -> Iterator[RenderableType]:
    """What misses each target that does not pass."""
    for target in targets:
        late = target["held_up"]
        places = late["places"][:_NAMED]
        yield Line(f"{target['id']}, {late['year']}")
        where = "; ".join(
            f"{place['name']} {number(exactly(place['late']), 'vi')}/{place['works']}"
            for place in places
        )
        purses = "; ".join(
            f"{' + '.join(purse['sources']) or NO_VALUE}: "
            f"{number(exactly(purse['not_begun']), 'vi')}"
            for purse in late["purses"][:_NAMED]
        )
        lines = [
            *(figures.late_told(late, language) for language in _LANGUAGES),
            *([f"nguồn / purse: {purses}"] if purses else []),
            *([f"ở đâu / where: {where}"] if where else []),
        ]
        yield Padding(Line("\n".join(lines)), (0, 0, 0, 2))
    if targets:
        yield Line()


def _swings(swings: Sequence[Mapping[str, Any]]) -> Iterator[RenderableType]:
    """What matters most, each figure alone at its P10 and its P90."""
    widest = [(swing["figure"], max(swing["values"].items(), key=_width)) for swing in swings]
    telling = [(uncertain, item) for uncertain, item in widest if _width(item) > 0][:_NAMED]
    if not telling:
        return
    yield Line("Yếu tố ảnh hưởng nhất, ở P10 → P90 / What matters most, at P10 → P90")
    for uncertain, (name, (low, high)) in telling:
        unit = UNITS.get(name, "share")
        values = " → ".join(figures.told(value, unit, "vi") for value in (low, high))
        said = f"{uncertain}: {MEASURES[name].vi} / {MEASURES[name].en} {values}"
        yield Padding(Line(said), (0, 0, 0, 2))
    yield Line()


def _width(item: tuple[str, Sequence[int | float | None]]) -> float:
    """By how much a figure moves what is there in the end: not a number, nor what one year did."""
    name, (low, high) = item
    if not figures.is_cumulative(name) or low is None or high is None:
        return -1
    return abs(high - low)


def _others(targets: Sequence[Mapping[str, Any]]) -> Iterator[RenderableType]:
    """The targets that nothing is simulated of: by what shows them, or why nothing does."""
    by_why: dict[tuple[How, Reason], list[str]] = {}
    for target in targets:
        if target["how"] in ("declared", "not-given"):
            why = (target["how"], Reason(target["reason"]))
            by_why.setdefault(why, []).append(target["id"])
    for (how, reason), names in by_why.items():
        word, why_so = HOWS[how], REASONS[reason]
        yield Line(f"{word.vi}: {why_so.vi} / {word.en}: {why_so.en}")
        yield Padding(Line(", ".join(names)), (0, 0, 0, 2))
    others = Counter(t["document"] for t in targets if t["how"] == "not-binding")
    if others:
        word = HOWS["not-binding"]
        named = ", ".join(f"{document} ({count})" for document, count in others.items())
        yield Line(f"{word.vi} / {word.en}:")
        yield Padding(Line(named), (0, 0, 0, 2))


def _notes(notes: Sequence[Mapping[str, str]]) -> Iterator[RenderableType]:
    """What was assumed or generated."""
    if notes:
        yield Line()
    for note in notes:
        yield Line("*")
        said = f"{one_line(note['vi'])}\n{one_line(note['en'])}"
        yield Padding(Line(said), (0, 0, 0, 2))


def _both(text: Text) -> Iterator[RenderableType]:
    yield Line(text.vi)
    yield Line(text.en)


def _twice(texts: Sequence[str]) -> str:
    return "\n".join(dict.fromkeys(texts))
