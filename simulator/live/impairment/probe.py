"""A link of the kernel's, measured with packets of its own before it is used.

Both ends are sockets of this program, so the delay of one direction is measured by one clock.
"""

import asyncio
import socket
import struct
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from simulator.live.impairment.link import Way
from simulator.live.impairment.proxy import Address
from simulator.live.impairment.tally import Figures, quantiles_ms, share_per_million

PACKETS = 200
GAP_S = 0.005
FLOOD_S = 0.8
FLOOD_STEP_S = 0.002
FASTEST_FLOOD_BYTES_PER_S = 5_000_000
"""Faster lines are not filled: this program would be measured, not they."""

_FLOOD_BYTES = 1_400
_HEADERS_BYTES = 28
"""Of IP and UDP: the line carries them too."""
_FILL = 1.5
_SETTLED = 4
"""The first part (one in so many) of what comes through a line tells of its queue, not its rate."""

_STAMP = struct.Struct("!d")


async def measured(ends: tuple[socket.socket, socket.socket], to: Address, way: Way) -> Figures:
    """What a way achieves: from the first socket to the second, which receives at `to`.

    Takes about a second and the way's longest delay; at most 5 s more where nothing arrives.
    """
    heard = await _sent_one_by_one(ends, to, way)
    rate = way.rate_bytes_per_s
    filled = rate is not None and rate <= FASTEST_FLOOD_BYTES_PER_S
    return Figures(
        *quantiles_ms(heard.delays_ms),
        loss_per_million=share_per_million(PACKETS - heard.delays_ms.total(), PACKETS),
        rate_bytes_per_s=await _flooded(ends, to, way, rate) if filled and rate else None,
    )


@dataclass(slots=True)
class _Heard:
    """What has arrived: delays, and when how many bytes."""

    loop: asyncio.AbstractEventLoop
    delays_ms: Counter[int] = field(default_factory=Counter)
    arrivals: list[tuple[float, int]] = field(default_factory=list)

    def hear(self, data: bytes) -> None:
        now_s = self.loop.time()
        self.delays_ms[round((now_s - _STAMP.unpack_from(data)[0]) * 1_000)] += 1
        self.arrivals.append((now_s, len(data) + _HEADERS_BYTES))


async def _sent_one_by_one(
    ends: tuple[socket.socket, socket.socket], to: Address, way: Way
) -> _Heard:
    loop = asyncio.get_running_loop()
    with _hearing(ends[1], loop) as heard:
        for _ in range(PACKETS):
            _send(ends[0], _STAMP.pack(loop.time()), to)
            await asyncio.sleep(GAP_S)
        await asyncio.sleep(way.longest_ms / 1_000 + 0.1)
    return heard


async def _flooded(
    ends: tuple[socket.socket, socket.socket], to: Address, way: Way, rate_bytes_per_s: int
) -> int | None:
    """The rate at which bytes come through a line that is kept full: what is lost is missing."""
    loop = asyncio.get_running_loop()
    with _hearing(ends[1], loop) as heard:
        begin_s, sent = loop.time(), 0
        while (now_s := loop.time()) < begin_s + FLOOD_S:
            while sent < (now_s - begin_s) * rate_bytes_per_s * _FILL + 2 * _FLOOD_BYTES:
                _send(ends[0], _STAMP.pack(now_s).ljust(_FLOOD_BYTES, b"\0"), to)
                sent += _FLOOD_BYTES
            await asyncio.sleep(FLOOD_STEP_S)
        await asyncio.sleep(min(5.0, way.longest_ms / 1_000 + FLOOD_S * _FILL))
    settled = heard.arrivals[len(heard.arrivals) // _SETTLED :]
    if len(settled) < 2 or settled[-1][0] == settled[0][0]:
        return None
    return round(sum(size for _, size in settled[1:]) / (settled[-1][0] - settled[0][0]))


@contextmanager
def _hearing(receiver: socket.socket, loop: asyncio.AbstractEventLoop) -> Iterator[_Heard]:
    heard = _Heard(loop)

    def read() -> None:
        with suppress(BlockingIOError):
            while True:
                heard.hear(receiver.recv(2_048))

    receiver.setblocking(False)
    loop.add_reader(receiver, read)
    try:
        yield heard
    finally:
        loop.remove_reader(receiver)


def _send(sender: socket.socket, data: bytes, to: Address) -> None:
    with suppress(OSError):  # a full queue: lost, as on the link
        sender.sendto(data, to)
