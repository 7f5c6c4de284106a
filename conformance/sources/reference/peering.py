"""How other systems speak with the reference system: its own JSON messages over HTTP.

Their shape is published by `reference_system.interface.exchange`. What the reference system says is
held against it strictly: a figure as text, or an instant as a number, is nonsense.
"""

import hashlib
import ssl
import time
from collections.abc import Mapping
from typing import Any

import httpx2
from pydantic import ValidationError

from conformance.bench import sounds
from conformance.sources import acts as a
from conformance.sources import exchange as x
from conformance.sources.contract import Answer, Asked
from conformance.sources.reference.exchange import Peers, data, hashes
from reference_system.interface import exchange as wire
from scenarios.problems import one_line, shortened
from simulator.emulator import answers
from simulator.live.desk import KEPT

TIMEOUT_S = 60.0
_TONES = sounds.pair(0)
_DAY_MS = 24 * 60 * 60 * 1_000


class Peering:
    """A `contract.PeerHalf`."""

    def __init__(
        self, server: str, era: str, peers: Peers, trusted: ssl.SSLContext | None = None
    ) -> None:
        """Nobody said anything yet; `peers` are those that people make known, `trusted` is for
        https."""
        self._client = httpx2.AsyncClient(
            base_url=f"{server}/api/v1/exchange",
            verify=trusted or True,
            timeout=TIMEOUT_S,
            follow_redirects=False,
            trust_env=False,
            limits=KEPT,
        )
        self._era, self._peers = era, peers
        self._known: set[tuple[str, str, str]] = set()

    async def close(self) -> None:
        """Nothing is asked any more."""
        await self._client.aclose()

    # ---- Saying ---------------------------------------------------------------------------------

    async def do(self, who: x.PeerSystem, act: a.Act) -> a.Outcome:
        """Let one of them say something."""
        if not isinstance(act, x.Send):
            return a.Unsupported()
        headers = self._headers(who, act.token)
        try:
            said = {}
            if isinstance(act, x.SendBulletin):
                said["sound"] = await self._send_sound(act, headers)
            message = self._message(who, act, said.get("sound"))
            answer = await answers.asked(
                self._client, "POST", "/messages", json=message, headers=headers
            )
            if answer.is_success:
                files = (
                    {} if not isinstance(act, x.SendReport) else {"files": hashes(message["body"])}
                )
                result = answers.data_of(answer)["result"]
                return a.Done(said={**said, **files, "answer": result})
        except httpx2.HTTPError as error:
            return a.Refused(0, one_line(str(error) or type(error).__name__))
        except (LookupError, TypeError):
            return a.Refused(answer.status_code, "an answer without a result")
        except _NotTakenError as error:
            answer = error.answer
        return a.Refused(answer.status_code, shortened(one_line(answer.text)))

    def _headers(self, who: x.PeerSystem, token: x.Token) -> dict[str, str]:
        known = self._peers.get(who.source)
        match token:
            case "none":
                return {}
            case "own" if known is not None:
                return {"authorization": f"Bearer {known.shows}"}
            case _:
                return {"authorization": "Bearer khong-ai-biet-ma-nay-ca"}

    async def _send_sound(self, act: x.SendBulletin, headers: Mapping[str, str]) -> str:
        content = sounds.encoded(_TONES, act.sound_ms, "mp3")
        sha256 = hashlib.sha256(content).hexdigest()
        if act.spoiled == "file":
            return hashlib.sha256(act.key.encode()).hexdigest()
        answer = await answers.asked(
            self._client, "PUT", f"/media/{sha256}", content=content, headers=headers
        )
        if not answer.is_success:
            raise _NotTakenError(answer)
        return sha256

    def _message(self, who: x.PeerSystem, act: x.Send, sound: str | None) -> dict[str, Any]:
        place = act.place or who.place
        unit = {"level": place.level, "code": place.code}
        sent_ms = int(time.time() * 1_000) + (_DAY_MS if act.spoiled == "future" else 0)
        message: dict[str, Any] = {
            "source_id": who.source,
            "source_key": act.message,
            "era": self._era,
            "sent": wire.instant_text(sent_ms),
            "body": _body(act, unit, sound),
        }
        match act.spoiled:
            case "type":
                message["body"]["severity"] = str(message["body"]["severity"])
            case "time":
                message["sent"] = sent_ms
            case "unknown-field":
                message["body"]["MucDoUuTien"] = 1
        return message

    # ---- Being told -----------------------------------------------------------------------------

    def take(self, who: x.PeerSystem, asked: Asked) -> tuple[x.Arrived | None, Answer]:
        """What one of them was sent, and what it answers."""
        introduced = self._peers.get(who.source)
        known = introduced is not None and asked.authorization == f"Bearer {introduced.is_shown}"
        path = asked.path.removeprefix("/api/v1/exchange")
        match asked.method, path.split("/")[1:]:
            case "PUT", ["media", name]:
                sha256 = hashlib.sha256(asked.body).hexdigest()
                if sha256 != name:
                    says = {"why": "a file that is not what its name says"}
                    return x.Arrived("nonsense", name, known, says), Answer(400)
                return x.Arrived("file", sha256, known, {"sha256": sha256}), Answer(204)
            case "POST", ["messages"]:
                try:
                    message = wire.Message.model_validate_json(asked.body)
                except ValidationError as error:
                    first = error.errors(include_input=False, include_url=False)[0]
                    where = ".".join(map(str, first["loc"]))
                    says = {"why": shortened(one_line(f"{where}: {first['msg']}"))}
                    return x.Arrived("nonsense", "", known, says), Answer(422)
                return self._taken(who, message, known)
            case _:
                says = {"why": shortened(one_line(f"{asked.method} {asked.path}"))}
                return x.Arrived("nonsense", "", known, says), Answer(404)

    def _taken(
        self, who: x.PeerSystem, message: wire.Message, known: bool
    ) -> tuple[x.Arrived, Answer]:
        kind, key = message.body.kind, message.source_key
        arrived = x.Arrived(kind, key, known, _said(message.body), message.sent)
        if not known:
            return arrived, Answer(401)
        this = (who.source, kind, key)
        result: Any = "known" if this in self._known else "accepted"
        self._known.add(this)
        return arrived, Answer(200, wire.Answer(result=result).model_dump_json().encode())


