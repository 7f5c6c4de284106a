"""Packets as a capture keeps them: the file (classic pcap), and the streams of TCP in it.

Needs nothing but the standard library, so that whoever verifies a bundle can read its captures. The
file may be anybody's: it is read strictly, and nothing is as large as it claims to be unless it is.
"""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import Final

MOST_PACKETS: Final = 20_000
MOST_FRAME_BYTES: Final = 1 << 18
ETHERNET: Final = 1

_FILE = struct.Struct("<IHHiIII")
_MAGIC, _VERSION = 0xA1B2C3D4, (2, 4)
_RECORD = struct.Struct("<IIII")
_IPV4, _TCP, _SYN = 0x0800, 6, 0x02
_ETHERNET_BYTES, _IP_BYTES, _TCP_BYTES = 14, 20, 20

Endpoint = tuple[str, int]
"""An IPv4 address and a port."""


@dataclass(frozen=True, slots=True)
class Packet:
    """A frame as it was on the wire, and when, in microseconds since the epoch."""

    at_us: int
    frame: bytes


@dataclass(frozen=True, slots=True)
class Segment:
    """The TCP of a packet; `at` and `size` are where its payload stands in the frame."""

    source: Endpoint
    target: Endpoint
    sequence: int
    is_first: bool
    tcp_at: int
    at: int
    size: int


@dataclass(frozen=True, slots=True)
class Part:
    """`size` bytes of a packet, from `at` in its frame, that stand at `offset` in a stretch."""

    offset: int
    packet: int
    at: int
    size: int


@dataclass(slots=True)
class Stretch:
    """Bytes of a stream without a gap, and where in the packets each of them is, also again."""

    content: bytearray = field(default_factory=bytearray)
    parts: list[Part] = field(default_factory=list)


