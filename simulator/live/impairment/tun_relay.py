"""The kernel's packets carried from one namespace to another by this program, impaired on the way.

Each side has a TUN device, which hands packets to a file and takes them from it. All is as on a
real link: packets are lost, doubled, damaged and overtaken, and TCP does what it does then.
"""

import asyncio
import fcntl
import heapq
import os
import struct
from collections.abc import Callable
from contextlib import suppress

from simulator.live.impairment.course import Line
from simulator.live.impairment.draws import Draws, Losses
from simulator.live.impairment.link import Way
from simulator.live.impairment.tally import Tally

_SET_DEVICE = 0x400454CA
"""TUNSETIFF, with IFF_TUN | IFF_NO_PI: linux/if_tun.h."""
_IP_PACKETS_ONLY = 0x0001 | 0x1000

_LARGEST_PACKET = 65_535
_AT_A_TIME = 64
"""Packets taken from one side before the other has its turn."""

_QUEUE_S = 0.4
_LEAST_QUEUE_BYTES = 30_000
"""What waits for a line beyond `_QUEUE_S`, or this where that is less, is dropped."""


def tun_file(device: str) -> int:
    """A file for packets and, while it is open, a device in the calling thread's namespace.

    Raises `OSError`.
    """
    file = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        fcntl.ioctl(file, _SET_DEVICE, struct.pack("16sH22x", device.encode(), _IP_PACKETS_ONLY))
    except OSError:
        os.close(file)
        raise
    return file


class PacketWay:
    """One direction: takes packets in, and hands each to `out` when it is due."""

    def __init__(
        self,
        way: Way,
        draws: Draws,
        tally: Tally,
        out: Callable[[bytes], None],
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        """Packets keep their order but for those that are drawn to overtake."""
        self._way, self._draws, self._tally, self._out, self._loop = way, draws, tally, out, loop
        self._losses = Losses(way, draws)
        rate = way.rate_bytes_per_s
        self._line = None if rate is None else Line(rate)
        self._longest_queue_s = 0.0 if rate is None else max(_QUEUE_S, _LEAST_QUEUE_BYTES / rate)
        self._waiting: list[tuple[float, int, float, bool, bytes]] = []
        self._taken = 0
        self._last_s = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self.cut = False

    def take(self, packet: bytes) -> None:
        """A packet comes in."""
        if self.cut:
            return
        draws, tally, now_s = self._draws, self._tally, self._loop.time()
        left_s, queued = now_s, False
        if self._line is not None:
            if self._line.wait_s(now_s) > self._longest_queue_s:
                tally.overflowed += 1
                return
            left_s, queued = self._line.send(len(packet), now_s)
        tally.packets += 1
        tally.bytes += len(packet)
        if self._losses.among(1):
            tally.lost += 1
            return
        if draws.hits(self._way.corrupt_per_million):
            packet = _damaged(packet, draws)
        if draws.hits(self._way.reorder_per_million):
            delay_s, due_s = 0.0, left_s
        else:
            delay_s = draws.one_of(self._way.delays_ms) / 1_000
            due_s = self._last_s = max(self._last_s, left_s + delay_s)
        for _ in range(2 if draws.hits(self._way.duplicate_per_million) else 1):
            self._taken += 1
            heapq.heappush(self._waiting, (due_s, self._taken, delay_s, queued, packet))
        self._pass_on()

    def close(self) -> None:
        """Forget all that waits."""
        if self._timer is not None:
            self._timer.cancel()
        self._waiting.clear()

    def _pass_on(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        now_s, waiting, tally = self._loop.time(), self._waiting, self._tally
        while waiting and waiting[0][0] <= now_s:
            due_s, _, delay_s, queued, packet = heapq.heappop(waiting)
            tally.delays_ms[round((delay_s + now_s - due_s) * 1_000)] += 1
            if self._line is not None:
                if queued:
                    tally.queued_bytes += len(packet)
                    tally.queued_s += now_s - self._line.released_s
                self._line.released_s = now_s
            self._out(packet)
        if waiting:
            self._timer = self._loop.call_at(waiting[0][0], self._pass_on)


class Relay:
    """Carries packets between two TUN files, which it closes at the end."""

    def __init__(
        self,
        files: tuple[int, int],
        ways: tuple[Way, Way],
        tallies: tuple[Tally, Tally],
        draws: tuple[Draws, Draws],
    ) -> None:
        """The devices' side and the source system's; the way up and the way down."""
        self._loop = asyncio.get_running_loop()
        self._files = files
        outs = (files[1], files[0])
        self._ways = [
            PacketWay(way, draw, tally, _writer(out), self._loop)
            for way, draw, tally, out in zip(ways, draws, tallies, outs, strict=True)
        ]
        for file, way in zip(files, self._ways, strict=True):
            self._loop.add_reader(file, _read, file, way)

    def cut(self, cut: bool) -> None:
        """Begin or stop losing every packet."""
        for way in self._ways:
            way.cut = cut

    def close(self) -> None:
        """Carry nothing more."""
        for file, way in zip(self._files, self._ways, strict=True):
            self._loop.remove_reader(file)
            way.close()
            os.close(file)


def _read(file: int, way: PacketWay) -> None:
    with suppress(OSError):  # no more packets, or the device is gone
        for _ in range(_AT_A_TIME):
            way.take(os.read(file, _LARGEST_PACKET))


def _writer(file: int) -> Callable[[bytes], None]:
    def write(packet: bytes) -> None:
        with suppress(OSError):  # a damaged header, or a full queue: the kernel drops the packet
            os.write(file, packet)

    return write


def _damaged(packet: bytes, draws: Draws) -> bytes:
    """The packet with one of its bits turned over."""
    bit = draws.below(8 * len(packet))
    spoilt = bytearray(packet)
    spoilt[bit // 8] ^= 1 << bit % 8
    return bytes(spoilt)
