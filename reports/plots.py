"""The static pictures of a report, for paper and slides: maps, curves, latencies, timelines.

matplotlib is loaded with the first picture only.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from reports import drawing
from reports.drawing import INK, LEVEL_COLOURS, LINE, MISSED, QUIET
from reports.findings.communes import Communes
from reports.findings.found import Found
from reports.findings.link_latency import LinkLatency
from reports.findings.reach import STEPS_S, Reach
from reports.findings.timelines import PARTIAL, Row
from reports.geography import Frame
from reports.report_words import CLASSES, CUTS, LEVELS, step_words
from reports.words import NEVER, Language
from scenarios.units import SECOND_MS
from simulator.playout.case import REASONS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PICTURED_S: Final[tuple[int | None, ...]] = (20, 180, None)
"""The moments of the maps; None is the run's end."""

_LOOKS: Final[Mapping[str, Mapping[str, Any]]] = {
    "normal": {"height": 0.4, "color": "#b9cfdd", "edgecolor": "#3878a8", "linewidth": 0.5},
    "priority": {"height": 0.55, "color": "#f0dcae", "edgecolor": "#8a6100", "hatch": "////"},
    "emergency": {"height": 0.75, "color": MISSED, "linewidth": 0},
}
"""Classes told apart by height as well."""

_NARROWEST: Final = 300
"""Parts of the time axis; nothing is drawn narrower than one, or it would not be seen."""

_DAY_PARTS: Final = 6

_LONGEST_S: Final = STEPS_S[-1]
_TICKS: Final = {1: "1 s", 10: "10 s", 60: "1 min", 600: "10 min", 3_600: "1 h", _LONGEST_S: "3 h"}


def levels(reach: Reach, step: int) -> Any:
    """The place in `LEVELS` of each commune at a step, -1 where nothing was meant for it."""
    heard, devices = reach.heard[:, step], reach.devices
    level = np.select([heard == 0, heard * 2 < devices, heard < devices], [0, 1, 2], 3)
    return np.where(devices > 0, level, -1)


def step_of(seconds: int | None) -> int:
    """The column of a moment in the reach."""
    return len(STEPS_S) if seconds is None else STEPS_S.index(seconds)


def map_picture(
    reach: Reach,
    communes: Communes,
    frame: Frame,
    seconds: int | None,
    language: Language | None = None,
) -> bytes:
    """The communes by their reach at a moment, as PNG; with title and legend where a language is
    given.
    """
    names = [getattr(level, language) for level in LEVELS] if language else None
    level = levels(reach, step_of(seconds)).tolist()
    figure, axes = drawing.map_of(frame, communes.all, level, names, language or "vi")
    if language:
        axes.set_title(_title(reach, seconds, language), fontsize=9, color=INK)
    return drawing.png(figure)


def reach_picture(reaches: Sequence[Reach], language: Language) -> bytes:
    """Devices reached by each bulletin as time goes by, as PNG."""
    figure, axes = drawing.paper(6.4, 3.2)
    styles = zip("osDv^Ph*", ("-", "--", "-.", ":") * 2, strict=True)
    for reach, (marker, line) in zip(reaches, list(styles) * 2, strict=False):
        share = reach.heard[:, 1:-1].sum(axis=0) * 100 / reach.devices.sum()
        axes.plot(
            STEPS_S[1:],
            share,
            line,
            marker=marker,
            markersize=4,
            label=drawing.plain(reach.results["id"]),
        )
    _time_axis(axes)
    axes.set(
        ylim=(-2, 102), ylabel={"vi": "% thiết bị đã phát", "en": "% of devices heard"}[language]
    )
    axes.grid(color=LINE, linewidth=0.6)
    if reaches:
        axes.legend(frameon=False, fontsize=8, loc="lower right")
    return drawing.png(figure)


