"""What misses a target, and when works are begun and done."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import numpy as np
import pytest

from conformance.rollout.delays import LatePlace, LatePurse, LateWork, held_up
from conformance.rollout.judging import judge
from conformance.rollout.timetable import works_done
from simulator.rollout.study import study
from simulator.rollout.works import Works
from tests.conformance.rollout.plans import DUNG, HUNG, TOWNSHIP, findings, fixed, plan, station

# The works of the small plan: stations of the township, Hưng and Dũng, their boards, the
# district's large board, the source system.


def came(values, begun, done, *, replications=10, paid=0):
    """Findings in which works are begun by each year's end, and done by the end of 2025, so often.

    What is done by then is done in its last quarter.
    """
    found = findings(values, replications=replications)
    found.begun_by_year[:] = np.array(begun)[:, np.newaxis]
    found.done_by_quarter[:, 15:] = np.array(done)[:, np.newaxis]
    found.paid[:] = paid
    return found


def late(found, of=None):
    of = of or plan()
    return held_up(of, Works.of(of), found, judge(of, found, {}))


CONVERTED = {"converted-of-first-stock": [[0, 0, 0, 333_333]] * 10}


def test_works_that_wait_for_money():
    # The township's station is always done, Hưng's begun in 4 of 10 and then done, Dũng's in 1.
    begun = done = [10, 4, 1, 0, 0, 0, 0, 0]
    found = late(came(CONVERTED, begun, done, paid=250_000_000))["BD-CONVERT-100"]
    assert (found.year, found.works) == (2025, 3)
    assert (found.not_begun, found.not_finished) == (Fraction(15, 10), 0)
    assert found.mostly == "money-or-pace"
    assert found.most_often_late == (
        LateWork(f"{DUNG}-1", DUNG, "Xã An Dũng", 900_000),
        LateWork(f"{HUNG}-1", HUNG, "Xã An Hưng", 600_000),
    )
    assert found.places == (LatePlace("542", "Huyện An Lão", 3, Fraction(15, 10)),)
    # Of four times 500 million half was given.
    assert found.purses == (LatePurse(("province",), Fraction(15, 10), 500_000),)


def test_works_that_are_begun_and_not_finished():
    rows = {"converted-of-first-stock": [[0, 0, 0, 666_666]] * 7 + [[0, 0, 0, 1_000_000]] * 3}
    found = late(came(rows, [10] * 8, [10, 10, 3, 0, 0, 0, 0, 0]))["BD-CONVERT-100"]
    assert (found.not_begun, found.not_finished, found.mostly) == (0, Fraction(7, 10), "delivery")
    assert found.purses == ()


def test_boards_do_not_wait_for_the_pace_of_stations():
    boards = {"boards-of-rural": [[0] * 4] * 10}
    found = late(came(boards, [0] * 8, [0] * 8))["BD-BOARD-COMMUNE-70"]
    assert (found.works, found.mostly) == (2, "money")


def test_works_that_nobody_pays_for():
    stations_only = plan(sources=(replace(plan().sources[0], pays=("station",)),))
    boards = {"boards-of-urban": [[0] * 4] * 10}
    found = late(came(boards, [0] * 8, [0] * 8), stations_only)["BD-BOARD-WARD-100"]
    assert found.mostly == "no-source"
    assert found.purses == (LatePurse((), Fraction(1), None),)


def test_a_target_that_no_work_would_meet():
    # Everything is done in time, and yet seven of ten replications miss it.
    covered = {"covering-of-communes": [[0, 0, 0, 900_000]] * 7 + [[1_000_000] * 4] * 3}
    found = late(came(covered, [10] * 8, [10] * 8))["BD-PA-100"]
    assert (found.mostly, found.not_begun, found.not_finished) == ("no-work", 0, 0)
    # One that is late in seven of ten explains them.
    found = late(came(covered, [10] * 8, [10, 10, 3, 0, 0, 0, 0, 0]))["BD-PA-100"]
    assert found.mostly == "delivery"


def test_a_target_that_nothing_misses():
    everything = {"converted-of-first-stock": [[1_000_000] * 4] * 10}
    assert late(came(everything, [10] * 8, [0] * 8)) == {}


def test_a_year_is_held_up_by_what_it_asks_for_and_not_by_what_comes_later():
    # In 2022, the worst year, one of three stations is asked for (a quarter of three, rounded up).
    # It is begun in nine of ten replications, and done by the year's end in two.
    rows = [[0, 250_000, 250_000, 250_000]] * 8 + [[333_333] * 4] * 2
    found = came({"converted-in-year-of-first-stock": rows}, [0] * 8, [0] * 8)
    found.begun_by_year[0, 0] = 9
    found.done_by_quarter[0, 3] = 2
    one = late(found)["BD-25PCT-YEAR"]
    assert (one.year, one.works) == (2022, 1)
    assert (one.not_begun, one.not_finished) == (Fraction(1, 10), Fraction(7, 10))
    assert one.mostly == "delivery"
    assert one.purses == (LatePurse(("province",), Fraction(1, 10), 0),)
    assert one.most_often_late == (LateWork(f"{TOWNSHIP}-1", TOWNSHIP, "Thị trấn An Lão", 700_000),)


def test_when_works_are_begun_and_done_and_what_they_cost():
    found = findings({}, replications=4)
    # Begun in 1 of 4 in 2022 and in 2 of 4 by 2023; done in 2 of 4 by the end of March 2024.
    found.begun_by_year[0] = [1, 2, 2, 2]
    found.done_by_quarter[0] = [0] * 8 + [2] * 8 + [3] * 8
    one, *others = works_done(plan(), Works.of(plan()), found)
    assert (one.id, one.kind, one.name) == (f"{TOWNSHIP}-1", "station", "Thị trấn An Lão")
    assert (one.begun_p50, one.done_p50) == (2023, date(2024, 3, 31))
    assert one.done_by_year == (0, 0, 500_000, 500_000)
    # Four clusters of 30 million and a head-end of 10 million.
    assert one.cost_p50_vnd == 130_000_000
    assert {(o.begun_p50, o.done_p50) for o in others} == {(None, None)}
    assert [o.cost_p50_vnd for o in others[2:]] == [6, 6, 6, 7, 8]
    assert [o.name for o in others[-2:]] == ["Huyện An Lão", "Bình Định"]


@pytest.mark.parametrize("crews", [0, 1])
def test_what_a_real_study_says(crews):
    """Money for one station a year; the fourth cannot be paid, or with no money at all none."""
    codes = ("21609", "21610", "21616", "21622")
    amounts = (130_000_000 * crews,) * 4
    small = plan(
        stations=tuple(station(code, id=f"{code}-1") for code in codes[:3]),
        sources=(replace(plan().sources[0], pays=("station",), amounts_vnd=amounts),),
        prices=replace(plan().prices, cluster=fixed(30_000_000)),
    )
    found = study(small, 5, jobs=1)
    one = {t.target.id: t for t in judge(small, found, {})}["BD-CONVERT-100"]
    assert one.met.met == 5 * crews
    assert ("BD-CONVERT-100" in late(found, small)) == (not crews)
