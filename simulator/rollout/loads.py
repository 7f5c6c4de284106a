"""What a day asks of the source system's uplink and broker, and of the SIMs of devices."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from reference_system.interface.examples import EXAMPLES
from reference_system.interface.messages import encode
from reference_system.interface.topics import Kind, topic
from scenarios.scenario import Scenario
from scenarios.sourced import Basis
from scenarios.units import DAY_MS, HOUR_MS, SECOND_MS
from simulator.fleet import Flags, Fleet
from simulator.gaps import FAR, Milliseconds
from simulator.network.uplink import Use, bytes_sent
from simulator.virtual import Chunk, Event, UplinkUsed

from .results import Ints


@dataclass(frozen=True, slots=True)
class Assumed:
    """A figure that loads rest on, with its unit and whence it is."""

    value: int
    unit: str
    basis: Basis


def _message_bytes(kind: Kind, name: str) -> Assumed:
    """A message of this project's interface as it is on the wire, with its topic."""
    size = len(encode(EXAMPLES[kind][name])) + len(topic("21553-01", kind))
    source = f"the example {kind}/{name} of this project's interface, with its topic"
    return Assumed(size, "byte", Basis("M", source))


ASSUMED: Final[Mapping[str, Assumed]] = {
    "status-every": Assumed(
        60 * SECOND_MS, "ms", Basis("C", "one maker's speaker reports its state every 60 s")
    ),
    "status": _message_bytes("status", "playing"),
    "command": _message_bytes("cmd", "start"),
    "acknowledgement": _message_bytes("ack", "accepted"),
    "log-entry": _message_bytes("log", "played"),
    "framing": Assumed(
        180, "byte", Basis("assumed", "MQTT, TLS and TCP/IP around a message and its receipt")
    ),
    "sound-framing-per-million": Assumed(
        50_000, "per million", Basis("I", "about 70 bytes of TLS and TCP/IP to 1,400 of sound")
    ),
    "relays-through-server": Assumed(
        1, "flag", Basis("assumed", "every device fetches relays from the source system")
    ),
    "days-a-month": Assumed(30, "day", Basis("assumed", "thirty ordinary days")),
    "emergency-within": Assumed(
        20 * SECOND_MS, "ms", Basis("P", "the upper end of the 4 to 20 s of J-Alert")
    ),
    "programme-within": Assumed(
        HOUR_MS, "ms", Basis("assumed", "schedules are sent 12 h before; an hour leaves room")
    ),
}
"""By name; see docs/reference/rollout.md."""


@dataclass(frozen=True, slots=True)
class Load:
    """A day of the province that asks most, figure by figure.

    Of sound that is fetched before it plays: `peak_bit_s` the most at a moment, when only devices'
    own links are the limit, and `needed_bit_s` the mean of the busiest `within_ms`: an uplink that
    carries so much has it all out within that time. `stream_bit_s` is the most of relays at once.
    `day_bytes` is all of it. `connections` are devices that stay connected to the broker,
    `messages_per_s` what it carries in the busiest second.
    """

    province: str
    within_ms: int
    peak_bit_s: int
    needed_bit_s: int
    stream_bit_s: int
    day_bytes: int
    connections: int
    messages_per_s: int


@dataclass(frozen=True, slots=True)
class SimTraffic:
    """What a cellular device sends and receives in a month, on the average of `devices` of them."""

    devices: int
    status_bytes: int
    message_bytes: int
    download_bytes: int
    stream_bytes: int

    @property
    def month_bytes(self) -> int:
        """All of it."""
        parts = (self.status_bytes, self.message_bytes, self.download_bytes, self.stream_bytes)
        return sum(parts)


