"""What connects a device: MQTT, HTTP, or both as one."""

from simulator.dialects.contract import Message, Outgoing

from .connection import Connection
from .http_connection import HttpConnection


class Wires:
    """A device's connections, from `open` until the end of one of them; at least one is given."""

    __slots__ = ("_http", "_mqtt")

    def __init__(self, mqtt: Connection | None, http: HttpConnection | None) -> None:
        """Nothing is sent yet."""
        self._mqtt, self._http = mqtt, http

    async def open(self, source: str | None) -> None:
        """Return once logged in everywhere; raises `NotConnected`. `source` is the own address."""
        if self._mqtt is not None:
            await self._mqtt.open(source)
        if self._http is not None:
            await self._http.open()

    def publish(self, outgoing: Outgoing) -> int:
        """Send it on the wire that it is for; the number under which it is confirmed."""
        if isinstance(outgoing, Message):
            assert self._mqtt is not None, "a dialect without MQTT publishes nothing"
            return self._mqtt.publish(outgoing)
        assert self._http is not None, "a dialect without HTTP asks nothing"
        return self._http.publish(outgoing)

    def tick(self) -> None:
        """Look after the keepalive."""
        if self._mqtt is not None:
            self._mqtt.tick()

    def close(self) -> None:
        """End in good order; to be dropped later."""
        if self._mqtt is not None:
            self._mqtt.close()
        if self._http is not None:
            self._http.close()
            self._http = None  # what it still has to say is not dropped

    def silence(self) -> None:
        """Neither send nor read anything more, without the broker knowing: a cut cable."""
        if self._mqtt is not None:
            self._mqtt.silence()
        self._drop_requests()

    def drop(self) -> None:
        """End without a word."""
        if self._mqtt is not None:
            self._mqtt.drop()
        self._drop_requests()

    def _drop_requests(self) -> None:
        if self._http is not None:
            self._http.drop()
