"""Other source systems: registered by an administrator, known by a token, never guessed.

Of the token that a peer shows us there is only a hash; the one that we show it lies in a file
that only this system's user can read. Nobody is ever contacted who was not registered, and
nobody outside this machine unless the administrator allowed that for the peer.
"""

import hashlib
import ipaddress
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import select

from reference_system.services.acting import Act, Actor, Role
from reference_system.services.refusals import Conflict, Invalid, NotKnown
from reference_system.services.system import System
from reference_system.services.units import Unit
from reference_system.services.within import nothing_there
from reference_system.store.base import new_id
from reference_system.store.exchange import Peer

MOST_PEERS = 200


@dataclass(frozen=True, slots=True)
class About:
    """What an administrator says of a peer; see `reference_system.store.exchange.Peer`."""

    source_id: str
    name: str
    unit: Unit
    url: str
    network_allowed: bool = False
    may_order_emergencies: bool = False
    active: bool = True


def register(act: Act, about: About) -> tuple[Peer, str]:
    """A new peer, and the token by which it is known here, which is shown this once."""
    _may(act)
    _check(act, about)
    if len(listed(act)) >= MOST_PEERS:
        raise Conflict("too-many-peers", f"Đã có {MOST_PEERS} hệ thống.", "Too many peers.")
    if act.session.scalars(select(Peer).where(Peer.source_id == about.source_id)).first():
        raise Conflict(
            "peer-known",
            "Hệ thống mang mã này đã được khai báo.",
            "A peer with this source id is registered already.",
            "source_id",
        )
    token = secrets.token_urlsafe(32)
    row = Peer(id=new_id(act.now_ms), created_ms=act.now_ms, token_hash=_hash(token))
    _write(row, about)
    act.session.add(row)
    act.session.flush()
    act.record("peer.registered", row.id, **_on_record(about))
    return row, token


def change(act: Act, peer_id: str, about: About) -> Peer:
    """Change what is said of a peer; who it is, its `source_id`, stays."""
    _may(act)
    row = found(act, peer_id)
    _check(act, about)
    if about.source_id != row.source_id:
        raise Conflict(
            "other-peer",
            "Không đổi được mã nguồn của hệ thống đã khai báo.",
            "The source id of a registered peer does not change.",
            "source_id",
        )
    _write(row, about)
    act.record("peer.changed", row.id, **_on_record(about))
    return row


def renew_token(act: Act, peer_id: str) -> str:
    """Another token for the peer to show us; the old one stops working at once."""
    _may(act)
    token = secrets.token_urlsafe(32)
    found(act, peer_id).token_hash = _hash(token)
    act.record("peer.token-renewed", peer_id)
    return token


def keep_token(act: Act, peer_id: str, token: str) -> None:
    """Keep the token that we show the peer: in a file of mode 0600, nowhere else."""
    _may(act)
    row = found(act, peer_id)
    file = _token_file(act.system, row)
    file.parent.mkdir(mode=0o700, exist_ok=True)
    fresh = file.with_suffix(f".{secrets.token_hex(8)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(token)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(file)
    act.record("peer.token-kept", peer_id)


def token_for(system: System, peer: Peer) -> str | None:
    """The token that we show the peer; None where there is none yet."""
    try:
        return _token_file(system, peer).read_text()
    except FileNotFoundError:
        return None


def listed(act: Act) -> Sequence[Peer]:
    """Every peer, in the order of their source ids."""
    return act.session.scalars(select(Peer).order_by(Peer.source_id)).all()


def above(act: Act) -> list[Peer]:
    """The active peers of units above that of this system."""
    units, own = act.system.units, act.system.settings.unit
    theirs = [(each, units.named(each.level, each.code)) for each in listed(act) if each.active]
    return [peer for peer, unit in theirs if unit != own and units.holds(unit, own)]


def found(act: Act, peer_id: str) -> Peer:
    """A peer; raises `Missing`."""
    row = act.session.get(Peer, peer_id)
    if row is None:
        raise nothing_there("hệ thống", "peer")
    return row


def known(system: System, token: str) -> Peer:
    """The active peer that shows the token; raises `NotKnown`."""
    with system.database.reading() as session:
        row = session.scalars(select(Peer).where(Peer.token_hash == _hash(token))).one_or_none()
    if row is None or not row.active:
        raise NotKnown("unknown-peer", "Hệ thống chưa được khai báo.", "This peer is not known.")
    return row


def actor_of(system: System, peer: Peer) -> Actor:
    """The peer as an actor: it may make bulletins of its unit, and emergencies' orders if trusted.

    Only a system above this one, or the same, can be trusted with orders.
    """
    unit = system.units.named(peer.level, peer.code)
    trusted = peer.may_order_emergencies and system.units.holds(unit, system.settings.unit)
    roles: frozenset[Role] = frozenset({"compose", "operate"} if trusted else {"compose"})
    login = f"peer:{peer.source_id}"
    return Actor(None, login, peer.name, unit, roles, confirmed_ms=system.clock())


def must_be_usable(url: str, network_allowed: bool) -> None:
    """Raise `Invalid` for an address that must not be contacted.

    Without `network_allowed` only this machine's own; beyond it only under TLS, because a token
    goes along.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    plain = not (parts.username or parts.password or parts.query or parts.fragment)
    if not host or not plain or parts.scheme not in ("http", "https") or not url.isascii():
        raise Invalid(
            "bad-address",
            "Địa chỉ phải có dạng http(s)://máy[:cổng][/đường-dẫn].",
            "The address is to be http(s)://host[:port][/path].",
            "url",
        )
    if _is_here(host):
        return
    if not network_allowed or parts.scheme != "https":
        raise Invalid(
            "address-outside",
            "Địa chỉ ngoài máy này cần được quản trị viên cho phép và phải dùng https.",
            "An address outside this machine needs the administrator's permission, and https.",
            "url",
        )


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _may(act: Act) -> None:
    act.require("administer", act.system.settings.unit)


def _check(act: Act, about: About) -> None:
    must_be_usable(about.url, about.network_allowed)
    act.system.units.named(about.unit.level, about.unit.code)
    if about.source_id == act.system.settings.source_id:
        raise Invalid(
            "own-source-id",
            "Đây là mã của chính hệ thống này.",
            "This is the source id of this system itself.",
            "source_id",
        )


def _write(row: Peer, about: About) -> None:
    row.source_id, row.name, row.url = about.source_id, about.name, about.url.rstrip("/")
    row.level, row.code = about.unit.level, about.unit.code
    row.network_allowed, row.active = about.network_allowed, about.active
    row.may_order_emergencies = about.may_order_emergencies


def _on_record(about: About) -> dict[str, object]:
    return {
        "source_id": about.source_id,
        "url": about.url,
        "network_allowed": about.network_allowed,
        "may_order_emergencies": about.may_order_emergencies,
        "active": about.active,
    }


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _token_file(system: System, peer: Peer) -> Path:
    return system.settings.data_dir / "peers" / f"{peer.id}.token"
