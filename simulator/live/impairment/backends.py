"""What can carry a link on this machine, and what each makes of what is asked."""

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Final, Literal, get_args

from simulator.live.impairment import kernel_rules, tun_relay
from simulator.live.impairment.link import Link, Way, about
from simulator.live.impairment.namespace import Namespace, NamespaceError

Backend = Literal["proxy", "tun", "veth", "netem"]
BACKENDS: Final[tuple[Backend, ...]] = get_args(Backend)
BEST_FIRST: Final[tuple[Backend, ...]] = ("netem", "tun", "proxy")
"""By how much the impaired traffic is like real traffic; `veth` alone cannot delay."""

PER_PACKET = "packet by packet"
NOT_DONE = "not done"
ABSORBED = "none: TCP repairs it unseen, and a proxy carries TCP only"

TREATMENT: Final[Mapping[Backend, Mapping[str, str]]] = {
    "proxy": {
        "delay": "each piece of a connection, in order; a connection's start by a round trip",
        "rate": "each device's own line",
        "loss": "as the waits of TCP's retransmissions: no byte is lost",
        "loss runs": "as the waits of TCP's retransmissions",
        "reorder": ABSORBED,
        "duplicate": ABSORBED,
        "corrupt": "as loss: TCP's checksum refuses what is damaged",
        "partition": "held back: connections stay, or are reset on demand",
    },
    "tun": {
        **dict.fromkeys(
            ("delay", "loss", "loss runs", "reorder", "duplicate", "corrupt"), PER_PACKET
        ),
        "rate": "one line for all devices of the link",
        "partition": "every packet of a link is lost; devices one by one are held back",
    },
    "veth": {
        "rate": "one line for all devices of the link",
        "loss": PER_PACKET,
        **dict.fromkeys(("delay", "loss runs", "reorder", "duplicate", "corrupt"), NOT_DONE),
        "partition": "every packet of a link is lost; devices one by one are held back",
    },
    "netem": {
        **dict.fromkeys(
            ("delay", "loss", "loss runs", "reorder", "duplicate", "corrupt"), PER_PACKET
        ),
        "rate": "one line for all devices of the link",
        "partition": "every packet of a link is lost; devices one by one are held back",
    },
}
"""What becomes of each impairment, in the words that a result says."""

REPEATABLE: Final[frozenset[Backend]] = frozenset({"proxy", "tun"})
"""Whose draws belong to the seed; the kernel draws by its own chance."""


class NoBackendError(ValueError):
    """What was demanded cannot be had here; one line says why."""


@dataclass(frozen=True, slots=True)
class Capability:
    """Whether a back-end works on this machine; `reason` says why, or why not."""

    backend: Backend
    available: bool
    reason: str


def capabilities() -> tuple[Capability, ...]:
    """Every back-end, found out by trying each in a namespace made for it and gone after."""
    return tuple(capability(backend) for backend in BACKENDS)


def capability(backend: Backend) -> Capability:
    """One back-end, tried."""
    trial = _TRIALS.get(backend)
    if trial is None:
        return Capability(backend, True, "needs no privileges")
    try:
        with closing(Namespace()) as namespace:
            trial(namespace)
    except (NamespaceError, OSError) as error:
        return Capability(backend, False, str(error))
    return Capability(backend, True, "tried in a namespace of its own")


def choose(wanted: str | None = None, links: Sequence[Link] = ()) -> Backend:
    """The back-end to use: `wanted`, the proxy by default, or the `best` that works here.

    Raises `NoBackendError` if it does not work here, or cannot do what one of the links asks.
    """
    if wanted == "best":
        return next(backend for backend in BEST_FIRST if capability(backend).available)
    backend: Backend | None = next((b for b in BACKENDS if b == (wanted or "proxy")), None)
    if backend is None:
        raise NoBackendError(f"no such back-end: {str(wanted)[:40]!r}; there are {_names()}")
    for link in links:
        for name in sorted(_asked(link.up) | _asked(link.down)):
            if TREATMENT[backend][name] == NOT_DONE:
                raise NoBackendError(f"{backend} has no {name}, which the link {link.id} asks for")
    found = capability(backend)
    if not found.available:
        raise NoBackendError(f"{backend} does not work here: {found.reason}")
    return backend


def _asked(way: Way) -> set[str]:
    """The impairments that a way asks for."""
    amounts = {
        "delay": way.longest_ms,
        "rate": way.rate_bytes_per_s,
        "loss": way.loss_per_million,
        "loss runs": way.loss_run_packets,
        "reorder": way.reorder_per_million,
        "duplicate": way.duplicate_per_million,
        "corrupt": way.corrupt_per_million,
    }
    return {name for name, amount in amounts.items() if amount}


def _names() -> str:
    return ", ".join((*BACKENDS, "best"))


_TRIED = Way(delays_ms=about(1), loss_per_million=1, rate_bytes_per_s=1_000_000)


def _try_netem(namespace: Namespace) -> None:
    _pair(namespace)
    namespace.run(*kernel_rules.netem("far0", _TRIED))


def _try_veth(namespace: Namespace) -> None:
    _pair(namespace)
    namespace.run(*(kernel_rules.tbf("far0", _TRIED) or ()))
    namespace.run("nft", "-f", "-", given=kernel_rules.nft("far0", _TRIED))


def _try_tun(namespace: Namespace) -> None:
    namespace.run("ip", "link", "show")
    os.close(namespace.inside(lambda: tun_relay.tun_file("far0")))


def _pair(namespace: Namespace) -> None:
    namespace.run(*("ip", "link", "add", "far0", "type", "veth", "peer", "name", "near0"))


_TRIALS: Final[Mapping[Backend, Callable[[Namespace], None]]] = {
    "tun": _try_tun,
    "veth": _try_veth,
    "netem": _try_netem,
}
