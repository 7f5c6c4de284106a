"""The plain source system as one under test: its people by acts over HTTP, its devices by polling.

It is a process of our own (`start: plain`) or one that runs already. It has no broker.
"""

import asyncio
import re
import secrets
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

import simulator
from conformance.sources import contract as c
from conformance.sources.features import FEATURES
from conformance.sources.target import Target
from scenarios.problems import one_line
from simulator.dialects.contract import Dialect, Service
from simulator.dialects.shared_http import SharedHttp
from simulator.emulator.connection import Broker
from simulator.emulator.enrolment import ROWS_AT_ONCE, NotEnrolled
from simulator.emulator.population import Resident
from simulator.live import spoken
from simulator.live.children import Child, Children, NotStarted
from simulator.live.installation import CannotBreak

TIMEOUT_S = 60.0
POLL_MS = 2_000
"""How often devices ask here. No document gives a figure; commands wait half of this on average."""

LOST_AFTER_S = 15
_FIRST = re.compile(r"first account: (\S+) (\S+)")
_SERVING = re.compile(r"serving: (\S+)")
_NOT_LOGGED_IN, _BROKEN = 12, 17
_PRIORITIES = {"emergency": 1, "priority": 2, "normal": 3}
_STATES: Mapping[str, c.State] = {"truc-tuyen": "online", "mat": "lost", "chua-thay": "unheard"}
_ROLES: Mapping[c.PersonRole, str] = {
    "compose": "soan",
    "appraise": "tham-dinh",
    "approve": "duyet",
    "operate": "van-hanh",
    "view": "xem",
    "administer": "quan-tri",
}

Words = dict[str, Any]


@contextmanager
def opened(target: Target, folder: Path) -> Iterator[c.System]:
    """The system of a target; one of our own keeps its data in the empty `folder`. Raises
    `simulator.live.children.NotStarted`."""
    if target.reached is not None:
        yield _Plain(_Reached(target.reached.url, target.reached.administrator))
        return
    process = _Process(folder)
    try:
        process.start()
        yield _Plain(process)
    finally:
        process.close()


class _Reached:
    """One that runs already."""

    def __init__(self, url: str, administrator: tuple[str, str]) -> None:
        self.url, self.administrator = url, administrator

    def kill(self) -> None:
        raise CannotBreak("the server is not ours to end")

    def start(self) -> None:
        raise CannotBreak("the server is not ours to start")


