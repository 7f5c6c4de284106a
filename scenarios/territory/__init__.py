"""The provinces, districts and communes of Viet Nam in three eras.

The same code names different places in different eras: "52" is Bình Định until June 2025 and Gia
Lai since. So every look-up begins with `load(era)`, and a `Territory` is of one era.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

ERAS: tuple[str, ...] = ("2022", "2025-06", "2025-07")
"""Oldest first: 2022 and mid-2025 with three levels, since 1 July 2025 two (no districts)."""


class UnknownEra(ValueError):
    """No era was named, or one that is not in `ERAS`."""

    def __init__(self, era: str) -> None:
        """`era` as it was given; empty where none was."""
        known = ", ".join(f'"{name}"' for name in ERAS)
        super().__init__(f"{f'unknown era {era!r}' if era else 'no era'}: expected one of {known}")


@dataclass(frozen=True, slots=True)
class District:
    """A district: huyện, quận, thị xã or thành phố of a province.

    Its point, in degrees, is the mean of its communes'. The five island districts without
    communes have the point and, as `special_zone`, the code in era 2025-07 of the special zone
    that they became; elsewhere that is empty.
    """

    code: str
    kind: str
    name: str
    province: str
    latitude: float
    longitude: float
    special_zone: str

    @property
    def full_name(self) -> str:
        """As people write it: "Quận 1"."""
        return f"{self.kind.capitalize()} {self.name}"


# A tuple, because building ten thousand frozen dataclasses doubles the time of `load`.
class Commune(NamedTuple):
    """A commune: xã, phường, thị trấn or đặc khu; `district` is empty since July 2025.

    The point is in degrees. Where `coordinates_derived`, it is not the source's own for this
    commune but stands near (see `docs/reference/territory.md`). `successors` are codes of the
    next era, the main one first; empty where unknown and in the last era.
    """

    code: str
    kind: str
    name: str
    province: str
    district: str
    latitude: float
    longitude: float
    coordinates_derived: bool
    successors: tuple[str, ...]

    @property
    def full_name(self) -> str:
        """As people write it: "Thị trấn An Lão"."""
        return f"{self.kind.capitalize()} {self.name}"


@dataclass(frozen=True, slots=True)
class Territory:
    """Every unit of one era by code, in the order of codes; `provinces` gives their names."""

    era: str
    vintage: str
    source: str
    licence: str
    provinces: Mapping[str, str]
    districts: Mapping[str, District]
    communes: Mapping[str, Commune]

    def communes_of(self, *, province: str = "", district: str = "") -> tuple[Commune, ...]:
        """The communes of a province, of a district, or of both, in the order of codes."""
        return tuple(
            commune
            for commune in self.communes.values()
            if province in ("", commune.province) and district in ("", commune.district)
        )


@cache
def load(era: str) -> Territory:
    """The territory of an era; `UnknownEra` where there is none of that name."""
    if era not in ERAS:
        raise UnknownEra(era)
    lines = (Path(__file__).parent / f"{era}.csv").read_text("utf-8").splitlines()
    about = dict(line[2:].split(": ", 1) for line in lines[:4])

    def rows(level: str) -> Iterator[list[str]]:
        return (line.split(",") for line in lines if line[0] == level)

    return Territory(
        era,
        about["vintage"],
        about["source"],
        about["licence"],
        {code: name for _, code, _, name, *_ in rows("P")},
        {
            code: District(code, kind, name, province, float(north), float(east), zone)
            for _, code, kind, name, province, _, north, east, _, zone in rows("D")
        },
        {
            code: Commune(
                code,
                kind,
                name,
                province,
                district,
                float(north),
                float(east),
                place != "",
                tuple(successors.split()),
            )
            for _, code, kind, name, province, district, north, east, place, successors in rows("C")
        },
    )
