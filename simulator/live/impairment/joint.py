"""How two namespaces are joined so that what passes between them is impaired."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, NamedTuple, Protocol

from simulator.live.impairment import kernel_rules, tun_relay
from simulator.live.impairment.draws import Draws
from simulator.live.impairment.link import Link, Way
from simulator.live.impairment.namespace import Namespace, NamespaceError
from simulator.live.impairment.tally import (
    Figures,
    LinkResult,
    Tally,
    WayResult,
    asked,
    share_per_million,
)
from simulator.live.impairment.tun_relay import Relay

Kind = Literal["netem", "veth", "tun"]


class Side(NamedTuple):
    """One of the two namespaces, with its device and its address there."""

    namespace: Namespace
    device: str
    address: str


class Joint(Protocol):
    """Joins the devices' side and the source system's."""

    def cut(self, cut: bool) -> None:
        """Begin or stop losing everything."""

    def result(self, probed: tuple[Figures, Figures] | None) -> LinkResult:
        """What it did so far, completed by what a probe found up and down."""

    def close(self) -> None:
        """Let go of what it holds outside the namespaces."""


class VethJoint:
    """A pair of virtual Ethernet devices, impaired by netem, or by tbf and nftables."""

    def __init__(self, kind: Kind, link: Link, far: Side, near: Side) -> None:
        """Made and up; raises `NamespaceError`."""
        self._kind, self._link, self._sides = kind, link, (far, near)
        far.namespace.run(
            *("ip", "link", "add", "name", far.device, "type", "veth"),
            *("peer", "name", near.device, "netns", near.namespace.path),
        )
        for side in self._sides:
            # Else the kernel would hand on what is many packets as one, and lose it as one.
            side.namespace.run("ip", "link", "set", "dev", side.device, "gso_max_segs", "1")
            bring_up(side)
        impair = self._by_netem if kind == "netem" else self._by_tbf_and_nft
        for here, there, way in ((far, near, link.up), (near, far, link.down)):
            impair(here, there, way)

    def cut(self, cut: bool) -> None:
        """Take the far device's peer off the line, so that packets of both ways vanish."""
        near = self._sides[1]
        near.namespace.run("ip", "link", "set", "dev", near.device, "down" if cut else "up")

    def result(self, probed: tuple[Figures, Figures] | None) -> LinkResult:
        """By the kernel's own counters; delays and rate by the probe."""
        far, near = self._sides
        up, down = probed or (None, None)
        return LinkResult(
            self._way_result(far, near, self._link.up, up),
            self._way_result(near, far, self._link.down, down),
        )

    def close(self) -> None:
        """All of it goes with the namespaces."""

    def _by_netem(self, here: Side, there: Side, way: Way) -> None:
        with TemporaryDirectory(prefix="ttcs-netem-") as folder:
            if table := kernel_rules.delay_table(way):
                Path(folder, f"{kernel_rules.DELAY_TABLE}.dist").write_text(table, "ascii")
            command = kernel_rules.netem(here.device, way)
            here.namespace.run(*command, environment={"TC_LIB_DIR": folder})

    def _by_tbf_and_nft(self, here: Side, there: Side, way: Way) -> None:
        if command := kernel_rules.tbf(here.device, way):
            here.namespace.run(*command)
        there.namespace.run("nft", "-f", "-", given=kernel_rules.nft(there.device, way))

    def _way_result(self, here: Side, there: Side, way: Way, probed: Figures | None) -> WayResult:
        overflowed: int | None
        if self._kind == "netem":
            sent, lost = _by_discipline(here)
            packets, size, overflowed = sent["packets"] + lost, sent["bytes"], None
        else:
            counters = _by_rules(there)
            packets, size = counters["arrived"]["packets"], counters["arrived"]["bytes"]
            lost, overflowed = counters["lost"]["packets"], _by_discipline(here)[1]
        delays = (
            (probed.delay_p5_ms, probed.delay_p50_ms, probed.delay_p95_ms)
            if probed
            else (None, None, None)
        )
        achieved = Figures(
            *delays,
            loss_per_million=share_per_million(lost, packets),
            rate_bytes_per_s=probed.rate_bytes_per_s if probed else None,
        )
        by = "loss by the kernel's counters, delay and rate by a probe before the run"
        return WayResult(asked(way), achieved, packets, size, overflowed, by)


class TunJoint:
    """A TUN device on either side, and the relay of this program between them."""

    def __init__(self, link: Link, seed: int, far: Side, near: Side) -> None:
        """Made and up; raises `NamespaceError` or `OSError`."""
        self._link, self._tallies = link, (Tally(), Tally())
        self._relay = Relay(
            (_tun_file(far), _tun_file(near)),
            (link.up, link.down),
            self._tallies,
            (Draws(seed, link.id, "up"), Draws(seed, link.id, "down")),
        )
        try:
            bring_up(far)
            bring_up(near)
        except NamespaceError:
            self._relay.close()
            raise

    def cut(self, cut: bool) -> None:
        """The relay drops every packet."""
        self._relay.cut(cut)

    def result(self, probed: tuple[Figures, Figures] | None) -> LinkResult:
        """By the relay's own counts, packet by packet."""
        by = "every packet, by the relay"
        up, down = self._tallies
        return LinkResult(up.result(self._link.up, by), down.result(self._link.down, by))

    def close(self) -> None:
        """Stop the relay; its devices go with their files."""
        self._relay.close()


def bring_up(side: Side) -> None:
    """Give the device its address, and no other: IPv6 would send packets that nobody asked for."""
    set_device = ("ip", "link", "set", "dev", side.device)
    side.namespace.run(*set_device, "addrgenmode", "none")
    side.namespace.run("ip", "address", "add", f"{side.address}/30", "dev", side.device)
    side.namespace.run(*set_device, "txqueuelen", "1000", "up")


def _tun_file(side: Side) -> int:
    return side.namespace.inside(lambda: tun_relay.tun_file(side.device))


def _by_discipline(side: Side) -> tuple[dict[str, Any], int]:
    """What a device's queueing discipline says of itself, and how many packets it dropped."""
    shown = side.namespace.run("tc", "-s", "-j", "qdisc", "show", "dev", side.device)
    (counted,) = [queue for queue in json.loads(shown) if queue.get("root")]
    return counted, counted["drops"]


def _by_rules(side: Side) -> dict[str, dict[str, Any]]:
    shown = side.namespace.run("nft", "-j", "list", "counters")
    listed = [entry["counter"] for entry in json.loads(shown)["nftables"] if "counter" in entry]
    return {counter["name"]: counter for counter in listed}
