"""Devices at the plain source system: emulated ones over the shared dialect, and bad ones."""

import asyncio
import json
import time
from collections.abc import Callable, Coroutine
from dataclasses import replace
from importlib.resources import files
from typing import Any

import jsonschema
import yaml

from scenarios import links, profiles
from simulator.dialects.shared_http import ACK, COMMANDS, LOG, LOGIN, STATUS, SharedHttp
from simulator.emulator.events import Event
from simulator.emulator.fleet import EmulatedFleet
from simulator.emulator.member import Member
from tests.simulator.plain_source.conftest import PATIENCE_S, Office, tone

EVER = {"TuMs": 1_700_000_000_000, "DenMs": 4_000_000_000_000}
POLLING = replace(
    profiles.load("speaker-reference"),
    poll_period_ms=100,
    keepalive_ms=400,
    reconnect_delay_ms=100,
    reconnect_spread_ms=100,
)


class Stage:
    """The devices of an office on their loop, and all that they do."""

    def __init__(self, office: Office, fleet: EmulatedFleet, events: list[Event]) -> None:
        self.office, self.fleet, self.events = office, fleet, events

    async def until(self, fits: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not fits():
                await asyncio.sleep(0.05)

    def items(self, what: str) -> list[tuple[str, str]]:
        return [(e.device, e.detail["item"]) for e in self.events if e.what == what]


def on_stage(office: Office, act: Callable[[Stage], Coroutine[Any, Any, None]]) -> Stage:
    async def run() -> Stage:
        events: list[Event] = []
        link = links.load("fibre")
        url = office.system.url
        fleet = EmulatedFleet(
            [Member(name, "", POLLING, link, secret) for name, secret in office.secrets.items()],
            None,
            SharedHttp(),
            services={"system": url},
            origins=[url],
            listener=events.append,
        )
        stage = Stage(office, fleet, events)
        try:
            await fleet.start()
            await act(stage)
        finally:
            await fleet.stop()
        return stage

    return asyncio.run(run())


def logged(office: Office) -> list[dict[str, Any]]:
    return list(office.writer.done("NhatKyPhat", **EVER)["NhatKy"])


def test_devices_hear_an_emergency_and_their_play_logs_arrive(office: Office) -> None:
    name = office.approved(priority=1, ms=400)

    async def act(stage: Stage) -> None:
        await asyncio.to_thread(office.writer.done, "GuiTin", BanTinID=name, TatCa=True)
        await stage.until(lambda: len(logged(office)) == 2)

    stage = on_stage(office, act)
    assert sorted(stage.items("began")) == [("d0", "L1-1"), ("d1", "L1-1")]
    assert {(row["CumLoaID"], row["KetQua"]) for row in logged(office)} == {
        ("d0", "played"),
        ("d1", "played"),
    }
    assert stage.fleet.summary().errors == {}
    rows = office.writer.done("TrangThai")["DanhSach"]
    assert [(row["TinhTrang"], row["LenhCho"]) for row in rows] == [("truc-tuyen", 0)] * 2
    assert rows[0]["TrangThai"]["AmLuong"].isdigit()


def test_an_emergency_in_one_act_cuts_and_a_cancel_ends_it(office: Office) -> None:
    name = office.approved(ms=30_000)
    sound = office.writer.post("/am-thanh", content=tone(20_000))["NoiDung"]["AmThanh"]

    async def act(stage: Stage) -> None:
        await asyncio.to_thread(office.writer.done, "GuiTin", BanTinID=name, TatCa=True)
        await stage.until(lambda: len(stage.items("began")) == 2)
        words = {"TieuDe": "Thử nghiệm", "MucDoUuTien": 1, "CheDo": "Test", "AmThanh": sound}
        area = {"DanhSachDiaBanNhan": ["21740"]}
        order = await asyncio.to_thread(office.approver.done, "PhatKhanCap", **words, **area)
        await stage.until(lambda: ("d0", f"{order['LenhID']}-1") in stage.items("began"))
        await asyncio.to_thread(office.writer.done, "HuyTin", LenhID=order["LenhID"])
        await asyncio.to_thread(office.writer.done, "HuyTin", LenhID="L1")
        await stage.until(lambda: len(logged(office)) >= 3)

    stage = on_stage(office, act)
    assert ("d1", "L2-1") not in stage.items("began")
    assert {row["KetQua"] for row in logged(office)} == {"cut"}


def test_a_slot_is_played_at_its_second_and_one_that_is_cancelled_is_not(office: Office) -> None:
    sound = office.writer.post("/am-thanh", content=tone(300))["NoiDung"]["AmThanh"]

    async def act(stage: Stage) -> None:
        begin_s = int(time.time()) + 3
        words = {"AmThanh": sound, "TatCa": True, "CheDo": "Test"}
        for title in ("Thử nghiệm 1", "Thử nghiệm 2"):
            asked = {"TenLichPhat": title, "ThoiGianBatDau": [begin_s], **words}
            made = await asyncio.to_thread(office.writer.done, "ThemLichPhat", **asked)
        await asyncio.sleep(0.5)
        await asyncio.to_thread(office.writer.done, "HuyLichPhat", **made)
        await stage.until(lambda: len(logged(office)) == 2)
        assert all(abs(row["ThoiDiemBatDauMs"] - begin_s * 1000) < 2_000 for row in logged(office))

    stage = on_stage(office, act)
    assert sorted(stage.items("began")) == [("d0", "K1-1"), ("d1", "K1-1")]


def test_a_volume_is_set(office: Office) -> None:
    setting = {"MaLenh": "0", "ThamSo": "37"}

    async def act(stage: Stage) -> None:
        devices = {"CumLoaID": ["d1"]}
        await asyncio.to_thread(
            office.writer.done, "DieuKhien", DieuKhienThietBi=setting, DanhSachThietBi=devices
        )
        await stage.until(
            lambda: (
                (office.writer.done("TrangThai")["DanhSach"][1]["TrangThai"] or {}).get("AmLuong")
                == "37"
            )
        )

    on_stage(office, act)


def test_killed_it_starts_again_with_all_that_it_had_accepted(office: Office) -> None:
    system = office.system
    first, second = office.approved(priority=1), office.approved(priority=1)
    office.writer.done("GuiTin", BanTinID=first, TatCa=True, MaYeuCau="mot")
    office.writer.done("GuiTin", BanTinID=second, TatCa=True, HieuLucMs=600_000)
    office.writer.done("HuyTin", LenhID="L2")
    office.writer.done("TiepNhanPhanAnh", DiaBan="21740", NoiDung="Thử nghiệm")
    with (system.data / "nhat-ky.jsonl").open("ab") as journal:
        journal.write(b'{"t":1,"ai":"nguoi.soan","viec":"gui","id":"L3",')  # it died as it wrote
    system.kill_and_start()
    office.writer, office.approver = system.person("nguoi.soan"), system.person("nguoi.duyet")
    assert office.writer.done("GuiTin", BanTinID=first, TatCa=True, MaYeuCau="mot") == {
        "LenhID": "L1"
    }

    async def act(stage: Stage) -> None:
        await stage.until(lambda: len(logged(office)) == 2)
        await asyncio.to_thread(system.kill_and_start)
        office.writer = system.person("nguoi.soan")
        await stage.until(
            lambda: (
                {row["TinhTrang"] for row in office.writer.done("TrangThai")["DanhSach"]}
                == {"truc-tuyen"}
            )
        )

    stage = on_stage(office, act)
    assert {item for _, item in stage.items("began")} == {"L1-1"}
    assert len(logged(office)) == 2
    assert len(office.writer.done("DanhSachPhanAnh")["DanhSach"]) == 1
    assert office.writer.done("GuiTin", BanTinID=first, TatCa=True) == {"LenhID": "L3"}


def test_a_device_that_is_silent_is_lost_and_one_never_heard_is_not(office: Office) -> None:
    office.system.end()
    office.system.words = ("--lost-after", "0.5")
    office.system.start()
    office.writer = office.system.person("nguoi.soan")
    d0 = Device(office, "d0")
    assert d0.get(COMMANDS)[0] == 200
    assert shown(office) == ["truc-tuyen", "chua-thay"]
    office.eventually(lambda: shown(office) == ["mat", "chua-thay"])
    office.system.kill_and_start()
    office.writer = office.system.person("nguoi.soan")
    assert shown(office) == ["mat", "chua-thay"]


def shown(office: Office) -> list[str]:
    return [row["TinhTrang"] for row in office.writer.done("TrangThai")["DanhSach"]]


# ---- Devices that are no emulated ones ----------------------------------------------------------


class Device:
    """A device by hand."""

    def __init__(self, office: Office, name: str, secret: str | None = None) -> None:
        self.url, self.client, self.token = office.system.url, office.system.client, ""
        secret = office.secrets[name] if secret is None else secret
        status, answer = self.post(LOGIN, {"Username": name, "Password": secret})
        self.status = status
        if status == 200:
            self.token = answer["NoiDung"]["Token"]

    def get(self, path: str) -> tuple[int, Any]:
        answer = self.client.get(self.url + path, headers=self._headers())
        return answer.status_code, answer.json()

    def post(self, path: str, body: Any) -> tuple[int, Any]:
        answer = self.client.post(
            self.url + path, content=json.dumps(body), headers=self._headers()
        )
        return answer.status_code, answer.json()

    def _headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"} if self.token else {}


def test_devices_get_and_answer_their_own_commands_alone(office: Office) -> None:
    devices = {"CumLoaID": ["d0"]}
    office.writer.done("GuiTin", BanTinID=office.approved(), DanhSachThietBi=devices)
    d0, d1 = Device(office, "d0"), Device(office, "d1")
    assert d1.get(COMMANDS) == (200, {"TrangThaiGui": 0, "DanhSachLenh": []})
    ack = {"Id": "L1-1", "TrangThaiGui": 0, "ThoiDiem": int(time.time())}
    assert d1.post(ACK, ack)[0] == 404
    (command,) = d0.get(COMMANDS)[1]["DanhSachLenh"]
    assert command["DanhSachThietBi"] == {"CumLoaID": ["d0"]}
    assert d0.post(ACK, ack)[0] == d0.post(ACK, ack)[0] == 200
    assert d0.get(COMMANDS)[1]["DanhSachLenh"] == []
    people = office.system.stranger(d0.token)
    assert people.refused("TrangThai") == 12
    d0.token = office.writer.token
    assert d0.get(COMMANDS)[0] == 401


def test_a_new_secret_ends_the_old_one_and_its_sessions(office: Office) -> None:
    d0 = Device(office, "d0")
    rows = [{"CumLoaID": "d0", "DiaBanQuanLy": "21740"}]
    office.system.person("quan.tri").done("DangKyThietBi", DanhSach=rows)
    assert d0.get(COMMANDS)[0] == 401
    assert Device(office, "d0").status == 401


def test_who_guesses_a_secret_is_stopped(office: Office) -> None:
    assert [Device(office, "d0", "sai").status for _ in range(6)] == [401] * 5 + [429]
    assert Device(office, "d1").status == 200


def test_who_guesses_a_secret_locks_no_device_out(office: Office) -> None:
    for _ in range(6):
        Device(office, "d0", "sai")
    assert Device(office, "d0").status == 200


def entry(**more: Any) -> dict[str, Any]:
    now_s = int(time.time())
    return {
        "NhatKyID": "b-0",
        "KhoiDong": "b",
        "SoThuTu": 0,
        "BanTinID": "T1",
        "LoaiBanTin": 3,
        "MucDoUuTien": 3,
        "ThoiLuong": "00:00:01",
        "ThoiDiemBatDau": now_s - 5,
        "ThoiDiemKetThuc": now_s - 4,
        "KetQua": "played",
        "AmLuong": "80",
        **more,
    }


def test_an_entry_that_comes_again_is_the_same_one_and_no_other_takes_its_name(
    office: Office,
) -> None:
    d0, now_s = Device(office, "d0"), int(time.time())
    said = entry()
    for _ in range(2):
        assert d0.post(LOG, {"ThoiDiemGui": now_s, "NhatKy": [said]})[0] == 200
    assert d0.post(LOG, {"ThoiDiemGui": now_s, "NhatKy": [said | {"KetQua": "cut"}]})[0] == 409
    assert [row["KetQua"] for row in logged(office)] == ["played"]


BAD_ENTRIES: tuple[dict[str, Any], ...] = (
    {"ThoiDiemBatDau": 1_700_000_000_000},
    {"ThoiDiemKetThuc": int(time.time()) + 25_200},
    {"MucDoUuTien": 0},
    {"MucDoUuTien": True},
    {"AmLuong": "101"},
    {"La": 1},
    {"NhatKyID": "x" * 201},
    {"NhatKyID": "\ud800"},
)


def test_a_bad_entry_is_refused_for_good(office: Office) -> None:
    d0 = Device(office, "d0")
    for wrong in BAD_ENTRIES:
        log = {"ThoiDiemGui": int(time.time()), "NhatKy": [entry(**wrong)]}
        status, answer = d0.post(LOG, log)
        assert (status, answer["TrangThaiGui"]) == (422, 1), wrong
    assert logged(office) == []
    assert d0.post(STATUS, {})[0] == 422
    assert d0.get(COMMANDS)[0] == 200


def test_commands_are_as_the_published_document_has_them(office: Office) -> None:
    document = yaml.safe_load(
        (files("reference_system.interface") / "asyncapi.yaml").read_text("utf-8")
    )
    schema = {**document, "$ref": "#/components/schemas/Command"}
    sound = office.writer.post("/am-thanh", content=tone(300))["NoiDung"]["AmThanh"]
    name = office.approved(priority=1)
    order = office.writer.done("GuiTin", BanTinID=name, TatCa=True, SoLan=3, CachNhauMs=1_000)
    words = {"TenLichPhat": "Thử nghiệm", "AmThanh": sound, "TatCa": True}
    slot = office.writer.done("ThemLichPhat", ThoiGianBatDau=[int(time.time()) + 60], **words)
    setting = {"MaLenh": "0", "ThamSo": "5"}
    office.writer.done("DieuKhien", DieuKhienThietBi=setting, TatCa=True)
    d0 = Device(office, "d0")
    told = d0.get(COMMANDS)[1]["DanhSachLenh"]
    office.writer.done("HuyTin", **order)
    office.writer.done("HuyLichPhat", **slot)
    told += d0.get(COMMANDS)[1]["DanhSachLenh"]
    assert len(told) == 3 + 1 + 1 + 3 + 1 + 1  # the volume is told again: it was not answered
    for command in told:
        jsonschema.validate(command, schema)
