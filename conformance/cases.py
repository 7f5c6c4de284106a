"""Every case there is: of devices and of source systems."""

from collections.abc import Mapping

from conformance import source_suites, suites
from conformance.case import Case, measured_by

CASES: Mapping[str, Case] = {**suites.CASES, **source_suites.CASES}
"""All of them by id."""

CHECKS: Mapping[str, str | None] = measured_by(CASES.values())
"""All that they ask, with what each measures."""
