"""The measures of a year's end in plain Python, from the works of the plain model."""

from collections.abc import Callable, Iterable

from scenarios import territory
from scenarios.rollout.plan import Plan, Station
from simulator.rollout.model import Rollout, Work, group
from simulator.rollout.results import MeasureName


def measures(rollout: Rollout, year: int) -> dict[MeasureName, int]:
    plan, land = rollout.plan, territory.load(rollout.plan.era)
    begin, end = rollout.first_day(year), rollout.first_day(year + 1)
    of_row = {work.id: work for work in rollout.works if work.row}
    done = {work.id for work in rollout.works if work.finished < end}
    counted = [work for work in rollout.works if work.counted]
    in_year = [work for work in counted if begin <= work.finished < end]
    remaining = [work for work in counted if work.finished >= begin]

    def is_ip(row: Station) -> bool:
        return row.kind == "ip" or row.id in done

    def sounds(row: Station) -> bool:
        broken = row.condition == "broken" or (
            row.id in of_row and 0 <= of_row[row.id].broken <= year
        )
        return is_ip(row) or (row.kind != "none" and not broken)

    def covered(row: Station) -> int:
        if row.id in done and of_row[row.id].kind == "station":
            return row.villages
        return row.covered if sounds(row) else 0

    def share_of_communes(holds: Callable[[list[Station]], bool]) -> int:
        rows = {code: [row for row in plan.stations if row.commune == code] for code in codes}
        return share(sum(bool(rows[code]) and holds(rows[code]) for code in codes), len(codes))

    def fitted(kind: str, codes: Iterable[str], lacking: Iterable[str]) -> int:
        every = list(codes)
        missing = {code for code in lacking if f"{kind}-{code}" not in done}
        return share(sum(code not in missing for code in every), len(every))

    codes = sorted(plan.communes)
    no_board = [code for code in codes if not plan.communes[code].board]
    urban = [code for code in codes if land.communes[code].kind in ("phường", "thị trấn")]
    districts = {land.communes[code].district for code in codes} - {""}
    towns = {code for code in districts if land.districts[code].kind != "huyện"}
    no_big_board = districts - plan.big_boards
    no_system = [] if plan.source_system_done else plan.provinces
    ip_households = sum(
        plan.communes[code].households
        for code in codes
        if any(is_ip(row) for row in plan.stations if row.commune == code)
    )
    ip = share_of_communes(lambda rows: any(map(is_ip, rows)))
    return {
        "converted-of-first-stock": share(sum(w.id in done for w in counted), len(counted)),
        "converted-in-year-of-first-stock": share(len(in_year), len(counted)),
        "converted-in-year-of-remaining": share(len(in_year), len(remaining)),
        "ip-of-communes": ip,
        "working-of-communes": share_of_communes(lambda rows: any(map(sounds, rows))),
        "covering-of-communes": share_of_communes(
            lambda rows: sum(map(covered, rows)) >= sum(row.villages for row in rows)
        ),
        "one-system-of-communes": share_of_communes(lambda rows: all(map(is_ip, rows))),
        "boards-of-urban": fitted("board", urban, no_board),
        "boards-of-rural": fitted("board", set(codes) - set(urban), no_board),
        "boards-of-communes": fitted("board", codes, no_board),
        "big-boards-of-towns": fitted("big-board", towns, no_big_board),
        "big-boards-of-districts": fitted("big-board", districts - towns, no_big_board),
        "source-system": fitted("source-system", plan.provinces, no_system),
        "households-with-ip": share(
            ip_households, sum(plan.communes[code].households for code in codes)
        ),
        "upgraded-of-communes": ip,
        "out-of-order": sum(is_out_of_order(rollout, work, year) for work in rollout.works),
        "spent-vnd": sum(rollout.paid[year]),
    }


def is_out_of_order(rollout: Rollout, work: Work, year: int) -> bool:
    """Whether it was begun in the year while one that is worse off went without."""

    def as_of_year(one: Work) -> int:
        return 0 if 0 <= one.broken <= year else _group_at_first(rollout.plan, one, year)

    return (
        work.kind == "station"
        and work.begun == year
        and any(
            other.kind == "station"
            and (other.province, other.purse) == (work.province, work.purse)
            and not 0 <= other.begun <= year
            and as_of_year(other) < as_of_year(work)
            for other in rollout.works
        )
    )


def _group_at_first(plan: Plan, work: Work, year: int) -> int:
    never_broke = Work(
        work.id, work.kind, work.province, work.households, work.communes, work.row, work.purse
    )
    return group(plan, never_broke, year)


def share(count: int, of: int) -> int:
    return count * 1_000_000 // of if of else -1
