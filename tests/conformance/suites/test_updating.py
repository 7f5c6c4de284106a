"""An emergency during an update: heard then or right after, nothing lost, and told in the log."""

import pytest

from conformance.bench import updating
from conformance.bench.emulated import EmulatedBench, conformant
from conformance.bench.questions import Asked, NoAnswer
from conformance.bench.virtual_time import run
from conformance.case import judged
from conformance.mutants.made import MUTANTS
from conformance.mutants.variants import NOTHINGS, VARIANTS
from conformance.suites import CASES
from conformance.trial import tried
from scenarios import profiles
from simulator.dialects.reference import Reference
from simulator.dialects.reference_server import ReferenceServer

CASE = CASES["update-emergency"]
CHECKS = ("emergency-while-updating", "normal-while-updating", "log-of-update")


def seen(record):
    return {name: each.ok for name, each in judged(CASE, record).items()}


@pytest.mark.parametrize("profile", ["speaker-reference", "converter-ip-fm", "board-reference"])
@pytest.mark.parametrize(
    "name", ["conformant", "updates-and-restarts", "updates-alone", "boots-slowly", "waits-longer"]
)
def test_right_devices_pass_in_their_own_way(trial, profile, name):
    found = trial(CASE, profile, VARIANTS.get(name, conformant))
    assert seen(found.record) == dict.fromkeys(CHECKS, True)
    assert found.alive_after


def test_it_is_heard_after_the_update_by_a_device_that_is_away_meanwhile(trial):
    record = trial(CASE, make=VARIANTS["updates-alone"]).record
    (heard,) = record.heard(record.told("emergency").item)
    assert 0 < heard.from_ms - record.mark("update ended") < 70_000


def test_the_next_boot_is_that_of_the_new_software(trial):
    record = trial(CASE, make=VARIANTS["updates-and-restarts"]).record
    boots = [each.at_ms for each in record.of("booted")]
    assert boots
    assert min(boots) > record.mark("update begun") + updating.LENGTH_MS - 1_000


def test_what_drops_commands_while_updating_is_found(trial):
    found = seen(trial(CASE, make=MUTANTS["F06"].make).record)
    assert found["emergency-while-updating"] is False
    assert found["normal-while-updating"] is False


@pytest.mark.parametrize("name", NOTHINGS)
def test_what_does_nothing_meets_none_of_it(trial, name):
    found = seen(trial(CASE, make=NOTHINGS[name]).record)
    assert True not in found.values()


class Begun(EmulatedBench):
    """A bench whose operator begins the update, and gives this answer at its end."""

    answer_ms = 600_000
    says = updating.ENDED

    async def ask(self, question):
        answer = "done" if question is updating.BEGIN else self.says
        if question is updating.BEGIN:
            self._program.update(updating.LENGTH_MS)
        asked = Asked(question, "operator", self.now_ms(), self.answer_ms, answer)
        self._observed(self.now_ms(), "asked", asked.detail())
        if answer is None:
            raise NoAnswer(question.id)
        return answer

    async def begin_update(self):
        await self.ask(updating.BEGIN)

    async def update_ended(self):
        return await self.ask(updating.END) == updating.ENDED


@pytest.mark.parametrize(
    ("says", "expected"), [(updating.ENDED, True), (updating.WAS_OVER, None), (None, None)]
)
def test_where_the_update_was_over_or_nobody_says_nothing_was_seen(says, expected):
    async def main():
        bench = Begun(profiles.load("speaker-reference"), Reference())
        bench.says = says
        return await tried(CASE, bench, ReferenceServer(bench.now_ms), "t")

    record = run(main()).record
    assert seen(record) == dict.fromkeys(CHECKS, expected)
    assert record.is_unanswered is (says is None)
