"""Whoever tries at a source system what nobody should: over HTTP, over TLS, and at its ports.

It goes to the target's own addresses and no others, a bounded number of times. On the loopback it
comes from an address of its own, so that what is counted by address is not counted against people.
"""

import asyncio
import json
import secrets
import ssl
import sys
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import httpx2

from conformance.sources.acts import Done, Outcome, Refused, Unsupported
from conformance.sources.contract import MISSHAPEN, System
from conformance.sources.intruding import attacks as t
from conformance.sources.intruding import ports, raw
from conformance.sources.intruding.stolen import Stolen
from conformance.sources.intruding.surface import Asking, Surface
from scenarios.problems import one_line
from simulator.emulator import answers
from simulator.live.people import MOST_TOLD

ANSWER_S = 30.0
LEFT_OPEN_S = 60.0
"""How long a connection may stay open over which nothing right comes."""

LEFT_OPEN = "left open"
MEGABYTE = 1 << 20
ANNOUNCED_BYTES, SENT_BYTES, HEADER_BYTES, DEPTH = 64 * MEGABYTE, 5 * MEGABYTE, MEGABYTE, 10_000

_MINORS: Mapping[t.Version, int] = {"1.0": 1, "1.1": 2}


class Intruder:
    """Of one case after the other, on one event loop; to be sent away with `leave`."""

    def __init__(self, system: System, devices: Mapping[str, str]) -> None:
        """Nothing is tried yet; `devices` have secrets, which no record learns."""
        self._system, self._devices = system, devices
        self._source, self._stolen = "", Stolen(system.fleet, devices, None)
        self.arrive()

    def arrive(self) -> None:
        """Another one, at another address."""
        self._source = ".".join(["127", *(str(1 + secrets.randbelow(254)) for _ in range(3))])
        self._stolen = Stolen(self._system.fleet, self._devices, self._source)

    async def leave(self) -> None:
        """Nothing of it stays connected."""
        await self._stolen.leave()

    async def do(self, attack: t.Attack) -> Outcome:
        """Try it; takes two minutes at most, and raises nothing of its own."""
        try:
            return await self._tried(attack)
        except OSError as error:
            return Refused(0, one_line(str(error) or type(error).__name__))
        except MISSHAPEN as error:
            return Refused(0, one_line(f"an answer of another shape: {error!r}")[:MOST_TOLD])

    async def _tried(self, attack: t.Attack) -> Outcome:
        surface = self._system.surface
        match attack:
            case t.SeeAddress() | t.SpeakOld() | t.CheckCertificate():
                return await self._at_tls(attack)
            case t.SendTooMuch(what, device) if what in ("publish", "not-mqtt"):
                return await self._stolen.flood(what, device)
            case t.GuessPassword() | t.GuessOf() | t.ActWithout() | t.FindPorts() | t.SendTooMuch():
                return Unsupported() if surface is None else await self._at(surface, attack)
            case _:
                return await self._stolen.do(attack)

    async def _at(self, surface: Surface, attack: t.Attack) -> Outcome:
        match attack:
            case t.GuessPassword(login, password):
                return await self._answered(surface, surface.log_in(login, password))
            case t.GuessOf(who):
                login, _ = await surface.credentials(who)
                guess = f"Thử-nghiệm-{secrets.token_hex(6)}"
                return await self._answered(surface, surface.log_in(login, guess))
            case t.ActWithout():
                return await self._act_without(surface, attack)
            case t.FindPorts():
                return await self._ports(surface)
            case t.SendTooMuch(what):
                return await self._too_much(surface, what)
            case _:
                return Unsupported()

    # ---- Over HTTP ------------------------------------------------------------------------------

    async def _act_without(self, surface: Surface, attack: t.ActWithout) -> Outcome:
        asking = surface.asking(attack.act)
        if asking is None:
            return Unsupported()
        match attack.session:
            case "none":
                return await self._answered(surface, asking)
            case "garbage":
                login, password = await surface.credentials(t.SOMEBODY)
                began = await self._sent(surface, surface.log_in(login, password))
                # Of the right form, so that more than the form is looked at.
                headers = {n: _other(value) for n, value in surface.session(began).items()}
            case "ended":
                login, password = await surface.credentials(t.SOMEBODY)
                began = await self._sent(surface, surface.log_in(login, password))
                headers = dict(surface.session(began))
                await self._sent(surface, _carrying(surface.log_out(), headers))
        return await self._answered(surface, _carrying(asking, headers))

    async def _answered(self, surface: Surface, asking: Asking) -> Outcome:
        response = await self._response(surface, asking)
        return surface.outcome(response.status_code, response.content)

    async def _sent(self, surface: Surface, asking: Asking) -> bytes:
        """What the harness itself has to be answered; raises `OSError` where it was refused."""
        response = await self._response(surface, asking)
        outcome = surface.outcome(response.status_code, response.content)
        if not isinstance(outcome, Done):
            raise OSError("the session that was to be ended could not be had")
        return response.content

    async def _response(self, surface: Surface, asking: Asking) -> httpx2.Response:
        parts = urlsplit(surface.url)
        transport = httpx2.AsyncHTTPTransport(
            verify=self._system.trusted or True,
            trust_env=False,
            local_address=self._own_address(parts.hostname or ""),
        )
        async with httpx2.AsyncClient(
            base_url=surface.url, transport=transport, timeout=ANSWER_S, follow_redirects=False
        ) as client:
            try:
                return await answers.asked(
                    client,
                    asking.method,
                    asking.path,
                    headers=dict(asking.headers),
                    content=asking.body or None,
                )
            except httpx2.HTTPError as error:
                raise OSError(f"{asking.path}: {error or type(error).__name__}") from None

    async def _too_much(self, surface: Surface, what: t.Oversize) -> Outcome:
        place = self._web(surface.url)
        pieces = _request(surface.log_in("thu", "nghiem"), place.host, what)
        heard = await raw.exchange(place, pieces, LEFT_OPEN_S, self._own_address(place.address))
        if heard.end == "unreached":
            return Refused(0, "not reached")
        head, _, body = heard.content.partition(b"\r\n\r\n")
        words = head.split(b" ", 2)
        if head.startswith(b"HTTP/1.") and len(words) > 1 and words[1].isdigit():
            return surface.outcome(int(words[1]), body)
        return Refused(0, "cut") if heard.end == "ended" else Done(said=LEFT_OPEN)

    # ---- TLS ------------------------------------------------------------------------------------

    async def _at_tls(self, attack: t.SeeAddress | t.SpeakOld | t.CheckCertificate) -> Outcome:
        place = self._place(attack.where)
        if place is None:
            return Unsupported()
        if isinstance(attack, t.SeeAddress):
            is_here = ip_address(place.address).is_loopback
            return Done(said={"tls": place.tls is not None, "loopback": is_here})
        if place.tls is None:
            return Unsupported()
        if isinstance(attack, t.CheckCertificate):
            return await _certificate(place)
        minor = _MINORS[attack.version]
        clear = raw.Place(place.host, place.port, place.address)
        hello = raw.client_hello(place.host, minor)
        heard = await raw.exchange(clear, [hello], ANSWER_S, None, enough=11)
        if raw.chosen_version(heard.content) == minor:
            return Done(said=f"TLS {attack.version}")
        if raw.is_alert(heard.content):
            return Refused(1, "alert")
        return Refused(0, heard.end)

    def _place(self, where: t.Where) -> raw.Place | None:
        if where == "http":
            return None if self._system.surface is None else self._web(self._system.surface.url)
        broker = self._system.fleet.broker
        return (
            None
            if broker is None
            else raw.Place(broker.host, broker.port, broker.address, broker.tls)
        )

    # ---- Ports ----------------------------------------------------------------------------------

    async def _ports(self, surface: Surface) -> Outcome:
        place = self._web(surface.url)
        declared = {place.port}
        if (broker := self._system.fleet.broker) is not None:
            declared.add(broker.port)
        if surface.processes:
            seen = await asyncio.to_thread(ports.listening, surface.processes)
            return Done(said=[[host, port, port in declared] for host, port in sorted(seen)])
        if ip_address(place.address).is_loopback:
            return Unsupported()  # whose process a port of this machine is, is not known
        found = await ports.open_ports(place.address, {*ports.RISKY, *declared})
        return Done(said=[[place.address, port, port in declared] for port in sorted(found)])

    def _web(self, url: str) -> raw.Place:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
        tls = None
        if parts.scheme == "https":
            tls = self._system.trusted or ssl.create_default_context()
        return raw.Place(host, port, ports.numeric(host, port), tls)

    def _own_address(self, host: str) -> str | None:
        """Linux lets everybody speak from anywhere in 127.0.0.0/8."""
        is_here = host in ("127.0.0.1", "localhost")
        return self._source if is_here and sys.platform == "linux" else None


