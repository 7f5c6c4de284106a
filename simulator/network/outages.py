"""What a scenario's faults take from devices: power, paths to the source system, the right time.

All chance lies in draws that belong to a fault and to a commune or a device: so the devices of a
commune fail and return together, and each does in whatever company it is computed.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from scenarios import scenario as said
from scenarios.scenario import MILLION, Fault, Outage, Scenario, ServerFailure, Spread, Storm
from simulator.fleet import Flags, Fleet, Places
from simulator.gaps import FAR, Gaps, Milliseconds
from simulator.network import storms
from simulator.network.philox import Purpose, Words, draw, numbers, scaled

Lost = said.OutageKind | Literal["server", "broker"]


@dataclass(frozen=True, slots=True)
class Absences:
    """What devices are without, and when.

    Without `power` until the device has booted; without a path for `sound` until its link, which a
    device without power has not either, is registered again and the source system is there;
    without one for `commands` then, and while the broker is away.
    """

    power: Gaps
    sound: Gaps
    commands: Gaps

    def take(self, devices: Places) -> "Absences":
        """The same for the devices at these places only."""
        return Absences(*(gaps.take(devices) for gaps in (self.power, self.sound, self.commands)))


def absences(scenario: Scenario, fleet: Fleet, places: Places) -> Absences:
    """What all faults of a scenario together take from the devices at these places.

    What was over before the scenario's start took nothing; what began before is lost from 0 on.
    """
    devices = _Devices(scenario.seed, fleet, places)
    losses = _all_losses(scenario, devices)

    def gaps(recovery_ms: Mapping[Lost, Milliseconds | int]) -> Gaps:
        return _gaps(losses, devices, recovery_ms)

    boot_ms, join_ms = devices.boot_ms, devices.join_ms
    links: dict[Lost, Milliseconds | int] = dict.fromkeys(_LINKS, join_ms)
    sound = {"mains": boot_ms + join_ms, **links, "server": 0}
    return Absences(gaps({"mains": boot_ms}), gaps(sound), gaps({**sound, "broker": 0}))


def cuts(scenario: Scenario, fleet: Fleet, places: Places) -> tuple[Gaps, Gaps]:
    """When the mains of the devices at these places fail, and when their links do.

    By the faults and draws of `absences`, but without the time that devices need to come back: for
    devices that take that time themselves.
    """
    devices = _Devices(scenario.seed, fleet, places)
    losses = _all_losses(scenario, devices)
    return _gaps(losses, devices, {"mains": 0}), _gaps(losses, devices, dict.fromkeys(_LINKS, 0))


def not_modelled(scenario: Scenario) -> list[dict[str, int | str]]:
    """The faults that take nothing outside the live world: place in the scenario, and kind."""
    return [
        {"fault": number, "kind": fault.kind}
        for number, fault in enumerate(scenario.faults)
        if isinstance(fault, said.ServerTrouble)
    ]


def clock_errors(scenario: Scenario, fleet: Fleet, places: Places) -> Milliseconds:
    """How far ahead the clocks of the devices at these places are, all clock errors summed."""
    devices = _Devices(scenario.seed, fleet, places)
    ahead_ms = np.zeros(len(places), np.int64)
    for number, fault in enumerate(scenario.faults):
        if isinstance(fault, said.ClockError):
            chance, _ = devices.drawn_by_device(number, Purpose.CLOCK)
            hit = fleet.inside(fault.where, places) & _is_hit(chance, fault.share_per_million)
            ahead_ms += np.where(hit, fault.ahead_ms, 0)
    return ahead_ms


def quantile_ms(spread: Spread, word: Words) -> Milliseconds:
    """The duration of a spread at the share `word / 2**32` of the places, rounded down."""
    fixed_ms, rise_ms = spread.p50_ms, spread.p90_ms - spread.p50_ms
    if rise_ms == 0:
        return np.full(word.shape, fixed_ms, np.int64)
    tenths = word.astype(np.int64) * 10
    to_median = _part(spread.p50_ms, tenths, 5)
    to_ninetieth = spread.p50_ms + _part(rise_ms, tenths - (5 << 32), 4)
    to_the_top = spread.p90_ms + _part(rise_ms, tenths - (9 << 32), 1)
    above_median = np.where(tenths < 9 << 32, to_ninetieth, to_the_top)
    return np.where(tenths < 5 << 32, to_median, above_median)


Loss = tuple[Lost, Milliseconds, Milliseconds]
"""What is lost, from when until when; from `FAR` or later on where it is not."""

_LINKS: tuple[Lost, ...] = ("cell", "fibre", "sim", "link")


def _all_losses(scenario: Scenario, devices: "_Devices") -> list[Loss]:
    return [
        loss
        for number, fault in enumerate(scenario.faults)
        for loss in _losses(fault, number, devices)
    ]


def _gaps(
    losses: Iterable[Loss], devices: "_Devices", recovery_ms: Mapping[Lost, Milliseconds | int]
) -> Gaps:
    """When devices are without what is named, with the time that each takes to come back."""
    intervals = [
        _interval(devices.need(lost), start, end, recovery_ms[lost])
        for lost, start, end in losses
        if lost in recovery_ms
    ]
    if not intervals:
        return Gaps.none(len(devices.places))
    starts, ends = zip(*intervals, strict=True)
    return Gaps.merged(np.stack(starts), np.stack(ends))


def _losses(fault: Fault, number: int, devices: "_Devices") -> Iterator[Loss]:
    """What one fault takes from each device's surroundings, whether it needs it or not."""
    match fault:
        case Outage():
            yield from _lost_by_outage(fault, number, devices)
        case Storm():
            yield from _lost_by_storm(fault, number, devices)
        case ServerFailure():
            start = np.full(len(devices.places), fault.at_ms, np.int64)
            yield fault.part, start, start + fault.lasts_ms


