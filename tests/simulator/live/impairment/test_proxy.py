"""The proxy over real sockets: what is set against what comes out, and how connections end."""

import asyncio
import socket
from contextlib import closing
from ipaddress import IPv4Network
from statistics import median

import pytest

from simulator.live.impairment.link import Link, Way, about
from simulator.live.impairment.network import Network, Plan, opened
from simulator.live.impairment.proxy import Entrance

LATE_S = 0.3
"""How late a busy machine may be."""


def link(way: Way, **more: int) -> Link:
    return Link("l", way, way, **more)


async def connect(net: Network, source: str = "127.0.0.1", entrance: str = "in"):
    return await asyncio.open_connection(*net.addresses[entrance], local_addr=(source, 0))


async def round_trip_s(reader, writer, data: bytes = b"ping") -> float:
    loop = asyncio.get_running_loop()
    begin_s = loop.time()
    writer.write(data)
    assert await reader.readexactly(len(data)) == data
    return loop.time() - begin_s


async def silent(reader, seconds: float) -> bool:
    """Whether nothing comes for so long."""
    try:
        await asyncio.wait_for(reader.read(1), seconds)
    except TimeoutError:
        return True
    return False


def test_every_byte_comes_through_in_order(over):
    data = bytes(range(256)) * 1_200
    way = Way(about(5, 5), loss_per_million=20_000, rate_bytes_per_s=1_000_000)

    async def body(net):
        reader, writer = await connect(net)
        assert await round_trip_s(reader, writer, data) > 0.3
        writer.close()

    result = over(link(way), body=body)
    assert result.backend == "proxy"
    assert result.repeatable
    assert result.links["l"].up.bytes == result.links["l"].down.bytes == len(data)


def test_delay_set_and_achieved(over):
    async def body(net):
        begin_s = asyncio.get_running_loop().time()
        reader, writer = await connect(net)
        await round_trip_s(reader, writer)
        first_s = asyncio.get_running_loop().time() - begin_s
        assert 0.155 < first_s < 0.205 + LATE_S  # the handshake's round trip comes before
        trips_s = [await round_trip_s(reader, writer) for _ in range(30)]
        assert min(trips_s) > 0.07
        assert 0.075 < median(trips_s) < 0.09 + LATE_S
        writer.close()

    up, down = Way(about(50, 5)), Way(about(30, 5))
    result = over(Link("l", up, down), body=body)
    achieved = result.links["l"].up.achieved
    assert result.links["l"].up.asked.delay_p50_ms == 50
    assert 45 <= achieved.delay_p5_ms <= achieved.delay_p50_ms < 55 + LATE_S * 1_000
    assert result.links["l"].down.achieved.delay_p5_ms >= 25


@pytest.mark.parametrize("rate", [40_000, 2_000_000])
def test_rate_set_and_achieved(over, rate):
    size = rate  # a second's worth

    async def body(net):
        reader, writer = await connect(net)
        seconds = await round_trip_s(reader, writer, b"x" * size)
        assert 0.99 < seconds < 1.1 + LATE_S
        writer.close()

    result = over(Link("l", Way(rate_bytes_per_s=rate)), body=body)
    assert result.links["l"].up.achieved.rate_bytes_per_s == pytest.approx(rate, rel=0.1)
    assert result.links["l"].down.achieved.rate_bytes_per_s is None


def test_loss_costs_retransmissions_and_no_bytes(over):
    async def body(net):
        reader, writer = await connect(net)
        trips_s = [await round_trip_s(reader, writer) for _ in range(40)]
        assert min(trips_s) < 0.1
        assert sum(trip_s > 0.2 for trip_s in trips_s) >= 3
        writer.close()

    way = Way(loss_per_million=100_000)
    result = over(Link("l", way), body=body)
    assert result.links["l"].up.achieved.loss_per_million == pytest.approx(100_000, abs=90_000)