@dataclass(slots=True)
class Stream:
    """One direction of a connection, in stretches; `is_whole` where its beginning was seen and
    nothing lacks between."""

    source: Endpoint
    target: Endpoint
    has_beginning: bool
    stretches: list[Stretch] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether it was seen from its beginning, without a gap."""
        return self.has_beginning and len(self.stretches) <= 1


def written(packets: Iterable[Packet]) -> bytes:
    """The file."""
    parts = [_FILE.pack(_MAGIC, *_VERSION, 0, 0, MOST_FRAME_BYTES, ETHERNET)]
    for packet in packets:
        size = len(packet.frame)
        parts += [_RECORD.pack(*divmod(packet.at_us, 1_000_000), size, size), packet.frame]
    return b"".join(parts)


def read(content: bytes) -> list[Packet]:
    """The packets of such a file; raises `ValueError`, in one line, for any other."""
    if len(content) < _FILE.size:
        raise ValueError("no capture: its head is cut off")
    magic, *version, _, _, most, link = _FILE.unpack_from(content)
    if (magic, tuple(version), most, link) != (_MAGIC, _VERSION, MOST_FRAME_BYTES, ETHERNET):
        raise ValueError("no capture of Ethernet in the form of a bundle")
    packets: list[Packet] = []
    at = _FILE.size
    while at < len(content):
        if len(content) - at < _RECORD.size or len(packets) == MOST_PACKETS:
            raise ValueError(f"a capture that is cut off, or of more than {MOST_PACKETS:,} packets")
        seconds, micros, size, whole_size = _RECORD.unpack_from(content, at)
        at += _RECORD.size
        if size != whole_size or size > min(MOST_FRAME_BYTES, len(content) - at):
            raise ValueError(f"packet {len(packets) + 1} is not as long as it says")
        if micros >= 1_000_000:
            raise ValueError(f"packet {len(packets) + 1} has no time")
        packets.append(Packet(seconds * 1_000_000 + micros, content[at : at + size]))
        at += size
    return packets


def segment(frame: bytes) -> Segment | None:
    """The TCP over IPv4 in a frame; None where there is none, or not wholly."""
    ip_at = _ETHERNET_BYTES
    if len(frame) < ip_at + _IP_BYTES or _short(frame, 12) != _IPV4:
        return None
    ip_bytes, ip_size = (frame[ip_at] & 0x0F) * 4, _short(frame, ip_at + 2)
    is_fragment = bool(_short(frame, ip_at + 6) & 0x3FFF)
    tcp_at = ip_at + ip_bytes
    end = ip_at + (ip_size or len(frame) - ip_at)  # 0 where the network card was to split it
    if frame[ip_at] >> 4 != 4 or ip_bytes < _IP_BYTES or frame[ip_at + 9] != _TCP or is_fragment:
        return None
    if not tcp_at + _TCP_BYTES <= end <= len(frame):
        return None
    at = tcp_at + (frame[tcp_at + 12] >> 4) * 4
    if not tcp_at + _TCP_BYTES <= at <= end:
        return None
    hosts = [str(IPv4Address(frame[place : place + 4])) for place in (ip_at + 12, ip_at + 16)]
    return Segment(
        source=(hosts[0], _short(frame, tcp_at)),
        target=(hosts[1], _short(frame, tcp_at + 2)),
        sequence=int.from_bytes(frame[tcp_at + 4 : tcp_at + 8]),
        is_first=bool(frame[tcp_at + 13] & _SYN),
        tcp_at=tcp_at,
        at=at,
        size=end - at,
    )


def streams(packets: Sequence[Packet]) -> list[Stream]:
    """Every direction of every connection, put together from its packets."""
    found: list[Stream] = []
    parts: list[list[Part]] = []
    now: dict[tuple[Endpoint, Endpoint], tuple[int, int]] = {}
    for number, packet in enumerate(packets):
        one = segment(packet.frame)
        if one is None:
            continue
        way = (one.source, one.target)
        base = one.sequence + one.is_first
        if way not in now or (one.is_first and now[way][1] != base):
            now[way] = len(found), base
            found.append(Stream(one.source, one.target, one.is_first))
            parts.append([])
        index, first = now[way]
        if one.size:
            # Counts round at 32 bits; what is far ahead lies before the beginning.
            offset = (base - first + (1 << 31)) % (1 << 32) - (1 << 31)
            parts[index].append(Part(offset, number, one.at, one.size))
    for stream, its in zip(found, parts, strict=True):
        stream.stretches = _stretches(packets, its)
        if its and min(part.offset for part in its) != 0:
            stream.has_beginning = False
    return found


def with_payload(packet: Packet, changes: Iterable[tuple[int, int]]) -> Packet:
    """The packet with zeros from each place of its frame up to another, and its checksum right."""
    frame = bytearray(packet.frame)
    for start, end in changes:
        frame[start:end] = bytes(end - start)
    one = segment(packet.frame)
    assert one is not None, "only payloads of TCP are changed"
    end = one.at + one.size
    frame[one.tcp_at + 16 : one.tcp_at + 18] = bytes(2)
    pseudo = frame[26:34] + struct.pack(">HH", _TCP, end - one.tcp_at)
    frame[one.tcp_at + 16 : one.tcp_at + 18] = _checksum(bytes(pseudo + frame[one.tcp_at : end]))
    return Packet(packet.at_us, bytes(frame))


def _stretches(packets: Sequence[Packet], parts: Sequence[Part]) -> list[Stretch]:
    found: list[Stretch] = []
    begun_at = 0
    for part in sorted(parts, key=lambda each: each.offset):
        if not found or part.offset > begun_at + len(found[-1].content):
            found.append(Stretch())
            begun_at = part.offset
        stretch, offset = found[-1], part.offset - begun_at
        frame = packets[part.packet].frame
        known = len(stretch.content) - offset
        stretch.content += frame[part.at + max(0, known) : part.at + part.size]
        stretch.parts.append(Part(offset, part.packet, part.at, part.size))
    return found


def _checksum(content: bytes) -> bytes:
    """That of the Internet (RFC 1071)."""
    padded = content + bytes(len(content) % 2)
    total: int = sum(struct.unpack(f">{len(padded) // 2}H", padded))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return (~total & 0xFFFF).to_bytes(2)


def _short(frame: bytes, at: int) -> int:
    return frame[at] << 8 | frame[at + 1]
