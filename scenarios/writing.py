"""A scenario as the text of its file: what `scenarios.loader` reads back as the same scenario."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from scenarios.programme import DAYS
from scenarios.scenario import (
    MILLION,
    Area,
    Bulletin,
    ClockError,
    Fault,
    ForeignCapture,
    Outage,
    ProgrammeSlot,
    Scenario,
    ServerFailure,
    ServerTrouble,
    Spread,
    Storm,
)
from scenarios.units import HOUR_MS, MINUTE_MS, SECOND_MS, VIETNAM_TIME, duration_text

Fields = dict[str, Any]

_SCALES: Final = (("G", 10**9), ("M", 10**6), ("k", 10**3), ("", 1))


@dataclass(frozen=True, slots=True)
class Written:
    """The text of a scenario file, and of the table of households beside it, None without one."""

    text: str
    households: str | None


def written(
    scenario: Scenario, comment: Iterable[str] = (), households_file: str = "households.csv"
) -> Written:
    """The scenario as YAML, with lines of comment above it.

    `households_file` is what the file calls the table beside it. What no file can say, as instants
    before the start have it that an excerpt leaves, is written all the same, and refused by the
    reader.
    """
    by_commune = scenario.households.by_commune
    table = None
    if by_commune:
        rows = (f"{code},{count}\n" for code, count in by_commune)
        table = "commune,households\n" + "".join(rows)
    fields = _scenario(scenario, households_file if by_commune else None)
    lines = [f"# {line}" for line in comment]
    for name, value in fields.items():
        if isinstance(value, list):
            lines.append(f"{name}:" if value else f"{name}: []")
            lines += [f"  - {_flow(entry)}" for entry in value]
        else:
            lines.append(f"{name}: {_flow(value)}")
    return Written("\n".join(lines) + "\n", table)


def _flow(value: Any) -> str:
    """A value as YAML within a line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {_flow(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _quoted(value) if isinstance(value, str) else json.dumps(value)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    letters = (each if each.isprintable() else f"\\U{ord(each):08x}" for each in escaped)
    return f'"{"".join(letters)}"'


def _scenario(scenario: Scenario, households_file: str | None) -> Fields:
    households, server, hours = scenario.households, scenario.server, scenario.hours
    place = scenario.territory
    return _without_none(
        {
            "ttcs": 1,
            "title": {"vi": scenario.title.vi, "en": scenario.title.en},
            "era": scenario.era,
            "start": _moment(scenario, 0),
            "end": _moment(scenario, scenario.horizon_ms),
            "seed": scenario.seed,
            "territory": _area(Area(False, place.provinces, place.districts, place.communes)),
            "households": _without_none(
                {
                    "file": households_file,
                    "otherwise": households.otherwise,
                    "basis": households.basis,
                }
            ),
            "fleet": [
                {
                    "where": _area(group.where),
                    "profile": group.profile,
                    "clusters": group.clusters,
                    "link": group.link,
                    "basis": group.basis,
                    "adds": group.adds,
                }
                for group in scenario.fleet
            ],
            "server": _without_none(
                {
                    "uplink": _scaled(server.uplink_bit_s, "bit/s"),
                    "sound": _scaled(server.sound_bit_s, "bit/s"),
                }
            ),
            "hours": hours
            and {"from": _clock(hours.from_ms), "to": _clock(hours.to_ms), "basis": hours.basis},
            "programme": [_slot(slot) for slot in scenario.programme],
            "bulletins": [_bulletin(scenario, each) for each in scenario.bulletins],
            "faults": [_fault(scenario, each) for each in scenario.faults],
            "targets": [
                {"id": each.id}
                | ({} if each.limit is None else {"limit": each.limit})
                | {"expect": each.expect}
                | ({} if each.why is None else {"why": each.why})
                for each in scenario.targets
            ],
        }
    )


def _slot(slot: ProgrammeSlot) -> Fields:
    return {
        "id": slot.id,
        "where": _area(slot.where),
        "at": _clock(slot.at_ms),
        "days": [DAYS[day] for day in slot.days],
        "slot": duration_text(slot.slot_ms),
        "lead": duration_text(slot.lead_ms),
        "items": [
            ({"local": True} if item.relay is None else {"relay": item.relay})
            | {"length": duration_text(item.length_ms)}
            for item in slot.items
        ],
    }


def _bulletin(scenario: Scenario, bulletin: Bulletin) -> Fields:
    sound, emergency = bulletin.sound, bulletin.bulletin_class == "emergency"
    repeats = bulletin.times > 1 or bulletin.gap_ms > 0
    return _without_none(
        {
            "id": bulletin.id,
            "class": bulletin.bulletin_class,
            "severity": bulletin.severity if emergency else None,
            "at": _moment(scenario, bulletin.at_ms),
            "to": _area(bulletin.to),
            "sound": _without_none(
                {
                    "text": sound.text,
                    "length": duration_text(sound.length_ms),
                    "kind": sound.kind,
                    "size": _scaled(sound.size_bytes, "B"),
                }
            ),
            "repeat": {"times": bulletin.times, "gap": duration_text(bulletin.gap_ms)}
            if repeats
            else None,
            "not_before": _moment(scenario, bulletin.not_before_ms),
            "valid": None if bulletin.valid_ms is None else duration_text(bulletin.valid_ms),
            "end_by": _moment(scenario, bulletin.end_by_ms),
            "order": bulletin.order,
            "cancel": None
            if bulletin.cancel_at_ms is None
            else {"at": _moment(scenario, bulletin.cancel_at_ms)},
        }
    )


def _fault(scenario: Scenario, fault: Fault) -> Fields:
    match fault:
        case Outage():
            fields: Fields = {
                "outage": list(fault.takes),
                "where": _area(fault.where),
                "at": _moment(scenario, fault.at_ms),
                "lasts": _spread(fault.lasts),
                "share": _share(fault.share_per_million),
            }
        case Storm():
            fields = {
                "outage": list(fault.takes),
                "along": [list(point) for point in fault.track],
                "radius": f"{fault.radius_m}m",
                "at": _moment(scenario, fault.at_ms),
                "until": _moment(scenario, fault.until_ms),
                "lasts": _spread(fault.lasts),
                "cell_after": _spread(fault.cell_after),
                "cell_later": duration_text(fault.cell_later_ms),
            }
        case ServerFailure():
            fields = {"fails": fault.part, **_while(scenario, fault.at_ms, fault.lasts_ms)}
        case ClockError():
            fields = {
                "clock": _signed(fault.ahead_ms),
                "where": _area(fault.where),
                "share": _share(fault.share_per_million),
            }
        case ForeignCapture():
            during = _while(scenario, fault.at_ms, fault.lasts_ms)
            fields = {"captured": "fm", "where": _area(fault.where), **during}
        case ServerTrouble():
            fields = {**_trouble(fault), **_while(scenario, fault.at_ms, fault.lasts_ms)}
    return fields | {"basis": fault.basis}


def _trouble(fault: ServerTrouble) -> Fields:
    match fault.kind:
        case "full-disk":
            return {"full": "disk"}
        case "slow-database":
            return {"slow": duration_text(fault.by_ms)}
        case "wrong-clock":
            return {"server_clock": _signed(fault.by_ms)}


def _while(scenario: Scenario, at_ms: int, lasts_ms: int) -> Fields:
    return {"at": _moment(scenario, at_ms), "lasts": duration_text(lasts_ms)}


def _area(area: Area) -> str | Fields:
    if area.everywhere:
        return "all"
    return dict(_named(area))


def _named(area: Area) -> Iterator[tuple[str, list[str]]]:
    for level in ("provinces", "districts", "communes", "devices"):
        if codes := getattr(area, level):
            yield level, list(codes)


def _moment(scenario: Scenario, at_ms: int | None) -> str | None:
    if at_ms is None:
        return None
    moment = (scenario.start + timedelta(milliseconds=at_ms)).astimezone(VIETNAM_TIME)
    return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds")


def _clock(ms: int) -> str:
    hours, rest = divmod(ms, HOUR_MS)
    minutes, rest = divmod(rest, MINUTE_MS)
    return f"{hours:02}:{minutes:02}:{rest // SECOND_MS:02}"


def _spread(spread: Spread) -> str | Fields:
    if spread.p50_ms == spread.p90_ms:
        return duration_text(spread.p50_ms)
    return {"p50": duration_text(spread.p50_ms), "p90": duration_text(spread.p90_ms)}


def _signed(ms: int) -> str:
    return f"{'-' if ms < 0 else '+'}{duration_text(abs(ms))}"


def _share(per_million: int) -> str:
    return f"{Decimal(per_million) * 100 / MILLION:f}%"


def _scaled(value: int | None, unit: str) -> str | None:
    """In the largest unit that it is a whole number of."""
    if value is None:
        return None
    prefix, scale = next((prefix, scale) for prefix, scale in _SCALES if value % scale == 0)
    return f"{value // scale}{prefix}{unit}"


def _without_none(fields: Fields) -> Fields:
    return {name: value for name, value in fields.items() if value is not None}
