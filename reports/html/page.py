"""The page, put together from its template, style and script, with nothing from outside."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup, escape

from conformance.verdicts import Reason, Verdict
from reports import board_words, figures, geography, plots, worlds, worlds_chart
from reports.findings.communes import Communes, province_name
from reports.findings.found import Found
from reports.findings.reach import MOST_BULLETINS, Reach
from reports.findings.silence import ranges
from reports.html import bilingual, charts
from reports.html.rendering import FOLDER, environment, font_faces, hash_of
from reports.html.script_data import script_data
from reports.report_words import CAUSES, CLASSES, LEVELS, MARKS, WORLDS, step_words
from reports.words import CHECKS, NATURE_NOTES, NATURES, REASONS, VERDICTS, Language
from scenarios.problems import one_line
from scenarios.scenario import Text

MOST_COMMUNES_TOLD: Final = 400
"""With more communes the map's table has their districts or provinces instead."""

MOST_ROWS: Final = 300
MOST_CONFIGURATION_CHARACTERS: Final = 500_000

_TOLD_S: Final[tuple[int | None, ...]] = (4, 20, 60, 180, 3_600, None)


@dataclass(frozen=True, slots=True)
class ReachedRow:
    """A line of a map's table, for all places of the same figures.

    `devices` are those of each place, `heard` those of them reached at each of some moments.
    """

    names: tuple[str, ...]
    devices: int
    heard: tuple[int, ...]


def page(found: Found, language: Language) -> bytes:
    """The whole page; `language` is the one that it opens in."""
    script = (FOLDER / "report.js").read_text("utf-8")
    shown = (
        environment(_WORDS)
        .get_template("report.html.jinja")
        .render(
            found=found,
            results=found.bundle.results,
            manifest=found.bundle.manifest,
            language=language,
            # Files of this package, written into the page as they are.
            style=Markup(font_faces() + _style(found)),
            script=Markup(script),
            script_hash=hash_of(script),
            data=script_data(found),
            maps=[
                (
                    step_words(seconds),
                    _image(plots.map_picture(reach, found.communes, frame, seconds)),
                )
                for reach in found.reaches[:1]
                for frame in [found.frame]
                if frame
                for seconds in plots.PICTURED_S
            ],
            archipelagos=geography.ARCHIPELAGOS,
            cities=geography.CITIES,
            map_labels=_district_labels(found),
            curves=[charts.curve(reach) for reach in found.reaches],
            latency_ranges=[charts.latency_range(one) for one in found.latencies],
            reached=[(reach, _reached(reach, found.communes)) for reach in found.reaches],
            told_steps=[step_words(seconds) for seconds in _TOLD_S],
            configuration=_lines(found.bundle.resolved),
            **_live(found),
        )
    )
    return shown.encode()


def _live(found: Found) -> dict[str, Any]:
    """Of a live run: the worlds side by side, and the picture of a board."""
    beside = found.bundle.results.get("comparison")
    if beside is None:
        return {}
    in_both = zip(worlds.rows(beside, "vi"), worlds.rows(beside, "en"), strict=True)
    cells = [
        [
            bilingual.both(*(text.replace("\n", " ") for text in cell))
            for cell in zip(*row, strict=True)
        ]
        for row in in_both
    ]
    return {
        # Drawn of numbers, and of names that are escaped.
        "worlds": Markup(worlds_chart.figures(beside, "worlds")),
        "worlds_rows": [(first, others) for first, *others in cells],
        "board": found.bundle.board and _image(found.bundle.board),
    }


def _reached(reach: Reach, communes: Communes) -> Sequence[ReachedRow]:
    steps = [plots.step_of(seconds) for seconds in _TOLD_S]
    single = len(communes.all) <= MOST_COMMUNES_TOLD
    rows: dict[str, list[int]] = {}
    for place, one in enumerate(communes.all):
        if not reach.devices[place]:
            continue
        name = f"{one.name} ({one.code})" if single else one.group
        row = rows.setdefault(name, [0] * (len(steps) + 1))
        for column, number in enumerate((reach.devices[place], *reach.heard[place, steps])):
            row[column] += int(number)
    alike: dict[tuple[int, ...], list[str]] = {}
    for name, row in rows.items():
        alike.setdefault(tuple(row), []).append(name)
    told = [ReachedRow(tuple(names), row[0], row[1:]) for row, names in alike.items()]
    return sorted(told, key=lambda row: (row.heard[-1] / row.devices, row.heard[1] / row.devices))


def _district_labels(found: Found) -> Sequence[tuple[str, float, float]]:
    """The districts' names in the middle of their communes, where a map bears them."""
    frame, groups = found.frame, {one.group for one in found.communes.all if one.group}
    if frame is None or frame.national or len(groups) > MOST_BULLETINS:
        return []
    labels = []
    for group in sorted(groups):
        places = [
            frame.place((one.latitude, one.longitude))
            for one in found.communes.all
            if one.group == group and one.latitude is not None and one.longitude is not None
        ]
        if places:
            left, top = (sum(axis) / len(places) for axis in zip(*places, strict=True))
            labels.append((group, 100 * left / frame.WIDTH, 100 * top / frame.height))
    return labels


def _image(png: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


def _style(found: Found) -> str:
    style = (FOLDER / "report.css").read_text("utf-8")
    return style + worlds_chart.STYLE if "comparison" in found.bundle.results else style


def _lines(text: str) -> Markup:
    """A longer text, its lines kept; cut where a page would not bear it."""
    kept = text[:MOST_CONFIGURATION_CHARACTERS]
    lines = escape("\n".join(map(one_line, kept.splitlines())))
    return lines + "\n…" if len(kept) < len(text) else lines


def _verdict_word(verdict: str) -> Text:
    return VERDICTS[Verdict(verdict)]


def _target_reason(reason: str) -> Text:
    return REASONS[Reason(reason)]


_WORDS: Final[Mapping[str, Any]] = {
    "b": bilingual.both,
    "t": bilingual.said,
    "named": bilingual.named,
    "english": bilingual.english,
    "each": bilingual.each,
    "count": bilingual.count,
    "time": bilingual.time,
    "share": bilingual.share,
    "moment": bilingual.moment,
    "measured": figures.measured,
    "limit": figures.limit,
    "margin": figures.margin,
    "verdict_word": _verdict_word,
    "standing": figures.standing,
    "province_name": province_name,
    "reason_word": _target_reason,
    "device_ranges": ranges,
    "time_ticks": charts.time_ticks(),
    "latency_ticks": charts.latency_ticks(),
    "near": worlds.sentence,
    "board_sentence": board_words.sentence,
    "painted": board_words.painted,
    "CAUSES": CAUSES,
    "CHECKS": CHECKS,
    "CLASSES": CLASSES,
    "LEVELS": LEVELS,
    "MARKS": MARKS,
    "NATURES": NATURES,
    "NATURE_NOTES": NATURE_NOTES,
    "WORLDS": WORLDS,
    "WORLDS_CAPTION": worlds_chart.CAPTION,
    "WORLDS_COLUMNS": worlds.COLUMNS,
    "WORLDS_REMARK": worlds.REMARK,
    "WORLDS_TITLE": worlds.TITLE,
    "MOST_ROWS": MOST_ROWS,
    "MOST_COMMUNES_TOLD": MOST_COMMUNES_TOLD,
}
