"""An office's knowledge of its network: the register, true statistics, and the yearly report."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from conformance.case import PROVINCES, Case, Seen
from conformance.checks.acts import said_in, said_last
from conformance.checks.fleet import Fleet, together
from conformance.record import Record
from conformance.sources.acts import (
    APPROVER,
    Done,
    ExportReport,
    Person,
    Place,
    Registry,
    StateCounts,
    Statistics,
    YearlyReport,
)
from conformance.sources.dealing import Dealing
from scenarios import profiles
from scenarios.scenario import Text
from scenarios.units import DAY_MS, VIETNAM_TIME
from simulator.emulator.enrolment import REGISTERED_AS

SOON_MS = 20_000
COUNTED_MS = 20_000
"""How long plays may be on their way into the figures."""

ASKED_EVERY_MS = 1_000


def _clerk(commune: str) -> Person:
    """Somebody who looks after a commune's figures."""
    return Person("commune-clerk", ("operate", "view"), Place("commune", commune))


# ---- Register -----------------------------------------------------------------------------------


async def _register(talk: Dealing) -> None:
    own = talk.communes[0]
    talk.mark(own)
    await talk.do("register", APPROVER, Registry())
    await talk.do("own register", _clerk(own), Registry())


def _judge_register(record: Record) -> Iterator[tuple[str, Seen]]:
    fleet, own = Fleet(record), record.first("mark").detail["name"]
    there = _rows(fleet, range(len(fleet.names)))
    yield "source-registry-complete", _registered(said_last(record, "register"), there)
    listed = said_last(record, "own register")
    strangers = sum(row[1] != own for row in listed)
    says = Text(
        vi=f"xã thấy {strangers} thiết bị của nơi khác",
        en=f"{strangers} devices of others are shown",
    )
    mine = _registered(listed, _rows(fleet, sorted(fleet.of_communes(own))))
    yield "source-registry-own", together([mine, Seen(not strangers, says)])


def _rows(fleet: Fleet, places: Iterable[int]) -> list[list[str]]:
    kinds = [REGISTERED_AS[profiles.load(each).kind] for each in fleet.profiles]
    return [[fleet.names[place], fleet.communes[place], kinds[place]] for place in places]


def _registered(listed: Sequence[list[str]], there: Sequence[list[str]]) -> Seen:
    """Each of these stands in the list once, as it is; what else it holds may be of others."""
    wrong = [row[0] for row in there if listed.count(row) != 1]
    some = f" ({', '.join(wrong[:3])})" if wrong else ""
    says = Text(
        vi=f"{len(there) - len(wrong)}/{len(there)} thiết bị có một lần, đúng xã và loại{some}",
        en=f"{len(there) - len(wrong)}/{len(there)} devices stand there once, with their commune "
        f"and kind{some}",
    )
    return Seen(not wrong if there else None, says)


# ---- Statistics ---------------------------------------------------------------------------------


async def _statistics(talk: Dealing) -> None:
    commune, begin_ms = talk.communes[0], talk.now_ms()
    clerk = _clerk(commune)
    before = await _counted(talk, "before", clerk, begin_ms - DAY_MS)
    bulletin = await talk.bulletin("normal", sound_ms=2_000)
    order = await talk.issue("normal", bulletin, [commune])
    await talk.until_played(order, [commune], SOON_MS)
    plays = before + len(talk.noted(order))
    await _counted(talk, "after", clerk, begin_ms - DAY_MS, plays)
    await talk.do("states", clerk, StateCounts())
    await talk.do("register", clerk, Registry())


async def _counted(
    talk: Dealing, name: str, clerk: Person, since_ms: int, wanted: int | None = None
) -> int:
    """Ask for the plays of a time until these are so many; without a number, until they stay."""
    deadline_ms, last = talk.now_ms() + COUNTED_MS, -1
    while talk.now_ms() < deadline_ms:
        # Devices write by their own clocks.
        found = await talk.do(name, clerk, Statistics(since_ms, talk.now_ms() + DAY_MS))
        if not isinstance(found, Done):
            return 0
        plays = int(found.said["plays"])
        if plays >= (last if wanted is None else wanted) and (wanted is not None or plays == last):
            return plays
        last = plays
        await talk.wait(ASKED_EVERY_MS)
    return last


