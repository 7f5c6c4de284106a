"""The tables of a rollout plan's report, in one language: what its pictures show, in figures."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any, Final

from conformance.rollout.chances import SURE
from conformance.rollout.judging import How
from reports import rollout_figures as figures
from reports.comparison import Section
from reports.findings.rollout import STATES, Bar, Rollout
from reports.rollout_figures import NO_VALUE, exactly, told
from reports.rollout_optimised_words import OBJECTIVES, STOPPED, STRATEGIES
from reports.rollout_report_words import ASSUMED, PHASES_TABLE, WORKS, figure_name
from reports.rollout_report_words import STATES as STATE_WORDS
from reports.rollout_words import HOWS, MEASURES, money
from reports.words import Language, figure, number
from scenarios.problems import one_line
from scenarios.scenario import Text

_PERCENTS: Final = ("p10", "p50", "p80", "p90")
_NAMED: Final = 5

SHOWN: Final[tuple[How, ...]] = ("simulated", "phase", "counted")
"""What a plan itself shows."""


def targets(found: Rollout, language: Language) -> Section:
    """What is simulated or counted, a row for each deadline."""
    columns = (
        Text("Chỉ tiêu", "Target"),
        Text("Hạn", "By"),
        Text("Giới hạn", "Limit"),
        *(Text(p.upper(), p.upper()) for p in _PERCENTS),
        Text("Xác suất đạt", "Probability"),
        Text("Kết luận", "Verdict"),
    )
    rows = [
        row
        for target in found.results["targets"]
        if target["how"] in ("simulated", "phase", "counted")
        for row in _target(target, language)
    ]
    return _section(Text("Chỉ tiêu", "Targets"), columns, rows, language)


def _target(target: Mapping[str, Any], language: Language) -> Iterator[tuple[str, ...]]:
    name = f"{target['id']}: {target['title'][language]}"
    limit, shown = figures.limit(target, language), list(figures.judged_years(target))
    for year, met, judged in shown:
        values = (figures.value(year[percent], target, language) for percent in _PERCENTS)
        said = _verdict(judged, language)
        yield (name, str(year["year"]), limit, *values, _chance(met, language), said)
    nothing = ("",) * len(_PERCENTS)
    if len(shown) > 1:
        every = _in(language, Text("mọi hạn", "every"))
        chance = _chance(target["met"], language)
        yield (name, every, "", *nothing, chance, _verdict(target, language))
    if count := figures.decisive_count(target):
        bounds, said = figures.bounds(target, count, language), _verdict(target, language)
        yield (name, str(count["year"]), limit, "", bounds, "", "", "", said)


def misses(found: Rollout, language: Language) -> Section:
    """What misses each target that does not pass."""
    columns = (
        Text("Chỉ tiêu", "Target"),
        Text("Điều gì làm lỡ", "What misses it"),
        Text("Nguồn vốn của việc chưa bắt đầu", "Purse of works not begun"),
        Text("Ở đâu: trễ / việc", "Where: late / works"),
    )
    titles = {source["source"]: source["title"][language] for source in found.results["money"]}
    rows = [
        (
            f"{target['id']}, {late['year']}",
            figures.late_told(late, language),
            *_late(late, titles, language),
        )
        for target in found.results["targets"]
        if (late := target["held_up"]) and target["verdict"] != "pass"
    ]
    return _section(Text("Điều gì làm lỡ", "What misses them"), columns, rows, language)


def _late(
    late: Mapping[str, Any], titles: Mapping[str, str], language: Language
) -> tuple[str, str]:
    def count(late_ones: int | float) -> str:
        return number(exactly(late_ones), language)

    purses = (
        f"{' + '.join(titles[name] for name in purse['sources']) or NO_VALUE}: "
        f"{count(purse['not_begun'])}"
        for purse in late["purses"][:_NAMED]
    )
    places = (
        f"{place['name']} {count(place['late'])}/{place['works']}"
        for place in late["places"][:_NAMED]
    )
    return "; ".join(purses) or NO_VALUE, "; ".join(places) or NO_VALUE


def others(found: Rollout, language: Language) -> Section:
    """The binding targets that nothing is simulated of, and why."""
    columns = (
        Text("Chỉ tiêu", "Target"),
        Text("Bằng cách nào", "How"),
        Text("Kết luận", "Verdict"),
        Text("Lý do", "Reason"),
    )
    rows = [
        (
            f"{target['id']}: {target['title'][language]}",
            _in(language, HOWS[target["how"]]),
            _verdict(target, language),
            _in(language, figures.reason(target)),
        )
        for target in found.results["targets"]
        if target["how"] in ("declared", "not-given")
    ]
    counts = Counter(
        target["document_title"][language]
        for target in found.results["targets"]
        if target["how"] == "not-binding"
    )
    named = "; ".join(f"{document} ({count})" for document, count in counts.items())
    remark = f"{_in(language, HOWS['not-binding'])}: {named}." if named else ""
    title = Text("Chỉ tiêu khác", "Other targets")
    return _section(title, columns, rows, language, remark[:1].upper() + remark[1:])


def yearly(found: Rollout, language: Language) -> Section:
    """Every measure at every year's end: P50, and in brackets P80."""
    columns = (
        Text("P50 (P80), cuối năm", "P50 (P80), at the end of"),
        *(Text(str(year), str(year)) for year in found.years),
    )
    rows = [
        (
            _in(language, MEASURES[name]),
            *(
                f"{told(year['p50'], measure['unit'], language)} "
                f"({told(year['p80'], measure['unit'], language)})"
                for year in measure["years"]
            ),
        )
        for name, measure in found.results["measures"].items()
        if any(year["p50"] is not None for year in measure["years"])
    ]
    return _section(Text("Mọi số đo theo năm", "All measures by year"), columns, rows, language)


