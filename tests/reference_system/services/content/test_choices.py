from dataclasses import replace

import pytest

from reference_system.services.content import bulletins
from reference_system.services.content.choices import choices, choose, set_order
from reference_system.services.content.drafts import Draft
from reference_system.services.refusals import Forbidden, Invalid, Missing
from reference_system.services.units import Unit

BINH_DINH = Unit("province", "52")
AN_LAO = Unit("district", "542")
AN_HUNG = Unit("commune", "21613")
AN_TRUNG = Unit("commune", "21616")
RELAY = Draft("Thời sự", "normal", "relay", relay_url="https://radio.example/vov1")
PRIORITY = replace(RELAY, bulletin_class="priority")


@pytest.fixture
def approved(act, person, clock):
    composer, judge = person("soan"), person("duyet")

    def make(title: str, draft: Draft = RELAY, unit: Unit = BINH_DINH) -> str:
        clock.advance(1000)
        with act(composer) as doing:
            row = bulletins.create(doing, replace(draft, title=title), unit=unit)
            bulletins.take(doing, row.id, "submit", 1)
        with act(judge) as doing:
            bulletins.take(doing, row.id, "appraise", 2)
            bulletins.take(doing, row.id, "approve", 3)
        return row.id

    return make


@pytest.fixture
def operator(person):
    return person("xa", AN_HUNG, "operate")


def titles(offers) -> list[str]:
    return [offer.bulletin.title for offer in offers]


def test_a_commune_chooses_among_normal_bulletins_from_above(act, approved, operator, clock):
    province = approved("tỉnh")
    approved("huyện", unit=AN_LAO)
    approved("của xã", unit=AN_HUNG)
    approved("xã khác", unit=AN_TRUNG)
    approved("hết hạn", replace(RELAY, valid_until_ms=clock() + 2000))
    clock.advance(2000)
    with act(operator) as doing:
        choose(doing, AN_HUNG.code, province, True)
        offered = choices(doing, AN_HUNG.code).normal
    assert [(each.bulletin.title, each.chosen) for each in offered] == [
        ("huyện", False),
        ("tỉnh", True),
    ]
    with act(operator) as doing:
        choose(doing, AN_HUNG.code, province, False)
        assert not any(each.chosen for each in choices(doing, AN_HUNG.code).normal)


def test_a_commune_decides_the_order_of_priority_bulletins_its_own_among_them(
    act, approved, operator
):
    first, second = approved("một", PRIORITY), approved("hai", PRIORITY, AN_LAO)
    own = approved("của xã", PRIORITY, AN_HUNG)
    with act(operator) as doing:
        assert titles(choices(doing, AN_HUNG.code).priority) == ["một", "hai", "của xã"]
        set_order(doing, AN_HUNG.code, [own, second])
        offered = choices(doing, AN_HUNG.code).priority
        assert titles(offered) == ["của xã", "hai", "một"]
        assert [each.place for each in offered] == [1, 2, None]
        assert [each.own for each in offered] == [True, False, False]
        set_order(doing, AN_HUNG.code, [first])
        assert titles(choices(doing, AN_HUNG.code).priority) == ["một", "hai", "của xã"]


def test_what_is_not_on_offer_is_refused(act, approved, operator):
    normal, priority = approved("thường"), approved("ưu tiên", PRIORITY)
    with act(operator) as doing:
        for wrong in (priority, "none-such"):
            with pytest.raises(Invalid, match="not-offered"):
                choose(doing, AN_HUNG.code, wrong, True)
        for order in ([normal], [priority, priority], ["none-such"]):
            with pytest.raises(Invalid, match="not-offered"):
                set_order(doing, AN_HUNG.code, order)
        with pytest.raises(Missing):
            choices(doing, "00000")


def test_one_commune_decides_nothing_for_another(act, approved, operator, person):
    bulletin = approved("tỉnh")
    with act(operator) as doing:
        choose(doing, AN_HUNG.code, bulletin, True)
        with pytest.raises(Missing):
            choices(doing, AN_TRUNG.code)
        with pytest.raises(Forbidden):
            choose(doing, AN_TRUNG.code, bulletin, True)
        with pytest.raises(Forbidden):
            set_order(doing, AN_TRUNG.code, [])
    with act(person("khac", AN_TRUNG)) as doing:
        assert [each.chosen for each in choices(doing, AN_TRUNG.code).normal] == [False]
    with act(person("xem", AN_HUNG, "view")) as doing:
        assert [each.chosen for each in choices(doing, AN_HUNG.code).normal] == [True]
        with pytest.raises(Forbidden):
            choose(doing, AN_HUNG.code, bulletin, False)
