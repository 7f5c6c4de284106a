"""What devices are told is wrong: its priority, its time, its sound, its form."""

from collections.abc import Collection, Iterable

from conformance.mutants.proxies.frames import Publish
from conformance.mutants.proxies.mutation import Sending
from conformance.mutants.sources.broken import (
    HOUR_MS,
    Commanding,
    Words,
    is_emergency,
    is_sign_of_life,
    is_timed,
    mutant,
    saying,
    words_in,
)


@mutant("F11", "source-emergency-over-normal")
class PrioritiesTurned(Commanding):
    """4 minus the priority is sent: emergencies as normal, and the other way round."""

    def change(self, words: Words, play: Words) -> None:
        """Count the other way."""
        play["MucDoUuTien"] = 4 - play["MucDoUuTien"]


@mutant("F45", "source-normal-at-its-time", word="sent")
class LocalTimeSent(Commanding):
    """What is for later is sent by local time, as if that were UTC."""

    def change(self, words: Words, play: Words) -> None:
        """Seven hours later."""
        if is_timed(words):
            for name in ("KhongPhatTruocMs", "HetHieuLucMs"):
                play[name] += 7 * HOUR_MS
            words["HetHan"] += 7 * HOUR_MS // 1_000


@mutant("F46", "source-normal-at-its-time", word="sent")
class SecondsForMilliseconds(Commanding):
    """The instant of a play is sent in seconds where milliseconds should be."""

    def change(self, words: Words, play: Words) -> None:
        """A thousandth of it."""
        if is_timed(words):
            play["KhongPhatTruocMs"] //= 1_000


@mutant("F72", "source-emergency-one-commune", word="sent")
class TextForNumbers(Commanding):
    """The priority of an emergency is sent as text."""

    def change(self, words: Words, play: Words) -> None:
        """In quotes."""
        if is_emergency(play):
            play["MucDoUuTien"] = str(play["MucDoUuTien"])


@mutant("F50", "source-slot-changed", word="sent")
class NoEnd(Commanding):
    """The length that is sent is three times that of the sound, and no end."""

    def change(self, words: Words, play: Words) -> None:
        """Longer."""
        if not is_sign_of_life(play):
            play["ThoiLuongMs"] = 3 * play["ThoiLuongMs"]
            seconds = -(-play["ThoiLuongMs"] // 1_000)
            play["ThoiLuong"] = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
            play.pop("PhaiDungTruocMs", None)


@mutant("F51", "source-slot-changed", word="sent")
class OldSound(Commanding):
    """Each play is sent with the first sound that was ever sent."""

    def __init__(self) -> None:
        """None yet."""
        self._first: Words = {}

    def change(self, words: Words, play: Words) -> None:
        """The address, the hash and the size of the first."""
        if "sha256" in play and not is_sign_of_life(play):
            sound = {name: play[name] for name in ("NoiDung", "sha256", "KichThuoc")}
            self._first = self._first or sound
            play.update(self._first)


@mutant("H11", "source-normal-at-its-time")
class AtOnce(Commanding):
    """What is for later is sent to be played at once."""

    def change(self, words: Words, play: Words) -> None:
        """The instant of sending."""
        if is_timed(words):
            play["KhongPhatTruocMs"] = words["ThoiDiemGui"] * 1_000


@mutant("H12", "source-order")
class OrderIgnored(Commanding):
    """The order of plays is sent the other way round."""

    def change(self, words: Words, play: Words) -> None:
        """The last is to be first."""
        play["ThuTu"] = -play["ThuTu"]


@mutant("H13", "source-late-devices")
class ValidityRenewed(Commanding):
    """What a device that was away has not answered is sent to it again, to hold for an hour from
    then, even what has expired."""

    def __init__(self) -> None:
        """Nothing was sent."""
        self._unanswered: dict[str, dict[str, Words]] = {}
        self._back: set[str] = set()

    def admits(self, device: str) -> bool:
        """It may be back."""
        self._back.add(device)
        return True

    def play(
        self, device: str, publish: Publish, words: Words, there: Collection[str]
    ) -> Iterable[Sending]:
        """Before the first that comes after its return, all that it did not answer."""
        unanswered = self._unanswered.setdefault(device, {})
        if device in self._back:
            self._back.discard(device)
            for each in unanswered.values():
                each["HetHan"] += HOUR_MS // 1_000
                each["BanTin"]["HetHieuLucMs"] += HOUR_MS
                yield Sending(saying(publish, each), to=device)
        unanswered[words["Id"]] = words
        yield Sending(publish)

    def to_system(self, device: str, publish: Publish) -> Iterable[Sending]:
        """An answer."""
        if publish.topic.endswith("/ack"):
            self._unanswered.get(device, {}).pop(words_in(publish).get("Id", ""), None)
        yield Sending(publish)


@mutant("H23", "source-boards")
class TextCutOff(Commanding):
    """Of a text only the first forty letters are sent."""

    def change(self, words: Words, play: Words) -> None:
        """Cut off."""
        if "VanBan" in play:
            play["VanBan"] = play["VanBan"][:40]


@mutant("H14", "source-emergency-everywhere")
class Slow(Commanding):
    """An emergency takes six seconds on its way to a device."""

    def play(
        self, device: str, publish: Publish, words: Words, there: Collection[str]
    ) -> Iterable[Sending]:
        """Emergencies later, the rest at once."""
        yield Sending(saying(publish, words), after_s=6.0 if is_emergency(words["BanTin"]) else 0.0)
