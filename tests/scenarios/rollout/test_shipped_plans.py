import pytest

from scenarios import loader, territory
from scenarios.rollout import loader as plans
from scenarios.rollout.plan import Plan

BINH_DINH, COUNTRY = "binh-dinh-2022-2025", "vietnam-2022-2025"
GIA_LAI, QUANG_BINH = "gia-lai-2026-2030", "quang-binh-2022-2025"


def plan(name: str) -> Plan:
    read = plans.load(loader.find(name))
    assert read.warnings == ()
    return read.plan


def test_plans_are_found_by_name_and_are_no_scenarios() -> None:
    assert loader.shipped_plans() == (BINH_DINH, GIA_LAI, QUANG_BINH, COUNTRY)
    assert not set(loader.shipped()) & set(loader.shipped_plans())


@pytest.mark.parametrize("name", [BINH_DINH, GIA_LAI, QUANG_BINH, COUNTRY])
def test_a_shipped_plan_says_what_is_generated_and_assumed(name: str) -> None:
    shipped = plan(name)
    assert all(station.generated for station in shipped.stations)
    assert list(shipped.stations) == sorted(shipped.stations, key=lambda one: one.id)
    generated, assumed, *_ = shipped.notes
    assert "not reported by anybody" in generated.en
    assert assumed.en.startswith("Assumed, without a source: ")
    assert all(
        source.title.en in assumed.en
        for source in shipped.sources
        if source.basis.mark == "assumed"
    )


def test_binh_dinh_is_159_communes_in_11_districts() -> None:
    shipped = plan(BINH_DINH)
    assert (len(shipped.communes), list(shipped.years)) == (159, [2022, 2023, 2024, 2025])
    districts = {territory.load("2022").communes[code].district for code in shipped.communes}
    assert len(districts) == 11
    older = [s for s in shipped.stations if s.kind in ("wired", "fm-low", "fm-high")]
    assert len(older) == 124
    assert shipped.rules.no_district_transmission
    assert {source.basis.mark for source in shipped.sources} == {"assumed"}


def test_gia_lai_joins_the_parts_of_its_communes() -> None:
    shipped = plan(GIA_LAI)
    assert (len(shipped.communes), len(shipped.stations)) == (135, 373)
    assert shipped.rules.joins
    kinds = [{s.kind for s in shipped.stations if s.commune == code} for code in shipped.communes]
    assert sum("ip" in of_one and len(of_one) > 1 for of_one in kinds) > 30


def test_quang_binh_has_46_bn() -> None:
    assert sum(map(sum, (source.amounts_vnd for source in plan(QUANG_BINH).sources))) == 46 * 10**9


def test_the_country_is_63_provinces() -> None:
    shipped = plan(COUNTRY)
    assert (len(shipped.provinces), len(shipped.communes)) == (63, 10_599)
