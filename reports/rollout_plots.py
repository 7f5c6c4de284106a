"""The static pictures of a rollout plan: curves with their fans, maps, timetable, tornado, money.

matplotlib is loaded with the first picture only.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import cycle, islice
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final

from reports import drawing
from reports.drawing import INK, LEVEL_COLOURS, LINE, MISSED, QUIET
from reports.findings.rollout import STATES, Place, Rollout
from reports.rollout_report_words import PHASE_REACH, WORKS, figure_name
from reports.rollout_report_words import STATES as STATE_WORDS
from reports.rollout_words import MEASURES
from reports.words import Language, number
from scenarios.rollout.plan import WorkKind
from simulator.rollout.results import MeasureName

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH: Final = 4.4
"""Inches: narrow, so that words can be read on a telephone."""

_MOMENTS: Final = {1: "1 s", 10: "10 s", 60: "1 min", 600: "10 min", 7_200: "2 h"}
_BILLION: Final = 1_000_000_000
_MOST_PLACES: Final = 150
_LETTER: Final = 0.068
"""Inches: a letter of a name beside a picture, on the average and a little more."""

_LOOKS: Final[Mapping[WorkKind, Mapping[str, Any]]] = {
    "station": {"color": LEVEL_COLOURS[2]},
    "join": {"color": "#b9cfdd", "hatch": "\\\\\\\\", "edgecolor": LEVEL_COLOURS[2]},
    "board": {"color": "#f0dcae", "hatch": "////", "edgecolor": LEVEL_COLOURS[1]},
    "big-board": {"color": LEVEL_COLOURS[1]},
    "source-system": {"color": LEVEL_COLOURS[3]},
}
"""Kinds of works told apart by hatching as well."""

_PURSES: Final[tuple[Mapping[str, Any], ...]] = (
    {"color": LEVEL_COLOURS[3]},
    {"color": "#8fb4cf", "hatch": "////", "edgecolor": "#3878a8"},
    {"color": "#e2b04a"},
    {"color": "#e9edf0", "hatch": "....", "edgecolor": QUIET},
    {"color": LEVEL_COLOURS[0]},
    {"color": "#cfe3d5", "hatch": "xxxx", "edgecolor": "#0a5c36"},
)


def curve_picture(found: Rollout, measure: MeasureName, language: Language | None = None) -> bytes:
    """A measure over the years with its fan, as PNG; with its name where a language is given."""
    figure, axes = drawing.paper(WIDTH, 2.4, (0.13, 0.99, 0.11, 0.9 if language else 0.98))
    years = [
        year for year in found.results["measures"][measure]["years"] if year["p50"] is not None
    ]
    at = [year["year"] for year in years]
    p10, p50, p80, p90 = ([100 * y[p] for y in years] for p in ("p10", "p50", "p80", "p90"))
    axes.fill_between(at, p90, p10, color=LEVEL_COLOURS[2], alpha=0.25, linewidth=0)
    axes.plot(at, p80, "--D", color=LEVEL_COLOURS[1], markersize=4, linewidth=1.2, label="P80")
    axes.plot(at, p50, "-o", color=LEVEL_COLOURS[3], markersize=4.5, linewidth=2, label="P50")
    for target in found.targets_of(measure):
        for year in target["deadlines"]:
            if target["unit"] == "share" and year in at:
                axes.plot(
                    [year - 0.2, year + 0.2], [100 * target["limit"]] * 2, color=MISSED, linewidth=3
                )
    axes.set(ylim=(-4, 106), xlim=(found.years[0] - 0.35, found.years[-1] + 0.35))
    axes.set_yticks([0, 25, 50, 75, 100], ["0 %", "25 %", "50 %", "75 %", "100 %"])
    axes.set_xticks(list(found.years))
    axes.grid(color=LINE, linewidth=0.6)
    axes.set_axisbelow(True)
    if language:
        axes.set_title(getattr(MEASURES[measure], language), fontsize=9, color=INK)
        axes.legend(frameon=False, fontsize=8, loc="lower right")
    return drawing.png(figure)


def map_picture(found: Rollout, year: int, language: Language | None = None) -> bytes:
    """The communes by their state at a year's end, as PNG; with title and legend where a language
    is given. There must be a frame."""
    assert found.frame is not None
    levels = [STATES.index(state) for state in found.states[year]]
    names = [getattr(STATE_WORDS[state], language) for state in STATES] if language else None
    figure, axes = drawing.map_of(found.frame, found.communes, levels, names, language or "vi")
    if language:
        axes.set_title(f"31/12/{year}", fontsize=9, color=INK)
    return drawing.png(figure)


def timetable_picture(found: Rollout, language: Language | None = None) -> bytes:
    """When the works of each place are begun and done, as PNG; with a legend where a language is
    given."""
    places = found.timetable[:_MOST_PLACES]
    names = [drawing.plain(place.name) for place in places]
    wide, high = WIDTH + 0.8, 0.4 + 0.34 * max(1, len(places))
    legend = 0.6 if language else 0.05  # inches
    left = 0.2 + _LETTER * max(map(len, names), default=0)
    margins = (left / wide, 0.99, legend / (high + legend), 1 - 0.3 / (high + legend))
    figure, axes = drawing.paper(wide, high + legend, margins)
    first, last = date(found.years[0], 1, 1), date(found.years[-1] + 1, 1, 1)
    edge = max([last, *(bar.all for place in places for bar in place.bars if bar.all)])
    edge += timedelta(days=60)
    _lanes(axes, places, first, edge, language)
    axes.axvline((last - first).days, color=MISSED, linewidth=1)
    starts = {year: (date(year, 1, 1) - first).days for year in range(first.year, edge.year + 1)}
    axes.set_xticks(list(starts.values()), [str(year) for year in starts], ha="left")
    axes.set_yticks(range(len(places)), names)
    axes.set(xlim=(0, (edge - first).days), ylim=(max(1, len(places)) - 0.5, -0.5))
    axes.xaxis.tick_top()
    axes.grid(axis="x", color=LINE, linewidth=0.6)
    axes.set_axisbelow(True)
    if language:
        _legend_below(axes, columns=2)
    return drawing.png(figure)


def tornado_picture(found: Rollout, measure: MeasureName, language: Language) -> bytes:
    """What moves a measure in the end, the widest on top, as PNG."""
    bars = found.swings_of(measure)
    whole = 0.6 + 0.32 * max(1, len(bars))
    margins = (0.42, 0.97, 0.28 / whole, 1 - 0.27 / whole)
    figure, axes = drawing.paper(WIDTH, whole, margins)
    for row, bar in enumerate(bars):
        low, high = 100 * bar.low, 100 * bar.high
        axes.plot([low, high], [row, row], color=LEVEL_COLOURS[2], linewidth=7, alpha=0.45)
        axes.plot(low, row, "o", color=LEVEL_COLOURS[3], label="P10" if row == 0 else None)
        axes.plot(high, row, "D", color=LEVEL_COLOURS[0], label="P90" if row == 0 else None)
    money = found.results["money"]
    names = [getattr(figure_name(bar.figure, money), language) for bar in bars]
    lines = ["\n".join(wrap(drawing.plain(name, 64), 26)) for name in names]
    axes.set_yticks(range(len(bars)), lines, fontsize=7)
    axes.set(ylim=(max(1, len(bars)) - 0.4, -0.6))
    axes.xaxis.set_major_formatter(lambda at, _: f"{number(Fraction(at), language)} %")
    axes.xaxis.set_major_locator(_few_ticks())
    axes.margins(x=0.08)
    axes.grid(axis="x", color=LINE, linewidth=0.6)
    if bars:
        axes.legend(frameon=False, fontsize=8, ncols=2, loc="lower right", bbox_to_anchor=(1, 1))
    return drawing.png(figure)


def money_picture(found: Rollout, language: Language) -> bytes:
    """What each source is planned to give and what it pays, by year, as PNG."""
    margin = 0.35 + 0.19 * len(found.results["money"])  # inches, for the years and the legend
    whole = 2.4 + margin
    figure, axes = drawing.paper(WIDTH, whole, (0.12, 0.99, margin / whole, 0.98))
    base = {"planned": [0.0] * len(found.years), "paid": [0.0] * len(found.years)}
    for place, source in enumerate(found.results["money"]):
        look = _PURSES[place % len(_PURSES)]
        paid = [year["p50"] or 0 for year in source["paid_vnd"]]
        for side, amounts, shift in (("planned", source["planned_vnd"], -0.2), ("paid", paid, 0.2)):
            high = [amount / _BILLION for amount in amounts]
            label = drawing.plain(source["title"][language], 64) if side == "paid" else None
            axes.bar(
                *([year + shift for year in found.years], high, 0.36),
                bottom=base[side],
                label=label,
                alpha=0.45 if side == "planned" else 1,
                **look,
            )
            base[side] = [below + one for below, one in zip(base[side], high, strict=True)]
    axes.set_xticks(list(found.years))
    axes.set_ylabel({"vi": "tỷ đồng", "en": "billion VND"}[language], fontsize=8, color=INK)
    axes.grid(axis="y", color=LINE, linewidth=0.6)
    axes.set_axisbelow(True)
    _legend_below(axes, columns=1)
    return drawing.png(figure)


def reach_picture(found: Rollout, share: str) -> bytes:
    """A share (`household_reach`, `device_reach`) that an emergency reaches as time goes by, a line
    for each year's phase, as PNG."""
    figure, axes = drawing.paper(WIDTH, 2.6, (0.13, 0.83, 0.1, 0.98))
    for phase, (marker, line) in zip(found.phases, _styles(len(found.phases)), strict=True):
        points = [
            (point["seconds"], 100 * point[share])
            for point in phase["emergency"]["curve"]
            if point[share] is not None
        ]
        if points:
            axes.plot(
                *zip(*points, strict=True), line, marker=marker, markersize=4, label=phase["year"]
            )
    axes.set_xscale("log")
    axes.minorticks_off()
    axes.set_xticks(list(_MOMENTS), list(_MOMENTS.values()))
    axes.set(ylim=(-4, 106))
    axes.set_yticks([0, 25, 50, 75, 100], ["0 %", "25 %", "50 %", "75 %", "100 %"])
    axes.grid(color=LINE, linewidth=0.6)
    axes.legend(frameon=False, fontsize=8, ncols=1, loc="center left", bbox_to_anchor=(1, 0.5))
    return drawing.png(figure)


