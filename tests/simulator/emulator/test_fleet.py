"""Emulated devices over real sockets at a real mosquitto."""

import asyncio
import os
import signal
import socket
import threading
import time

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from reference_system.broker import passwords
from reference_system.broker.contract import Address
from reference_system.broker.own import OwnBroker
from reference_system.interface.messages import (
    Command,
    Control,
    Restart,
    Stopped,
    Targets,
    Withdrawn,
    encode,
)
from reference_system.interface.signing import key_id, sign
from simulator.emulator import fleet as emulated
from simulator.emulator.device import FIRST_VOLUME
from tests.simulator.emulator.conftest import (
    QUICK,
    SECRET,
    Source,
    Stage,
    Web,
    item,
    on_stage,
    tone,
)

pytestmark = pytest.mark.needs_tool("mosquitto")


def test_from_a_command_to_the_play_log(broker: OwnBroker, source: Source, web: Web) -> None:
    sound = tone(400)
    url = web.put("/storm.wav", sound)

    async def act(stage: Stage) -> None:
        for device in ("d0", "d1", "d2"):
            source.tell(device, f"c-{device}", start=item("storm", 400, url, sound))
        await stage.until(lambda: len(stage.of("logged")) == 3)
        await stage.until(lambda: source.entries("d2") and stage.of("decoded"))

    stage = on_stage(broker.address, act, 3, origins=[web.url], instrumented=1)
    assert web.asked["/storm.wav"] == 1
    assert [e.device for e in stage.of("decoded")] == ["d0"]
    for device in ("d0", "d1", "d2"):
        (ack,) = source.said[device, "ack"]
        assert (ack.id, ack.result) == (f"c-{device}", 0)
        (ended,) = [event for event in stage.of("ended") if event.device == device]
        assert ended.detail["end_ms"] - ended.detail["start_ms"] == 400
        (entry,) = source.entries(device)
        assert (entry.from_ms, entry.to_ms) == (ended.detail["start_ms"], ended.detail["end_ms"])
        assert (entry.outcome, entry.item) == ("played", "storm/1")
    summary = stage.fleet.summary()
    assert (summary.devices, summary.answered, summary.heard) == (3, 3, 0)
    assert (summary.segments, summary.confirmed, summary.sounds) == (3, 3, 1)
    assert summary.errors == {}


def test_a_restart_is_answered_and_the_device_comes_back_under_a_new_boot(
    broker: OwnBroker, source: Source
) -> None:
    async def act(stage: Stage) -> None:
        source.tell("d0", "c1", start=item("storm", 30_000))
        await stage.until(lambda: stage.of("began"))
        source.tell("d0", "c2", restart=Restart())
        await stage.until(lambda: len(stage.of("connected")) == 2)
        await stage.until(lambda: source.entries("d0"))
        source.tell("d0", "c3", stop=Stopped())
        await stage.until(lambda: len(source.said["d0", "ack"]) == 3)

    stage = on_stage(broker.address, act)
    assert [(ack.id, ack.result) for ack in source.said["d0", "ack"]] == [
        ("c1", 0),
        ("c2", 0),
        ("c3", 0),
    ]
    assert [said.online for said in source.said["d0", "online"]][:3] == [True, False, True]
    assert [event.what for event in stage.events if event.what in ("restarting", "booted")] == [
        "restarting",
        "booted",
    ]
    before, after = (said.boot for said in source.said["d0", "online"] if said.online)
    assert before != after
    assert source.entries("d0")[0].reason == "restarted"
    assert stage.fleet.summary().errors == {}


