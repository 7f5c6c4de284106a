"""What people do at the plain source system, and what they see there."""

import asyncio
import secrets
import time
from collections.abc import Mapping

from conformance.sources import acts as a
from conformance.sources.contract import MISSHAPEN, misshapen
from conformance.sources.features import FEATURES
from conformance.sources.plain.desk import Desk, RefusedError, Words
from conformance.sources.plain.office import handled, named
from simulator.emulator.enrolment import REGISTERED_AS
from simulator.live import spoken

_PRIORITIES = {"emergency": 1, "priority": 2, "normal": 3}
_STATES: Mapping[str, a.State] = {"truc-tuyen": "online", "mat": "lost", "chua-thay": "unheard"}
_ROLES: Mapping[a.PersonRole, str] = {
    "compose": "soan",
    "appraise": "tham-dinh",
    "approve": "duyet",
    "operate": "van-hanh",
    "view": "xem",
    "administer": "quan-tri",
}
_UPON: Mapping[type[a.Act], tuple[str, str]] = {
    a.Appraise: ("ThamDinh", "BanTinID"),
    a.Approve: ("DuyetTin", "BanTinID"),
    a.Cancel: ("HuyTin", "LenhID"),
    a.RemoveSlot: ("HuyLichPhat", "LichPhatID"),
}
"""What is done to something that has a name already, and the field of the name."""

_BEYOND = frozenset({"districts", "documents", "second_factor", "exchange", "broker"})


