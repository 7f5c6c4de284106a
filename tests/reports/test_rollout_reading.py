"""A plan's bundle as somebody hands it over: whole, bounded, and at one with itself."""

import pytest

from reports.rollout_reading import is_plan, read
from scenarios.problems import BadInput


def test_a_plan_is_read_and_known_as_one(plan_bundle_of, bundle_of):
    place = plan_bundle_of("binh-dinh-2022-2025", "--no-phases")
    found = read(place)
    assert (len(found.parts), list(found.years)) == (159, [2022, 2023, 2024, 2025])
    assert found.results["plan"]["name"] == "binh-dinh-2022-2025"
    assert is_plan(place)
    assert not is_plan(bundle_of("ci-smoke"))
    assert not is_plan(place / "no-such-folder")


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (lambda d: d["plan"].update(last_year=2021), "plan.last_year"),
        (lambda d: d["plan"].update(last_year=9_999), "plan.last_year"),
        (lambda d: d["measures"]["ip-of-communes"]["years"].pop(), "measures.ip-of-communes.years"),
        (lambda d: d["money"][1]["planned_vnd"].append(1), "money[1].planned_vnd"),
        (lambda d: d["money"][0]["paid_vnd"].reverse(), "money[0].paid_vnd"),
        (lambda d: d["works"][3]["done_by_year"].pop(), "works[3].done_by_year"),
        (lambda d: d["works"][3].update(done_p50="2022-02-31"), "works[3].done_p50"),
        (lambda d: next(t for t in d["targets"] if t["years"])["years"].pop(0), "].years"),
        (lambda d: d["summary"].pop("sentence"), "summary"),
        (lambda d: d["plan"].update(era="1975"), "plan.era"),
    ],
)
def test_results_that_contradict_themselves_are_one_line(changed_plan, change, where):
    with pytest.raises(BadInput) as caught:
        read(changed_plan(change))
    assert where in str(caught.value.problems[0])
    assert "\n" not in str(caught.value.problems[0])


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.pop("stations"),
        lambda data: data["stations"][0].update(commune="99999"),
        lambda data: data["stations"][0].update(kind="tower"),
        lambda data: data["stations"].insert(0, "21556"),
    ],
)
def test_a_stock_that_is_none_is_one_line(changed_plan, change):
    with pytest.raises(BadInput) as caught:
        read(changed_plan(change, "rollout.resolved.json"))
    assert "rollout.resolved.json" in str(caught.value.problems[0])


def test_a_file_other_than_the_manifest_says_is_refused(changed_plan):
    place = changed_plan(lambda data: None)
    (place / "results.json").write_bytes(b"{}")
    with pytest.raises(BadInput, match="not what the manifest says"):
        read(place)
