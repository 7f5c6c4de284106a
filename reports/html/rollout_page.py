"""The page of a rollout plan, put together from its templates with nothing from outside."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup

from reports import rollout_alt as alt
from reports import rollout_plots as plots
from reports import rollout_report_words as words
from reports import rollout_tables as tables
from reports.comparison import Section
from reports.findings.rollout import Rollout
from reports.html import bilingual
from reports.html.rendering import FOLDER, environment, font_faces, hash_of
from reports.report_words import MARKS
from reports.rollout_words import BASES, MEASURES, PERCENTILES_NOTE
from reports.words import Language
from scenarios.scenario import Text
from simulator.rollout.results import MeasureName

_LANGUAGES: Final[tuple[Language, ...]] = ("vi", "en")


@dataclass(frozen=True, slots=True)
class Row:
    """A row in both languages; `kind` is the verdict of a target, else empty."""

    cells: tuple[Markup, ...]
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A table in both languages."""

    title: Markup
    columns: tuple[Markup, ...]
    rows: tuple[Row, ...]
    remark: Markup


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture by the address that holds it, once in each language, and what it shows in words."""

    name: str
    title: Markup
    vi: str
    en: str
    words: Markup


@dataclass(frozen=True, slots=True)
class Tornado:
    """What moves a measure: of each bar what it says, and where its ends are, in percent."""

    measure: Text
    bars: tuple[tuple[Markup, float, float], ...]


def page(found: Rollout, language: Language) -> bytes:
    """The whole page; `language` is the one that it opens in."""
    script = (FOLDER / "certification.js").read_text("utf-8")
    style = "".join((FOLDER / name).read_text("utf-8") for name in ("report.css", "rollout.css"))
    results, plan = found.results, found.results["plan"]
    shown = (
        environment(_WORDS)
        .get_template("rollout.html.jinja")
        .render(
            found=found,
            results=results,
            plan=plan,
            manifest=found.bundle.manifest,
            language=language,
            # Files of this package, written into the page as they are.
            style=Markup(font_faces() + style),
            script=Markup(script),
            script_hash=hash_of(script),
            provinces=", ".join(province["name"] for province in plan["provinces"]),
            assumed=found.is_generated,
            tables={name: _table(found, of) for name, of in _TABLES.items()},
            curves=[
                _picture(
                    f"curve-{name}", MEASURES[name], plots.curve_picture, alt.curve, found, name
                )
                for name in found.curves
            ],
            maps=[
                _picture(f"map-{year}", _end_of(year), plots.map_picture, alt.map_of, found, year)
                for year in (found.states if found.frame else ())
            ],
            timetable=_picture(
                "timetable", words.TIMETABLE, plots.timetable_picture, alt.timetable, found
            ),
            kinds=[kind for kind in words.WORKS if found.has(kind)],
            reaches=[
                _picture(share, title, plots.reach_picture, alt.reach, found, share)
                for share, title in words.PHASE_REACH.items()
                if found.phases
            ],
            tornadoes=[_tornado(found, name) for name in found.tornadoes],
            money=_money(found),
        )
    )
    return shown.encode()


def _table(found: Rollout, of: Callable[[Rollout, Language], Section]) -> Shown:
    vi, en = of(found, "vi"), of(found, "en")
    coloured = ("pass", "fail", "inconclusive") if of is tables.targets else ()
    return Shown(
        bilingual.both(vi.title, en.title),
        tuple(map(bilingual.both, vi.columns, en.columns)),
        tuple(
            Row(tuple(map(bilingual.both, *both)), both[1][-1] if both[1][-1] in coloured else "")
            for both in zip(vi.rows, en.rows, strict=True)
        ),
        bilingual.both(vi.remark, en.remark),
    )


def _picture(
    name: str, title: Text, draw: Callable[..., bytes], tell: Callable[..., str], *of: Any
) -> Picture:
    """A picture without words in it."""
    drawn = _address(draw(*of))
    return Picture(name, bilingual.said(title), drawn, drawn, bilingual.each(tell, *of))


def _end_of(year: int) -> Text:
    return Text(f"31/12/{year}", f"31/12/{year}")


def _money(found: Rollout) -> Picture:
    vi, en = (_address(plots.money_picture(found, language)) for language in _LANGUAGES)
    told = bilingual.each(alt.money_of, found)
    return Picture("money", bilingual.said(words.MONEY), vi, en, told)


def _tornado(found: Rollout, measure: MeasureName) -> Tornado:
    """Its axis ends where the widest of its bars do."""
    bars = found.swings_of(measure)
    ends = [end for bar in bars for end in (bar.low, bar.high)]
    first, wide = min(ends), max(ends) - min(ends)
    return Tornado(
        MEASURES[measure],
        tuple(
            (
                bilingual.each(alt.swing, found, bar),
                round(2 + 96 * (bar.low - first) / wide, 2),
                round(2 + 96 * (bar.high - first) / wide, 2),
            )
            for bar in bars
        ),
    )


def _address(png: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


_TABLES: Final[Mapping[str, Callable[[Rollout, Language], Section]]] = {
    "targets": tables.targets,
    "misses": tables.misses,
    "others": tables.others,
    "yearly": tables.yearly,
    "communes": tables.communes,
    "timetable": tables.timetable,
    "phases": tables.phases,
    "strategies": tables.strategies,
    "swings": tables.swings,
    "sources": tables.sources,
}

_WORDS: Final[Mapping[str, Any]] = {
    "b": bilingual.both,
    "t": bilingual.said,
    "named": bilingual.named,
    "count": bilingual.count,
    "english": bilingual.english,
    "BASES": BASES,
    "CHANCE_NOTE": words.CHANCE_NOTE,
    "CURVES_NOTE": words.CURVES_NOTE,
    "HOUSEHOLDS_ASSUMED": words.HOUSEHOLDS_ASSUMED,
    "KIND": words.KIND,
    "MARKS": MARKS,
    "MAP_NOTE": words.MAP_NOTE,
    "MONEY_NOTE": words.MONEY_NOTE,
    "NOTHING_SWINGS": words.NOTHING_SWINGS,
    "NOT_COMPUTED": words.NOT_COMPUTED,
    "NO_TARGETS": words.NO_TARGETS,
    "PERCENTILES_NOTE": PERCENTILES_NOTE,
    "PHASES": words.PHASES,
    "PHASES_NOTE": words.PHASES_NOTE,
    "REACH_NOTE": words.REACH_NOTE,
    "STATES": words.STATES,
    "STATIONS": words.STATIONS,
    "TIMETABLE_NOTE": words.TIMETABLE_NOTE,
    "TORNADO_NOTE": words.TORNADO_NOTE,
    "WORKS": words.WORKS,
}
