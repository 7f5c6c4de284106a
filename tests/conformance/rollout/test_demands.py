"""What the documents that bind a plan ask of a solver."""

from dataclasses import replace

from conformance.rollout.demands import demands
from tests.conformance.rollout.plans import plan


def test_what_binh_dinh_asks():
    found = {(one.id, one.year): one for one in demands(plan())}
    assert sorted(found) == sorted(
        [
            *((name, 2025) for name in ("BD-PA-100", "BD-BOARD-WARD-100", "BD-BOARD-COMMUNE-70")),
            *((name, 2025) for name in ("BD-BIGBOARD-TOWN-100", "BD-BIGBOARD-DISTRICT-80")),
            *((name, 2025) for name in ("BD-CONVERT-100", "BD-ONE-PER-COMMUNE")),
            ("BD-HTTTN-2023", 2023),
            *(("BD-25PCT-YEAR", year) for year in range(2022, 2026)),
        ]
    )
    # "Over 70 %" is a millionth more than 70 %; "at least" is itself.
    assert found["BD-BOARD-COMMUNE-70", 2025].least_per_million == 700_001
    assert found["BD-25PCT-YEAR", 2022].least_per_million == 250_000
    assert found["BD-25PCT-YEAR", 2022].measure == "converted-in-year-of-first-stock"


def test_the_other_reading_has_its_own_measure():
    rules = replace(plan().rules, base="remaining")
    measures = {one.measure for one in demands(plan(rules=rules)) if one.id == "BD-25PCT-YEAR"}
    assert measures == {"converted-in-year-of-remaining"}


def test_what_binds_nobody_asks_nothing():
    assert demands(plan(documents=())) == ()