def communes(found: Rollout, language: Language) -> Section:
    """How many communes are in each state at each year's end."""
    columns = (
        Text("Cuối năm", "End of"),
        *(STATE_WORDS[state] for state in STATES),
        Text("đài đã chuyển đổi (P50)", "stations converted (P50)"),
        Text("hộ dân ở xã có đài IP (P50)", "households in communes with IP (P50)"),
    )
    rows = [
        (
            str(year),
            *(figure(counts[state], "count", language) for state in STATES),
            *(_share_of(found, name, year, language) for name in
              ("converted-of-first-stock", "households-with-ip")),
        )
        for year, counts in found.counts.items()
    ]  # fmt: skip
    return _section(Text("Các xã theo năm", "Communes by year"), columns, rows, language)


def _share_of(found: Rollout, name: str, year: int, language: Language) -> str:
    if year not in found.years:
        return NO_VALUE
    of_year = found.results["measures"][name]["years"][found.years.index(year)]
    return told(of_year["p50"], "share", language)


def timetable(found: Rollout, language: Language) -> Section:
    """The works of each place: how many, when begun, half done and done."""
    columns = (
        Text("Nơi", "Place"),
        Text("Việc", "Works"),
        Text("Số việc", "How many"),
        Text("Bắt đầu", "Begun"),
        Text("Xong một nửa", "Half done"),
        Text("Xong hết", "All done"),
        Text("Số việc xong", "Done"),
    )
    rows = [
        (place.name, _in(language, WORKS[bar.kind]), *_bar(bar, language))
        for place in found.timetable
        for bar in place.bars
    ]
    return _section(Text("Tiến độ theo nơi", "Timetable by place"), columns, rows, language)


def _bar(bar: Bar, language: Language) -> tuple[str, ...]:
    begun = str(bar.begun.year) if bar.begun else NO_VALUE
    done = (_day(bar.half), _day(bar.all), figure(bar.done, "count", language))
    return (figure(bar.works, "count", language), begun, *done)


def _day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else NO_VALUE


def swings(found: Rollout, language: Language) -> Section:
    """What each figure alone does to the measures that it moves."""
    names = tuple(found.tornadoes)
    columns = (
        Text("Yếu tố, ở P10 → P90", "Figure, at P10 → P90"),
        *(MEASURES[name] for name in names),
    )
    rows = [
        (
            _in(language, figure_name(swing["figure"], found.results["money"])),
            *(" → ".join(told(v, "share", language) for v in swing["values"][n]) for n in names),
        )
        for swing in found.results["swings"]
    ]
    title = Text("Điều gì quan trọng nhất", "What matters most")
    return _section(title, columns, rows if names else [], language)


def sources(found: Rollout, language: Language) -> Section:
    """What each source is planned to give and pays, by year and in all."""
    columns = (
        Text("Nguồn vốn", "Source"),
        Text("Số", "Figure"),
        *(Text(str(year), str(year)) for year in found.years),
    )
    planned, paid = Text("dự kiến", "planned"), Text("đã chi, P50 (P10-P90)", "paid, P50 (P10-P90)")
    rows = []
    for source in found.results["money"]:
        title = source["title"][language]
        amounts = (money(vnd, language) for vnd in source["planned_vnd"])
        rows.append((title, _in(language, planned), *amounts))
        shown = (_range(year, language) for year in source["paid_vnd"])
        rows.append((title, _in(language, paid), *shown))
    return _section(Text("Chi phí theo nguồn vốn", "Cost by source"), columns, rows, language)


def _range(year: Mapping[str, Any], language: Language) -> str:
    p10, p50, p90 = (told(year[p], "vnd", language) for p in ("p10", "p50", "p90"))
    return f"{p50} ({p10} - {p90})"


