"""Devices that were away, orders given meanwhile, and what is shown of them."""

import json
from collections import Counter
from collections.abc import Collection, Mapping

from conformance.case import Measured, Seen
from conformance.checks.acts import answers_named, said_last
from conformance.checks.fleet import Fleet
from conformance.record import Record, in_vietnamese
from conformance.sources.acts import State
from scenarios.scenario import Text

LATE = "late_told"
"""How long a device that is back waits for what it was to be told."""

GONE: tuple[State, ...] = ("offline", "lost")
BLIP_MS = 500
"""What is shorter is not heard: a loudspeaker needs as long to start. A play and its cancel may
come in one breath."""

VALIDITY_MS = 2_000
"""How much later than asked a validity may end: it counts from when the system had the order, and
wires tell whole seconds."""


def told_late(fleet: Fleet, name: str) -> Seen:
    """All devices that an order was given for while they were away were told of it once they were
    back, and were heard; how long after their return, is measured."""
    back_ms, wanted = returns(fleet), fleet.addressed(name)
    on_ms = fleet.record.first("link-on").at_ms
    told, heard = fleet.reached(name), fleet.sounded(name).keys()
    late = sorted(wanted - (told.keys() & heard))
    waits_ms = sorted(max(0, at - back_ms[p]) for p, at in told.items() if p in back_ms)
    says = Text(
        vi=f"{len(wanted) - len(late)}/{len(wanted)} thiết bị nhận lệnh khi trở lại và phát"
        f"{fleet.some(late)}; chậm nhất {max(waits_ms, default=0)} ms sau khi nối lại",
        en=f"{len(wanted) - len(late)}/{len(wanted)} devices were told when they were back, and "
        f"heard{fleet.some(late, 'not')}; at most {max(waits_ms, default=0)} ms after they were",
    )
    was_away = all(told[place] >= on_ms for place in wanted & told.keys())
    if not wanted or not wanted <= back_ms.keys() or not was_away:
        return Seen(None, says)  # who never came back could not be told; nor late, who was there
    return Seen(not late, says, Measured(LATE, tuple(waits_ms), fleet.late_ms))


def expired_silent(fleet: Fleet, name: str) -> Seen:
    """An order whose validity ended while its devices were away is heard nowhere, and nobody is
    told that it holds longer than was asked."""
    payload = json.loads(fleet.record.first("told", name).detail["payload"])
    until_ms = _taken_ms(fleet.record, name) + payload["valid_ms"] + VALIDITY_MS
    renewed = sorted(place for place, at_ms in fleet.untils(name).items() if at_ms > until_ms)
    heard = _heard(fleet, name)
    says = Text(
        vi=f"{len(heard)} thiết bị phát tin đã hết hạn{fleet.some(heard)}; {len(renewed)} thiết bị "
        f"nhận hạn dài hơn{fleet.some(renewed)}",
        en=f"{len(heard)} devices played what had expired{fleet.some(heard, 'such as')}; "
        f"{len(renewed)} were told a longer validity{fleet.some(renewed, 'such as')}",
    )
    return Seen(not heard and not renewed if _are_back(fleet, name) else None, says)


def withdrawn_silent(fleet: Fleet, name: str, cancel: str) -> Seen:
    """An order that was withdrawn while its devices were away is heard nowhere."""
    _taken_ms(fleet.record, cancel)
    heard = _heard(fleet, name)
    says = Text(
        vi=f"{len(heard)} thiết bị phát tin đã hủy khi chúng vắng{fleet.some(heard)}",
        en=f"{len(heard)} devices played what was cancelled while they were away"
        f"{fleet.some(heard, 'such as')}",
    )
    return Seen(not heard if _are_back(fleet, name) else None, says)


def shown_truly(
    fleet: Fleet, states: str, away: Collection[str], *, unheard_is_true: bool = False
) -> Seen:
    """Of all devices that were connected when the case began, those that are `away` were shown gone
    at last, and the others online; or `unheard`, where the system had to begin anew. Of one that
    had left by itself, and was not back when people looked, nothing is said."""
    shown = dict(said_last(fleet.record, states))
    there = fleet.record.first("fleet").detail["connected"]
    fine = ("online", "unheard") if unheard_is_true else ("online",)
    wrong = [n for n in there if shown.get(n) not in (GONE if n in away else fine)]
    missed = [n for n in away if n in wrong]
    vi, en = f"{len(wrong)}/{len(there)} thiết bị hiển thị sai", "devices are shown wrongly"
    en = f"{len(wrong)} of {len(there)} {en}"
    if away:
        vi += f", trong đó {len(missed)}/{len(away)} thiết bị đã mất"
        en += f", {len(missed)} of the {len(away)} that were away"
    left = _left_themselves(fleet, states).difference(away)
    if not left.issuperset(wrong):
        return Seen(False, Text(vi, en))
    return Seen(True if there and not wrong and {*away} <= {*there} else None, Text(vi, en))


def _left_themselves(fleet: Fleet, states: str) -> set[str]:
    """The devices that were not connected when people looked last."""
    looked = [each.at_ms for each in fleet.record.of("told") if each.detail["name"] == states]
    moves = sorted(
        (each.at_ms + after_ms, each.what == "joined", place)
        for each in fleet.record.of("joined", "left")
        for place, after_ms in zip(each.detail["devices"], each.detail["at_ms"], strict=True)
    )
    is_there = {place: joined for at_ms, joined, place in moves if at_ms <= looked[-1]}
    return {fleet.names[place] for place, joined in is_there.items() if not joined}


def counted_truly(record: Record, counts: str, states: str) -> Seen:
    """The statistics count as many devices in each state as the list shows, and each once."""
    listed = Counter(state for _, state in said_last(record, states))
    answers = answers_named(record, counts)
    if not answers or not isinstance(answers[-1].detail["said"], Mapping):
        raise KeyError(counts)
    counted = {state: n for state, n in answers[-1].detail["said"].items() if n}
    figures = ", ".join(f"{state} {n}" for state, n in sorted(counted.items()))
    vi = ", ".join(f"{in_vietnamese(state)} {n}" for state, n in sorted(counted.items()))
    total = sum(counted.values())
    says = Text(
        vi=f"thống kê: {vi}, cộng {total}; danh sách: {listed.total()}",
        en=f"statistics: {figures}, {total} in all; the list: {listed.total()}",
    )
    return Seen(counted == dict(listed) if listed else None, says)


def returns(fleet: Fleet) -> Mapping[int, int]:
    """When each device first connected after the links were given back."""
    on_ms, found = fleet.record.first("link-on").at_ms, dict[int, int]()
    for each in fleet.record.of("joined"):
        for place, after_ms in zip(each.detail["devices"], each.detail["at_ms"], strict=True):
            if each.at_ms + after_ms >= on_ms:
                found.setdefault(place, each.at_ms + after_ms)
    return found


def _are_back(fleet: Fleet, name: str) -> bool:
    """Whether the system took the order, and all its devices came back."""
    _taken_ms(fleet.record, name)
    wanted = fleet.addressed(name)
    return bool(wanted) and wanted <= returns(fleet).keys()


def _taken_ms(record: Record, name: str) -> int:
    """When the system had taken what was asked so; `KeyError` where it did not."""
    done = answers_named(record, name)
    if not done:
        raise KeyError(name)
    return done[0].at_ms


def _heard(fleet: Fleet, name: str) -> list[int]:
    return sorted(
        place
        for place, stretches in fleet.sounded(name).items()
        if any(until_ms is None or until_ms - at_ms > BLIP_MS for at_ms, until_ms in stretches)
    )
