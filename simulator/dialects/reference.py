"""The project's own wire: `reference_system.interface`, described by its AsyncAPI document.

Without keys, signatures of commands are carried, not checked: the device trusts its broker.
"""

from reference_system.interface import messages, topics
from reference_system.interface.topics import CHANNELS, Kind

from . import shared_words
from .contract import Answer, Dialect, Entry, Message, NotUnderstood, Order, Status, Wire


class Reference(Dialect):
    """The reference dialect; see `contract.Dialect`."""

    name = "reference"
    wires = frozenset[Wire]({"mqtt"})
    entries_at_once = 8  # the longest words of more would not fit into one message

    def __init__(self, trusted: shared_words.Keys | None = None) -> None:
        """With `trusted` keys, only commands that one of them has signed are obeyed."""
        self._trusted = trusted

    def subscriptions(self, device: str) -> tuple[tuple[str, int], ...]:
        """Its own commands."""
        return ((topics.topic(device, "cmd"), CHANNELS["cmd"].qos),)

    def offline(self, device: str, boot: str) -> Message:
        """That it is not connected."""
        return _message(device, "online", messages.Online(online=False, boot=boot))

    def order(self, device: str, place: str, payload: bytes) -> Order:
        """The order in a command; raises `NotUnderstood`."""
        if place != topics.topic(device, "cmd"):
            raise NotUnderstood(f"a message on {place[:80]!a}, which is no topic of commands")
        return shared_words.order_of(device, payload, self._trusted)

    def online(self, device: str, at_ms: int, boot: str) -> Message:
        """That it is connected, retained."""
        said = messages.Online(online=True, at_s=at_ms // 1000, boot=boot)
        return _message(device, "online", said)

    def answer(self, device: str, answer: Answer) -> Message:
        """Accepted, or failed and why."""
        return _message(device, "ack", shared_words.ack(answer))

    def status(self, device: str, status: Status) -> Message:
        """The status report."""
        return _message(device, "status", shared_words.status_report(status))

    def log(self, device: str, sent_ms: int, entries: tuple[Entry, ...]) -> Message:
        """Entries of the play log."""
        return _message(device, "log", shared_words.play_log(sent_ms, entries))


DIALECT = Reference()


def _message(device: str, kind: Kind, said: messages.Message) -> Message:
    channel = CHANNELS[kind]
    return Message(topics.topic(device, kind), messages.encode(said), channel.qos, channel.retained)
