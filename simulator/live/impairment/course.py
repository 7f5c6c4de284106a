"""When the bytes of a TCP connection come out of a link that a proxy stands for.

A proxy holds whole connections, not packets, so it cannot lose any of their bytes. What a lost
packet costs is instead what TCP makes of it: the bytes, and all behind them, wait for the
retransmission. Times are seconds of the event loop's clock.
"""

from typing import Literal, NamedTuple

from scenarios.scenario import MILLION
from simulator.live.impairment.draws import Draws, Losses
from simulator.live.impairment.link import Link, Way

PACKET_BYTES = 1_448
"""What a TCP packet carries over Ethernet with time stamps."""

FIRST_TIMER_S = 1.0
"""Before the first packet of a connection is sent again: RFC 6298, section 2.1."""

LEAST_TIMER_S = 0.2
"""Linux's least allowance on top of the round trip (tcp_rto_min)."""

LONGEST_TIMER_S = 120.0
"""Linux's longest retransmission timer (TCP_RTO_MAX)."""

MOST_RETRANSMISSIONS = 15
"""Linux's tcp_retries2; the model then lets the bytes pass instead of ending the connection."""

DUPLICATES_FOR_FAST = 3
"""Later packets that must come through for a loss to be noticed without a timer: RFC 5681."""

LEAST_WINDOW_BYTES = 8 * 1_024
MOST_WINDOW_BYTES = 1_024 * 1_024
WINDOW_BEYOND_DELAY_S = 0.2
LINE_STEP_S = 0.01
"""A line passes what it carries on in steps of so long, or of one packet where that is longer."""

Ends = Literal["", "fin", "reset"]


class Piece(NamedTuple):
    """Bytes on their way, or the end of a connection: `due_s` is when they come out.

    Of the time until then the link's own delay is `delay_s`; they may also have waited for others
    on the line (`queued`), for what is before them, or since some of their `packets` were `lost`.
    """

    due_s: float
    data: bytes
    delay_s: float = 0.0
    queued: bool = False
    packets: int = 0
    lost: int = 0
    ends: Ends = ""


class Line:
    """The rate of one direction of one device's link: it sends one byte after another."""

    __slots__ = ("__weakref__", "_free_s", "_rate", "released_s")

    def __init__(self, rate_bytes_per_s: int) -> None:
        """`released_s` is for its user to keep: when the last of its bytes came out."""
        self._rate = rate_bytes_per_s
        self._free_s = self.released_s = 0.0

    def wait_s(self, now_s: float) -> float:
        """How long what comes now must wait for what is before it."""
        return max(0.0, self._free_s - now_s)

    def send(self, size: int, now_s: float) -> tuple[float, bool]:
        """When the last of so many bytes has been sent, and whether they waited for others."""
        queued = self._free_s > now_s
        self._free_s = max(self._free_s, now_s) + size / self._rate
        return self._free_s, queued


class Course:
    """One direction of one connection. Whatever comes out keeps the order in which it went in."""

    __slots__ = (
        *("_close_s", "_draws", "_last_s", "_losses", "_lost_per_million", "_round_trip_s"),
        *("_timer_s", "_way", "line", "piece_bytes", "window_bytes"),
    )

    def __init__(self, link: Link, way: Way, line: Line | None, draws: Draws) -> None:
        """`line` is shared by all that the device sends this way; None without a rate."""
        self._way, self.line, self._draws = way, line, draws
        self._lost_per_million = lost = _spoilt(way)
        self._losses = Losses(Way(loss_per_million=lost, loss_run_packets=_runs(way, lost)), draws)
        self._round_trip_s = (link.up.median_ms + link.down.median_ms) / 1_000
        allowance_s = 4 * (link.up.jitter_ms + link.down.jitter_ms) / 1_000
        self._timer_s = self._round_trip_s + max(LEAST_TIMER_S, allowance_s)
        self._close_s = link.close_delay_ms / 1_000
        self._last_s = 0.0
        rate = way.rate_bytes_per_s
        self.window_bytes = MOST_WINDOW_BYTES if rate is None else _window(rate, way)
        self.piece_bytes = (
            self.window_bytes if rate is None else max(PACKET_BYTES, int(rate * LINE_STEP_S))
        )

    def send(self, data: bytes, now_s: float) -> Piece:
        """Bytes that go in now."""
        packets = -(-len(data) // PACKET_BYTES)
        left_s, queued = (now_s, False) if self.line is None else self.line.send(len(data), now_s)
        lost = self._losses.among(packets)
        stall_s = self._stall_s(packets - lost) if lost else 0.0
        delay_s = self._draws.one_of(self._way.delays_ms) / 1_000
        due_s = self._in_order_s(left_s + stall_s + delay_s)
        return Piece(due_s, data, delay_s, queued, packets, lost)

    def end(self, ends: Ends, now_s: float) -> Piece:
        """The end of the connection, behind all that went in before."""
        delay_s = self._draws.one_of(self._way.delays_ms) / 1_000
        return Piece(self._in_order_s(now_s + delay_s) + self._close_s, b"", ends=ends)

    def first_packet_s(self) -> float:
        """How long the first packet of a connection takes, retransmissions included."""
        wait_s, timer_s = 0.0, FIRST_TIMER_S
        for _ in range(MOST_RETRANSMISSIONS):
            if not self._losses.among(1):
                break
            wait_s, timer_s = wait_s + timer_s, min(2 * timer_s, LONGEST_TIMER_S)
        return wait_s + self._draws.one_of(self._way.delays_ms) / 1_000

    def _in_order_s(self, due_s: float) -> float:
        self._last_s = max(self._last_s, due_s)
        return self._last_s

    def _stall_s(self, kept: int) -> float:
        """Until lost packets have come through, if so many of the same time were kept."""
        stall_s = self._round_trip_s if kept >= DUPLICATES_FOR_FAST else self._timer_s
        timer_s = self._timer_s
        for _ in range(MOST_RETRANSMISSIONS - 1):
            if not self._draws.hits(self._lost_per_million):
                break
            timer_s = min(2 * timer_s, LONGEST_TIMER_S)
            stall_s += timer_s
        return stall_s


def _spoilt(way: Way) -> int:
    """Lost or corrupted in a million packets: to TCP, whose checksum fails, both are the same."""
    kept = (MILLION - way.loss_per_million) * (MILLION - way.corrupt_per_million)
    return MILLION - max(1, kept // MILLION)


def _runs(way: Way, lost_per_million: int) -> int:
    """The mean length of a run of losses, long enough for so much loss; 0 where there are none."""
    if not way.loss_run_packets:
        return 0
    return max(way.loss_run_packets, -(-lost_per_million // (MILLION - lost_per_million)))


def _window(rate_bytes_per_s: int, way: Way) -> int:
    """How much a connection may have under way: what fills the line over its delay, and no more.

    So a slow line's queue is some tenths of a second, not all that the peer could have sent.
    """
    wanted = rate_bytes_per_s * (way.longest_ms / 1_000 + WINDOW_BEYOND_DELAY_S)
    return min(max(int(wanted), LEAST_WINDOW_BYTES), MOST_WINDOW_BYTES)