class _Process:
    """One of our own."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._children = folder, Children(folder)
        self._child: Child | None = None
        self.url, self.administrator = "", ("", "")

    def start(self) -> None:
        """Return once it answers, at the same address as before; raises `NotStarted`."""
        child = self._child = self._children.child(
            "plain",
            [
                *(sys.executable, "-m", "simulator.plain_source"),
                *("--data", str(self._folder / "data"), "--lost-after", str(LOST_AFTER_S)),
                *("--port", self.url.rpartition(":")[2] or "0"),
            ],
            environment={
                "PYTHONPATH": str(Path(simulator.__file__).parent.parent),
                "PYTHONSAFEPATH": "1",
                "PYTHONUTF8": "1",
            },
        )
        times = len(_SERVING.findall(_text(child)))
        child.start(lambda: len(_SERVING.findall(_text(child))) > times)
        text = _text(child)
        if not self.url:
            first = _FIRST.search(text)
            if first is None:
                raise NotStarted("it made no first account")
            self.administrator = (first[1], first[2])
        self.url = _SERVING.findall(text)[-1]

    def kill(self) -> None:
        if self._child is not None:
            self._child.kill()

    def close(self) -> None:
        self._children.close()


def _text(child: Child) -> str:
    return child.log.read_text() if child.log.exists() else ""


class _Plain:
    """A `contract.System`."""

    def __init__(self, running: "_Process | _Reached") -> None:
        self._running = running
        self.operators = _Operators(running.url, running.administrator)
        self.fleet = _Fleet(running.url, running.administrator)

    def facts(self) -> Mapping[str, str]:
        return {"system": "plain", "store": "a journal", "devices": "poll over HTTP"}

    def kill_server(self) -> None:
        self._running.kill()

    def start_server(self) -> None:
        self._running.start()

    def stop_broker(self) -> None:
        raise CannotBreak("it has no broker")

    def start_broker(self) -> None:
        raise CannotBreak("it has no broker")


class _Fleet:
    """A `contract.FleetHalf`: the shared vocabulary over HTTP."""

    poll_ms = POLL_MS
    broker = Broker("127.0.0.1", 9, "127.0.0.1")
    """Nobody connects to it: the dialect has no MQTT."""

    def __init__(self, url: str, administrator: tuple[str, str]) -> None:
        self._administrator = administrator
        self.dialect: Dialect = SharedHttp()
        self.services: Mapping[Service, str] = {"system": url}
        self.origins: Sequence[str] = [url]

    def register(self, residents: Sequence[Resident]) -> Mapping[str, str]:
        return asyncio.run(self._registered(residents))

    async def _registered(self, residents: Sequence[Resident]) -> Mapping[str, str]:
        given: dict[str, str] = {}
        desk = _Desk(self.services["system"], *self._administrator)
        try:
            for first in range(0, len(residents), ROWS_AT_ONCE):
                rows = [_row(resident) for resident in residents[first : first + ROWS_AT_ONCE]]
                for row in (await desk.ask("DangKyThietBi", DanhSach=rows))["DanhSach"]:
                    given[row["CumLoaID"]] = row["MatKhau"]
        except _RefusedError as error:
            raise NotEnrolled(str(error)) from None
        finally:
            await desk.close()
        return given


class _RefusedError(Exception):
    """What the system did not do; `status` is its own code, 0 where it did not answer."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(one_line(why))
        self.status = status


class _Desk:
    """Somebody at the system: logged in, and again when that has ended."""

    def __init__(self, url: str, login: str, password: str) -> None:
        self.login, self._password, self._token = login, password, ""
        self._client = httpx2.AsyncClient(
            base_url=url, timeout=TIMEOUT_S, follow_redirects=False, trust_env=False
        )

    async def close(self) -> None:
        await self._client.aclose()

    async def log_in(self, wrong: str = "") -> None:
        asked = {"Username": self.login, "Password": self._password + wrong}
        answer = await self._once("/dang-nhap", json=asked)
        if not wrong:
            self._token = answer["Token"]

    async def log_out(self) -> None:
        if self._token:
            await self._once("/dang-xuat", json={})
            self._token = ""

    async def ask(self, act: str, **words: Any) -> Any:
        return await self.post(f"/nghiep-vu/{act}", json=words)

    async def post(self, path: str, **more: Any) -> Any:
        if not self._token:
            await self.log_in()
        try:
            return await self._once(path, **more)
        except _RefusedError as error:
            if error.status != _NOT_LOGGED_IN:
                raise
        await self.log_in()
        return await self._once(path, **more)

    async def _once(self, path: str, **more: Any) -> Any:
        headers = {"authorization": f"Bearer {self._token}"} if self._token else {}
        try:
            answer = await self._client.post(path, headers=headers, **more)
            said = answer.json()
            if said["TrangThaiGui"] == 0:
                return said.get("NoiDung")
            code, why = int(said["MaLoi"]), str(said["MoTa"])
        except httpx2.HTTPError as error:
            raise _RefusedError(0, f"{path}: {error or type(error).__name__}") from None
        except (ValueError, KeyError, TypeError):
            raise _RefusedError(502, f"{path}: status {answer.status_code}") from None
        raise _RefusedError(503 if code == _BROKEN else code, f"{path}: {why}")


