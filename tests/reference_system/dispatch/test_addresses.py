"""Who is addressed: laws of areas, devices against whole communes."""

from hypothesis import given
from hypothesis import strategies as st

from reference_system.dispatch.addresses import Audience, Home, addressed, audience
from scenarios.scenario import Area

HOMES = [
    Home("21553", "540", "52"),
    Home("21556", "540", "52"),
    Home("21559", "541", "52"),
    Home("21562", None, "51"),
]
DEVICES = [(f"{home.commune}-{n}", home) for home in HOMES for n in (1, 2)]


def some(names: list[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(names), unique=True, max_size=3).map(tuple)


areas = st.builds(
    Area,
    everywhere=st.booleans(),
    provinces=some(["51", "52", "53"]),
    districts=some(["540", "541", "542"]),
    communes=some([home.commune for home in HOMES]),
    devices=some([device for device, _ in DEVICES]),
)


def held(area: Area) -> set[str]:
    return {device for device, home in DEVICES if addressed(area, home, device)}


def heard(hearers: Audience) -> set[str]:
    return {
        device
        for device, home in DEVICES
        if home.commune in hearers.communes or device in hearers.devices
    }


def test_a_district_its_communes_and_a_device_for_people() -> None:
    area = Area(districts=("540",), devices=("21562-2",))
    assert held(area) == {"21553-1", "21553-2", "21556-1", "21556-2", "21562-2"}
    assert audience(area, HOMES) == Audience(frozenset({"21553", "21556"}), frozenset({"21562-2"}))


def test_a_province_holds_its_communes_whatever_the_levels() -> None:
    assert held(Area(provinces=("51",))) == {"21562-1", "21562-2"}
    assert audience(Area(provinces=("52",)), HOMES).communes == {"21553", "21556", "21559"}


def test_nothing_named_is_nobody_and_everywhere_is_everybody() -> None:
    assert held(Area()) == set()
    assert held(Area(everywhere=True)) == {device for device, _ in DEVICES}


@given(areas, areas)
def test_several_fields_together_mean_their_union(one: Area, other: Area) -> None:
    both = Area(
        one.everywhere or other.everywhere,
        one.provinces + other.provinces,
        one.districts + other.districts,
        one.communes + other.communes,
        one.devices + other.devices,
    )
    assert held(both) == held(one) | held(other)


@given(areas)
def test_whole_communes_say_what_single_devices_say(area: Area) -> None:
    assert heard(audience(area, HOMES)) == held(area)
