"""The play log: all that the devices noted, each entry once, and nothing else."""

from collections import Counter
from collections.abc import Iterator

from conformance.case import PROVINCES, Case, Seen
from conformance.checks.acts import said_last
from conformance.checks.fleet import Fleet
from conformance.record import Record
from conformance.sources.acts import APPROVER, Done, PlayLog
from conformance.sources.dealing import Dealing
from scenarios.scenario import Text

SOON_MS = 20_000
STORED_MS = 20_000
"""How long entries may be on their way into the log."""

ASKED_EVERY_MS = 1_000
DAY_MS = 24 * 60 * 60 * 1000
PLAYS = 2


async def _logged(talk: Dealing) -> None:
    communes, begin_ms = talk.communes[:2], talk.now_ms()
    bulletin = await talk.bulletin("normal", sound_ms=2_000)
    order = await talk.issue("normal", bulletin, communes, times=PLAYS, gap_ms=5_000)
    await talk.until_played(order, communes, SOON_MS)
    await talk.wait(PLAYS * 5_000 - 3_000)
    noted = talk.noted(order)
    deadline_ms = talk.now_ms() + STORED_MS
    while talk.now_ms() < deadline_ms:
        # Devices write by their own clocks.
        asked = PlayLog(bulletin, begin_ms - DAY_MS, talk.now_ms() + DAY_MS)
        found = await talk.do("play log", APPROVER, asked)
        if not isinstance(found, Done) or noted <= {(row[0], row[1]) for row in found.said}:
            return
        await talk.wait(ASKED_EVERY_MS)


def _judge_logged(record: Record) -> Iterator[tuple[str, Seen]]:
    noted = set(Fleet(record).noted("normal"))
    times = Counter((device, entry) for device, entry in said_last(record, "play log"))
    lost, invented = noted - times.keys(), times.keys() - noted
    doubled = [each for each, number in times.items() if number > 1]
    says = Text(
        vi=f"thiết bị ghi {len(noted)} dòng, hệ thống thiếu {len(lost)}",
        en=f"devices noted {len(noted)} entries, {len(lost)} are missing in the system",
    )
    yield "source-log-complete", Seen(not lost if noted else None, says)
    says = Text(
        vi=f"trong {len(times)} dòng: {len(doubled)} dòng trùng, {len(invented)} dòng không của "
        "thiết bị nào",
        en=f"of {len(times)} entries {len(doubled)} are there more than once, {len(invented)} are "
        "of no device",
    )
    yield "source-log-once", Seen(not doubled and not invented if times else None, says)


CASES = (
    Case(
        "source-play-log",
        1,
        Text(
            vi="Nhật ký phát có đủ mọi dòng của thiết bị, mỗi dòng một lần",
            en="The play log has every entry of the devices, each once",
        ),
        PROVINCES,
        ("source-log-complete", "source-log-once"),
        _logged,
        _judge_logged,
        needs=("play_log", "repeats"),
    ),
)
