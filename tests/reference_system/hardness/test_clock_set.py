"""The machine's clock is set while it serves: nothing is lost or doubled, and it is told."""

import subprocess
import time
from pathlib import Path

import pyotp
import pytest

from benchmarks import served as process
from benchmarks.served import COMMUNE, PASSWORD, told

pytestmark = [
    pytest.mark.slow,
    pytest.mark.needs_tool("mosquitto"),
    pytest.mark.needs_tool("faketime"),
]

AREA = {"era": "2022", "communes": [COMMUNE]}
HOUR_S = 3_600


@pytest.fixture
def set_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Sets the clock of the processes that are started from here on, by so many seconds."""
    (library,) = Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")
    offset = tmp_path / "offset"
    offset.write_text("+0")
    # libfaketime 0.9.10 refuses a sleep until a moment of the clock that it leaves alone.
    site = tmp_path / "site"
    site.mkdir()
    lines = ["import select, time", "time.sleep = lambda s: select.select([], [], [], s) and None"]
    (site / "sitecustomize.py").write_text("\n".join(lines))
    for name, value in {
        "LD_PRELOAD": str(library),
        "FAKETIME_TIMESTAMP_FILE": str(offset),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "NO_FAKE_STAT": "1",
        "PYTHONPATH": str(site),
    }.items():
        monkeypatch.setenv(name, value)

    def set_by(seconds: int) -> None:
        beside = offset.with_name("offset.new")
        beside.write_text(f"{seconds:+d}")
        beside.replace(offset)

    return set_by


@pytest.fixture
def at_work(serve, speak, set_clock):
    """A served system with an operator and the secret of the operator's second factor, an approved
    emergency, and the device D1."""
    served = serve()
    served.start()
    administrator = process.first_administrator(served)
    lan = process.person(served, administrator, "lan")
    secret = told(lan.post("/me/totp", json={"password": PASSWORD}))["secret"]
    confirm(lan, secret)
    secrets = process.devices(administrator, ["D1"])
    emergency = process.emergency(lan)
    speaker = speak(served.mqtt_port, "D1", secrets["D1"])
    assert speaker.subscribed.wait(20)
    return served, administrator, lan, speaker, emergency, secret


def confirm(client, secret: str, ahead_s: int = 0) -> None:
    code = pyotp.TOTP(secret).at(int(time.time()) + ahead_s)
    told(client.post("/me/confirmation", json={"code": code}))


def order(client, emergency: str, key: str, **more: object) -> dict:
    words = {"id": key, "bulletin_id": emergency, "area": AREA, "valid_ms": 600_000, **more}
    return told(client.post("/orders", json=words))


def health(served) -> dict:
    with served.ask() as anybody:
        return told(anybody.get("/health"))


def steps_told(client) -> list[tuple[int, bool]]:
    entries = told(client.get("/audit", params={"action": "clock-set"}))["items"]
    return [(each["detail"]["ahead_ms"], each["detail"]["followed"]) for each in entries[::-1]]


def plays_once(client, speaker, until, key: str, plays: int = 1) -> None:
    items = {f"{key}/{number + 1}" for number in range(plays)}
    until(lambda: items <= speaker.starts.keys(), what=f"plays of {key}")
    until(lambda: len(speaker.logged) == speaker.made, what="the log at the broker")
    until(lambda: items <= {entry["item"] for entry in log_of(client)}, what=f"the log of {key}")
    assert all(len(ids) == 1 for ids in speaker.starts.values()), "a play under two commands"
    entries = [entry["item"] for entry in log_of(client)]
    assert len(entries) == len(set(entries))


def log_of(client) -> list[dict]:
    return told(client.get("/play-logs", params={"device": "D1"}))["items"]


@pytest.mark.parametrize("seconds", [-HOUR_S, -int(time.time())], ids=["an hour", "to 1970"])
def test_a_clock_that_is_set_back_changes_nothing_and_is_told(
    seconds, at_work, set_clock, until
) -> None:
    served, administrator, lan, speaker, emergency, _ = at_work
    order(lan, emergency, "before", times=2, gap_ms=5_000)
    until(lambda: "before/1" in speaker.starts)
    set_clock(seconds)
    until(lambda: health(served)["clock"] == "off", what="the step in /health")
    assert abs(health(served)["clock_off_ms"] - seconds * 1000) < 2_000
    assert lan.get("/me").status_code == 200, "the session goes on"
    plays_once(lan, speaker, until, "before", plays=2)  # the second came due meanwhile
    order(lan, emergency, "during")  # still confirmed
    plays_once(lan, speaker, until, "during")
    speaker.say("status", **status())
    until(lambda: told(lan.get("/devices/D1"))["status"].get("link") == "4G")
    device = told(lan.get("/devices/D1"))
    assert (device["presence"], device["refused"]) == ("online", {})
    assert abs(device["clock_offset_ms"]) < 5_000
    set_clock(0)
    until(lambda: health(served)["clock"] == "right", what="the agreement in /health")
    order(lan, emergency, "after")
    plays_once(lan, speaker, until, "after")
    until(lambda: len(steps_told(administrator)) == 2)
    (back, followed), (again, agreed) = steps_told(administrator)
    assert (abs(back - seconds * 1000) < 2_000, followed) == (True, False)
    assert (abs(again) < 2_000, agreed) == (True, True)
    moments = [each["at"] for each in told(administrator.get("/audit"))["items"]]
    assert moments == sorted(moments, reverse=True)
    assert told(administrator.get("/audit/verification"))["broken"] is None
    assert sum("the machine's clock was set" in line for line in served.said().splitlines()) == 2
    assert "Traceback" not in served.said()


def test_a_clock_that_is_set_forward_is_followed_and_nothing_is_lost(
    at_work, set_clock, until
) -> None:
    served, administrator, lan, speaker, emergency, secret = at_work
    order(lan, emergency, "before")
    order(lan, emergency, "long", times=2, gap_ms=2 * HOUR_S * 1000, valid_ms=86_400_000)
    plays_once(lan, speaker, until, "before")
    set_clock(HOUR_S)
    until(lambda: health(served)["clock_steps"], what="the step in /health")
    found = health(served)
    assert (found["clock"], found["clock_off_ms"]) == ("right", 0)
    (step,) = found["clock_steps"]
    assert (abs(step["ahead_ms"] - HOUR_S * 1000) < 2_000, step["followed"]) == (True, True)
    assert lan.get("/me").status_code == 401, "an hour unused ends a session"
    again = served.ask(process.log_in(served, "lan"))
    confirm(again, secret, HOUR_S)
    order(again, emergency, "during")
    plays_once(again, speaker, until, "during")  # by a device whose clock is an hour behind
    assert set(speaker.starts) == {"before/1", "long/1", "during/1"}
    set_clock(2 * HOUR_S + 60)
    until(lambda: "long/2" in speaker.starts, what="what is due by the new time")
    assert told(administrator.get("/health"))["clock"] == "right"
    assert "Traceback" not in served.said()


def status() -> dict[str, object]:
    return {
        "ThoiDiem": int(time.time()),
        "AmLuong": "70",
        "TrangThaiHoatDong": 2,
        "TrangThaiKetNoi": "4G",
        "PhienBanUngDung": "1.0",
    }


def test_a_machine_in_1970_is_one_line(serve, set_clock) -> None:
    served = serve()
    set_clock(-int(time.time()))
    ended = subprocess.run(served.words, capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "the clock of this machine is wrong: set it, and start again\n"


def test_a_clock_that_went_back_between_two_starts_is_told(serve, set_clock) -> None:
    served = serve()
    served.start()
    served.kill()
    set_clock(-HOUR_S)
    served.start()
    assert "s behind the last entry of the audit log" in served.said()
