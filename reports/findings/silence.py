"""Which devices never sounded a bulletin that was meant for them, and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from reports.bundle_reading import Bundle
from reports.findings.communes import Commune, Communes
from reports.findings.reach import device_places, is_of
from simulator.gaps import FAR


@dataclass(frozen=True, slots=True)
class Silence:
    """Devices of a commune that no play of a bulletin reached, all for the same causes."""

    bulletin: str
    commune: Commune
    devices: tuple[str, ...]
    causes: tuple[str, ...]


def silences(bundle: Bundle, communes: Communes) -> tuple[Silence, ...]:
    """By bulletin in the results' order, then by the number of devices, most first."""
    return tuple(
        silence
        for bulletin in bundle.results["bulletins"]
        for silence in sorted(
            _of_bulletin(bundle, communes, bulletin["id"]),
            key=lambda one: (-len(one.devices), one.commune.code, one.causes),
        )
    )


def mute(bundle: Bundle) -> tuple[str, ...]:
    """The devices that were told to play something and never sounded in the whole run."""
    device = device_places(bundle)
    heard = bundle.tables["plays"].times("first_sound_ms") < FAR
    silent = np.setdiff1d(device, device[heard])
    return tuple(_ids(bundle)[place] for place in silent.tolist())


def _of_bulletin(bundle: Bundle, communes: Communes, bulletin: str) -> Iterator[Silence]:
    plays = bundle.tables["plays"]
    rows = np.flatnonzero(is_of(bundle, bulletin))
    device, cause = device_places(bundle)[rows], plays.names("cause")
    heard = plays.times("first_sound_ms")[rows] < FAR
    silent = ~np.isin(device, device[heard])
    reasons = np.zeros(len(communes.of_device), np.int64)
    np.bitwise_or.at(reasons, device[silent], np.int64(1) << cause.places[rows][silent])
    by_commune: dict[tuple[int, int], list[str]] = {}
    ids = _ids(bundle)
    for place in np.unique(device[silent]).tolist():
        key = int(communes.of_device[place]), int(reasons[place])
        by_commune.setdefault(key, []).append(ids[place])
    for (commune, mask), devices in by_commune.items():
        causes = tuple(name for bit, name in enumerate(cause.names) if mask >> bit & 1)
        yield Silence(bulletin, communes.all[commune], tuple(devices), tuple(sorted(causes)))


def _ids(bundle: Bundle) -> list[str]:
    devices = bundle.tables["devices"].names("device")
    return [devices.names[place] for place in devices.places.tolist()]


def ranges(devices: Sequence[str], commune: str) -> str:
    """Device ids as people write them: within their commune, and runs of numbers in one."""
    numbers = [device.removeprefix(f"{commune}-") for device in devices]
    told: list[list[str]] = []
    for number in numbers:
        if told and _follows(number, told[-1][-1]):
            told[-1] = [told[-1][0], number]
        else:
            told.append([number])
    return ", ".join("–".join(one) for one in told)


def _follows(number: str, before: str) -> bool:
    return number.isdecimal() and before.isdecimal() and int(number) == int(before) + 1
