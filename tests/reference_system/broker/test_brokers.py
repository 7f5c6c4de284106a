"""Brokers as children: started, changed while they run, killed, ended with their starter."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
import trustme
from paho.mqtt.client import MQTTv5, MQTTv311

from reference_system.broker import child, passwords
from reference_system.broker.choose import choose
from reference_system.broker.contract import Address, BrokerError, Certificate, Login
from reference_system.broker.link import Link
from reference_system.broker.probe import speaks_mqtt5, trouble

Place = Any


def test_a_new_password_replaces_the_old_one_and_disturbs_nobody(place: Place) -> None:
    link = place.link()
    other = place.device("B").connect().subscribe("ttcs/1/B/cmd")
    old = place.device("A").connect()
    ended = threading.Event()
    old.client.on_disconnect = lambda *_: ended.set()
    old_login = place.login("A")
    place.register("A")
    assert ended.wait(10)
    assert place.client(old_login).connect().reason == "Not authorized"
    assert place.device("A").connect().reason == "Success"
    link.publish("ttcs/1/B/cmd", b"still here").result(10)
    assert place.eventually(lambda: other.received)
    assert link.state.connections == 1


def test_a_removed_device_is_put_out_and_stays_out(place: Place) -> None:
    device = place.device("A").connect()
    place.broker.remove_credential("A")
    place.broker.remove_credential("never there")
    assert place.eventually(lambda: not device.client.is_connected())
    assert place.device("A").connect().reason == "Not authorized"
    assert place.device("B").connect().reason == "Success"


def test_all_credentials_can_be_replaced_at_once(place: Place) -> None:
    place.broker.replace_credentials({"C": passwords.hashed("known")})
    assert place.device("A").connect().reason == "Not authorized"
    assert place.client(Login("C", "known")).connect().reason == "Success"
    place.link()


@pytest.mark.parametrize("name", ["", "@source", "a/b", "a:b", "a\nb", "+", "đài"])
def test_no_credential_for_what_is_no_device(place: Place, name: str) -> None:
    with pytest.raises(BrokerError):
        place.broker.set_credential(name, passwords.hashed("x"))
    with pytest.raises(BrokerError):
        place.broker.set_credential("A", "plain text\nB:$7$1$$")


def test_files_are_private_and_hold_no_password(place: Place, tmp_path: Path) -> None:
    for file in (tmp_path / "broker").iterdir():
        assert file.stat().st_mode & 0o077 == 0, file
        assert place.login("A").password not in file.read_text("utf-8", errors="replace")
    assert (tmp_path / "broker").stat().st_mode & 0o077 == 0
    assert place.login("A").password not in repr(place.login("A"))


def test_a_killed_broker_is_started_again_and_found_again(place: Place) -> None:
    link = place.link()
    pid = place.broker.pid
    os.kill(pid, signal.SIGKILL)
    assert place.eventually(lambda: place.broker.pid not in (None, pid) and place.broker.alive())
    assert place.broker.starts == 2
    assert place.eventually(lambda: link.state.connections == 2)
    device = place.device("A").connect().subscribe("ttcs/1/A/cmd")
    link.publish("ttcs/1/A/cmd", b"again").result(10)
    assert place.eventually(lambda: device.received)


def test_a_command_waits_for_a_device_that_is_away(place: Place) -> None:
    link = place.link()
    place.device("A").connect().subscribe("ttcs/1/A/cmd").go_away()
    link.publish("ttcs/1/A/cmd", b"while away").result(10)
    device = place.device("A").connect()
    assert place.eventually(lambda: device.received == [("ttcs/1/A/cmd", b"while away")])


def test_new_passwords_of_devices_that_are_away_end_nobody_s_connection(place: Place) -> None:
    """Found by certifying a system twice: mosquitto 2.0.11 with an expiry of sessions put a client
    that is away on its list of what expires with each change once more, and died of it."""
    names = [f"D{number}" for number in range(8)]
    place.register(*names)
    for device in [place.device(name).connect() for name in names]:
        device.go_away()
    place.register(*names)
    devices = [place.device(name).connect() for name in names]
    ended = threading.Event()
    for device in devices:
        device.client.on_disconnect = lambda *_: ended.set()
    assert not ended.wait(8), "it looks at what expires every five seconds"
    assert place.broker.starts == 1
    for device in devices:
        device.client.on_disconnect = None


def test_stopping_twice_is_nothing_and_a_port_in_use_is_told(place: Place, tmp_path: Path) -> None:
    port = place.broker.address.port
    place.close()
    place.broker.stop()
    place.broker.stop()
    assert not place.broker.alive()
    again = choose(place.broker.name, tmp_path / "broker", port=port)
    again.start()
    again.stop()


def test_a_broker_that_cannot_start_is_told_in_one_line(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "START_S", 1.5)
    missing = Certificate(tmp_path / "none", tmp_path / "none")
    broker = choose(kind, tmp_path / "broker", certificate=missing)
    with pytest.raises(BrokerError, match=f"^{kind} did not start within 2 s: .*") as refused:
        broker.start()
    assert "\n" not in str(refused.value)
    assert broker.pid is None


@pytest.mark.needs_tool("mosquitto")
def test_queued_commands_outlive_a_restart_of_mosquitto(new_place: Any) -> None:
    place = new_place("mosquitto")
    link = place.link()
    place.device("A").connect().subscribe("ttcs/1/A/cmd").go_away()
    link.publish("ttcs/1/A/cmd", b"kept").result(10)
    place.broker.stop()
    place.broker.start()
    assert place.eventually(lambda: link.state.connections == 2, 20)
    device = place.device("A").connect()
    assert place.eventually(lambda: device.received == [("ttcs/1/A/cmd", b"kept")])


@pytest.mark.needs_tool("mosquitto")
@pytest.mark.parametrize("protocol", [MQTTv311, MQTTv5])
def test_an_expired_command_is_not_delivered(new_place: Any, protocol: int) -> None:
    place = new_place("mosquitto")
    link = place.link()
    device = place.device("A", client_id="A")
    device.connect().subscribe("ttcs/1/A/cmd").go_away()
    link.publish("ttcs/1/A/cmd", b"expires", 1).result(10)
    link.publish("ttcs/1/A/cmd", b"holds", 600).result(10)
    threading.Event().wait(2.1)
    back = place.device("A", protocol=protocol)
    back.connect()
    assert place.eventually(lambda: back.received)
    assert back.received == [("ttcs/1/A/cmd", b"holds")]


STARTER = """
import sys
from pathlib import Path
from reference_system.broker.choose import choose
broker = choose(sys.argv[1], Path(sys.argv[2]))
broker.start()
print(broker.pid, flush=True)
sys.stdin.read()
"""


def test_the_broker_ends_with_a_killed_starter(kind: str, tmp_path: Path, eventually: Any) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", STARTER, kind, str(tmp_path / "broker")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as starter:
        pid = int(starter.stdout.readline())
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        assert (kind if kind == "mosquitto" else "embedded_process").encode() in command
        starter.kill()
    assert eventually(lambda: not is_running(pid))


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.fixture(scope="module")
def authorities() -> tuple[trustme.CA, trustme.CA]:
    return trustme.CA(), trustme.CA()


# paho leaves it to the garbage collector to close a connection whose certificate is not trusted.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_tls_works_and_another_authority_does_not(
    kind: str, tmp_path: Path, authorities: tuple[trustme.CA, trustme.CA], new_place: Any
) -> None:
    ours, theirs = authorities
    issued = ours.issue_cert("127.0.0.1")
    files = {name: tmp_path / name for name in ("certificate", "key", "ca", "other")}
    issued.cert_chain_pems[0].write_to_path(files["certificate"])
    issued.private_key_pem.write_to_path(files["key"])
    ours.cert_pem.write_to_path(files["ca"])
    theirs.cert_pem.write_to_path(files["other"])
    certificate = Certificate(files["certificate"], files["key"], files["ca"])
    place = new_place(kind, certificate=certificate)
    assert str(place.broker.address).startswith("mqtts://127.0.0.1:")
    link = place.link()
    device = place.device("A").connect().subscribe("ttcs/1/A/cmd")
    link.publish("ttcs/1/A/cmd", b"in secret").result(10)
    assert place.eventually(lambda: device.received)

    address = place.broker.address
    wrong = Address(address.host, address.port, True, files["other"])
    assert "certificate is not trusted" in trouble(wrong)
    distrustful = Link(wrong, place.broker.login, lambda _: None, mqtt5=False)
    distrustful.start()
    assert place.eventually(lambda: distrustful.state.problem)
    assert "certificate is not trusted" in distrustful.state.problem
    distrustful.stop()
    plain = Address(address.host, address.port)
    assert not speaks_mqtt5(plain)


def test_abilities_say_what_is_so(place: Place) -> None:
    assert speaks_mqtt5(place.broker.address) == place.broker.abilities.mqtt5
    assert place.broker.abilities.capacity_devices
    assert place.broker.abilities.keeps_credentials
