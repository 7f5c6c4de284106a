"""The packets between a device and its bench, captured by scapy while a case runs.

Scapy is optional, loaded here alone and only when a capture begins. It listens to the addresses and
ports of the bench and to nothing else: the filter is in the kernel, so others' packets never come
up. Where it cannot, `obstacle` says why, and the path's own record stands in.
"""

import logging
import select
import socket
import struct
import sys
from collections.abc import Collection
from contextlib import suppress
from ctypes.util import find_library
from importlib.util import find_spec
from threading import Event, Thread
from typing import Any, Final

from conformance.bench.blanking import blanked
from conformance.packets import MOST_FRAME_BYTES, MOST_PACKETS, Endpoint, Packet, segment, written
from conformance.traffic import Captured

MOST_BROKER_BYTES: Final = 2 << 20
MOST_SOUND_BYTES: Final = 1 << 20
"""Of each case; the bundle of all cases stays within its bounds."""

DRAIN_S: Final = 0.2
"""So long without a packet, and everything under way has come."""

MOST_DRAIN_S: Final = 2.0
_BUFFER_BYTES = 8 << 20
_SO_RCVBUFFORCE, _SOL_PACKET, _PACKET_STATISTICS = 33, 263, 6


def obstacle() -> str | None:
    """Why nothing can be captured here, in a few words; None where it can."""
    if not sys.platform.startswith("linux"):
        return "only on Linux"
    if find_spec("scapy") is None:
        return "scapy is not installed: pip install 'ttcs-hil[capture]'"
    if find_library("pcap") is None:
        return "libpcap is not installed"
    try:
        socket.socket(socket.AF_PACKET, socket.SOCK_RAW).close()
    except OSError:
        return "no right to capture: CAP_NET_RAW"
    return None


class Capture:
    """A capture from its making until `ended`."""

    def __init__(self, peer: str, broker: Endpoint, sounds: Endpoint) -> None:
        """Listen to `peer` with these two, and nobody else; raises `OSError`."""
        self._broker = broker
        self.filter = " or ".join(_between(peer, each) for each in (broker, sounds))
        self.interface, self._socket = _listening(peer, self.filter)
        self._packets: list[Packet] = []
        self._left = {True: MOST_BROKER_BYTES, False: MOST_SOUND_BYTES}
        self._left_out = 0
        self._lost()  # what was dropped before the filter stood was others'; asking forgets it
        self._ended, self._drained = Event(), Event()
        self._thread = Thread(target=self._run, name="capture", daemon=True)
        self._thread.start()

    def ended(self, secrets: Collection[bytes]) -> Captured:
        """What was captured, without credentials; raises `OSError` where it broke off."""
        self._ended.set()
        # What still waits when patience ends is lost, at least one.
        unread = not self._drained.wait(MOST_DRAIN_S)
        try:
            lost = self._lost() + unread
        finally:
            self._socket.close()
            self._thread.join(MOST_DRAIN_S)
        packets, changed = blanked(self._packets, self._broker, secrets)
        return Captured(
            pcap=written(packets),
            count=len(packets),
            interface=self.interface,
            filter=self.filter,
            blanked=changed,
            left_out=self._left_out,
            lost=lost,
        )

    def _run(self) -> None:
        with suppress(OSError, ValueError):  # the socket is closed
            while True:
                if select.select([self._socket], [], [], DRAIN_S)[0]:
                    self._take()
                elif self._ended.is_set():
                    break
        self._drained.set()

    def _take(self) -> None:
        _, frame, at_s = self._socket.recv_raw(MOST_FRAME_BYTES)
        one = frame and segment(frame)
        if not one:
            return
        is_broker = self._broker in (one.source, one.target)
        if len(frame) > self._left[is_broker] or len(self._packets) == MOST_PACKETS:
            self._left_out += 1
            return
        self._left[is_broker] -= len(frame)
        self._packets.append(Packet(round(float(at_s) * 1_000_000), frame))

    def _lost(self) -> int:
        said = self._socket.ins.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8)
        return int(struct.unpack("II", said)[1])


def _between(peer: str, own: Endpoint) -> str:
    host, port = own
    return (
        f"(tcp and src host {peer} and dst host {host} and dst port {port})"
        f" or (tcp and src host {host} and src port {port} and dst host {peer})"
    )


def _listening(peer: str, words: str) -> tuple[str, Any]:
    """The interface that leads there, and a socket on it."""
    logging.getLogger("scapy").setLevel(logging.CRITICAL)
    import scapy.route  # noqa: F401  # it gives scapy's configuration its routes
    from scapy.arch.linux import L2ListenSocket, L2Socket
    from scapy.config import conf
    from scapy.error import Scapy_Exception
    from scapy.layers.l2 import Ether

    interface = str(conf.route.route(peer)[0])
    # On the loopback each packet would come twice, once as outgoing; L2Socket leaves these out.
    kind = L2Socket if interface == conf.loopback_name else L2ListenSocket
    try:
        found = kind(iface=interface, filter=words, promisc=False)
    except Scapy_Exception as error:
        raise OSError(f"no capture on {interface}: {error}") from None
    if found.LL is not Ether:
        found.close()
        raise OSError(f"no capture on {interface}: it has no Ethernet frames")
    with suppress(OSError):  # without CAP_NET_ADMIN the buffer stays small, and losses are told
        found.ins.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER_BYTES)
    return interface, found
