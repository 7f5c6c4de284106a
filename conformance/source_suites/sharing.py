"""What goes to the system above: bulletins, their end, figures, reports; also when it is away."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from conformance.case import PROVINCES, Case, Seen
from conformance.checks.acts import said_last
from conformance.checks.exchange import (
    all_of,
    arrived,
    came_times,
    figures_between,
    in_form,
    key_of,
    said_words,
    same,
    shared_whole,
    withdrawn,
)
from conformance.record import Record
from conformance.sources.acts import APPROVER, COMPOSER, Act, Done, Place, YearlyReport
from conformance.sources.dealing import SPOKEN, Dealing
from conformance.sources.exchange import (
    ShareBulletin,
    ShareReport,
    ShareStatistics,
    ShownBulletin,
    ShownFigures,
    SubmitReport,
    WithdrawShared,
)
from scenarios.scenario import CLASSES, Text

if TYPE_CHECKING:
    from conformance.sources.peers import Played

CENTRE = Place("central", "VN")
SOON_MS = 30_000
AGAIN_MS = 120_000
"""Within which a message comes that had to be tried again; how soon it must is not judged."""

AWAY_MS, QUIET_MS = 4_000, 5_000
"""How long a peer is away, and how long it is watched for what should not come again."""

SLOW_MS, SETTLED_MS = 1_000, 1_000
DAY_MS = 24 * 60 * 60 * 1_000
YEARS = range(2020, 2030)
"""The first of them whose report was not handed up yet is taken."""


async def _shares(talk: Dealing) -> None:
    centre = await talk.peer("centre", CENTRE)
    centre.slow_ms = SLOW_MS
    bulletin = ""
    for each in CLASSES:
        bulletin = await talk.bulletin(each, each)
        await talk.do(f"{each}: shown", COMPOSER, ShownBulletin(bulletin))
        await _share(talk, centre, each, ShareBulletin(bulletin, (centre.about,)))
    await talk.do("withdrawal", APPROVER, WithdrawShared(bulletin, f"{SPOKEN}: thu hồi"))
    await _comes(talk, centre, "withdrawal", None, SOON_MS)
    for year in YEARS:
        made = await talk.do("report", APPROVER, YearlyReport(year))
        if isinstance(made, Done) and made.id is not None:
            await talk.do("report: hand up", APPROVER, SubmitReport(made.id))
            await _share(talk, centre, "report", ShareReport(made.id, (centre.about,)), "report")
            return


def _judge_shares(record: Record) -> Iterator[tuple[str, Seen]]:
    yield "shared-in-form", in_form(record, "centre")
    yield "shared-bulletin-whole", all_of(shared_whole(record, "centre", e) for e in CLASSES)
    yield "shared-withdrawal", withdrawn(record, "centre", CLASSES[-1])
    yield "shared-report-whole", _report(record)


async def _shares_figures(talk: Dealing) -> None:
    """Nothing else goes on meanwhile: figures such as those of what waits go up and down."""
    centre = await talk.peer("centre", CENTRE)
    until_ms = talk.now_ms()
    since_ms = until_ms - DAY_MS
    deadline_ms, before = until_ms + SOON_MS, None
    while talk.now_ms() < deadline_ms:
        shown = await talk.do("figures before", APPROVER, ShownFigures(since_ms, until_ms))
        if not isinstance(shown, Done) or shown.said == before:
            break
        before = shown.said
        await talk.wait(SETTLED_MS)
    sharing = ShareStatistics(since_ms, until_ms, (centre.about,))
    await _share(talk, centre, "figures", sharing, "statistics")
    await talk.do("figures after", APPROVER, ShownFigures(since_ms, until_ms))


def _judge_shares_figures(record: Record) -> Iterator[tuple[str, Seen]]:
    yield "shared-in-form", in_form(record, "centre")
    yield "shared-figures-equal", _figures(record)


def _figures(record: Record) -> Seen:
    came = arrived(record, "centre", "statistics", key_of(record, "figures: share"))
    before, after = said_last(record, "figures before"), said_last(record, "figures after")
    return figures_between(before, came[0].detail["says"]["figures"], after) if came else _NEVER


def _report(record: Record) -> Seen:
    came = arrived(record, "centre", "report", key_of(record, "report: share"))
    handed = said_words(record, "report: hand up")
    return same("report", handed, came[0].detail["says"], ("year", "files")) if came else _NEVER


async def _away(talk: Dealing) -> None:
    """Away while one is shared and withdrawn; then there, but its first answer is lost."""
    centre = await talk.peer("centre", CENTRE)
    bulletin = await talk.bulletin("first")
    await talk.do("first: shown", COMPOSER, ShownBulletin(bulletin))
    await centre.go()
    key = await _share(talk, centre, "first", ShareBulletin(bulletin, (centre.about,)), within_ms=0)
    await talk.do("withdrawal", APPROVER, WithdrawShared(bulletin, f"{SPOKEN}: thu hồi"))
    await talk.wait(AWAY_MS)
    talk.mark("back")
    await centre.come()
    await _comes(talk, centre, "bulletin", key, AGAIN_MS)
    await _comes(talk, centre, "withdrawal", None, AGAIN_MS)
    centre.manner = "loses-answers"
    bulletin = await talk.bulletin("second")
    key = await _share(talk, centre, "second", ShareBulletin(bulletin, (centre.about,)))
    centre.manner = "takes"
    await _comes(talk, centre, "bulletin", key, AGAIN_MS, times=2)
    await talk.wait(QUIET_MS)


def _judge_away(record: Record) -> Iterator[tuple[str, Seen]]:
    record.mark("back")
    yield "shared-waits", shared_whole(record, "centre", "first")
    first, second = key_of(record, "first: share"), key_of(record, "second: share")
    yield "shared-once", came_times(record, "centre", "bulletin", first, 1)
    yield "shared-order-kept", withdrawn(record, "centre", "first")
    yield "shared-again-alike", came_times(record, "centre", "bulletin", second, 2)


async def _restarted(talk: Dealing) -> None:
    """The peer refuses at first, and the system is killed with what it still has to send."""
    centre = await talk.peer("centre", CENTRE)
    bulletin = await talk.bulletin("first")
    await talk.do("first: shown", COMPOSER, ShownBulletin(bulletin))
    centre.manner = "refuses"
    key = await _share(talk, centre, "first", ShareBulletin(bulletin, (centre.about,)), within_ms=0)
    await talk.wait(AWAY_MS)
    await talk.kill_server()
    centre.manner = "takes"
    await talk.start_server()
    await _comes(talk, centre, "bulletin", key, AGAIN_MS)
    await talk.wait(QUIET_MS)


def _judge_restarted(record: Record) -> Iterator[tuple[str, Seen]]:
    record.first("server-off")
    yield "shared-waits", shared_whole(record, "centre", "first")
    yield (
        "shared-once",
        came_times(record, "centre", "bulletin", key_of(record, "first: share"), 1),
    )


async def _share(
    talk: Dealing,
    peer: "Played",
    name: str,
    sharing: Act,
    kind: str = "bulletin",
    within_ms: int = SOON_MS,
) -> str:
    """Share it, and wait so long for it to come; the key by which the peer knows it."""
    done = await talk.do(f"{name}: share", APPROVER, sharing)
    key = str(done.said[0]) if isinstance(done, Done) and done.said else ""
    await _comes(talk, peer, kind, key, within_ms)
    return key


async def _comes(
    talk: Dealing, peer: "Played", kind: str, key: str | None, within_ms: int, times: int = 1
) -> None:
    await talk.until(lambda: peer.has(kind, key, times), within_ms)


_NEVER = Seen(False, Text("không đến", "it never came"))

CASES = (
    Case(
        "source-shares-up",
        2,
        Text(
            vi="Chia sẻ lên hệ thống trên: bản tin, thu hồi, báo cáo năm, nguyên vẹn",
            en="Shared upward whole: bulletins, their end, the yearly report",
        ),
        PROVINCES,
        (
            "shared-in-form",
            "shared-bulletin-whole",
            "shared-withdrawal",
            "shared-report-whole",
        ),
        _shares,
        _judge_shares,
        needs=("exchange", "yearly_report"),
    ),
    Case(
        "source-shares-figures",
        1,
        Text(
            vi="Số liệu chia sẻ lên hệ thống trên đúng như đang hiển thị",
            en="The figures that are shared upward are those that are shown",
        ),
        PROVINCES,
        ("shared-in-form", "shared-figures-equal"),
        _shares_figures,
        _judge_shares_figures,
        needs=("exchange", "statistics"),
        alone=True,
    ),
    Case(
        "source-peer-away",
        1,
        Text(
            vi="Hệ thống trên vắng mặt hoặc mất trả lời: thông điệp chờ, đến một lần, đúng thứ tự",
            en="The system above is away, or its answer lost: messages wait, come once, in order",
        ),
        PROVINCES,
        ("shared-waits", "shared-once", "shared-order-kept", "shared-again-alike"),
        _away,
        _judge_away,
        needs=("exchange",),
    ),
    Case(
        "source-peer-restart",
        1,
        Text(
            vi="Khởi động lại khi chưa gửi được: thông điệp vẫn đến, một lần",
            en="A restart while a message waits: it comes all the same, once",
        ),
        PROVINCES,
        ("shared-waits", "shared-once"),
        _restarted,
        _judge_restarted,
        needs=("exchange",),
        permits=("restart",),
        alone=True,
    ),
)
