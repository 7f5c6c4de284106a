"""Orders: who may give and stop which, and what devices are told."""

import json
from collections.abc import Callable
from dataclasses import replace
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from reference_system.interface.messages import Command
from reference_system.services.acting import Actor, acting, looking
from reference_system.services.broadcasting import orders
from reference_system.services.broadcasting.addressing import as_area, as_data
from reference_system.services.broadcasting.wanted import HOUR_MS, Wanted
from reference_system.services.refusals import (
    Conflict,
    Forbidden,
    Invalid,
    Missing,
    NotKnown,
    Refusal,
)
from reference_system.services.system import System
from reference_system.services.units import Unit
from reference_system.store.devices import Device
from reference_system.store.orders import Delivery, ItemRow, Order
from reference_system.store.people import AuditEntry
from scenarios.scenario import Area

HERE, NEXT, FAR = "21613", "21610", "21640"
AN_HUNG, AN_LAO, HOAI_NHON = (
    Unit("commune", HERE),
    Unit("district", "542"),
    Unit("district", "543"),
)
EVERYWHERE = Area(everywhere=True)
DAY_MS = 24 * HOUR_MS


def want(bulletin: str, area: Area = EVERYWHERE, **more: object) -> Wanted:
    return Wanted(bulletin_id=bulletin, era="2022", area=area, **more)


def given_by(system: System, actor: Actor, wanted: Wanted, client_id: str | None = None) -> Order:
    with acting(system, actor) as act:
        return orders.send(act, wanted, client_id)


def refusal(do: Callable[[], object], kind: type[Refusal] = Refusal) -> str:
    with pytest.raises(kind) as raised:
        do()
    return raised.value.code


def told(system: System) -> dict[str, str]:
    with system.database.reading() as session:
        return {row.id: row.state for row in session.scalars(select(Delivery))}


def set_states(system: System, **states: str) -> None:
    with system.database.writing() as session:
        for row in session.scalars(select(Delivery)):
            row.state = states.get(row.device_id.replace("-", "_"), row.state)


def test_an_emergency_is_on_its_way_when_it_is_accepted(system, person, speakers, approved) -> None:
    speakers(HERE, 2)
    speakers(FAR)
    speakers(NEXT, active=False)
    rung = []
    system.deliveries_wait.ring = lambda: rung.append(True)
    order = given_by(system, person("lan"), want(approved("storm", "emergency")), "o1")
    assert told(system) == {
        f"start:o1/1:{device}": "waiting"
        for device in (f"{HERE}-0001", f"{HERE}-0002", f"{FAR}-0001")
    }
    assert rung
    assert (order.state, order.plays_issued, order.valid_ms) == ("running", 1, DAY_MS)
    with system.database.reading() as session:
        item = session.get_one(ItemRow, "o1/1")
        command = Command.model_validate(
            item.message
            | {
                "Id": f"start:o1/1:{HERE}-0001",
                "NguonID": "H08",
                "ThoiDiemGui": system.clock() // 1000,
                "HetHan": item.begin_by_ms // 1000,
                "DanhSachThietBi": {"CumLoaID": (f"{HERE}-0001",)},
            }
        )
        entry = session.scalars(select(AuditEntry)).all()[-1]
        ranks = set(session.scalars(select(Delivery.rank)))
    assert (command.status, command.start.priority, command.start.duration) == (
        "Actual",
        1,
        "00:00:40",
    )
    assert command.start.content_url.endswith(f"/media/{b'storm'.hex().ljust(64, '0')}")
    assert command.start.not_before_ms == system.clock()
    assert ranks == {0}
    assert (entry.action, entry.detail["devices"]) == ("order-send", 3)


@pytest.mark.parametrize("status", ["Exercise", "Test"])
def test_drills_and_tests_say_so_to_the_devices(
    system, person, speakers, approved, status: str
) -> None:
    speakers(HERE)
    order = given_by(system, person("lan"), want(approved("drill", "emergency", status=status)))
    with system.database.reading() as session:
        assert session.get_one(ItemRow, f"{order.id}/1").message["CheDo"] == status
    with acting(system, person("minh")) as act:
        orders.cancel(act, order.id)
    with system.database.reading() as session:
        cancel = session.scalars(select(Delivery).where(Delivery.action == "cancel")).one()
    assert cancel.message == {"CheDo": status, "HuyBanTin": {"LuotPhatID": f"{order.id}/1"}}


