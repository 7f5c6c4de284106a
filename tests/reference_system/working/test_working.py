"""The workers with a real broker and real devices' connections."""

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from paho.mqtt.client import CallbackAPIVersion, Client
from sqlalchemy import select

from reference_system.broker.choose import choose
from reference_system.services.fleet import credentials, deliveries, devices
from reference_system.services.fleet.devices import Registration
from reference_system.services.fleet.signing_key import PUBLIC_FILE
from reference_system.store.devices import Device, PlayLogEntry
from reference_system.store.orders import Delivery
from reference_system.working import working

pytestmark = pytest.mark.needs_tool("mosquitto")


def until(holds: Callable[[], object], within_s: float = 10) -> None:
    """Wait for something to hold; fails if it does not."""
    end = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < end, "it did not come to be"
        time.sleep(0.01)


class Speaker:
    """A device's connection: what it got, and what it says."""

    def __init__(self, broker, name, secret, clean=False):
        self.name, self.got = name, []
        self.refused = threading.Event()
        self._subscribed = threading.Event()
        self.client = Client(CallbackAPIVersion.VERSION2, client_id=name, clean_session=clean)
        self.client.username_pw_set(name, secret)
        self.client.on_connect = self._connected
        self.client.on_subscribe = lambda *_: self._subscribed.set()
        self.client.on_message = lambda _c, _u, message: self.got.append(
            (time.monotonic(), json.loads(message.payload))
        )
        self.client.connect_async(broker.address.host, broker.address.port)
        self.client.loop_start()

    def _connected(self, client, _userdata, _flags, reason, _properties):
        if reason.is_failure:
            self.refused.set()
        else:
            client.subscribe(f"ttcs/1/{self.name}/cmd", 1)

    def wait(self):
        assert self._subscribed.wait(10)
        return self

    def say(self, kind, **words):
        payload = json.dumps(words)
        self.client.publish(f"ttcs/1/{self.name}/{kind}", payload, 1, kind == "online")

    def close(self):
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
def lan(person):
    return person("lan")


@pytest.fixture
def secrets(lan, act):
    with act(lan) as doing:
        rows = [
            Registration(f"AH-0{number}", "Cụm loa", "ip-speaker", "speaker-reference", "21613")
            for number in (1, 2)
        ]
        return {each.device.id: each.secret for each in devices.register(doing, rows)}


@pytest.fixture
def broker(tmp_path: Path):
    return choose("mosquitto", tmp_path / "broker")


@pytest.fixture
def speaker(broker, secrets):
    opened = []

    def connect(name="AH-01", secret=None, clean=False):
        opened.append(Speaker(broker, name, secret or secrets[name], clean))
        return opened[-1]

    yield connect
    for each in opened:
        each.close()


def row(system, table, key):
    with system.database.reading() as session:
        return session.get(table, key)


