"""A dialect that writes down what one device says and hears, while it says and hears it."""

import time
from collections.abc import Sequence
from typing import IO, Any

from . import transcript
from .contract import (
    Answer,
    Dialect,
    Entry,
    Login,
    Message,
    NotUnderstood,
    Order,
    Outgoing,
    Request,
    Status,
)
from .neutral_json import data_of
from .transcript import Line, Meaning


class Recorder(Dialect):
    """Another dialect, with a transcript of one device; its secret and its tokens are not in it."""

    def __init__(self, inner: Dialect, device: str, file: IO[str], recorded: str) -> None:
        """Writes to `file` at once; `recorded` says how the transcript came about."""
        self._inner, self._device, self._file = inner, device, file
        self.name = inner.name
        self.wires = inner.wires
        self.entries_at_once = inner.entries_at_once
        self.keeps_token = inner.keeps_token
        self.length_unit_ms = inner.length_unit_ms
        self.server = inner.server
        self._signing = ""
        file.write(transcript.head(inner.name, device, recorded))

    # ---- What says nothing ----

    def login(self, device: str, secret: str) -> Login:
        """As the other."""
        return self._inner.login(device, secret)

    def subscriptions(self, device: str) -> tuple[tuple[str, int], ...]:
        """As the other."""
        return self._inner.subscriptions(device)

    # ---- What comes ----

    def token(self, payload: bytes) -> str:
        """As the other; whose token it is cannot be told, so the path of the last login is it."""
        found = self._inner.token(payload)
        if self._signing:
            hidden = payload.replace(found.encode(), transcript.TOKEN.encode())
            self._write(self._signing, hidden, "token", transcript.TOKEN, {})
            self._signing = ""
        return found

    def parts(self, device: str, place: str, payload: bytes) -> Sequence[bytes]:
        """As the other, and written with the orders in it."""
        try:
            parts = self._inner.parts(device, place, payload)
        except NotUnderstood:
            self._heard(device, place, payload, [False])
            raise
        self._heard(device, place, payload, [self._meant(device, place, part) for part in parts])
        return parts

    def order(self, device: str, place: str, payload: bytes) -> Order:
        """As the other."""
        return self._inner.order(device, place, payload)

    # ---- What goes ----

    def sign_in(self, device: str, secret: str) -> Request | None:
        """As the other."""
        shown = self._inner.sign_in(device, transcript.SECRET)
        if shown is not None and device == self._device:
            self._signing = shown.path
        self._said(device, shown, "sign_in", {})
        return self._inner.sign_in(device, secret)

    def offline(self, device: str, boot: str) -> Message | None:
        """As the other."""
        said = self._inner.offline(device, boot)
        self._said(device, said, "offline", {"boot": boot})
        return said

    def poll(self, device: str, status: Status) -> Request | None:
        """As the other."""
        said = self._inner.poll(device, status)
        self._said(device, said, "poll", data_of(status))
        return said

    def online(self, device: str, at_ms: int, boot: str) -> Outgoing | None:
        """As the other."""
        said = self._inner.online(device, at_ms, boot)
        self._said(device, said, "online", {"at_ms": at_ms, "boot": boot})
        return said

    def answer(self, device: str, answer: Answer) -> Outgoing | None:
        """As the other."""
        said = self._inner.answer(device, answer)
        self._said(device, said, "answer", data_of(answer))
        return said

    def playing(self, device: str, status: Status) -> Outgoing | None:
        """As the other."""
        said = self._inner.playing(device, status)
        self._said(device, said, "playing", data_of(status))
        return said

    def status(self, device: str, status: Status) -> Outgoing | None:
        """As the other."""
        said = self._inner.status(device, status)
        self._said(device, said, "status", data_of(status))
        return said

    def log(self, device: str, sent_ms: int, entries: tuple[Entry, ...]) -> Outgoing | None:
        """As the other."""
        said = self._inner.log(device, sent_ms, entries)
        words = {"sent_ms": sent_ms, "entries": [data_of(entry) for entry in entries]}
        self._said(device, said, "log", words)
        return said

    # ---- The file ----

    def _meant(self, device: str, place: str, part: bytes) -> Any:
        try:
            return data_of(self._inner.order(device, place, part))
        except NotUnderstood:
            return False

    def _heard(self, device: str, place: str, payload: bytes, orders: list[Any]) -> None:
        if device == self._device:
            self._write(place, payload, "orders", orders, {})

    def _said(self, device: str, said: Outgoing | None, meaning: Meaning, words: Any) -> None:
        if said is None or device != self._device:
            return
        self._write(said.place, said.payload, meaning, words, extra_of(said))

    def _write(
        self, place: str, payload: bytes | None, meaning: Meaning, words: Any, extra: dict[str, Any]
    ) -> None:
        at_ms = time.time_ns() // 1_000_000
        self._file.write(transcript.written(Line(at_ms, place, payload, meaning, words, extra)))
        self._file.flush()


def extra_of(said: Outgoing) -> dict[str, Any]:
    """How it goes, as far as that differs from wire to wire."""
    if isinstance(said, Message):
        return {"qos": said.qos, "retain": said.retain}
    return {"service": said.service}