def _lost_by_outage(outage: Outage, number: int, devices: "_Devices") -> Iterator[Loss]:
    inside = devices.fleet.inside(outage.where, devices.places)
    for kind in outage.takes:
        one_by_one = kind in ("sim", "link")
        drawn = devices.drawn_by_device if one_by_one else devices.drawn_by_commune
        chance, length = drawn(number, Purpose.OUTAGE)
        hit = inside & _is_hit(chance, outage.share_per_million)
        start = np.where(hit, outage.at_ms, FAR)
        yield kind, start, start + quantile_ms(outage.lasts, length)


def _lost_by_storm(storm: Storm, number: int, devices: "_Devices") -> Iterator[Loss]:
    reached = devices.reached_ms(storm)
    length, reserve = devices.drawn_by_commune(number, Purpose.STORM)
    back = reached + quantile_ms(storm.lasts, length)
    cell = reached, back
    if "mains" in storm.takes:
        yield "mains", reached, back
        runs_out = reached + quantile_ms(storm.cell_after, reserve)
        cell = np.where(runs_out < back, runs_out, FAR), back + storm.cell_later_ms
    if "cell" in storm.takes:
        yield "cell", *cell
    if "fibre" in storm.takes:
        yield "fibre", reached, back


def _interval(
    need: Flags, start: Milliseconds, end: Milliseconds, recovery_ms: Milliseconds | int
) -> tuple[Milliseconds, Milliseconds]:
    back = end + recovery_ms
    hit = need & (start < FAR) & (start < end) & (back > 0)
    return np.where(hit, np.maximum(start, 0), FAR), np.where(hit, back, FAR)


def _is_hit(chance: Words, share_per_million: int) -> Flags:
    hit: Flags = scaled(chance, MILLION) < share_per_million
    return hit


def _part(whole_ms: int, of_tenths: Milliseconds, tenths: int) -> Milliseconds:
    """`whole_ms * of_tenths / (tenths * 2**32)` rounded down, in two steps that fit 64 bits."""
    upper, lower = of_tenths >> 16, of_tenths & 0xFFFF
    return (whole_ms * upper + (whole_ms * lower >> 16)) // (tenths << 16)


@dataclass(frozen=True)
class _Devices:
    """The devices at some places of a fleet, as faults meet them."""

    seed: int
    fleet: Fleet
    places: Places

    def need(self, lost: Lost) -> Flags:
        """Which of the devices it is a loss to."""
        match lost:
            case "cell" | "sim":
                return self._cellular
            case "fibre":
                return ~self._cellular
            case _:
                return np.ones(len(self.places), np.bool_)

    def reached_ms(self, storm: Storm) -> Milliseconds:
        """When a storm reaches each device's commune."""
        communes, place = self._communes
        return storms.reached_ms(storm, [self.fleet.communes[c] for c in communes]).take(place)

    def drawn_by_commune(self, fault: int, purpose: Purpose) -> tuple[Words, Words]:
        """The words of a fault for each device's commune: the same for all its devices."""
        _, place = self._communes
        first, second = draw(self.seed, self._commune_numbers, fault, 0, purpose)
        return first.take(place), second.take(place)

    def drawn_by_device(self, fault: int, purpose: Purpose) -> tuple[Words, Words]:
        """The words of a fault for each device."""
        return draw(self.seed, self._device_numbers, fault, 0, purpose)

    @property
    def boot_ms(self) -> Milliseconds:
        """How long each takes from power to work."""
        boot_ms = [profile.boot_ms for profile in self.fleet.profiles]
        return np.array(boot_ms, np.int64)[self.fleet.profile[self.places]]

    @property
    def join_ms(self) -> Milliseconds:
        """How long each takes from having its link back to being registered on it."""
        join_ms = [profile.join_ms for profile in self.fleet.profiles]
        return np.array(join_ms, np.int64)[self.fleet.profile[self.places]]

    @cached_property
    def _cellular(self) -> Flags:
        cellular = np.array([link.carrier == "cell" for link in self.fleet.links])
        return cellular[self.fleet.link[self.places]]

    @cached_property
    def _communes(self) -> tuple[Places, Places]:
        """The communes of the devices, each once, and each device's place among them."""
        return np.unique(self.fleet.commune[self.places], return_inverse=True)

    @cached_property
    def _commune_numbers(self) -> Words:
        return numbers(self.fleet.communes[commune].code for commune in self._communes[0])

    @cached_property
    def _device_numbers(self) -> Words:
        return numbers(self.fleet.ids(self.places))
