import re
from pathlib import Path

import jsonschema
import pytest

from scenarios import loader
from scenarios.scenario import CLASSES, KINDS
from scenarios.schema import schema


@pytest.mark.parametrize("name", loader.shipped())
def test_a_shipped_scenario_has_neither_errors_nor_warnings(name: str) -> None:
    loaded = loader.load(loader.find(name))
    assert [str(warning) for warning in loaded.warnings] == []
    assert all(group.basis == "assumed" for group in loaded.scenario.fleet)


def test_the_schema_is_a_schema_and_explains_every_field() -> None:
    jsonschema.Draft202012Validator.check_schema(schema("scenario"))

    def unexplained(node: object, place: str) -> list[str]:
        if isinstance(node, list):
            return [lack for item in node for lack in unexplained(item, place)]
        if not isinstance(node, dict):
            return []
        properties = node.get("properties", {})
        lacks = [
            f"{place}.{name}" for name, rules in properties.items() if "description" not in rules
        ]
        return lacks + [
            lack for key, inner in node.items() for lack in unexplained(inner, f"{place}/{key}")
        ]

    assert unexplained(schema("scenario"), "") == []


def test_commune_has_every_kind_of_item() -> None:
    scenario = loader.load(loader.find("commune")).scenario
    bulletins = scenario.bulletins
    assert sum(group.clusters for group in scenario.fleet) == 12
    assert {bulletin.bulletin_class for bulletin in bulletins} == set(CLASSES)
    assert {bulletin.sound.kind for bulletin in bulletins} == set(KINDS)
    assert len({b.severity for b in bulletins if b.bulletin_class == "emergency"}) == 2
    assert {bool(item.relay) for slot in scenario.programme for item in slot.items} == {True, False}
    for field in ("cancel_at_ms", "end_by_ms", "valid_ms", "not_before_ms"):
        assert any(getattr(bulletin, field) is not None for bulletin in bulletins)
    assert any(bulletin.times > 1 for bulletin in bulletins)
    assert {kind for fault in scenario.faults for kind in fault.takes} >= {"mains", "cell"}


def test_binh_dinh_is_the_whole_province_for_a_day() -> None:
    scenario = loader.load(loader.find("binh-dinh-day")).scenario
    assert (scenario.era, scenario.territory.province) == ("2022", "52")
    assert (scenario.territory.districts, scenario.territory.communes) == ((), ())
    assert scenario.start.weekday() == 0
    assert scenario.horizon_ms == 24 * 3_600_000


def test_the_example_of_the_documentation_loads_without_warnings() -> None:
    page = Path(__file__).parents[2] / "docs" / "reference" / "scenario.md"
    examples = re.findall(r"```yaml\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    assert [loader.parse(page.name, text.encode()).warnings for text in examples] == [()]