def test_only_what_the_source_system_has_signed_is_obeyed(
    broker: OwnBroker, source: Source
) -> None:
    key, other = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    name = key_id(key.public_key())

    def command(volume: int) -> Command:
        now_s = int(time.time())
        return Command(
            id="c1",
            source="TTN-52",
            sent_s=now_s,
            expires_s=now_s + 600,
            status="Test",
            targets=Targets(devices=("d0",)),
            control=Control(parameter=str(volume)),
        )

    signed = sign(command(40), key, name)
    sent = {
        "unsigned": command(100),
        "foreign-key": sign(command(100), other, key_id(other.public_key())),
        "altered": signed.model_copy(update={"control": Control(parameter="100")}),
    }

    async def act(stage: Stage) -> None:
        for number, wrong in enumerate(sent.values(), start=1):
            source.publish("d0", encode(wrong))
            await stage.until(lambda number=number: len(source.said["d0", "ack"]) == number)
        assert volume(stage) == FIRST_VOLUME
        source.publish("d0", encode(signed))
        await stage.until(lambda: len(source.said["d0", "ack"]) == 4)
        assert volume(stage) == 40

    def volume(stage: Stage) -> int:
        (program,) = stage.fleet._of(["d0"])
        return program.device.volume

    on_stage(broker.address, act, trusted={name: key.public_key()})
    *refused, taken = source.said["d0", "ack"]
    assert [ack.result for ack in refused] == [1, 1, 1]
    assert [ack.explanation.split(" / ")[1] for ack in refused] == list(sent)
    assert taken.result == 0


def test_the_same_command_is_done_once_and_answered_twice(
    broker: OwnBroker, source: Source
) -> None:
    async def act(stage: Stage) -> None:
        for _ in range(2):
            source.tell("d0", "c", start=item("a", 300))
        source.tell("d0", "other", start=item("a", 300))
        await stage.until(lambda: len(source.said["d0", "ack"]) == 3)
        await asyncio.sleep(0.6)

    stage = on_stage(broker.address, act)
    assert [ack.result for ack in source.said["d0", "ack"]] == [0, 0, 0]
    assert len(stage.of("ended")) == 1


def test_a_link_that_fails_keeps_the_log_until_it_is_back(
    broker: OwnBroker, source: Source
) -> None:
    async def act(stage: Stage) -> None:
        source.tell("d0", "c", start=item("a", 700))
        await stage.until(lambda: stage.of("began"))
        stage.fleet.cut_link(["d0"])
        source.tell("d0", "later", start=item("b", 300))  # waits in the session
        await stage.until(lambda: stage.of("ended"))
        await asyncio.sleep(0.3)
        assert source.entries("d0") == []
        stage.fleet.restore_link(["d0"])
        await stage.until(lambda: len(source.entries("d0")) == 2)

    stage = on_stage(broker.address, act)
    first, second = source.entries("d0")
    assert first.to_ms - first.from_ms == 700
    back_ms = stage.of("link-back")[0].at_ms
    assert first.to_ms < back_ms < second.from_ms
    assert len(stage.of("connected")) == 2


def test_a_power_cut_is_noticed_and_survived(broker: OwnBroker, source: Source) -> None:
    async def act(stage: Stage) -> None:
        source.tell("d0", "c", start=item("a", 900))
        await stage.until(lambda: stage.of("began"))
        await asyncio.sleep(0.2)
        stage.fleet.cut_power(["d0"])
        # The broker tells its last will after one and a half keepalives of silence.
        await stage.until(lambda: [each.online for each in source.said["d0", "online"]][-1:] == [0])
        stage.fleet.restore_power(["d0"])
        await stage.until(lambda: len(source.entries("d0")) == 2)

    stage = on_stage(broker.address, act)
    before, after = source.entries("d0")
    cut, back, booted = (stage.of(what)[0] for what in ("power-cut", "power-back", "booted"))
    assert before.outcome == "cut"
    assert abs(before.to_ms - cut.at_ms) <= 2
    assert 0 <= booted.at_ms - back.at_ms - QUICK.boot_ms <= 2
    assert after.from_ms == booted.at_ms
    assert (after.to_ms - after.from_ms) + (before.to_ms - before.from_ms) == 900
    assert before.boot != after.boot
    assert (before.sequence, after.sequence) == (0, 0)


