"""An act: what one person does, in one transaction, on the record."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from reference_system.services.refusals import Forbidden, NotKnown
from reference_system.services.system import System
from reference_system.services.units import Unit
from reference_system.store.people import AuditEntry
from scenarios.scenario import Text

Role = Literal["compose", "appraise", "approve", "operate", "view", "administer"]

ROLE_NAMES: Mapping[Role, Text] = {
    "compose": Text("soạn tin", "compose"),
    "appraise": Text("thẩm định", "appraise"),
    "approve": Text("duyệt", "approve"),
    "operate": Text("vận hành", "operate"),
    "view": Text("xem", "view"),
    "administer": Text("quản trị", "administer"),
}

ROLES: tuple[Role, ...] = tuple(ROLE_NAMES)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person with roles in a unit, or the system itself (`person_id` None).

    `confirmed_ms` is when the second factor was last shown in this session; 0 for never.
    """

    person_id: str | None
    login: str
    name: str
    unit: Unit
    roles: frozenset[Role]
    department: str = ""
    confirmed_ms: int = 0


@dataclass(slots=True)
class Act:
    """One act of one actor in one transaction: all of it is stored, or nothing."""

    system: System
    session: Session
    actor: Actor
    now_ms: int
    _after: list[Callable[[], None]] = field(default_factory=list)

    def require(self, role: Role, *places: Unit) -> None:
        """Raise `Forbidden` unless the actor has the role and every place lies in the own unit."""
        if role not in self.actor.roles:
            raise Forbidden(
                "role-missing",
                f"Tài khoản không có vai trò “{ROLE_NAMES[role].vi}”.",
                f"This account does not have the role {role}.",
            )
        for place in places:
            if not self.system.units.holds(self.actor.unit, place):
                raise Forbidden(
                    "outside-own-unit",
                    f"{self.system.units.name(place)} không thuộc đơn vị của tài khoản.",
                    f"{place.level} {place.code} is outside this account's unit.",
                )

    def require_confirmation(self) -> None:
        """Raise `NotKnown` unless the second factor was shown a short while ago."""
        settings = self.system.settings
        fresh = 0 <= self.now_ms - self.actor.confirmed_ms < settings.confirmation_ms
        if settings.require_totp_for_emergency and not fresh:
            raise NotKnown(
                "confirmation-needed",
                "Cần nhập mã xác thực 6 số (TOTP) để thực hiện.",
                "This needs the six-digit code of the second factor (TOTP).",
                "totp",
            )

    def record(self, action: str, subject: str, **detail: Any) -> None:
        """Write the audit log; each entry is chained to the one before it by a hash."""
        last = self.session.scalars(
            select(AuditEntry).order_by(AuditEntry.number.desc()).limit(1)
        ).first()
        entry = AuditEntry(
            at_ms=self.now_ms,
            person_id=self.actor.person_id,
            login=self.actor.login,
            action=action,
            subject=subject,
            detail=detail,
        )
        entry.chain = chained(last.chain if last else bytes(32), entry)
        self.session.add(entry)
        self.session.flush()

    def afterwards(self, do: Callable[[], None]) -> None:
        """Do this once everything is stored, and not at all if it is not."""
        self._after.append(do)


def chained(before: bytes, entry: AuditEntry) -> bytes:
    """The hash of an audit entry and of all before it."""
    words = (entry.at_ms, entry.person_id, entry.login, entry.action, entry.subject, entry.detail)
    text = json.dumps(words, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(before + text.encode()).digest()


@contextmanager
def acting(system: System, actor: Actor) -> Iterator[Act]:
    """An act of the actor: stored when the block ends, undone if it raises."""
    with system.database.writing() as session:
        act = Act(system, session, actor, system.clock())
        yield act
    for do in act._after:
        do()


@contextmanager
def looking(system: System, actor: Actor) -> Iterator[Act]:
    """An act that only reads."""
    with system.database.reading() as session:
        yield Act(system, session, actor, system.clock())


def itself(system: System) -> Actor:
    """The system as an actor: what it does by its own rules, with the roles of nobody."""
    return Actor(None, "system", system.settings.name, system.settings.unit, frozenset())
