"""Device profiles: how kinds of devices behave where rules leave it to the device, as data.

One YAML file for each, named by its id, with the source of every value. Their fields are those of
`Profile`; a duration is written with its unit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, get_args

from scenarios import strict_yaml
from scenarios.scenario import MILLION, Text
from scenarios.sourced import Basis, Reader, choice, quantity, read_entry
from scenarios.units import duration_ms

WhenUnreachable = Literal["queue", "lose", "poll"]
"""What becomes of a command whose attempts did not reach the device: kept for its return
(persistent session), lost (clean session), or fetched when the device next asks."""

Kind = Literal["ip-speaker", "fm-to-ip", "ip-to-fm", "e-board"]
"""A speaker; a converter that puts a station's FM signal on the network; one that keys an FM
transmitter with what it is sent; a notice board."""

AfterLoss = Literal["resume", "restart"]
"""What becomes of a download that lost link or power: it goes on, or begins again."""

Interruption = Literal["resume", "restart", "drop"]
"""What an interruption does to an item that has begun: go on, begin again, never again."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A kind of device.

    A lost attempt is known after `ack_timeout_ms` and the next leaves `backoff_ms[k]` later.
    `reconnect_delay_ms` and the most that a draw adds to it, `reconnect_spread_ms`, are 0 where
    nothing is queued; `poll_period_ms` is 0 where nothing is polled. After power returns the device
    is deaf for `boot_ms`. `power_recovery`, `after_cut`, `priority_cuts` and `start_delay_ms` are
    as in the play-out rules. `stores` is false where a bulletin's sound is never kept on the
    device, so that a file plays as a stream. `basis` gives the source of each value by its name in
    the data.

    `keepalive_ms` is the connection's (0: none). The source system shows a device lost
    `noticed_after_ms` after it was. After its link returns (power, with the boot, included) a
    device registers for `join_ms` before commands and sound pass. Behind a converter to FM stand
    `fm_receivers` that cannot acknowledge; a wake-up call reaches `wake_per_million` in a million
    of them, drawn for each; both are 0 for other kinds.
    """

    id: str
    title: Text
    kind: Kind
    when_unreachable: WhenUnreachable
    ack_timeout_ms: int
    backoff_ms: tuple[int, ...]
    reconnect_delay_ms: int
    reconnect_spread_ms: int
    poll_period_ms: int
    boot_ms: int
    power_recovery: Interruption
    after_cut: Interruption
    priority_cuts: bool
    start_delay_ms: int
    stores: bool
    keepalive_ms: int
    noticed_after_ms: int
    download_after_loss: AfterLoss
    join_ms: int
    fm_receivers: int
    wake_per_million: int
    basis: Mapping[str, Basis]


@cache
def names() -> tuple[str, ...]:
    """The ids of the shipped profiles."""
    return tuple(
        sorted(
            file.name.removesuffix(".yaml")
            for file in files(__package__).iterdir()
            if file.name.endswith(".yaml")
        )
    )


@cache
def load(name: str) -> Profile:
    """The profile of this id; raises `KeyError` where there is none."""
    if name not in names():
        raise KeyError(name)
    source = files(__package__).joinpath(f"{name}.yaml")
    return parse(name, strict_yaml.parse(source.name, source.read_bytes()))


def parse(name: str, document: strict_yaml.Document) -> Profile:
    """The profile that a document describes; raises `scenarios.problems.BadInput`."""
    readers = _COMMON | _of_the_rule(document.data) | _of_the_kind(document.data)
    title, values, basis = read_entry(document, (), readers)
    return Profile(
        id=name,
        title=title,
        kind=values["kind"],
        when_unreachable=values["when_unreachable"],
        ack_timeout_ms=values["ack_timeout"],
        backoff_ms=values["backoff"],
        reconnect_delay_ms=values.get("reconnect_delay", 0),
        reconnect_spread_ms=values.get("reconnect_spread", 0),
        poll_period_ms=values.get("poll_period", 0),
        boot_ms=values["boot"],
        power_recovery=values["power_recovery"],
        after_cut=values["after_cut"],
        priority_cuts=values["priority_cuts"],
        start_delay_ms=values["start_delay"],
        stores=values["stores"],
        keepalive_ms=values["keepalive"],
        noticed_after_ms=values["noticed_after"],
        download_after_loss=values["download_after_loss"],
        join_ms=values["join"],
        fm_receivers=values.get("fm_receivers", 0),
        wake_per_million=values.get("wake_per_million", 0),
        basis=basis,
    )


def _of_the_rule(data: object) -> dict[str, Reader]:
    """The fields that only one way of dealing with unreachable devices has."""
    match data:
        case {"when_unreachable": {"is": "queue"}}:
            return {"reconnect_delay": _duration, "reconnect_spread": _duration}
        case {"when_unreachable": {"is": "poll"}}:
            return {"poll_period": _period}
        case _:
            return {}


def _of_the_kind(data: object) -> dict[str, Reader]:
    """The fields that only a converter to FM has."""
    match data:
        case {"kind": {"is": "ip-to-fm"}}:
            return {
                "fm_receivers": _whole_number(1, 1_000),
                "wake_per_million": _whole_number(0, MILLION),
            }
        case _:
            return {}


_LONGEST_MS = 24 * 60 * 60 * 1_000


def _duration(value: object) -> int:
    ms: int = quantity(duration_ms)(value)
    if ms > _LONGEST_MS:
        raise ValueError("a duration of at most 24h")
    return ms


def _period(value: object) -> int:
    ms = _duration(value)
    if ms == 0:
        raise ValueError("a period longer than 0s")
    return ms


def _backoff(value: object) -> tuple[int, ...]:
    if not isinstance(value, list) or len(value) > 20:
        raise ValueError("a list of at most 20 durations")
    return tuple(map(_duration, value))


def _whole_number(least: int, most: int) -> Reader:
    def read(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise ValueError(f"a whole number from {least} to {most}")
        return value

    return read


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


_COMMON: dict[str, Reader] = {
    "kind": choice(*get_args(Kind)),
    "when_unreachable": choice(*get_args(WhenUnreachable)),
    "ack_timeout": _duration,
    "backoff": _backoff,
    "boot": _duration,
    "power_recovery": choice(*get_args(Interruption)),
    "after_cut": choice(*get_args(Interruption)),
    "priority_cuts": _flag,
    "start_delay": _duration,
    "stores": _flag,
    "keepalive": _duration,
    "noticed_after": _duration,
    "download_after_loss": choice(*get_args(AfterLoss)),
    "join": _duration,
}
