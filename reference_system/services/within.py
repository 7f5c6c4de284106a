"""Which rows belong to a unit or to a unit within it, as a condition of a query."""

from sqlalchemy import ColumnElement, and_, or_, true
from sqlalchemy.orm import InstrumentedAttribute

from reference_system.services.refusals import Missing
from reference_system.services.units import Unit, Units


def within(
    units: Units,
    outer: Unit,
    level: InstrumentedAttribute[str],
    code: InstrumentedAttribute[str],
) -> ColumnElement[bool]:
    """The rows whose `level` and `code` name `outer` or a unit within it."""
    own = and_(level == outer.level, code == outer.code)
    communes = and_(level == "commune", code.in_(communes_of(units, outer)))
    match outer.level:
        case "central":
            return true()
        case "province":
            territory = units.territory
            districts = [
                key for key, each in territory.districts.items() if each.province == outer.code
            ]
            return or_(own, and_(level == "district", code.in_(districts)), communes)
        case "district":
            return or_(own, communes)
        case "commune":
            return own


def commune_within(
    units: Units, outer: Unit, commune: InstrumentedAttribute[str]
) -> ColumnElement[bool]:
    """The rows whose `commune` lies in `outer`."""
    return true() if outer.level == "central" else commune.in_(communes_of(units, outer))


def communes_of(units: Units, outer: Unit) -> tuple[str, ...]:
    """The codes of the communes in a unit, in their order."""
    territory = units.territory
    match outer.level:
        case "central":
            return tuple(territory.communes)
        case "province":
            return tuple(each.code for each in territory.communes_of(province=outer.code))
        case "district":
            return tuple(each.code for each in territory.communes_of(district=outer.code))
        case "commune":
            return (outer.code,)


def nothing_there(what_vi: str, what_en: str) -> Missing:
    """The refusal for a thing that is not there, or that this person may not see."""
    return Missing(
        "not-there",
        f"Không có {what_vi} này, hoặc tài khoản không được xem.",
        f"There is no such {what_en}, or this account may not see it.",
    )
