"""Bytes on the wire: what TLS and MQTT servers really say to them."""

import asyncio
import socket
import ssl
import struct
import threading
import warnings
from contextlib import contextmanager
from socket import create_connection, create_server

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from conformance.sources.intruding import raw
from simulator.live.vendor_broker import VendorBroker

NAME = "thu.example"


@contextmanager
def listening(answer):
    """A server that hands each connection to `answer`; its port."""
    server, ended = create_server(("127.0.0.1", 0)), threading.Event()

    def serve():
        while not ended.is_set():
            connection, _ = server.accept()
            with connection:
                connection.settimeout(20)
                if not ended.is_set():
                    answer(connection)

    thread = threading.Thread(target=serve)
    thread.start()
    port = server.getsockname()[1]
    try:
        yield port
    finally:
        ended.set()
        create_connection(("127.0.0.1", port), 20).close()
        thread.join(20)
        server.close()


def tls_server(minimum, maximum):
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(NAME).configure_cert(context)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # old versions are what is tried
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version, context.maximum_version = minimum, maximum

    def answer(connection):
        try:
            with context.wrap_socket(connection, server_side=True) as wrapped:
                wrapped.recv(100)
        except OSError:
            pass

    return listening(answer)


def said(port, minor):
    place = raw.Place(NAME, port, "127.0.0.1")
    hello = raw.client_hello(NAME, minor)
    return asyncio.run(raw.exchange(place, [hello], 10, None, enough=11)).content


@pytest.mark.parametrize(("minor", "version"), [(1, "TLSv1"), (2, "TLSv1_1")])
def test_a_server_of_an_old_version_takes_the_hello_and_a_new_one_does_not(minor, version):
    old = getattr(ssl.TLSVersion, version)
    with tls_server(old, old) as port:
        assert raw.chosen_version(said(port, minor)) == minor
    with tls_server(ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3) as port:
        answer = said(port, minor)
        assert raw.chosen_version(answer) is None
        assert raw.is_alert(answer)


@given(st.binary(max_size=40))
def test_no_bytes_are_taken_for_an_old_version_unless_they_are_a_hello(content):
    if raw.chosen_version(content) is not None:
        assert (content[0], content[5]) == (22, 2)


@pytest.mark.needs_tool("mosquitto")
def test_a_broker_lets_in_who_says_connect_and_answers_a_publish():
    broker = VendorBroker()
    broker.start()
    try:
        place = raw.Place("127.0.0.1", broker.port, "127.0.0.1")
        pieces = [raw.mqtt_connect("a", "a", "b"), raw.mqtt_publish("a/b", 70_000)]
        heard = asyncio.run(raw.exchange(place, pieces, 10, None, enough=8))
        assert raw.mqtt_return_code(heard.content) == 0
        assert heard.content[4] == 0x40
        assert raw.mqtt_return_code(b"HTTP") is None
    finally:
        broker.stop()


def test_nobody_there_and_who_says_nothing():
    with listening(lambda connection: connection.recv(100)) as port:
        ended = asyncio.run(raw.exchange(raw.Place("", port, "127.0.0.1"), [b"x"], 10, "127.9.8.7"))
    assert ended == raw.Heard(b"", "ended")
    with create_server(("127.0.0.1", 0)) as server:
        place = raw.Place("", server.getsockname()[1], "127.0.0.1")
        assert asyncio.run(raw.exchange(place, [b"x"], 0.2, None)) == raw.Heard(b"", "open")
    assert asyncio.run(raw.exchange(place, [b"x"], 1, None)) == raw.Heard(b"", "unreached")


def test_nobody_is_told_again_and_again_that_the_other_side_has_gone(caplog):
    """Seen at a server that resets a connection under a header of a megabyte."""
    authority = trustme.CA()
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(NAME).configure_cert(served)
    trusted = ssl.create_default_context()
    authority.configure_trust(trusted)

    def answer(connection):
        with served.wrap_socket(connection, server_side=True) as wrapped:
            wrapped.recv(100)
            at_once = struct.pack("ii", 1, 0)
            wrapped.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)

    with listening(answer) as port:
        place = raw.Place(NAME, port, "127.0.0.1", trusted)
        heard = asyncio.run(raw.exchange(place, [b"x" * 100, *[bytes(1 << 16)] * 200], 20, None))
    assert heard.end == "ended"
    assert [each.getMessage() for each in caplog.records] == []
