"""What the kernel is told so that it impairs a way: commands and rules as text, run by nobody here.

`tc` counts rates in bits and shares in per cent. Figures follow tc-netem(8), tc-tbf(8), nft(8).
"""

from math import ceil

from simulator.live.impairment.draws import loss_run_chances
from simulator.live.impairment.link import Way

Command = tuple[str, ...]

NO_LIMIT_BYTES_PER_S = 1_250_000_000
"""10 Gbit/s, told to netem where no rate is set: with one it keeps packets in order."""

DELAY_TABLE = "link"
"""The name under which `tc` finds a table of delays: the file `link.dist`."""

_PACKET_BYTES = 1_514
_LEAST_QUEUE_PACKETS = 1_000
_TABLE_SCALE = 8_192
"""A table's entry of so much is one deviation (NETEM_DIST_SCALE in linux/pkt_sched.h)."""
_TABLE_LARGEST = 32_767
_TBF_QUEUE_MS = 400
_TBF_LEAST_BURST_BYTES = 3_028
_TBF_BURSTS_PER_S = 100


def netem(device: str, way: Way) -> Command:
    """Delay, loss, rate and the rest, for what leaves by a device."""
    rate = way.rate_bytes_per_s or NO_LIMIT_BYTES_PER_S
    under_way = rate * way.longest_ms // 1_000 // _PACKET_BYTES
    command = ["tc", "qdisc", "add", "dev", device, "root", "netem"]
    command += ["limit", str(_LEAST_QUEUE_PACKETS + under_way)]
    if way.longest_ms > 0:
        command += ["delay", *_delay(way)]
    if way.loss_per_million and way.loss_run_packets:
        begins, ends = loss_run_chances(way.loss_per_million, way.loss_run_packets)
        command += ["loss", "gemodel", f"{begins:.6%}", f"{ends:.6%}", "100%", "0%"]
    elif way.loss_per_million:
        command += ["loss", "random", _percent(way.loss_per_million)]
    if way.duplicate_per_million:
        command += ["duplicate", _percent(way.duplicate_per_million)]
    if way.corrupt_per_million:
        command += ["corrupt", _percent(way.corrupt_per_million)]
    if way.reorder_per_million:
        command += ["reorder", _percent(way.reorder_per_million)]
    return (*command, "rate", f"{8 * rate}bit")


def delay_table(way: Way) -> str | None:
    """The file of a table of delays, for `DELAY_TABLE`; None where they need none.

    Each entry is a delay's distance from the median, in the deviation that `netem` is told.
    """
    if isinstance(way.delays_ms, range):
        return None
    deviation = _deviation_ms(way)
    entries = (
        round((delay_ms - way.median_ms) * _TABLE_SCALE / deviation) for delay_ms in way.delays_ms
    )
    return "".join(f"{entry}\n" for entry in entries)


def tbf(device: str, way: Way) -> Command | None:
    """The rate alone, by a token bucket, for what leaves by a device; None without a rate."""
    if way.rate_bytes_per_s is None:
        return None
    burst = max(_TBF_LEAST_BURST_BYTES, way.rate_bytes_per_s // _TBF_BURSTS_PER_S)
    rate = f"{8 * way.rate_bytes_per_s}bit"
    return (
        *("tc", "qdisc", "add", "dev", device, "root", "tbf"),
        *("rate", rate, "burst", f"{burst}b", "latency", f"{_TBF_QUEUE_MS}ms"),
    )


def nft(device: str, way: Way) -> str:
    """Rules that lose, and count, of what comes in by a device."""
    lose = f"numgen random mod 1000000 < {way.loss_per_million} counter name lost drop"
    return "\n".join(
        (
            "table ip link {",
            " counter arrived { }",
            " counter lost { }",
            " chain loss {",
            "  type filter hook prerouting priority -300; policy accept;",
            f'  iifname != "{device}" accept',
            "  counter name arrived",
            *([f"  {lose}"] if way.loss_per_million else []),
            " }",
            "}",
            "",
        )
    )


def _delay(way: Way) -> tuple[str, ...]:
    """A range is netem's own uniform delay: its middle, and as much more or less."""
    if isinstance(way.delays_ms, range):
        middle_us = (way.delays_ms[0] + way.delays_ms[-1]) * 500
        half_us = (way.delays_ms[-1] - way.delays_ms[0]) * 500
        return (f"{middle_us}us", f"{half_us}us") if half_us else (f"{middle_us}us",)
    return f"{way.median_ms}ms", f"{_deviation_ms(way)}ms", "distribution", DELAY_TABLE


def _deviation_ms(way: Way) -> int:
    """Large enough that the longest delay's entry fits into 16 bits."""
    farthest_ms = max(way.longest_ms - way.median_ms, way.median_ms - way.delays_ms[0])
    return max(1, ceil(farthest_ms * _TABLE_SCALE / _TABLE_LARGEST))


def _percent(per_million: int) -> str:
    return f"{per_million / 10_000:.4f}%"
