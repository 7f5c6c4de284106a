"""An intruder at weak servers of our own: what is let through is seen as that, and no more."""

import asyncio
import os
import re
import ssl
import subprocess
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import create_server
from types import SimpleNamespace

import pytest
import trustme

from conformance.sources import acts as a
from conformance.sources.intruding import attacks as t
from conformance.sources.intruding import intruder, ports
from conformance.sources.intruding.attacks import ActWithout, Enter, SendTooMuch
from conformance.sources.intruding.intruder import Intruder
from conformance.sources.reference.surface import Surface
from simulator.dialects import reference
from simulator.dialects.contract import Login, Message
from simulator.emulator.connection import Broker, Connection, Heard, Session
from simulator.live.people import Account
from simulator.live.vendor_broker import VendorBroker

ROOT = Path(__file__).parents[4]
SECRETS = {"loa-1": "secret of the first", "loa-2": "secret of the second"}
ISSUE = a.Issue("k", "b", a.Area(("1",)))


def free_port():
    with create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class People:
    async def account(self, who):
        return Account(who.name, "their own password")


@contextmanager
def web(status, body=b'{"token": "0123456789"}'):
    """A server that answers everybody the same, and notes the requests."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def answer(self):
            length = int(self.headers.get("content-length") or 0)
            if length < intruder.ANNOUNCED_BYTES:
                self.rfile.read(length)
            asked.append((self.client_address[0], self.path, self.headers.get("authorization")))
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = True

        def log_message(self, *_):
            pass

    for method in ("GET", "POST", "DELETE"):
        setattr(Handler, f"do_{method}", Handler.answer)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join(20)
        server.server_close()


def intruder_at(url="", broker=None, processes=()):
    surface = Surface(url, People(), "2022", lambda: processes) if url else None
    fleet = SimpleNamespace(dialect=reference.DIALECT, broker=broker, services={})
    return Intruder(SimpleNamespace(surface=surface, fleet=fleet, trusted=None), SECRETS)


def tried(one, *attacks):
    async def all_of_them():
        try:
            return [await one.do(attack) for attack in attacks]
        finally:
            await one.leave()

    return asyncio.run(all_of_them())


OVER_HTTP = (
    t.GuessPassword("admin", "admin"),
    t.GuessOf(t.SOMEBODY),
    ActWithout("none", ISSUE),
    ActWithout("garbage", ISSUE),
    ActWithout("ended", a.DeviceStates()),
    SendTooMuch("sent"),
    SendTooMuch("nested"),
    SendTooMuch("announced"),
)


def test_a_server_that_takes_everything_is_seen_to():
    with web(200) as (url, asked):
        assert {type(each) for each in tried(intruder_at(url), *OVER_HTTP)} == {a.Done}
    assert len({address for address, _, _ in asked}) == 1
    assert asked[0][0] != "127.0.0.1", "the intruder comes from an address of its own"
    assert "Bearer 01AAAAAAAA" in {token for _, _, token in asked}


def test_a_server_that_breaks_is_seen_to():
    with web(500) as (url, _):
        found = tried(intruder_at(url), *OVER_HTTP[:3], SendTooMuch("sent"))
    assert {each.status for each in found} == {500}


def test_a_server_that_refuses_all_ends_no_session():
    """A session that could not be begun is no evidence that its end counts."""
    with web(401) as (url, _):
        found = tried(intruder_at(url), ActWithout("none", ISSUE), ActWithout("ended", ISSUE))
    assert [each.status for each in found] == [401, 0]


def test_a_server_that_lets_every_connection_hang(monkeypatch):
    monkeypatch.setattr(intruder, "LEFT_OPEN_S", 0.5)
    listener = create_server(("127.0.0.1", 0))
    with listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        assert tried(intruder_at(url), SendTooMuch("not-http")) == [a.Done(said="left open")]


def test_nobody_is_there():
    with create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    found = tried(intruder_at(url), t.GuessPassword("a", "b"), SendTooMuch("sent"))
    assert [each.status for each in found] == [0, 0]
    assert tried(intruder_at(), t.GuessPassword("a", "b"), t.FindPorts()) == [a.Unsupported()] * 2


# ---- At an open broker --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def open_broker():
    broker = VendorBroker()
    broker.start()
    yield Broker("127.0.0.1", broker.port, "127.0.0.1")
    broker.stop()


@pytest.mark.needs_tool("mosquitto")
def test_an_open_broker_lets_everybody_in_hear_and_speak_for_everybody(open_broker):
    heard = []

    async def main():
        victim = Session(
            Login("loa-2", "loa-2", "x"), reference.DIALECT.subscriptions("loa-2"), None, 60, True
        )
        connection = Connection(
            open_broker, victim, Heard(lambda *said: heard.append(said), lambda _: None, print)
        )
        await connection.open(None)
        one = intruder_at(broker=open_broker)
        try:
            entered = [
                await one.do(Enter("loa-1", secret, "loa-2"))
                for secret in ("wrong", "none", "another's", "12345678")
            ]
            entered += [await one.do(Enter("loa-1", "own")), await one.do(t.Overhear("loa-2"))]
            command = b'{"to": "loa-1"}'
            connection.publish(Message("ttcs/1/loa-1/cmd", command))
            connection.publish(Message("ttcs/1/loa-2/cmd", b"theirs"))
            said = await one.do(t.Gather(1, 10_000))
            await asyncio.sleep(0.5)
            said = await one.do(t.Gather())
            played = await one.do(t.PlayBack("loa-2"))
            forged = await one.do(t.ForgeState("loa-2"))
            await asyncio.sleep(0.5)
            return entered, said, played, forged
        finally:
            await one.leave()
            connection.drop()

    entered, said, played, forged = asyncio.run(main())
    assert {type(each) for each in entered} == {a.Done}
    assert said.said == {"own": 1, "others": ["ttcs/1/loa-2/cmd"]}
    assert (played.said, forged.said) == (2, 1)
    assert [payload for _, payload in heard] == [b"theirs", b'{"to": "loa-1"}', b'{"to": "loa-2"}']


@pytest.mark.needs_tool("mosquitto")
def test_an_open_broker_takes_too_much_and_a_closed_port_shows_nothing(open_broker):
    one = intruder_at(broker=open_broker)
    assert tried(one, SendTooMuch("publish", "loa-1")) == [a.Done(said="taken")]
    assert tried(one, SendTooMuch("not-mqtt")) == [a.Refused(0, "cut")]
    assert (
        tried(intruder_at(), SendTooMuch("not-mqtt"), t.SeeAddress("mqtt")) == [a.Unsupported()] * 2
    )


# ---- TLS and ports ------------------------------------------------------------------------------


def test_a_certificate_is_valid_for_its_name_and_its_authority_alone():
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    trusted = ssl.create_default_context()
    authority.configure_trust(trusted)

    async def main():
        server = await asyncio.start_server(lambda _, w: w.close(), "127.0.0.1", 0, ssl=context)
        port = server.sockets[0].getsockname()[1]
        found = []
        for name, tls in (
            ("localhost", trusted),
            ("another.example", trusted),
            ("localhost", ssl.create_default_context()),
        ):
            one = intruder_at(broker=Broker(name, port, "127.0.0.1", tls))
            found.append(await one.do(t.CheckCertificate("mqtt")))
            old = [await one.do(t.SpeakOld("mqtt", version)) for version in ("1.0", "1.1")]
            assert {each.reason for each in old} <= {"alert", "ended"}
        server.close()
        return found, await one.do(t.SeeAddress("mqtt"))

    (right, *wrong), address = asyncio.run(main())
    assert right == a.Done()
    assert [each.status for each in wrong] == [1, 1]
    assert address.said == {"tls": True, "loopback": True}


@pytest.mark.slow
@pytest.mark.needs_tool("mosquitto")
def test_the_reference_system_with_a_certificate_speaks_no_old_tls(tmp_path, monkeypatch):
    authority = trustme.CA()
    made = authority.issue_cert("localhost", "127.0.0.1")
    made.private_key_pem.write_to_path(tmp_path / "key.pem")
    made.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    words = ["--certificate", "cert.pem", "--key", "key.pem"]
    words += ["--data-dir", "data", "--port", "0", "--mqtt-port", str(free_port())]
    words += ["--ca", "ca.pem"]
    with subprocess.Popen(
        [sys.executable, "-m", "ttcs", "serve", "--place", "province:52", *words],
        stdout=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
    ) as server:
        try:
            said = "".join(server.stdout.readline() for _ in range(2))
            web_port = int(re.search(r"https://127\.0\.0\.1:(\d+)", said)[1])
            mqtt_port = int(re.search(r"mqtts://127\.0\.0\.1:(\d+)", said)[1])
            trusted = ssl.create_default_context(cafile=tmp_path / "ca.pem")
            broker = Broker("localhost", mqtt_port, "127.0.0.1", trusted)
            one = intruder_at(f"https://127.0.0.1:{web_port}", broker=broker)
            for where in ("http", "mqtt"):
                certificate, *old = tried(
                    one,
                    t.CheckCertificate(where),
                    t.SpeakOld(where, "1.0"),
                    t.SpeakOld(where, "1.1"),
                )
                assert certificate == a.Done()
                assert {(type(each), each.reason) for each in old} <= {
                    (a.Refused, "alert"),
                    (a.Refused, "ended"),
                }
        finally:
            server.terminate()


def test_a_port_that_nobody_declared_is_found_at_the_process_that_opened_it():
    program = (
        "import socket, subprocess, sys\n"
        "one = socket.create_server(('127.0.0.1', 0))\n"
        "print(one.getsockname()[1], flush=True)\n"
        "inner = 'import socket; s = socket.create_server((\"0.0.0.0\", 0));'"
        "'print(s.getsockname()[1], flush=True); input()'\n"
        "subprocess.run([sys.executable, '-c', inner])\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        declared, other = int(child.stdout.readline()), int(child.stdout.readline())
        one = intruder_at(f"http://127.0.0.1:{declared}", processes=(child.pid,))
        found = tried(one, t.FindPorts())[0].said
        child.communicate("\n", timeout=20)
    assert found == [["0.0.0.0", other, False], ["127.0.0.1", declared, True]]
    assert ports.listening([child.pid]) == set()


def test_a_port_is_known_by_knocking():
    with create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert asyncio.run(ports.open_ports("127.0.0.1", (port,))) == [port]
    assert asyncio.run(ports.open_ports("127.0.0.1", (port,))) == []
