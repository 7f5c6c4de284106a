"""A unit that was typed or chosen in a form, as `level:code`."""

from reference_system.services.refusals import Invalid
from reference_system.services.units import Unit, Units
from reference_system.web.pages.typed import Typed


def one_unit(units: Units, typed: Typed) -> Unit:
    """The unit in the field `unit`; raises `Invalid`."""
    level, _, code = typed.line("unit", needed=True).partition(":")
    try:
        return units.named(level, code)
    except Invalid as invalid:
        raise Invalid(invalid.code, invalid.vi, invalid.en, "unit") from None
