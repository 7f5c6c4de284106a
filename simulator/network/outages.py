"""What a scenario's outages take from devices: power, and the path to the source system."""

from collections.abc import Sequence

import numpy as np

from scenarios.scenario import Outage
from simulator.fleet import Flags, Fleet, Places
from simulator.gaps import FAR, Gaps


def gaps(outages: Sequence[Outage], fleet: Fleet, places: Places) -> tuple[Gaps, Gaps]:
    """The gaps in power (until the device has booted again) and in the path, device by device.

    Power lost before the scenario's start is lost from 0 on.
    """
    boot = np.array([profile.boot_ms for profile in fleet.profiles])[fleet.profile[places]]
    cellular = np.array([link.carrier == "cell" for link in fleet.links])[fleet.link[places]]
    inside = [fleet.inside(outage.where, places) for outage in outages]
    takes_path = {"link": np.ones_like(cellular), "cell": cellular, "fibre": ~cellular}
    power = [
        _interval(outage, there, boot)
        for outage, there in zip(outages, inside, strict=True)
        if "mains" in outage.takes
    ]
    path = [
        _interval(outage, there & takes_path[kind], np.zeros_like(boot))
        for outage, there in zip(outages, inside, strict=True)
        for kind in outage.takes
        if kind in takes_path
    ]
    return _merged(power, len(places)), _merged(path, len(places))


Interval = tuple[np.ndarray, np.ndarray]


def _interval(outage: Outage, there: Flags, later: np.ndarray) -> Interval:
    start = np.where(there, max(outage.at_ms, 0), FAR)
    return start, np.where(there, outage.at_ms + outage.lasts_ms + later, FAR)


def _merged(intervals: Sequence[Interval], devices: int) -> Gaps:
    if not intervals:
        return Gaps.none(devices)
    start, end = zip(*intervals, strict=True)
    return Gaps.merged(np.stack(start), np.stack(end))
