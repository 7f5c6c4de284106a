"""An intruder who has taken a device away, with its name and its secret: what they try with it.

The emulated device of that name has to be off the net meanwhile: nobody is connected twice.
"""

import asyncio
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping

from conformance.sources.acts import Done, Outcome, Refused, Unsupported
from conformance.sources.contract import FleetHalf
from conformance.sources.intruding import attacks as t
from conformance.sources.intruding import raw
from simulator.dialects.contract import (
    Entry,
    Login,
    Message,
    NotUnderstood,
    Play,
    Request,
    Status,
)
from simulator.emulator.connection import Broker, Connection, Heard, NotConnected, Session
from simulator.emulator.http_connection import NotTaken, Web

ANSWER_S, LEFT_OPEN_S = 20.0, 60.0
KEEPALIVE_S = 300
PUBLISHED_BYTES = 5 << 20
STEP_S, POLL_S = 0.05, 1.0
_CONNACK_AND_PUBACK_BYTES = 8
_PUBACK = 0x40


class Stolen:
    """One device's name and secret in the wrong hands, and the secrets of others for `another's`;
    it speaks from an own address `source`."""

    def __init__(self, fleet: FleetHalf, secrets_of: Mapping[str, str], source: str | None) -> None:
        """Not connected."""
        self._fleet, self._secrets, self._source = fleet, secrets_of, source
        self._device, self._boot = "", f"thu{secrets.token_hex(4)}"
        self._connection: Connection | None = None
        self._web: Web | None = None
        self._token = ""
        self._came: list[tuple[str, bytes]] = []
        self._on_the_way: set[int] = set()
        self._why_lost = ""

    async def leave(self) -> None:
        """Close what is open."""
        self._drop()
        if self._web is not None:
            await self._web.close()
            self._web = None

    async def do(self, attack: t.Attack) -> Outcome:
        """Try it; raises `OSError`."""
        match attack:
            case t.Enter():
                return await self._enter(attack)
            case t.TakeName(device, name):
                return await self._take_name(device, name)
            case t.Overhear(device):
                return await self._overhear(device)
            case t.Gather(at_least, within_ms):
                return await self._gather(at_least, within_ms)
            case t.PlayBack(device):
                return await self._publish(self._played_back(device))
            case t.ForgeState(device):
                return await self._publish(self._forged(device))
            case t.LogAgain(times):
                return await self._log_again(times)
            case t.Leave():
                await self.leave()
                return Done()
            case _:
                return Unsupported()

    # ---- Coming in ------------------------------------------------------------------------------

    async def _enter(self, attack: t.Enter) -> Outcome:
        secret = self._secret(attack)
        if "mqtt" not in self._fleet.dialect.wires:
            return await self._sign_in(attack, secret)
        if attack.secret == "own":
            return await self._connect(attack.device, ())
        return await self._knock(self._fleet.dialect.login(attack.device, secret))

    def _secret(self, attack: t.Enter) -> str:
        match attack.secret:
            case "own":
                return self._secrets[attack.device]
            case "another's":
                return self._secrets[attack.of or attack.device]
            case "wrong":
                return secrets.token_urlsafe(32)
            case "none":
                return ""
            case known:
                return known

    async def _knock(self, login: Login, stay_s: float = 0.0) -> Outcome:
        """Log in at the broker and go: at once, or after a while."""
        place = self._broker()
        if place is None:
            return Unsupported()
        hello = [raw.mqtt_connect(login.client_id, login.user, login.password)]
        heard = await raw.exchange(
            place, hello, stay_s or ANSWER_S, self._own_address(), 0 if stay_s else 4
        )
        code = raw.mqtt_return_code(heard.content)
        if code == 0:
            return Done()
        return Refused(code or 0, f"return code {code}" if code else heard.end)

    async def _take_name(self, device: str, name: str) -> Outcome:
        if "mqtt" not in self._fleet.dialect.wires:
            return Unsupported()
        own = self._fleet.dialect.login(device, self._secrets[device])
        return await self._knock(Login(name, own.user, own.password), stay_s=3.0)

    async def _sign_in(self, attack: t.Enter, secret: str) -> Outcome:
        asked = self._fleet.dialect.sign_in(attack.device, secret)
        if asked is None:
            return Unsupported()
        try:
            token = self._fleet.dialect.token(await self._asked(asked, None))
        except NotTaken as error:
            return Refused(error.status, str(error))
        except NotUnderstood as error:
            return Refused(1, str(error))
        if attack.secret == "own":
            self._device, self._token = attack.device, token
        return Done()

    async def _asked(self, request: Request, token: str | None) -> bytes:
        if self._web is None:
            self._web = Web(self._fleet.services)
        return await self._web.ask(request, token)

    # ---- At the broker --------------------------------------------------------------------------

    async def _connect(self, device: str, more: Iterable[tuple[str, int]]) -> Outcome:
        """Be connected as the device, with its own subscriptions and more."""
        broker, dialect = self._fleet.broker, self._fleet.dialect
        if broker is None:
            return Unsupported()
        self._drop()
        login = dialect.login(device, self._secrets[device])
        wanted = [*dialect.subscriptions(device), *more]
        session = Session(login, wanted, None, KEEPALIVE_S, clean=True)
        heard = Heard(
            self._take,
            self._on_the_way.discard,
            self._lost,
        )
        connection = Connection(broker, session, heard)
        try:
            await connection.open(self._own_address())
        except NotConnected as error:
            return Refused(1, str(error))
        self._device, self._connection, self._why_lost = device, connection, ""
        return Done()

    def _take(self, topic: str, payload: bytes) -> None:
        self._came.append((topic, payload))

    def _lost(self, why: str) -> None:
        self._why_lost = why

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.drop()
            self._connection = None
        self._on_the_way.clear()

    async def _overhear(self, victim: str) -> Outcome:
        if self._connection is None:
            return Unsupported()
        device, granted = self._device, list[tuple[str, int]]()
        for wanted in (("#", 1), *self._fleet.dialect.subscriptions(victim)):
            if isinstance(await self._connect(device, [*granted, wanted]), Done):
                granted.append(wanted)
        if self._connection is None:
            await self._connect(device, granted)
        return Done(said=len(granted)) if granted else Refused(1, "refuses the subscriptions")

    async def _publish(self, messages: Iterator[Message]) -> Outcome:
        """Done where the broker took them, which does not say that it passed them on."""
        if self._connection is None:
            return Unsupported()
        published = 0
        for message in messages:
            self._on_the_way.add(self._connection.publish(message))
            published += 1
        await self._until(lambda: not self._on_the_way or bool(self._why_lost), ANSWER_S)
        if self._why_lost:
            why, device = self._why_lost, self._device
            await self._connect(device, ())
            return Refused(1, f"the broker ended the connection: {why}")
        return Done(said=published) if published else Unsupported()

    def _played_back(self, victim: str) -> Iterator[Message]:
        dialect = self._fleet.dialect
        for topic, _ in dialect.subscriptions(victim):
            if not {"+", "#"} & set(topic):
                for _, payload in self._own():
                    yield Message(topic, payload)
                    yield Message(topic, payload.replace(self._device.encode(), victim.encode()))

    def _forged(self, victim: str) -> Iterator[Message]:
        dialect, now_ms = self._fleet.dialect, _now_ms()
        if (gone := dialect.offline(victim, self._boot)) is not None:
            yield gone
        for entry in self._entries():
            said = dialect.log(victim, now_ms, (entry,))
            if isinstance(said, Message):
                yield said

    # ---- What came ------------------------------------------------------------------------------

    async def _gather(self, at_least: int, within_ms: int) -> Outcome:
        if self._token:
            await self._poll_until(at_least, within_ms)
        else:
            await self._until(lambda: len(self._own()) >= at_least, within_ms / 1_000)
        own = self._own()
        others = sorted({topic for topic, _ in self._came} - {topic for topic, _ in own})
        return Done(said={"own": len(own), "others": others[:20]})

    async def _poll_until(self, at_least: int, within_ms: int) -> None:
        dialect, deadline_s = self._fleet.dialect, time.monotonic() + within_ms / 1_000
        while len(self._came) < at_least and time.monotonic() < deadline_s:
            now_ms = _now_ms()
            poll = dialect.poll(self._device, Status(now_ms, self._boot, now_ms, 50, "fibre"))
            if poll is None:
                return
            try:
                answer = await self._asked(poll, self._token)
            except NotTaken as error:
                raise OSError(str(error)) from None
            found = [(poll.path, part) for part in dialect.parts(self._device, poll.path, answer)]
            self._came = found
            await asyncio.sleep(POLL_S)

    def _own(self) -> list[tuple[str, bytes]]:
        return [each for each in self._came if self._token or self._device in each[0]]

    def _entries(self) -> list[Entry]:
        """An entry of the play log, of the last play that was told; none where none was."""
        plays = [play for topic, payload in self._own() for play in self._plays(topic, payload)]
        now_ms = _now_ms()
        return [
            Entry(self._boot, 0, play, now_ms - 1_000, now_ms, "played", "", 50)
            for play in plays[-1:]
        ]

    def _plays(self, place: str, payload: bytes) -> Iterator[Play]:
        dialect = self._fleet.dialect
        try:
            parts = (payload,) if self._token else dialect.parts(self._device, place, payload)
            actions = [dialect.order(self._device, place, part).action for part in parts]
        except NotUnderstood:
            return
        yield from (action for action in actions if isinstance(action, Play))

    async def _log_again(self, times: int) -> Outcome:
        entries = self._entries()
        said = self._fleet.dialect.log(self._device, _now_ms(), tuple(entries)) if entries else None
        if said is None:
            return Unsupported()
        name = f"{self._boot}-0"
        if isinstance(said, Message):
            outcome = await self._publish(said for _ in range(times))
            return Done(name) if isinstance(outcome, Done) else outcome
        for _ in range(times):
            try:
                await self._asked(said, self._token)
            except NotTaken as error:
                return Refused(error.status, str(error))
        return Done(name)

    # ---- Too much -------------------------------------------------------------------------------

    async def flood(self, what: t.Oversize, device: str | None) -> Outcome:
        """Send the broker more, or other, than anybody should."""
        place = self._broker()
        if place is None:
            return Unsupported()
        if what == "not-mqtt" or device is None:
            garbage = [bytes(reversed(range(256))) * 8]
            heard = await raw.exchange(place, garbage, LEFT_OPEN_S, self._own_address())
            return Refused(0, "cut") if heard.end == "ended" else Done(said=heard.end)
        dialect, login = (
            self._fleet.dialect,
            self._fleet.dialect.login(device, self._secrets[device]),
        )
        message = dialect.online(device, _now_ms(), self._boot)
        if not isinstance(message, Message):
            return Unsupported()
        pieces = [raw.mqtt_connect(login.client_id, login.user, login.password)]
        whole = raw.mqtt_publish(message.topic, PUBLISHED_BYTES)
        pieces += [whole[at : at + raw.MOST_BYTES] for at in range(0, len(whole), raw.MOST_BYTES)]
        enough = _CONNACK_AND_PUBACK_BYTES
        heard = await raw.exchange(place, pieces, LEFT_OPEN_S, self._own_address(), enough)
        if raw.mqtt_return_code(heard.content) != 0:
            return Unsupported() if heard.end != "ended" else Refused(0, "cut")
        if heard.content[4:5] == bytes((_PUBACK,)):
            return Done(said="taken")
        return Refused(0, "cut") if heard.end == "ended" else Done(said=heard.end)

    def _broker(self) -> raw.Place | None:
        broker: Broker | None = self._fleet.broker
        if broker is None:
            return None
        return raw.Place(broker.host, broker.port, broker.address, broker.tls)

    def _own_address(self) -> str | None:
        broker = self._fleet.broker
        is_here = broker is not None and broker.address.startswith("127.")
        return self._source if is_here else None

    async def _until(self, holds: Callable[[], bool], within_s: float) -> None:
        deadline_s = time.monotonic() + within_s
        while not holds() and time.monotonic() < deadline_s:
            await asyncio.sleep(STEP_S)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
