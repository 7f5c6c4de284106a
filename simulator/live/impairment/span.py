"""A link of real packets: two namespaces of this process, joined, with the target behind one.

A connection goes from this machine's loopback into the devices' namespace, as TCP over the link
into the source system's, and from there back to the loopback. So no address, route or rule of the
machine's own is touched, and whoever connects needs to know nothing of it.
"""

import socket
from collections.abc import Sequence
from contextlib import AsyncExitStack, closing
from dataclasses import replace

from simulator.live.impairment import probe
from simulator.live.impairment.joint import Joint, Kind, Side, TunJoint, VethJoint
from simulator.live.impairment.link import Link
from simulator.live.impairment.namespace import Namespace
from simulator.live.impairment.proxy import Address, Entrance, Proxy, connected, listen
from simulator.live.impairment.tally import Figures, LinkResult

FAR_ADDRESS = "10.77.0.1"
NEAR_ADDRESS = "10.77.0.2"
"""Seen in the two namespaces only, so every span can have the same."""


class Span:
    """An open span; `opened` makes one."""

    def __init__(self, joint: Joint, far: Namespace) -> None:
        """Use `opened`."""
        self.joint, self._far = joint, far
        self.targets: dict[str, Address] = {}
        self.probed: tuple[Figures, Figures] | None = None

    async def dial(self, entrance: Entrance) -> socket.socket:
        """Connect to the entrance's target from the devices' side."""
        return await connected(self._far.socket(), self.targets[entrance.name])

    def result(self) -> LinkResult:
        """What the link did so far."""
        return self.joint.result(self.probed)


async def opened(
    kind: Kind, link: Link, entrances: Sequence[Entrance], seed: int, stack: AsyncExitStack
) -> Span:
    """A span with the targets of these entrances, closed by the stack; raises `NamespaceError`."""
    far = Side(stack.enter_context(closing(Namespace())), "far0", FAR_ADDRESS)
    near = Side(stack.enter_context(closing(Namespace())), "near0", NEAR_ADDRESS)
    joint: Joint = (
        TunJoint(link, seed, far, near) if kind == "tun" else VethJoint(kind, link, far, near)
    )
    stack.callback(joint.close)
    span = Span(joint, far.namespace)
    behind = Proxy({link.id: Link(link.id)}, seed, files_per_connection=4)
    stack.push_async_callback(behind.close)
    for entrance in entrances:
        listening = listen(near.namespace.socket(), NEAR_ADDRESS)
        span.targets[entrance.name] = listening.getsockname()
        await behind.serve(replace(entrance, link=link.id, sources=()), listening)
    if kind != "tun":  # the relay counts every packet itself
        span.probed = await _probed(link, far.namespace, near.namespace)
    return span


async def _probed(link: Link, far: Namespace, near: Namespace) -> tuple[Figures, Figures]:
    with far.socket(socket.SOCK_DGRAM) as here, near.socket(socket.SOCK_DGRAM) as there:
        here.bind((FAR_ADDRESS, 0))
        there.bind((NEAR_ADDRESS, 0))
        up = await probe.measured((here, there), there.getsockname(), link.up)
        down = await probe.measured((there, here), here.getsockname(), link.down)
    return up, down
