"""What is due is sent once: after stops, with clocks that step, with two who send at a time."""

import shutil
import threading
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from reference_system.services.acting import ROLES, Actor, acting, itself
from reference_system.services.broadcasting import issuing, orders, programmes
from reference_system.services.broadcasting.programme_items import Part
from reference_system.services.broadcasting.wanted import HOUR_MS, Wanted
from reference_system.services.content import choices
from reference_system.services.system import Settings, System
from reference_system.services.units import Unit
from reference_system.store.content import BulletinContent, BulletinRow, Media
from reference_system.store.database import Database
from reference_system.store.devices import Device
from reference_system.store.orders import Delivery, ItemRow, Order, Slot
from reference_system.store.people import AuditEntry
from scenarios.scenario import Area

HERE, NEXT = "21613", "21610"
AN_HUNG = Unit("commune", HERE)
EVERYWHERE = Area(everywhere=True)
MINUTE = 60_000
DAY_MS = 24 * HOUR_MS


def order(system: System, actor: Actor, bulletin: str, key: str = "o", **more: object) -> Order:
    wanted = Wanted(bulletin_id=bulletin, era="2022", area=EVERYWHERE, **more)
    with acting(system, actor) as act:
        return orders.send(act, wanted, key)


def morning(system: System, actor: Actor, **more: object) -> Slot:
    words = {
        "name": "Bản tin sáng",
        "era": "2022",
        "area": EVERYWHERE,
        "at_ms": 17 * HOUR_MS,
        "days": tuple(range(7)),
        "slot_ms": HOUR_MS,
        "parts": (
            Part(kind="relay", length_ms=20 * MINUTE, url="http://radio/vov", title="VOV"),
            Part(kind="local", length_ms=10 * MINUTE),
        ),
        "lead_ms": 2 * HOUR_MS,
    }
    with acting(system, actor) as act:
        return programmes.create(act, programmes.WantedSlot(**(words | more)), "s")


def sent(system: System) -> dict[str, bool]:
    """Every item by id, and whether it went to devices: each exactly once."""
    with system.database.reading() as session:
        items = session.scalars(select(ItemRow)).all()
        starts = session.scalars(select(Delivery.item_id).where(Delivery.action == "start")).all()
        devices = len(session.scalars(select(Device)).all())
    for item in items:
        assert starts.count(item.id) in ((0,) if item.missed else (devices,))
    return {item.id: not item.missed for item in items}


def test_repeats_are_sent_when_they_are_due(system, person, speakers, approved, clock) -> None:
    speakers(HERE, 2)
    order(system, person("lan"), approved("storm", "emergency"), times=3, gap_ms=2 * HOUR_MS)
    began = clock.ms
    assert issuing.issue_due(system) == began + 2 * HOUR_MS
    clock.advance(2 * HOUR_MS - 1)
    issuing.issue_due(system)
    assert sent(system) == {"o/1": True}
    clock.advance(1)
    assert issuing.issue_due(system) == began + 4 * HOUR_MS
    assert issuing.issue_due(system) == began + 4 * HOUR_MS
    assert sent(system) == {"o/1": True, "o/2": True}
    clock.advance(2 * HOUR_MS)
    over = began + 6 * HOUR_MS + 40_000  # valid for the gap, and 40 s long
    assert issuing.issue_due(system) == over
    clock.ms = over
    assert issuing.issue_due(system) is None
    assert sent(system) == {"o/1": True, "o/2": True, "o/3": True}
    with system.database.reading() as session:
        assert session.get_one(Order, "o").state == "done"


def test_after_a_long_stop_only_what_is_still_valid_is_played_late(
    system, person, speakers, approved, clock
) -> None:
    speakers(HERE)
    order(system, person("lan"), approved("storm", "emergency"), times=6, gap_ms=HOUR_MS)
    clock.advance(3 * HOUR_MS + MINUTE)
    issuing.issue_due(system)
    assert sent(system) == {"o/1": True, "o/2": False, "o/3": False, "o/4": True}
    with system.database.reading() as session:
        missed = select(AuditEntry.subject).where(AuditEntry.action == "play-missed")
        assert session.scalars(missed).all() == ["o/2", "o/3"]
    clock.advance(90 * DAY_MS)
    assert issuing.issue_due(system) is None
    assert sent(system)["o/6"] is False