def test_a_command_goes_out_and_its_answer_comes_back(system, clock, lan, act, broker, speaker):
    with working(system, broker) as work:
        work.link.wait(10)
        device = speaker().wait()
        device.say("online", TrucTuyen=True, ThoiDiem=clock.ms // 1000)
        until(lambda: row(system, Device, "AH-01").presence == "online")
        with act(lan) as doing:
            deliveries.set_volume(doing, "AH-01", 80, "v1")
        until(lambda: device.got)
        assert device.got[0][1]["DieuKhienThietBi"] == {"MaLenh": "0", "ThamSo": "80"}
        until(lambda: row(system, Delivery, "v1").state == "handed")
        device.say("ack", Id="v1", TrangThaiGui=0, ThoiDiem=clock.ms // 1000)
        until(lambda: row(system, Delivery, "v1").state == "accepted")
        device.say("online", TrucTuyen=False)
        until(lambda: row(system, Device, "AH-01").presence == "offline")
        assert work.messages["taken"] == 3


def test_a_device_that_lost_its_session_gets_the_command_when_it_comes_back(
    system, clock, lan, act, broker, speaker
):
    with working(system, broker) as work:
        work.link.wait(10)
        with act(lan) as doing:
            deliveries.set_volume(doing, "AH-01", 80, "v1")
        until(lambda: row(system, Delivery, "v1").state == "handed")
        device = speaker(clean=True).wait()
        assert device.got == []
        device.say("online", TrucTuyen=True, ThoiDiem=clock.ms // 1000)
        until(lambda: device.got)
        assert device.got[0][1]["Id"] == "v1"


def test_what_waits_survives_a_stop_and_what_was_sent_meanwhile_is_taken(
    system, clock, lan, act, broker, speaker
):
    with working(system, broker) as work:
        work.link.wait(10)
        speaker().wait().say("status", **status(clock.ms))
        until(lambda: row(system, Device, "AH-01").presence == "online")
    assert not broker.alive()
    with act(lan) as doing:
        deliveries.set_volume(doing, "AH-01", 80, "v1")
    assert row(system, Delivery, "v1").state == "waiting"
    with working(system, broker):
        assert row(system, Device, "AH-01").presence == "unheard"
        back = speaker("AH-02").wait()
        until(lambda: row(system, Delivery, "v1").state == "handed")
        assert back.got == [], "no device sees another's commands"


def status(at_ms):
    return {
        "ThoiDiem": at_ms // 1000,
        "AmLuong": "70",
        "TrangThaiHoatDong": 2,
        "TrangThaiKetNoi": "4G",
        "PhienBanUngDung": "2.3.0",
    }


def test_a_bad_device_does_not_stop_the_others(system, clock, broker, speaker):
    with working(system, broker) as work:
        work.link.wait(10)
        bad, good = speaker("AH-01").wait(), speaker("AH-02").wait()
        for payload in (b"", b"{", b"\xff", b'{"a":' * 2000, b"0" * 9_000):
            bad.client.publish("ttcs/1/AH-01/status", payload, 1)
        good.say("status", **status(clock.ms))
        until(lambda: row(system, Device, "AH-02").presence == "online")
        until(lambda: work.messages.total() >= 6)
        refused = row(system, Device, "AH-01").refused
        assert sum(each["count"] for each in refused.values()) == 5


def test_a_play_log_that_is_sent_again_and_again_is_kept_once(system, clock, broker, speaker):
    entry = {
        "NhatKyID": "n1",
        "KhoiDong": "k1",
        "SoThuTu": 0,
        "BanTinID": "b1",
        "LoaiBanTin": 3,
        "MucDoUuTien": 1,
        "ThoiLuong": "00:00:40",
        "KetQua": "played",
        "AmLuong": "70",
        "ThoiDiemBatDau": clock.ms // 1000 - 7_200,
        "ThoiDiemKetThuc": clock.ms // 1000 - 7_160,
    }
    with working(system, broker) as work:
        work.link.wait(10)
        device = speaker().wait()
        for _ in range(3):
            device.say("log", ThoiDiemGui=clock.ms // 1000, NhatKy=[entry])
        until(lambda: work.messages["taken"] == 3)
        with system.database.reading() as session:
            (kept,) = session.scalars(select(PlayLogEntry)).all()
        assert (kept.began_ms, kept.backfilled) == (clock.ms - 7_200_000, True)


def test_a_new_secret_reaches_the_broker_and_the_old_one_is_void(
    system, lan, act, broker, speaker, secrets
):
    with working(system, broker) as work:
        work.link.wait(10)
        with act(lan) as doing:
            _, new = credentials.rotate(doing, "AH-01")
        until(lambda: row(system, Device, "AH-01").broker_knows)
        speaker("AH-01", new).wait()
        assert speaker("AH-01", secrets["AH-01"]).refused.wait(10)
        with act(lan) as doing:
            credentials.revoke(doing, "AH-02")
        until(lambda: row(system, Device, "AH-02").broker_knows)
        assert speaker("AH-02").refused.wait(10)


def test_silence_and_time_are_watched(system, clock, lan, act, broker, speaker):
    with working(system, broker) as work:
        work.link.wait(10)
        speaker().wait().say("status", **status(clock.ms))
        until(lambda: row(system, Device, "AH-01").presence == "online")
        with act(lan) as doing:
            deliveries.set_volume(doing, "AH-01", 80, "v1")
        until(lambda: row(system, Delivery, "v1").state == "handed")
        clock.advance(deliveries.COMMAND_VALID_MS)
        until(lambda: row(system, Device, "AH-01").presence == "lost")
        until(lambda: row(system, Delivery, "v1").state == "expired")


def test_words_that_are_no_message_stop_nothing(system, clock, lan, act, broker, speaker):
    with working(system, broker) as work:
        work.link.wait(10)
        device = speaker().wait()
        with act(lan) as doing:
            deliveries.set_volume(doing, "AH-01", 1, "bad").message = {"DieuKhienThietBi": {}}
            deliveries.set_volume(doing, "AH-01", 2, "good")
        until(lambda: device.got)
        assert [message["Id"] for _, message in device.got] == ["good"]
        until(lambda: row(system, Delivery, "bad").state == "refused")


def test_commands_can_be_signed(system, lan, act, broker, speaker):
    object.__setattr__(system.settings, "sign_commands", True)
    with working(system, broker) as work:
        work.link.wait(10)
        device = speaker().wait()
        with act(lan) as doing:
            deliveries.stop(doing, "AH-01")
        until(lambda: device.got)
        assert device.got[0][1]["ChuKy"]["KhoaID"]
    assert (system.settings.data_dir / PUBLIC_FILE).read_text().startswith("-----BEGIN PUBLIC KEY")
