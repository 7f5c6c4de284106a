"""The driving half of a case speaks through this, and all of it becomes the record."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from conformance.bench.contract import Bench
from conformance.record import WHATS, Happening, Record, Told, What
from scenarios.scenario import BulletinClass, SoundKind
from simulator.dialects.contract import (
    Action,
    Answer,
    Entry,
    NotUnderstood,
    Order,
    Play,
    Presence,
    ServerHalf,
    SetVolume,
    Status,
)

ANSWER_MS = 5_000
"""How long a case waits for the answer to a command."""

STEP_MS = 50
SPOKEN = "Thử nghiệm."
"""Every bulletin of the harness begins with these words."""


class Conversation:
    """A talk with one device; `prefix` makes its ids its own for ever."""

    def __init__(self, bench: Bench, wire: ServerHalf, prefix: str) -> None:
        """Nothing is said yet."""
        self.bench, self._wire, self._prefix = bench, wire, prefix
        self._happenings: list[Happening] = []
        self._orders = 0

    @property
    def record(self) -> Record:
        """What happened so far."""
        return Record(self._happenings)

    def now_ms(self) -> int:
        """The bench's clock."""
        return self.bench.now_ms()

    # ---- Saying ---------------------------------------------------------------------------------

    def play(
        self,
        name: str,
        bulletin_class: BulletinClass = "normal",
        *,
        length_ms: int = 10_000,
        after_ms: int = 0,
        kind: SoundKind = "file",
        severity: int = 0,
        valid_ms: int | None = None,
        end_after_ms: int | None = None,
        order: int = 0,
        codec: str = "mp3",
    ) -> Play:
        """A play of a test sound, at once or in `after_ms`; `name` is a part of its id."""
        now_ms = self.now_ms()
        return Play(
            item=f"{self._prefix}-{name}",
            bulletin=f"{self._prefix}-{name}",
            title=f"{SPOKEN} {name}",
            bulletin_class=bulletin_class,
            severity=severity,
            kind=kind,
            media=5 if kind == "live" else 3,
            duration_ms=length_ms,
            issued_ms=now_ms,
            not_before_ms=now_ms + after_ms,
            at_once=after_ms == 0,
            sound=self.bench.offer(f"{self._prefix}-{name}", length_ms, codec),
            expires_ms=None if valid_ms is None else now_ms + valid_ms,
            end_by_ms=None if end_after_ms is None else now_ms + end_after_ms,
            order=order,
        )

    def tell(self, name: str, action: Action, *, expires_in_ms: int = 3_600_000) -> Told:
        """Say an order to the device; `name` is what the judging half calls it."""
        self._orders += 1
        expires_ms = (self.now_ms() + expires_in_ms) // 1000 * 1000
        order = Order(f"{self._prefix}-{self._orders}", expires_ms, action)
        told = Told(name, order.id, self.now_ms(), getattr(action, "item", None))
        message = self._wire.command(self.bench.device, order)
        self._note(
            told.at_ms,
            "told",
            name=name,
            order=order.id,
            item=told.item,
            kind=type(action).__name__,
            topic=message.topic,
            payload=_text(message.payload),
        )
        self.bench.publish(message)
        return told

    def tell_again(self, name: str) -> None:
        """Say the bytes of an earlier order once more."""
        said = self.record.first("told", name).detail
        self.raw(f"{name} again", said["payload"].encode(), said["topic"])

    def raw(self, name: str, payload: bytes, topic: str | None = None) -> None:
        """Say these bytes, where commands are said unless a topic is given."""
        known = self._wire.command(self.bench.device, Order("x", None, SetVolume(50)))
        message = replace(known, payload=payload, topic=topic or known.topic)
        self._note(self.now_ms(), "raw", name=name, topic=message.topic, payload=_text(payload))
        self.bench.publish(message)

    def disturb(self, name: str, data: bytes) -> None:
        """Say these bytes amid the device's connection, and reset it."""
        self._note(self.now_ms(), "raw", name=name, topic="TCP", payload=_text(data))
        self.bench.disturb(data)

    # ---- Waiting --------------------------------------------------------------------------------

    async def wait(self, milliseconds: int) -> None:
        """Let time pass."""
        await self.bench.wait(milliseconds)

    async def wait_until(self, at_ms: int) -> None:
        """Let time pass until then; nothing where it is past."""
        await self.bench.wait(max(0, at_ms - self.now_ms()))

    async def answered(self, told: Told, within_ms: int = ANSWER_MS) -> bool:
        """Wait for the answer to an order; whether it came."""
        deadline_ms = self.now_ms() + within_ms
        while not self.record.answers(told.order):
            if self.now_ms() >= deadline_ms:
                return False
            await self.bench.wait(STEP_MS)
        return True

    async def lives(self, name: str, within_ms: int = ANSWER_MS) -> bool:
        """Ask the device for a sign of life: an answer to a harmless command."""
        return await self.answered(self.tell(name, SetVolume(80)), within_ms)

    # ---- Doing ----------------------------------------------------------------------------------

    def expect(self, play: Play) -> None:
        """Note when a play is due that a schedule holds."""
        self._note(self.now_ms(), "due", item=play.item, due_ms=play.not_before_ms)

    def announce(self, steps: Sequence[Mapping[str, Any]]) -> None:
        """Note what is about to be said, for who judges it and who wants to have it again."""
        self._note(self.now_ms(), "conversation", steps=list(steps))

    def mark(self, name: str) -> None:
        """Name this instant for the judging half."""
        self._note(self.now_ms(), "mark", name=name)

    async def cut_power(self) -> None:
        """Take the device's mains."""
        uncertainty_ms = await self.bench.cut_power()
        self._note(self.now_ms(), "power-off", uncertainty_ms=uncertainty_ms)

    async def restore_power(self) -> None:
        """Give them back."""
        uncertainty_ms = await self.bench.restore_power()
        self._note(self.now_ms(), "power-on", uncertainty_ms=uncertainty_ms)

    async def begin_update(self) -> None:
        """Let the device take new software."""
        await self.bench.begin_update()
        self.mark("update begun")

    async def update_ended(self) -> bool:
        """Wait until it has; whether it had not when this was asked."""
        return await self.bench.update_ended()

    def cut_link(self) -> None:
        """Take its path to the source system."""
        self._note(self.now_ms(), "link-off")
        self.bench.cut_link()

    def restore_link(self) -> None:
        """Give it back."""
        self._note(self.now_ms(), "link-on")
        self.bench.restore_link()

    def mute_server(self, muted: bool = True) -> None:
        """Let the source system's HTTP answer nothing, or answer again."""
        self._note(self.now_ms(), "server-mute" if muted else "server-back")
        self.bench.mute_server(muted)

    def stop_broker(self) -> None:
        """Take the broker away."""
        self._note(self.now_ms(), "broker-off")
        self.bench.stop_broker()

    def start_broker(self) -> None:
        """Give it back."""
        self._note(self.now_ms(), "broker-on")
        self.bench.start_broker()

    # ---- Hearing --------------------------------------------------------------------------------

    def observed(self, at_ms: int, what: str, detail: Mapping[str, Any]) -> None:
        """What the bench sees; what the device says is also put in neutral words.

        Where a bench knows a secret in it, `kept` is what the record has in its place.
        """
        known: What | None = next((known for known in WHATS if known == what), None)
        assert known is not None, what
        if known != "said":
            self._note(at_ms, known, **detail)
            return
        payload: bytes = detail["payload"]
        kept = _text(detail.get("kept", payload))
        self._note(at_ms, "said", topic=detail["topic"], payload=kept, retain=detail["retain"])
        try:
            said = self._wire.said(detail["topic"], payload)
        except NotUnderstood as error:
            self._note(at_ms, "nonsense", topic=detail["topic"], why=str(error))
            return
        for word in said.words:
            self._understood(at_ms, said.device, word)

    def end(self) -> None:
        """The driving half is done."""
        self._note(self.now_ms(), "end")

    def _understood(
        self, at_ms: int, device: str, word: Presence | Answer | Status | tuple[Entry, ...]
    ) -> None:
        match word:
            case Answer(order, own_ms, refusal):
                self._note(at_ms, "answer", order=order, own_ms=own_ms, refusal=refusal)
            case Status():
                item = word.playing.item if word.playing else None
                self._note(
                    at_ms,
                    "status",
                    device=device,
                    own_ms=word.at_ms,
                    boot=word.boot,
                    volume=word.volume,
                    playing=word.playing is not None,
                    item=item,
                )
            case Presence():
                self._note(at_ms, "presence", device=device, online=word.online, boot=word.boot)
            case _:
                for entry in word:
                    self._note(
                        at_ms,
                        "entry",
                        device=device,
                        boot=entry.boot,
                        sequence=entry.sequence,
                        item=entry.play.item,
                        bulletin=entry.play.bulletin,
                        started_ms=entry.started_ms,
                        ended_ms=entry.ended_ms,
                        outcome=entry.outcome,
                        reason=entry.reason,
                        volume=entry.volume,
                    )

    def _note(self, at_ms: int, what: What, **detail: Any) -> None:
        self._happenings.append(Happening(at_ms, what, detail))


def _text(payload: bytes) -> str:
    """Bytes as a record holds them: text where they are, otherwise with escapes."""
    return payload.decode("utf-8", "backslashreplace")
