"""The pictures of a rollout plan in words, for those who do not see them."""

from collections.abc import Iterable, Mapping
from typing import Any

from reports.findings.rollout import STATES, Rollout, SwingBar
from reports.rollout_figures import told
from reports.rollout_report_words import ASSUMED, WORKS, figure_name
from reports.rollout_report_words import STATES as STATE_WORDS
from reports.rollout_words import money
from reports.words import Language, figure
from scenarios.scenario import Text
from simulator.rollout.results import MeasureName


def curve(found: Rollout, measure: MeasureName, language: Language) -> str:
    """A measure's curve: each year's P50, and between what P10 and P90 lie."""
    of = found.results["measures"][measure]
    years = (
        f"{year['year']}: P50 {told(year['p50'], of['unit'], language)} "
        f"(P10 {told(year['p10'], of['unit'], language)}, "
        f"P90 {told(year['p90'], of['unit'], language)})"
        for year in of["years"]
        if year["p50"] is not None
    )
    return f"{'; '.join(years)}."


def map_of(found: Rollout, year: int, language: Language) -> str:
    """A map: how many communes are in each state, and apart devices and households."""
    counts = found.counts[year]
    states = (
        f"{_in(language, STATE_WORDS[state])} {figure(counts[state], 'count', language)}"
        for state in STATES
        if counts[state]
    )
    return f"{_capital(', '.join(states))}.{_reach(found, year, language)}"


def reach(found: Rollout, share: str, language: Language) -> str:
    """The reach of an emergency: after 20 s and in the end, at each year's phase."""
    words = Text("{}: sau 20 s {}, cuối cùng {}", "{}: after 20 s {}, in the end {}")
    years = (
        _in(language, words).format(
            phase["year"],
            *(told(value, "share", language) for value in
              (_at_20_s(phase["emergency"]["curve"], share), phase["emergency"][share])),
        )
        for phase in found.phases
    )  # fmt: skip
    is_assumed = share == "household_reach" and any(p["households_assumed"] for p in found.phases)
    return f"{'; '.join(years)}{f' ({_in(language, ASSUMED)})' if is_assumed else ''}."


def _at_20_s(curve: Iterable[Mapping[str, Any]], share: str) -> float | None:
    return next((point[share] for point in curve if point["seconds"] == 20), None)


def _reach(found: Rollout, year: int, language: Language) -> str:
    if year not in found.years:
        return ""
    place, measures = found.years.index(year), found.results["measures"]
    devices, households = (
        told(measures[name]["years"][place]["p50"], "share", language)
        for name in ("converted-of-first-stock", "households-with-ip")
    )
    words = Text(
        "đài đã chuyển đổi {}; hộ dân ở xã có đài IP {}",
        "stations converted {}; households in communes with IP {}",
    )
    is_assumed = f" ({_in(language, ASSUMED)})" if found.is_generated else ""
    return f" P50: {_in(language, words).format(devices, households)}{is_assumed}."


def timetable(found: Rollout, language: Language) -> str:
    """The timetable: how many works of each kind are done, of how many."""
    done = Text("xong trong kế hoạch hoặc hai năm sau", "done within the plan and two years")
    kinds = []
    for kind, word in WORKS.items():
        bars = [bar for place in found.timetable for bar in place.bars if bar.kind == kind]
        if bars:
            counts = (sum(bar.done for bar in bars), sum(bar.works for bar in bars))
            some, every = (figure(count, "count", language) for count in counts)
            kinds.append(f"{_in(language, word)} {some}/{every}")
    return f"{_capital(_in(language, done))}: {', '.join(kinds) or '0'}."


def tornado(found: Rollout, measure: MeasureName, language: Language) -> str:
    """A tornado: between what each figure moves the measure."""
    bars = (swing(found, bar, language) for bar in found.swings_of(measure))
    return f"{'; '.join(bars)}."


def swing(found: Rollout, bar: SwingBar, language: Language) -> str:
    """A bar of a tornado."""
    name = _in(language, figure_name(bar.figure, found.results["money"]))
    low, high = (told(value, "share", language) for value in (bar.low, bar.high))
    return f"{name}: {low} → {high}"


def money_of(found: Rollout, language: Language) -> str:
    """What is planned and paid in all, by source."""
    words = Text("dự kiến {}, đã chi {} (P50)", "planned {}, paid {} (P50)")
    sources = (
        f"{source['title'][language]}: "
        + _in(language, words).format(
            money(sum(source["planned_vnd"]), language),
            money(_total(year["p50"] for year in source["paid_vnd"]), language),
        )
        for source in found.results["money"]
    )
    return f"{'; '.join(sources)}."


def _total(amounts: Iterable[int | None]) -> int:
    return sum(amount or 0 for amount in amounts)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _in(language: Language, text: Text) -> str:
    return text.vi if language == "vi" else text.en
