"""What can be chosen at each level, what a form then names, and where the map draws it."""

from collections.abc import Callable

import pytest
from starlette.datastructures import FormData

from reference_system.services.acting import Actor, looking
from reference_system.services.refusals import Invalid
from reference_system.services.system import System
from reference_system.services.units import Unit
from reference_system.web.pages import areas
from reference_system.web.pages.today_map import TALLEST, WIDTH, today_map
from reference_system.web.pages.typed import Typed
from scenarios.scenario import Area

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

LEVELS = [
    (Unit("central", "VN"), 63, 63),
    (Unit("province", "52"), 11, 159),
    (Unit("district", "542"), 1, 10),
    (Unit("commune", "21613"), 0, 1),
]


@pytest.mark.parametrize(("unit", "groups", "points"), LEVELS)
def test_each_level_chooses_within_itself_and_sees_itself_on_the_map(
    system: System, person: Callable[..., Actor], unit: Unit, groups: int, points: int
) -> None:
    with looking(system, person("lan", unit)) as act:
        assert len(areas.groups(act)) == groups
        drawn = today_map(act, frozenset())
    assert len(drawn.points) == points
    assert all(0 < point.x < WIDTH and 0 < point.y < TALLEST for point in drawn.points)


@pytest.mark.parametrize(
    ("unit", "boxes", "devices", "area"),
    [
        (Unit("province", "52"), ["own"], "", Area(everywhere=True)),
        (Unit("district", "542"), ["own"], "", Area(districts=("542",))),
        (
            Unit("province", "52"),
            ["district:542", "commune:21550"],
            " A, B\nA ",
            Area(districts=("542",), communes=("21550",), devices=("A", "B")),
        ),
    ],
)
def test_a_form_names_an_area_and_shows_it_again(
    system: System,
    person: Callable[..., Actor],
    unit: Unit,
    boxes: list[str],
    devices: str,
    area: Area,
) -> None:
    typed = Typed(FormData([*(("area", box) for box in boxes), ("devices", devices)]))
    with looking(system, person("lan", unit)) as act:
        assert areas.chosen(act, typed) == area
        assert areas.values(act, area) == boxes


@pytest.mark.parametrize("box", ["", "commune:21613 ", "village:1", "everywhere"])
def test_a_form_that_names_nowhere_is_refused(
    system: System, person: Callable[..., Actor], box: str
) -> None:
    with looking(system, person("lan")) as act, pytest.raises(Invalid, match="no-area"):
        areas.chosen(act, Typed(FormData([("area", box)])))
