"""The courier: carries the outbox to peers over HTTP, again and again until it is there.

Delivery is at least once, and the receiver knows a message again: so it arrives exactly once,
whatever is killed on the way. No database transaction is open while a peer is spoken to.
"""

import json
from dataclasses import dataclass
from typing import Literal

import httpx2
from pydantic import ValidationError
from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from reference_system.interface import exchange as wire
from reference_system.services.acting import acting, itself
from reference_system.services.content import media
from reference_system.services.refusals import Missing, Refusal
from reference_system.services.sharing import peers
from reference_system.services.system import System
from reference_system.store.exchange import Outgoing, Peer
from scenarios.problems import one_line, shortened

FIRST_PAUSE_MS = 10_000
LONGEST_PAUSE_MS = 3_600_000
MOST_TRIES = 100
"""About four days: then a message has failed, and an operator may have it tried again."""

AT_ONCE = 20
TIMEOUT_S = 10.0
ANSWER_BYTES = 64 << 10

_FINAL = {400, 403, 405, 409, 413, 415, 422}
"""Answers that the same message would get again."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one try; `again` is worth another."""

    result: Literal["sent", "refused", "again"]
    answer: str


class _NotTakenError(Exception):
    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.answer)
        self.outcome = outcome


def carry_due(system: System) -> int:
    """Try every message that is due, oldest first; how many were tried, `AT_ONCE` at most.

    After a try in vain the peer's other messages wait for the next call, so that a peer that is
    away holds up the others for one timeout only.
    """
    bulletin = aliased(Outgoing)
    # A peer does not know the end of what it does not have yet.
    too_early = exists().where(
        Outgoing.kind == "withdrawal",
        bulletin.kind == "bulletin",
        bulletin.source_key == Outgoing.source_key,
        bulletin.peer_id == Outgoing.peer_id,
        bulletin.state == "waiting",
    )
    with system.database.reading() as session:
        due = session.execute(
            select(Outgoing, Peer)
            .join(Peer)
            .where(
                Outgoing.state == "waiting",
                Outgoing.next_try_ms <= system.clock(),
                Peer.active,
                ~too_early,
            )
            .order_by(Outgoing.next_try_ms, Outgoing.id)
            .limit(AT_ONCE)
        ).all()
    if not due:  # a client reads every certificate of the system's store
        return 0
    tried = 0
    away: set[str] = set()
    with httpx2.Client(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False) as client:
        for row, peer in due:
            if peer.id in away:
                continue
            outcome = carried(system, client, row, peer)
            _write_down(system, row.id, outcome)
            tried += 1
            if outcome.result == "again":
                away.add(peer.id)
    return tried


def carried(system: System, client: httpx2.Client, row: Outgoing, peer: Peer) -> Outcome:
    """Try one message: first its files, then itself."""
    try:
        peers.must_be_usable(peer.url, peer.network_allowed)
    except Refusal as refusal:
        return Outcome("refused", refusal.code)
    token = peers.token_for(system, peer)
    if token is None:
        return Outcome("again", "no-token")
    headers = {"authorization": f"Bearer {token}"}
    to = f"{peer.url}/api/v1/exchange"
    message = wire.Message.model_validate(
        {
            "source_id": system.settings.source_id,
            "source_key": row.source_key,
            "era": system.settings.era,
            "sent": wire.instant_text(row.created_ms),
            "body": row.body,
        }
    )
    try:
        for sha256 in row.media:
            _, path = media.get(system, sha256)
            address = f"{to}/media/{sha256}"
            _asked(client, "PUT", address, {**headers, **_BYTES}, path.read_bytes())
        body = message.model_dump_json().encode()
        answer = _asked(client, "POST", f"{to}/messages", {**headers, **_JSON}, body)
        return Outcome("sent", wire.Answer.model_validate_json(answer).result)
    except _NotTakenError as not_taken:
        return not_taken.outcome
    except Missing as missing:
        return Outcome("refused", missing.code)
    except ValidationError:
        return Outcome("again", "no answer of a source system")
    except httpx2.HTTPError as error:
        return Outcome("again", type(error).__name__)


_JSON = {"content-type": "application/json"}
_BYTES = {"content-type": "application/octet-stream"}


def _asked(
    client: httpx2.Client, method: str, address: str, headers: dict[str, str], body: bytes
) -> bytes:
    with client.stream(method, address, headers=headers, content=body) as response:
        answer = b""
        for piece in response.iter_bytes():
            answer += piece
            if len(answer) > ANSWER_BYTES:
                raise _NotTakenError(Outcome("again", "answer too long"))
    if response.is_success:
        return answer
    result: Literal["refused", "again"] = "refused" if response.status_code in _FINAL else "again"
    raise _NotTakenError(Outcome(result, f"{response.status_code} {_code_in(answer)}".strip()))


def _code_in(answer: bytes) -> str:
    """The code of a problem document; nothing where it is none."""
    try:
        code = json.loads(answer)["code"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    return shortened(one_line(code)) if isinstance(code, str) else ""


def _write_down(system: System, outgoing_id: str, outcome: Outcome) -> None:
    with acting(system, itself(system)) as act:
        row = act.session.get_one(Outgoing, outgoing_id)
        if row.state != "waiting":
            return
        row.tries += 1
        row.answer = outcome.answer
        if outcome.result == "again":
            pause_ms = min(FIRST_PAUSE_MS << min(row.tries - 1, 20), LONGEST_PAUSE_MS)
            row.next_try_ms = act.now_ms + pause_ms
            row.state = "failed" if row.tries >= MOST_TRIES else "waiting"
        else:
            row.state = outcome.result
        if row.state != "waiting":
            act.record(f"exchange.{row.state}", row.id, answer=row.answer)
