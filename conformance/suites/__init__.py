"""The cases, one file for each group of clauses."""

from collections.abc import Mapping

from conformance.case import Case
from conformance.suites import (
    boards,
    classes,
    connection,
    emergencies,
    endings,
    hostile,
    play_log,
    programme,
    returns,
    sounds,
    state,
    volume,
)

_GROUPS = (
    emergencies.CASES,
    classes.CASES,
    endings.CASES,
    programme.CASES,
    volume.CASES,
    play_log.CASES,
    connection.CASES,
    state.CASES,
    returns.CASES,
    sounds.CASES,
    hostile.CASES,
    boards.CASES,
)

CASES: Mapping[str, Case] = {case.id: case for group in _GROUPS for case in group}
"""All of them by id."""

CHECKS: frozenset[str] = frozenset(check for case in CASES.values() for check in case.checks)
