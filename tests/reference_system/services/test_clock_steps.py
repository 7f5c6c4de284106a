"""Steps of the clock in the audit log, each once."""

import pytest
from sqlalchemy import select

from reference_system.services import clock_steps
from reference_system.services.acting import acting, itself
from reference_system.services.timekeeping import Timekeeper
from reference_system.store.people import AuditEntry

NOW_MS = 1_789_129_200_000
HOUR_MS = 3_600_000


@pytest.fixture
def wall(system) -> list[int]:
    moment = [NOW_MS]
    system.clock = Timekeeper(lambda: moment[0], lambda: 0)
    return moment


def recorded(system, action: str) -> list[dict]:
    with system.database.reading() as session:
        query = select(AuditEntry.detail).where(AuditEntry.action == action)
        return list(session.scalars(query.order_by(AuditEntry.number)))


def test_each_step_is_written_down_once(system, wall, caplog) -> None:
    told = clock_steps.record(system, 0)
    wall[0] -= HOUR_MS
    told = clock_steps.record(system, told)
    told = clock_steps.record(system, told)
    wall[0] += 3 * HOUR_MS
    told = clock_steps.record(system, told)
    assert recorded(system, "clock-set") == [
        {"ahead_ms": -HOUR_MS, "followed": False},
        {"ahead_ms": 2 * HOUR_MS, "followed": True},
    ]
    assert len(caplog.records) == told == 2


def test_a_clock_that_cannot_tell_has_no_steps(system) -> None:
    assert clock_steps.record(system, 0) == 0


def test_a_clock_set_back_while_nothing_ran_is_told_at_the_start(system, wall) -> None:
    assert clock_steps.behind_record(system) == 0
    with acting(system, itself(system)) as act:
        act.record("something", "")
    assert clock_steps.behind_record(system) == 0
    system.clock = Timekeeper(lambda: NOW_MS - HOUR_MS, lambda: 0)
    assert clock_steps.behind_record(system) == HOUR_MS
    assert recorded(system, "clock-behind") == [{"behind_ms": HOUR_MS}]