class _Operators:
    """A `contract.OperatorHalf`."""

    features = frozenset(FEATURES) - {"second_factor", "exchange"}

    def __init__(self, url: str, administrator: tuple[str, str]) -> None:
        self._url = url
        self._administrator = _Desk(url, *administrator)
        self._desks: dict[c.Person, _Desk] = {c.ADMINISTRATOR: self._administrator}
        self._sounds: dict[int, str] = {}
        self._run = secrets.token_hex(3)

    async def close(self) -> None:
        for desk in self._desks.values():
            await desk.close()

    def order_of(self, item: str) -> str:
        return item.partition("-")[0]

    async def do(self, who: c.Person, act: c.Act) -> c.Outcome:
        if "district" in (getattr(who.place, "level", ""), *_levels(act)):
            return c.Unsupported()
        try:
            return await self._done(await self._desk(who), act)
        except _RefusedError as error:
            return c.Refused(error.status, str(error))

    async def _done(self, desk: _Desk, act: c.Act) -> c.Outcome:
        match act:
            case c.LogIn(wrong):
                await desk.log_in("?" if wrong else "")
                return c.Done()
            case c.LogOut():
                await desk.log_out()
                return c.Done()
            case c.Compose():
                return await self._compose(desk, act)
            case c.Submit(bulletin):
                return c.Done(bulletin)
            case c.Appraise(bulletin):
                return await _named(desk, "ThamDinh", bulletin, BanTinID=bulletin)
            case c.Approve(bulletin):
                return await _named(desk, "DuyetTin", bulletin, BanTinID=bulletin)
            case c.Return(bulletin, reason):
                return await _named(desk, "TraLai", bulletin, BanTinID=bulletin, LyDo=reason)
            case c.Issue():
                return c.Done((await desk.ask("GuiTin", **_plays(act)))["LenhID"])
            case c.Cancel(order):
                return await _named(desk, "HuyTin", order, LenhID=order)
            case c.AddSlot():
                return await self._add_slot(desk, act)
            case c.RemoveSlot(slot):
                return await _named(desk, "HuyLichPhat", slot, LichPhatID=slot)
            case _:
                return await _looked(desk, act)

    async def _compose(self, desk: _Desk, act: c.Compose) -> c.Outcome:
        words: Words = {
            "MaYeuCau": act.key,
            "TieuDe": act.title,
            "MucDoUuTien": _PRIORITIES[act.bulletin_class],
            "CapDo": act.severity,
            "CheDo": "Test",
        }
        if act.text is None:
            words["AmThanh"] = await self._sound(desk, act.sound_ms)
        else:
            words["VanBan"] = act.text
        return c.Done((await desk.ask("SoanTin", **words))["BanTinID"])

    async def _add_slot(self, desk: _Desk, act: c.AddSlot) -> c.Outcome:
        made = await desk.ask(
            "ThemLichPhat",
            MaYeuCau=act.key,
            TenLichPhat=f"Thử nghiệm: {act.key}",
            AmThanh=await self._sound(desk, act.sound_ms),
            ThoiGianBatDau=[act.begins_ms // 1000],
            CheDo="Test",
            **_area(act.area),
        )
        return c.Done(made["LichPhatID"])

    async def _sound(self, desk: _Desk, length_ms: int) -> str:
        if length_ms not in self._sounds:
            content = await asyncio.to_thread(spoken.sound, length_ms)
            self._sounds[length_ms] = (await desk.post("/am-thanh", content=content))["AmThanh"]
        return self._sounds[length_ms]

    async def _desk(self, who: c.Person) -> _Desk:
        """Theirs; somebody new gets an account."""
        if who not in self._desks:
            words: Words = {"Cap": "tinh"}
            if who.place is not None and who.place.level == "commune":
                words = {"Cap": "xa", "DiaBan": who.place.code}
            login = f"{who.name}.{words.get('DiaBan', 'tinh')}.{self._run}"
            roles = [_ROLES[role] for role in who.roles]
            asked = {"TenDangNhap": login, "VaiTro": roles, **words}
            made = await self._administrator.ask("TaoTaiKhoan", **asked)
            self._desks[who] = _Desk(self._url, login, made["MatKhau"])
        return self._desks[who]


async def _looked(desk: _Desk, act: c.Act) -> c.Outcome:
    match act:
        case c.DeviceStates(devices):
            named: Words = {"CumLoaID": [*devices]} if devices else {}
            rows = (await desk.ask("TrangThai", **named))["DanhSach"]
            return c.Done(said=[[row["CumLoaID"], _STATES[row["TinhTrang"]]] for row in rows])
        case c.PlayLog(bulletin, since_ms, until_ms):
            asked: Words = {"BanTinID": bulletin, "TuMs": since_ms, "DenMs": until_ms}
            rows = (await desk.ask("NhatKyPhat", **asked))["NhatKy"]
            return c.Done(said=[[row["CumLoaID"], row["NhatKyID"]] for row in rows])
        case c.Statistics(since_ms, until_ms):
            return c.Done(said=await desk.ask("ThongKe", TuMs=since_ms, DenMs=until_ms))
        case c.YearlyReport(year):
            report = await desk.ask("BaoCaoNam", Nam=year)
            return c.Done(report["BaoCaoID"], report)
        case c.Audit():
            rows = (await desk.ask("NhatKyThaoTac"))["DanhSach"]
            return c.Done(said=[[row["LucMs"], row["Ai"], row["Viec"], row["Ve"]] for row in rows])
        case c.SendFeedback(key, commune, text):
            words: Words = {"MaYeuCau": key, "DiaBan": commune, "NoiDung": text}
            return c.Done((await desk.ask("TiepNhanPhanAnh", **words))["PhanAnhID"])
        case c.RouteFeedback(feedback, to):
            den = to.code if to.level == "commune" else ""
            return await _named(desk, "ChuyenPhanAnh", feedback, PhanAnhID=feedback, Den=den)
        case c.AnswerFeedback(feedback, text):
            return await _named(desk, "TraLoiPhanAnh", feedback, PhanAnhID=feedback, TraLoi=text)
        case c.ListFeedback():
            rows = (await desk.ask("DanhSachPhanAnh"))["DanhSach"]
            return c.Done(said=[[row["PhanAnhID"], _step(row), row["QuaHan"]] for row in rows])
        case _:
            return c.Unsupported()


async def _named(desk: _Desk, act: str, name: str, **words: Any) -> c.Outcome:
    """An act upon something that has a name already."""
    await desk.ask(act, **words)
    return c.Done(name)


def _levels(act: c.Act) -> tuple[str, ...]:
    return (act.to.level,) if isinstance(act, c.RouteFeedback) else ()


def _step(row: Mapping[str, Any]) -> str:
    """The state of a citizen's words, as other systems call it."""
    if row["TraLoi"] is not None:
        return "answered"
    return "received" if row["DangGiu"] == row["DiaBan"] else "routed"


def _plays(act: c.Issue) -> Words:
    words: Words = {
        "MaYeuCau": act.key,
        "BanTinID": act.bulletin,
        "SoLan": act.times,
        "CachNhauMs": act.gap_ms,
        "HieuLucMs": act.valid_ms,
        "ThuTu": act.play_order,
        **_area(act.area),
    }
    if act.not_before_ms is not None:
        words["KhongPhatTruocMs"] = act.not_before_ms
    return words


def _area(area: c.Area) -> Words:
    return {
        "DanhSachDiaBanNhan": [*area.communes],
        "DanhSachThietBi": {"CumLoaID": [*area.devices]},
        "TatCa": area.everywhere,
    }


def _row(resident: Resident) -> Words:
    return {
        "CumLoaID": resident.name,
        "TenThietBi": f"Cụm loa {resident.number:02}, {resident.commune_name}",
        "TenLoaiThietBi": resident.profile.kind,
        "DiaBanQuanLy": resident.commune,
    }
