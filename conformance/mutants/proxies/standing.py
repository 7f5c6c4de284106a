"""Both proxies before a source system, on one thread of their own."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from typing import Any, TypeVar
from urllib.parse import urlsplit

from conformance.mutants.proxies.http import HttpProxy
from conformance.mutants.proxies.mqtt import MqttProxy
from conformance.mutants.proxies.mutation import Mutation
from simulator.emulator.connection import Broker

_LONGEST_S = 20.0
_LOOPBACK = "127.0.0.1"

_T = TypeVar("_T")


class Between:
    """What stands between a system and everybody else: `url` and `broker` are where these find it.

    Nothing passes before `lead_to` has said where the system is.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """On a loop that runs on another thread."""
        self._loop, self._mutation = loop, Mutation()
        self._http, self._mqtt = HttpProxy(self._now), MqttProxy(self._now)
        self.url = f"http://{_LOOPBACK}:{self._done(self._http.start())}"
        self.broker = Broker(_LOOPBACK, self._done(self._mqtt.start()), _LOOPBACK)

    def lead_to(self, server_url: str, broker: Broker) -> None:
        """There is the system."""
        parts = urlsplit(server_url)
        self._http.beyond = str(parts.hostname), parts.port or 80
        self._mqtt.beyond = broker.address, broker.port

    def mutate(self, mutation: Mutation) -> None:
        """Everything passes through this one from now on; what the last one kept back is gone."""
        self._done(self._mutate(mutation))

    def until_there(self, devices: int, within_s: float) -> None:
        """Return once so many devices are connected, or have had their time."""
        self._done(self._until_there(devices, within_s), within_s)

    def close(self) -> None:
        """End every connection."""
        for proxy in (self._http, self._mqtt):
            self._done(proxy.stop())

    async def _mutate(self, mutation: Mutation) -> None:
        self._mutation = mutation
        self._mqtt.forget()

    async def _until_there(self, devices: int, within_s: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while len(self._mqtt.devices) < devices:
                    await asyncio.sleep(0.1)

    def _now(self) -> Mutation:
        return self._mutation

    def _done(self, what: Coroutine[Any, Any, _T], within_s: float = 0.0) -> _T:
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(within_s + _LONGEST_S)


@contextmanager
def standing() -> Iterator[Between]:
    """Both, listening; ended with the block."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, name="mutating proxies", daemon=True)
    thread.start()
    try:
        between = Between(loop)
        try:
            yield between
        finally:
            between.close()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(_LONGEST_S)
        loop.close()
