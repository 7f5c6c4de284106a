"""The source system's link: nothing is lost on it, and it says how things stand."""

import os
import resource
import socket
import threading
from concurrent.futures import wait
from pathlib import Path
from typing import Any

import pytest

from reference_system.broker import link as link_module
from reference_system.broker.choose import choose
from reference_system.broker.contract import Address, BrokerError, Login
from reference_system.broker.external import ExternalBroker
from reference_system.broker.link import Incoming, Link, LinkError

Place = Any


@pytest.mark.needs_tool("mosquitto")
def test_a_message_comes_again_until_it_is_acknowledged(new_place: Any) -> None:
    place = new_place("mosquitto")
    seen: list[Incoming] = []
    place.link(seen.append)
    place.device("A").connect().publish("ttcs/1/A/ack", b"once")
    assert place.eventually(lambda: len(seen) == 1)
    place.restart_link()
    first = place.link(seen.append)
    assert place.eventually(lambda: len(seen) == 2)
    assert (seen[1].topic, seen[1].payload) == ("ttcs/1/A/ack", b"once")
    seen[0].acknowledge()  # of an earlier connection: nothing
    seen[1].acknowledge()
    seen[1].acknowledge()
    assert first.state.connected


@pytest.mark.needs_tool("mosquitto")
def test_what_comes_while_the_link_is_away_waits_for_it(new_place: Any) -> None:
    place = new_place("mosquitto")
    place.link()
    device = place.device("A").connect()
    place.restart_link()
    device.publish("ttcs/1/A/log", b"meanwhile")
    place.link()
    assert place.eventually(lambda: place.heard() == [("ttcs/1/A/log", b"meanwhile")])


@pytest.mark.needs_tool("mosquitto")
def test_what_comes_before_the_subscription_is_confirmed_is_acknowledged_too(
    new_place: Any,
) -> None:
    """More than the broker has on its way at once: what stays unacknowledged would stop it all."""
    place = new_place("mosquitto")
    place.link()
    device = place.device("A").connect()
    place.restart_link()
    for number in range(200):
        device.publish("ttcs/1/A/log", b"%d" % number)
    seen: list[Incoming] = []
    again = place.link(seen.append)
    assert place.eventually(lambda: again.state.connected)
    for taken in range(200):
        assert place.eventually(lambda taken=taken: len(seen) > taken)
        seen[taken].acknowledge()


