"""The MQTT proxy byte by byte, between a socket and a broker that only reads."""

import asyncio
from contextlib import suppress
from dataclasses import replace

import pytest

from conformance.mutants.proxies import frames
from conformance.mutants.proxies.frames import Frame, Publish, Splitter
from conformance.mutants.proxies.mqtt import MqttProxy
from conformance.mutants.proxies.mutation import Mutation, Sending

CONNECT = Frame(0x10, b"\x00\x04MQTT\x04\x02\x00\x3c\x00\x05loa-1")
COMMAND = Publish("ttcs/1/loa-1/cmd", b"words", qos=1, number=7)


class Side:
    """One end of a connection."""

    def __init__(self, reader, writer):
        self._reader, self._writer, self._splitter = reader, writer, Splitter()

    def send(self, *some):
        self._writer.write(b"".join(each.written() for each in some))

    def send_bytes(self, content):
        self._writer.write(content)

    async def read(self, within_s=0.5):
        """All packets that come within that time; None as the last where the connection ended."""
        found = []
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while piece := await self._reader.read(65_536):
                    found += self._splitter.feed(piece)
                found.append(None)
        return found

    def close(self):
        self._writer.close()


def at_the_proxy(mutation, act, first=CONNECT):
    async def main():
        came = asyncio.Queue()
        broker = await asyncio.start_server(
            lambda reader, writer: came.put_nowait(Side(reader, writer)), "127.0.0.1", 0
        )
        proxy = MqttProxy(lambda: mutation)
        port = await proxy.start()
        proxy.beyond = broker.sockets[0].getsockname()
        try:
            async with asyncio.timeout(20):
                device = Side(*await asyncio.open_connection("127.0.0.1", port))
                beyond = await came.get()
                device.send(first)
                await act(device, beyond)
                device.close()
                beyond.close()
        finally:
            await proxy.stop()
            broker.close()

    asyncio.run(main())


def test_all_but_messages_passes_as_it_is():
    others = [Frame(0x82, b"\x00\x01\x00\x01a\x01"), Frame(0xC0, b""), Frame(0xE0, b"")]

    async def act(device, beyond):
        device.send(*others)
        assert await beyond.read() == [CONNECT, *others]
        two = Publish("a", b"b", qos=2, number=3).frame()
        beyond.send(Frame(0x20, b"\x00\x00"), COMMAND.frame(), two, Frame(0xD0, b""))
        assert await device.read() == [
            Frame(0x20, b"\x00\x00"),
            COMMAND.frame(),
            two,
            Frame(0xD0, b""),
        ]

    at_the_proxy(Mutation(), act)


def test_what_is_passed_twice_is_acknowledged_once_and_what_is_added_is_sent_at_most_once():
    class Adding(Mutation):
        def to_device(self, device, publish, there):
            yield Sending(publish)
            yield Sending(replace(publish, again=True))
            yield Sending(replace(publish, payload=b"late"), after_s=0.1)
            yield Sending(replace(publish, payload=b"to"), to=device)
            yield Sending(replace(publish, payload=b"nowhere"), to="loa-2")

    async def act(device, beyond):
        await beyond.read(0.2)
        beyond.send(COMMAND.frame())
        came = [frames.publish_in(each) for each in await device.read()]
        once = replace(COMMAND, qos=0, number=None)
        assert came == [
            COMMAND,
            replace(COMMAND, again=True),
            replace(once, payload=b"to"),
            replace(once, payload=b"late"),
        ]
        acknowledgement = frames.acknowledgement(7)
        device.send(acknowledgement, acknowledgement)
        assert await beyond.read() == [acknowledgement]

    at_the_proxy(Adding(), act)


@pytest.mark.parametrize("way", ["to_device", "to_system"])
def test_what_is_dropped_is_acknowledged_by_the_proxy(way):
    dropping = type("Dropping", (Mutation,), {way: lambda *_: ()})

    async def act(device, beyond):
        await beyond.read(0.2)
        sender, other = (beyond, device) if way == "to_device" else (device, beyond)
        sender.send(COMMAND.frame(), replace(COMMAND, qos=0, number=None).frame())
        assert await sender.read() == [frames.acknowledgement(7)]
        assert await other.read(0.1) == []

    at_the_proxy(dropping(), act)


@pytest.mark.parametrize("is_device", [True, False])
def test_a_bad_packet_ends_both_sides(is_device):
    async def act(device, beyond):
        await beyond.read(0.2)
        sender, other = (device, beyond) if is_device else (beyond, device)
        sender.send(Frame(0xC0, b""))
        sender.send_bytes(b"\xff\xff\xff")
        assert await other.read(5) == [Frame(0xC0, b""), None]
        assert await sender.read(5) == [None]

    at_the_proxy(Mutation(), act)


def test_who_is_not_admitted_comes_to_no_broker():
    class Closed(Mutation):
        def admits(self, device):
            return False

    async def act(device, beyond):
        assert await device.read(5) == [None]
        assert await beyond.read(5) == [None]

    at_the_proxy(Closed(), act)


def test_another_version_of_mqtt_is_not_spoken():
    async def act(device, beyond):
        assert await device.read(5) == [None]
        assert await beyond.read(5) == [None]

    body = CONNECT.body.replace(b"\x04\x02", b"\x05\x02")
    at_the_proxy(Mutation(), act, replace(CONNECT, body=body))
