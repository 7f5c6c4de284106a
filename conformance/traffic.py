"""What passed between a device and its bench in a case: the path's own record, and the packets.

The path's record is always there: connections, and how many bytes passed each way when. Packets are
there where the bench could capture them; where it could not, the record stands in and says why.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from conformance import packets
from conformance.packets import MOST_PACKETS, Packet

To = Literal["broker", "sounds"]
Way = Literal["from-device", "to-device"]

MOST_CONNECTIONS: Final = 1_000
MOST_PASSES: Final = 5_000

NOT_ANY: Final = "no record of what passed"


@dataclass(slots=True)
class Connection:
    """A connection of the device; `from_ms` is None where it was there before the case began, and
    `until_ms` where it still was at its end."""

    to: To
    from_ms: int | None
    until_ms: int | None = None
    from_device_bytes: int = 0
    to_device_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Pass:
    """So many bytes passed on at once; `connection` is the number of it, from 0."""

    at_ms: int
    connection: int
    way: Way
    size: int


@dataclass(slots=True)
class PathRecord:
    """What the path saw; beyond its bounds it only counts."""

    connections: list[Connection] = field(default_factory=list)
    passes: list[Pass] = field(default_factory=list)
    connections_left_out: int = 0
    passes_left_out: int = 0

    def opened(self, to: To, at_ms: int | None) -> int | None:
        """A connection; its number, None where there are too many."""
        if len(self.connections) == MOST_CONNECTIONS:
            self.connections_left_out += 1
            return None
        self.connections.append(Connection(to, at_ms))
        return len(self.connections) - 1

    def passed(self, number: int | None, at_ms: int, way: Way, size: int) -> None:
        """Bytes on a connection."""
        if number is None or len(self.passes) == MOST_PASSES:
            self.passes_left_out += 1
        else:
            self.passes.append(Pass(at_ms, number, way, size))
        if number is not None:
            connection = self.connections[number]
            if way == "from-device":
                connection.from_device_bytes += size
            else:
                connection.to_device_bytes += size

    def closed(self, number: int | None, at_ms: int) -> None:
        """The end of a connection."""
        if number is not None:
            self.connections[number].until_ms = at_ms


@dataclass(frozen=True, slots=True)
class Captured:
    """The packets of a case as a pcap file, without credentials.

    `filter` is what alone was listened to. `blanked` packets had credentials in them; `left_out`
    ones were beyond the bounds; `lost` ones the machine was too slow for.
    """

    pcap: bytes
    count: int
    interface: str
    filter: str
    blanked: int
    left_out: int
    lost: int

    @property
    def is_complete(self) -> bool:
        """Whether what is not in it did not pass."""
        return not self.left_out and not self.lost


@dataclass(frozen=True, slots=True)
class Traffic:
    """`captured` is None where there are no packets, and `why_not` says why, in one line."""

    record: PathRecord
    captured: Captured | None
    why_not: str | None
    broker: packets.Endpoint

    @property
    def is_empty(self) -> bool:
        """Whether nothing of the device was seen, on the path or, where there is a capture, in
        it."""
        said = any(each.from_device_bytes for each in self.record.connections)
        return not said or (self.captured is not None and not self.captured.count)

    def packets(self) -> list[Packet]:
        """Those captured; none where nobody captured."""
        return packets.read(self.captured.pcap) if self.captured else []


# ---- In a bundle --------------------------------------------------------------------------------


def encoded(traffic: Traffic) -> bytes:
    """The file beside the packets."""
    record, captured = traffic.record, traffic.captured
    said: dict[str, Any] = {
        "kept_by": "capture" if captured else "path",
        "why_not": traffic.why_not,
        "broker": list(traffic.broker),
        "capture": None,
        "connections": [
            [e.to, e.from_ms, e.until_ms, e.from_device_bytes, e.to_device_bytes]
            for e in record.connections
        ],
        "passes": [[e.at_ms, e.connection, e.way, e.size] for e in record.passes],
        "connections_left_out": record.connections_left_out,
        "passes_left_out": record.passes_left_out,
    }
    if captured:
        said["capture"] = {
            "interface": captured.interface,
            "filter": captured.filter,
            "packets": captured.count,
            "blanked": captured.blanked,
            "left_out": captured.left_out,
            "lost": captured.lost,
        }
    return (json.dumps(said, ensure_ascii=False) + "\n").encode()


def decoded(said: Any, pcap: bytes | None) -> Traffic:
    """What a bundle keeps; raises `ValueError`, in one line, where it does not fit together."""
    try:
        traffic = _decoded(said, pcap)
    except (KeyError, TypeError) as error:
        raise ValueError(f"not as it was written ({type(error).__name__})") from None
    if json.loads(encoded(traffic)) != said:
        raise ValueError("it says more, or other kinds of things, than it should")
    return traffic


def _decoded(said: Mapping[str, Any], pcap: bytes | None) -> Traffic:
    connections = [Connection(*each) for each in said["connections"]]
    passes = [Pass(*each) for each in said["passes"]]
    left_out = said["connections_left_out"], said["passes_left_out"]
    if len(connections) > MOST_CONNECTIONS or len(passes) > MOST_PASSES:
        raise ValueError("more connections or passes than it may have")
    numbers = [n for e in passes for n in (e.at_ms, e.connection, e.size)]
    numbers += [n for e in connections for n in (e.from_device_bytes, e.to_device_bytes)]
    instants = [n for e in connections for n in (e.from_ms, e.until_ms) if n is not None]
    words = [said["why_not"]] if said["why_not"] is not None else []
    host, port = said["broker"]
    captured = _captured(said["capture"], pcap)
    if (
        any(type(n) is not int or n < 0 for n in (*numbers, *instants, *left_out, port))
        or any(not isinstance(word, str) for word in (*words, host))
        or any(each.to not in ("broker", "sounds") for each in connections)
        or any(each.way not in ("from-device", "to-device") for each in passes)
        or any(each.connection >= len(connections) for each in passes)
        or (captured is None) == (said["why_not"] is None)
    ):
        raise ValueError("something in it is of another kind")
    return Traffic(
        PathRecord(connections, passes, *left_out), captured, said["why_not"], (host, port)
    )


def _captured(said: Mapping[str, Any] | None, pcap: bytes | None) -> Captured | None:
    if (said is None) != (pcap is None):
        raise ValueError("a capture without its packets, or packets without a word of them")
    if said is None or pcap is None:
        return None
    count = len(packets.read(pcap))
    if count != said["packets"] or count > MOST_PACKETS:
        raise ValueError(f"{count:,} packets are there, {said['packets']} were captured")
    found = Captured(
        pcap,
        count,
        said["interface"],
        said["filter"],
        said["blanked"],
        said["left_out"],
        said["lost"],
    )
    counts = (found.blanked, found.left_out, found.lost)
    if any(type(each) is not int or each < 0 for each in counts):
        raise ValueError("a count that is none")
    if not isinstance(found.interface, str) or not isinstance(found.filter, str):
        raise ValueError("no interface or no filter")
    return found
