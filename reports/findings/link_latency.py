"""How long the pictured bulletins took to sound, by the link class of the device."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from reports.bundle_reading import Bundle
from reports.findings.reach import device_places, is_of, pictured
from simulator.gaps import FAR
from simulator.measurement import Measurement
from simulator.measures.latencies import Latencies


@dataclass(frozen=True, slots=True)
class LinkLatency:
    """Latencies from issue to first sound over all device-plays on one link class.

    Ranks count what never sounded as longer than anything.
    """

    link: str
    plays: int
    heard: int
    p50: Measurement
    p95: Measurement
    longest: Measurement


def link_latencies(bundle: Bundle) -> Iterator[LinkLatency]:
    """By link class, in the order of their names."""
    plays, links = bundle.tables["plays"], bundle.tables["devices"].names("link")
    rows = np.zeros(len(plays), np.bool_)
    for bulletin in pictured(bundle):
        rows |= is_of(bundle, bulletin["id"])
    link = links.places[device_places(bundle)[rows]]
    issued, sound = plays.times("issued_ms")[rows], plays.times("first_sound_ms")[rows]
    since = np.where(sound < FAR, sound - issued, FAR)
    for name in sorted(links.names):
        these = since[link == links.names.index(name)]
        if len(these):
            heard = these[these < FAR]
            known = Latencies()
            known.add(these)
            longest = Latencies()
            longest.add(heard)
            yield LinkLatency(
                name,
                len(these),
                len(heard),
                known.quantile(Fraction(1, 2)),
                known.quantile(Fraction(19, 20)),
                longest.quantile(Fraction(1)),
            )
