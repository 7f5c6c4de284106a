"""The people at the source system in a live run: they say what the scenario says, when it says so.

Bulletins are composed by one and appraised and approved by another before the run begins, their
sounds uploaded; at its instant each is ordered, over the interface that people use.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from scenarios.scenario import Bulletin, Scenario
from simulator.live import spoken
from simulator.live.deeds import CancelOrder, Deed, GiveOrder, MakeSlot, in_words
from simulator.live.desk import Desk, NotAnswered, Refused, instant, moment
from simulator.live.people import People

RETRY_S = 0.5
CONFIRM_BEFORE_MS = 10_000
RELAYED_FROM = "https://tiep-am.invalid"
"""Where broadcasts would come from: nobody fetches them in a live run."""

_PREPARING_S = 120.0


class NotPrepared(Exception):
    """The source system does not take what is to be said; the text is one line."""


@dataclass(frozen=True, slots=True)
class Done:
    """A deed: when it was first asked for, in milliseconds from the start, and when it was taken.

    `taken_ms` is that of the request which was, None where none was; `why` not, or not at once.
    """

    deed: Deed
    asked_ms: int
    taken_ms: int | None
    why: str = ""


@dataclass(slots=True)
class Operators:
    """Two people. `done` grows with the run; `begin` says which instant moment 0 is."""

    server: str
    people: People
    scenario: Scenario
    deeds: Sequence[Deed]
    prefix: str
    """What all ids begin with: those of one run are nobody else's."""
    done: list[Done] = field(default_factory=list)
    _composer: Desk = field(init=False)
    _approver: Desk = field(init=False)
    _sounds: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Nobody is logged in yet."""
        self._composer = Desk(self.server, self.people.composer)
        self._approver = Desk(self.server, self.people.approver)

    async def close(self) -> None:
        """Log out."""
        await self._composer.close()
        await self._approver.close()

    async def prepare(self) -> None:
        """Write, appraise and approve every bulletin, upload every sound; raises `NotPrepared`."""
        orders = [deed for deed in self.deeds if isinstance(deed, GiveOrder)]
        try:
            async with asyncio.timeout(_PREPARING_S):
                for bulletin in {order.bulletin.id: order.bulletin for order in orders}.values():
                    await self._approved(bulletin)
                for deed in self.deeds:
                    if isinstance(deed, MakeSlot):
                        for part in deed.slot.items:
                            if part.relay is None:
                                await self._sound(part.length_ms)
        except (Refused, NotAnswered) as error:
            raise NotPrepared(str(error)) from None
        except TimeoutError:
            raise NotPrepared(f"not all was approved within {_PREPARING_S:.0f} s") from None

    async def follow(
        self,
        begin_ms: int,
        until: Callable[[int], Awaitable[None]],
        now_ms: Callable[[], int],
        end_ms: int,
    ) -> None:
        """Do everything at its instant, where that is before `end_ms`.

        `until` waits for an instant from the start, `begin_ms` is the start since the epoch, and
        `now_ms` tells the instant. What finds nobody is asked again until the end.
        """
        async with asyncio.TaskGroup() as group:
            for deed in self.deeds:
                if deed.at_ms < end_ms:
                    group.create_task(self._do(deed, begin_ms, until, now_ms, end_ms))

    async def log_rows(self, since_ms: int, until_ms: int) -> str:
        """The source system's play log of that time as CSV; raises `Refused`, `NotAnswered`."""
        since, until = instant(since_ms), instant(until_ms)
        path = f"/play-logs.csv?since={since}&until={until}"
        return str(await self._approver.read(path.replace("+", "%2B")))

    async def _do(
        self,
        deed: Deed,
        begin_ms: int,
        until: Callable[[int], Awaitable[None]],
        now_ms: Callable[[], int],
        end_ms: int,
    ) -> None:
        is_emergency = isinstance(deed, GiveOrder) and deed.bulletin.bulletin_class == "emergency"
        if is_emergency:
            await until(deed.at_ms - CONFIRM_BEFORE_MS)
            with suppress(Refused, NotAnswered):  # tried again at the instant itself
                await self._approver.confirm()
        await until(deed.at_ms)
        first_ms, why = now_ms(), ""
        while now_ms() < end_ms:
            try:
                if is_emergency:
                    await self._approver.confirm()
                asked_ms = now_ms()
                await self._ask(deed, begin_ms)
            except NotAnswered as error:
                why = str(error)
                await asyncio.sleep(RETRY_S)
            except Refused as error:
                why = str(error)
                break
            else:
                self.done.append(Done(deed, first_ms, asked_ms, why))
                return
        self.done.append(Done(deed, first_ms, None, why))

    async def _ask(self, deed: Deed, begin_ms: int) -> None:
        match deed:
            case GiveOrder():
                await self._order(deed, begin_ms)
            case MakeSlot():
                await self._slot(deed, begin_ms)
            case CancelOrder():
                path = f"/orders/{self.prefix}{deed.order}/cancel"
                await self._approver.ask("POST", path, {})

    async def _order(self, deed: GiveOrder, begin_ms: int) -> None:
        bulletin, first = deed.bulletin, deed.plays[0]
        # A source system keeps ahead of its time as a file what has an instant of its own, and
        # lets devices open as a stream what is to be heard at once.
        has_instant = bulletin.not_before_ms is not None or bulletin.sound.kind == "file"
        asked = {
            "id": f"{self.prefix}{deed.id}",
            "bulletin_id": f"{self.prefix}{bulletin.id}",
            "area": in_words(self.scenario, bulletin.to),
            "times": len(deed.plays),
            "gap_ms": bulletin.gap_ms if len(deed.plays) > 1 else 0,
            "not_before": instant(begin_ms + first.not_before_ms) if has_instant else None,
            "valid_ms": deed.valid_ms,
            "end_by": None if first.end_by_ms is None else instant(begin_ms + first.end_by_ms),
            "play_order": bulletin.order,
            "duration_ms": bulletin.sound.length_ms,
            "outside_hours": True,
        }
        await self._approver.ask("POST", "/orders", asked)

    async def _slot(self, deed: MakeSlot, begin_ms: int) -> None:
        slot = deed.slot
        begins = moment(begin_ms + deed.begins_ms)
        asked = {
            "id": f"{self.prefix}{deed.id}",
            "name": slot.id,
            "area": in_words(self.scenario, slot.where),
            "at": begins.strftime("%H:%M:%S"),
            "days": [begins.weekday()],
            "slot_ms": slot.slot_ms,
            "lead_ms": min(slot.lead_ms, 24 * 60 * 60 * 1000),
            "parts": [
                {"kind": "local", "length_ms": part.length_ms, "media_sha256": sound}
                if (sound := self._sounds.get(part.length_ms)) and part.relay is None
                else {
                    "kind": "relay",
                    "length_ms": part.length_ms,
                    "url": f"{RELAYED_FROM}/{part.relay}",
                }
                for part in slot.items
            ],
            "outside_hours": True,
        }
        await self._approver.ask("POST", "/slots", asked)

    # ---- Before the run -------------------------------------------------------------------------

    async def _approved(self, bulletin: Bulletin) -> None:
        is_relay = bulletin.sound.kind == "live"
        content = {"language": "vi", "text": bulletin.sound.text or ""}
        if not is_relay:
            content["media_sha256"] = await self._sound(bulletin.sound.length_ms)
        drafted = await self._composer.ask(
            "POST",
            "/bulletins",
            {
                "id": f"{self.prefix}{bulletin.id}",
                "title": f"Thử nghiệm: {bulletin.id}",
                "bulletin_class": bulletin.bulletin_class,
                "kind": "relay" if is_relay else "audio",
                "severity": bulletin.severity,
                "status": "Test",
                "relay_url": f"{RELAYED_FROM}/{bulletin.id}" if is_relay else None,
                "contents": [] if is_relay else [content],
            },
        )
        version = drafted["version"]
        path = f"/bulletins/{self.prefix}{bulletin.id}/steps"
        steps = ((self._composer, "submit"), (self._approver, "appraise"))
        for desk, step in (*steps, (self._approver, "approve")):
            taken = await desk.ask("POST", path, {"step": step, "version": version})
            version = taken["version"]

    async def _sound(self, length_ms: int) -> str:
        """The hash of an uploaded sound of that length."""
        if length_ms not in self._sounds:
            content = await asyncio.to_thread(spoken.sound, length_ms)
            kept = await self._composer.upload("audio", content)
            self._sounds[length_ms] = kept["sha256"]
        return self._sounds[length_ms]
