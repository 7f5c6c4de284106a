"""The report of a rollout plan as a tagged PDF, in one language."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from reports import rollout_alt as alt
from reports import rollout_plots as plots
from reports import rollout_report_words as words
from reports import rollout_tables as tables
from reports.comparison import Section
from reports.drawing import LEVEL_COLOURS
from reports.findings.rollout import STATES, Rollout
from reports.rollout_words import BASES, MEASURES, PERCENTILES_NOTE
from reports.typesetting import typeset
from reports.words import Language, figure
from scenarios.problems import one_line
from scenarios.scenario import Text

MOST_ROWS: Final = 300


def pdf(found: Rollout, language: Language) -> bytes:
    """The whole document."""
    return typeset("rollout.typ", _Told(found, language).data(), _pictures(found, language))


def _pictures(found: Rollout, language: Language) -> Iterator[tuple[str, bytes]]:
    for measure in found.curves:
        yield plots.curve_name(measure), plots.curve_picture(found, measure)
    for year in found.states if found.frame else ():
        yield plots.map_name(year), plots.map_picture(found, year)
    yield "timetable.png", plots.timetable_picture(found, language)
    for share in words.PHASE_REACH if found.phases else ():
        yield f"{share}.png", plots.reach_picture(found, share)
    for measure in found.tornadoes:
        yield plots.tornado_name(measure), plots.tornado_picture(found, measure, language)
    yield "money.png", plots.money_picture(found, language)


class _Told:
    """What there is to tell as the template reads it: texts of one language, in rows."""

    def __init__(self, found: Rollout, language: Language) -> None:
        self._found = found
        self._language = language

    def data(self) -> dict[str, Any]:
        """Everything; the names are those of `rollout.typ`."""
        found, language = self._found, self._language
        results, plan = found.results, found.results["plan"]
        return {
            "language": language,
            "title": one_line(plan["title"][language]),
            "kind": self._word(words.KIND),
            "sentence": one_line(results["summary"]["sentence"][language]),
            "notes": list(self._notes()),
            "facts": list(self._facts()),
            "about_targets": " ".join(
                map(self._word, (PERCENTILES_NOTE, words.CHANCE_NOTE, BASES[plan["base"]]))
            ),
            "about_maps": f"{self._word(words.MAP_NOTE)} {self._word(words.REACH_NOTE)}",
            **{
                name: self._word(note)
                for name, note in (
                    ("about_curves", words.CURVES_NOTE),
                    ("about_timetable", words.TIMETABLE_NOTE),
                    ("about_phases", words.PHASES_NOTE if found.phases else words.NOT_COMPUTED),
                    (
                        "about_swings",
                        words.TORNADO_NOTE if found.tornadoes else words.NOTHING_SWINGS,
                    ),
                    ("about_money", words.MONEY_NOTE),
                    ("phases_title", words.PHASES),
                )
            },
            "targets": self._table(tables.targets(found, language)),
            "misses": self._table(tables.misses(found, language)),
            "others": self._table(tables.others(found, language)),
            "yearly": self._table(tables.yearly(found, language)),
            "communes": self._table(tables.communes(found, language)),
            "timetable": self._table(tables.timetable(found, language)),
            "phases": self._table(tables.phases(found, language)),
            "strategies": self._table(tables.strategies(found, language)),
            "not_computed": self._word(words.NOT_COMPUTED),
            "swings": self._table(tables.swings(found, language)),
            "money": self._table(tables.sources(found, language)),
            "curves": [
                self._picture(
                    plots.curve_name(name), MEASURES[name], alt.curve(found, name, language)
                )
                for name in found.curves
            ],
            "states": [
                {"word": self._word(words.STATES[state]), "colour": colour}
                for state, colour in zip(STATES, LEVEL_COLOURS, strict=True)
            ],
            "maps": [
                self._picture(
                    plots.map_name(year),
                    Text(day := f"31/12/{year}", day),
                    alt.map_of(found, year, language),
                )
                for year in (found.states if found.frame else ())
            ],
            "timetable_picture": self._picture(
                "timetable.png", words.TIMETABLE, alt.timetable(found, language)
            ),
            "reaches": [
                self._picture(f"{share}.png", title, alt.reach(found, share, language))
                for share, title in words.PHASE_REACH.items()
                if found.phases
            ],
            "tornadoes": [
                self._picture(
                    plots.tornado_name(name), MEASURES[name], alt.tornado(found, name, language)
                )
                for name in found.tornadoes
            ],
            "money_picture": self._picture("money.png", words.MONEY, alt.money_of(found, language)),
            "configuration": list(self._configuration()),
        }

    def _notes(self) -> Iterator[str]:
        if self._found.is_generated:
            yield self._word(words.HOUSEHOLDS_ASSUMED)
        for note in self._found.results["plan"]["notes"]:
            yield one_line(note[self._language])

    def _facts(self) -> Iterator[str]:
        results = self._found.results
        plan, stock = results["plan"], results["stock"]
        yield one_line(", ".join(province["name"] for province in plan["provinces"]))
        yield f"{plan['first_year']}-{plan['last_year']}"
        for number, word in (
            (stock["communes"], Text("xã, phường, thị trấn", "communes")),
            (stock["stations"], Text("đài", "stations")),
            (stock["households"], Text("hộ dân", "households")),
            (results["replications"], Text("lần mô phỏng", "replications")),
        ):
            yield f"{figure(number, 'count', self._language)} {self._word(word)}"

    def _configuration(self) -> Iterator[Sequence[str]]:
        plan, manifest = self._found.results["plan"], self._found.bundle.manifest
        for name, said in (
            (Text("Kế hoạch", "Plan"), plan["name"]),
            (Text("Văn bản ràng buộc", "Binding documents"), ", ".join(plan["documents"])),
            (Text("Thời kỳ hành chính", "Era of the communes"), plan["era"]),
            (Text("Số mầm", "Seed"), str(plan["seed"])),
            (Text("Lập lúc", "Made at"), manifest["created"]),
            (Text("Mã SHA-256 của tệp kế hoạch", "The plan file's SHA-256"), plan["sha256"]),
        ):
            yield self._word(name), one_line(said)
        for tool, version in manifest["versions"].items():
            yield one_line(tool), one_line(version)

    def _picture(self, file: str, title: Text, told: str) -> dict[str, str]:
        name = self._word(title)
        return {"file": file, "title": name[:1].upper() + name[1:], "told": told}

    def _table(self, section: Section) -> dict[str, Any]:
        return {
            "title": section.title,
            "columns": section.columns,
            "rows": section.rows[:MOST_ROWS],
            "more": max(0, len(section.rows) - MOST_ROWS),
            "remark": section.remark,
        }

    def _word(self, text: Text) -> str:
        return text.vi if self._language == "vi" else text.en
