"""A rollout plan's results as CSV for a spreadsheet: targets, measures, works, money, phases.

UTF-8 with a byte order mark, without which spreadsheets take Vietnamese for another encoding. In
Vietnamese columns are parted by semicolons and decimals by commas, as Vietnamese settings read
them; in English by commas and points. No text can be taken for a formula.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from reports import rollout_figures as figures
from reports.rollout_report_words import WORKS
from reports.rollout_words import HOWS, MEASURES
from reports.words import COMPARISONS, Language
from scenarios.problems import one_line
from scenarios.scenario import Text

Row = Sequence[str | int | float | None]

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""

YES: Final = Text("có", "yes")
NO: Final = Text("không", "no")

_DECIMALS: Final = 6
_PERCENTS: Final = ("p10", "p50", "p80", "p90")


def tables(results: Mapping[str, Any], language: Language) -> Iterator[tuple[str, bytes]]:
    """Every table by the name of its file."""
    yield "targets.csv", _written(_targets(results, language), language)
    yield "yearly.csv", _written(_yearly(results, language), language)
    yield "works.csv", _written(_works(results, language), language)
    yield "money.csv", _written(_money(results, language), language)
    if phases := results.get("phases"):
        yield "phases.csv", _written(_phases(phases["years"], language), language)


def _targets(results: Mapping[str, Any], language: Language) -> Iterator[Row]:
    yield (
        *_headings(language, "chỉ tiêu|target", "tên|title", "văn bản|document", "cách|how"),
        *_headings(language, "năm|year", "so sánh|comparison", "giới hạn|limit"),
        *(percent.upper() for percent in _PERCENTS),
        *_headings(language, "xác suất|probability", "từ|from", "đến|to"),
        *_headings(language, "ít nhất|at least", "nhiều nhất|at most", "trên|of"),
        *_headings(language, "kết luận|verdict", "lý do|reason"),
    )
    for target in results["targets"]:
        about = (
            *(target["id"], target["title"][language], target["document"]),
            _in(language, HOWS[target["how"]]),
        )
        limit = (target["comparison"] and COMPARISONS[target["comparison"]], target["limit"])
        judged, nothing = _judged(target, language), (None,) * len(_PERCENTS)
        shown = list(figures.judged_years(target))
        for year, met, by in shown:
            values = (year[percent] for percent in _PERCENTS)
            said = _judged(by, language)
            yield (*about, year["year"], *limit, *values, *_chance(met), None, None, None, *said)
        if len(shown) > 1:  # all of them together
            chance = _chance(target["met"])
            yield (*about, None, *limit, *nothing, *chance, None, None, None, *judged)
        if count := figures.decisive_count(target):
            bounds = (count["least"], count["most"], count["of"])
            yield (*about, count["year"], *limit, *nothing, None, None, None, *bounds, *judged)
        if not target["years"] and not target["counts"]:
            yield (*about, None, *limit, *nothing, *(None,) * 6, *judged)


def _chance(met: Mapping[str, Any] | None) -> Row:
    return (met["probability"], *met["interval"]) if met else (None, None, None)


def _judged(judged: Mapping[str, Any], language: Language) -> Row:
    return _in(language, figures.verdict(judged)), _in(language, figures.reason(judged))


def _yearly(results: Mapping[str, Any], language: Language) -> Iterator[Row]:
    yield (
        *_headings(language, "số đo|measure", "tên|title", "đơn vị|unit", "năm|year"),
        *(percent.upper() for percent in _PERCENTS),
    )
    for name, measure in results["measures"].items():
        for year in measure["years"]:
            values = (year[percent] for percent in _PERCENTS)
            yield (name, _in(language, MEASURES[name]), measure["unit"], year["year"], *values)


def _works(results: Mapping[str, Any], language: Language) -> Iterator[Row]:
    plan = results["plan"]
    ends = range(plan["first_year"], plan["last_year"] + 1)
    done_by = Text("xác suất xong cuối {}", "probability done by the end of {}")
    yield (
        *_headings(language, "mã|id", "việc|kind", "tỉnh|province", "huyện|district"),
        *_headings(language, "xã|commune", "tên|name", "số liệu sinh ra|generated"),
        *_headings(language, "năm cấp vốn (P50)|begun (P50)", "ngày xong (P50)|done (P50)"),
        *(_in(language, done_by).format(year) for year in ends),
        *_headings(language, "chi phí VND (P50)|cost VND (P50)"),
    )
    for work in results["works"]:
        yield (
            *(work["id"], _in(language, WORKS[work["kind"]])),
            *(work["province"], work["district"], work["commune"], work["name"]),
            *(_in(language, YES if work["generated"] else NO), work["begun_p50"], work["done_p50"]),
            *work["done_by_year"],
            work["cost_p50_vnd"],
        )


def _money(results: Mapping[str, Any], language: Language) -> Iterator[Row]:
    paid = _in(language, Text("đã chi VND", "paid VND"))
    yield (
        *_headings(language, "nguồn|source", "tên|title", "năm|year", "dự kiến VND|planned VND"),
        *(f"{paid} {percent.upper()}" for percent in _PERCENTS),
    )
    for source in results["money"]:
        for planned, year in zip(source["planned_vnd"], source["paid_vnd"], strict=True):
            values = (year[percent] for percent in _PERCENTS)
            yield (source["source"], source["title"][language], year["year"], planned, *values)


def _phases(years: Iterable[Mapping[str, Any]], language: Language) -> Iterator[Row]:
    yield (
        *_headings(language, "năm|year", "thiết bị|devices", "thiết bị phát tin|devices reached"),
        *_headings(language, "hộ dân|households", "hộ dân nghe tin|households reached"),
        *_headings(language, "hộ dân là giả định|households assumed", "T4 p50 ms|T4 p50 ms"),
        *_headings(
            language, "T4 p95 ms|T4 p95 ms", "đường truyền cần có bit/s|uplink needed bit/s"
        ),
        *_headings(language, "kết nối|connections", "bản tin/s|messages/s"),
        *_headings(language, "byte SIM mỗi tháng|SIM bytes a month", "VND mỗi năm|VND a year"),
    )
    for phase in years:
        reached, load = phase["emergency"], phase["load"]["emergency"] or {}
        yield (
            *(phase["year"], reached["devices"], reached["devices_reached"]),
            *(phase["households"], reached["households_reached"]),
            _in(language, YES if phase["households_assumed"] else NO),
            *(reached["t4_p50_ms"], reached["t4_p95_ms"]),
            *(load.get(part) for part in ("needed_bit_s", "connections", "messages_per_s")),
            (phase["sim"] or {"month_bytes": None})["month_bytes"],
            phase["running_vnd"]["total"],
        )


def _headings(language: Language, *both: str) -> Iterator[str]:
    """Of headings that are written `Vietnamese|English` those of a language."""
    return (one.split("|")[language == "en"] for one in both)


def _written(rows: Iterable[Row], language: Language) -> bytes:
    table = io.StringIO(newline="")
    writer = csv.writer(table, delimiter=";" if language == "vi" else ",", lineterminator="\r\n")
    for row in rows:
        writer.writerow([_cell(value, language) for value in row])
    return table.getvalue().encode("utf-8-sig")


def _cell(value: str | int | float | None, language: Language) -> str:
    match value:
        case None:
            return ""
        case str():
            text = one_line(value)
            return f"'{text}" if text.startswith(_FORMULA) else text
        case int():
            return str(value)
    number = f"{value:.{_DECIMALS}f}".rstrip("0").rstrip(".")
    return number.replace(".", ",") if language == "vi" else number


def _in(language: Language, text: Text) -> str:
    return text.vi if language == "vi" else text.en