def test_nothing_is_lost_or_doubled_when_links_and_power_fail_again_and_again(
    broker: OwnBroker, source: Source
) -> None:
    names = [f"d{n}" for n in range(10)]

    async def act(stage: Stage) -> None:
        for number in range(6):
            for name in names:
                source.tell(name, f"c{number}", start=item(f"a{number}", 150))
            stage.fleet.cut_link(names[number % 3 :: 3])
            stage.fleet.cut_power(names[(number + 1) % 3 :: 3])
            await asyncio.sleep(0.3)
            stage.fleet.restore_link(names)
            stage.fleet.restore_power(names)
            await asyncio.sleep(0.5)
        await stage.until(
            lambda: all(
                sum(entry.outcome == "played" for entry in source.entries(name)) >= 6
                for name in names
            )
        )
        await stage.until(lambda: stage.fleet.summary().confirmed == stage.fleet.summary().entries)

    stage = on_stage(broker.address, act, len(names))
    for name in names:
        entries = source.entries(name)
        by_key = {entry.entry: entry for entry in entries}
        assert all(by_key[entry.entry] == entry for entry in entries)  # again is the same
        played = [each for each in by_key.values() if each.outcome == "played"]
        assert sorted(str(each.item) for each in played) == [f"a{n}/1" for n in range(6)]
        ended = [event.detail for event in stage.of("ended") if event.device == name]
        assert sorted((e.from_ms, e.to_ms) for e in by_key.values()) == sorted(
            (e["start_ms"], e["end_ms"]) for e in ended
        )


def test_they_come_back_after_the_broker(broker: OwnBroker, source: Source) -> None:
    async def act(stage: Stage) -> None:
        await asyncio.to_thread(broker.stop)
        await stage.until(lambda: len(stage.of("lost")) == 5)
        await asyncio.to_thread(broker.start)
        await stage.until(lambda: stage.fleet.summary().connected == 5)
        source_again = Source(broker)
        source_again.tell("d4", "c", start=item("a", 200))
        await stage.until(lambda: stage.of("ended"))
        source_again.close()

    stage = on_stage(broker.address, act, 5)
    assert stage.fleet.summary().errors["lost"] == 5


@pytest.mark.parametrize("link_fails", [False, True])
def test_a_log_that_the_broker_did_not_confirm_is_sent_again(
    broker: OwnBroker, source: Source, link_fails: bool
) -> None:
    async def act(stage: Stage) -> None:
        source.tell("d0", "c", start=item("a", 200))
        await stage.until(lambda: stage.of("began"))
        assert broker.pid is not None
        os.kill(broker.pid, signal.SIGSTOP)
        await stage.until(lambda: stage.of("ended"))
        await asyncio.sleep(0.1)
        if link_fails:
            stage.fleet.cut_link(["d0"])
        os.kill(broker.pid, signal.SIGKILL)  # with what it has not read; it is started again
        if link_fails:
            stage.fleet.restore_link(["d0"])
        await stage.until(lambda: stage.of("logged") and source.entries("d0"))

    stage = on_stage(broker.address, act)
    (ended,), (entry,) = stage.of("ended"), source.entries("d0")
    assert (entry.from_ms, entry.to_ms) == (ended.detail["start_ms"], ended.detail["end_ms"])
    assert stage.fleet.summary().confirmed == 1


def test_who_is_not_let_in_tries_again(broker: OwnBroker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emulated, "KNOCK_S", 0.5)
    broker.remove_credential("d1")

    async def act(stage: Stage) -> None:
        assert stage.fleet.summary().connected == 1
        broker.set_credential("d1", passwords.hashed(SECRET))
        await stage.until(lambda: stage.fleet.summary().connected == 2)

    stage = on_stage(broker.address, act, 2)
    (refused, *_) = stage.of("refused")
    assert refused.device == "d1"
    assert "Not authorized" in refused.detail["why"]


def test_a_wrong_sound_is_not_played(broker: OwnBroker, source: Source, web: Web) -> None:
    url = web.put("/a", b"another")

    async def act(stage: Stage) -> None:
        source.tell("d0", "c0", start=item("wrong", 300, url, b"expected"))
        source.tell("d0", "c1", start=item("strange", 300, "http://127.0.0.1:1/a"))
        await stage.until(lambda: len(source.entries("d0")) == 2)

    stage = on_stage(broker.address, act, origins=[web.url])
    assert stage.of("began") == []
    told = {str(entry.item): entry for entry in source.entries("d0")}
    assert {entry.outcome for entry in told.values()} == {"failed"}
    assert told["wrong/1"].reason == "sha256 differs"
    assert "may be contacted" in str(told["strange/1"].reason)
    assert stage.fleet.summary().errors == {"fetch-failed": 2}


