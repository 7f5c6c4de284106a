"""What the replications of a plan say of each target."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance import targets
from conformance.declarations import Declaration
from conformance.rollout.counting import Counted, counted
from conformance.rollout.judging import judge, problems
from conformance.targets import Threshold
from conformance.verdicts import Reason, Verdict
from scenarios.problems import BadInput
from scenarios.rollout import plan as rollout
from simulator.measurement import Measurement
from simulator.rollout.phases import phases
from tests.conformance.rollout.plans import DUNG, HUNG, TOWNSHIP, commune, findings, plan
from tests.simulator.rollout.phase_plans import done_in, three

FOREVER = [[1_000_000] * 4]


def judged(values=None, *, of=None, declarations=None, replications=1):
    found = judge(
        of or plan(), findings(values or {}, replications=replications), declarations or {}
    )
    return {one.target.id: one for one in found}


def test_every_target_of_every_document_is_told_once_those_that_bind_first():
    ids = list(judged())
    assert sorted(ids) == sorted(t.id for them in targets.documents().values() for t in them)
    assert len(ids) == 87
    assert ids[:48] == [t.id for t in targets.documents()["plan-binh-dinh"]]


def test_what_does_not_bind_is_told_as_such():
    one = judged({"ip-of-communes": FOREVER})["QB-IP-50"]
    assert (one.how, one.verdict, one.reason) == (
        "not-binding", Verdict.NOT_APPLICABLE, Reason.NOT_BINDING,
    )  # fmt: skip
    bound = plan(documents=("plan-quang-binh",))
    assert judged({"ip-of-communes": FOREVER}, of=bound)["QB-IP-50"].verdict is Verdict.PASS


def test_a_target_at_its_deadline():
    # Ten replications end at 60 %, 70 %, … 100 % and five more at 100 %: met in six of ten.
    last = [600_000, 700_000, 800_000, 900_000, *[1_000_000] * 6]
    values = [[0, 250_000, 500_000, value] for value in last]
    one = judged({"converted-of-first-stock": values}, replications=10)["BD-CONVERT-100"]
    assert (one.verdict, one.reason) == (Verdict.INCONCLUSIVE, Reason.NOT_SURE_ENOUGH)
    assert (one.met.met, one.met.of) == (6, 10)
    assert [year.met.met for year in one.years] == [0, 0, 0, 6]
    assert one.years[3].figures == {10: 1_000_000, 50: 1_000_000, 80: 800_000, 90: 700_000}
    assert one.first_met == {50: 2025, 80: None}


def test_over_is_strict():
    for share, verdict in ((700_000, Verdict.FAIL), (700_001, Verdict.PASS)):
        one = judged({"boards-of-rural": [[share] * 4]})["BD-BOARD-COMMUNE-70"]
        assert one.verdict is verdict


def test_the_yearly_quarter_is_each_year_by_itself_and_all_of_them_together():
    # Each year is met in three of four replications, all four in none.
    rows = [[250_000] * 4 for _ in range(4)]
    for place in range(4):
        rows[place][place] = 249_999
    one = judged({"converted-in-year-of-first-stock": rows}, replications=4)["BD-25PCT-YEAR"]
    assert [year.met.met for year in one.years] == [3, 3, 3, 3]
    assert (one.met.met, one.verdict, one.first_met) == (0, Verdict.FAIL, None)


def test_the_other_reading_of_the_yearly_quarter():
    of_first = {"converted-in-year-of-first-stock": [[250_000, 187_500, 140_625, 105_468]]}
    of_rest = {"converted-in-year-of-remaining": [[250_000] * 4]}
    one = judged(of_first | of_rest)["BD-25PCT-YEAR"]
    assert (one.verdict, one.measure) == (Verdict.FAIL, "converted-in-year-of-first-stock")
    remaining = plan(rules=replace(plan().rules, base="remaining"))
    one = judged(of_first | of_rest, of=remaining)["BD-25PCT-YEAR"]
    assert (one.verdict, one.measure) == (Verdict.PASS, "converted-in-year-of-remaining")


def test_a_year_by_whose_end_all_are_converted_is_met():
    """Three years at a third each: in the fourth nothing is left, and nothing is missed."""
    in_year = [[333_334, 333_333, 333_333, 0], [333_334, 333_333, 0, 0]]
    done = [[333_334, 666_667, 1_000_000, 1_000_000], [333_334, 666_667, 666_667, 666_667]]
    one = judged(
        {"converted-in-year-of-first-stock": in_year, "converted-of-first-stock": done},
        replications=2,
    )["BD-25PCT-YEAR"]
    assert [year.met.met for year in one.years] == [2, 2, 1, 1]
    assert one.met.met == 1


def test_nothing_left_to_convert_misses_nothing():
    remaining = plan(rules=replace(plan().rules, base="remaining"))
    rows = [[500_000, 1_000_000, -1, -1]]
    one = judged({"converted-in-year-of-remaining": rows}, of=remaining)["BD-25PCT-YEAR"]
    assert one.verdict is Verdict.PASS


def test_the_order_is_respected_where_nothing_is_out_of_it():
    for count, verdict in ((0, Verdict.PASS), (1, Verdict.FAIL)):
        one = judged({"out-of-order": [[0, count, 0, 0]]})["BD-ORDER-WORST-FIRST"]
        assert (one.verdict, one.first_met) == (verdict, None)


def test_an_earlier_deadline_is_judged_in_its_year():
    for done, verdict in (((0, 0), Verdict.FAIL), ((0, 1_000_000), Verdict.PASS)):
        rows = [[*done, 1_000_000, 1_000_000]]
        one = judged({"source-system": rows})["BD-HTTTN-2023"]
        assert (one.verdict, one.target.deadlines) == (verdict, (2023,))


def test_a_target_without_a_figure_is_shown_and_left_to_people():
    bound = plan(documents=("action-2023",))
    one = judged({"ip-of-communes": [[1, 2, 3, 4]]}, of=bound)["A23-S1"]
    assert (one.how, one.verdict, one.reason) == (
        "simulated", Verdict.INCONCLUSIVE, Reason.NO_FIGURE,
    )  # fmt: skip
    assert [year.figures[50] for year in one.years] == [1, 2, 3, 4]
    assert one.met is None


def test_deadlines_outside_the_plan():
    later = plan(first_year=2026, last_year=2029)
    convert = {"converted-of-first-stock": FOREVER, "converted-in-year-of-first-stock": FOREVER}
    found = judged(convert, of=later)
    for name in ("BD-CONVERT-100", "BD-25PCT-YEAR"):
        assert found[name].reason is Reason.OUTSIDE_PLAN
    shorter = replace(plan(), last_year=2024)
    values = findings({name: [[1_000_000] * 3] for name in convert}, replications=1, years=3)
    found = {one.target.id: one for one in judge(shorter, values, {})}
    assert found["BD-CONVERT-100"].verdict is Verdict.PASS  # what is done stays done
    assert found["BD-25PCT-YEAR"].reason is Reason.OUTSIDE_PLAN
    missed = findings({"converted-in-year-of-first-stock": [[0] * 3]}, replications=1, years=3)
    found = {one.target.id: one for one in judge(shorter, missed, {})}
    assert found["BD-25PCT-YEAR"].verdict is Verdict.FAIL  # whatever 2025 brings


DAY = date(2025, 12, 31)


def test_a_declaration_shows_what_a_plan_does_not():
    figure = Measurement(Fraction(99, 100), "share", 100)
    said = {"BD-DEPT-100": Declaration("BD-DEPT-100", figure, DAY, "công văn 5")}
    assert judged()["BD-DEPT-100"].how == "not-given"
    assert judged()["BD-DEPT-100"].reason is Reason.NOT_DECLARED
    one = judged(declarations=said)["BD-DEPT-100"]
    assert (one.how, one.verdict) == ("declared", Verdict.FAIL)


def test_a_declaration_stands_beside_what_is_simulated_and_in_for_what_is_of_nothing():
    figure = Measurement(Fraction(1), "share", 11)
    said = {"BD-BIGBOARD-TOWN-100": Declaration("BD-BIGBOARD-TOWN-100", figure, DAY, "ảnh chụp")}
    of_nothing = judged()["BD-BIGBOARD-TOWN-100"]
    assert of_nothing.reason is Reason.NO_OBSERVATION
    assert judged(declarations=said)["BD-BIGBOARD-TOWN-100"].how == "declared"
    none = {"big-boards-of-towns": [[0] * 4]}
    one = judged(none, declarations=said)["BD-BIGBOARD-TOWN-100"]
    assert (one.how, one.verdict) == ("simulated", Verdict.FAIL)
    assert one.declaration == said["BD-BIGBOARD-TOWN-100"]


def test_what_only_a_suite_or_a_run_shows():
    assert judged()["BD-INFO-100"].reason is Reason.NEEDS_SUITE
    bound = plan(documents=("plan-quang-binh",))
    assert judged(of=bound)["QB-EMERGENCY-100"].reason is Reason.NEEDS_RUN


def pages(*totals, **communes):
    known = {code: commune(code) for code in (TOWNSHIP, HUNG, DUNG)}
    return plan(
        counted=rollout.Counted(totals, None),
        communes=known | {c.commune: c for c in communes.values()},
    )


@pytest.mark.parametrize(
    ("total", "urban", "rural"),
    [
        (0, Verdict.FAIL, Verdict.FAIL),
        # One page may be the township's, or one of the two communes'.
        (1, Verdict.INCONCLUSIVE, Verdict.FAIL),
        # Two: both communes' (over 70 %), or one and the township's.
        (2, Verdict.INCONCLUSIVE, Verdict.INCONCLUSIVE),
        (3, Verdict.PASS, Verdict.PASS),
        (9, Verdict.PASS, Verdict.PASS),
    ],
)
def test_a_total_of_pages_says_what_it_says(total, urban, rural):
    found = judged(of=pages(0, 0, 0, total))
    assert (found["BD-WEB-WARD-100"].how, found["BD-WEB-WARD-100"].verdict) == ("counted", urban)
    assert found["BD-WEB-COMMUNE-70"].verdict is rural


def test_a_page_that_is_there_stays_there():
    there = pages(1, 1, 1, 2, township=commune(TOWNSHIP, website=True))
    assert counted(there, "websites-of-urban")[3] == Counted(2025, 1, 1, 1)
    assert counted(there, "websites-of-rural")[3] == Counted(2025, 1, 1, 2)
    assert counted(there, "websites-of-communes")[3] == Counted(2025, 2, 2, 3)


@given(st.lists(st.booleans(), min_size=3, max_size=3), st.integers(0, 3))
def test_the_bounds_are_those_of_every_way_to_give_the_pages(there, total):
    communes = {
        code: commune(code, website=has)
        for code, has in zip((TOWNSHIP, HUNG, DUNG), there, strict=True)
    }
    asked = plan(counted=rollout.Counted((total,) * 4, None), communes=communes)
    ways = [
        way for way in np.ndindex(2, 2, 2)
        if all(w >= t for w, t in zip(way, there, strict=True))
        and sum(way) == max(total, sum(there))
    ]  # fmt: skip
    for what, of in (("websites-of-urban", [0]), ("websites-of-rural", [1, 2])):
        counts = [sum(way[place] for place in of) for way in ways]
        assert counted(asked, what)[0] == Counted(2022, min(counts), max(counts), len(of))


def test_trained_staff_are_counted_among_the_communes_staff():
    found = judged(of=plan(counted=rollout.Counted(None, (1, 3, 5, 6))))["BD-STAFF-100"]
    assert found.counts[1] == Counted(2023, 3, 3, 6)
    assert found.verdict is Verdict.PASS
    assert Counted(2025, 5, 5, 6).judged(Threshold("share", "at least", 1))[0] is Verdict.FAIL


def test_a_document_that_there_is_not():
    bad = plan(documents=("plan-binh-dinh", "plan-quang-bình"))
    (problem,) = problems(bad, "p.yaml")
    assert str(problem) == (
        'p.yaml: documents[1]: is "plan-quang-bình", expected a planning document: '
        "plan-binh-dinh, plan-quang-binh, action-2023, guidance-2024 "
        '(did you mean "plan-quang-binh"?)'
    )
    with pytest.raises(BadInput):
        judge(bad, findings({}, replications=1), {})


def in_phases(reached, in_earshot, *, assumed=False, of=None):
    """QB-EMERGENCY-100 where each year's emergency reaches so many of 1,000 households."""
    of = of or three(documents=("plan-quang-binh",))
    found = [
        replace(
            phase,
            in_earshot=in_earshot,
            assumed=assumed,
            reached=replace(
                phase.reached,
                communes=(replace(phase.reached.communes[0], households_reached=reached),),
            ),
        )
        for phase in phases(of, done_in(of, {}))
    ]
    judged = judge(of, done_in(of, {}), {}, found)
    return next(one for one in judged if one.target.id == "QB-EMERGENCY-100")


