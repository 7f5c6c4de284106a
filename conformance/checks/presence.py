"""Whether the device is there: its answers, its connections, what is told of its loss."""

from collections.abc import Sequence

from conformance.case import Measured, Seen
from conformance.record import Record, Told
from scenarios.scenario import Text

SAME_MS = 100
"""Returns that differ by less than this come at the same moment for a broker with thousands."""


def answered_once(record: Record, names: Sequence[str]) -> Seen:
    """That each of these orders was answered just once, with how long that took."""
    late_ms = []
    for name in names:
        told = record.told(name)
        answers = record.answers(told.order)
        if len(answers) != 1:
            return Seen(
                False,
                Text(
                    vi=f"{told.vi}: {len(answers)} câu trả lời, chờ đợi 1",
                    en=f"{name}: {len(answers)} answers, expected 1",
                ),
            )
        late_ms.append(answers[0].at_ms - told.at_ms)
    says = Text(
        vi=f"trả lời sau {', '.join(map(str, late_ms))} ms",
        en=f"answered after {', '.join(map(str, late_ms))} ms",
    )
    return Seen(True, says, Measured("answer", tuple(late_ms)))


def return_to_sound(record: Record, told: Told) -> Seen:
    """How long after its return the device was heard with an order that waited for it."""
    link_ms = [each.at_ms for each in record.of("link-on")]
    back = [each.at_ms for each in record.of("connected") if link_ms and each.at_ms >= link_ms[0]]
    if not back:
        return Seen(False, Text(vi="không nối lại", en="it did not connect again"))
    heard = [each.from_ms for each in record.heard(told.item) if each.from_ms >= link_ms[0]]
    if not heard:
        return Seen(False, Text(vi="không nghe thấy", en="it was not heard"))
    late_ms = max(0, heard[0] - back[0])
    says = Text(vi=f"nghe sau khi nối lại {late_ms} ms", en=f"heard {late_ms} ms after its return")
    return Seen(True, says, Measured("return_to_sound", (late_ms,)))


def returns_ms(record: Record) -> list[int | None]:
    """How long after each return of the broker the device was connected; None where it was not
    before the broker went again."""
    backs = [each.at_ms for each in record.of("broker-on")]
    away = [each.at_ms for each in record.of("broker-off")]
    ends = [next((at for at in away if at > back_ms), record.end_ms) for back_ms in backs]
    connected = [each.at_ms for each in record.of("connected")]
    found: list[int | None] = []
    for back_ms, end_ms in zip(backs, ends, strict=True):
        came = [at_ms for at_ms in connected if back_ms <= at_ms <= end_ms]
        found.append(came[0] - back_ms if came else None)
    return found


def time_to_return(record: Record) -> Seen:
    """How long the device took to connect after each return of the broker."""
    found = returns_ms(record)
    late_ms = [each for each in found if each is not None]
    if not found or len(late_ms) < len(found):
        return Seen(False, Text(vi="không nối lại", en="it did not connect again"))
    shown = ", ".join(map(str, late_ms))
    says = Text(vi=f"nối lại sau {shown} ms", en=f"connected again after {shown} ms")
    return Seen(True, says, Measured("reconnect", tuple(late_ms)))


def returns_differ(record: Record) -> Seen:
    """That the device does not come back after the same wait each time."""
    late_ms = [each for each in returns_ms(record) if each is not None]
    if len(late_ms) < 3:
        return Seen(None, Text(vi="quá ít lần nối lại", en="too few returns"))
    shown = ", ".join(map(str, late_ms))
    says = Text(vi=f"nối lại sau {shown} ms", en=f"connected again after {shown} ms")
    return Seen(max(late_ms) - min(late_ms) >= SAME_MS, says)


def loss_is_told(record: Record) -> Seen:
    """That whoever asks the broker learns of the loss: by a last will that is kept."""
    sessions = [each.detail for each in record.of("session")]
    if not sessions:
        return Seen(None, Text(vi="không thấy phiên kết nối", en="no session was seen"))
    if not all(each["will"] and each["will_retained"] for each in sessions):
        says = Text(vi="không có di chúc được giữ lại", en="no last will that is retained")
        return Seen(False, says)
    cut_ms = next((each.at_ms for each in record.of("link-off")), record.end_ms)
    back_ms = next((each.at_ms for each in record.of("link-on")), record.end_ms)
    told = [
        each
        for each in record.of("presence")
        if cut_ms < each.at_ms <= back_ms and not each.detail["online"]
    ]
    if told:
        seconds = (told[0].at_ms - cut_ms) // 1000
        return Seen(True, Text(vi=f"báo sau {seconds} s", en=f"told after {seconds} s"))
    return Seen(False, Text(vi="không được báo", en="it was not told"))
