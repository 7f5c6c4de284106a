"""The plain source system as a process of its own, and people who talk to it."""

import io
import signal
import subprocess
import sys
import time
import wave
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

PATIENCE_S = 20.0


@dataclass
class Person:
    """Somebody who is logged in."""

    url: str
    client: httpx2.Client
    token: str = ""

    def ask(self, what: str, **words: Any) -> dict[str, Any]:
        """The whole answer."""
        return self.post(f"/nghiep-vu/{what}", json=words)

    def done(self, what: str, **words: Any) -> Any:
        """`NoiDung` of what was done."""
        answer = self.ask(what, **words)
        assert answer["TrangThaiGui"] == 0, answer
        return answer["NoiDung"]

    def refused(self, what: str, **words: Any) -> int:
        """The code of what was not done."""
        answer = self.ask(what, **words)
        assert answer["TrangThaiGui"] == 1, answer
        assert "\n" not in answer["MoTa"]
        return int(answer["MaLoi"])

    def post(self, path: str, **more: Any) -> dict[str, Any]:
        headers = {"authorization": f"Bearer {self.token}"} if self.token else {}
        answer = self.client.post(self.url + path, headers=headers, timeout=20, **more)
        assert answer.status_code == 200
        return dict(answer.json())


@dataclass
class Running:
    """The process, and what is known of it."""

    data: Path
    client: httpx2.Client
    words: tuple[str, ...] = ()
    url: str = ""
    process: "subprocess.Popen[str] | None" = None
    passwords: dict[str, str] = field(default_factory=dict)

    def start(self, port: int = 0) -> None:
        program = [sys.executable, "-m", "simulator.plain_source", "--data", str(self.data)]
        self.process = subprocess.Popen(
            [*program, "--port", str(port), *self.words],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout is not None
        said = []
        for line in self.process.stdout:
            said.append(line)
            if "first account" in line:
                name, password = line.split()[-2:]
                self.passwords[name] = password
            if "serving" in line:
                self.url = line.split()[-1]
                return
        raise AssertionError(said)

    def end(self, number: int = signal.SIGTERM) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        code = self.process.wait(PATIENCE_S)
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.process = None
        return code

    def kill_and_start(self) -> None:
        port = int(self.url.rpartition(":")[2])
        self.end(signal.SIGKILL)
        self.start(port)

    def stranger(self, token: str = "") -> Person:
        return Person(self.url, self.client, token)

    def person(self, login: str) -> Person:
        person = self.stranger()
        asked = {"Username": login, "Password": self.passwords[login]}
        answer = person.post("/dang-nhap", json=asked)
        assert answer["TrangThaiGui"] == 0, answer
        person.token = answer["NoiDung"]["Token"]
        return person

    def hired(self, login: str, roles: list[str], commune: str = "") -> Person:
        """A new account, logged in."""
        words: dict[str, Any] = {"TenDangNhap": login, "VaiTro": roles, "Cap": "tinh"}
        if commune:
            words |= {"Cap": "xa", "DiaBan": commune}
        made = self.person("quan.tri").done("TaoTaiKhoan", **words)
        self.passwords[login] = made["MatKhau"]
        return self.person(login)


def tone(ms: int) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8_000)
        sound.writeframes(b"\x10\x20" * (8 * ms))
    return file.getvalue()


@pytest.fixture
def system(tmp_path: Path) -> Iterator[Running]:
    with httpx2.Client(verify=False, trust_env=False) as client:
        running = Running(tmp_path / "data", client)
        running.start()
        yield running
        if running.process is not None:
            assert running.end() == 0


@dataclass
class Office:
    """A province with two communes, a device in each, and those who do what there is to do."""

    system: Running
    secrets: dict[str, str]
    writer: Person
    approver: Person

    def approved(self, priority: int = 3, ms: int = 300) -> str:
        sound = self.writer.post("/am-thanh", content=tone(ms))["NoiDung"]["AmThanh"]
        words = {"TieuDe": "Thử nghiệm", "MucDoUuTien": priority, "CheDo": "Test"}
        name = self.writer.done("SoanTin", AmThanh=sound, **words)["BanTinID"]
        self.approver.done("ThamDinh", BanTinID=name)
        self.approver.done("DuyetTin", BanTinID=name)
        return str(name)

    def eventually(self, fits: Any) -> Any:
        deadline = time.monotonic() + PATIENCE_S
        while not (found := fits()):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        return found


@pytest.fixture
def office(system: Running) -> Office:
    rows = [{"CumLoaID": f"d{n}", "DiaBanQuanLy": f"2174{n}"} for n in range(2)]
    given = system.person("quan.tri").done("DangKyThietBi", DanhSach=rows)["DanhSach"]
    secrets = {row["CumLoaID"]: row["MatKhau"] for row in given}
    writer = system.hired("nguoi.soan", ["soan", "van-hanh", "xem"])
    approver = system.hired("nguoi.duyet", ["tham-dinh", "duyet", "van-hanh", "xem"])
    return Office(system, secrets, writer, approver)
