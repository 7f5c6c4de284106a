"""What a server that means no good answers, and what is made of it: an error, soon."""

import asyncio
import time
import zlib
from collections.abc import Callable

import httpx2
import pytest

from simulator.emulator import answers
from tests.answering import Answering, answering

DEPTH = 100_000


def pouring(handler: Answering) -> None:
    """More than anybody keeps, and no end said."""
    handler.send_response(200)
    handler.end_headers()
    piece = b" " * (1 << 20)
    try:
        while True:
            handler.wfile.write(piece)
    except OSError:
        handler.close_connection = True


def dripping(handler: Answering) -> None:
    """A byte now and then."""
    handler.send_response(200)
    handler.end_headers()
    try:
        while True:
            handler.wfile.write(b" ")
            time.sleep(0.05)
    except OSError:
        handler.close_connection = True


def bomb(handler: Answering) -> None:
    """Small on its way."""
    packing = zlib.compressobj(9, zlib.DEFLATED, 31)
    content = b"".join(packing.compress(b" " * (1 << 20)) for _ in range(80)) + packing.flush()
    handler.answer(200, content, content_encoding="gzip")


def elsewhere(handler: Answering) -> None:
    handler.answer(302, b"", location="http://127.0.0.2:9/")


def saying(body: bytes) -> Callable[[Answering], None]:
    return lambda handler: handler.answer(200, body, content_type="application/json")


def lying(handler: Answering) -> None:
    """Less than was announced."""
    handler.send_response(200)
    handler.send_header("content-length", "1000")
    handler.end_headers()
    handler.wfile.write(b"{}")
    handler.close_connection = True


def asked(treat: Callable[[Answering], None], path: str = "/") -> list[object]:
    """What comes of it, on a loop and without one."""

    class Handler(Answering):
        def treat(self) -> None:
            treat(self)

    async def main(url: str) -> object:
        async with httpx2.AsyncClient(base_url=url, trust_env=False) as client:
            return answers.data_of(await answers.asked(client, "GET", path))

    def at_once(url: str) -> object:
        with httpx2.Client(base_url=url, trust_env=False) as client:
            return answers.data_of(answers.asked_at_once(client, "GET", path))

    found: list[object] = []
    with answering(Handler) as url:
        for ask in (lambda: asyncio.run(main(url)), lambda: at_once(url)):
            try:
                found.append(ask())
            except httpx2.HTTPError as error:
                found.append(str(error))
    return found


def test_what_is_said_is_said() -> None:
    assert asked(saying(b'{"a": 1}')) == [{"a": 1}] * 2
    assert asked(saying(b"")) == [None] * 2


@pytest.mark.parametrize(
    ("treat", "why"),
    [
        (pouring, "more than 67,108,864 bytes"),
        (bomb, "more than 67,108,864 bytes"),
        (lying, "peer closed connection"),
        (saying(b"[" * DEPTH + b"]" * DEPTH), "nested"),
        (saying(b'{"a": NaN}'), "expected"),
        (saying(b"\xff\xfe"), "UTF-8"),
    ],
)
def test_what_nobody_should_answer(treat: Callable[[Answering], None], why: str) -> None:
    for said in asked(treat):
        assert why in str(said)


def test_an_answer_has_to_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "LONGEST_S", 1.0)
    began_s = time.monotonic()
    assert asked(dripping) == ["an answer that has not ended after 1 s"] * 2
    assert time.monotonic() - began_s < 20


@pytest.mark.parametrize("path", ["/a\nb", "/\ud800"])
def test_a_name_of_the_servers_own_that_no_path_can_have(path: str) -> None:
    for said in asked(saying(b"{}"), path):
        assert "cannot be asked for" in str(said)


def test_nobody_is_sent_elsewhere() -> None:
    assert asked(elsewhere) == [None] * 2
