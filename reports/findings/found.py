"""Everything that a report tells of a bundle, found once for every form of it."""

from dataclasses import dataclass
from typing import Self

from reports.bundle_reading import Bundle
from reports.findings.communes import Communes, communes
from reports.findings.link_latency import LinkLatency, link_latencies
from reports.findings.reach import Reach, pictured, reaches
from reports.findings.silence import Silence, mute, silences
from reports.findings.timelines import Row, Timelines, timelines, worst
from reports.geography import Frame, frame


@dataclass(frozen=True, slots=True)
class Found:
    """The findings; `unpictured` counts the bulletins that the maps and curves leave out."""

    bundle: Bundle
    communes: Communes
    frame: Frame | None
    reaches: tuple[Reach, ...]
    unpictured: int
    latencies: tuple[LinkLatency, ...]
    timelines: Timelines
    silences: tuple[Silence, ...]
    mute: tuple[str, ...]

    @property
    def worst(self) -> tuple[Row, ...]:
        """What the communes that missed most have heard, and missed."""
        return worst(self.timelines, self.bundle.results["scenario"]["horizon_ms"])

    @classmethod
    def of(cls, bundle: Bundle) -> Self:
        """Works them out."""
        there = communes(bundle)
        found = reaches(bundle, there)
        return cls(
            bundle,
            there,
            frame(there.all),
            found,
            len(pictured(bundle)) - len(found),
            tuple(link_latencies(bundle)),
            timelines(bundle, there),
            silences(bundle, there),
            mute(bundle),
        )