def test_an_emergency_needs_the_second_factor_and_a_normal_order_does_not(
    system, person, speakers, approved, clock
) -> None:
    speakers(HERE)
    lan = person("lan")
    clock.advance(HOUR_MS)
    storm, news = approved("storm", "emergency"), approved("news")
    code = refusal(lambda: given_by(system, lan, want(storm)), NotKnown)
    assert code == "confirmation-needed"
    assert told(system) == {}
    given_by(system, lan, want(news))


def test_only_operators_and_only_in_their_own_unit(system, person, speakers, approved) -> None:
    speakers(HERE)
    speakers(FAR)
    news = approved("news")
    assert refusal(
        lambda: given_by(system, person("an", Unit("province", "52"), "compose"), want(news))
    ) == ("role-missing")
    district = person("binh", AN_LAO)
    for area in (
        EVERYWHERE,
        Area(districts=("543",)),
        Area(communes=(HERE, FAR)),
        Area(devices=(f"{FAR}-0001",)),
    ):
        code = refusal(lambda area=area: given_by(system, district, want(news, area)), Forbidden)
        assert code == "outside-own-unit"
    order = given_by(system, district, want(news, Area(communes=(HERE,))))
    assert told(system) == {f"start:{order.id}/1:{HERE}-0001": "waiting"}


@pytest.mark.parametrize(
    ("area", "era", "code"),
    [
        (Area(provinces=("52",)), "2025-07", "other-era"),
        (Area(provinces=("99",)), "2022", "unknown-unit"),
        (Area(communes=("2161",)), "2022", "unknown-unit"),
        (Area(devices=("nobody",)), "2022", "unknown-device"),
        (Area(communes=(NEXT,)), "2022", "nobody-there"),
        (Area(), "2022", "nobody-there"),
    ],
)
def test_places_that_are_none_here_are_refused(
    system, person, speakers, approved, area: Area, era: str, code: str
) -> None:
    speakers(HERE)
    wanted = replace(want(approved("news"), area), era=era)
    assert refusal(lambda: given_by(system, person("lan"), wanted), Invalid) == code


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"times": 0}, "out-of-bounds"),
        ({"times": 501}, "out-of-bounds"),
        ({"times": 2, "gap_ms": 0}, "out-of-bounds"),
        ({"not_before_ms": 10**15}, "out-of-bounds"),
        ({"end_by_ms": 1}, "out-of-bounds"),
        ({"language": "jra"}, "no-words"),
        ({"not_before_ms": 1_664_233_200_000 + HOUR_MS, "valid_ms": HOUR_MS}, "never-plays"),
        (
            {
                "not_before_ms": 1_664_233_200_000 + HOUR_MS,
                "end_by_ms": 1_664_233_200_000 + HOUR_MS,
            },
            "never-plays",
        ),
    ],
)
def test_times_that_do_not_fit_together_are_refused(
    system, person, speakers, approved, more: dict[str, object], code: str
) -> None:
    speakers(HERE)
    wanted = want(approved("news"), **more)
    assert refusal(lambda: given_by(system, person("lan"), wanted), Invalid) == code


def test_a_bulletin_must_be_there_approved_and_valid(
    system, person, speakers, approved, clock
) -> None:
    speakers(HERE)
    lan = person("lan")
    refusal(lambda: given_by(system, lan, want("none")), Missing)
    for state in ("draft", "appraised", "withdrawn"):
        key = approved(state, state=state)
        code = refusal(lambda key=key: given_by(system, lan, want(key)), Conflict)
        assert code == "not-approved"
    old = approved("old", valid_until_ms=clock.ms)
    assert refusal(lambda: given_by(system, lan, want(old)), Invalid) == "validity-over"


