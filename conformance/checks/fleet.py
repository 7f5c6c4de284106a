"""What a judge asks of the fleet around a source system: which devices, when, and no others."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from conformance.case import Measured, Seen
from conformance.record import Happening, Record
from scenarios.scenario import Text

Stretch = tuple[int, int | None]
"""From when until when a device was heard; None where it had not ended with the record."""

TOLERANCE_MS = 200
"""How far off an instant of the fleet may be, where the order of two of them is judged."""


@dataclass(frozen=True)
class Fleet:
    """The fleet of a record; devices are named by their places in it. Raises `KeyError` where the
    record has none."""

    record: Record

    @cached_property
    def _roster(self) -> Happening:
        return self.record.first("fleet")

    @property
    def late_ms(self) -> int:
        """How late its instants were noted at worst."""
        return max((int(each.detail["worst_ms"]) for each in self.record.of("late")), default=0)

    @property
    def names(self) -> Sequence[str]:
        """The devices, by their places."""
        names: Sequence[str] = self._roster.detail["devices"]
        return names

    @property
    def communes(self) -> Sequence[str]:
        """The commune of each device."""
        communes: Sequence[str] = self._roster.detail["communes"]
        return communes

    @property
    def profiles(self) -> Sequence[str]:
        """What each device is, by the ids of profiles."""
        profiles: Sequence[str] = self._roster.detail["profiles"]
        return profiles

    @cached_property
    def speaking_as_most(self) -> frozenset[int]:
        """The places of the devices that speak the dialect of most."""
        dialects: Sequence[str] = self._roster.detail["dialects"]
        ((most, _),) = Counter(dialects).most_common(1)
        return frozenset(place for place, each in enumerate(dialects) if each == most)

    def of_communes(self, *communes: str) -> frozenset[int]:
        """The places of the devices of some communes."""
        return frozenset(place for place, each in enumerate(self.communes) if each in communes)

    def addressed(self, name: str) -> frozenset[int]:
        """The places of the devices that an order was given for; `KeyError` where it was not."""
        area = self.record.first("told", name).detail["area"]
        if area["everywhere"]:
            return frozenset(range(len(self.names)))
        named = frozenset(p for p, device in enumerate(self.names) if device in area["devices"])
        return named | self.of_communes(*area["communes"])

    def reached(self, name: str, action: str = "Play") -> Mapping[int, int]:
        """When each device was told of an order, by its place."""
        order, found = self.record.told(name).order, dict[int, int]()
        for each in self.record.of("reached"):
            if each.detail["order"] == order and each.detail["action"] == action:
                times = zip(each.detail["devices"], each.detail["received_ms"], strict=True)
                for place, after_ms in times:
                    found.setdefault(place, each.at_ms + after_ms)
        return found

    def sounded(self, name: str) -> Mapping[int, list[Stretch]]:
        """Where an order was heard, and when."""
        order, found = self.record.told(name).order, dict[int, list[Stretch]]()
        for each in self.record.of("sounded"):
            if each.detail["order"] == order:
                for place, stretch in _stretches(each):
                    found.setdefault(place, []).append(stretch)
        return found

    def texts(self, name: str) -> frozenset[str]:
        """The words that devices were told to show."""
        order = self.record.told(name).order
        lines = (each for each in self.record.of("reached") if each.detail["order"] == order)
        return frozenset(text for each in lines for text in each.detail.get("texts", ()))

    def sounds(self, name: str) -> frozenset[str]:
        """The files of an order that was heard, as devices fetched them, by their SHA-256."""
        order = self.record.told(name).order
        lines = (each for each in self.record.of("sounded") if each.detail["order"] == order)
        return frozenset(sound for each in lines for sound in each.detail["sounds"])

    def unasked(self) -> Iterator[tuple[int, str]]:
        """What was heard that no order of the case, and none before it, had asked for."""
        for each in self.record.of("sounded"):
            if each.detail["order"] is None:
                yield from ((place, each.detail["item"]) for place in each.detail["devices"])

    def untils(self, name: str) -> Mapping[int, int]:
        """From when on each device was told not to begin an order, by its place."""
        order, found = self.record.told(name).order, dict[int, int]()
        for each in self.record.of("reached"):
            if each.detail["order"] == order and each.detail["action"] == "Play":
                for place, after_ms in each.detail["until_ms"].items():
                    until_ms = each.at_ms + after_ms
                    found[int(place)] = max(until_ms, found.get(int(place), until_ms))
        return found

    def noted(self, name: str) -> Iterator[tuple[tuple[str, str], int]]:
        """What devices noted of an order in their logs: the device with its own name of the entry,
        and when it began."""
        order = self.record.told(name).order
        for each in self.record.of("noted"):
            if each.detail["order"] == order:
                said = (each.detail[part] for part in ("devices", "entries", "began_ms"))
                for place, entry, after_ms in zip(*said, strict=True):
                    yield (self.names[place], entry), each.at_ms + after_ms

    def some(self, places: Sequence[int], word: str = "") -> str:
        """The first of these devices, for people; nothing where there are none."""
        if not places:
            return ""
        some = ", ".join(self.names[place] for place in places[:3])
        more = ", …" if len(places) > 3 else ""
        return f" ({f'{word} ' if word else ''}{some}{more})"


def heard_by_all(fleet: Fleet, name: str, vi: str, en: str) -> Seen:
    """Every device that an order was given for was heard playing it."""
    wanted, heard = fleet.addressed(name), fleet.sounded(name).keys()
    missing = sorted(wanted - heard)
    says = Text(
        vi=f"{vi}: {len(wanted) - len(missing)}/{len(wanted)} thiết bị phát{fleet.some(missing)}",
        en=f"{en}: {len(wanted) - len(missing)}/{len(wanted)} devices heard"
        f"{fleet.some(missing, 'missing')}",
    )
    return Seen(bool(wanted) and not missing, says)


def together(seen: Sequence[Seen]) -> Seen:
    """All of these as one: it has failed where one has, and saw nothing where one did not."""
    oks = [each.ok for each in seen]
    ok = False if False in oks else None if None in oks else True
    vi, en = (" · ".join(texts) for texts in ([s.says.vi for s in seen], [s.says.en for s in seen]))
    return Seen(ok, Text(vi, en))


def nobody_outside(
    fleet: Fleet, name: str, vi: str, en: str, *, was_sent: bool | None = None
) -> Seen:
    """No device that an order was not given for was told of it, or heard playing it. One that came
    to nobody inside either shows nothing, unless it is known from elsewhere that it `was_sent`."""
    wanted, found = fleet.addressed(name), fleet.sounded(name).keys() | fleet.reached(name).keys()
    outside = sorted(found - wanted)
    came = bool(found) if was_sent is None else was_sent
    others = len(fleet.names) - len(wanted)
    says = Text(
        vi=f"{vi}: {len(outside)}/{others} thiết bị ngoài địa bàn nhận lệnh hoặc phát"
        f"{fleet.some(outside)}",
        en=f"{en}: {len(outside)}/{others} devices outside were told or heard"
        f"{fleet.some(outside, 'such as')}",
    )
    return Seen(False if outside else True if others and came else None, says)


def nobody_at_all(fleet: Fleet, name: str) -> Seen:
    """No device was told of an order, or heard playing it."""
    found = sorted(fleet.sounded(name).keys() | fleet.reached(name).keys())
    says = Text(
        vi=f"{fleet.record.told(name).vi}: {len(found)} thiết bị nhận lệnh{fleet.some(found)}",
        en=f"{name}: {len(found)} devices were told{fleet.some(found, 'such as')}",
    )
    return Seen(not found, says)


def nothing_unasked(fleet: Fleet) -> Seen:
    """Nothing was heard that nobody had asked for."""
    found = list(fleet.unasked())
    places = sorted({place for place, _ in found})
    says = Text(
        vi=f"{len(found)} lượt phát không ai yêu cầu{fleet.some(places)}",
        en=f"{len(found)} plays that nobody asked for{fleet.some(places, 'at')}",
    )
    return Seen(not found, says)


def in_time(record: Record, names: Sequence[str], least_ms: int) -> bool:
    """Whether the system had each of these orders so long before it was due: otherwise the harness,
    or its machine, may have been too slow, and nothing can be said of their times."""
    answers = {name: record.answers(record.told(name).order) for name in names}
    return all(
        bool(each) and each[0].at_ms <= _due_ms(record, name) - least_ms
        for name, each in answers.items()
    )


def _due_ms(record: Record, name: str) -> int:
    payload = json.loads(record.first("told", name).detail["payload"])
    return int(payload["begins_ms"] if "begins_ms" in payload else payload["not_before_ms"])


def heard_at(fleet: Fleet, name: str, early_ms: int, late_ms: int) -> Seen:
    """Every device that was heard began at the instant that the order names."""
    due_ms = _due_ms(fleet.record, name)
    begun = {place: min(f for f, _ in each) for place, each in fleet.sounded(name).items()}
    wrong = sorted(
        place for place, at_ms in begun.items() if not -early_ms <= at_ms - due_ms <= late_ms
    )
    spread = [at_ms - due_ms for at_ms in begun.values()] or [0]
    says = Text(
        vi=f"bắt đầu {min(spread)} đến {max(spread)} ms so với giờ đặt{fleet.some(wrong)}",
        en=f"begun {min(spread)} to {max(spread)} ms from the time set"
        f"{fleet.some(wrong, 'wrong:')}",
    )
    return Seen(not wrong if begun else None, says)


def delivered_after(fleet: Fleet, names: Sequence[str], measurement: str, percentile: int) -> Seen:
    """From an order's being asked for (T0) to its arrival at each device (T2), over all of these
    orders; when the system had taken it (T1), and when it was heard (T4), is told beside. A device
    that it never came to counts with all the time in which it did not come."""
    taken: list[int] = []
    never: list[int] = []
    arrived: list[int] = []
    heard: list[int] = []
    for name in names:
        told, wanted = fleet.record.told(name), fleet.addressed(name)
        answers = fleet.record.answers(told.order)
        later = [each.detail["asked_ms"] for each in answers if "asked_ms" in each.detail]
        asked_ms = later[0] if later else told.at_ms
        taken += [each.at_ms - asked_ms for each in answers]
        arrived += [at - asked_ms for place, at in fleet.reached(name).items() if place in wanted]
        never += [fleet.record.end_ms - asked_ms] * len(wanted - fleet.reached(name).keys())
        heard += [min(f for f, _ in each) - asked_ms for each in fleet.sounded(name).values()]
    if not arrived:
        return Seen(None, Text("không thiết bị nào nhận lệnh", "no device was told"))
    delays_ms = sorted(arrived + never)
    measured = Measured(measurement, tuple(delays_ms), fleet.late_ms, percentile)
    figures = "; ".join(
        f"T0–{point} p{percentile} {Measured(point, tuple(values), 0, percentile).value_ms} ms, "
        f"max {max(values)} ms, n {len(values)}"
        for point, values in (("T1", taken), ("T2", delays_ms), ("T4", heard))
        if values
    )
    vi = f"{figures}; {len(never)} lần lệnh không đến thiết bị" if never else figures
    en = f"{figures}; {len(never)} times it never came to a device" if never else figures
    return Seen(True, Text(vi, en), measured)


def silent_after_cancel(fleet: Fleet, cancel: str, order: str, vi: str, en: str) -> Seen:
    """Once its cancel has reached a device, the order is no longer heard there; and it reaches all
    that had the order. Where nobody was heard before, nothing could be ended."""
    cancelled = fleet.reached(order, "Cancel")
    had = fleet.reached(order).keys()
    asked_ms = fleet.record.told(cancel).at_ms
    lacking = sorted(had - cancelled.keys())
    late = sorted(
        place
        for place, stretches in fleet.sounded(order).items()
        if place in cancelled
        and any(
            until_ms is None or until_ms > max(cancelled[place], asked_ms) + TOLERANCE_MS
            for _, until_ms in stretches
        )
    )
    says = Text(
        vi=f"{vi}: lệnh hủy đến {len(had) - len(lacking)}/{len(had)} thiết bị"
        f"{fleet.some(lacking)}; {len(late)} thiết bị còn phát sau đó{fleet.some(late)}",
        en=f"{en}: the cancel reached {len(had) - len(lacking)}/{len(had)} devices"
        f"{fleet.some(lacking, 'missing')}; {len(late)} were heard after it"
        f"{fleet.some(late, 'such as')}",
    )
    was_heard = any(
        place in cancelled and from_ms < cancelled[place]
        for place, stretches in fleet.sounded(order).items()
        for from_ms, _ in stretches
    )
    return Seen(False if lacking or late else True if was_heard else None, says)


def cuts(fleet: Fleet, over: str, under: str, within_ms: int) -> Seen:
    """Where one order was heard, another was silent meanwhile: from shortly after it began."""
    upper, lower = fleet.sounded(over), fleet.sounded(under)
    both = sorted(upper.keys() & lower.keys())
    together = [
        place
        for place in both
        if any(
            (end_ms is None or from_ms < end_ms)
            and (until_ms is None or until_ms > begin_ms + within_ms)
            for begin_ms, end_ms in upper[place]
            for from_ms, until_ms in lower[place]
        )
    ]
    says = Text(
        vi=f"{len(both) - len(together)}/{len(both)} thiết bị ngừng tin thấp hơn"
        f"{fleet.some(together)}",
        en=f"{len(both) - len(together)}/{len(both)} devices silenced the lower bulletin"
        f"{fleet.some(together, 'not')}",
    )
    return Seen(not together if both else None, says)


def follows(fleet: Fleet, first: str, second: str) -> Seen:
    """Where both were heard, the first had begun before the second did; a device that was to play
    them and was not heard with both shows nothing."""
    one, two = fleet.sounded(first), fleet.sounded(second)
    both = sorted(one.keys() & two.keys())
    wrong = [p for p in both if min(f for f, _ in one[p]) > min(f for f, _ in two[p])]
    says = Text(
        vi=f"{len(both) - len(wrong)}/{len(both)} thiết bị phát đúng thứ tự{fleet.some(wrong)}",
        en=f"{len(both) - len(wrong)}/{len(both)} devices played them in this order"
        f"{fleet.some(wrong, 'not')}",
    )
    wanted = fleet.addressed(first) & fleet.addressed(second)
    return Seen(False if wrong else True if both and wanted <= {*both} else None, says)


def _stretches(each: Happening) -> Iterator[tuple[int, Stretch]]:
    detail = each.detail
    for place, from_ms, until_ms in zip(
        detail["devices"], detail["from_ms"], detail["until_ms"], strict=True
    ):
        end_ms = None if until_ms is None else each.at_ms + until_ms
        yield place, (each.at_ms + from_ms, end_ms)