def _judge_statistics(record: Record) -> Iterator[tuple[str, Seen]]:
    noted = len(list(Fleet(record).noted("normal")))
    before, after = said_in(record, "before"), said_in(record, "after")
    grown = after["plays"] - before["plays"]
    says = Text(
        vi=f"thiết bị ghi {noted} lượt, thống kê tăng {grown}",
        en=f"devices noted {noted} plays, the statistics grew by {grown}",
    )
    yield "source-statistics-true", Seen(grown == noted if noted else None, says)
    listed = len(said_last(record, "register"))
    counted, by_state = after["devices"], sum(said_in(record, "states").values())
    says = Text(
        vi=f"danh mục {listed} thiết bị, thống kê {counted}, cộng theo trạng thái {by_state}",
        en=f"{listed} devices in the register, {counted} in the statistics, {by_state} by states",
    )
    ok = listed == counted == by_state
    yield "source-statistics-add-up", Seen(None if ok and not listed else ok, says)


# ---- Yearly report ------------------------------------------------------------------------------


async def _report(talk: Dealing) -> None:
    commune = talk.communes[1]
    clerk = _clerk(commune)
    year = datetime.fromtimestamp(talk.now_ms() / 1_000, VIETNAM_TIME).year
    since_ms = int(datetime(year, 1, 1, tzinfo=VIETNAM_TIME).timestamp()) * 1_000
    bulletin = await talk.bulletin("normal", sound_ms=2_000)
    order = await talk.issue("normal", bulletin, [commune])
    await talk.until_played(order, [commune], SOON_MS)
    await _counted(talk, "before", clerk, since_ms)
    made = await talk.do("report", clerk, YearlyReport(year))
    if isinstance(made, Done) and made.id:
        await talk.do("export", clerk, ExportReport(made.id))
    await talk.do("after", clerk, Statistics(since_ms, talk.now_ms() + DAY_MS))


def _judge_report(record: Record) -> Iterator[tuple[str, Seen]]:
    noted = len(list(Fleet(record).noted("normal")))
    report, before, after = (said_in(record, name) for name in ("export", "before", "after"))
    length = report["characters"]
    says = Text(f"tệp {length} ký tự", f"a file of {length} characters")
    yield "source-report-exported", Seen(length > 0, says)
    plays, devices = report["plays"], report["devices"]
    is_true = before["plays"] <= plays <= after["plays"] and devices == after["devices"]
    says = Text(
        vi=f"báo cáo {devices} thiết bị, {plays} lượt phát; thống kê {after['devices']} và "
        f"{before['plays']}-{after['plays']}",
        en=f"the report has {devices} devices and {plays} plays, the statistics "
        f"{after['devices']} and {before['plays']}-{after['plays']}",
    )
    yield "source-report-true", Seen(is_true and plays >= noted if noted else None, says)


CASES = (
    Case(
        "source-register",
        1,
        Text(
            vi="Danh mục có mọi thiết bị, đúng xã và loại",
            en="The register has every device, with its commune and kind",
        ),
        PROVINCES,
        ("source-registry-complete", "source-registry-own"),
        _register,
        _judge_register,
        needs=("registry",),
    ),
    Case(
        "source-statistics",
        2,
        Text(
            vi="Thống kê khớp với danh mục và những gì đã phát",
            en="Statistics agree with the register and with what was played",
        ),
        PROVINCES,
        ("source-statistics-true", "source-statistics-add-up"),
        _statistics,
        _judge_statistics,
        needs=("statistics", "registry"),
    ),
    Case(
        "source-yearly-report",
        1,
        Text(
            vi="Báo cáo năm của xã lập được, đúng số liệu, xuất được",
            en="A commune's yearly report can be made, is true, and can be exported",
        ),
        PROVINCES,
        ("source-report-exported", "source-report-true"),
        _report,
        _judge_report,
        needs=("yearly_report", "statistics"),
    ),
)
