"""Two rollout plans side by side: targets and how surely they are met, curves, cost."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from rich.console import RenderableType

from conformance.verdicts import PRECEDENCE, Verdict
from reports import rollout_figures as figures
from reports.comparison import CHANGES, Section, tables_of
from reports.comparison_html import page_of
from reports.rollout_figures import NO_VALUE, told
from reports.rollout_reading import KIND, PlanBundle
from reports.rollout_words import BASES, MEASURES
from reports.words import VERDICTS, Language, figure
from scenarios.problems import one_line
from scenarios.scenario import Text

TITLE: Final = Text("So sánh hai kế hoạch triển khai", "Two rollout plans compared")

_SAME: Final = Text("Hai kế hoạch dẫn đến kết quả như nhau.", "The two plans lead to the same.")
_DIFFERENT: Final = Text(
    "Kết luận của {} chỉ tiêu khác nhau; xác suất của {} chỉ tiêu khác nhau.",
    "{} targets are judged differently; {} have another probability.",
)
_CURVES: Final = Text(
    "P50 cuối mỗi năm. Kế hoạch thứ nhất: nét đứt, hình thoi; thứ hai: nét liền, chấm tròn.",
    "P50 at each year's end. First plan: dashed, diamonds; second: solid, dots.",
)
_FIRST: Final = Text("Thứ nhất", "First")
_SECOND: Final = Text("Thứ hai", "Second")
Pair = tuple[Any, Any]
"""A value of the first plan and of the second, None where it has none."""


def compared(old: PlanBundle, new: PlanBundle) -> dict[str, Any]:
    """The comparison as plain data."""
    pair = (old.results, new.results)
    first, second = ({each["id"]: each for each in results["targets"]} for results in pair)
    targets = [_target(first.get(name), second.get(name)) for name in {**first, **second}]
    measures = [_measure(name, *pair) for name in MEASURES]
    money = {side: _amounts(*pair, side) for side in ("planned", "paid")}
    every = [year for measure in measures for year in measure["years"]]
    every += [year for years in money.values() for year in years]
    return {
        "ttcs": 1,
        "kind": KIND,
        "same": all(each["change"] == "same" for each in targets)
        and all(year["old"] == year["new"] for year in every),
        "old": _about(old),
        "new": _about(new),
        "targets": targets,
        "measures": measures,
        "money": money,
    }


def heading(comparison: Mapping[str, Any], language: Language) -> str:
    """Whether they lead to the same, in one sentence."""
    if comparison["same"]:
        return _in(language, _SAME)
    sides = [(target["old"] or {}, target["new"] or {}) for target in comparison["targets"]]
    verdicts = sum(one.get("verdict") != other.get("verdict") for one, other in sides)
    chances = sum(one.get("probability") != other.get("probability") for one, other in sides)
    return _in(language, _DIFFERENT).format(verdicts, chances)


def sections(comparison: Mapping[str, Any], language: Language) -> tuple[Section, ...]:
    """The plans, their targets, their curves and their cost side by side."""
    return tuple(
        part
        for part in (
            _plans(comparison, language),
            _targets(comparison, language),
            _curves(comparison, language),
            _money(comparison, language),
        )
        if part.rows
    )


def tables(comparison: Mapping[str, Any], language: Language) -> RenderableType:
    """The comparison for a `rich` console of at least 80 columns."""
    return tables_of(heading(comparison, language), sections(comparison, language))


def page(comparison: Mapping[str, Any], language: Language) -> bytes:
    """The comparison as a page, `language` first."""
    languages: tuple[Language, ...] = ("vi", "en")
    shown = {one: (heading(comparison, one), sections(comparison, one)) for one in languages}
    return page_of(TITLE, shown, language)


def _plans(comparison: Mapping[str, Any], language: Language) -> Section:
    pair = (comparison["old"], comparison["new"])
    counts = (
        (Text("Xã", "Communes"), "communes"),
        (Text("Đài", "Stations"), "stations"),
        (Text("trong đó sinh ra", "of them generated"), "stations_generated"),
        (Text("Số lần mô phỏng", "Replications"), "replications"),
    )
    rows: list[tuple[str, ...]] = [
        (_in(language, Text("Gói", "Bundle")), *(one["place"] for one in pair)),
        (_in(language, Text("Kế hoạch", "Plan")), *(one["title"][language] for one in pair)),
        (_in(language, Text("Các năm", "Years")), *(one["years"] for one in pair)),
        *(
            (_in(language, word), *(figure(one[name], "count", language) for one in pair))
            for word, name in counts
        ),
        (_in(language, Text("Số mầm", "Seed")), *(str(one["seed"]) for one in pair)),
        (_in(language, Text("Tỷ lệ mỗi năm", "Yearly share")),
         *(_in(language, BASES[one["base"]]) for one in pair)),
        (_in(language, Text("Kết quả", "Outcome")), *(one["sentence"][language] for one in pair)),
    ]  # fmt: skip
    return _section(Text("Hai kế hoạch", "The two plans"), (_FIRST, _SECOND), rows, language)


def _targets(comparison: Mapping[str, Any], language: Language) -> Section:
    rows = [
        (
            f"{target['id']}\n{one_line(target['title'][language])}",
            *(_judged(target[side], target, language) for side in ("old", "new")),
            _in(language, CHANGES[target["change"]]),
        )
        for target in comparison["targets"]
        if target["change"] != "same" or _is_shown(target["old"])
    ]
    columns = (_FIRST, _SECOND, Text("Thay đổi", "Change"))
    found = _section(Text("Chỉ tiêu", "Targets"), columns, rows, language)
    alike = len(comparison["targets"]) - len(rows)
    remark = Text(
        "{} chỉ tiêu khác mà không kế hoạch nào cho thấy thì như nhau.",
        "{} other targets, which neither plan shows, are alike.",
    )
    return replace(found, remark=_in(language, remark).format(alike)) if alike else found


def _is_shown(judged: Mapping[str, Any] | None) -> bool:
    return judged is not None and judged["how"] in ("simulated", "phase", "counted")


def _judged(judged: Mapping[str, Any] | None, target: Mapping[str, Any], language: Language) -> str:
    """Verdict, probability, and the value of each deadline, a line each."""
    if judged is None:
        return NO_VALUE
    lines = [_in(language, VERDICTS[Verdict(judged["verdict"])])]
    if judged["probability"] is not None:
        chance = figures.probability(judged, language)
        lines.append(f"{chance} ({figures.interval(judged, language)})")
    for at in judged["at"]:
        p50, p80 = (figures.value(at[p], {**target, **judged}, language) for p in ("p50", "p80"))
        lines += [f"{at['year']}: {p50}", f"P80: {p80}"]
    return "\n".join(lines)


def _curves(comparison: Mapping[str, Any], language: Language) -> Section:
    measures = [one for one in comparison["measures"] if figures.is_cumulative(one["id"])]
    measures = [one for one in measures if any(_p50(year) != (None, None) for year in one["years"])]
    rows = [
        (
            _in(language, MEASURES[measure["id"]]),
            *(_beside(_p50(year), measure["unit"], language) for year in measure["years"]),
        )
        for measure in measures
    ]
    years = _years(comparison["money"]["planned"])
    title = Text("Tiến triển qua các năm", "Over the years")
    found = _section(title, years, rows, language)
    return replace(found, remark=_in(language, _CURVES), curves=measures)


def _money(comparison: Mapping[str, Any], language: Language) -> Section:
    words = {
        "planned": Text("dự kiến", "planned"),
        "paid": Text("đã chi (P50)", "paid (P50)"),
    }
    rows = []
    for side, word in words.items():
        amounts = [(year["old"], year["new"]) for year in comparison["money"][side]]
        cells = [_beside(pair, "vnd", language) for pair in amounts]
        rows.append((_in(language, word), *cells, _beside(_totals(amounts, side), "vnd", language)))
    columns = (*_years(comparison["money"]["planned"]), Text("Cộng", "In all"))
    title = Text("Chi phí mọi nguồn", "Cost, all sources")
    found = _section(title, columns, rows, language)
    remark = Text(
        "Tổng các P50 của từng năm không phải P50 của tổng, nên không cộng.",
        "The sum of the years' medians is not the median of the sum, so it is not told.",
    )
    return replace(found, remark=_in(language, remark))


def _totals(amounts: Sequence[Pair], side: str) -> Pair:
    """What is planned in all, where every year of both is known."""
    old, new = zip(*amounts, strict=True)
    return None if side == "paid" else _sum(old), None if side == "paid" else _sum(new)


def _sum(amounts: Sequence[Any]) -> int | None:
    return sum(amounts) if None not in amounts else None


def _beside(pair: Pair, unit: str, language: Language) -> str:
    """Both values; one where they are the same."""
    old, new = (told(value, unit, language) for value in pair)
    return old if pair[0] == pair[1] else f"{old}\n→ {new}"


def _p50(year: Mapping[str, Any]) -> Pair:
    old, new = year["old"], year["new"]
    return old and old["p50"], new and new["p50"]


def _years(years: Sequence[Mapping[str, Any]]) -> tuple[Text, ...]:
    return tuple(Text(str(year["year"]), str(year["year"])) for year in years)


def _section(
    title: Text, columns: Sequence[Text], rows: Sequence[tuple[str, ...]], language: Language
) -> Section:
    said = tuple(_in(language, column) for column in (Text("Mục", "What"), *columns))
    printable = tuple(
        tuple("\n".join(map(one_line, cell.split("\n"))) for cell in row) for row in rows
    )
    return Section(_in(language, title), said, printable)


def _about(of: PlanBundle) -> dict[str, Any]:
    results = of.results
    plan, stock = results["plan"], results["stock"]
    return {
        "place": one_line(str(of.place)),
        "name": plan["name"],
        "title": plan["title"],
        "years": f"{plan['first_year']}-{plan['last_year']}",
        "seed": plan["seed"],
        "base": plan["base"],
        "replications": results["replications"],
        **{name: stock[name] for name in ("communes", "stations", "stations_generated")},
        "sentence": results["summary"]["sentence"],
    }


def _target(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> dict[str, Any]:
    known = new or old or {}
    judged = [each and _of_target(each) for each in (old, new)]
    return {
        **{part: known[part] for part in ("id", "title", "measure", "unit", "comparison")},
        "old": judged[0],
        "new": judged[1],
        "change": _change(*judged),
    }


def _of_target(target: Mapping[str, Any]) -> dict[str, Any]:
    met = target["met"] or {"probability": None, "interval": None}
    return {
        **{part: target[part] for part in ("how", "verdict", "reason", "limit")},
        "probability": met["probability"],
        "interval": met["interval"],
        "at": [
            {part: year[part] for part in ("year", "p50", "p80")}
            for year in figures.decisive_years(target)
        ],
    }


def _change(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> str:
    if old is None or new is None:
        return "new" if old is None else "missing"
    if old == new:
        return "same"
    if "not-binding" in (old["how"], new["how"]):
        return "other-verdict"
    before, after = (PRECEDENCE.index(Verdict(one["verdict"])) for one in (old, new))
    if before == after:
        return _by_chance(old["probability"], new["probability"])
    return "worse" if after < before else "better"


def _by_chance(before: float | None, after: float | None) -> str:
    if before is None or after is None or before == after:
        return "changed"
    return "better" if after > before else "worse"


def _measure(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    sides = {
        side: {year["year"]: year for year in results["measures"][name]["years"]}
        for side, results in (("old", old), ("new", new))
    }
    years = sorted({*sides["old"], *sides["new"]})
    return {
        "id": name,
        "unit": new["measures"][name]["unit"],
        "years": [
            {"year": year, **{side: _percentiles(sides[side].get(year)) for side in sides}}
            for year in years
        ],
    }


def _percentiles(year: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if year is None else {p: year[p] for p in ("p10", "p50", "p80", "p90")}


def _amounts(old: Mapping[str, Any], new: Mapping[str, Any], side: str) -> list[dict[str, Any]]:
    by_side = {"old": dict(_by_year(old, side)), "new": dict(_by_year(new, side))}
    years = sorted({*by_side["old"], *by_side["new"]})
    return [
        {"year": year, **{which: of.get(year) for which, of in by_side.items()}} for year in years
    ]


def _by_year(results: Mapping[str, Any], side: str) -> Iterator[tuple[int, int]]:
    """All sources together: what is planned, and the P50 of what is paid."""
    for place, year in enumerate(results["measures"]["spent-vnd"]["years"]):
        planned = sum(source["planned_vnd"][place] for source in results["money"])
        yield year["year"], planned if side == "planned" else year["p50"]


def _in(language: Language, text: Text) -> str:
    return text.vi if language == "vi" else text.en
