"""Drives one MQTT client on a thread of its own.

paho's own thread waits with select, which fails for file numbers from 1,024 on: a source system
that serves many HTTP connections would not get its broker back. This one waits with poll.
"""

import os
import random
import select
import threading
from collections.abc import Callable

from paho.mqtt.client import Client

CONNECT_S = 5.0
FIRST_DELAY_S, LONGEST_DELAY_S = 0.5, 15.0
_TICK_MS = 1_000


class Driver:
    """Connects, and connects again after pauses that grow and are never quite the same."""

    def __init__(self, client: Client, failed: Callable[[], None]) -> None:
        """Prepare; `failed` is called on the thread when no connection could be made."""
        self._client, self._failed = client, failed
        self._ending = threading.Event()
        self._wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._thread = threading.Thread(target=self._run, name="ttcs-link", daemon=True)
        self._delay_s = FIRST_DELAY_S
        client.connect_timeout = CONNECT_S
        client.on_socket_register_write = lambda *_: self._poke()

    def start(self) -> None:
        """Begin; `connect_async` was called before."""
        self._thread.start()

    def connected(self) -> None:
        """The next pause is a short one again."""
        self._delay_s = FIRST_DELAY_S

    def stop(self) -> None:
        """Disconnect, and end the thread."""
        self._ending.set()
        self._client.disconnect()
        self._poke()
        if self._thread.is_alive():
            self._thread.join()
        os.close(self._wake)

    def _poke(self) -> None:
        os.eventfd_write(self._wake, 1)

    def _run(self) -> None:
        while not self._ending.is_set():
            try:
                self._client.reconnect()
            except OSError:
                self._failed()
            else:
                self._serve()
            self._ending.wait(random.uniform(0.5, 1.0) * self._delay_s)
            self._delay_s = min(2 * self._delay_s, LONGEST_DELAY_S)

    def _serve(self) -> None:
        """Carry what comes and goes until the connection ends."""
        while (connection := self._client.socket()) is not None:
            poll = select.poll()
            poll.register(self._wake, select.POLLIN)
            wanted = select.POLLIN | (select.POLLOUT if self._client.want_write() else 0)
            poll.register(connection, wanted)
            # TLS may have read more than was asked of it, of which poll knows nothing.
            is_waiting = getattr(connection, "pending", int)() > 0
            ready = dict(poll.poll(0 if is_waiting else _TICK_MS))
            if self._wake in ready:
                os.eventfd_read(self._wake)
            events = ready.get(connection.fileno(), 0)
            if events & select.POLLOUT:
                self._client.loop_write()
            if is_waiting or events & ~select.POLLOUT:
                self._client.loop_read()
            self._client.loop_misc()
            if self._ending.is_set() and not self._client.want_write():
                return
