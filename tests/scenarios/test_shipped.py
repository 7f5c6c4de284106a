import re
from pathlib import Path

import jsonschema
import pytest

from scenarios import loader, profiles, territory
from scenarios.scenario import CLASSES, KINDS, Area, Outage, Storm
from scenarios.schema import schema

DAY = 24 * 3_600_000


@pytest.mark.parametrize("name", loader.shipped())
def test_a_shipped_scenario_has_neither_errors_nor_warnings(name: str) -> None:
    loaded = loader.load(loader.find(name))
    assert [str(warning) for warning in loaded.warnings] == []
    assert all(group.basis == "assumed" for group in loaded.scenario.fleet)


@pytest.mark.parametrize("name", ["scenario", "rollout"])
def test_the_schema_is_a_schema_and_explains_every_field(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema(name))

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

    assert unexplained(schema(name), "") == []


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
    outages = [fault for fault in scenario.faults if isinstance(fault, Outage)]
    assert {kind for outage in outages for kind in outage.takes} >= {"mains", "cell"}


@pytest.mark.parametrize("profile", profiles.names())
def test_every_profile_has_a_scenario_of_its_own(profile: str) -> None:
    scenario = loader.load(loader.find(f"profile-{profile}")).scenario
    assert {group.profile for group in scenario.fleet} == {profile}
    assert scenario.targets
    assert scenario.faults


def test_the_storm_reaches_the_coast_in_the_night_and_lasts_for_days() -> None:
    scenario = loader.load(loader.find("binh-dinh-typhoon")).scenario
    (storm,) = [fault for fault in scenario.faults if isinstance(fault, Storm)]
    assert storm.until_ms < 36 * 3_600_000
    assert (storm.lasts.p50_ms, storm.lasts.p90_ms) == (2 * DAY, 5 * DAY)
    assert scenario.horizon_ms == 5 * DAY


def test_the_whole_country_has_twelve_clusters_a_commune() -> None:
    scenario = loader.load(loader.find("vietnam-day")).scenario
    assert len(scenario.territory.provinces) == 63
    assert [(group.where, group.clusters) for group in scenario.fleet] == [
        (Area(everywhere=True), 12)
    ]


@pytest.mark.parametrize("name", ["uplink-storm", "reconnect-storm"])
def test_a_storm_of_clients_has_five_thousand(name: str) -> None:
    scenario = loader.load(loader.find(name)).scenario
    communes = [
        commune
        for district in scenario.territory.districts
        for commune in territory.load(scenario.era).communes_of(district=district)
    ]
    assert len(communes) * sum(group.clusters for group in scenario.fleet) == 5_000


def test_binh_dinh_is_the_whole_province_for_a_day() -> None:
    scenario = loader.load(loader.find("binh-dinh-day")).scenario
    assert (scenario.era, scenario.territory.provinces) == ("2022", ("52",))
    assert (scenario.territory.districts, scenario.territory.communes) == ((), ())
    assert scenario.start.weekday() == 0
    assert scenario.horizon_ms == 24 * 3_600_000


def test_the_example_of_the_documentation_loads_without_warnings() -> None:
    page = Path(__file__).parents[2] / "docs" / "reference" / "scenario.md"
    examples = re.findall(r"```yaml\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    assert [loader.parse(page.name, text.encode()).warnings for text in examples] == [()]
