import pytest

from reference_system.services.acting import acting, itself, looking
from reference_system.services.administration import channels
from reference_system.services.refusals import Conflict, Forbidden
from reference_system.services.units import Unit
from reference_system.store.content import BulletinRow

BINH_DINH = Unit("province", "52")
AN_HUNG = Unit("commune", "21613")


def followed(system):
    with system.database.reading() as session:
        behind = channels.is_behind(session)
    with acting(system, itself(system)) as act:
        assert (channels.log_due(act) > 0) == behind


def test_what_is_approved_is_logged_once(system, person, act, approved):
    binh = person("binh")
    approved("old")
    system.clock.advance(1000)
    with act(binh) as doing:
        sms = channels.create(doing, "sms", "Tổng đài", BINH_DINH, 1, "sms")
        channels.create(doing, "app", "Ứng dụng", BINH_DINH, 40, "app")
        channels.create(doing, "sms", "Xã", AN_HUNG, 1, "xa")
        assert channels.create(doing, "sms", "Tổng đài", BINH_DINH, 1, "sms") is sms
    approved("bão", title="Bão số 4 " * 12, summary="Ở yên trong nhà")
    approved("thử", title="Thử loa", status="Test")
    followed(system)
    followed(system)
    with looking(system, binh) as doing:
        by_sms = {row.bulletin_id: row for row in channels.log(doing, "sms").items}
        by_app = {row.bulletin_id: row for row in channels.log(doing, "app").items}
        assert channels.log(doing, "xa").items == []
    assert set(by_sms) == set(by_app) == {"bão", "thử"}
    assert (by_sms["bão"].encoding, by_sms["bão"].segments, by_sms["bão"].cut) == ("ucs-2", 1, True)
    assert by_sms["thử"].text == "[THỬ NGHIỆM] Thử loa: thử"
    assert len(by_app["bão"].text) <= 40


def test_a_channel_that_is_off_logs_nothing_and_drafts_are_not_logged(
    system, person, act, approved
):
    binh = person("binh")
    with act(binh) as doing:
        channels.create(doing, "social", "Zalo", BINH_DINH, 500, "zalo")
        channels.switch(doing, "zalo", False)
    approved("a")
    followed(system)
    with act(binh) as doing:
        assert channels.log(doing, "zalo").items == []
        channels.switch(doing, "zalo", True)
        doing.session.get_one(BulletinRow, "a").state = "draft"
    followed(system)
    with looking(system, binh) as doing:
        assert channels.log(doing, "zalo").items == []


def test_who_may_make_a_channel(person, act):
    with pytest.raises(Forbidden), act(person("an", AN_HUNG)) as doing:
        channels.create(doing, "sms", "x", BINH_DINH, 1)
    with pytest.raises(Forbidden), act(person("view", BINH_DINH, "view")) as doing:
        channels.create(doing, "sms", "x", BINH_DINH, 1)
    with act(person("binh")) as doing:
        channels.create(doing, "sms", "x", BINH_DINH, 1, "c")
    with pytest.raises(Conflict, match="id-taken"), act(person("binh2")) as doing:
        channels.create(doing, "sms", "y", BINH_DINH, 1, "c")
