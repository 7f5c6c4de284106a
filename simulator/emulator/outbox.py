"""Play-log entries of one device that the other side does not yet have."""

from simulator.dialects.contract import Entry


class Outbox:
    """Entries, the oldest first; some of them may be on their way, under one number."""

    __slots__ = ("_entries", "_number", "_sent")

    def __init__(self) -> None:
        """None yet."""
        self._entries: list[Entry] = []
        self._sent = self._number = 0

    def __len__(self) -> int:
        """How many there are, with those on their way."""
        return len(self._entries)

    def add(self, entry: Entry) -> None:
        """One more."""
        self._entries.append(entry)

    def next(self, at_most: int) -> tuple[Entry, ...]:
        """What is to be sent now; nothing while some are on their way."""
        return () if self._sent else tuple(self._entries[:at_most])

    def sent(self, entries: int, number: int) -> None:
        """The oldest are on their way under that number."""
        self._sent, self._number = entries, number

    def recall(self) -> None:
        """Nothing is on its way any more: what was so is sent again."""
        self._sent = 0

    def ended(self, number: int, *, gone: bool) -> int:
        """What was sent under the number has arrived, or is given up (`gone`), or has not; how
        many entries that are."""
        if not self._sent or number != self._number:
            return 0
        entries, self._sent = self._sent, 0
        if gone:
            del self._entries[:entries]
        return entries

    def clear(self) -> None:
        """Forget all: nobody asks for them."""
        self._entries.clear()
        self._sent = 0
