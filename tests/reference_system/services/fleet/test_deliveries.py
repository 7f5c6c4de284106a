"""Commands on their way to devices."""

import pytest

from reference_system.interface.messages import Ack, Command, encode
from reference_system.services.fleet import deliveries, devices
from reference_system.services.fleet.deliveries import COMMAND_VALID_MS
from reference_system.services.fleet.devices import Registration
from reference_system.services.refusals import Conflict, Forbidden, Invalid
from reference_system.store.orders import Delivery, ItemRow


@pytest.fixture
def lan(person, act):
    lan = person("lan")
    with act(lan) as doing:
        for number in (1, 2):
            row = Registration(
                f"AH-0{number}", "Cụm loa", "ip-speaker", "speaker-reference", "21613"
            )
            devices.register_one(doing, row)
    return lan


def ack(command, result=0, why=None):
    return Ack(id=command, result=result, explanation=why, at_s=1_664_233_200)


def waiting(session, now_ms, besides=()):
    found = deliveries.to_hand(session, now_ms, 100, besides)
    return [each.delivery.id for each in found]


def play(system, session, key, device="AH-01", rank=0, age_ms=0):
    now_ms = system.clock()
    content = {
        "BanTinID": "b1",
        "MucDoUuTien": 1,
        "LoaiBanTin": 3,
        "TieuDe": "Bão",
        "ThoiLuong": "00:00:40",
        "NoiDung": "https://a/b1.mp3",
        "LuotPhatID": key,
        "KhongPhatTruocMs": now_ms,
    }
    session.add(
        ItemRow(
            id=key,
            bulletin_class="emergency",
            created_ms=now_ms,
            not_before_ms=now_ms,
            expires_ms=now_ms + 3_600_000,
            begin_by_ms=now_ms + 3_600_000,
            over_ms=now_ms + 3_640_000,
            duration_ms=40_000,
            message={"CheDo": "Test", "BanTin": content},
        )
    )
    session.flush()
    delivery = Delivery(
        id=f"start:{key}:{device}",
        device_id=device,
        item_id=key,
        action="start",
        message=None,
        rank=rank,
        created_ms=now_ms - age_ms,
        state="waiting",
        answer="",
        expires_ms=now_ms + 3_600_000,
    )
    session.add(delivery)
    session.flush()
    return delivery


def test_a_volume_goes_out_as_the_wire_has_it(system, clock, lan, act):
    with act(lan) as doing:
        delivery = deliveries.set_volume(doing, "AH-01", 80, "v1")
        assert deliveries.set_volume(doing, "AH-01", 80, "v1") is delivery
        with pytest.raises(Conflict):
            deliveries.set_volume(doing, "AH-01", 81, "v1")
        for percent in (-1, 101):
            with pytest.raises(Invalid):
                deliveries.set_volume(doing, "AH-01", percent)
        (sendable,) = deliveries.to_hand(doing.session, clock.ms, 9, ())
        command = sendable.command(system.settings, clock.ms)
    assert isinstance(command, Command)
    assert b'"DieuKhienThietBi":{"MaLenh":"0","ThamSo":"80"}' in encode(command)
    assert command.targets.devices == ("AH-01",)
    assert command.expires_s * 1000 == clock.ms + COMMAND_VALID_MS


def test_a_restart_goes_out_as_the_wire_has_it(system, clock, lan, act):
    with act(lan) as doing:
        delivery = deliveries.restart(doing, "AH-01", "r1")
        assert deliveries.restart(doing, "AH-01", "r1") is delivery
        with pytest.raises(Conflict):
            deliveries.stop(doing, "AH-01", "r1")
        (sendable,) = deliveries.to_hand(doing.session, clock.ms, 9, ())
        command = sendable.command(system.settings, clock.ms)
    assert b'"KhoiDongLai":{}' in encode(command)
    assert delivery.action == "restart"


def test_only_operators_command_devices(lan, person, act):
    with act(person("vy", lan.unit, "view", "administer")) as doing:
        with pytest.raises(Forbidden):
            deliveries.set_volume(doing, "AH-01", 80)
        with pytest.raises(Forbidden):
            deliveries.stop(doing, "AH-01")
        with pytest.raises(Forbidden):
            deliveries.restart(doing, "AH-01")


def test_emergencies_go_first_then_what_has_waited_longest(system, clock, lan, act):
    with act(lan) as doing:
        deliveries.set_volume(doing, "AH-01", 10, "v1")
    clock.advance(5)
    with system.database.writing() as session:
        play(system, session, "normal", rank=2)
        play(system, session, "storm", rank=0)
        play(system, session, "tsunami", rank=0, age_ms=1)
        order = ["start:tsunami:AH-01", "start:storm:AH-01", "v1", "start:normal:AH-01"]
        assert waiting(session, clock.ms) == order
        assert waiting(session, clock.ms, order[:1]) == order[1:]
        assert len(deliveries.to_hand(session, clock.ms, 1, order[:2])) == 1