def test_a_cancelled_order_is_not_repeated(system, person, speakers, approved, clock) -> None:
    speakers(HERE)
    lan = person("lan")
    order(system, lan, approved("storm", "emergency"), times=3, gap_ms=HOUR_MS)
    with acting(system, lan) as act:
        orders.cancel(act, "o")
    clock.advance(HOUR_MS)
    assert issuing.issue_due(system) is None
    assert sent(system) == {"o/1": True}


def test_a_unit_that_dropped_an_order_gets_no_repeats_and_no_news_of_it(
    system, person, speakers, approved, clock
) -> None:
    speakers(HERE)
    speakers(NEXT)
    order(system, person("lan"), approved("news"), times=2, gap_ms=HOUR_MS)
    with acting(system, person("chi", AN_HUNG)) as act:
        orders.cancel(act, "o")
    clock.advance(HOUR_MS)
    issuing.issue_due(system)
    with system.database.reading() as session:
        second = session.scalars(select(Delivery.device_id).where(Delivery.item_id == "o/2")).all()
    assert second == [f"{NEXT}-0001"]


@pytest.mark.parametrize("replaced", [False, True])
def test_a_withdrawn_bulletin_is_not_repeated_and_a_revised_one_is(
    system, person, speakers, approved, clock, replaced: bool
) -> None:
    speakers(HERE)
    order(system, person("lan"), approved("storm", "emergency"), times=2, gap_ms=HOUR_MS)
    with system.database.writing() as session:
        session.get_one(BulletinRow, "storm").state = "withdrawn"
    if replaced:
        approved("newer", "emergency", revises="storm")
    clock.advance(HOUR_MS)
    issuing.issue_due(system)
    with system.database.reading() as session:
        state = session.get_one(Order, "o").state
        cancels = session.scalars(select(Delivery).where(Delivery.action == "cancel")).all()
    assert (state, len(cancels)) == (("running", 0) if replaced else ("cancelled", 1))
    assert ("o/2" in sent(system)) is replaced


def test_plays_end_with_the_validity_of_the_bulletin(
    system, person, speakers, approved, clock
) -> None:
    speakers(HERE)
    approved("storm", "emergency", valid_until_ms=clock.ms + HOUR_MS + MINUTE)
    order(system, person("lan"), "storm", times=9, gap_ms=HOUR_MS)
    clock.advance(HOUR_MS)
    issuing.issue_due(system)
    clock.advance(HOUR_MS)
    assert issuing.issue_due(system) is None
    assert sent(system) == {"o/1": True, "o/2": True}
    with system.database.reading() as session:
        assert session.get_one(ItemRow, "o/2").begin_by_ms == clock.ms - HOUR_MS + MINUTE


def test_the_programme_goes_out_ahead_of_its_slot(system, person, speakers, clock) -> None:
    speakers(HERE)
    morning(system, person("lan"))
    six = clock.ms
    assert sent(system) == {}
    assert issuing.issue_due(system) == six + 9 * HOUR_MS
    clock.advance(9 * HOUR_MS)
    assert issuing.issue_due(system) == six + 33 * HOUR_MS
    assert sent(system) == {"s.1/2022-09-27/1": True, "s.1/2022-09-27/2": True}
    clock.advance(2 * HOUR_MS)
    issuing.issue_due(system)
    assert len(sent(system)) == 2
    with system.database.reading() as session:
        relay = session.get_one(ItemRow, "s.1/2022-09-27/1").message["BanTin"]
    assert (relay["KieuPhat"], relay["NoiDung"], relay["MucDoUuTien"]) == (
        ("live", "http://radio/vov", 3)
    )


def test_programme_of_a_stop_is_missed_and_the_rest_of_a_running_slot_is_sent(
    system, person, speakers, clock
) -> None:
    speakers(HERE)
    morning(system, person("lan"))
    clock.advance(2 * DAY_MS + 11 * HOUR_MS + 25 * MINUTE)  # 17:25, the first part is over
    issuing.issue_due(system)
    assert sent(system) == {
        f"s.1/2022-09-{day}/{part}": (day, part) == (29, 2)
        for day in (27, 28, 29)
        for part in (1, 2)
    }


