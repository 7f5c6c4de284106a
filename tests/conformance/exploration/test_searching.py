"""Conversations that are drawn: found, shrunk to the shortest, and the same for the same seed."""

import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance import demo
from conformance.bench import virtual_time
from conformance.bench.emulated import EmulatedBench, conformant
from conformance.case import judged
from conformance.exploration import searching, steps
from conformance.exploration.searching import Effort, explored
from conformance.exploration.steps import PLAYS, Step
from conformance.mutants.broken import Broken
from conformance.mutants.made import MUTANTS
from conformance.mutants.variants import NOTHINGS, VARIANTS
from conformance.record import Happening, Record
from conformance.suites import CASES
from conformance.trial import Trial, tried
from conformance.verdicts import Lifecycle
from scenarios import profiles
from simulator.dialects.reference import Reference
from simulator.dialects.reference_server import ReferenceServer
from simulator.emulator.device import Device

CASE = CASES["exploration"]
CAN = frozenset({"cancel", "schedules", "link", "codec_mp3"})
FEW = Effort(6)


def on(make, role="ip-speaker"):
    def try_one(case, prefix):
        async def main():
            bench = EmulatedBench(profiles.load(demo.PROFILES[role]), Reference(), make)
            return await tried(case, bench, ReferenceServer(bench.now_ms), prefix)

        return virtual_time.run(main())

    return try_one


def wrong(trial):
    return {n: each.says.en for n, each in judged(CASE, trial.record).items() if each.ok is False}


def counts(trial):
    return trial.record.first("explored").detail


class Waits(Device):
    """An emergency goes before all that waits, and after what is heard."""

    __slots__ = ()

    def _as_played(self, play, now_ms):
        item = super()._as_played(play, now_ms)
        is_emergency = play.bulletin_class == "emergency"
        return replace(item, bulletin_class="priority", order=-1) if is_emergency else item


class Polite(Broken):
    device_kind = Waits


def polite(member, around):
    return Polite(replace(member, profile=replace(member.profile, priority_cuts=False)), 0, around)


def test_an_emergency_that_waits_is_shown_by_two_orders():
    trial = explored(CASE, on(polite), "y", CAN, Effort(80))
    first, second = steps.read(trial.record)
    assert first.is_play
    assert (first.word != "emergency", second.word) == (True, "emergency")
    assert set(wrong(trial)) == {"explored-heard-when-due"}
    assert counts(trial)["tried"] > counts(trial)["drawn"] > 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("mutant", "check", "words"),
    [
        ("H07", "explored-answered", 1),
        ("F50", "explored-within-limits", 1),
        ("F71-deaf", "explored-volume-as-ordered", 2),
        ("H09", "explored-withdrawn-is-silent", 2),
    ],
)
def test_what_is_wrong_is_found_and_short(mutant, check, words):
    trial = explored(CASE, on(MUTANTS[mutant].make), "s", CAN, Effort(60))
    assert check in wrong(trial)
    assert len(steps.read(trial.record)) <= words


@pytest.mark.slow
@pytest.mark.parametrize("name", ["amplifier-warms-up", "drops-what-was-cut", "short-keepalive"])
def test_another_style_breaks_no_rule(name):
    for seed in ("seed1", "seed6"):
        trial = explored(CASE, on(VARIANTS[name]), seed, CAN)
        assert wrong(trial) == {}
        assert counts(trial) == {"drawn": 20, "planned": 20, "tried": 20}
        assert all(each.ok for each in judged(CASE, trial.record).values())


def test_the_same_seed_has_the_same_conversations():
    def said(prefix, of=CAN):
        found = []

        def try_one(case, name):
            trial = on(conformant)(case, name)
            found.append((name, steps.read(trial.record)))
            return trial

        explored(CASE, try_one, prefix, of, FEW)
        return found

    once = said("a")
    assert once == said("a")
    assert len({name for name, _ in once}) == len(once) == FEW.conversations
    assert [steps for _, steps in once] != [steps for _, steps in said("b")]


def test_the_kept_of_those_that_do_not_fail_is_the_longest():
    lengths = []

    def try_one(case, prefix):
        trial = on(conformant)(case, prefix)
        lengths.append(len(steps.read(trial.record)))
        return trial

    trial = explored(CASE, try_one, "a", CAN, FEW)
    assert len(steps.read(trial.record)) == max(lengths)


