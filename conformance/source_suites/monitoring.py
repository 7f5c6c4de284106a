"""What is shown of devices: who is there, who is lost, and who came back."""

from collections.abc import Iterator

from conformance.case import PROVINCES, Case, Measured, Seen
from conformance.checks.acts import answers_named
from conformance.checks.fleet import Fleet
from conformance.checks.outages import GONE, returns, shown_truly
from conformance.record import Record
from conformance.source_suites.asking import EVERY_MS, until_shown
from conformance.sources.acts import APPROVER, DeviceStates, Done
from conformance.sources.dealing import Dealing
from scenarios.scenario import Text

SHOWN_MS = 120_000
"""How long a loss is waited for; how soon it must be shown is a matter of limits."""

BACK_MS = 60_000
"""How long is waited until all who are there are shown, and who came back."""

LOSS = "loss_shown"


async def _states(talk: Dealing) -> None:
    there, deadline_ms = talk.around.connected(), talk.now_ms() + BACK_MS
    while talk.now_ms() < deadline_ms:
        found = await talk.do("states", APPROVER, DeviceStates())
        if not isinstance(found, Done) or not there - {d for d, s in found.said if s == "online"}:
            return
        await talk.wait(EVERY_MS)


def _judge_states(record: Record) -> Iterator[tuple[str, Seen]]:
    yield "source-shows-online", shown_truly(Fleet(record), "states", ())


async def _lost_and_back(talk: Dealing) -> None:
    device = talk.watched
    talk.cut_link([device])
    await until_shown(talk, "state", [device], GONE, SHOWN_MS)
    talk.restore_link([device])
    await until_shown(talk, "state", [device], ("online",), BACK_MS)


def _judge_lost_and_back(record: Record) -> Iterator[tuple[str, Seen]]:
    off_ms, on_ms = record.first("link-off").at_ms, record.first("link-on").at_ms
    shown = [(e.at_ms, dict(e.detail["said"])) for e in answers_named(record, "state")]
    device = record.first("link-off").detail["devices"][0]
    meanwhile = [(at_ms, of.get(device)) for at_ms, of in shown if off_ms < at_ms <= on_ms]
    later = [(at_ms, of.get(device)) for at_ms, of in shown if at_ms > on_ms]
    gone = [at_ms for at_ms, state in meanwhile if state in GONE]
    back = [at_ms for at_ms, state in later if state == "online"]
    if gone:
        late_ms = gone[0] - off_ms
        says = Text(vi=f"mất được hiển thị sau {late_ms} ms", en=f"loss shown after {late_ms} ms")
        yield "source-shows-loss", Seen(True, says, Measured(LOSS, (late_ms,), EVERY_MS))
    else:
        waited_ms = on_ms - off_ms
        says = Text(
            vi=f"mất {waited_ms} ms, vẫn hiển thị là có", en=f"lost for {waited_ms} ms, not shown"
        )
        yield "source-shows-loss", Seen(False if meanwhile else None, says)
    says = Text(vi="thiết bị trở lại không được hiển thị", en="its return is not shown")
    if back:
        after_ms = back[0] - on_ms
        says = Text(vi=f"trở lại sau {after_ms} ms", en=f"its return is shown after {after_ms} ms")
    # Of a device that did not come back, or at which nobody could look, nothing is said.
    is_seen = bool(later) and bool(returns(Fleet(record)))
    yield "source-shows-return", Seen(True if back else False if is_seen else None, says)


CASES = (
    Case(
        "source-states",
        2,
        Text(vi="Trạng thái của mọi thiết bị đúng", en="The state of every device is true"),
        PROVINCES,
        ("source-shows-online",),
        _states,
        _judge_states,
        needs=("device_states",),
        alone=True,
    ),
    Case(
        "source-device-lost",
        2,
        Text(
            vi="Thiết bị mất và trở lại được hiển thị",
            en="A device that is lost, and one that is back, is shown",
        ),
        PROVINCES,
        ("source-shows-loss", "source-shows-return"),
        _lost_and_back,
        _judge_lost_and_back,
        needs=("device_states",),
        measures={"source-shows-loss": LOSS},
    ),
)