def test_a_callback_that_fails_ends_nothing(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    seen: list[Incoming] = []

    def fail_first(message: Incoming) -> None:
        seen.append(message)
        if len(seen) == 1:
            raise RuntimeError("of the caller")
        message.acknowledge()

    link = place.link(fail_first)
    device = place.device("A").connect()
    device.publish("ttcs/1/A/ack", b"1")
    device.publish("ttcs/1/A/ack", b"2")
    assert place.eventually(lambda: len(seen) == 2)
    assert link.state.connected
    assert "ttcs/1/A/ack could not be handed on" in caplog.text


def test_messages_go_out_in_their_order(place: Place) -> None:
    link = place.link()
    device = place.device("A").connect().subscribe("ttcs/1/A/cmd")
    futures = [link.publish("ttcs/1/A/cmd", b"%d" % number) for number in range(300)]
    wait(futures, 20)
    assert place.eventually(lambda: len(device.received) == 300)
    assert [int(payload) for _, payload in device.received] == list(range(300))
    assert link.outstanding == 0


def test_publishing_without_a_connection_fails_at_once(place: Place) -> None:
    states: list[Any] = []
    address = place.broker.address
    link = Link(address, place.broker.login, print, mqtt5=False, on_state=states.append)
    with pytest.raises(LinkError):
        link.publish("ttcs/1/A/cmd", b"x").result(0)
    link.start()
    link.wait(10)
    place.broker.stop()
    assert place.eventually(lambda: not link.state.connected)
    with pytest.raises(LinkError, match=r"connection lost|Connection refused"):
        link.publish("ttcs/1/A/cmd", b"x").result(0)
    link.stop()
    assert link.state.problem == "the link was closed"
    assert [state.connected for state in states][:2] == [True, False]


def test_what_is_on_its_way_is_bounded(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_module, "MAX_OUTSTANDING", 5)
    link = place.link()
    with link._room:  # the sender waits meanwhile
        kept = [link.publish("ttcs/1/A/cmd", b"x") for _ in range(5)]
        refused = link.publish("ttcs/1/A/cmd", b"x")
    with pytest.raises(LinkError, match="5 messages are on their way"):
        refused.result(0)
    assert not wait(kept, 10).not_done


def test_a_refused_login_is_told_in_one_line(place: Place) -> None:
    external = ExternalBroker(place.broker.address, Login("someone", "not the password"))
    external.start()
    assert external.abilities.mqtt5 == place.broker.abilities.mqtt5
    link = Link(external.address, external.login, print, mqtt5=external.abilities.mqtt5)
    link.start()
    with pytest.raises(BrokerError) as refused:
        link.wait(10)
    link.stop()
    expected = f"{external.address} refuses the login of someone: Not authorized"
    assert str(refused.value) == expected


def test_a_login_that_may_not_read_is_told(new_place: Any) -> None:
    place = new_place("embedded")  # mosquitto lets anyone subscribe, and delivers nothing
    link = Link(place.broker.address, place.login("A"), print, mqtt5=False)
    link.start()
    with pytest.raises(BrokerError, match="does not let us read ttcs/1/"):
        link.wait(10)
    link.stop()


def test_an_external_broker_that_is_not_there_is_told(unused_port: int) -> None:
    nowhere = ExternalBroker(Address("127.0.0.1", unused_port), Login(None, None))
    with pytest.raises(BrokerError, match=f"^mqtt://127.0.0.1:{unused_port}: Connection refused$"):
        nowhere.start()
    with pytest.raises(BrokerError, match="are kept by whoever runs"):
        nowhere.set_credential("A", "x")


def test_the_link_waits_for_a_broker_that_comes_later(
    kind: str, tmp_path: Path, unused_port: int, eventually: Any
) -> None:
    broker = choose(kind, tmp_path / "broker", port=unused_port)
    link = Link(broker.address, broker.login, print, mqtt5=broker.abilities.mqtt5)
    link.start()
    assert eventually(lambda: link.state.problem)
    assert "Connection refused" in link.state.problem
    broker.start()
    try:
        link.wait(20)
        future = link.publish("ttcs/1/A/cmd", b"x")
        future.result(10)
    finally:
        link.stop()
        broker.stop()


def test_threads_end_with_the_link(place: Place) -> None:
    before = threading.active_count()
    link = Link(place.broker.address, place.broker.login, print, mqtt5=False)
    link.start()
    link.wait(10)
    link.stop()
    assert place.eventually(lambda: threading.active_count() == before)


def test_a_link_is_made_with_many_files_open(place: Place) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4_096), hard))
    files = [os.open(os.devnull, os.O_RDONLY) for _ in range(1_100)]
    try:
        link = place.link()  # its socket has a number that select cannot wait for
        link.publish("ttcs/1/A/cmd", b"x").result(10)
    finally:
        for file in files:
            os.close(file)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_broken_connection_is_made_again(place: Place) -> None:
    link = place.link()
    device = place.device("A").connect().subscribe("ttcs/1/A/cmd")
    link._client.socket().shutdown(socket.SHUT_RDWR)
    assert place.eventually(lambda: link.state.connections == 2)
    link.publish("ttcs/1/A/cmd", b"again").result(10)
    device.publish("ttcs/1/A/ack", b"heard")
    assert place.eventually(lambda: place.heard() == [("ttcs/1/A/ack", b"heard")])
    assert place.eventually(lambda: device.received)