def test_an_answer_counts_whenever_it_comes_and_only_from_its_device(system, clock, lan, act):
    with act(lan) as doing:
        session = doing.session
        for key in ("early", "late", "no"):
            deliveries.set_volume(doing, "AH-01", 10, key)
        assert deliveries.answer(session, "AH-02", ack("early"), clock.ms) == "foreign"
        assert deliveries.answer(session, "AH-01", ack("none"), clock.ms) == "foreign"
        assert deliveries.answer(session, "AH-01", ack("early"), clock.ms) is None
        deliveries.handed(session, ["early", "late"], clock.ms)
        assert session.get_one(Delivery, "early").state == "accepted", "the answer was faster"
        assert deliveries.answer(session, "AH-01", ack("early"), clock.ms) is None
        assert (
            deliveries.answer(session, "AH-01", ack("early", 1, "x"), clock.ms) == "contradiction"
        )
        assert not deliveries.is_overdue(session, clock.ms + COMMAND_VALID_MS - 1)
        assert deliveries.is_overdue(session, clock.ms + COMMAND_VALID_MS)
        deliveries.expire(session, clock.ms + COMMAND_VALID_MS)
        session.expire_all()
        assert session.get_one(Delivery, "late").state == "expired"
        assert deliveries.answer(session, "AH-01", ack("late", 1, "bận"), clock.ms) is None
        late = session.get_one(Delivery, "late")
        assert (late.state, late.answer) == ("refused", "bận")
        assert session.get_one(Delivery, "no").state == "expired"


def test_a_device_that_comes_back_gets_what_it_has_not_answered(system, clock, lan, act):
    with act(lan) as doing:
        session = doing.session
        for key, device in (("a", "AH-01"), ("b", "AH-01"), ("c", "AH-02")):
            deliveries.set_volume(doing, device, 10, key)
        play(system, session, "withdrawn")
        withdrawn = play(system, session, "withdrawn2")
        cancel = {"CheDo": "Test", "HuyBanTin": {"LuotPhatID": "withdrawn2"}}
        session.add(
            Delivery(
                id="cancel",
                device_id="AH-01",
                item_id="withdrawn2",
                action="cancel",
                message=cancel,
                rank=0,
                created_ms=clock.ms,
                expires_ms=None,
                state="waiting",
                answer="",
            )
        )
        session.flush()
        ids = ["a", "b", "c", "start:withdrawn:AH-01", withdrawn.id, "cancel"]
        deliveries.handed(session, ids, clock.ms)
        deliveries.answer(session, "AH-01", ack("b"), clock.ms)
        assert waiting(session, clock.ms) == []
        deliveries.hand_again(session, "AH-01")
        assert waiting(session, clock.ms) == ["cancel", "start:withdrawn:AH-01", "a"]
        deliveries.hand_again(session)
        assert waiting(session, clock.ms)[-1] == "c"


def test_a_device_without_mqtt_fetches_what_still_holds(system, clock, lan, act):
    with act(lan) as doing:
        session = doing.session
        deliveries.set_volume(doing, "AH-01", 10, "a")
        storm = play(system, session, "storm")
        for _ in range(2):
            found = deliveries.fetched(session, "AH-01", clock.ms)
            assert [each.delivery.id for each in found] == [storm.id, "a"]
            session.expire_all()
            assert session.get_one(Delivery, "a").state == "handed"
        deliveries.answer(session, "AH-01", ack(storm.id), clock.ms)
        session.flush()
        assert [e.delivery.id for e in deliveries.fetched(session, "AH-01", clock.ms)] == ["a"]
        schedule = deliveries.scheduled(session, "AH-01", clock.ms)
        assert [each.delivery.id for each in schedule] == [storm.id]
        encode(schedule[0].command(system.settings, clock.ms))
        assert deliveries.fetched(session, "AH-01", clock.ms + COMMAND_VALID_MS) == []
        assert deliveries.scheduled(session, "AH-01", clock.ms + 3_640_000) == []


def test_pages_hold_every_command_once(system, clock, lan, act):
    with act(lan) as doing:
        for number in range(9):
            clock.advance(number % 4 == 3)
            play(system, doing.session, f"b{number}/1")
        for limit in (1, 2, 3, 8):
            seen, after = [], None
            while True:
                page = deliveries.page(doing, "AH-01", after, limit)
                seen += [each.created_ms for each in page.items]
                if (after := page.after) is None:
                    break
            assert seen == sorted(seen, reverse=True)
            assert len(seen) == 9