def test_the_same_seed_loses_the_same(over):
    async def body(net):
        for source in ("127.0.0.5", "127.0.0.6"):
            reader, writer = await connect(net, source)
            for _ in range(20):
                await round_trip_s(reader, writer)
            writer.close()

    def lost(seed):
        result = over(Link("l", Way(loss_per_million=150_000)), body=body, seed=seed)
        return result.links["l"].up.achieved.loss_per_million

    assert lost(1) == lost(1)
    assert len({lost(seed) for seed in range(3)}) > 1


def test_a_partition_holds_what_was_sent_and_connections_stay(over, target):
    async def body(net):
        reader, writer = await connect(net)
        await round_trip_s(reader, writer)
        net.cut(links=["l"])
        writer.write(b"held")
        late_reader, late_writer = await connect(net)
        late_writer.write(b"late")
        assert await silent(reader, 0.2)
        assert await silent(late_reader, 0.1)
        assert [bytes(heard) for heard in target.heard] == [b"ping"]
        net.heal(links=["l"])
        assert await reader.readexactly(4) == b"held"
        assert await late_reader.readexactly(4) == b"late"
        writer.close()
        late_writer.close()

    over(Link("l"), body=body)


def test_one_device_is_cut_off_and_not_its_neighbour(over):
    async def body(net):
        one, other = await connect(net, "127.0.0.5"), await connect(net, "127.0.0.6")
        await round_trip_s(*one)
        net.cut(sources=["127.0.0.5"])
        one[1].write(b"held")
        await round_trip_s(*other)
        assert await silent(one[0], 0.1)
        net.heal(sources=["127.0.0.6"])
        assert await silent(one[0], 0.1)
        net.heal(sources=["127.0.0.5"])
        assert await one[0].readexactly(4) == b"held"
        one[1].close()
        other[1].close()

    over(Link("l"), body=body)


def test_who_gives_up_while_connecting_is_never_heard_of(over, target):
    async def body(net):
        net.cut(links=["l"])
        _, writer = await connect(net)
        writer.write(b"connect")
        await writer.drain()
        writer.close()
        await asyncio.sleep(0.1)
        net.heal(links=["l"])
        await asyncio.sleep(0.1)
        assert target.heard == []

    result = over(Link("l"), body=body)
    assert (result.connections.opened, result.connections.open_now) == (1, 0)


def test_reset_on_demand(over, target):
    async def body(net):
        reader, writer = await connect(net)
        await round_trip_s(reader, writer)
        net.reset(links=["l"])
        with pytest.raises(ConnectionResetError):
            await reader.read(1)
        writer.close()
        reader, writer = await connect(net)
        await round_trip_s(reader, writer)
        writer.close()
        assert target.ended[0] == "reset"

    result = over(Link("l"), body=body)
    assert result.connections.reset == 1
    assert result.connections.opened == 2


def test_a_peer_that_resets_is_passed_on(over, target):
    async def body(net):
        reader, writer = await connect(net)
        await round_trip_s(reader, writer)
        writer.transport.abort()
        for _ in range(100):
            if target.ended:
                break
            await asyncio.sleep(0.02)

    assert over(Link("l"), body=body).connections.open_now == 0
    assert len(target.ended) == 1


def test_half_a_connection_may_end_first(over, target):
    async def body(net):
        reader, writer = await connect(net)
        writer.write(b"last words")
        writer.write_eof()
        assert await reader.read() == b"last words"
        writer.close()

    over(link(Way(about(10))), body=body)
    assert target.ended == ["fin"]


def test_a_slow_close(over):
    async def body(net):
        loop = asyncio.get_running_loop()
        reader, writer = await connect(net)
        await round_trip_s(reader, writer)
        begin_s = loop.time()
        writer.write_eof()
        assert await reader.read() == b""
        assert 0.4 <= loop.time() - begin_s < 0.4 + LATE_S
        writer.close()

    over(link(Way(), close_delay_ms=200), body=body)


