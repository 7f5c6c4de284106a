"""The report of a run as a tagged PDF, in one language."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from conformance.verdicts import Reason
from reports import drawing, figures, plots
from reports.findings.communes import province_name
from reports.findings.found import Found
from reports.findings.silence import ranges
from reports.report_words import (
    CAUSES,
    CLASSES,
    LEVELS,
    MARKS,
    WORLDS,
    outcomes_told,
    step_words,
)
from reports.typesetting import typeset
from reports.words import (
    CHECKS,
    EXPECTED_FAILURE,
    NATURE_NOTES,
    NATURES,
    NEVER,
    REASONS,
    Language,
    figure,
)
from scenarios.problems import one_line
from scenarios.scenario import Text
from scenarios.units import HOUR_MS
from simulator.measurement import Measurement

MOST_ROWS: Final = 200
MOST_CONFIGURATION_CHARACTERS: Final = 40_000

_CURVE_S: Final = (4, 20, 60, 180, 3_600, None)


def pdf(found: Found, language: Language) -> bytes:
    """The whole document."""
    return typeset("report.typ", _Told(found, language).data(), _pictures(found, language))


def _pictures(found: Found, language: Language) -> Iterator[tuple[str, bytes]]:
    if found.reaches and found.frame:
        for seconds in plots.PICTURED_S:
            picture = plots.map_picture(found.reaches[0], found.communes, found.frame, seconds)
            yield plots.map_name(seconds), picture
    yield "reach.png", plots.reach_picture(found.reaches, language)
    yield "latency.png", plots.latency_picture(found.latencies, language)
    yield "timeline.png", plots.timeline_picture(found, found.worst, language)


class _Told:
    """The findings as the template reads them: texts of one language, in rows."""

    def __init__(self, found: Found, language: Language) -> None:
        self._found = found
        self._language = language

    def data(self) -> dict[str, Any]:
        """Everything; the names are those of `report.typ`."""
        found, results = self._found, self._found.bundle.results
        shown = found.reaches if found.frame else ()
        return {
            "language": self._language,
            "title": self._text(results["scenario"]["title"]),
            "verdict": results["verdict"]["verdict"],
            "sentence": self._text(results["verdict"]["sentence"]),
            "facts": list(self._facts()),
            "maps": [
                {"file": plots.map_name(seconds), "step": self._word(step_words(seconds))}
                for _ in shown[:1]
                for seconds in plots.PICTURED_S
            ],
            "levels": [
                {"word": self._word(word), "colour": colour}
                for word, colour in zip(LEVELS, drawing.LEVEL_COLOURS, strict=True)
            ],
            "mapped": one_line(shown[0].results["id"]) if shown else "",
            "steps": [self._word(step_words(seconds)) for seconds in _CURVE_S],
            "reach": list(self._reach()),
            "latency": list(self._latency()),
            "worst": list(self._worst()),
            "natures": [
                {
                    "name": self._word(NATURES[nature]),
                    "note": self._word(NATURE_NOTES[nature]),
                    "targets": [
                        self._target(target)
                        for target in results["targets"]
                        if target["nature"] == nature
                    ],
                }
                for nature in ("law", "plan", "profile")
            ],
            "mute": self._count(len(found.mute)),
            "silences": list(self._silences()),
            "more_silences": max(0, len(found.silences) - MOST_ROWS),
            "limits": list(self._limits()),
            "losses": self._count(results["presence"]["losses"]),
            "away_h": self._count(results["presence"]["away_ms"] // HOUR_MS),
            "configuration": list(self._configuration()),
            "resolved": "\n".join(
                map(one_line, found.bundle.resolved[:MOST_CONFIGURATION_CHARACTERS].splitlines())
            ),
            "resolved_cut": len(found.bundle.resolved) > MOST_CONFIGURATION_CHARACTERS,
        }

    def _facts(self) -> Iterator[str]:
        bundle, results = self._found.bundle, self._found.bundle.results
        yield f"{bundle.start:%d/%m/%Y %H:%M} – {bundle.end:%d/%m/%Y %H:%M}"
        for name, text in (
            ("devices", Text("thiết bị", "devices")),
            ("communes", Text("xã, phường", "communes")),
        ):
            yield f"{self._count(results['fleet'][name])} {self._word(text)}"
        yield self._word(WORLDS[results["world"]])

    def _reach(self) -> Iterator[Sequence[str]]:
        steps = [plots.step_of(seconds) for seconds in _CURVE_S]
        for reach in self._found.reaches:
            devices, heard = int(reach.devices.sum()), reach.heard.sum(axis=0)[steps].tolist()
            bulletin_class = self._word(CLASSES[reach.results["class"]])
            yield (
                f"{one_line(reach.results['id'])} ({bulletin_class})",
                self._count(devices),
                *(self._share(number, devices) for number in heard),
            )

    def _latency(self) -> Iterator[Sequence[str]]:
        for one in self._found.latencies:
            ranks = (self._rank(rank) for rank in (one.p50, one.p95, one.longest))
            heard = self._share(one.heard, one.plays)
            yield one_line(one.link), self._count(one.plays), heard, *ranks

    def _worst(self) -> Iterator[Sequence[str]]:
        for row in self._found.worst:
            commune = self._found.communes.all[row.commune]
            outcomes = Counter(outcome for _, outcome, *_ in row.pattern)
            yield (
                one_line(f"{commune.name} ({commune.code})"),
                self._count(row.devices),
                outcomes_told(outcomes, self._language),
            )

    def _target(self, target: Mapping[str, Any]) -> dict[str, Any]:
        standing = figures.standing(target)
        told = (figures.measured, figures.limit, figures.margin)
        reason = self._word(REASONS[Reason(target["reason"])])
        reason = reason[0].upper() + reason[1:]
        about = [
            target["id"],
            self._word(CHECKS[target["check"]]),
            self._text(target["document"]),
            *([one_line(target["section"])] if target["section"] else []),
            f"[{self._word(MARKS[target['mark']])}] {one_line(target['source'])}",
        ]
        return {
            "title": self._text(target["title"]),
            "kind": "expected" if standing is EXPECTED_FAILURE else target["verdict"],
            "verdict": self._word(standing),
            "figures": [one(target, self._language) for one in told],
            "sample": self._count(target["sample"]),
            "reason": f"{reason}: {one_line(target['why'])}" if target["why"] else reason,
            "note": self._text(target["note"]),
            "about": " · ".join(about),
        }

    def _silences(self) -> Iterator[Sequence[str]]:
        for one in self._found.silences[:MOST_ROWS]:
            yield (
                one_line(one.bulletin),
                one_line(f"{one.commune.name} ({one.commune.code})"),
                one_line(ranges(one.devices, one.commune.code)),
                "; ".join(self._word(CAUSES[cause]) for cause in one.causes),
            )

    def _limits(self) -> Iterator[Sequence[str]]:
        results = self._found.bundle.results
        limits, era = results["limits"], results["scenario"]["era"]
        for one in sorted(limits, key=lambda one: -one["limited_ms"])[:10]:
            time = figure(one["limited_ms"], "ms", self._language)
            yield (
                one_line(province_name(era, one["province"])),
                time,
                self._count(one["most_waiting"]),
            )

    def _configuration(self) -> Iterator[Sequence[str]]:
        results, manifest = self._found.bundle.results, self._found.bundle.manifest
        scenario = results["scenario"]
        for name, text in (
            (Text("Kịch bản", "Scenario"), scenario["name"]),
            (Text("Mã SHA-256 của kịch bản", "The scenario's SHA-256"), scenario["sha256"]),
            (Text("Thời kỳ hành chính", "Era of the communes"), scenario["era"]),
            (Text("Số mầm", "Seed"), str(results["seed"])),
            (Text("Lõi mô phỏng", "Engine"), results["engine"]),
            (Text("Căn cứ về hộ dân", "Basis of households"), results["households"]["basis"]),
            (Text("Lập lúc", "Made at"), manifest["created"]),
        ):
            yield self._word(name), one_line(text)
        for tool, version in manifest["versions"].items():
            yield one_line(tool), one_line(version)

    def _word(self, text: Text) -> str:
        return text.vi if self._language == "vi" else text.en

    def _text(self, both: Mapping[str, str]) -> str:
        return one_line(both[self._language])

    def _count(self, number: int) -> str:
        return figure(number, "count", self._language)

    def _share(self, number: int, of: int) -> str:
        return figures.share(number, of, self._language)

    def _rank(self, rank: Measurement) -> str:
        if rank.value is None:
            return self._word(NEVER) if rank.unbounded else figures.NO_VALUE
        return figure(rank.value, "ms", self._language)