def test_a_stream_is_opened_as_it_plays_and_a_broadcast_is_not(
    broker: OwnBroker, source: Source, web: Web
) -> None:
    sound = tone(200)
    url = web.put("/a", sound)

    async def act(stage: Stage) -> None:
        live = item("vov", 200, "http://192.0.2.1/vov", kind="live", media=5)
        source.tell("d0", "c0", start=live)
        source.tell("d0", "c1", start=item("a", 200, url, sound, kind="stream"))
        await stage.until(lambda: len(source.entries("d0")) == 2)

    stage = on_stage(broker.address, act, origins=[web.url])
    assert web.asked["/a"] == 1
    assert [e.outcome for e in source.entries("d0")] == ["played", "played"]
    assert stage.fleet.summary().errors == {}


def test_nonsense_is_ignored_and_the_device_lives(broker: OwnBroker, source: Source) -> None:
    async def act(stage: Stage) -> None:
        for nonsense in (b"", b"\xff\x00", b"{}", b'{"Id": 1}', b"[" * 60_000):
            source.publish("d0", nonsense)
        stage.fleet.inject("d0", b"nothing")
        source.tell("d0", "c", start=item("a", 200))
        await stage.until(lambda: stage.of("ended"))

    stage = on_stage(broker.address, act)
    assert stage.fleet.summary().errors == {"not-understood": 6}


def test_stop_and_cancel_are_heard_at_once(broker: OwnBroker, source: Source) -> None:
    async def act(stage: Stage) -> None:
        source.tell("d0", "c0", start=item("a", 60_000))
        await stage.until(lambda: stage.of("began"))
        source.tell("d0", "c1", stop=Stopped())
        await stage.until(lambda: stage.of("ended"))
        source.tell("d0", "c2", start=item("b", 60_000))
        await stage.until(lambda: len(stage.of("began")) == 2)
        source.tell("d0", "c3", cancel=Withdrawn(item="b/1"))
        await stage.until(lambda: len(stage.of("ended")) == 2)

    stage = on_stage(broker.address, act)
    assert [event.detail["reason"] for event in stage.of("ended")] == ["cancelled", "cancelled"]


def test_it_reports_and_says_farewell(broker: OwnBroker, source: Source) -> None:
    async def act(stage: Stage) -> None:
        source.tell("d0", "c0", start=item("a", 60_000))
        await stage.until(lambda: any(each.item for each in source.said["d0", "status"]))
        await stage.until(lambda: len(source.said["d0", "status"]) >= 2)
        stage.fleet.set_clock(["d0"], 3_600_000)
        await stage.until(lambda: source.said["d0", "status"][-1].at_s > time.time() + 3_500)

    began_s = time.monotonic()
    stage = on_stage(broker.address, act)
    assert time.monotonic() - began_s < 10
    assert source.said["d0", "status"][-1].activity == 0
    # What plays when the run ends has a segment, and no entry: the device would play on.
    (ended,) = stage.of("ended")
    assert ended.detail["reason"] == "horizon"
    for _ in range(100):
        if not source.said["d0", "online"][-1].online:
            return
        time.sleep(0.05)
    raise AssertionError("no farewell")


def test_many_come_from_several_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emulated, "PORTS_EACH", 2)
    monkeypatch.setattr(emulated, "KNOCK_S", 0)
    peers = set()

    def accept(listening: socket.socket) -> None:
        for _ in range(4):  # the last one knocks first
            connection, (host, _) = listening.accept()
            peers.add(host)
            connection.close()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=accept, args=(listening,))
        thread.start()

        async def wait(_: Stage) -> None:
            await asyncio.to_thread(thread.join, 10)

        on_stage(Address("127.0.0.1", listening.getsockname()[1]), wait, 3)
    assert peers == {"127.0.0.2", "127.0.0.3"}


def test_more_than_the_machine_allows_is_refused() -> None:
    with pytest.raises(emulated.NoRoom, match="open files"):
        emulated.make_room(1 << 30)
