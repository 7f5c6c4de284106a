"""The emulated devices around a source system, in each dialect that it is tried with."""

import ssl
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from conformance.sources.contract import Asking, FleetHalf
from conformance.sources.fleet import few
from simulator.emulator.events import Listener
from simulator.emulator.fleet import EmulatedFleet
from simulator.emulator.member import Member
from simulator.emulator.population import Resident


class Speaking:
    """One emulated fleet for each dialect, as if they were one."""

    def __init__(
        self,
        half: FleetHalf,
        people: Sequence[Resident],
        secrets: Mapping[str, str],
        listener: Listener,
        trusted: ssl.SSLContext | None = None,
    ) -> None:
        """Nothing is connected yet; `trusted` is for https. Raises `NoRoom`."""
        asking = few(people) if half.beside is not None else frozenset()
        most = [each for each in people if each.name not in asking]
        ways = [(most, Asking(half.dialect, half.services, half.poll_ms))]
        if half.beside is not None and asking:
            ways.append(([each for each in people if each.name in asking], half.beside))
        self._fleets = [
            EmulatedFleet(
                [_member(each, secrets[each.name], way.poll_ms) for each in them],
                half.broker,
                way.dialect,
                services=way.services,
                origins=half.origins,
                listener=listener,
                trusted=trusted,
            )
            for them, way in ways
        ]
        self.clock = self._fleets[0].clock

    @property
    def dialects(self) -> Mapping[str, str]:
        """The dialect of each device by its name."""
        return {name: fleet.dialect.name for fleet in self._fleets for name in fleet.names}

    async def start(self) -> None:
        """Return once every device has tried to connect."""
        for fleet in self._fleets:
            await fleet.start()

    async def stop(self) -> None:
        """Disconnect every device in good order."""
        for fleet in self._fleets:
            await fleet.stop()

    def connected_now(self) -> frozenset[str]:
        """The devices that are connected."""
        return frozenset().union(*(fleet.connected_now() for fleet in self._fleets))

    def cut_link(self, devices: Iterable[str]) -> None:
        """Take the path of some devices; neither side is told."""
        wanted = set(devices)
        for fleet in self._fleets:
            fleet.cut_link(wanted.intersection(fleet.names))

    def restore_link(self, devices: Iterable[str]) -> None:
        """Give it back."""
        wanted = set(devices)
        for fleet in self._fleets:
            fleet.restore_link(wanted.intersection(fleet.names))


def _member(resident: Resident, secret: str, poll_ms: int) -> Member:
    profile = resident.profile
    if poll_ms:
        profile = replace(profile, poll_period_ms=poll_ms)
    return Member(resident.name, resident.commune, profile, resident.link, secret)
