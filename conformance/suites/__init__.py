"""The cases, one file for each group of clauses."""

from collections.abc import Mapping

from conformance.case import Case, measured_by
from conformance.suites import (
    boards,
    classes,
    connection,
    emergencies,
    endings,
    exploration,
    hostile,
    joining,
    play_log,
    programme,
    returns,
    signed,
    sounds,
    state,
    updating,
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
    joining.CASES,
    updating.CASES,
    sounds.CASES,
    hostile.CASES,
    signed.CASES,
    boards.CASES,
    exploration.CASES,
)

CASES: Mapping[str, Case] = {case.id: case for group in _GROUPS for case in group}
"""All of them by id."""

CHECKS: Mapping[str, str | None] = measured_by(CASES.values())
"""All that they ask, with what each measures."""
