"""What a judge asks of what an intruder tried, and of what people did at one another's things."""

from collections.abc import Sequence

from conformance.case import Seen
from conformance.checks.fleet import Fleet
from conformance.record import Happening, Record, in_vietnamese
from conformance.sources.intruding.surface import TOO_OFTEN
from scenarios.scenario import Text


def answer_of(record: Record, name: str) -> Happening:
    """What became of the try of that name; `KeyError` where it was not made, or not answered."""
    answers = record.answers(record.told(name).order)
    if not answers:
        raise KeyError(name)
    return answers[0]


def let_through(record: Record, name: str) -> bool:
    """Whether it was done."""
    return answer_of(record, name).detail["refusal"] is None


def withstood(record: Record, *names: str, may_cut: bool = False) -> Seen:
    """Each of these was refused. To be answered by a fault of its own (5xx) is none; where the
    system `may_cut` the connection, that is one. A try that could not be made shows nothing."""
    seen = [_withstood(record, name, may_cut) for name in names]
    failed = [each for each in seen if each.ok is False]
    unseen = [each for each in seen if each.ok is None]
    first = (failed or unseen)[:1]
    if first:
        return first[0]
    says = Text(
        vi=f"{len(seen)}/{len(seen)} lần thử bị từ chối: {in_vietnamese(names[0])}…",
        en=f"{len(seen)} of {len(seen)} tries refused: {names[0]}…",
    )
    return seen[0] if len(seen) == 1 else Seen(True, says)


def _withstood(record: Record, name: str, may_cut: bool) -> Seen:
    detail = answer_of(record, name).detail
    why, status, vi = detail["refusal"], detail.get("status"), in_vietnamese(name)
    if why is None:
        return Seen(False, Text(f"{vi}: không bị từ chối", f"{name}: it was let through"))
    if status is None:
        return Seen(None, Text(f"{vi}: không thử được ở đây", f"{name}: cannot be tried here"))
    if status >= 500:
        return Seen(False, Text(f"{vi}: hệ thống lỗi ({why})", f"{name}: a fault ({why})"))
    if status == 0 and not (may_cut and why in ("cut", "ended")):
        return Seen(None, Text(f"{vi}: {why}", f"{name}: {why}"))
    return Seen(True, Text(f"{vi}: bị từ chối ({why})", f"{name}: refused ({why})"))


def not_hidden(record: Record, names: Sequence[str], seen: Seen) -> Seen:
    """The same, unless some were refused for being too many: then nobody knows."""
    hidden = [n for n in names if answer_of(record, n).detail.get("status") == TOO_OFTEN]
    if not hidden or seen.ok is False:
        return seen
    says = Text(f"{len(hidden)} lần thử bị chặn trước", f"{len(hidden)} tries were not heard")
    return Seen(None, says)


def undisturbed(fleet: Fleet, besides: Sequence[str]) -> Seen:
    """No device left while the case ran, besides those that it took away itself."""
    left = {
        fleet.names[place] for each in fleet.record.of("left") for place in each.detail["devices"]
    }
    gone = sorted(left.difference(besides))
    others = set(fleet.record.first("fleet").detail["connected"]).difference(besides)
    says = Text(
        vi=f"{len(gone)} thiết bị khác bị mất kết nối" + (f" ({gone[0]})" if gone else ""),
        en=f"{len(gone)} other devices lost their connection" + (f" ({gone[0]})" if gone else ""),
    )
    return Seen(False if gone else True if others else None, says)
