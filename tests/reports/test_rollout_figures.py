"""A rollout plan in figures: what stands beside what."""

from reports.rollout_figures import judged_years


def test_what_must_hold_in_every_year_shows_the_chance_that_it_is_judged_by():
    year = {"year": 2025, "met": {"probability": 0.9, "verdict": "pass"}}
    whole = {"probability": 0.3, "verdict": "fail"}
    target = {"years": [year], "deadlines": [2025], "met": whole, "verdict": "fail"}
    assert list(judged_years(target)) == [(year, whole, target)]


def test_each_of_several_deadlines_shows_its_own_chance():
    years = [{"year": y, "met": {"verdict": v}} for y, v in ((2022, "fail"), (2023, "pass"))]
    target = {"years": years, "deadlines": [2022, 2023], "met": {}, "verdict": "inconclusive"}
    assert [judged["verdict"] for _, _, judged in judged_years(target)] == ["fail", "pass"]
