"""Somebody at the source system's HTTP interface."""

import asyncio
import json
import re
from contextlib import suppress

import pyotp
import pytest

from simulator.live import desk
from simulator.live.desk import Desk
from simulator.live.people import Account

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def test_a_connection_that_was_idle_is_not_trusted():
    """Servers end idle connections, and a request that meets the end is lost."""
    connections = []

    async def asking(desk):
        await desk.ask("GET", "/one")
        await desk.ask("GET", "/two")
        at_once = len(connections)
        await asyncio.sleep(2.2)
        await desk.ask("GET", "/three")
        return at_once, len(connections)

    assert asyncio.run(at_a_server(asking, connections, [])) == (1, 2)


@pytest.mark.parametrize(("second", "step"), [(0, -1), (19, -1), (20, 0), (29, 0)])
def test_a_code_is_shown_that_is_good_for_a_while_yet(monkeypatch, second, step):
    """Seen under load: the code of the step before was looked at when that had passed."""
    bodies, now_step = [], 60_000_000
    monkeypatch.setattr(desk.time, "time", lambda: 30.0 * now_step + second)
    asyncio.run(at_a_server(lambda one: one.confirm(), [], bodies))
    code = pyotp.TOTP(SECRET).generate_otp(now_step + step)
    assert json.loads(bodies[-1]) == {"code": code}


async def at_a_server(ask, connections, bodies):
    """What somebody asks at a server that says yes to everything."""

    async def served(reader, writer):
        connections.append(writer)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = re.search(rb"content-length: (\d+)", head.lower())
                bodies.append(await reader.readexactly(int(length[1]) if length else 0))
                body = b'{"token": "t"}'
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body))
                await writer.drain()

    server = await asyncio.start_server(served, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    one = Desk(f"http://127.0.0.1:{port}", Account("a", "b", SECRET))
    found = await ask(one)
    await one._client.aclose()
    server.close()
    for writer in connections:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
    return found
