"""The programme of stations: slots made, changed and removed one by one, and a commune's day."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from reference_system.interface.vocabulary import WIRE_NAMES
from reference_system.services.acting import Actor, acting, looking
from reference_system.services.broadcasting import issuing, orders, programmes
from reference_system.services.broadcasting.programme_items import Part
from reference_system.services.broadcasting.programmes import WantedSlot
from reference_system.services.broadcasting.wanted import HOUR_MS, Wanted
from reference_system.services.refusals import Conflict, Forbidden, Invalid, Missing, Refusal
from reference_system.services.system import System
from reference_system.services.units import Unit
from reference_system.store.orders import Delivery, ItemRow, Slot
from scenarios.scenario import Area

HERE, NEXT = "21613", "21610"
AN_HUNG, AN_LAO = Unit("commune", HERE), Unit("district", "542")
MINUTE = 60_000
RELAY = Part(kind="relay", length_ms=20 * MINUTE, url="http://radio/vov", title="VOV")
LOCAL = Part(kind="local", length_ms=10 * MINUTE, title="Bản tin xã")
SLOT = WantedSlot(
    name="Sáng",
    era="2022",
    area=Area(communes=(HERE,)),
    at_ms=7 * HOUR_MS,
    days=(0, 1, 2, 3, 4, 5, 6),
    slot_ms=HOUR_MS,
    parts=(RELAY, LOCAL),
)


def made(system: System, actor: Actor, wanted: WantedSlot = SLOT, key: str | None = "s") -> Slot:
    with acting(system, actor) as act:
        return programmes.create(act, wanted, key)


def told(system: System) -> dict[str, str]:
    with system.database.reading() as session:
        return {row.id.rpartition(":")[0]: row.state for row in session.scalars(select(Delivery))}


def test_a_slot_is_made_once_and_its_next_occurrence_is_sent_within_the_lead(
    system, person, speakers, clock
) -> None:
    speakers(HERE)
    speakers(NEXT)
    chi = person("chi", AN_HUNG)
    slot = made(system, chi)
    assert (slot.version, slot.next_due_ms) == (1, clock.ms + 13 * HOUR_MS)
    assert made(system, chi).id == "s"
    assert told(system) == {
        "start:s.1/2022-09-27/1": "waiting",
        "start:s.1/2022-09-27/2": "waiting",
    }
    with pytest.raises(Conflict) as raised:
        made(system, chi, replace(SLOT, name="Chiều"))
    assert raised.value.code == "id-taken"


def test_a_change_takes_back_what_was_sent_and_sends_it_anew_and_touches_no_other(
    system, person, speakers
) -> None:
    speakers(HERE)
    chi = person("chi", AN_HUNG)
    made(system, chi)
    made(system, chi, replace(SLOT, at_ms=17 * HOUR_MS), "evening")
    before = {key: state for key, state in told(system).items() if "evening" in key}
    with acting(system, chi) as act:
        slot = programmes.change(act, "s", 1, replace(SLOT, at_ms=8 * HOUR_MS, parts=(RELAY,)))
    assert slot.version == 2
    after = told(system)
    assert {key: state for key, state in after.items() if "evening" in key} == before
    assert {key: state for key, state in after.items() if "evening" not in key} == {
        "start:s.1/2022-09-27/1": "void",
        "cancel:s.1/2022-09-27/1": "waiting",
        "start:s.1/2022-09-27/2": "void",
        "cancel:s.1/2022-09-27/2": "waiting",
        "start:s.2/2022-09-27/1": "waiting",
    }
    for change in (
        programmes.change,
        lambda act, key, version, _: programmes.remove(act, key, version),
    ):
        with pytest.raises(Conflict) as raised, acting(system, chi) as act:
            change(act, "s", 1, SLOT)
        assert raised.value.code == "changed-meanwhile"


def test_a_removed_slot_falls_silent_even_on_air(system, person, speakers, clock) -> None:
    speakers(HERE)
    chi = person("chi", AN_HUNG)
    made(system, chi)
    clock.advance(HOUR_MS + 25 * MINUTE)  # the second part is on air
    for _ in range(2):
        with acting(system, chi) as act:
            assert not programmes.remove(act, "s", 1).active
    assert told(system)["cancel:s.1/2022-09-27/2"] == "waiting"
    clock.advance(30 * HOUR_MS)
    assert issuing.issue_due(system) is None
    assert not any("2022-09-28" in key for key in told(system))
    with looking(system, chi) as act:
        assert programmes.page(act).items == []
        with pytest.raises(Missing):
            programmes.change(act, "s", 2, SLOT)


def test_slots_belong_to_a_unit_and_to_those_above(system, person, speakers) -> None:
    speakers(HERE)
    chi, binh = person("chi", AN_HUNG), person("binh", AN_LAO)
    elsewhere = person("dung", Unit("commune", "21640"))
    made(system, binh)
    with looking(system, chi) as act:
        assert [slot.id for slot in programmes.page(act).items] == ["s"]
    with pytest.raises(Forbidden), acting(system, chi) as act:
        programmes.remove(act, "s", 1)
    with pytest.raises(Missing), looking(system, elsewhere) as act:
        programmes.one(act, "s")
    with pytest.raises(Forbidden):
        made(system, elsewhere, key="other")
    with pytest.raises(Forbidden):
        made(system, person("viewer", AN_HUNG, "view"), key="other")
    with acting(system, person("lan")) as act:
        assert not programmes.remove(act, "s", 1).active


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"era": "2025-07"}, "other-era"),
        ({"at_ms": 24 * HOUR_MS}, "out-of-bounds"),
        ({"slot_ms": 0}, "out-of-bounds"),
        ({"lead_ms": 8 * 24 * HOUR_MS}, "out-of-bounds"),
        ({"days": ()}, "out-of-bounds"),
        ({"days": (1, 1)}, "out-of-bounds"),
        ({"days": (7,)}, "bad-day"),
        ({"parts": ()}, "out-of-bounds"),
        ({"parts": (replace(LOCAL, length_ms=0),)}, "out-of-bounds"),
        ({"parts": (replace(RELAY, url=None),)}, "part-unfit"),
        ({"parts": (replace(LOCAL, url="http://radio/vov"),)}, "part-unfit"),
        ({"parts": (replace(LOCAL, media_sha256="0" * 64),)}, "media-unknown"),
        ({"at_ms": 3 * HOUR_MS + HOUR_MS // 4}, "outside-hours"),
        ({"at_ms": 21 * HOUR_MS + HOUR_MS // 2 + 1}, "outside-hours"),
    ],
)
def test_what_does_not_fit_is_refused(
    system, person, speakers, changes: dict[str, object], code: str
) -> None:
    speakers(HERE)
    with pytest.raises(Refusal) as raised:
        made(system, person("chi", AN_HUNG), replace(SLOT, **changes))
    assert raised.value.code == code


def test_a_slot_at_night_may_be_meant(system, person, speakers) -> None:
    speakers(HERE)
    made(system, person("chi", AN_HUNG), replace(SLOT, at_ms=3 * HOUR_MS, outside_hours=True))


def test_a_bulletin_in_a_slot_is_played_as_long_as_it_is_valid(
    system, person, speakers, approved, clock
) -> None:
    speakers(HERE)
    chi = person("chi", AN_HUNG)
    approved("news", valid_until_ms=clock.ms + 24 * HOUR_MS)
    wanted = replace(SLOT, parts=(Part(kind="bulletin", length_ms=0, bulletin_id="news"), LOCAL))
    slot = made(system, chi, wanted)
    assert [part["length_ms"] for part in slot.items] == [40_000, 10 * MINUTE]
    with system.database.reading() as session:
        items = {item.id: item for item in session.scalars(select(issuing.ItemRow))}
    first, second = items["s.1/2022-09-27/1"], items["s.1/2022-09-27/2"]
    assert (first.bulletin_id, second.not_before_ms) == ("news", clock.ms + HOUR_MS + 40_000)
    assert first.message["BanTin"]["ThoiLuong"] == "00:00:40"
    clock.advance(24 * HOUR_MS)
    issuing.issue_due(system)
    assert {key for key in told(system) if "2022-09-28" in key} == {"start:s.1/2022-09-28/2"}
    with pytest.raises(Conflict) as raised:
        made(system, chi, wanted, "again")
    assert raised.value.code == "not-playable"


def test_an_emergency_or_what_is_not_approved_is_no_part_of_a_slot(
    system, person, speakers, approved
) -> None:
    speakers(HERE)
    approved("storm", "emergency")
    approved("draft", state="draft")
    for key in ("storm", "draft"):
        part = Part(kind="bulletin", length_ms=0, bulletin_id=key)
        with pytest.raises(Conflict):
            made(system, person(key), replace(SLOT, parts=(part,)))


def test_a_day_of_a_commune_holds_slots_and_orders_of_all_levels(
    system, person, speakers, approved, clock
) -> None:
    speakers(HERE)
    speakers(NEXT)
    chi, lan = person("chi", AN_HUNG), person("lan")
    made(system, chi)
    approved("storm", "emergency")
    wanted = Wanted(bulletin_id="storm", era="2022", area=Area(everywhere=True))
    with acting(system, lan) as act:
        orders.send(act, wanted, "o")
        orders.send(act, replace(wanted, area=Area(communes=(NEXT,))), "elsewhere")

    def day(of: Actor, on: date) -> list[tuple[str, str]]:
        with looking(system, of) as act:
            return [(each.span.item, each.state) for each in programmes.day(act, HERE, on)]

    today = [("o/1", "sent"), ("s.1/2022-09-27/1", "sent"), ("s.1/2022-09-27/2", "sent")]
    assert day(chi, date(2022, 9, 27)) == today
    assert day(chi, date(2022, 9, 26)) == [], "the slot was not made yet"
    assert day(chi, date(2022, 9, 29)) == [
        ("s.1/2022-09-29/1", "planned"),
        ("s.1/2022-09-29/2", "planned"),
    ]
    clock.advance(100 * HOUR_MS)
    issuing.issue_due(system)
    assert day(chi, date(2022, 9, 27)) == today
    assert day(chi, date(2022, 9, 28))[0] == ("s.1/2022-09-28/1", "missed")
    with pytest.raises(Forbidden):
        day(person("dung", Unit("commune", NEXT)), date(2022, 9, 27))


def test_unknown_places_are_refused(system, person) -> None:
    with pytest.raises(Invalid) as raised, looking(system, person("lan")) as act:
        programmes.day(act, "99999", date(2022, 9, 27))
    assert raised.value.code == "unknown-unit"


@pytest.mark.parametrize("status", ["Actual", "Exercise", "Test"])
def test_a_test_in_the_programme_is_told_as_a_test(
    system, person, speakers, approved, status
) -> None:
    speakers(HERE)
    approved("tin", status=status)
    part = Part(kind="bulletin", length_ms=MINUTE, bulletin_id="tin")
    made(system, person("chi", AN_HUNG), replace(SLOT, parts=(part, LOCAL)))
    with system.database.reading() as session:
        items = session.scalars(select(ItemRow).order_by(ItemRow.id)).all()
    assert [item.message[WIRE_NAMES["status"]] for item in items] == [status, "Actual"]
