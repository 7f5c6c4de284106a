"""Why a connection was not made, in one line."""

import asyncio
import socket
import time
from dataclasses import replace

import pytest

from reference_system.broker.own import OwnBroker
from simulator.dialects.reference import Reference
from simulator.emulator import connection
from simulator.emulator.connection import Broker, Connection, Heard, NotConnected, Session

NOBODY = Heard(lambda _topic, _payload: None, lambda _mid: None, lambda _why: None)
BROKER = Broker("here", 1, "127.0.0.1")


def why_not(broker: Broker, secret: str = "no matter") -> str:
    dialect = Reference()
    session = Session(dialect.login("d0", secret), dialect.subscriptions("d0"), None, 60, True)

    async def run() -> str:
        with pytest.raises(NotConnected) as raised:
            await Connection(broker, session, NOBODY).open("127.0.0.2")
        return str(raised.value)

    return asyncio.run(run())


def test_a_broker_that_never_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "CONNECT_S", 0.4)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began_s = time.monotonic()
        why = why_not(replace(BROKER, port=silent.getsockname()[1]))
    assert why == "here: no answer in 0.4 s"
    assert 0.3 < time.monotonic() - began_s < 3


def test_a_broker_whose_backlog_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "CONNECT_S", 0.4)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, socket.socket() as first:
        first.connect(full.getsockname())
        began_s = time.monotonic()
        why = why_not(replace(BROKER, port=full.getsockname()[1]))
    assert why == "here: not reached"
    assert 0.3 < time.monotonic() - began_s < 3


def test_a_broker_that_is_not_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    assert why_not(replace(BROKER, port=port)) == "here: Connection refused"


@pytest.mark.needs_tool("mosquitto")
def test_a_wrong_password(broker: OwnBroker) -> None:
    where = replace(BROKER, port=broker.address.port)
    assert why_not(where, "wrong") == "here: refuses the login: Not authorized"