def pictures(found: Rollout, language: Language) -> Iterator[tuple[str, bytes]]:
    """Every static picture by the name of its file."""
    for measure in found.curves:
        yield curve_name(measure), curve_picture(found, measure, language)
    if found.frame:
        for year in found.states:
            yield map_name(year), map_picture(found, year, language)
    yield "timetable.png", timetable_picture(found, language)
    for share in PHASE_REACH if found.phases else ():
        yield f"{share}.png", reach_picture(found, share)
    for measure in found.tornadoes:
        yield tornado_name(measure), tornado_picture(found, measure, language)
    yield "money.png", money_picture(found, language)


def curve_name(measure: str) -> str:
    """The name of a curve's file."""
    return f"curve-{measure}.png"


def tornado_name(measure: str) -> str:
    """The name of a tornado's file."""
    return f"tornado-{measure}.png"


def map_name(year: int) -> str:
    """The name of a map's file."""
    return f"map-{year}.png"


def _lanes(
    axes: "Axes", places: Sequence[Place], first: date, edge: date, language: Language | None
) -> None:
    """A lane for each kind of works in each place, drawn kind by kind, which is quicker."""
    days, end = (edge - first).days, (edge - first).days - 20
    spots = []
    for row, place in enumerate(places):
        high = 0.84 / len(place.bars)
        for lane, bar in enumerate(place.bars):
            spots.append((bar, row - 0.42 + high * (lane + 0.5), high * 0.86))
    for kind, word in WORKS.items():
        own = [(b, at, high) for b, at, high in spots if b.kind == kind and b.begun is not None]
        if own:
            begun = [(bar.begun - first).days for bar, *_ in own if bar.begun]
            done = [(bar.all - first).days if bar.all else days for bar, *_ in own]
            long = [last - start for start, last in zip(begun, done, strict=True)]
            lanes, thick = [at for _, at, _ in own], [high for *_, high in own]
            label = getattr(word, language or "vi")
            axes.barh(lanes, long, thick, begun, linewidth=0, label=label, **_LOOKS[kind])
    halves = [(bar.half, at, high) for bar, at, high in spots if bar.half and bar.half != bar.all]
    if halves:
        when = [(half - first).days for half, *_ in halves]
        top, foot = ([at + side * high / 2 for _, at, high in halves] for side in (-1, 1))
        axes.vlines(when, top, foot, color="black", linewidth=3)
        axes.vlines(when, top, foot, color="white", linewidth=1.5)
    never = [at for bar, at, _ in spots if bar.all is None]
    axes.plot([end] * len(never), never, ">", color=MISSED, markersize=4)
    lines = [row + 0.5 for row in range(len(places))]
    axes.hlines(lines, 0, days, color=LINE, linewidth=0.4)


def _legend_below(axes: "Axes", columns: int) -> None:
    handles, labels = axes.get_legend_handles_labels()
    shown = dict(zip(labels, handles, strict=True))
    if shown:
        axes.legend(
            shown.values(),
            shown.keys(),
            frameon=False,
            fontsize=8,
            ncols=columns,
            loc="upper left",
            bbox_to_anchor=(0, -0.09 if columns == 1 else 0),
        )


def _styles(number: int) -> Iterator[tuple[str, str]]:
    """A marker and a line for each of so many curves."""
    return islice(zip(cycle("osDv^Ph*"), cycle(("-", "--", "-.", ":")), strict=False), number)


def _few_ticks() -> Any:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(5)
