"""That the machine's clock was set is written into the audit log and told to whoever runs it."""

import logging

from sqlalchemy import select

from reference_system.services.acting import acting, itself
from reference_system.services.system import System
from reference_system.services.timekeeping import STEP_MS
from reference_system.store.people import AuditEntry

_log = logging.getLogger(__name__)


def record(system: System, told: int) -> int:
    """Write down the steps of the clock beyond number `told`; the number of the last one."""
    system.clock()
    for step in system.timekeeper.steps() if system.timekeeper else ():
        if step.number > told:
            with acting(system, itself(system)) as act:
                act.record("clock-set", "", ahead_ms=step.ahead_ms, followed=step.followed)
            what = "followed" if step.followed else "not followed: going on by counting"
            _log.warning("the machine's clock was set, %d ms ahead; %s", step.ahead_ms, what)
            told = step.number
    return told


def behind_record(system: System) -> int:
    """How many milliseconds the last entry of the audit log is ahead of now; 0 where it is not.

    A clock that was set back while the system did not run: that is written down, too.
    """
    with system.database.reading() as session:
        newest = select(AuditEntry.at_ms).order_by(AuditEntry.number.desc()).limit(1)
        last_ms = session.scalars(newest).first() or 0
    behind_ms = last_ms - system.clock()
    if behind_ms <= STEP_MS:
        return 0
    with acting(system, itself(system)) as act:
        act.record("clock-behind", "", behind_ms=behind_ms)
    return behind_ms