def test_a_stop_of_years_ends_in_a_bounded_look_back(system, person, speakers, clock) -> None:
    speakers(HERE)
    morning(system, person("lan"))
    clock.advance(1_000 * DAY_MS)
    issuing.issue_due(system)
    assert len(sent(system)) <= 2 * 33


def test_a_clock_that_was_years_ahead_leaves_no_silence_behind(
    system, person, speakers, approved, clock
) -> None:
    speakers(HERE)
    lan = person("lan")
    morning(system, lan)
    order(system, lan, approved("storm", "emergency"), times=4, gap_ms=12 * HOUR_MS)
    true_ms = clock.ms
    clock.advance(1_000 * DAY_MS)
    issuing.issue_due(system)
    assert not any(sent(system)[key] for key in ("o/2", "o/3", "o/4"))
    clock.ms = true_ms + 10 * HOUR_MS
    issuing.issue_due(system)
    now = sent(system)
    assert all(now[key] for key in ("o/2", "o/3", "o/4"))
    assert now["s.1/2022-09-27/1"]
    assert now["s.1/2022-09-27/2"]
    clock.ms = true_ms + 34 * HOUR_MS
    issuing.issue_due(system)
    assert sent(system)["s.1/2022-09-28/1"]


def test_a_clock_that_goes_back_doubles_nothing(system, person, speakers, approved, clock) -> None:
    speakers(HERE)
    lan = person("lan")
    morning(system, lan)
    order(system, lan, approved("storm", "emergency"), times=3, gap_ms=5 * HOUR_MS)
    for _ in range(2):
        clock.advance(5 * HOUR_MS)
        issuing.issue_due(system)
    before = sent(system)
    assert len(before) == 5
    assert all(before.values())
    for back in (HOUR_MS, 9 * HOUR_MS, 5 * DAY_MS):
        clock.advance(-back)
        issuing.issue_due(system)
        clock.advance(back)
        issuing.issue_due(system)
    after = sent(system)
    assert {key: after[key] for key in before} == before
    assert set(after) - set(before) == {  # by the clock it was these days, too
        f"s.1/2022-09-{day}/{part}" for day in range(22, 27) for part in (1, 2)
    }