def test_a_target_that_is_not_there_resets(over):
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = Entrance("in", taken.getsockname(), "l")

        async def body(net):
            reader, writer = await connect(net)
            with pytest.raises(ConnectionResetError):
                await reader.read(1)
            writer.close()

        assert over(Link("l"), body=body, entrances=(nobody,)).connections.open_now == 0


def test_the_link_follows_from_the_address(over, target):
    entrance = Entrance("in", target.address, "fast", ((IPv4Network("127.5.0.0/16"), "slow"),))

    async def body(net):
        fast, slow = await connect(net, "127.6.0.1"), await connect(net, "127.5.0.1")
        assert await round_trip_s(*fast) < 0.05 + LATE_S
        assert await round_trip_s(*slow) >= 0.4
        net.cut(links=["slow"])
        await round_trip_s(*fast)
        fast[1].close()
        slow[1].close()

    slow = Way(about(200))
    result = over(Link("fast"), Link("slow", slow, slow), body=body, entrances=(entrance,))
    assert result.links["fast"].up.bytes == 8
    assert result.links["slow"].up.bytes == 4


def test_a_device_shares_its_rate_among_its_connections(over):
    async def body(net):
        loop = asyncio.get_running_loop()

        async def seconds(*sources: str) -> float:
            peers = [await connect(net, source) for source in sources]
            begin_s = loop.time()
            await asyncio.gather(*(round_trip_s(*peer, b"x" * 50_000) for peer in peers))
            for _, writer in peers:
                writer.close()
            return loop.time() - begin_s

        assert 0.95 < await seconds("127.0.0.5", "127.0.0.5") < 1.1 + LATE_S
        assert 0.45 < await seconds("127.0.0.6", "127.0.0.7") < 0.6 + LATE_S
        assert 0.45 < await seconds("127.0.0.1", "127.0.0.1") < 0.6 + LATE_S

    over(Link("l", Way(rate_bytes_per_s=100_000)), body=body)


def test_what_waits_is_bounded():
    """A target that reads nothing: in the end the device can send no more."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:

        async def body():
            plan = Plan((Link("l"),), (Entrance("in", listening.getsockname(), "l"),), 1)
            net = await opened(plan)
            sent, chunk = 0, bytes(2**20)
            with closing(socket.create_connection(net.addresses["in"])) as device:
                device.setblocking(False)
                peer = (await asyncio.to_thread(listening.accept))[0]
                idle = 0
                while idle < 10 and sent < 2**28:
                    try:
                        sent += device.send(chunk)
                        idle = 0
                    except BlockingIOError:
                        idle += 1
                        await asyncio.sleep(0.02)
                assert 0 < sent < 2**26  # what the system's own socket buffers take among it
                peer.close()
            await net.close()

        asyncio.run(body())


def test_there_is_room_for_so_many(over, monkeypatch):
    monkeypatch.setattr("resource.getrlimit", lambda _: (204, 204))

    async def body(net):
        first, second = await connect(net), await connect(net)
        await round_trip_s(*first)
        await round_trip_s(*second)
        reader, writer = await connect(net)
        assert await reader.read() == b""
        for each in (writer, first[1], second[1]):
            each.close()

    result = over(Link("l"), body=body)
    assert (result.connections.opened, result.connections.refused) == (2, 1)


@pytest.mark.parametrize("host", ["192.0.2.1", "10.77.0.1", "0.0.0.0"])
def test_nothing_but_the_loopback_is_a_target(host):
    with pytest.raises(ValueError, match="not on the loopback"):
        Entrance("in", (host, 1883), "l")


def test_a_link_that_there_is_not(over, target):
    async def body(net):
        raise AssertionError

    with pytest.raises(ValueError, match="entrance in: no link other"):
        over(Link("l"), body=None, entrances=(Entrance("in", target.address, "other"),))
