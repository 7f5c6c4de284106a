"""How often devices were told and heard playing what was asked for."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping

from conformance.case import Seen
from conformance.checks.fleet import Fleet
from conformance.record import Happening, What
from conformance.trial import ALIVE
from scenarios.scenario import Text


def no_duplicates(fleet: Fleet) -> Seen:
    """No device was told, or heard playing, more plays of an order than were asked for."""
    asked = _asked(fleet)
    heard = list(_plays(fleet, "sounded", asked))
    told = list(_plays(fleet, "reached", asked))
    more = sorted({place for order, place, items in (*heard, *told) if items > asked[order]})
    says = Text(
        vi=f"{len(asked)} lệnh: {len(more)} thiết bị có nhiều lượt hơn số đã đặt{fleet.some(more)}",
        en=f"{len(asked)} orders: {len(more)} devices had more plays than were asked for"
        f"{fleet.some(more, 'such as')}",
    )
    return Seen(not more if heard else None, says)


def as_often_as_asked(fleet: Fleet, name: str) -> Seen:
    """Every device that an order was given for was heard playing it as many times as asked."""
    asked, order = _asked(fleet), fleet.record.told(name).order
    wanted = fleet.addressed(name)
    heard = {p: items for of, p, items in _plays(fleet, "sounded", asked) if of == order}
    wrong = sorted(place for place in wanted if heard.get(place, 0) != asked[order])
    right = len(wanted) - len(wrong)
    says = Text(
        vi=f"{right}/{len(wanted)} thiết bị phát đủ {asked[order]} lượt{fleet.some(wrong)}",
        en=f"{right}/{len(wanted)} devices played it {asked[order]} times"
        f"{fleet.some(wrong, 'not')}",
    )
    return Seen(bool(wanted) and not wrong, says)


def told_once(fleet: Fleet) -> Seen:
    """Nobody was told the same play again."""
    lines = [each for each in fleet.record.of("reached") if each.detail["order"] in _asked(fleet)]
    again = sum(each.detail["doubled"] for each in lines)
    says = Text(
        vi=f"{again} lần gửi lại lượt phát mà thiết bị đã nhận",
        en=f"plays were told again {again} times to devices that had them",
    )
    return Seen(not again if lines else None, says)


def _asked(fleet: Fleet) -> Mapping[str, int]:
    """How many plays each order asks for; signs of life are none of the case's."""
    orders = [
        each
        for each in fleet.record.of("told")
        if each.detail["kind"] == "Issue" and not each.detail["name"].startswith(ALIVE)
    ]
    return {each.detail["order"]: json.loads(each.detail["payload"])["times"] for each in orders}


def _plays(fleet: Fleet, what: What, asked: Mapping[str, int]) -> Iterator[tuple[str, int, int]]:
    """Of each order and device, how many plays it was told (`reached`), or was heard playing."""
    items: dict[tuple[str, int], set[str]] = defaultdict(set)
    for each in fleet.record.of(what):
        if each.detail["order"] in asked and _is_play(each):
            for place in each.detail["devices"]:
                items[each.detail["order"], place].add(each.detail["item"])
    return ((order, place, len(found)) for (order, place), found in items.items())


def _is_play(each: Happening) -> bool:
    return each.what == "sounded" or bool(each.detail["action"] == "Play")