class _NotTakenError(Exception):
    def __init__(self, answer: httpx2.Response) -> None:
        super().__init__(answer.status_code)
        self.answer = answer


def _body(act: x.Send, unit: Mapping[str, str], sound: str | None) -> dict[str, Any]:
    match act:
        case x.SendBulletin():
            content = {"language": "vi", "text": act.text, "sha256": sound}
            until = act.valid_until_ms
            return {
                "kind": "bulletin",
                "unit": unit,
                "title": act.title,
                "summary": act.summary,
                "bulletin_class": act.bulletin_class,
                "severity": act.severity,
                "field": "general",
                "form": "audio",
                "status": "Test",
                "valid_until": None if until is None else wire.instant_text(until),
                "relay_url": None,
                "contents": [content],
                "order": None if act.area is None else _order(act.area),
            }
        case x.SendWithdrawal():
            return {"kind": "withdrawal", "of": act.of, "reason": act.reason}
        case x.SendStatistics():
            figures = [{"key": name.split("/"), "value": value} for name, value in act.figures]
            times = {"at": wire.instant_text(act.until_ms), **_period(act.since_ms, act.until_ms)}
            return {"kind": "statistics", "unit": unit, **times, "figures": figures}
        case x.SendReport():
            table, page = f"{act.text}\r\n", f"<!doctype html><title>{act.text}</title>"
            return {
                "kind": "report",
                "unit": unit,
                "year": act.year,
                **_period(act.since_ms, act.until_ms),
                "submitted": wire.instant_text(act.until_ms),
                "sha256": _seal(table, page),
                "csv": table,
                "html": page,
            }
        case _:
            raise AssertionError(f"no words for {type(act).__name__}")


def _seal(table: str, page: str) -> str:
    """What a report is known by: each of its files after its length."""
    digest = hashlib.sha256()
    for text in (table, page):
        content = text.encode()
        digest.update(len(content).to_bytes(8, "big") + content)
    return digest.hexdigest()


def _period(since_ms: int, until_ms: int) -> dict[str, str]:
    return {"since": wire.instant_text(since_ms), "until": wire.instant_text(until_ms)}


def _order(area: a.Area) -> dict[str, Any]:
    return {
        "everywhere": area.everywhere,
        "communes": [*area.communes],
        "times": 1,
        "gap_ms": 0,
        "valid_ms": 600_000,
    }


def _said(
    body: wire.Bulletin | wire.Withdrawal | wire.Statistics | wire.Report,
) -> dict[str, Any]:
    """A message of the system in neutral words."""
    match body:
        case wire.Bulletin():
            words: dict[str, Any] = {
                name: getattr(body, name)
                for name in ("title", "summary", "bulletin_class", "severity", "status")
            }
            content = next(iter(body.contents), None)
            order = body.order
            return {
                **words,
                "text": "" if content is None else content.text,
                "sound": None if content is None else content.sha256,
                "valid_until_ms": body.valid_until,
                "area": None if order is None else [order.everywhere, sorted(order.communes)],
            }
        case wire.Withdrawal():
            return {"of": body.of}
        case _:
            return data(body.kind, "", body.model_dump(mode="json")) or {}
