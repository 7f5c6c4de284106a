"""The commands of the Linux-board speaker as JSON, both ways: names seen in its firmware, seconds
for all instants and lengths. See `linux_speaker` for what is known of them."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reference_system.interface.vocabulary import (
    CLASS_OF_PRIORITY,
    PRIORITY_OF_CLASS,
    Media,
    Priority,
)
from reference_system.interface.wire_types import WHOLE, EpochS, Name, Text, Url, Volume
from scenarios.problems import one_line, place_of, shown
from scenarios.scenario import SoundKind

from .contract import (
    Action,
    AddSchedule,
    Cancel,
    DropSchedule,
    NotUnderstood,
    NoWord,
    Order,
    Play,
    Restart,
    SetVolume,
    Sound,
    Stop,
)

Code = Literal[
    "amluong",
    "phatkhancap",
    "PhatBanTinTinh",
    "DungBanTinTinh",
    "DungPhatNoiDung",
    "khoidonglai",
    "Luu_Lich_Phat_Tinh",
    "Huy_Lich_Phat_Tinh",
]
"""Volume; an emergency; another bulletin; end a bulletin; end what plays; restart; keep a schedule;
drop it."""

Source = Literal["FILE", "URL", "Tiếp Sóng"]

SKIP = "1"
"""`ThamSo` of `DungPhatNoiDung` that ends what plays. 0 would erase the schedule, too."""

SOURCE_OF_KIND: Mapping[SoundKind, Source] = {"file": "FILE", "stream": "URL", "live": "Tiếp Sóng"}
KIND_OF_SOURCE = {source: kind for kind, source in SOURCE_OF_KIND.items()}


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)


class _Bulletin(_Part):
    LuotPhatID: Name
    BanTinID: Name
    TieuDe: Text
    MucDoUuTien: Annotated[Priority, WHOLE]
    CapDo: Annotated[int, Field(ge=0, le=3)] = 0
    LoaiBanTin: Annotated[Media, WHOLE]
    Nguon: Source
    NoiDung: Url
    ThoiLuong: Annotated[int, Field(ge=1, le=10**6)]
    ThoiDiemGui: EpochS
    ThoiDiemBatDau: EpochS | None = None
    """At once where it is not given."""
    HetHieuLuc: EpochS | None = None
    ThoiDiemKetThuc: EpochS | None = None
    ThuTu: Annotated[int, Field(ge=-(2**31) + 1, le=2**31 - 1)] = 0


class _Command(_Part):
    LenhID: Name
    MaLenh: Code
    HetHan: EpochS | None = None
    ThamSo: Annotated[str, Field(max_length=100)] | None = None
    LuotPhatID: Name | None = None
    BanTin: _Bulletin | None = None
    LichPhatID: Name | None = None
    DanhSachBanTin: Annotated[tuple[_Bulletin, ...], Field(max_length=1_000)] | None = None


class _Volume(_Part):
    ThamSo: Volume


def command_json(order: Order) -> tuple[Code, bytes]:
    """The order as it stands on the wire, and its code; raises `NoWord`."""
    code, words = _words(order.action)
    names = {"LenhID": order.id, "MaLenh": code, "HetHan": _second_after(order.expires_ms)}
    command = _Command.model_validate({**names, **words})
    return code, command.model_dump_json(exclude_none=True).encode()


def order_of(data: object) -> Order:
    """The order in a command; raises `NotUnderstood`."""
    try:
        # Lists as JSON has them are tuples here: all else is as strict as the models say.
        command = _Command.model_validate(_with_tuple(data))
    except ValidationError as error:
        raise _refusal(error) from None
    expires_ms = None if command.HetHan is None else command.HetHan * 1000
    return Order(command.LenhID, expires_ms, _action(command))


def _words(action: Action) -> tuple[Code, dict[str, object]]:
    match action:
        case Play():
            code: Code = "phatkhancap" if action.bulletin_class == "emergency" else "PhatBanTinTinh"
            return code, {"BanTin": _bulletin(action)}
        case Cancel(item):
            return "DungBanTinTinh", {"LuotPhatID": item}
        case Stop(item):
            return "DungPhatNoiDung", {"ThamSo": SKIP, "LuotPhatID": item}
        case Restart():
            return "khoidonglai", {}
        case SetVolume(percent):
            return "amluong", {"ThamSo": str(percent)}
        case AddSchedule(schedule, plays):
            bulletins = tuple(map(_bulletin, plays))
            return "Luu_Lich_Phat_Tinh", {"LichPhatID": schedule, "DanhSachBanTin": bulletins}
        case DropSchedule(schedule):
            return "Huy_Lich_Phat_Tinh", {"LichPhatID": schedule}


def _action(command: _Command) -> Action:
    match command:
        case _Command(MaLenh="phatkhancap" | "PhatBanTinTinh", BanTin=_Bulletin() as bulletin):
            return _play(bulletin)
        case _Command(MaLenh="DungBanTinTinh", LuotPhatID=str(item)):
            return Cancel(item)
        case _Command(MaLenh="DungPhatNoiDung", ThamSo="1", LuotPhatID=item):
            return Stop(item)
        case _Command(MaLenh="khoidonglai"):
            return Restart()
        case _Command(MaLenh="amluong", ThamSo=percent):
            try:
                return SetVolume(int(_Volume.model_validate({"ThamSo": percent}).ThamSo))
            except ValidationError as error:
                raise _refusal(error) from None
        case _Command(
            MaLenh="Luu_Lich_Phat_Tinh", LichPhatID=str(schedule), DanhSachBanTin=tuple(bulletins)
        ):
            return AddSchedule(schedule, tuple(map(_play, bulletins)))
        case _Command(MaLenh="Huy_Lich_Phat_Tinh", LichPhatID=str(schedule)):
            return DropSchedule(schedule)
        case _:
            raise NotUnderstood(f"command: {command.MaLenh} is without what it is about")


def _bulletin(play: Play) -> _Bulletin:
    if play.sound is None:
        raise NoWord("loa không hiện được chữ / a text, which this speaker cannot say")
    return _Bulletin(
        LuotPhatID=play.item,
        BanTinID=play.bulletin,
        TieuDe=play.title,
        MucDoUuTien=PRIORITY_OF_CLASS[play.bulletin_class],
        CapDo=play.severity,
        LoaiBanTin=play.media,
        Nguon=SOURCE_OF_KIND[play.kind],
        NoiDung=play.sound.url,
        ThoiLuong=-(-play.duration_ms // 1000),
        ThoiDiemGui=play.issued_ms // 1000,
        ThoiDiemBatDau=None if play.at_once else play.not_before_ms // 1000,
        HetHieuLuc=_second_after(play.expires_ms),
        ThoiDiemKetThuc=_second_after(play.end_by_ms),
        ThuTu=play.order,
    )


def _play(bulletin: _Bulletin) -> Play:
    begins_s = bulletin.ThoiDiemBatDau
    return Play(
        item=bulletin.LuotPhatID,
        bulletin=bulletin.BanTinID,
        title=bulletin.TieuDe,
        bulletin_class=CLASS_OF_PRIORITY[bulletin.MucDoUuTien],
        severity=bulletin.CapDo,
        kind=KIND_OF_SOURCE[bulletin.Nguon],
        media=bulletin.LoaiBanTin,
        duration_ms=bulletin.ThoiLuong * 1000,
        issued_ms=bulletin.ThoiDiemGui * 1000,
        not_before_ms=(bulletin.ThoiDiemGui if begins_s is None else begins_s) * 1000,
        at_once=begins_s is None,
        sound=Sound(bulletin.NoiDung),
        expires_ms=None if bulletin.HetHieuLuc is None else bulletin.HetHieuLuc * 1000,
        end_by_ms=None if bulletin.ThoiDiemKetThuc is None else bulletin.ThoiDiemKetThuc * 1000,
        order=bulletin.ThuTu,
    )


def _second_after(at_ms: int | None) -> int | None:
    """The wire has whole seconds: a limit is not to come before its time."""
    return None if at_ms is None else -(-at_ms // 1000)


def _with_tuple(data: object) -> object:
    match data:
        case {"DanhSachBanTin": list(bulletins), **others}:
            return {**others, "DanhSachBanTin": tuple(bulletins)}
        case _:
            return data


def _refusal(error: ValidationError) -> NotUnderstood:
    first = error.errors()[0]
    expected = first["msg"].removeprefix("Input should be ")
    words = f"command: {place_of(first['loc'])}: is {shown(first['input'])}, expected {expected}"
    return NotUnderstood(one_line(words))
