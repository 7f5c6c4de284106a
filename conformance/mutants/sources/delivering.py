"""What devices are told comes not at all, twice, to others, or is lost on the way."""

from collections import deque
from collections.abc import Collection, Iterable
from time import monotonic

from conformance.mutants.proxies.frames import Publish
from conformance.mutants.proxies.mutation import Mutation, Sending
from conformance.mutants.sources.broken import (
    Commanding,
    Words,
    again,
    is_emergency,
    is_sign_of_life,
    is_timed,
    mutant,
    saying,
)

ONE_IN = 3
"""Of so many devices one has the old radio."""

STORM, STORM_S, EACH_S = 6, 5.0, 20.0

RETURN_S = 5.0
"""What waited for a device comes within this after it is back."""


@mutant("F19", "source-reconnect-storm", "source-load")
class SentTwice(Commanding):
    """Each emergency is sent again as another one, a second after the first."""

    def play(
        self, device: str, publish: Publish, words: Words, there: Collection[str]
    ) -> Iterable[Sending]:
        """Twice."""
        yield Sending(publish)
        if is_emergency(words["BanTin"]):
            yield Sending(saying(publish, again(words, "lap")), after_s=1.0)


@mutant("F56", "source-repeats", "source-slots")
class ImportedTwice(Commanding):
    """Each normal play is there twice, as after two programmes became one."""

    def play(
        self, device: str, publish: Publish, words: Words, there: Collection[str]
    ) -> Iterable[Sending]:
        """Twice."""
        yield Sending(publish)
        if not is_emergency(words["BanTin"]) and not is_sign_of_life(words["BanTin"]):
            yield Sending(saying(publish, again(words, "cu")))


@mutant("F37", "source-repeats", word="sent")
class ByTwoPaths(Commanding):
    """Each play is told again by a second path, two seconds later, as another command."""

    def play(
        self, device: str, publish: Publish, words: Words, there: Collection[str]
    ) -> Iterable[Sending]:
        """Twice, and the same play."""
        yield Sending(publish)
        if not is_sign_of_life(words["BanTin"]):
            second = {**words, "Id": f"{words['Id']}-2"}
            yield Sending(saying(publish, second), after_s=2.0)


@mutant("F29", "source-slots", word="sent")
class ReplacesAll(Commanding):
    """Each play that is sent for later withdraws those that were sent for later before."""

    def __init__(self) -> None:
        """Nothing waits."""
        self._waiting: dict[str, list[str]] = {}

    def play(
        self, device: str, publish: Publish, words: Words, there: Collection[str]
    ) -> Iterable[Sending]:
        """First withdraw, then send."""
        if is_timed(words):
            for item in self._waiting.pop(device, []):
                withdrawn = {name: words[name] for name in words if name != "BanTin"}
                withdrawn |= {"Id": f"cancel:{item}:{device}", "HuyBanTin": {"LuotPhatID": item}}
                yield Sending(saying(publish, withdrawn), to=device)
            self._waiting.setdefault(device, []).append(words["BanTin"]["LuotPhatID"])
        yield Sending(publish)


@mutant("F40", "source-normal-at-its-time", "source-server-killed")
class NeverSynced(Commanding):
    """What is for later is kept by the system, and no device is told."""

    def play(
        self, device: str, publish: Publish, words: Words, there: Collection[str]
    ) -> Iterable[Sending]:
        """At once or never."""
        if not is_timed(words):
            yield Sending(publish)


@mutant("H34", "source-approval")
class NeverSent(Commanding):
    """A normal bulletin for now is taken, and no device is told."""

    def play(
        self, device: str, publish: Publish, words: Words, there: Collection[str]
    ) -> Iterable[Sending]:
        """All others."""
        play = words["BanTin"]
        if is_emergency(play) or is_timed(words) or is_sign_of_life(play):
            yield Sending(publish)


@mutant("F97", "source-emergency-everywhere")
class OldRadios(Commanding):
    """One device in three has a radio that misses emergencies."""

    def __init__(self) -> None:
        """None is known."""
        self._numbers: dict[str, int] = {}

    def play(
        self, device: str, publish: Publish, words: Words, there: Collection[str]
    ) -> Iterable[Sending]:
        """All but those."""
        number = self._numbers.setdefault(device, len(self._numbers))
        if not is_emergency(words["BanTin"]) or number % ONE_IN:
            yield Sending(publish)


@mutant("F93", "source-late-devices", word="late")
class ForgetsWhoWasAway(Commanding):
    """What waited for a device while it was away is lost."""

    def __init__(self) -> None:
        """Nobody came back."""
        self._back_s: dict[str, float] = {}

    def admits(self, device: str) -> bool:
        """It is back."""
        self._back_s[device] = monotonic()
        return True

    def play(
        self, device: str, publish: Publish, words: Words, there: Collection[str]
    ) -> Iterable[Sending]:
        """Not to those who have just come back."""
        if monotonic() - self._back_s.get(device, -RETURN_S) >= RETURN_S:
            yield Sending(publish)


@mutant("H15", "source-emergency-one-commune", word="neighbour")
class NeighbourToo(Commanding):
    """An emergency to one commune is told to one device of another, too."""

    def __init__(self) -> None:
        """Nobody was told."""
        self._told: set[str] = set()

    def play(
        self, device: str, publish: Publish, words: Words, there: Collection[str]
    ) -> Iterable[Sending]:
        """To the device, and once to the last of all that are there."""
        yield Sending(publish)
        play, neighbour = words["BanTin"], max(there)
        if is_emergency(play) and play["LuotPhatID"] not in self._told and neighbour != device:
            self._told.add(play["LuotPhatID"])
            topic = publish.topic.replace(device, neighbour)
            words = {**words, "DanhSachThietBi": {"CumLoaID": [neighbour]}}
            yield Sending(Publish(topic, saying(publish, words).payload), to=neighbour)


@mutant("H16", "source-emergency-cancelled", "source-slots", "source-late-devices")
class CancelsLost(Commanding):
    """A cancel that is given is never sent, be it of an order or of a slot."""

    def other(self, publish: Publish, words: Words) -> Iterable[Sending]:
        """All but cancels."""
        if "HuyBanTin" not in words:
            yield Sending(publish)


@mutant("F35", "source-reconnect-storm", word="storm")
class OverrunByStorms(Mutation):
    """Once so many devices connect together, it lets in one in twenty seconds."""

    def __init__(self) -> None:
        """Nobody came."""
        self._came_s: deque[float] = deque(maxlen=STORM)
        self._free_s = 0.0

    def admits(self, device: str) -> bool:
        """Not many at once."""
        now_s = monotonic()
        self._came_s.append(now_s)
        is_storm = len(self._came_s) == STORM and now_s - self._came_s[0] < STORM_S
        if self._free_s == 0.0 and not is_storm:
            return True
        if now_s < self._free_s:
            return False
        self._free_s = now_s + EACH_S
        return True