async def _certificate(place: raw.Place) -> Outcome:
    try:
        opening = asyncio.open_connection(
            place.address, place.port, ssl=place.tls, server_hostname=place.host
        )
        _, writer = await asyncio.wait_for(opening, ANSWER_S)
    except ssl.SSLError as error:
        return Refused(1, one_line(error.reason or str(error)))
    writer.transport.abort()
    return Done()


def _carrying(asking: Asking, headers: Mapping[str, str]) -> Asking:
    return Asking(asking.method, asking.path, {**asking.headers, **headers}, asking.body)


def _other(value: str) -> str:
    """Another token of the same length: the last eight characters turned about."""
    turned = "".join("A" if letter != "A" else "B" for letter in value[-8:])
    return value[:-8] + turned


def _request(asking: Asking, host: str, what: t.Oversize) -> Iterator[bytes]:
    """An HTTP request that is too much, in pieces."""
    if what == "not-http":
        yield bytes(range(256)) * 8 + b"\r\n\r\n"
        return
    body, length = asking.body, 0
    if what == "nested":
        body = b'{"a":' * DEPTH + b"1" + b"}" * DEPTH
    elif what == "sent":
        body = json.dumps({"x": "0" * SENT_BYTES}).encode()
    length = ANNOUNCED_BYTES if what == "announced" else len(body)
    headers: dict[str, Any] = {"Host": host, "Content-Type": "application/json"}
    headers |= {"Content-Length": length, "Connection": "close"}
    if what == "header":
        headers["X-Thu"] = "0" * HEADER_BYTES
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    yield f"{asking.method} {asking.path} HTTP/1.1\r\n{lines}\r\n".encode()
    if what != "announced":
        for at in range(0, len(body), raw.MOST_BYTES):
            yield body[at : at + raw.MOST_BYTES]
