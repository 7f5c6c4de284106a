"""No device can read or command another: tried on real brokers."""

import contextlib
import socket
from typing import Any

import pytest

from reference_system.broker.contract import SOURCE_ACCOUNT, Login
from reference_system.interface.topics import DEVICE_WRITES

# conftest's classes come as fixtures' values
Place = Any

FOREIGN = ["ttcs/1/B/cmd", "ttcs/1/+/cmd", "ttcs/1/#", "#", "+/+/+/+", "ttcs/1/B/#", "$SYS/#"]


def test_a_device_gets_its_commands_and_no_others(place: Place) -> None:
    link = place.link()
    device = place.device("A").connect().subscribe("ttcs/1/A/cmd", *FOREIGN)
    other = place.device("B").connect().subscribe("ttcs/1/B/cmd")
    link.publish("ttcs/1/B/cmd", b"for B").result(10)
    link.publish("ttcs/1/A/cmd", b"for A").result(10)
    other.publish("ttcs/1/B/status", b"of B")
    other.publish("ttcs/1/B/online", b"retained of B", retain=True)
    link.publish("ttcs/1/A/cmd", b"last").result(10)
    assert place.eventually(lambda: ("ttcs/1/A/cmd", b"last") in device.received)
    assert {topic for topic, _ in device.received} == {"ttcs/1/A/cmd"}
    assert other.received == [("ttcs/1/B/cmd", b"for B")]


def test_a_device_cannot_speak_for_another_or_give_orders(place: Place) -> None:
    link = place.link()
    other = place.device("B").connect().subscribe("ttcs/1/B/cmd")
    device = place.device("A").connect().subscribe("ttcs/1/A/cmd")
    for topic in ("cmd", *DEVICE_WRITES):
        device.publish(f"ttcs/1/B/{topic}", b"forged")
    device.publish("ttcs/1/A/cmd", b"forged")
    device.publish("ttcs/1/elsewhere", b"forged")
    for topic in DEVICE_WRITES:
        device.publish(f"ttcs/1/A/{topic}", b"own")
    link.publish("ttcs/1/B/cmd", b"true").result(10)
    assert place.eventually(lambda: len(place.heard()) >= len(DEVICE_WRITES))
    assert place.eventually(lambda: other.received)
    assert place.heard() == [(f"ttcs/1/A/{topic}", b"own") for topic in DEVICE_WRITES]
    assert other.received == [("ttcs/1/B/cmd", b"true")]
    assert device.received == []


def test_retained_messages_reach_only_who_may_read_them(place: Place) -> None:
    place.device("B").connect().publish("ttcs/1/B/online", b"retained", retain=True)
    link = place.link()  # its subscriptions match, which amqtt takes for everyone's
    assert place.eventually(lambda: place.heard() == [("ttcs/1/B/online", b"retained")])
    device = place.device("A").connect().subscribe("ttcs/1/A/cmd", "ttcs/1/B/online")
    link.publish("ttcs/1/A/cmd", b"last").result(10)
    assert place.eventually(lambda: device.received)
    assert device.received == [("ttcs/1/A/cmd", b"last")]


@pytest.mark.parametrize(
    "login",
    [
        Login(None, None),
        Login("A", None),
        Login("A", ""),
        Login("A", "guessed"),
        Login("C", "guessed"),
        Login(SOURCE_ACCOUNT, "guessed"),
        Login("+", "guessed"),
    ],
    ids=repr,
)
def test_nobody_comes_in_without_the_password(place: Place, login: Login) -> None:
    stranger = place.client(login).connect()
    assert stranger.reason == "Not authorized"
    assert not stranger.client.is_connected()


def test_another_ones_client_id_is_no_way_to_its_commands(place: Place) -> None:
    link = place.link()
    place.device("B").connect().subscribe("ttcs/1/B/cmd").go_away()
    link.publish("ttcs/1/B/cmd", b"waits for B").result(10)
    thief = place.device("A", client_id="B").connect()
    guesser = place.client(Login("B", "guessed"), client_id="B").connect()
    assert guesser.reason == "Not authorized"
    other = place.device("B").connect()
    assert place.eventually(lambda: other.received == [("ttcs/1/B/cmd", b"waits for B")])
    assert thief.received == guesser.received == []


def test_a_connected_device_is_not_put_out_by_others(place: Place) -> None:
    device = place.device("B").connect().subscribe("ttcs/1/B/cmd")
    place.client(Login("B", "guessed"), client_id="B").connect()
    place.client(Login(SOURCE_ACCOUNT, "guessed"), client_id="B").connect()
    place.device("A", client_id="B").connect()
    device.subscribe("ttcs/1/A/cmd")
    link = place.link()
    link.publish("ttcs/1/A/cmd", b"for A").result(10)
    link.publish("ttcs/1/B/cmd", b"for B").result(10)
    assert place.eventually(lambda: device.received)
    assert device.received == [("ttcs/1/B/cmd", b"for B")]


def test_a_last_will_is_ones_own(place: Place) -> None:
    place.link()
    place.register("C")
    other = place.device("B").connect().subscribe("ttcs/1/B/cmd")
    for topic in ("ttcs/1/B/cmd", "ttcs/1/B/online", "ttcs/1/A/cmd"):
        place.device("A", will=topic).connect().vanish()
    place.device("C", will="ttcs/1/C/online").connect().vanish()
    assert place.eventually(lambda: ("ttcs/1/C/online", b"gone") in place.heard())
    assert place.heard() == [("ttcs/1/C/online", b"gone")]
    assert other.received == []


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"\x10",
        b"\x10\xff\xff\xff\x7f",
        b"\x10\x0c\x00\x04MQTT\x04\xff\x00\x0a\x00\x00",
        b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x0a\xff\xff",
        b"\x10\x0c\x00\x04MQTT\x09\x02\x00\x0a\x00\x00",
        b"\x30\x05\x00\x03a/bx",
        b"GET / HTTP/1.1\r\n\r\n",
        bytes(range(256)) * 40,
    ],
    ids=range(9),
)
def test_damaged_packets_do_no_harm(place: Place, packet: bytes) -> None:
    address = place.broker.address
    connection = socket.create_connection((address.host, address.port), 5)
    with connection, contextlib.suppress(OSError):  # it may be ended by the broker meanwhile
        connection.sendall(packet)
        connection.shutdown(socket.SHUT_WR)
    assert place.broker.alive()


def test_a_message_beyond_every_limit_ends_its_senders_connection_only(place: Place) -> None:
    link = place.link()
    device = place.device("A").connect()
    connections = []
    device.client.on_disconnect = lambda *_: connections.append("ended")
    device.client.publish("ttcs/1/A/log", b"x" * 200_000, qos=0)
    assert place.eventually(lambda: connections)
    assert link.state.connected
    assert place.heard() == []