def test_trouble_ends_it_at_once_and_is_what_is_kept():
    troubles = []

    def try_one(case, prefix):
        troubles.append(prefix)
        return Trial(case.id, Lifecycle.ABORTED, Record([]), None, None, "OSError: no bench")

    assert explored(CASE, try_one, "a", CAN).trouble == "OSError: no bench"
    assert troubles == ["a-0"]


def test_a_device_without_life_is_kept_as_such():
    trial = explored(CASE, on(NOTHINGS["does-nothing"]), "a", CAN)
    assert trial.alive_before is False


def dies_of(case, prefix):
    """Without a device: a stop that comes after something is the end of it."""
    said = case.drive.__closure__[0].cell_contents
    record = Record([Happening(0, "conversation", {"steps": steps.written(said)})])
    died = any(each.word == "stop" for each in said[1:])
    return Trial(case.id, Lifecycle.FINISHED, record, alive_before=True, alive_after=not died)


def test_a_device_that_dies_of_a_conversation_has_failed_in_it():
    trial = explored(CASE, dies_of, "a", CAN)
    assert trial.alive_after is False
    assert [each.word for each in steps.read(trial.record)][1:] == ["stop"]


def test_when_its_time_is_up_the_shortest_so_far_is_kept(monkeypatch):
    clock = iter(range(10_000))
    monkeypatch.setattr(searching, "monotonic", lambda: float(next(clock)))
    whole = explored(CASE, dies_of, "a", CAN)
    short = explored(CASE, dies_of, "a", CAN, Effort(20, 3.0))
    assert short.alive_after is False
    assert counts(short)["tried"] < counts(whole)["tried"]


def test_an_interruption_passes_through():
    def try_one(case, prefix):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        explored(CASE, try_one, "a", CAN)


@given(st.sets(st.sampled_from(sorted(CAN))), st.data())
@settings(max_examples=60, deadline=None)
def test_only_what_is_declared_and_permitted_is_said_and_every_step_means_something(can, data):
    words = tuple(word for word, needed in searching._WORDS if needed is None or needed in can)
    drawn = data.draw(searching._conversations(words, ("mp3",)))
    said = {each.word for each in drawn}
    assert can >= {"cancel"} or "cancel" not in said
    assert can >= {"schedules"} or not said & {"scheduled", "withdrawal"}
    assert can >= {"link"} or not said & {"cut", "return"}
    is_cut = False
    for number, each in enumerate(drawn, 1):
        if each.word in ("cut", "return"):
            assert is_cut == (each.word == "return")
            is_cut = not is_cut
        if each.word in ("cancel", "withdrawal", "again"):
            about = drawn[each.of - 1]
            assert 1 <= each.of < number
            assert each.word != "cancel" or about.word in PLAYS
            assert each.word != "withdrawal" or about.word == "scheduled"
    detail = {"steps": steps.written(drawn)}
    assert steps.read(Record([Happening(0, "conversation", detail)])) == drawn


def test_nothing_is_written_beside_the_program_that_explores(tmp_path):
    """Hypothesis keeps what it reads of a program's files in a folder, unless it need not read."""
    program = """
from hypothesis import Phase, find, settings
from random import Random
from conformance.exploration.searching import _conversations
find(_conversations(("normal", "stop"), ("mp3",)), lambda steps: len(steps) > 12,
     settings=settings(database=None, max_examples=300, phases=[Phase.generate]), random=Random(1))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "broken",
    [
        None,
        [1],
        [{"word": "sing", "then_ms": 1}],
        [{"word": "normal"}],
        [{"word": "normal", "then_ms": True}],
        [{"word": "normal", "then_ms": 1, "more": 1}],
        [{"word": "cancel", "then_ms": 1, "of": 1}],
        [{"word": "stop", "then_ms": 1}] * (steps.MOST_STEPS + 1),
    ],
)
def test_steps_that_do_not_fit_are_no_conversation(broken):
    record = Record([Happening(0, "conversation", {"steps": broken}), Happening(1, "end")])
    with pytest.raises(KeyError):
        steps.read(record)
    assert {each.ok for each in judged(CASE, record).values()} == {None}


def test_too_few_conversations_show_nothing():
    trial = on(conformant)(replace(CASE, drive=steps.speaking((Step("stop", 1_000),))), "a")
    for count, ok in (({"drawn": 19, "planned": 20}, None), ({"drawn": 0, "planned": 0}, None)):
        record = steps.counted(trial.record, count)
        assert {each.ok for each in judged(CASE, record).values()} == {ok}
    enough = steps.counted(trial.record, {"drawn": 20, "planned": 20})
    assert {each.ok for each in judged(CASE, enough).values()} == {True}