@pytest.mark.parametrize(
    ("reached", "in_earshot", "assumed", "verdict", "reason"),
    [
        (1_000, 1_000, False, Verdict.PASS, Reason.MET),
        (1_000, 1_000, True, Verdict.INCONCLUSIVE, Reason.HOUSEHOLDS_ASSUMED),
        (900, 1_000, False, Verdict.INCONCLUSIVE, Reason.OUTAGES_ASSUMED),
        (900, 1_000, True, Verdict.INCONCLUSIVE, Reason.OUTAGES_ASSUMED),
        (900, 999, False, Verdict.FAIL, Reason.LIMIT_NOT_MET),
        (900, 999, True, Verdict.FAIL, Reason.LIMIT_NOT_MET),
    ],
)
def test_what_the_emergencies_of_phases_show(reached, in_earshot, assumed, verdict, reason):
    one = in_phases(reached, in_earshot, assumed=assumed)
    assert (one.how, one.verdict, one.reason) == ("phase", verdict, reason)
    assert one.counts[-1] == Counted(2025, reached, in_earshot, 1_000)


def test_a_deadline_before_the_plan_is_outside_it():
    of = three(documents=("plan-quang-binh",), first_year=2026, last_year=2029)
    one = in_phases(1_000, 1_000, of=of)
    assert (one.verdict, one.reason) == (Verdict.INCONCLUSIVE, Reason.OUTSIDE_PLAN)


def test_without_phases_an_emergency_needs_a_run():
    one = judged(of=plan(documents=("plan-quang-binh",)))["QB-EMERGENCY-100"]
    assert (one.how, one.verdict, one.reason) == ("not-given", Verdict.NOT_RUN, Reason.NEEDS_RUN)
