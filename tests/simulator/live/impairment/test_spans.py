"""Links of real packets: what is set against what a probe finds, and that nothing is left over."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from simulator.live.impairment import probe
from simulator.live.impairment.joint import Joint, Side, TunJoint, VethJoint
from simulator.live.impairment.link import Link, Way, about
from simulator.live.impairment.namespace import Namespace, NamespaceError

ROOT = Path(__file__).parents[4]

pytestmark = [pytest.mark.needs_tool("ip"), pytest.mark.needs_tool("tc")]

DELAYED = Link(
    "l",
    Way(about(60, 10), loss_per_million=50_000, rate_bytes_per_s=100_000),
    Way(about(20), rate_bytes_per_s=400_000),
)
LOSSY = Link(
    "l",
    Way(loss_per_million=100_000, rate_bytes_per_s=100_000),
    Way(rate_bytes_per_s=400_000),
)


def outside() -> tuple[str, list[str]]:
    """The machine's own devices and the namespaces that have names."""
    shown = subprocess.run(["ip", "-o", "address"], capture_output=True, text=True, check=True)
    named = Path("/run/netns")
    return shown.stdout, sorted(os.listdir(named)) if named.is_dir() else []


def probed(link: Link, kind: str):
    """What probes find up and down, and what the joint says of itself."""

    async def body():
        with closing(Namespace()) as one, closing(Namespace()) as other:
            far, near = Side(one, "far0", "10.77.0.1"), Side(other, "near0", "10.77.0.2")
            joint: Joint = (
                TunJoint(link, 3, far, near) if kind == "tun" else VethJoint(kind, link, far, near)
            )
            with one.socket(socket.SOCK_DGRAM) as here, other.socket(socket.SOCK_DGRAM) as there:
                here.bind((far.address, 0))
                there.bind((near.address, 0))
                up = await probe.measured((here, there), there.getsockname(), link.up)
                down = await probe.measured((there, here), here.getsockname(), link.down)
                joint.cut(True)
                cut = await probe.measured((here, there), there.getsockname(), Way())
                joint.cut(False)
                healed = await probe.measured((there, here), here.getsockname(), Way(about(50)))
            result = joint.result((up, down))
            joint.close()
            return up, down, cut, healed, result

    async def bounded():
        async with asyncio.timeout(40):
            return await body()

    return asyncio.run(bounded())


@pytest.mark.parametrize(("kind", "link"), [("tun", DELAYED), ("netem", DELAYED), ("veth", LOSSY)])
@pytest.mark.needs_tool("nft")
def test_set_and_achieved(kind, link, possible):
    possible(kind)
    before = outside()
    up, down, cut, healed, result = probed(link, kind)
    assert outside() == before
    for way, found, told in ((link.up, up, result.up), (link.down, down, result.down)):
        assert way.quantile_ms(5) - 1 <= found.delay_p5_ms
        assert found.delay_p50_ms <= way.quantile_ms(50) + 15
        kept = 1 - way.loss_per_million / 1e6
        assert found.rate_bytes_per_s == pytest.approx(way.rate_bytes_per_s * kept, rel=0.15)
        assert abs(found.loss_per_million - way.loss_per_million) <= 60_000
        assert abs(told.achieved.loss_per_million - way.loss_per_million) <= 60_000
        assert told.packets > probe.PACKETS
    assert result.up.achieved.delay_p50_ms == pytest.approx(up.delay_p50_ms, abs=10)
    assert cut.loss_per_million == 1_000_000
    assert healed.loss_per_million < 50_000


@pytest.mark.parametrize("backend", ["tun", "veth", "netem"])
@pytest.mark.needs_tool("nft")
def test_connections_over_real_packets(backend, possible, over):
    possible(backend)
    before = outside()
    data = bytes(range(256)) * 400
    way = Way(about(0 if backend == "veth" else 20), rate_bytes_per_s=250_000)

    async def body(net):
        loop = asyncio.get_running_loop()
        reader, writer = await asyncio.open_connection(*net.addresses["in"])
        begin_s = loop.time()
        writer.write(data)
        assert await reader.readexactly(len(data)) == data
        assert loop.time() - begin_s > 0.9 * len(data) / way.rate_bytes_per_s
        net.cut(links=["l"])
        writer.write(b"held")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read(1), 0.3)
        net.heal(links=["l"])
        assert await reader.readexactly(4) == b"held"
        net.reset(links=["l"])
        with pytest.raises(ConnectionResetError):
            await reader.read(1)
        writer.close()

    result = over(Link("l", way, way), body=body, backend=backend)
    assert outside() == before
    assert result.backend == backend
    assert result.links["l"].up.bytes > len(data)
    assert result.links["l"].up.achieved.rate_bytes_per_s == pytest.approx(250_000, rel=0.15)


def test_tcp_repairs_what_a_bad_link_does(possible, over):
    possible("tun")
    data = bytes(range(256)) * 200
    way = Way(
        about(5, 2),
        loss_per_million=20_000,
        reorder_per_million=50_000,
        duplicate_per_million=50_000,
        corrupt_per_million=20_000,
    )

    async def body(net):
        reader, writer = await asyncio.open_connection(*net.addresses["in"])
        writer.write(data)
        assert await reader.readexactly(len(data)) == data
        writer.close()

    result = over(Link("l", way, way), body=body, backend="tun")
    assert result.repeatable
    assert result.links["l"].up.packets > 36


CHILD = """
import asyncio, os, sys
from simulator.live.impairment.link import Link
from simulator.live.impairment.network import Plan, opened
from simulator.live.impairment.proxy import Entrance

async def main():
    link = Link("l")
    await opened(Plan((link,), (Entrance("in", ("127.0.0.1", 9), "l"),), 1, sys.argv[1]))
    for file in os.listdir("/proc/self/fd"):
        try:
            name = os.readlink(f"/proc/self/fd/{file}")
        except OSError:
            continue
        if name.startswith("net:"):
            print(name)
    print("open", flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


def held_by_anyone() -> set[str]:
    """The network namespaces that any process is in or has open."""
    found = set()
    for place in (*Path("/proc").glob("[0-9]*/fd/*"), *Path("/proc").glob("[0-9]*/ns/net")):
        try:
            found.add(os.readlink(place))
        except OSError:
            continue
    return {name for name in found if name.startswith("net:")}


@pytest.mark.parametrize("backend", ["tun", "veth"])
@pytest.mark.needs_tool("nft")
def test_nothing_is_left_of_a_killed_process(backend, possible):
    possible(backend)
    before = outside()
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, backend], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        namespaces = set()
        for line in child.stdout:
            if line == "open\n":
                break
            namespaces.add(line.strip())
        assert len(namespaces) == 2
        assert namespaces <= held_by_anyone()
        child.send_signal(signal.SIGKILL)
        child.wait(10)
    until = time.monotonic() + 10
    while namespaces & held_by_anyone() and time.monotonic() < until:
        time.sleep(0.05)
    assert not namespaces & held_by_anyone()
    assert outside() == before


def test_a_command_that_fails_says_so_in_one_line(possible):
    possible("tun")
    with closing(Namespace()) as namespace:
        with pytest.raises(NamespaceError, match=r"^ip: Cannot find device .far0.$"):
            namespace.run("ip", "link", "set", "dev", "far0", "up")
        with pytest.raises(NamespaceError, match="the program no-such-program is missing"):
            namespace.run("no-such-program")