class Operators:
    """A `contract.OperatorHalf`: an account for everybody, a session for each."""

    features = frozenset(FEATURES) - _BEYOND

    def __init__(self, url: str, administrator: tuple[str, str]) -> None:
        """Nobody but the administrator has an account yet."""
        self._url = url
        self._administrator = Desk(url, *administrator)
        self._desks: dict[a.Person, Desk] = {a.ADMINISTRATOR: self._administrator}
        self._sounds: dict[int, str] = {}
        self._run = secrets.token_hex(3)

    async def close(self) -> None:
        """Close every connection."""
        for desk in self._desks.values():
            await desk.close()

    def order_of(self, item: str) -> str:
        """Plays are named ORDER-N."""
        return item.partition("-")[0]

    async def do(self, who: a.Person, act: a.Act) -> a.Outcome:
        """Let somebody do something."""
        if "district" in (getattr(who.place, "level", ""), *_levels(act)):
            return a.Unsupported()
        try:
            return await self._done(await self._desk(who), act)
        except RefusedError as error:
            return a.Refused(error.status, str(error))
        except MISSHAPEN as error:
            return misshapen(act, error)

    async def _done(self, desk: Desk, act: a.Act) -> a.Outcome:
        match act:
            case a.LogIn(wrong):
                await desk.log_in("?" if wrong else "")
                return a.Done()
            case a.LogOut():
                await desk.log_out()
                return a.Done()
            case a.CloseAccount(person):
                login = (await self._desk(person)).login
                return await named(desk, "KhoaTaiKhoan", login, TenDangNhap=login)
            case a.Compose():
                return await self._compose(desk, act)
            case a.Submit(bulletin):
                return a.Done(bulletin)
            case a.Appraise(name) | a.Approve(name) | a.Cancel(name) | a.RemoveSlot(name):
                word, field = _UPON[type(act)]
                return await named(desk, word, name, **{field: name})
            case a.Return(bulletin, reason):
                return await named(desk, "TraLai", bulletin, BanTinID=bulletin, LyDo=reason)
            case a.Issue():
                return a.Done((await desk.ask("GuiTin", **order_words(act)))["LenhID"])
            case a.AddSlot():
                return await self._add_slot(desk, act)
            case a.ChangeSlot(_, slot):
                await named(desk, "HuyLichPhat", slot, LichPhatID=slot)
                return await self._add_slot(desk, act)
            case _:
                return await _looked(desk, act)

    async def _compose(self, desk: Desk, act: a.Compose) -> a.Outcome:
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
        return a.Done((await desk.ask("SoanTin", **words))["BanTinID"])

    async def _add_slot(self, desk: Desk, act: a.AddSlot | a.ChangeSlot) -> a.Outcome:
        words: Words = {
            "MaYeuCau": act.key,
            "TenLichPhat": f"Thử nghiệm: {act.key}",
            "ThoiGianBatDau": [act.begins_ms // 1000],
            "CheDo": "Test",
            **_area(act.area),
        }
        if isinstance(act, a.AddSlot) and act.bulletin is not None:
            words["BanTinID"] = act.bulletin
        else:
            words["AmThanh"] = await self._sound(desk, act.sound_ms)
        return a.Done((await desk.ask("ThemLichPhat", **words))["LichPhatID"])

    async def _sound(self, desk: Desk, length_ms: int) -> str:
        if length_ms not in self._sounds:
            content = await asyncio.to_thread(spoken.sound, length_ms)
            self._sounds[length_ms] = (await desk.post("/am-thanh", content=content))["AmThanh"]
        return self._sounds[length_ms]

    async def credentials(self, who: a.Person) -> tuple[str, str]:
        """Login and password, of an account that is made where there is none; raises
        `RefusedError`."""
        desk = await self._desk(who)
        return desk.login, desk.password

    async def _desk(self, who: a.Person) -> Desk:
        """Theirs; somebody new gets an account."""
        if who not in self._desks:
            words: Words = {"Cap": "tinh"}
            if who.place is not None and who.place.level == "commune":
                words = {"Cap": "xa", "DiaBan": who.place.code}
            login = f"{who.name}.{words.get('DiaBan', 'tinh')}.{self._run}"
            roles = [_ROLES[role] for role in who.roles]
            asked = {"TenDangNhap": login, "VaiTro": roles, **words}
            made = await self._administrator.ask("TaoTaiKhoan", **asked)
            self._desks[who] = Desk(self._url, login, made["MatKhau"])
        return self._desks[who]


async def _looked(desk: Desk, act: a.Act) -> a.Outcome:
    match act:
        case a.Registry():
            rows = (await desk.ask("TrangThai"))["DanhSach"]
            return a.Done(
                said=[
                    [r["CumLoaID"], r["DiaBanQuanLy"], REGISTERED_AS[r["TenLoaiThietBi"]]]
                    for r in rows
                ]
            )
        case a.DeviceStates(devices):
            named: Words = {"CumLoaID": [*devices]} if devices else {}
            rows = (await desk.ask("TrangThai", **named))["DanhSach"]
            return a.Done(said=[[row["CumLoaID"], _STATES[row["TinhTrang"]]] for row in rows])
        case a.PlayLog(bulletin, since_ms, until_ms):
            asked: Words = {"BanTinID": bulletin, "TuMs": since_ms, "DenMs": until_ms}
            rows = (await desk.ask("NhatKyPhat", **asked))["NhatKy"]
            said = [[row["CumLoaID"], row["NhatKyID"], row["ThoiDiemBatDauMs"]] for row in rows]
            return a.Done(said=said)
        case a.Statistics(since_ms, until_ms):
            figures = await desk.ask("ThongKe", TuMs=since_ms, DenMs=until_ms)
            plays = figures["SoLuotPhatTheoKetQua"].get("played", 0)
            return a.Done(said={"devices": figures["ThietBi"], "plays": plays})
        case a.StateCounts():
            now_ms = int(time.time() * 1000)
            figures = await desk.ask("ThongKe", TuMs=now_ms - 60_000, DenMs=now_ms)
            counts = figures["ThietBiTheoTinhTrang"]
            return a.Done(said={_STATES[word]: number for word, number in counts.items()})
        case a.Audit():
            rows = (await desk.ask("NhatKyThaoTac"))["DanhSach"]
            return a.Done(said=[[row["LucMs"], row["Ai"], row["Viec"], row["Ve"]] for row in rows])
        case _:
            return await handled(desk, act)


def _levels(act: a.Act) -> tuple[str, ...]:
    return (act.to.level,) if isinstance(act, a.RouteFeedback) else ()


def order_words(act: a.Issue) -> Words:
    """What an order is asked for with."""
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


def _area(area: a.Area) -> Words:
    return {
        "DanhSachDiaBanNhan": [*area.communes],
        "DanhSachThietBi": {"CumLoaID": [*area.devices]},
        "TatCa": area.everywhere,
    }
