"""Devices over HTTP, in the shared vocabulary."""

import json

import pytest
from sqlalchemy.exc import TimeoutError as PoolTimeout

from reference_system.services.fleet import credentials, deliveries, devices
from reference_system.services.fleet.credentials import LOGINS_PER_MINUTE
from reference_system.services.fleet.devices import Registration
from reference_system.store.devices import Device
from reference_system.web.bounds import BODY_BYTES


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
def device(client, secrets):
    def log_in(name):
        http = client(None)
        answer = http.post(
            "/device/v1/login", json={"Username": name, "Password": secrets[name]}
        ).json()
        assert answer["TrangThaiGui"] == 0
        http.headers["authorization"] = f"Bearer {answer['NoiDung']['Token']}"
        return http

    return log_in


def status(clock, **about):
    return {
        "ThoiDiem": clock.ms // 1000,
        "AmLuong": "70",
        "TrangThaiHoatDong": 0,
        "TrangThaiKetNoi": "4G",
        "PhienBanUngDung": "2.3.0",
    } | about


def test_a_wrong_login_is_told_in_the_shared_words(client, secrets):
    http = client(None)
    wrong = {"Username": "AH-01", "Password": "12345678"}
    answer = http.post("/device/v1/login", json=wrong)
    assert answer.status_code == 401
    assert answer.json().keys() == {"TrangThaiGui", "MoTa"}
    assert answer.json()["TrangThaiGui"] == 1
    for _ in range(LOGINS_PER_MINUTE - 1):
        assert http.post("/device/v1/login", json=wrong).status_code == 401
    assert http.post("/device/v1/login", json=wrong).status_code == 429
    assert http.post("/device/v1/login", json={"Username": "AH-01"}).json()["TrangThaiGui"] == 1
    unread = http.post(
        "/device/v1/login", content=b"\xff", headers={"content-type": "application/json"}
    )
    assert (unread.status_code, unread.json()["TrangThaiGui"]) == (400, 1)
    for path in ("commands", "schedule"):
        assert http.get(f"/device/v1/{path}").status_code == 401
    assert http.post("/device/v1/status", content=b"{}").status_code == 401


def test_a_device_reports_and_answers_for_itself_alone(system, clock, lan, act, device):
    mine, other = device("AH-01"), device("AH-02")
    assert mine.post("/device/v1/status", json=status(clock)).json() == {"TrangThaiGui": 0}
    with system.database.reading() as session:
        assert session.get_one(Device, "AH-01").presence == "online"
        assert session.get_one(Device, "AH-02").presence == "unheard"
    with act(lan) as doing:
        deliveries.set_volume(doing, "AH-01", 30, "v1")
    assert other.get("/device/v1/commands").json()["DanhSachLenh"] == []
    (command,) = mine.get("/device/v1/commands").json()["DanhSachLenh"]
    assert command["DieuKhienThietBi"] == {"MaLenh": "0", "ThamSo": "30"}
    ack = {"Id": "v1", "TrangThaiGui": 0, "ThoiDiem": clock.ms // 1000}
    foreign = other.post("/device/v1/ack", json=ack)
    assert (foreign.status_code, foreign.json()["TrangThaiGui"]) == (404, 1)
    assert mine.post("/device/v1/ack", json=ack).status_code == 200
    assert mine.post("/device/v1/ack", json=ack).status_code == 200
    assert mine.get("/device/v1/commands").json()["DanhSachLenh"] == []
    assert mine.get("/device/v1/schedule").json()["DanhSachLenh"] == []
    contradiction = ack | {"TrangThaiGui": 1, "MoTa": "bận"}
    assert mine.post("/device/v1/ack", json=contradiction).status_code == 409


def test_a_log_is_taken_once(clock, device):
    http = device("AH-01")
    entry = {
        "NhatKyID": "n1",
        "KhoiDong": "k1",
        "SoThuTu": 0,
        "BanTinID": "b1",
        "LoaiBanTin": 3,
        "MucDoUuTien": 1,
        "ThoiLuong": "00:00:40",
        "ThoiDiemBatDau": clock.ms // 1000 - 50,
        "ThoiDiemKetThuc": clock.ms // 1000 - 10,
        "KetQua": "played",
        "AmLuong": "70",
    }
    log = {"ThoiDiemGui": clock.ms // 1000, "NhatKy": [entry]}
    for _ in range(2):
        assert http.post("/device/v1/log", json=log).status_code == 200
    changed = log | {"NhatKy": [entry | {"KetQua": "cut"}]}
    assert http.post("/device/v1/log", json=changed).status_code == 409


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", 422),
        (b"{", 422),
        (b"\xff\xfe", 422),
        (b'{"ThoiDiem": 1664233200000}', 422),
        (b" " * 9_000, 413),
        (json.dumps({"AmLuong": 70}).encode(), 422),
    ],
)
def test_what_is_wrong_is_told_in_the_shared_words(device, body, code):
    answer = device("AH-01").post("/device/v1/status", content=body)
    assert answer.status_code == code
    assert answer.json()["TrangThaiGui"] == 1
    assert "\n" not in answer.json()["MoTa"]


def test_what_no_route_sees_is_told_in_the_shared_words_too(client, monkeypatch):
    http = client(None)
    for answer, status_code in (
        (http.post("/device/v1/status", content=bytes(BODY_BYTES + 1)), 413),
        (http.post("/device/v1/nowhere", json={}), 404),
        (http.get("/device/v1/status"), 405),
    ):
        assert answer.status_code == status_code
        assert answer.json().keys() == {"TrangThaiGui", "MoTa"}
        assert answer.json()["TrangThaiGui"] == 1
    assert http.get("/device/v1/status").headers["allow"] == "POST"

    def busy(*_: object) -> None:
        raise PoolTimeout("no connection is free")

    monkeypatch.setattr(credentials, "log_in", busy)
    answer = http.post("/device/v1/login", json={"Username": "AH-01", "Password": "12345678"})
    assert (answer.status_code, answer.json()["TrangThaiGui"]) == (503, 1)


def test_a_secret_is_not_said_again(client):
    asked = {"Username": "AH-01", "Password": "bí mật" * 100}
    answer = client(None).post("/device/v1/login", json=asked)
    assert answer.status_code == 422
    assert "bí mật" not in answer.text
