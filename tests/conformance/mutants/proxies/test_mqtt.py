"""The MQTT proxy between paho and a real mosquitto: what passes, and what becomes of it."""

import threading
import time
from collections import Counter
from dataclasses import replace

import pytest
from paho.mqtt.client import Client, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion

from conformance.mutants.proxies.mutation import Mutation, Sending
from conformance.mutants.proxies.standing import standing
from simulator.emulator.connection import Broker
from simulator.live.children import Children
from simulator.live.mosquitto import Mosquitto, find

pytestmark = pytest.mark.needs_tool("mosquitto")

SECRETS = {"loa-1": "bi mat 1", "loa-2": "bi mat 2"}
WAIT_S = 15.0


class Speaking:
    """One client: what it heard and sent, by paho's own thread."""

    def __init__(self, port, name, password, topics=()):
        self.heard, self._came = [], threading.Condition()
        self._subscribed = threading.Event()
        self.client = Client(CallbackAPIVersion.VERSION2, name, protocol=MQTTv311)
        self.client.username_pw_set(name, password)
        self.client.on_message = self._on_message
        self.client.on_connect = lambda client, *_: client.subscribe([(t, 1) for t in topics])
        self.client.on_subscribe = lambda *_: self._subscribed.set()
        self.client.connect("127.0.0.1", port, 30)
        self.client.loop_start()
        assert self._subscribed.wait(WAIT_S) or not topics

    def _on_message(self, _client, _userdata, message):
        with self._came:
            self.heard.append((message.topic, bytes(message.payload)))
            self._came.notify_all()

    def say(self, topic, payload):
        self.client.publish(topic, payload, 1).wait_for_publish(WAIT_S)

    def until(self, number):
        with self._came:
            self._came.wait_for(lambda: len(self.heard) >= number, WAIT_S)
        time.sleep(0.2)  # so that one too many would be there
        return [payload for _, payload in self.heard]

    def close(self):
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
def between(tmp_path):
    with standing() as found:
        children = Children(tmp_path)
        try:
            broker = Mosquitto(children, tmp_path / "broker", find(), _free_port())
            broker.start()
            broker.admit(SECRETS)
            found.lead_to("http://127.0.0.1:1", Broker("127.0.0.1", broker.port, "127.0.0.1"))
            yield found, broker
        finally:
            children.close()


@pytest.fixture
def people(between):
    found, broker = between
    speaking = [
        Speaking(found.broker.port, name, secret, [f"ttcs/1/{name}/cmd"])
        for name, secret in SECRETS.items()
    ]
    source = Speaking(
        broker.port, "@source", broker.source_password_file.read_text(), ["ttcs/1/+/log"]
    )
    yield source, *speaking
    for each in (source, *speaking):
        each.close()


def _free_port():
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_everything_passes_both_ways(people):
    source, one, two = people
    for number in range(200):
        source.say("ttcs/1/loa-1/cmd", b"%d" % number)
    one.say("ttcs/1/loa-1/log", b"x" * 60_000)
    assert one.until(200) == [b"%d" % number for number in range(200)]
    assert source.until(1) == [b"x" * 60_000]
    assert two.heard == []


def test_what_a_mutation_makes_of_messages(between, people):
    class Altering(Mutation):
        def to_device(self, device, publish, there):
            match publish.payload:
                case b"drop":
                    return
                case b"twice":
                    yield Sending(publish)
                    yield Sending(replace(publish, payload=b"again"))
                case b"later":
                    yield Sending(publish, after_s=0.5)
                case b"neighbour":
                    (other,) = set(there) - {device}
                    topic = f"ttcs/1/{other}/cmd"
                    yield Sending(replace(publish, topic=topic), to=other)
                case _:
                    yield Sending(replace(publish, payload=publish.payload.upper()))

        def to_system(self, device, publish):
            yield Sending(replace(publish, payload=device.encode()))

    found, _ = between
    source, one, two = people
    found.mutate(Altering())
    for word in (b"drop", b"later", b"twice", b"neighbour", b"other"):
        source.say("ttcs/1/loa-1/cmd", word)
    one.say("ttcs/1/loa-1/log", b"words")
    assert Counter(one.until(4)) == Counter([b"twice", b"again", b"OTHER", b"later"])
    assert one.heard[-1][1] == b"later"
    assert two.until(1) == [b"neighbour"]
    assert source.until(1) == [b"loa-1"]
    found.mutate(Mutation())
    for number in range(150):  # more than a broker keeps unacknowledged
        source.say("ttcs/1/loa-1/cmd", b"%d" % number)
    assert one.until(154)[4:] == [b"%d" % number for number in range(150)]


def test_what_was_to_go_on_later_is_forgotten_with_its_mutation(between, people):
    class Later(Mutation):
        def to_device(self, device, publish, there):
            yield Sending(publish, after_s=0.5)

    found, _ = between
    source, one, _ = people
    found.mutate(Later())
    source.say("ttcs/1/loa-1/cmd", b"never")
    time.sleep(0.2)
    found.mutate(Mutation())
    time.sleep(0.6)
    source.say("ttcs/1/loa-1/cmd", b"now")
    assert one.until(1) == [b"now"]


def test_what_is_dropped_is_acknowledged(between, people):
    class Dropping(Mutation):
        def to_device(self, device, publish, there):
            return ()

        def to_system(self, device, publish):
            return ()

    found, _ = between
    source, one, _ = people
    found.mutate(Dropping())
    for number in range(150):
        source.say("ttcs/1/loa-1/cmd", b"%d" % number)
        one.say("ttcs/1/loa-1/log", b"%d" % number)
    found.mutate(Mutation())
    source.say("ttcs/1/loa-1/cmd", b"last")
    one.say("ttcs/1/loa-1/log", b"last")
    assert (one.until(1), source.until(1)) == ([b"last"], [b"last"])


def test_a_message_that_is_sent_again_is_acknowledged_once(between, people):
    class Again(Mutation):
        def to_device(self, device, publish, there):
            yield Sending(publish)
            yield Sending(replace(publish, again=True))

    found, _ = between
    source, one, _ = people
    found.mutate(Again())
    for number in range(120):
        source.say("ttcs/1/loa-1/cmd", b"%d" % number)
    expected = [b"%d" % number for number in range(120) for _ in range(2)]
    assert one.until(240) == expected


def test_who_is_not_admitted_is_let_in_later(between, people):
    class Closed(Mutation):
        def admits(self, device):
            return False

    found, _ = between
    _, one, _ = people
    found.mutate(Closed())
    one.client.reconnect_delay_set(1, 1)
    one.client.reconnect()
    found.until_there(2, 2.0)
    assert not one.client.is_connected()
    found.mutate(Mutation())
    found.until_there(2, WAIT_S)
    one.say("ttcs/1/loa-1/log", b"back")
    assert people[0].until(1) == [b"back"]
