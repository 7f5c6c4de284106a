"""The audit log: who did what, when; read by administrators, and proven unchanged."""

from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from reference_system.services.acting import Act, chained
from reference_system.services.paging import PAGE
from reference_system.services.refusals import Forbidden, TooLarge
from reference_system.services.within import within
from reference_system.store.people import AuditEntry, Person

EXPORTED = 100_000
"""How many entries an export holds at most."""

_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries: of a login, of an action, from an instant on and before another."""

    login: str | None = None
    action: str | None = None
    from_ms: int | None = None
    before_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Entries:
    """Some of the log, newest first; `before` is the number to go on at, None at the end."""

    items: list[AuditEntry]
    before: int | None


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether the log is as it was written.

    `broken` is the number of the first entry that was changed, or that stands behind one changed,
    removed or put in; None where there is none. `head` is the hash of the last entry: kept
    elsewhere, it also shows whether entries at the end were removed later.
    """

    entries: int
    broken: int | None
    head: bytes


def verify(session: Session) -> Verification:
    """Read the whole log and compute its chain again; some seconds for a million entries."""
    before, count = bytes(32), 0
    oldest_first = select(AuditEntry).order_by(AuditEntry.number)
    with session.scalars(oldest_first.execution_options(yield_per=_AT_ONCE)) as entries:
        for entry in entries:
            if chained(before, entry) != entry.chain:
                return Verification(count, entry.number, before)
            before, count = entry.chain, count + 1
    return Verification(count, None, before)


def verified(act: Act) -> Verification:
    """`verify` for an administrator of the whole system; raises `Forbidden`."""
    act.require("administer")
    if not _sees_all(act):
        raise Forbidden(
            "whole-system-only",
            "Chỉ quản trị viên của toàn hệ thống kiểm được cả nhật ký.",
            "Only an administrator of the whole system verifies the log.",
        )
    return verify(act.session)


def listed(act: Act, wanted: Wanted, before: int | None = None, limit: int = PAGE) -> Entries:
    """What people of the own unit and below did; of the whole system, also what it did itself."""
    query = _query(act, wanted)
    if before is not None:
        query = query.where(AuditEntry.number < before)
    found = act.session.scalars(query.order_by(AuditEntry.number.desc()).limit(limit + 1)).all()
    items = list(found[:limit])
    return Entries(items, items[-1].number if len(found) > limit else None)


def exported(act: Act, wanted: Wanted) -> list[AuditEntry]:
    """As `listed`, all of it, oldest first; raises `TooLarge` beyond `EXPORTED` entries."""
    query = _query(act, wanted).order_by(AuditEntry.number).limit(EXPORTED + 1)
    entries = list(act.session.scalars(query))
    if len(entries) > EXPORTED:
        raise TooLarge(
            "too-many-entries",
            f"Nhiều hơn {EXPORTED:,} dòng: chọn khoảng thời gian ngắn hơn.",
            f"More than {EXPORTED:,} entries: choose a shorter time.",
        )
    return entries


def _query(act: Act, wanted: Wanted) -> Select[AuditEntry]:
    act.require("administer")
    query = select(AuditEntry)
    if not _sees_all(act):
        mine = within(act.system.units, act.actor.unit, Person.level, Person.code)
        query = query.where(AuditEntry.person_id.in_(select(Person.id).where(mine)))
    if wanted.login is not None:
        query = query.where(AuditEntry.login == wanted.login)
    if wanted.action is not None:
        query = query.where(AuditEntry.action == wanted.action)
    if wanted.from_ms is not None:
        query = query.where(AuditEntry.at_ms >= wanted.from_ms)
    if wanted.before_ms is not None:
        query = query.where(AuditEntry.at_ms < wanted.before_ms)
    return query


def _sees_all(act: Act) -> bool:
    return act.system.units.holds(act.actor.unit, act.system.settings.unit)