def phases(found: Rollout, language: Language) -> Section:
    """Of each year's phase: whom an emergency reaches, what it needs, what a year costs."""
    columns = (
        Text("Cuối năm", "End of"),
        Text("Thiết bị", "Devices"),
        Text("Thiết bị phát tin", "Devices that sound"),
        Text("Hộ dân nghe tin", "Households that hear"),
        Text("T4 p50, p95", "T4 p50, p95"),
        Text("Đường truyền cần có", "Uplink needed"),
        Text("Kết nối, bản tin/s", "Connections, messages/s"),
        Text("SIM mỗi tháng, mỗi thiết bị", "SIM a month, each device"),
        Text("Chi phí vận hành", "Running cost"),
    )
    rows = [_phase(phase, language) for phase in found.phases]
    return _section(PHASES_TABLE, columns, rows, language)


def _phase(phase: Mapping[str, Any], language: Language) -> tuple[str, ...]:
    reached, load, sim = phase["emergency"], phase["load"]["emergency"], phase["sim"]
    times = (_time(reached[point], language) for point in ("t4_p50_ms", "t4_p95_ms"))
    is_assumed = f" ({_in(language, ASSUMED)})" if phase["households_assumed"] else ""
    return (
        str(phase["year"]),
        figure(sum(phase["devices"].values()), "count", language),
        told(reached["device_reach"], "share", language),
        told(reached["household_reach"], "share", language) + is_assumed,
        ", ".join(times),
        f"{_millions(load['needed_bit_s'], language)} Mbit/s" if load else NO_VALUE,
        ", ".join(_count(load[n], language) for n in ("connections", "messages_per_s")) if load
        else NO_VALUE,
        f"{_millions(sim['month_bytes'], language)} MB" if sim else NO_VALUE,
        money(phase["running_vnd"]["total"], language),
    )  # fmt: skip


def strategies(found: Rollout, language: Language) -> Section:
    """What the optimised order comes to, beside the plan's own and simple ones."""
    columns = (
        Text("Cách chọn", "Strategy"),
        Text("Ở trung vị", "At medians"),
        Text("Cách cận", "Gap"),
        Text("Hộ-năm (P50)", "Household-years (P50)"),
        Text("Chi (P50)", "Spent (P50)"),
        Text(f"Chỉ tiêu đạt ≥ {SURE} %", f"Targets met ≥ {SURE} %"),
    )
    best = found.results.get("optimisation")
    title = Text("Tối ưu thứ tự", "The order optimised")
    if not best:
        return _section(title, columns, (), language)
    rows = [
        (
            _in(language, STRATEGIES[row["strategy"]]),
            figure(row["value"], "count", language),
            _percent(row["gap"], language),
            figure(row["household_years"], "count", language),
            told(row["spent_vnd"], "vnd", language),
            f"{row['sure']}/{len(row['targets'])}",
        )
        for row in best["strategies"]
    ]
    words = Text(
        "Tối ưu theo {}; cách mức tốt nhất không quá {}; {}.",
        "Optimised for {}; at most {} from the best that can be; {}.",
    )
    said = (_in(language, one) for one in (OBJECTIVES[best["objective"]], STOPPED[best["stopped"]]))
    objective, stopped = said
    remark = _in(language, words).format(objective, _percent(best["gap"], language), stopped)
    lost = [f"{one['id']} ({one['year']})" for one in (*best["given_up"], *best["unmet"])]
    not_kept = Text("Không giữ được: {}.", "Not kept: {}.")
    if lost:
        remark += f" {_in(language, not_kept).format(', '.join(lost))}"
    return _section(title, columns, rows, language, remark)


def _percent(share: float, language: Language) -> str:
    return f"{number(exactly(share) * 100, language, 3)} %"


def _time(ms: int | None, language: Language) -> str:
    return NO_VALUE if ms is None else figure(ms, "ms", language)


def _millions(value: int | None, language: Language) -> str:
    return NO_VALUE if value is None else number(Fraction(value, 1_000_000), language)


def _count(value: int | None, language: Language) -> str:
    return NO_VALUE if value is None else figure(value, "count", language)


def _chance(met: Mapping[str, Any] | None, language: Language) -> str:
    if met is None:
        return NO_VALUE
    return f"{figures.probability(met, language)} ({figures.interval(met, language)})"


def _verdict(judged: Mapping[str, Any], language: Language) -> str:
    return _in(language, figures.verdict(judged))


def _section(
    title: Text,
    columns: Sequence[Text],
    rows: Sequence[tuple[str, ...]],
    language: Language,
    remark: str = "",
) -> Section:
    said = tuple(_in(language, column) for column in columns)
    printable = tuple(tuple(map(one_line, row)) for row in rows)
    return Section(_in(language, title), said, printable, one_line(remark))


def _in(language: Language, text: Text) -> str:
    return text.vi if language == "vi" else text.en