class Loads:
    """Follows a day, whose uplink must be stated so that events come province by province."""

    def __init__(self, scenario: Scenario, fleet: Fleet, within_ms: int, from_ms: int = 0) -> None:
        """What is fetched has to be out within `within_ms`; peaks count from `from_ms` on."""
        self._scenario = scenario
        self._fleet = fleet
        self._within_ms = within_ms
        self._from_ms = from_ms
        self._is_cell = np.array([link.carrier == "cell" for link in fleet.links], np.bool_)
        self._by_province: list[Load] = []
        self._sim = np.zeros(5, np.int64)
        self._begin()

    def _begin(self) -> None:
        self._seconds = np.zeros(self._scenario.horizon_ms // SECOND_MS + 1, np.int64)
        self._streams: list[tuple[Milliseconds, Milliseconds]] = []
        self._devices = self._connected = 0

    def add(self, event: Event) -> None:
        """One more event."""
        if isinstance(event, UplinkUsed):
            self._by_province.append(self._load(event))
            self._begin()
        else:
            self._add(event)

    @property
    def load(self) -> Load:
        """The most of every figure over the provinces; the name is of that with most devices."""
        most = max(self._by_province, key=lambda one: (one.connections, one.day_bytes))
        return Load(
            most.province,
            self._within_ms,
            max(one.peak_bit_s for one in self._by_province),
            max(one.needed_bit_s for one in self._by_province),
            max(one.stream_bit_s for one in self._by_province),
            max(one.day_bytes for one in self._by_province),
            max(one.connections for one in self._by_province),
            max(one.messages_per_s for one in self._by_province),
        )

    @property
    def sim(self) -> SimTraffic | None:
        """A month of such days; None without a cellular device."""
        devices, commands, entries, files, streams = self._sim.tolist()
        if not devices:
            return None
        days, framing = ASSUMED["days-a-month"].value, ASSUMED["framing"].value
        statuses = days * DAY_MS // ASSUMED["status-every"].value
        asked = ASSUMED["command"].value + ASSUMED["acknowledgement"].value + 2 * framing
        said = commands * asked + entries * (ASSUMED["log-entry"].value + framing)
        return SimTraffic(
            devices,
            statuses * (ASSUMED["status"].value + framing),
            days * said // devices,
            days * _framed(files) // devices,
            days * _framed(streams) // devices,
        )

    def _add(self, chunk: Chunk) -> None:
        told, segments, profile = chunk.told, chunk.segments, self._fleet.profile_of(chunk.places)
        cell = self._is_cell[self._fleet.link[chunk.places]]
        self._devices += len(chunk.places)
        if profile.when_unreachable != "poll":
            self._connected += len(chunk.places)
        # A command and its acknowledgement, and an entry of the play log for each piece.
        arrived = chunk.reached < FAR
        self._count(chunk.reached[arrived], 2)
        self._count(segments.end, 1)
        rate = self._scenario.server.sound_bit_s
        kinds = np.array([item.kind != "file" for item in told.items], np.bool_)
        which = told.row_item[segments.item, told.plan[segments.device]]
        streams = segments.take(kinds[which])
        self._streams.append((streams.start, streams.end))
        fetched = np.where(chunk.batch.delivered < FAR, told.sizes(rate), 0)
        streamed_ms = int((streams.end - streams.start)[cell[streams.device]].sum())
        self._sim += (
            int(cell.sum()),
            int(arrived[:, cell].sum()),
            int(cell[segments.device].sum()),
            int(fetched[:, cell].sum()),
            streamed_ms * rate // (8 * SECOND_MS),
        )

    def _count(self, at: Milliseconds, messages: int) -> None:
        within = at[(at >= self._from_ms) & (at < self._scenario.horizon_ms)]
        np.add.at(self._seconds, within // SECOND_MS, messages)

    def _load(self, used: UplinkUsed) -> Load:
        use, rate = used.use, self._scenario.server.sound_bit_s
        streams = [np.concatenate(some) for some in zip(*self._streams, strict=True)]
        streamed = rate * int((streams[1] - streams[0]).sum()) // (8 * SECOND_MS)
        late: Flags = use.moment[1:] > self._from_ms
        steady = -(-self._devices * SECOND_MS // ASSUMED["status-every"].value)
        return Load(
            used.province,
            self._within_ms,
            8 * int(use.bytes_per_s[late].max(initial=0)),
            busiest_bit_s(use, self._within_ms, self._from_ms),
            rate * most_at_once(*streams),
            bytes_sent(use) + streamed,
            self._connected,
            int(self._seconds.max()) + steady,
        )


def most_at_once(start: Milliseconds, end: Milliseconds) -> int:
    """The most of these intervals, half-open, that hold at one moment."""
    moments, which = np.unique(np.concatenate([start, end]), return_inverse=True)
    change = np.zeros(len(moments), np.int64)
    np.add.at(change, which, np.repeat([1, -1], [len(start), len(end)]))
    return int(np.cumsum(change).max(initial=0))


def busiest_bit_s(use: Use, window_ms: int, from_ms: int) -> int:
    """The most that is carried in any window from `from_ms` on, as a mean rate, rounded up.

    A window that carries most begins or ends where the rate changes.
    """
    begins = np.concatenate([use.moment, use.moment - window_ms])
    begins = np.maximum(begins, from_ms)
    most = int((_carried(use, begins + window_ms) - _carried(use, begins)).max(initial=0))
    return -(-8 * most // window_ms)


def _carried(use: Use, at: Milliseconds) -> Ints:
    """Milli-bytes carried before each moment."""
    lengths, at = np.diff(use.moment), np.clip(at, use.moment[0], use.moment[-1])
    before = np.concatenate([[0], np.cumsum(lengths * use.bytes_per_s)])
    row = np.minimum(np.searchsorted(use.moment, at, "right") - 1, len(lengths) - 1)
    return np.asarray(before[row] + use.bytes_per_s[row] * (at - use.moment[row]), np.int64)


def _framed(sound_bytes: int) -> int:
    """Sound with what is around it on the wire."""
    return sound_bytes + sound_bytes * ASSUMED["sound-framing-per-million"].value // 1_000_000