def test_two_who_issue_at_a_time_issue_once(system, person, speakers, approved, clock) -> None:
    speakers(HERE, 3)
    lan = person("lan")
    for number in range(4):
        order(
            system,
            lan,
            approved(f"storm{number}", "emergency"),
            f"o{number}",
            times=3,
            gap_ms=HOUR_MS,
        )
    clock.advance(HOUR_MS)
    threads = [threading.Thread(target=issuing.issue_due, args=(system,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sent(system) == {f"o{number}/{play}": True for number in range(4) for play in (1, 2)}


def test_codes_of_an_era_that_is_over_are_used_no_more(
    system, person, speakers, approved, clock
) -> None:
    speakers(HERE)
    lan = person("lan")
    morning(system, lan)
    order(system, lan, approved("storm", "emergency"), times=2, gap_ms=10 * HOUR_MS)
    after = System(replace(system.settings, era="2025-07"), system.database, clock)
    clock.advance(10 * HOUR_MS)
    issuing.issue_due(after)
    assert sent(system) == {"o/1": True}
    with system.database.reading() as session:
        assert session.get_one(Order, "o").state == "cancelled"
        assert not session.get_one(Slot, "s").active


def test_new_devices_get_emergencies_and_programme_that_are_in_time(
    system, person, speakers, approved, clock
) -> None:
    speakers(HERE)
    lan = person("lan")
    morning(system, lan, at_ms=7 * HOUR_MS)
    for kind in ("normal", "priority", "emergency"):
        order(system, lan, approved(kind, kind), kind)
    (new,) = speakers(NEXT)
    for expected in (3, 0):
        with acting(system, itself(system)) as act:
            assert issuing.catch_up(act, [new]) == expected
    with system.database.reading() as session:
        theirs = session.scalars(select(Delivery.item_id).where(Delivery.device_id == new)).all()
    assert set(theirs) == {"emergency/1", "s.1/2022-09-27/1", "s.1/2022-09-27/2"}
    clock.advance(DAY_MS)
    (late,) = speakers("21609")
    with acting(system, itself(system)) as act:
        assert issuing.catch_up(act, [late]) == 0


def test_a_commune_puts_priority_plays_in_its_own_order(
    system, person, speakers, approved, clock
) -> None:
    here, there = speakers(HERE)[0], speakers(NEXT)[0]
    lan, chi = person("lan"), person("chi", AN_HUNG)
    for key in ("one", "two"):
        order(
            system,
            lan,
            approved(key, "priority"),
            key,
            times=2,
            gap_ms=HOUR_MS,
            not_before_ms=clock.ms + HOUR_MS,
        )

    def in_order(*keys: str) -> None:
        with acting(system, chi) as act:
            choices.set_order(act, HERE, keys)

    def to_play(device: str) -> list[str]:
        with system.database.reading() as session:
            rows = session.scalars(select(Delivery).where(Delivery.device_id == device)).all()
            cancelled = {row.item_id for row in rows if row.action == "cancel"}
            items = [
                session.get_one(ItemRow, row.item_id)
                for row in rows
                if row.action == "start" and row.item_id not in cancelled
            ]
        items.sort(key=lambda item: (item.not_before_ms, item.message["BanTin"].get("ThuTu", 0)))
        return [item.id for item in items]

    in_order("two", "one")
    assert to_play(here) == [f"two/1@{HERE}.1", f"one/1@{HERE}.1"]
    assert to_play(there) == ["one/1", "two/1"]
    in_order("two", "one")
    in_order("one", "two")
    assert to_play(here) == [f"one/1@{HERE}.2", f"two/1@{HERE}.2"]
    clock.advance(HOUR_MS)
    issuing.issue_due(system)
    assert to_play(here)[2:] == [f"one/2@{HERE}.1", f"two/2@{HERE}.1"]
    assert to_play(there) == ["one/1", "two/1", "one/2", "two/2"]
    with acting(system, lan) as act:
        orders.cancel(act, "one")
        orders.cancel(act, "two")
    assert to_play(here) == to_play(there) == []


def small_system(folder: Path, template: Path, clock: list[int]) -> tuple[System, Actor]:
    """A system with one device and one emergency, for many examples."""
    shutil.copy(template, folder / "db.sqlite")
    unit = Unit("province", "52")
    words = Settings(unit, "2022", "H08", "Bình Định", folder, "http://127.0.0.1:1")
    system = System(words, Database(f"sqlite:///{folder}/db.sqlite"), lambda: clock[0])
    with system.database.writing() as session:
        about = {"name": "d", "kind": "ip-speaker", "profile": "speaker-reference"}
        session.add(Device(id="d", commune=HERE, registered_ms=0, **about))
        sound = {"media_type": "audio/mpeg", "size_bytes": 1, "duration_ms": 1_000}
        session.add(Media(sha256="0" * 64, origin="test", created_ms=0, **sound))
        session.add(
            BulletinRow(
                id="b",
                title="b",
                bulletin_class="emergency",
                field="general",
                kind="audio",
                status="Test",
                state="approved",
                level="province",
                code="52",
                created_ms=0,
                changed_ms=0,
            )
        )
        session.flush()
        session.add(BulletinContent(bulletin_id="b", language="vi", media_sha256="0" * 64))
    return system, Actor(None, "lan", "Lan", unit, frozenset(ROLES), confirmed_ms=clock[0])


STEPS = st.lists(st.integers(-6, 9), max_size=8)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(times=st.integers(1, 5), gap=st.integers(1, 4), valid=st.integers(1, 9), steps=STEPS)
def test_however_the_clock_steps_each_play_is_sent_once_or_missed(
    sqlite_template: Path, times: int, gap: int, valid: int, steps: list[int]
) -> None:
    began = 1_664_233_200_000
    clock = [began]
    with TemporaryDirectory() as folder:
        system, lan = small_system(Path(folder), sqlite_template, clock)
        order(system, lan, "b", times=times, gap_ms=gap * MINUTE, valid_ms=valid * MINUTE)
        looked = [0]
        for step in steps:
            clock[0] += step * MINUTE
            issuing.issue_due(system)
            looked.append((clock[0] - began) // MINUTE)
        settled = {play for play in range(times) if max(looked) >= play * gap}
        expected = {}
        for play in settled:
            seen = next(n for n, now in enumerate(looked) if now >= play * gap)
            in_time = (now < play * gap + valid for now in looked[seen:])
            expected[f"o/{play + 1}"] = any(in_time)
        assert sent(system) == expected
        system.database.close()