def latency_picture(latencies: Sequence[LinkLatency], language: Language) -> bytes:
    """Median and 95th percentile by link class, as PNG; what never comes stands at the edge."""
    figure, axes = drawing.paper(6.4, 0.8 + 0.45 * max(1, len(latencies)))
    edge = _LONGEST_S * 3
    for row, one in enumerate(latencies):
        ends = [
            edge if rank.unbounded else max(1, min(float(rank.value or 0) / SECOND_MS, edge))
            for rank in (one.p50, one.p95)
        ]
        axes.plot(ends, [row, row], color=LEVEL_COLOURS[2], linewidth=5, alpha=0.45)
        axes.plot(ends[0], row, "o", color=LEVEL_COLOURS[3], label="p50" if row == 0 else None)
        axes.plot(ends[1], row, "D", color=LEVEL_COLOURS[0], label="p95" if row == 0 else None)
    _time_axis(axes)
    never = getattr(NEVER, language)
    shortest, *others = _TICKS.values()
    axes.set_xticks([*_TICKS, edge], [f"≤ {shortest}", *others, never])
    axes.set(xlim=(0.8, edge * 1.4), ylim=(len(latencies) - 0.4, -0.6))
    axes.set_yticks(range(len(latencies)), [drawing.plain(one.link) for one in latencies])
    axes.grid(axis="x", color=LINE, linewidth=0.6)
    if latencies:
        axes.legend(frameon=False, fontsize=8, ncols=2, loc="lower right", bbox_to_anchor=(1, 1))
    return drawing.png(figure)


def timeline_picture(found: Found, rows: Sequence[Row], language: Language) -> bytes:
    """What the devices of some rows played, what was cut off and what was missed, as PNG."""
    figure, axes = drawing.paper(6.4, 0.9 + 0.36 * max(1, len(rows)))
    timelines, horizon_ms = found.timelines, found.bundle.results["scenario"]["horizon_ms"]
    items = [found.bundle.items[name] for name in timelines.items]
    for place, row in enumerate(rows):
        for number, outcome, *times in row.pattern:
            item = items[number]
            if outcome > PARTIAL and 0 <= item.not_before_ms < horizon_ms:
                label = {"vi": "không phát được", "en": "missed"}[language]
                axes.plot(item.not_before_ms, place, "x", color=MISSED, markersize=4, label=label)
            look = _LOOKS[item.bulletin_class]
            for start, end, reason in zip(*[iter(times)] * 3, strict=True):
                first = start * timelines.resolution_ms
                long = max(end * timelines.resolution_ms - first, horizon_ms / _NARROWEST)
                label = getattr(CLASSES[item.bulletin_class], language)
                axes.barh(place, long, left=first, align="center", label=label, **look)
                if REASONS[reason] in CUTS:
                    label = {"vi": "bị cắt", "en": "cut off"}[language]
                    axes.plot(first + long, place, "|", color="black", label=label, markersize=9)
    heading = {"vi": "Xã (số thiết bị)", "en": "Commune (devices)"}[language]
    axes.set_title(heading, fontsize=8, color=QUIET, loc="left")
    names = [
        f"{drawing.plain(found.communes.all[row.commune].name)} ({row.devices})" for row in rows
    ]
    axes.set_yticks(range(len(rows)), names)
    axes.set(xlim=(0, horizon_ms), ylim=(len(rows) - 0.4, -0.6))
    ticks = [horizon_ms * part / _DAY_PARTS for part in range(_DAY_PARTS + 1)]
    start = found.bundle.start
    moments = [start + timedelta(milliseconds=round(tick)) for tick in ticks]
    axes.set_xticks(ticks, [f"{one:%H:%M}\n{one:%d/%m}" for one in moments])
    handles, labels = axes.get_legend_handles_labels()
    shown = dict(zip(labels, handles, strict=True))
    if shown:
        axes.legend(
            shown.values(),
            shown.keys(),
            frameon=False,
            fontsize=8,
            ncols=len(shown),
            loc="lower right",
            bbox_to_anchor=(1, 1),
        )
    return drawing.png(figure)


def pictures(found: Found, language: Language) -> Iterator[tuple[str, bytes]]:
    """Every static picture by the name of its file; the maps are of the first bulletin."""
    if found.reaches and found.frame:
        for seconds in PICTURED_S:
            picture = map_picture(found.reaches[0], found.communes, found.frame, seconds, language)
            yield map_name(seconds), picture
    yield "reach.png", reach_picture(found.reaches, language)
    yield "latency.png", latency_picture(found.latencies, language)
    if rows := found.worst:
        yield "timeline.png", timeline_picture(found, rows, language)


def map_name(seconds: int | None) -> str:
    """The name of a map's file."""
    return "map-end.png" if seconds is None else f"map-{seconds}s.png"


def _title(reach: Reach, seconds: int | None, language: Language) -> str:
    return f"{drawing.plain(reach.results['id'])}: {getattr(step_words(seconds), language)}"


def _time_axis(axes: "Axes") -> None:
    axes.set_xscale("log")
    axes.minorticks_off()
    axes.set_xticks(list(_TICKS), list(_TICKS.values()))
