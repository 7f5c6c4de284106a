"""The path between a device and its broker: what passed is counted, and it can be broken."""

import socket
import threading
import time
from contextlib import contextmanager

import pytest

from conformance.bench.path import Entrance, Path
from conformance.traffic import Connection


@contextmanager
def on_a_path():
    """A path to a server that says everything back, and a device's connection on it."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def echo():
            far, _ = server.accept()
            with far:
                while data := far.recv(100):
                    far.sendall(data)

        thread = threading.Thread(target=echo)
        thread.start()
        entrance = Entrance("127.0.0.1", 0, server.getsockname()[1], "127.0.0.1", is_mqtt=True)
        path = Path([entrance], lambda *_: None, lambda: 7)
        (port,) = path.start()
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=10) as device:
                yield path, device
        finally:
            path.stop()
            thread.join(10)


def received(device, size):
    data = b""
    while len(data) < size:
        data += device.recv(size - len(data))
    return data


def test_what_passed_is_counted_by_connection_and_way():
    with on_a_path() as (path, device):
        device.sendall(b"hello")
        assert received(device, 5) == b"hello"
        record = path.recorded()
        assert record.connections == [Connection("broker", 7, None, 5, 5)]
        assert [(each.way, each.size) for each in record.passes] == [
            ("from-device", 5),
            ("to-device", 5),
        ]
        device.sendall(b"again")
        received(device, 5)
        later = path.recorded()
    assert later.connections == [Connection("broker", None, None, 5, 5)], "it was there before"


def test_a_disturbance_is_said_and_then_the_connection_is_reset():
    with on_a_path() as (path, device):
        device.sendall(b"x")
        received(device, 1)
        begun_s = time.monotonic()
        path.disturb(b"\x30\xff\xff")
        assert received(device, 3) == b"\x30\xff\xff"
        with pytest.raises(ConnectionResetError):
            device.recv(10)
        assert time.monotonic() - begun_s > 0.5
        assert path.recorded().connections[0].to_device_bytes == 4
