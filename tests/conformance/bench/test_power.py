"""The mains of a device that is no child of the bench: cut and restored, and when that was."""

import asyncio
import sys
from dataclasses import replace

import pytest

from conformance.bench import network, power
from conformance.bench.description import Capture, Network
from conformance.bench.operators import Asking
from conformance.bench.power import Mains
from conformance.case import Case
from conformance.record import Record
from conformance.verdicts import Lifecycle
from scenarios.problems import BadInput
from scenarios.scenario import Text
from tests import plugged


def real(**changed):
    """A bench for a device that somebody else has plugged in."""
    bench = Network(
        name="loa-1",
        emulates=None,
        address="127.0.0.1",
        secret="its password",
        broker=("127.0.0.1", 0),
        sounds=("127.0.0.1", 0),
        certificate=None,
        ca=None,
        sound=Capture("none", None, 0, 0),
    )
    return replace(bench, **changed)


def case(course):
    """A case that is just this."""
    return Case("course", 1, Text("", ""), (), (), course, lambda _record: iter(()))


def manual(folder, what="answer", **changed):
    """Switched by an operator, who is a program."""
    asking = Asking("program", 0, tuple(plugged.words(folder, what)), folder, 20_000)
    mains = Mains("manual", (), (), folder, None)
    return {"mains": replace(mains, **changed), "operator": asking}


def external(folder):
    """Switched by commands."""
    off, on = (tuple(plugged.words(folder, what)) for what in ("off", "on"))
    return {"mains": Mains("external", off, on, folder, None)}


def by_labgrid(folder):
    """Switched by labgrid, which runs commands of its own."""
    off, on = (" ".join(plugged.words(folder, what)) for what in ("off", "on"))
    (folder / "lab.yaml").write_text(
        "targets:\n  main:\n    drivers:\n      ExternalPowerDriver:\n"
        f"        cmd_on: '{on}'\n        cmd_off: '{off}'\n"
    )
    return {"mains": power.by_labgrid(folder / "lab.yaml", "main", folder)}


async def back(talk):
    """Wait until the device answers again."""
    for _ in range(12):
        if await talk.lives("back"):
            return
    raise AssertionError("it did not come back")


def tried(described, course, folder):
    """What becomes of a course with a speaker on a plug."""
    with network.running(described) as bench:
        device = plugged.settings("loa-1", "its password", bench.port, bench.sounds_port)
        with plugged.plugged_in(folder, device):
            return network.tried_on(bench, case(course), "n")


@pytest.mark.slow
@pytest.mark.needs_tool("mosquitto")
@pytest.mark.needs_tool("espeak-ng")
@pytest.mark.parametrize("switched", [manual, external, by_labgrid])
def test_power_is_cut_and_restored_for_real(tmp_path, switched):
    was_on = []

    async def course(talk):
        await talk.cut_power()
        was_on.append(plugged.is_on(tmp_path))
        await talk.wait(1_000)
        await talk.restore_power()
        was_on.append(plugged.is_on(tmp_path))
        await back(talk)

    trial = tried(real(**switched(tmp_path)), course, tmp_path)
    assert (trial.lifecycle, trial.trouble) == (Lifecycle.FINISHED, None)
    assert was_on == [False, True]
    assert trial.alive_after
    record: Record = trial.record
    off, on = record.first("power-off"), record.first("power-on")
    lost = next(each for each in record.of("disconnected"))
    # It happened while the command ran, and the record says how long that was.
    assert record.earliest_ms("power-off") <= lost.at_ms <= off.at_ms + 500
    assert 0 < off.detail["uncertainty_ms"] < 20_000
    assert any(each.at_ms >= record.earliest_ms("power-on") for each in record.of("connected"))
    asked = [(each.detail["name"], each.detail["answer"]) for each in record.of("asked")]
    if switched is manual:
        assert asked == [("power-off", "done"), ("power-on", "done")]
        first = record.first("asked").detail
        assert first["by"] == "automation"
        assert 0 <= off.at_ms - first["asked_ms"] - off.detail["uncertainty_ms"] < 100
    else:
        assert asked == []
        assert on.detail["uncertainty_ms"] > 0


@pytest.mark.needs_tool("mosquitto")
@pytest.mark.needs_tool("espeak-ng")
def test_an_operator_who_does_not_answer_ends_the_case_and_power_is_asked_for_again(tmp_path):
    async def course(talk):
        await talk.cut_power()
        raise AssertionError("it went on")

    described = real(**manual(tmp_path, "leave"))
    with network.running(described) as bench:
        device = plugged.settings("loa-1", "its password", bench.port, bench.sounds_port)
        with plugged.plugged_in(tmp_path, device):
            trial = network.tried_on(bench, case(course), "n")
            again = network.tried_on(bench, case(course), "m")
    assert (trial.lifecycle, trial.trouble, trial.alive_before) == (Lifecycle.FINISHED, None, True)
    asked = [(each.detail["name"], each.detail["answer"]) for each in trial.record.of("asked")]
    assert asked == [("power-off", None), ("power-on", None)]
    assert trial.record.is_unanswered
    assert not trial.record.is_whole
    # Nobody knows whether the device has power: the next case does not blame it for its silence.
    assert again.alive_before is None
    assert again.record.is_unanswered
    assert again.trouble is None


@pytest.mark.needs_tool("mosquitto")
@pytest.mark.needs_tool("espeak-ng")
def test_a_command_that_fails_is_the_bench_s_trouble(tmp_path):
    async def course(talk):
        await talk.cut_power()

    fails = (sys.executable, "-c", "raise SystemExit(3)")
    trial = tried(real(mains=Mains("external", fails, fails, tmp_path, None)), course, tmp_path)
    assert "ended with 3" in trial.trouble


def test_the_uncertainty_that_is_stated_is_taken_where_it_is_less():
    async def turn(_on):
        return None

    def switch(stated_ms):
        times = iter((1_000, 5_000))
        return power.Switch(turn, lambda: next(times), stated_ms)

    assert asyncio.run(switch(None).turn(False)) == 4_000
    assert asyncio.run(switch(1_500).turn(False)) == 1_500
    assert asyncio.run(switch(9_000).turn(False)) == 4_000


def test_power_is_not_taken_for_on_before_that_is_known():
    async def fail(_on):
        raise OSError("no")

    switch = power.Switch(fail, lambda: 0, None)
    assert switch.is_on
    with pytest.raises(OSError, match="no"):
        asyncio.run(switch.turn(True))
    assert not switch.is_on


def test_labgrid_that_is_not_installed_is_named_before_the_run(tmp_path, monkeypatch):
    mains = by_labgrid(tmp_path)["mains"]
    power.check(mains, "bench.yaml")
    power.check(None, "bench.yaml")
    monkeypatch.setattr(power, "find_spec", lambda _name: None)
    with pytest.raises(BadInput, match=r"ttcs-hil\[labgrid\]"):
        power.check(mains, "bench.yaml")
    power.check(Mains("manual", (), (), tmp_path, None), "bench.yaml")


def test_labgrid_without_such_a_target_is_trouble(tmp_path):
    described = by_labgrid(tmp_path)["mains"]
    wrong = power.by_labgrid(tmp_path / "lab.yaml", "other", tmp_path)

    async def nobody(_question):
        raise AssertionError("nobody is asked")

    with pytest.raises(OSError, match="ended with 1"):
        asyncio.run(power.turned(wrong, nobody, on=True))
    assert described.driver == "labgrid"
