"""The HTTP proxy before a tiny server of its own: what passes, what is altered, what ends."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx2
import pytest

from conformance.mutants.proxies import http
from conformance.mutants.proxies.http import HttpProxy
from conformance.mutants.proxies.mutation import Answer, Mutation, NotAnswered


class Echo:
    """Answers with the request's head and body; in chunks where it is asked so."""

    def __init__(self):
        self.heads = []

    async def __call__(self, reader, writer):
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            head = await reader.readuntil(b"\r\n\r\n")
            self.heads.append(head)
            small = head.lower()
            body = b""
            if b"content-length:" in small:
                length = int(small.split(b"content-length:")[1].split(b"\r\n")[0])
                body = await reader.readexactly(length)
            said = head.split(b"\r\n")[0] + b"|" + body
            if b"/cut" in head:
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc")
            elif b"/chunked" in head:
                writer.write(b"HTTP/1.1 200 OK\r\nX-Own: a\r\ntransfer-encoding: chunked\r\n\r\n")
                for piece in (said[:5], said[5:]):
                    writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                writer.write(b"0\r\n\r\n")
            else:
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(said) + said)
        writer.close()


class Now:
    mutation = Mutation()


@asynccontextmanager
async def before(echo) -> AsyncIterator[tuple[httpx2.AsyncClient, Now]]:
    now = Now()
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    proxy = HttpProxy(lambda: now.mutation)
    url = f"http://127.0.0.1:{await proxy.start()}"
    proxy.beyond = server.sockets[0].getsockname()
    try:
        async with httpx2.AsyncClient(base_url=url, timeout=10, trust_env=False) as client:
            yield client, now
    finally:
        await proxy.stop()
        server.close()


def run(act):
    echo = Echo()

    async def main():
        async with asyncio.timeout(20), before(echo) as (client, now):
            await act(client, now)

    asyncio.run(main())
    return echo


def test_requests_pass_over_one_connection_with_and_without_bodies():
    async def act(client, _now):
        for _ in range(3):
            assert (await client.get("/a?b=c")).text == "GET /a?b=c HTTP/1.1|"
            assert (await client.post("/p", content=b"x" * 70_000)).content.endswith(b"x" * 70_000)
            chunked = await client.put("/chunked", content=b"1234567")
            assert chunked.text == "PUT /chunked HTTP/1.1|1234567"
            assert chunked.headers["x-own"] == "a"

    echo = run(act)
    assert len(echo.heads) == 9
    assert all(head.lower().count(b"connection: close") == 1 for head in echo.heads)


def test_the_system_sees_the_address_that_asks():
    async def main():
        seen = []

        async def system(reader, writer):
            seen.append(writer.get_extra_info("peername")[0])
            writer.close()

        async with before(system) as (client, _now):
            for source in ("127.0.0.7", "127.1.2.3"):
                transport = httpx2.AsyncHTTPTransport(local_address=source, trust_env=False)
                async with httpx2.AsyncClient(base_url=client.base_url, transport=transport) as one:
                    with pytest.raises(httpx2.HTTPError):
                        await one.get("/")
        assert seen == ["127.0.0.7", "127.1.2.3"]

    asyncio.run(main())


def test_a_connection_serves_one_request_after_the_other():
    async def act(client, _now):
        reader, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
        for _ in range(3):
            writer.write(b"GET /a HTTP/1.1\r\nhost: a\r\n\r\n")
            assert b"200" in await reader.readuntil(b"\r\n\r\n")
            assert await reader.readexactly(16) == b"GET /a HTTP/1.1|"
        writer.close()

    run(act)


def test_a_body_in_chunks_is_taken_whole():
    async def pieces():
        for piece in (b"abc", b"", b"def"):
            yield piece

    async def act(client, _now):
        assert (await client.post("/p", content=pieces())).text == "POST /p HTTP/1.1|abcdef"

    run(act)


def test_what_a_mutation_may_do():
    class Altering(Mutation):
        async def asked(self, request, onward):
            match request.path:
                case "/own":
                    return Answer(418, body=b"own")
                case "/twice":
                    await onward(request)
                    return await onward(replace(request, method="PUT"))
                case "/drop":
                    raise NotAnswered
                case "/chunks":
                    return replace(await onward(request), chunked=True)
            return await onward(request)

    async def act(client, now):
        now.mutation = Altering()
        assert (await client.get("/own")).status_code == 418
        assert (await client.get("/twice")).text == "PUT /twice HTTP/1.1|"
        with pytest.raises(httpx2.HTTPError):
            await client.get("/drop")
        answer = await client.post("/chunks", content=b"y" * 10_000)
        assert answer.headers["transfer-encoding"] == "chunked"
        assert answer.content.endswith(b"y" * 10_000)
        now.mutation = Mutation()
        assert (await client.get("/own")).text == "GET /own HTTP/1.1|"

    echo = run(act)
    assert [head[:5] for head in echo.heads] == [b"GET /", b"PUT /", b"POST ", b"GET /"]


def test_an_answer_that_is_cut_off_is_none():
    async def act(client, _now):
        with pytest.raises(httpx2.HTTPError):
            await client.get("/cut")
        assert (await client.get("/a")).is_success

    run(act)


def test_what_is_too_long_or_nonsense_ends_its_connection_alone(monkeypatch):
    monkeypatch.setattr(http, "MOST_BYTES", 1_000)

    async def act(client, _now):
        with pytest.raises(httpx2.HTTPError):
            await client.post("/p", content=b"x" * 100_000)
        host, port = client.base_url.host, client.base_url.port
        announced = b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1001\r\n\r\n"
        for nonsense in (b"\x16\x03\x01\r\n\r\n", b"GET /" + b"a" * 100_000, announced):
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(nonsense)
            with contextlib.suppress(ConnectionError):
                assert await reader.read() == b""
            writer.close()
        assert (await client.get("/a")).is_success

    assert len(run(act).heads) == 1


def test_nobody_beyond_is_no_answer():
    async def main():
        proxy = HttpProxy(Mutation)
        url = f"http://127.0.0.1:{await proxy.start()}"
        try:
            async with httpx2.AsyncClient(base_url=url, timeout=10, trust_env=False) as client:
                with pytest.raises(httpx2.HTTPError):
                    await client.get("/")
        finally:
            await proxy.stop()

    asyncio.run(main())
