"""An MQTT proxy between a fleet and its broker: messages are taken apart, all else passes as it is.

Messages of quality of service 2 pass as they are, too. What a mutation does not pass on at once, as
it came, the proxy acknowledges itself; what it adds goes out with quality of service 0.
"""

import asyncio
from collections.abc import Callable, Collection, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from conformance.mutants.proxies import frames
from conformance.mutants.proxies.frames import BadFrame, Frame, Publish, Splitter
from conformance.mutants.proxies.mutation import Mutation, Sending

Way = Literal["to_device", "to_system"]
_BACK: dict[Way, Way] = {"to_device": "to_system", "to_system": "to_device"}

CONNECT_S = 10.0
PIECE_BYTES = 1 << 16


@dataclass(slots=True, eq=False)
class _Link:
    """A device's connection, and the one to the broker that was opened for it."""

    writers: dict[Way, asyncio.StreamWriter]
    device: str = ""
    awaited: dict[Way, set[int]] = field(
        default_factory=lambda: {"to_device": set(), "to_system": set()}
    )
    """The messages that went on and are to be acknowledged, by the way that they went."""

    def send(self, way: Way, frame: Frame) -> None:
        if not self.writers[way].is_closing():
            self.writers[way].write(frame.written())

    def publish(self, way: Way, publish: Publish) -> None:
        if publish.number is not None:
            self.awaited[way].add(publish.number)
        self.send(way, publish.frame())


class MqttProxy:
    """Listens on a free port of the loopback, from `start` to `stop`; of one event loop."""

    def __init__(self, mutating: Callable[[], Mutation]) -> None:
        """Not listening yet; `mutating` says by what messages are changed just now."""
        self._mutating = mutating
        self._links: dict[str, _Link] = {}
        self._later: set[asyncio.TimerHandle] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self.beyond: tuple[str, int] | None = None
        """Where the broker is."""

    async def start(self) -> int:
        """The port that it listens at."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=PIECE_BYTES)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """End every connection."""
        self.forget()
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def devices(self) -> Collection[str]:
        """Those that are connected."""
        return self._links.keys()

    def forget(self) -> None:
        """What was to go on later does not."""
        for timer in self._later:
            timer.cancel()
        self._later.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None, "a server's callback is a task"
        self._tasks.add(task)
        link = _Link({"to_device": writer})
        try:
            if self.beyond is None:
                return
            async with asyncio.timeout(CONNECT_S):
                # From its own address: what a broker counts by address stays apart.
                from_broker, to_broker = await asyncio.open_connection(
                    *self.beyond,
                    limit=PIECE_BYTES,
                    local_addr=(writer.get_extra_info("peername")[0], 0),
                )
            link.writers["to_system"] = to_broker
            await _first_of(
                self._pump(link, "to_system", reader), self._pump(link, "to_device", from_broker)
            )
        except (OSError, BadFrame):
            pass  # the connection ends, and that is all that either side learns
        finally:
            if self._links.get(link.device) is link:
                del self._links[link.device]
            for each in link.writers.values():
                each.close()
            self._tasks.discard(task)

    async def _pump(self, link: _Link, way: Way, reader: asyncio.StreamReader) -> None:
        splitter = Splitter()
        while piece := await reader.read(PIECE_BYTES):
            for frame in splitter.feed(piece):
                self._take(link, way, frame)
            await link.writers[way].drain()

    def _take(self, link: _Link, way: Way, frame: Frame) -> None:
        if frame.kind == frames.CONNECT and way == "to_system":
            link.device = frames.client_in(frame)
            self._links[link.device] = link
            if not self._mutating().admits(link.device):
                raise ConnectionRefusedError
        if frame.kind == frames.PUBACK:
            number = frames.acknowledged(frame)
            if number not in link.awaited[_BACK[way]]:
                return
            link.awaited[_BACK[way]].discard(number)
        if frame.kind == frames.PUBLISH:
            publish = frames.publish_in(frame)
            if publish.qos < 2:
                self._pass_on(link, way, publish)
                return
        link.send(way, frame)

    def _pass_on(self, link: _Link, way: Way, publish: Publish) -> None:
        mutation, is_passed = self._mutating(), False
        if way == "to_device":
            sendings = mutation.to_device(link.device, publish, self._links.keys())
        else:
            sendings = mutation.to_system(link.device, publish)
        for each in sendings:
            is_same = each.to is None and not each.after_s and each.publish.number is not None
            is_passed |= is_same
            self._send(link, way, each if is_same else _at_most_once(each))
        if publish.number is not None and not is_passed:
            link.send(_BACK[way], frames.acknowledgement(publish.number))

    def _send(self, link: _Link, way: Way, sending: Sending) -> None:
        target = link if sending.to is None else self._links.get(sending.to)
        if target is None:
            return
        if not sending.after_s:
            target.publish(way, sending.publish)
            return

        def send() -> None:
            self._later.discard(timer)
            target.publish(way, sending.publish)

        timer = asyncio.get_running_loop().call_later(sending.after_s, send)
        self._later.add(timer)


def _at_most_once(sending: Sending) -> Sending:
    return replace(sending, publish=replace(sending.publish, qos=0, number=None, again=False))


async def _first_of(*pumps: Coroutine[Any, Any, None]) -> None:
    """Run them until one ends, and end the other; raises what that one raised."""
    tasks = [asyncio.ensure_future(pump) for pump in pumps]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        with suppress(asyncio.CancelledError):
            task.result()