def test_asking_twice_is_ordering_once(system, person, speakers, approved, clock) -> None:
    speakers(HERE)
    lan = person("lan")
    approved("storm", "emergency")
    first = given_by(system, lan, want("storm"), "o1")
    clock.advance(HOUR_MS)  # the second factor is old by now, and nothing new is asked for
    assert given_by(system, lan, want("storm"), "o1").issued_ms == first.issued_ms
    assert len(told(system)) == 1
    other = refusal(lambda: given_by(system, lan, want("storm", times=2, gap_ms=1_000), "o1"))
    assert other == "id-taken"
    assert refusal(lambda: given_by(system, person("minh"), want("storm"), "o1")) == "id-taken"


def test_at_night_only_emergencies_and_what_is_meant(
    system, person, speakers, approved, clock
) -> None:
    speakers(HERE)
    lan = person("lan")
    quarter_past_three = clock.ms - 6 * HOUR_MS + 3 * HOUR_MS + HOUR_MS // 4
    clock.ms = quarter_past_three
    lan = replace(lan, confirmed_ms=clock.ms)
    relay = want(approved("relay", "priority"))
    assert refusal(lambda: given_by(system, lan, relay), Conflict) == "outside-hours"
    later = replace(relay, not_before_ms=quarter_past_three + 24 * HOUR_MS)
    assert refusal(lambda: given_by(system, lan, later)) == "outside-hours"
    given_by(system, lan, replace(relay, outside_hours=True))
    given_by(system, lan, want(approved("storm", "emergency")))
    assert len(told(system)) == 2


def test_what_nobody_wanted_at_night_ends_with_the_permitted_hours(
    system, person, speakers, approved, clock
) -> None:
    speakers(HERE)
    closing = clock.ms + 16 * HOUR_MS
    rows = {}
    for key, kind, more in (
        ("news", "normal", {}),
        ("meant", "normal", {"outside_hours": True}),
        ("storm", "emergency", {}),
    ):
        given_by(system, person(key), want(approved(key, kind), **more), key)
        with system.database.reading() as session:
            rows[key] = session.get_one(ItemRow, f"{key}/1")
    assert (rows["news"].begin_by_ms, rows["news"].end_by_ms) == (closing, closing)
    for key in ("meant", "storm"):
        assert (rows[key].begin_by_ms, rows[key].end_by_ms) == (clock.ms + DAY_MS, None)


def test_a_cancel_reaches_all_who_may_have_the_start_and_no_other(
    system, person, speakers, approved
) -> None:
    names = speakers(HERE, 5)
    lan = person("lan")
    given_by(system, lan, want(approved("news")), "o1")
    set_states(
        system,
        **dict(
            zip(
                (name.replace("-", "_") for name in names),
                ("waiting", "handed", "accepted", "refused", "expired"),
                strict=True,
            )
        ),
    )
    with acting(system, lan) as act:
        assert orders.cancel(act, "o1").state == "cancelled"
    after = told(system)
    assert [after[f"start:o1/1:{name}"] for name in names] == (
        ["void", "handed", "accepted", "refused", "expired"]
    )
    assert {name for name in names if f"cancel:o1/1:{name}" in after} == {*names} - {names[3]}
    with acting(system, lan) as act:
        orders.cancel(act, "o1")
    assert told(system) == after


