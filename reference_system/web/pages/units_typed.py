"""A unit that was typed or chosen in a form, as `level:code`."""

from reference_system.services.refusals import Invalid
from reference_system.services.units import Unit, Units
from reference_system.web.pages.typed import Typed


def one_unit(units: Units, typed: Typed) -> Unit:
    """The unit in the field `unit`; raises `Invalid`."""
    return unit_of(units, typed.line("unit", needed=True), "unit")


def unit_of(units: Units, written: str, field: str) -> Unit:
    """The unit that is written so; raises `Invalid` with the name of the `field`."""
    level, _, code = written.partition(":")
    try:
        return units.named(level, code)
    except Invalid as invalid:
        raise Invalid(invalid.code, invalid.vi, invalid.en, field) from None
