"""The server is killed and the broker goes away: what was accepted still comes, and once."""

from collections.abc import Iterator

from conformance.case import PROVINCES, Case, Seen
from conformance.checks.fleet import Fleet, heard_by_all, together
from conformance.checks.outages import shown_truly
from conformance.checks.repetition import no_duplicates
from conformance.checks.source_log import in_the_log
from conformance.record import Record
from conformance.source_suites.asking import until_logged, until_shown
from conformance.sources.acts import APPROVER, DeviceStates
from conformance.sources.dealing import Dealing
from scenarios.scenario import Text

AWAY_MS = 3_000
AHEAD_S = 20
BACK_MS = 120_000
"""How long devices may need to come back and play."""

SHOWN_MS = 60_000


async def _killed(talk: Dealing) -> None:
    first, others, begin_ms = talk.communes[:1], talk.communes[1:2], talk.now_ms()
    bulletin = await talk.bulletin("normal")
    due_ms = (talk.now_ms() // 1_000 + AHEAD_S) * 1_000
    pending = await talk.issue("pending", bulletin, first, not_before_ms=due_ms)
    accepted = await talk.issue("accepted", bulletin, others)
    await talk.kill_server()
    await talk.wait(AWAY_MS)
    await talk.start_server()
    await talk.until_played(accepted, others, BACK_MS)
    await talk.until_played(pending, first, BACK_MS)
    await until_logged(talk, bulletin, [pending, accepted], begin_ms)
    devices = talk.devices(*first, *others)
    await until_shown(talk, "return", devices, ("online", "unheard"), SHOWN_MS)
    await talk.do("states", APPROVER, DeviceStates())


def _judge_killed(record: Record) -> Iterator[tuple[str, Seen]]:
    fleet = Fleet(record)
    record.first("server-on")
    yield "source-accepted-survives", _both_heard(fleet, "accepted", "pending")
    yield "source-restart-once", no_duplicates(fleet)
    logged = in_the_log(record, ["pending", "accepted"])
    yield "source-restart-log", together([seen for _, seen in logged])
    yield "source-restart-states", shown_truly(fleet, "states", (), unheard_is_true=True)


async def _without_broker(talk: Dealing) -> None:
    first, others = talk.communes[:1], talk.communes[1:2]
    normal = await talk.bulletin("normal")
    emergency = await talk.bulletin("emergency", "emergency")
    await talk.stop_broker()
    orders = (
        (await talk.issue("normal", normal, first), first),
        (await talk.issue("emergency", emergency, others), others),
    )
    await talk.wait(AWAY_MS)
    await talk.start_broker()
    for order, communes in orders:
        await talk.until_played(order, communes, BACK_MS)


def _judge_without_broker(record: Record) -> Iterator[tuple[str, Seen]]:
    fleet = Fleet(record)
    record.first("broker-on")
    yield "source-broker-outage", _both_heard(fleet, "normal", "emergency")
    yield "source-broker-once", no_duplicates(fleet)


_VI = {"pending": "hẹn giờ", "accepted": "vừa nhận", "normal": "thường", "emergency": "khẩn cấp"}


def _both_heard(fleet: Fleet, *names: str) -> Seen:
    """All devices of all these orders were heard playing them."""
    return together([heard_by_all(fleet, name, _VI[name], name) for name in names])


CASES = (
    Case(
        "source-server-killed",
        2,
        Text(
            vi="Máy chủ tắt đột ngột: lệnh đã nhận vẫn đến, mỗi lệnh một lần",
            en="The server is killed: what it had accepted still comes, and once",
        ),
        PROVINCES,
        (
            "source-accepted-survives",
            "source-restart-once",
            "source-restart-log",
            "source-restart-states",
        ),
        _killed,
        _judge_killed,
        needs=("device_states", "play_log"),
        permits=("restart",),
        alone=True,
    ),
    Case(
        "source-broker-away",
        2,
        Text(
            vi="Broker vắng khi gửi: lệnh vẫn đến, mỗi lệnh một lần",
            en="The broker is away when orders are given: they still come, and once",
        ),
        PROVINCES,
        ("source-broker-outage", "source-broker-once"),
        _without_broker,
        _judge_without_broker,
        needs=("broker",),
        permits=("restart",),
        alone=True,
    ),
)
