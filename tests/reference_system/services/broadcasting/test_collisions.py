"""What a new order or slot would meet, told before it is sent."""

from reference_system.services.acting import Actor, acting, looking
from reference_system.services.broadcasting import collisions, orders, programmes
from reference_system.services.broadcasting.collisions import Preview
from reference_system.services.broadcasting.programme_items import Part
from reference_system.services.broadcasting.programmes import WantedSlot
from reference_system.services.broadcasting.wanted import HOUR_MS, Wanted
from reference_system.services.system import System
from reference_system.services.units import Unit
from scenarios.scenario import Area

HERE, NEXT, FAR = "21613", "21610", "21640"
MINUTE = 60_000


def want(bulletin: str, *communes: str, **more: object) -> Wanted:
    return Wanted(bulletin_id=bulletin, era="2022", area=Area(communes=communes), **more)


def slot(at_hour: int, *communes: str, **more: object) -> WantedSlot:
    words = {
        "name": "Sáng",
        "era": "2022",
        "area": Area(communes=communes),
        "at_ms": at_hour * HOUR_MS,
        "days": (0, 1, 2, 3, 4, 5, 6),
        "slot_ms": HOUR_MS,
        "parts": (
            Part(kind="relay", length_ms=20 * MINUTE, url="http://radio/vov", title="VOV"),
            Part(kind="local", length_ms=20 * MINUTE),
        ),
    }
    return WantedSlot(**(words | more))


def preview(system: System, actor: Actor, wanted: Wanted) -> Preview:
    with looking(system, actor) as act:
        return collisions.preview(act, wanted)


def met(preview: Preview) -> set[tuple[str, str, str, frozenset[str]]]:
    return {
        (each.mine.item, each.other.item, each.effect, each.communes) for each in preview.overlaps
    }


def test_an_emergency_is_told_what_it_cuts_off_and_where(
    system, person, speakers, approved, clock
) -> None:
    for commune in (HERE, NEXT, FAR):
        speakers(commune, 2)
    lan = person("lan")
    approved("news")
    with acting(system, lan) as act:
        programmes.create(act, slot(7, HERE, FAR), "s")
        orders.send(act, want("news", HERE, not_before_ms=clock.ms + HOUR_MS), "news")
        orders.send(act, want("news", NEXT, not_before_ms=clock.ms + 3 * HOUR_MS), "later")
    told = preview(
        system, lan, want(approved("storm", "emergency"), HERE, NEXT, times=2, gap_ms=HOUR_MS)
    )
    here = frozenset({HERE})
    assert met(told) == {
        ("preview/2", "s.1/2022-09-27/1", "cuts", here),
        ("preview/2", "news/1", "cuts", here),
    }
    assert (told.devices, told.communes) == (4, {HERE, NEXT})
    assert (told.at_night, told.among_itself, told.more) == ((), False, False)
    with system.database.reading() as session:
        assert session.get(orders.Order, "preview") is None


def test_a_normal_order_waits_for_what_is_more_urgent(system, person, speakers, approved) -> None:
    speakers(HERE)
    lan = person("lan")
    approved("storm", "emergency")
    with acting(system, lan) as act:
        orders.send(act, want("storm", HERE), "storm")
    (one,) = preview(system, lan, want(approved("news"), HERE)).overlaps
    assert (one.other.item, one.effect) == ("storm/1", "waits")
    with acting(system, lan) as act:
        orders.cancel(act, "storm")
    assert preview(system, lan, want("news", HERE)).overlaps == ()


def test_night_and_plays_longer_than_their_gap_are_told(
    system, person, speakers, approved, clock
) -> None:
    speakers(HERE)
    lan = person("lan")
    told = preview(
        system,
        lan,
        want(approved("news"), HERE, times=3, gap_ms=30_000, not_before_ms=clock.ms - HOUR_MS),
    )
    assert told.among_itself
    assert told.at_night == ()
    told = preview(system, lan, want("news", HERE, times=3, gap_ms=8 * HOUR_MS))
    assert [span.item for span in told.at_night] == ["preview/3"]
    told = preview(
        system, lan, want(approved("storm", "emergency"), HERE, times=3, gap_ms=8 * HOUR_MS)
    )
    assert told.at_night == ()


def test_where_a_unit_dropped_an_order_nothing_meets_it(system, person, speakers, approved) -> None:
    speakers(HERE)
    speakers(NEXT)
    lan, chi = person("lan"), person("chi", Unit("commune", HERE))
    approved("news")
    with acting(system, lan) as act:
        orders.send(act, want("news", HERE, NEXT), "news")
    with acting(system, chi) as act:
        orders.cancel(act, "news")
    (one,) = preview(system, lan, want(approved("more"), HERE, NEXT)).overlaps
    assert one.communes == {NEXT}


def test_devices_that_are_named_meet_only_what_they_hear(
    system, person, speakers, approved
) -> None:
    first, second = speakers(HERE, 2)
    lan = person("lan")

    def only(*devices: str) -> Wanted:
        return Wanted(bulletin_id="news", era="2022", area=Area(devices=devices))

    approved("news")
    with acting(system, lan) as act:
        orders.send(act, only(first), "news")
    assert preview(system, lan, only(second)).overlaps == ()
    assert met(preview(system, lan, want("news", HERE))) == {
        ("preview/1", "news/1", "takes-turns", frozenset({HERE}))
    }


def test_a_slot_is_told_what_it_meets_in_the_coming_week(
    system, person, speakers, approved
) -> None:
    speakers(HERE)
    lan = person("lan")
    with acting(system, lan) as act:
        programmes.create(act, slot(17, HERE), "old")
    with looking(system, lan) as act:
        told = programmes.preview(act, slot(17, HERE, NEXT, days=(2,), slot_ms=10 * MINUTE))
        assert met(told) == {
            (
                "preview.1/2022-09-28/1",
                "old.1/2022-09-28/1",
                "takes-turns",
                frozenset({HERE}),
            )
        }
        assert programmes.preview(act, slot(17, HERE), "old").overlaps == ()
        night = programmes.preview(act, slot(3, HERE, days=(0,)))
    assert {span.item for span in night.at_night} == {
        "preview.1/2022-10-03/1",
        "preview.1/2022-10-03/2",
    }
