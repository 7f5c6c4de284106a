"""The two days that every phase goes through: an ordinary one, and one with an emergency.

Nobody has recorded such a day of a province; everything in them is this project's assumption. They
are of 31 December, the day that a phase is of, with the same draws in every year: only the fleet
differs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from scenarios.rollout.plan import Plan
from scenarios.scenario import (
    Area,
    Bulletin,
    Hours,
    Households,
    Outage,
    Place,
    ProgrammeItem,
    ProgrammeSlot,
    Scenario,
    Server,
    Sound,
    Spread,
    TargetRequest,
    Text,
)
from scenarios.units import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, VIETNAM_TIME

from .phase_fleet import PhaseCommune, groups

_ALL: Final = Area(everywhere=True)
_ASSUMED: Final = "assumed"

UNLIMITED_BIT_S: Final = 10**12
"""An uplink that never holds a day up, so that its use shows what is needed."""

EMERGENCY_AT_MS: Final = 14 * HOUR_MS + 20 * MINUTE_MS
EMERGENCY: Final = "emergency"
"""The id of the emergency's bulletin."""

_PROGRAMME: Final = tuple(
    ProgrammeSlot(
        name,
        _ALL,
        at_ms,
        tuple(range(7)),
        45 * MINUTE_MS,
        12 * HOUR_MS,
        (
            ProgrammeItem("vov", 15 * MINUTE_MS),
            ProgrammeItem("province", 15 * MINUTE_MS),
            ProgrammeItem(None, 10 * MINUTE_MS),
        ),
    )
    for name, at_ms in (("morning", 5 * HOUR_MS), ("afternoon", 17 * HOUR_MS))
)

_NOTICE: Final = Bulletin(
    "notice",
    "normal",
    0,
    8 * HOUR_MS,
    _ALL,
    Sound("file", 2 * MINUTE_MS, None, "Thử nghiệm. Thông báo của xã."),
    not_before_ms=11 * HOUR_MS,
    end_by_ms=11 * HOUR_MS + 30 * MINUTE_MS,
)

_EMERGENCY: Final = Bulletin(
    EMERGENCY,
    "emergency",
    0,
    EMERGENCY_AT_MS,
    _ALL,
    Sound("file", 40 * SECOND_MS, None, "Thử nghiệm. Tin khẩn cấp. Làm theo hướng dẫn."),
    times=3,
    gap_ms=30 * MINUTE_MS,
    valid_ms=30 * MINUTE_MS,
)

_SIMS: Final = Outage(("sim",), _ALL, 0, Spread(DAY_MS, DAY_MS), _ASSUMED, 20_000)
_ORDINARY_FAULTS: Final = (
    _SIMS,
    Outage(("mains",), _ALL, 9 * HOUR_MS, Spread(1 * HOUR_MS, 3 * HOUR_MS), _ASSUMED, 10_000),
)
_EMERGENCY_FAULTS: Final = (
    _SIMS,
    Outage(("mains",), _ALL, 13 * HOUR_MS, Spread(2 * HOUR_MS, 6 * HOUR_MS), _ASSUMED, 100_000),
    Outage(("cell",), _ALL, 14 * HOUR_MS, Spread(1 * HOUR_MS, 4 * HOUR_MS), _ASSUMED, 50_000),
    Outage(("fibre",), _ALL, 14 * HOUR_MS, Spread(1 * HOUR_MS, 4 * HOUR_MS), _ASSUMED, 50_000),
)

_ORDINARY_TARGETS: Final = ("PROFILE-QUIET-HOURS", "PROFILE-WRONG-AREA")
_EMERGENCY_TARGETS: Final = ("PROFILE-T4-P95", "PROFILE-REACH-ONLINE", "PROFILE-WRONG-AREA")


@dataclass(frozen=True, slots=True)
class Days:
    """An ordinary day and one with an emergency, on the same fleet."""

    ordinary: Scenario
    emergency: Scenario


def days(plan: Plan, year: int, communes: Sequence[PhaseCommune]) -> Days | None:
    """Both days at the end of a year; None where no device stands anywhere."""
    whence = "a rollout plan's stock and works at P50"
    if any(commune.generated for commune in communes):
        whence = f"{_ASSUMED}: {whence}, some of the stock generated"
    fleet = groups(plan, communes, whence)
    if not fleet:
        return None

    def day(
        vi: str,
        en: str,
        bulletin: Bulletin,
        faults: tuple[Outage, ...],
        targets: tuple[str, ...],
    ) -> Scenario:
        return Scenario(
            title=Text(f"{vi}, cuối năm {year}", f"{en}, end of {year}"),
            era=plan.era,
            start=datetime(year, 12, 31, tzinfo=VIETNAM_TIME),
            horizon_ms=DAY_MS,
            seed=plan.seed,
            territory=Place(plan.provinces),
            fleet=fleet,
            programme=_PROGRAMME,
            bulletins=(bulletin,),
            faults=faults,
            targets=tuple(map(TargetRequest, targets)),
            server=Server(uplink_bit_s=UNLIMITED_BIT_S),
            hours=Hours(5 * HOUR_MS, 21 * HOUR_MS, _ASSUMED),
            households=Households(
                tuple((commune.code, commune.households) for commune in communes), 0, whence
            ),
        )

    return Days(
        day("Ngày thường", "An ordinary day", _NOTICE, _ORDINARY_FAULTS, _ORDINARY_TARGETS),
        day(
            "Ngày có tin khẩn cấp",
            "A day with an emergency",
            _EMERGENCY,
            _EMERGENCY_FAULTS,
            _EMERGENCY_TARGETS,
        ),
    )
