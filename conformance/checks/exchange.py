"""What a judge asks of what two source systems said to each other."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from conformance.case import Seen
from conformance.checks.acts import answers_named, said_last
from conformance.record import Happening, Record, in_vietnamese
from scenarios.scenario import Text

WORDS = (
    *("title", "summary", "bulletin_class", "severity", "status", "text"),
    *("valid_until_ms", "sound"),
)
"""What a bulletin says, in neutral words."""

SENT_APART_MS = 60_000
"""How far the instant of sending that a message names may be from when it was shared."""


def all_of(seen: Iterable[Seen]) -> Seen:
    """The first that is not as it should be, or else could not be seen, otherwise the last;
    `KeyError` where there is none."""
    found = [*seen]
    if not found:
        raise KeyError("nothing")
    wrong = [e for e in found if e.ok is False] or [e for e in found if e.ok is None]
    return wrong[0] if wrong else found[-1]


def taken(record: Record, name: str) -> Seen:
    """The system took what a peer said, and said so."""
    answers, vi = record.answers(record.told(name).order), in_vietnamese(name)
    if not answers:
        return Seen(None, Text(f"{vi}: không có trả lời", f"{name}: no answer"))
    why, status = answers[0].detail["refusal"], answers[0].detail.get("status")
    if why is None:
        return Seen(True, Text(f"{vi}: đã nhận", f"{name}: taken"))
    asked_in_vain = status is None or status == 0
    return Seen(None if asked_in_vain else False, Text(f"{vi}: {why}", f"{name}: {why}"))


def kept_whole(record: Record, name: str) -> Seen:
    """The bulletin that a peer sent is shown word for word, with the bytes of its sound."""
    shown = said_last(record, f"{name}: shown")
    answer = record.answers(record.told(name).order)[0].detail["said"]
    sent = {**words_of(record, name), "status": "Test", "sound": answer["sound"]}
    if not shown:
        says = Text(f"{in_vietnamese(name)}: không có bản tin", f"{name}: there is no bulletin")
        return Seen(False, says)
    return same(name, sent, shown[0], WORDS)


def there(record: Record, name: str, times: int) -> Seen:
    """The bulletin that a peer sent is there so often, as people see it at last."""
    found = len(said_last(record, f"{name}: shown"))
    vi = in_vietnamese(name)
    says = Text(f"{vi}: có {found} bản tin", f"{name}: {found} bulletins are there")
    return Seen(found == times, says)


def arrived(record: Record, peer: str, kind: str, key: str | None = None) -> list[Happening]:
    """What the system sent to a peer, in the order of its arrival; of all keys where none is
    given."""
    return [
        each
        for each in record.of("arrived")
        if (each.detail["peer"], each.detail["kind"]) == (peer, kind)
        and key in (None, each.detail["key"])
    ]


def key_of(record: Record, name: str) -> str:
    """The key of the message that this act shared; `KeyError` where it shared none."""
    keys = said_last(record, name)
    if not keys:
        raise KeyError(name)
    return str(keys[0])


def shared_whole(record: Record, peer: str, name: str) -> Seen:
    """The bulletin of the system arrived at the peer word for word, as it is shown and as somebody
    wrote it; the file of its sound came along, and it is as long ago as it was shared."""
    came = arrived(record, peer, "bulletin", key_of(record, f"{name}: share"))
    vi = in_vietnamese(name)
    if not came:
        says = Text(f"{vi}: không đến {in_vietnamese(peer)}", f"{name}: never came to {peer}")
        return Seen(False, says)
    detail, shown = came[0].detail, said_words(record, f"{name}: shown")
    seen = same(name, shown, detail["says"], WORDS)
    if seen.ok:
        written = words_of(record, f"{name}: compose")
        seen = same(name, written, detail["says"], ("title", "bulletin_class", "severity"))
    files = {each.detail["key"] for each in arrived(record, peer, "file")}
    if seen.ok and detail["says"]["sound"] not in files:
        seen = Seen(False, Text(f"{vi}: thiếu tệp âm thanh", f"{name}: its sound never came"))
    asked_ms = record.told(f"{name}: share").at_ms
    apart_ms = abs((detail["sent_ms"] or 0) - asked_ms)
    if seen.ok and apart_ms > SENT_APART_MS:
        says = Text(f"{vi}: thời điểm gửi lệch {apart_ms} ms", f"{name}: sent {apart_ms} ms off")
        seen = Seen(False, says)
    return seen


def withdrawn(record: Record, peer: str, name: str) -> Seen:
    """The peer was told that a bulletin holds no longer: once, and after it had come."""
    key = key_of(record, f"{name}: share")
    came = arrived(record, peer, "bulletin", key)
    ended = [e for e in arrived(record, peer, "withdrawal") if e.detail["says"]["of"] == key]
    in_order = bool(came) and bool(ended) and came[0].at_ms <= ended[0].at_ms
    says = Text(
        vi=f"{in_vietnamese(name)}: {in_vietnamese(peer)} nhận {len(ended)} lệnh thu hồi, "
        f"{'sau' if in_order else 'không sau'} bản tin",
        en=f"{name}: {len(ended)} withdrawals came to {peer}, {'' if in_order else 'not '}after "
        "the bulletin",
    )
    return Seen(in_order and len(ended) == 1, says)


def came_times(record: Record, peer: str, kind: str, key: str, times: int) -> Seen:
    """A message arrived so often, each time with the same words."""
    came = arrived(record, peer, kind, key)
    alike = all(each.detail["says"] == came[0].detail["says"] for each in came)
    says = Text(
        vi=f"{in_vietnamese(kind)}: đến {in_vietnamese(peer)} {len(came)} lần"
        f"{'' if alike else ', nội dung khác nhau'}",
        en=f"{kind}: came to {peer} {len(came)} times{'' if alike else ', with other words'}",
    )
    return Seen(len(came) == times and alike, says)


def in_form(record: Record, *peers: str) -> Seen:
    """All that came had the shape that the interface publishes, and the token of that peer."""
    came = [each for each in record.of("arrived") if each.detail["peer"] in peers]
    wrong = [each for each in came if each.detail["kind"] == "nonsense"]
    unknown = [each for each in came if not each.detail["known"]]
    why = f": {wrong[0].detail['says']['why']}" if wrong else ""
    says = Text(
        vi=f"{len(came)} thông điệp, {len(wrong)} sai dạng, {len(unknown)} sai mã{why}",
        en=f"{len(came)} messages, {len(wrong)} of another form, {len(unknown)} without the "
        f"token{why}",
    )
    return Seen(not wrong and not unknown if came else None, says)


def figures_between(before: Sequence[Any], sent: Sequence[Any], after: Sequence[Any]) -> Seen:
    """Each figure lies between those that were shown before it was counted and afterwards."""
    first, told, last = dict(before), dict(sent), dict(after)
    wrong = [
        name
        for name in sorted(first.keys() | told.keys() | last.keys())
        if not _between(first.get(name, 0), told.get(name, 0), last.get(name, 0))
    ]
    says = Text(
        vi=f"{len(told)} số liệu, {len(wrong)} khác số đang hiển thị{_some(wrong)}",
        en=f"{len(told)} figures, {len(wrong)} other than shown{_some(wrong)}",
    )
    return Seen(not wrong if told and first else None, says)


def same(
    name: str, wanted: Mapping[str, Any], found: Mapping[str, Any], words: Iterable[str]
) -> Seen:
    """Both say the same, in each of these words."""
    wrong = [word for word in words if wanted.get(word) != found.get(word)]
    says = Text(
        vi=f"{in_vietnamese(name)}: {'giống hệt' if not wrong else 'khác ở ' + ', '.join(wrong)}",
        en=f"{name}: {'the same' if not wrong else 'other in ' + ', '.join(wrong)}",
    )
    return Seen(not wrong, says)


def words_of(record: Record, name: str) -> dict[str, Any]:
    """The words of an act, as it was told; `KeyError` where it was not."""
    words: dict[str, Any] = json.loads(record.first("told", name).detail["payload"])
    return words


def said_words(record: Record, name: str) -> Mapping[str, Any]:
    """What the last act of that name that was done brought, by its words; `KeyError` where none
    was."""
    done = answers_named(record, name)
    if not done or not isinstance(done[-1].detail["said"], dict):
        raise KeyError(name)
    said: Mapping[str, Any] = done[-1].detail["said"]
    return said


def _between(one: int, value: int, other: int) -> bool:
    return min(one, other) <= value <= max(one, other)


def _some(names: Sequence[str]) -> str:
    return f" ({', '.join(names[:3])}{', …' if len(names) > 3 else ''})" if names else ""
