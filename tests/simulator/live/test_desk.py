"""Somebody at the source system's HTTP interface."""

import asyncio
import re
from contextlib import suppress

from simulator.live.desk import Desk
from simulator.live.people import Account


def test_a_connection_that_was_idle_is_not_trusted():
    """Servers end idle connections, and a request that meets the end is lost."""
    connections = []

    async def served(reader, writer):
        connections.append(writer)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = re.search(rb"content-length: (\d+)", head.lower())
                await reader.readexactly(int(length[1]) if length else 0)
                body = b'{"token": "t"}'
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body))
                await writer.drain()

    async def main():
        server = await asyncio.start_server(served, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        desk = Desk(f"http://127.0.0.1:{port}", Account("a", "b"))
        await desk.ask("GET", "/one")
        await desk.ask("GET", "/two")
        at_once = len(connections)
        await asyncio.sleep(2.2)
        await desk.ask("GET", "/three")
        await desk.close()
        server.close()
        for writer in connections:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()
        return at_once, len(connections)

    assert asyncio.run(main()) == (1, 2)
