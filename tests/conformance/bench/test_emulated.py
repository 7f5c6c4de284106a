"""The bench on the virtual clock: what it observes is what could be heard, in the order it was."""

from dataclasses import replace

import pytest

from conformance.bench import virtual_time
from conformance.bench.emulated import EmulatedBench, conformant
from conformance.conversation import Conversation
from scenarios import profiles
from simulator.dialects.contract import Cancel, SetVolume
from simulator.dialects.reference import Reference
from simulator.dialects.reference_server import ReferenceServer
from simulator.emulator.program import Program

DELAY_MS = profiles.load("speaker-reference").start_delay_ms


def had(drive, make=conformant):
    async def main():
        bench = EmulatedBench(profiles.load("speaker-reference"), Reference(), make)
        talk = Conversation(bench, ReferenceServer(bench.now_ms), "p")
        await bench.open(talk.observed)
        await talk.wait(5_000)
        await drive(talk)
        await bench.close()
        return talk.record

    return virtual_time.run(main())


@pytest.mark.parametrize("after_ms", [250, 650, 719, 720, 721, 900])
def test_what_ends_before_the_amplifier_is_warm_was_never_heard(after_ms):
    """It began 220 ms after the order: its sound must not seem to last for ever."""

    async def drive(talk):
        play = talk.play("n", length_ms=20_000)
        talk.tell("play", play)
        await talk.wait(after_ms)
        talk.tell("cancel", Cancel(play.item))
        await talk.wait(60_000)

    record = had(drive)
    begins_ms = record.told("play").at_ms + 20 + 200 + DELAY_MS
    ends_ms = record.told("cancel").at_ms + 20
    stretches = record.heard()
    assert [each.until_ms for each in stretches] == ([ends_ms] if ends_ms > begins_ms else [])


def test_the_amplifier_is_that_of_the_device():
    def slow(member, around):
        profile = replace(member.profile, start_delay_ms=1_200)
        return Program(replace(member, profile=profile), 0, around)

    async def drive(talk):
        talk.tell("play", talk.play("n"))
        await talk.wait(30_000)

    quick, late = (had(drive, make).heard()[0].from_ms for make in (conformant, slow))
    assert late - quick == 1_200 - DELAY_MS


def test_what_was_kept_for_the_device_comes_in_its_order():
    async def drive(talk):
        talk.cut_link()
        await talk.wait(1_000)
        for percent in range(20, 60):
            talk.tell(f"volume {percent}", SetVolume(percent))
        talk.restore_link()
        await talk.wait(60_000)

    record = had(drive)
    answers = [each.detail["order"] for each in record.of("answer")]
    assert answers == [each.detail["order"] for each in record.of("told")]
    assert [*record.of("status")][-1].detail["volume"] == 59
