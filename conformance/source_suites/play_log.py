"""The play log: all that the devices noted, each entry once, and nothing else."""

from collections.abc import Iterator

from conformance.case import PROVINCES, Case, Seen
from conformance.checks.source_log import in_the_log
from conformance.record import Record
from conformance.source_suites.asking import until_logged
from conformance.sources.dealing import Dealing
from scenarios.scenario import Text

SOON_MS = 20_000
PLAYS, GAP_MS = 2, 5_000


async def _logged(talk: Dealing) -> None:
    communes, begin_ms = talk.communes[:2], talk.now_ms()
    bulletin = await talk.bulletin("normal", sound_ms=2_000)
    order = await talk.issue("normal", bulletin, communes, times=PLAYS, gap_ms=GAP_MS)
    # An entry that is noted after the log was read would be taken for a lost one.
    plays = PLAYS * len(talk.devices(*communes))
    await talk.until_noted(order, plays, PLAYS * GAP_MS + SOON_MS)
    await until_logged(talk, bulletin, [order], begin_ms)


def _judge_logged(record: Record) -> Iterator[tuple[str, Seen]]:
    yield from in_the_log(record, ["normal"])


CASES = (
    Case(
        "source-play-log",
        2,
        Text(
            vi="Nhật ký phát có đủ mọi dòng của thiết bị, mỗi dòng một lần",
            en="The play log has every entry of the devices, each once",
        ),
        PROVINCES,
        ("source-log-complete", "source-log-once", "source-log-times"),
        _logged,
        _judge_logged,
        needs=("play_log", "repeats"),
    ),
)