def test_who_stops_what(system, person, speakers, approved) -> None:
    speakers(HERE)
    speakers(NEXT)
    speakers(FAR)
    province, district = person("lan"), person("binh", AN_LAO)
    commune, elsewhere = person("chi", AN_HUNG), person("dung", HOAI_NHON)
    for kind in ("normal", "priority", "emergency"):
        given_by(system, province, want(approved(kind, kind)), kind)
        given_by(system, district, want(kind, Area(districts=("542",))), f"{kind}-542")
    with acting(system, elsewhere) as act:
        refusal(lambda: orders.cancel(act, "normal-542"), Missing)
    for order, code in (
        ("priority", "priority-from-above"),
        ("emergency", "emergency-from-above"),
        ("emergency-542", "emergency-from-above"),
    ):
        with pytest.raises(Forbidden) as raised, acting(system, commune) as act:
            orders.cancel(act, order)
        assert raised.value.code == code
    with acting(system, commune) as act:
        assert orders.cancel(act, "normal").state == "running"
        orders.cancel(act, "normal")
    cancelled = {key for key in told(system) if key.startswith("cancel:")}
    assert cancelled == {f"cancel:normal/1:{HERE}-0001"}
    with acting(system, province) as act:
        assert orders.cancel(act, "emergency-542").state == "cancelled"  # from above the issuer
        assert orders.cancel(act, "priority", AN_LAO).state == "running"  # only there
    cancelled = {key for key in told(system) if key.startswith("cancel:")} - cancelled
    assert cancelled == {
        f"cancel:{order}/1:{device}-0001"
        for order in ("emergency-542", "priority")
        for device in (HERE, NEXT)
    }


def test_a_commune_may_stop_an_emergency_in_its_own_area_if_the_system_is_set_so(
    system, person, speakers, approved
) -> None:
    speakers(HERE)
    speakers(FAR)
    given_by(system, person("lan"), want(approved("storm", "emergency")), "o1")
    system.settings = replace(system.settings, commune_may_stop_emergency=True)
    with acting(system, person("chi", AN_HUNG)) as act:
        assert orders.cancel(act, "o1").state == "running"
    assert {key for key in told(system) if key.startswith("cancel:")} == {
        f"cancel:o1/1:{HERE}-0001"
    }
    with acting(system, person("lan2")) as act:
        orders.cancel(act, "o1")
    assert len([key for key in told(system) if key.startswith("cancel:")]) == 2


def test_orders_are_seen_by_those_above_and_below(system, person, speakers, approved) -> None:
    speakers(HERE, 3)
    speakers(FAR)
    given_by(system, person("lan"), want(approved("news")), "o1")
    given_by(system, person("dung", HOAI_NHON), want("news", Area(communes=(FAR,))), "o2")
    with looking(system, person("chi", AN_HUNG)) as act:
        assert [order.id for order in orders.page(act).items] == ["o1"]
        refusal(lambda: orders.one(act, "o2"), Missing)
        (play,) = orders.play_counts(act, orders.one(act, "o1"))
        assert (dict(play.starts), dict(play.cancels)) == ({"waiting": 3}, {})
        first, after = orders.deliveries(act, "o1", limit=2)
        rest, end = orders.deliveries(act, "o1", after=after, limit=2)
        assert [row.device_id for row in first + rest] == [f"{HERE}-000{n}" for n in (1, 2, 3)]
        assert end is None
    with looking(system, person("lan3")) as act:
        assert {order.id for order in orders.page(act).items} == {"o1", "o2"}


def test_five_thousand_devices_are_told_at_once(system, person, speakers, approved) -> None:
    for district in ("540", "542", "543", "544"):
        for commune in system.units.territory.communes_of(district=district):
            speakers(commune.code, 100)
    with system.database.reading() as session:
        count = len(session.scalars(select(Device.id)).all())
    assert count >= 5_000
    lan = person("lan")
    approved("storm", "emergency")
    began = perf_counter()
    given_by(system, lan, want("storm", Area(provinces=("52",))), "o1")
    sent = perf_counter()
    with acting(system, lan) as act:
        orders.cancel(act, "o1")
    assert len(told(system)) == 2 * count
    assert sent - began < 5


@given(
    area=st.builds(
        Area,
        st.booleans(),
        provinces=st.lists(st.sampled_from(["52", "77"]), max_size=2).map(tuple),
        communes=st.lists(st.sampled_from([HERE, FAR]), max_size=2).map(tuple),
        devices=st.lists(st.from_regex("[A-Za-z0-9._-]{1,64}", fullmatch=True), max_size=3).map(
            tuple
        ),
    )
)
def test_an_area_is_stored_as_it_was_said(area: Area) -> None:
    assert as_area(json.loads(json.dumps(as_data(area)))) == area
