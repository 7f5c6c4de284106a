"""A device as a process of its own, over a real broker, real files and real samples."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from conformance.bench import network
from conformance.bench.description import Capture, Network
from conformance.bench.listening import UNCERTAINTY_MS
from conformance.bench.operators import Asking
from conformance.case import judged
from conformance.conversation import Conversation
from conformance.record import Record
from conformance.suites import CASES
from conformance.trial import tried
from conformance.verdicts import Lifecycle
from simulator.dialects.contract import SetVolume
from simulator.dialects.reference_server import ReferenceServer

pytestmark = [pytest.mark.needs_tool("mosquitto"), pytest.mark.needs_tool("espeak-ng")]

ROOT = Path(__file__).parents[3]
TEN = (
    "hostile-oversized",
    "hostile-malformed",
    "connection-answers",
    "emergency-after-a-start",
    "sounds-mp3",
    "sounds-opus",
    "told-twice",
    "emergency-at-once",
    "emergency-with-mute-server",
    "cancel-sounding",
)
KILLED = {
    "connection-answers": "F32",  # hangs after three commands
    "emergency-after-a-start": "F10",  # takes the smaller number of a class for the less urgent
    "told-twice": "F37",  # does everything twice
    "cancel-sounding": "H09",  # cannot cancel what sounds
}
MUTANT = """\
import sys
from conformance.bench import speaking_process
from conformance.mutants.made import MUTANTS
speaking_process.run(MUTANTS[sys.argv[1]].make)
"""


def emulating(profile="speaker-reference", **changed):
    given = {
        "name": f"{profile}-1",
        "emulates": profile,
        "address": "127.0.0.1",
        "secret": None,
        "broker": ("127.0.0.1", 0),
        "sounds": ("127.0.0.1", 0),
        "certificate": None,
        "ca": None,
        "sound": Capture("process", None, 0, 0),
    }
    return Network(**given | changed)


def mutant(name):
    """The program of a broken device."""
    return (sys.executable, "-c", MUTANT, name)


def on_a_bench(case, process=network.PROCESS, **changed):
    """What became of one case, on a bench of its own."""
    with network.running(emulating(**changed), process) as bench:
        return network.tried_on(bench, CASES[case], "n")


def seen(trial):
    """What the checks of a case saw."""
    assert (trial.lifecycle, trial.trouble) == (Lifecycle.FINISHED, None)
    return judged(CASES[trial.case], trial.record)


def late_ms(trial):
    """How late the emergencies were heard."""
    return seen(trial)["emergency-latency"].measured.values_ms


async def _all(cases, processes):
    """Cases side by side, each on a bench of its own."""
    benches = [network.NetworkBench(emulating(), process) for process in processes]
    try:
        for bench in benches:
            bench.start()
        return await asyncio.gather(
            *(
                tried(CASES[case], bench, ReferenceServer(bench.now_ms), f"n{number}")
                for number, (case, bench) in enumerate(zip(cases, benches, strict=True))
            )
        )
    finally:
        for bench in benches:
            bench.stop()


def test_a_device_lives_and_what_it_does_is_seen():
    trial = on_a_bench("hostile-oversized")
    assert seen(trial)["lives-after-oversized"].ok
    assert trial.alive_before
    assert trial.alive_after
    (session,) = trial.record.of("session")
    assert session.detail == {
        "client": "speaker-reference-1",
        "clean": False,
        "keepalive_s": 60,
        "will": True,
        "will_retained": True,
    }
    assert next(trial.record.of("presence")).detail["online"]


def test_over_tls(tmp_path):
    ca = trustme.CA()
    certificate = ca.issue_cert("127.0.0.1")
    certificate.private_key_pem.write_to_path(tmp_path / "key.pem")
    certificate.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    ca.cert_pem.write_to_path(tmp_path / "ca.pem")
    pair = (tmp_path / "cert.pem", tmp_path / "key.pem")
    trial = on_a_bench("hostile-oversized", certificate=pair, ca=tmp_path / "ca.pem")
    assert seen(trial)["lives-after-oversized"].ok
    assert next(trial.record.of("session")).detail["keepalive_s"] == 60


def test_a_device_that_does_not_start_is_silent_and_the_bench_ends(monkeypatch):
    monkeypatch.setattr(network, "OPEN_S", 0.5)
    trial = on_a_bench("hostile-oversized", (sys.executable, "-c", "input()"))
    assert trial.alive_before is False
    assert seen(trial)["lives-after-oversized"].ok is None
    assert any(trial.record.of("deaf"))


async def there(talk, times):
    """Wait until the device has connected so often."""
    for _ in range(600):
        if len(list(talk.record.of("connected"))) >= times:
            return
        await talk.wait(100)
    raise AssertionError(f"it did not connect {times} times")


def heard_in(course, bench):
    """What is recorded while a conversation goes on."""
    case = CASES["hostile-oversized"]
    case = type(case)(case.id, 1, case.title, case.roles, (), course, lambda _record: iter(()))
    trial = network.tried_on(bench, case, "n")
    assert trial.trouble is None
    return trial.record


@contextmanager
def installed(bench, sound):
    """A device that somebody else has installed, which tells its samples to a pipe."""
    config = {
        "name": bench.device,
        "profile": "speaker-reference",
        "own_address": "127.0.0.1",
        "secret": bench.secret,
        "host": "127.0.0.1",
        "address": "127.0.0.1",
        "port": bench.port,
        "ca": None,
        "sounds": f"http://127.0.0.1:{bench.sounds_port}",
    }
    pipe = os.open(sound, os.O_RDWR)
    with subprocess.Popen(
        network.PROCESS,
        stdin=subprocess.PIPE,
        stdout=pipe,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    ) as device:
        os.close(pipe)
        device.stdin.write(json.dumps(config).encode() + b"\n")
        device.stdin.flush()
        try:
            yield
        finally:
            device.stdin.close()
            device.wait(20)


def real(tmp_path, sound, address="127.0.0.1"):
    """A bench for it."""
    os.mkfifo(tmp_path / "sound")
    return emulating(emulates=None, address=address, secret="its password", sound=sound)


@pytest.mark.slow
def test_a_device_that_is_there_is_heard_by_a_recorder(tmp_path):
    async def course(talk):
        play = talk.play("n", length_ms=3_000)
        assert await talk.answered(talk.tell("play", play))
        await talk.wait(6_000)

    recorder = ("cat", "--", str(tmp_path / "sound"))
    described = real(tmp_path, Capture("file", recorder, 100, 5))
    with network.running(described) as bench, installed(bench, tmp_path / "sound"):
        record = heard_in(course, bench)
        assert bench.uncertainty_ms == UNCERTAINTY_MS + 5
    ((heard),) = record.heard("n-n")
    assert abs(heard.until_ms - heard.from_ms - 3_000) < 600
    assert heard.from_ms - record.told("play").at_ms > 300


@pytest.mark.slow
def test_without_an_ear_nothing_can_be_said_of_sounds(tmp_path):
    described = real(tmp_path, Capture("none", None, 0, 0))
    with network.running(described) as bench, installed(bench, tmp_path / "sound"):
        trial = network.tried_on(bench, CASES["emergency-after-a-start"], "n")
    assert seen(trial)["emergency-after-a-start"].ok is None
    assert trial.alive_after


def test_a_stranger_is_not_let_in(tmp_path, monkeypatch):
    monkeypatch.setattr(network, "OPEN_S", 5.0)
    described = real(tmp_path, Capture("none", None, 0, 0), address="127.0.0.77")
    with network.running(described) as bench, installed(bench, tmp_path / "sound"):
        trial = network.tried_on(bench, CASES["hostile-oversized"], "n")
    assert trial.alive_before is False
    assert not list(trial.record.of("session"))


def test_nothing_switches_the_power_of_a_real_device(tmp_path):
    bench = network.NetworkBench(real(tmp_path, Capture("none", None, 0, 0)))
    with pytest.raises(network.BenchTrouble, match="power"):
        asyncio.run(bench.cut_power())


def test_two_runs_do_not_have_one_bench(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    described = replace(real(tmp_path, Capture("none", None, 0, 0)), broker=("127.0.0.1", port))
    again = network.NetworkBench(described)
    with network.running(described), pytest.raises(OSError, match="has this bench"):
        again.start()


@pytest.fixture
def drive():
    """What is recorded while a conversation goes on with an emulated speaker."""

    def one(course):
        with network.running(emulating()) as bench:
            return heard_in(course, bench)

    return one


@pytest.mark.slow
def test_power_link_and_broker_are_taken_and_given_back(drive):
    async def course(talk):
        await talk.answered(talk.tell("play", talk.play("n", length_ms=30_000)))
        await talk.wait(2_000)
        await talk.cut_power()
        await talk.wait(1_000)
        await talk.restore_power()
        await there(talk, 2)
        talk.cut_link()
        assert not await talk.answered(talk.tell("cut", SetVolume(30)), 1_500)
        talk.restore_link()
        assert await talk.answered(talk.tell("back", SetVolume(80)), 20_000)
        talk.stop_broker()
        await talk.wait(1_000)
        talk.start_broker()
        await there(talk, 3)
        assert await talk.answered(talk.tell("again", SetVolume(80)), 20_000)

    record: Record = drive(course)
    off_ms, on_ms = record.first("power-off").at_ms, record.first("power-on").at_ms
    first = record.heard()[0]
    assert first.until_ms is not None
    assert abs(first.until_ms - off_ms) < 200
    assert any(off_ms < each.at_ms for each in record.of("disconnected"))
    assert any(each.at_ms > on_ms for each in record.of("connected"))
    (cut,) = record.answers(record.told("cut").order)
    assert cut.at_ms >= record.first("link-on").at_ms
    broker_ms = record.first("broker-on").at_ms
    assert any(each.at_ms > broker_ms for each in record.of("connected"))


@pytest.mark.slow
@pytest.mark.parametrize(("process", "heard"), [(network.PROCESS, 1), (mutant("F06"), 0)])
def test_the_process_takes_an_update_and_is_told_an_emergency_meanwhile(process, heard):
    async def course(talk):
        await talk.begin_update()
        await talk.wait(500)
        talk.tell("emergency", talk.play("e", "emergency", length_ms=2_000))
        await talk.wait(6_000)

    with network.running(emulating(), process) as bench:
        record = heard_in(course, bench)
    assert len(record.heard(record.told("emergency").item)) == heard


class Says:
    """An operator with one answer."""

    by = "operator"

    def __init__(self, answer):
        self.answer, self.asked = answer, []

    async def put(self, question, wait_s):
        self.asked.append(question.id)
        return "done" if question.kind == "done" else self.answer


@pytest.mark.parametrize(("answer", "was_on"), [("ended", True), ("was-over", False)])
def test_of_a_real_device_the_operator_begins_the_update_and_tells_its_end(answer, was_on):
    async def main():
        await bench.begin_update()
        return await bench.update_ended()

    operator = Says(answer)
    asking = Asking("program", 0, ("unused",), Path(), 1_000)
    none = Capture("none", None, 0, 0)
    described = emulating(emulates=None, secret="x", sound=none, operator=asking)
    bench = network.NetworkBench(described, operator=operator)
    bench._observed = lambda *_: None
    assert asyncio.run(main()) is was_on
    assert operator.asked == ["update-begin", "update-end"]


@pytest.mark.slow
def test_ten_cases_pass_with_a_right_device_and_latency_is_measured():
    trials = asyncio.run(_all(TEN, [network.PROCESS] * len(TEN)))
    for trial in trials:
        assert all(each.ok for each in seen(trial).values()), (trial.case, seen(trial))
        assert trial.alive_after, trial.case
    values = late_ms(next(each for each in trials if each.case == "emergency-at-once"))
    assert len(values) == 5
    assert all(300 < value < 4_000 for value in values), values


@pytest.mark.slow
def test_mutants_are_killed():
    trials = asyncio.run(_all(list(KILLED), [mutant(name) for name in KILLED.values()]))
    for trial in trials:
        assert any(each.ok is False for each in seen(trial).values()), (trial.case, seen(trial))


def test_a_password_that_the_device_says_is_understood_and_not_kept(monkeypatch):
    """As in packets there are zeros in its place, so that these bear the record out."""
    bench = network.NetworkBench(emulating(secret="its very own"))
    talk = Conversation(bench, ReferenceServer(bench.now_ms), "n")
    monkeypatch.setattr(bench, "_see", talk.observed)
    said = {"ThoiDiemGui": 1, "GhiChu": "its very own", "TrucTuyen": True}
    bench._said("ttcs/1/speaker-reference-1/note", json.dumps(said).encode(), False)
    (kept,) = talk.record.of("said")
    assert "very own" not in kept.detail["payload"]
    assert kept.detail["payload"].encode() == json.dumps(said).encode().replace(
        b"its very own", bytes(12)
    )


def test_packets_are_blanked_of_the_password_wherever_it_stands(monkeypatch):
    async def course(talk):
        await talk.wait(10)

    blanked = []
    end = network.Watch.end

    def ended(watch, secrets):
        blanked.extend(secrets)
        return end(watch, secrets)

    monkeypatch.setattr(network.Watch, "end", ended)
    monkeypatch.setattr(network, "OPEN_S", 0.1)
    with network.running(emulating(secret="its very own")) as bench:
        heard_in(course, bench)
    assert blanked == [b"its very own"]


def test_its_facts_say_no_secret():
    bench = network.NetworkBench(emulating())
    assert bench.facts()["emulates"] == "speaker-reference"
    assert bench.secret not in str(bench.facts())
