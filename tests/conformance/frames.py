"""Frames of TCP over IPv4 as a network card gives them, made by hand."""

import struct

from conformance.packets import Packet

DEVICE, BROKER, SOUNDS = ("10.0.0.7", 40_000), ("10.0.0.1", 1883), ("10.0.0.1", 8080)


def total(content):
    """The sum of the Internet's checksum: all ones where it is right."""
    padded = content + bytes(len(content) % 2)
    found = sum(struct.unpack(f">{len(padded) // 2}H", padded))
    while found >> 16:
        found = (found & 0xFFFF) + (found >> 16)
    return found


def address(host):
    return bytes(map(int, host.split(".")))


def frame(source, target, sequence, payload=b"", syn=False):
    flags = 0x02 if syn else 0x18
    tcp = struct.pack(
        ">HHIIBBHHH", source[1], target[1], sequence % (1 << 32), 0, 5 << 4, flags, 512, 0, 0
    )
    hosts = address(source[0]) + address(target[0])
    size = len(tcp) + len(payload)
    rest = 0xFFFF - total(hosts + struct.pack(">HH", 6, size) + tcp + payload)
    tcp = tcp[:16] + rest.to_bytes(2) + tcp[18:]
    ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + size, 1, 0x4000, 64, 6, 0) + hosts
    return bytes(12) + b"\x08\x00" + ip + tcp + payload


def is_right(content):
    """Whether the checksum of a frame's TCP is."""
    tcp = content[34:]
    return total(content[26:34] + struct.pack(">HH", 6, len(tcp)) + tcp) == 0xFFFF


def conversation(source, target, pieces, first=1_000):
    """Packets of one direction: a greeting, then the pieces."""
    packets = [Packet(1_000_000, frame(source, target, first, syn=True))]
    at = first + 1
    for piece in pieces:
        packets.append(Packet(1_000_000 + len(packets), frame(source, target, at, piece)))
        at += len(piece)
    return packets


def connect(password, *, user=b"loa-1", will=True):
    """The first packet of MQTT 3.1.1."""

    def text(value):
        return struct.pack(">H", len(value)) + value

    flags = 0x02 | (0x04 if will else 0) | 0x80 | 0x40
    body = text(b"MQTT") + bytes([4, flags]) + b"\x00\x3c" + text(b"loa-1")
    body += (text(b"ttcs/1/loa-1/online") + text(b"gone")) if will else b""
    body += text(user) + text(password)
    assert len(body) < 128
    return bytes([0x10, len(body)]) + body
