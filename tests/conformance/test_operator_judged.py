"""What an operator says, judged: looks at a board, power that is not exact, and no answer."""

import pytest

from conformance import demo
from conformance.bench import virtual_time
from conformance.bench.emulated import EmulatedBench
from conformance.bench.questions import Asked, NoAnswer
from conformance.case import judged
from conformance.certification import Planned, clause_results
from conformance.clauses import ledger
from conformance.mutants.made import MUTANTS
from conformance.mutants.variants import NOTHINGS
from conformance.suites import CASES
from conformance.trial import Trial, tried
from conformance.verdicts import Lifecycle, Reason, Verdict
from scenarios import profiles
from simulator.dialects.reference import Reference
from simulator.dialects.reference_server import ReferenceServer

READY = CASES["power-ready"]


class Watched(EmulatedBench):
    """An emulated board that nobody but an operator sees: what is on it, `looks` tells him."""

    answer_ms = 60_000
    answers = True

    async def open(self, observed):
        self.showing = set()

        def seen(at_ms, what, detail):
            if what == "sounds":
                self.showing.add(detail["item"])
            elif what == "silent":
                self.showing.discard(detail["item"])
            else:
                observed(at_ms, what, detail)

        observed(self.now_ms(), "deaf", {})
        await super().open(seen)

    async def ask(self, question):
        await self.wait(40_000)
        answer = self.looked(question) if self.answers else None
        asked = Asked(question, "operator", self.now_ms() - 40_000, self.answer_ms, answer)
        self._observed(self.now_ms(), "asked", asked.detail())
        if answer is None:
            raise NoAnswer(question.id)
        return answer

    def looked(self, question):
        emergency = any(item.endswith("-e") for item in self.showing)
        if question.id == "alone":
            return ("alone" if len(self.showing) == 1 else "together") if emergency else "missing"
        return "yes" if self.showing else "no"


def on_board(name, make=None, answers=True):
    """What became of a case with a board that an operator looks at."""

    async def main():
        given = (make,) if make else ()
        bench = Watched(profiles.load(demo.PROFILES["e-board"]), Reference(), *given)
        bench.answers = answers
        return await tried(CASES[name], bench, ReferenceServer(bench.now_ms), "t")

    return virtual_time.run(main())


@pytest.mark.parametrize(
    ("case", "check", "said"),
    [
        ("board-shown", "shown-on-board", "The operator: Yes"),
        ("board-alone", "emergency-alone-on-board", "The operator: This emergency alone"),
    ],
)
def test_a_board_is_judged_by_what_the_operator_sees(case, check, said):
    trial = on_board(case)
    assert (trial.trouble, trial.alive_after) == (None, True)
    seen = judged(CASES[case], trial.record)[check]
    assert (seen.ok, seen.says.en) == (True, said)


@pytest.mark.parametrize(
    ("make", "case", "check", "said"),
    [
        (
            NOTHINGS["always-acknowledges"],
            "board-shown",
            "shown-on-board",
            "The operator: No",
        ),
        (  # an emergency in turns with the normal
            MUTANTS["F13"].make,
            "board-alone",
            "emergency-alone-on-board",
            "The operator: Not this emergency",
        ),
    ],
)
def test_a_board_that_is_wrong_is_seen(make, case, check, said):
    trial = on_board(case, make)
    seen = judged(CASES[case], trial.record)[check]
    assert (seen.ok, seen.says.en) == (False, said)


def results(trial, **measuring):
    """Every check of the case as the ledger judges it."""
    case = CASES[trial.case]
    given = {"measures_time": True, "uncertainty_ms": 0} | measuring
    found = clause_results(
        ledger(), case.roles[0], ("restart",), [Planned(case, None)], {case.id: trial}, **given
    )
    return [each for clause in found for each in clause.checks if each.case == case.id]


def test_no_answer_is_inconclusive_whatever_else_was_seen():
    trial = on_board("board-shown", answers=False)
    assert (trial.lifecycle, trial.trouble, trial.alive_after) == (Lifecycle.FINISHED, None, None)
    found = {(each.verdict, each.reason) for each in results(trial)}
    assert found == {(Verdict.INCONCLUSIVE, Reason.NO_ANSWER)}


@pytest.fixture
def ready(record):
    """The case of power, with the mains back at 100 s, the device connected after that, or not."""

    def one(connected_ms, uncertainty_ms=0, answered=True):
        lines = [
            (0, "connected", {}),
            (10_000, "power-off", {"uncertainty_ms": uncertainty_ms}),
            (100_000, "power-on", {"uncertainty_ms": uncertainty_ms}),
            *[(at_ms, "connected", {}) for at_ms in connected_ms],
            (300_000, "told", {"name": "sign of life", "order": "o"}),
            *([(300_010, "answer", {"order": "o"})] if answered else []),
            (300_020, "end", {}),
        ]
        return Trial(READY.id, Lifecycle.FINISHED, record(*lines), True, True)

    return one


@pytest.mark.parametrize(
    ("connected_ms", "uncertainty_ms", "verdict", "reason"),
    [
        ([130_000], 0, Verdict.PASS, Reason.MET),
        ([130_000], 29_000, Verdict.PASS, Reason.MET),
        ([130_000], 31_000, Verdict.INCONCLUSIVE, Reason.WITHIN_UNCERTAINTY),
        ([161_000], 0, Verdict.FAIL, Reason.LIMIT_NOT_MET),
        ([161_000], 2_000, Verdict.INCONCLUSIVE, Reason.WITHIN_UNCERTAINTY),
        ([95_000], 8_000, Verdict.PASS, Reason.MET),  # there before the operator said so
        ([95_000], 2_000, Verdict.INCONCLUSIVE, Reason.NO_OBSERVATION),
        ([], 2_000, Verdict.INCONCLUSIVE, Reason.NO_OBSERVATION),
    ],
)
def test_power_that_is_not_exact_widens_the_guard_band(
    ready, connected_ms, uncertainty_ms, verdict, reason
):
    (result,) = results(ready(connected_ms, uncertainty_ms))
    assert (result.verdict, result.reason) == (verdict, reason)


def test_a_device_that_does_not_come_back_fails_however_inexact_its_power_was(ready):
    (result,) = results(ready([], 50_000, answered=False))
    assert result.verdict is Verdict.FAIL
