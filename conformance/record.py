"""What happened in a case, in the order of its instants: the evidence that it is judged by.

The driving half of a case writes it, by way of a `Conversation` and a bench; the judging half reads
it, now or in ten years, from the bundle. So nothing else is known when a verdict is made. Instants
are milliseconds since the epoch by the bench's clock.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

What = Literal[
    "told",
    "raw",
    "said",
    "answer",
    "status",
    "entry",
    "presence",
    "nonsense",
    "session",
    "connected",
    "disconnected",
    "booted",
    "restarting",
    "sounds",
    "silent",
    "shown",
    "deaf",
    "power-off",
    "power-on",
    "link-off",
    "link-on",
    "server-mute",
    "server-back",
    "broker-off",
    "broker-on",
    "mark",
    "due",
    "asked",
    "conversation",
    "explored",
    "server-off",
    "server-on",
    "fleet",
    "reached",
    "sounded",
    "noted",
    "arrived",
    "joined",
    "left",
    "late",
    "end",
]
"""An order that was told; bytes that were sent as they are; what the device said, as it came, and
then in neutral words (`nonsense`: none); its MQTT session; whether it is connected; that it
started; that something of it is heard, or no more, or seen; that the bench cannot hear; what was
done to it; a point that the case names; when a scheduled play is due; a question to the operator
with its answer; the steps of a conversation that was drawn, and how many were tried to find it;
when the observation ended.

Of a source system `told` is what people asked of it, `answer` what it said; its server was killed
and started. Its fleet is told as arrays: who is in it; which devices an order reached, and when;
where a play sounded, from when until when; what devices noted in their logs; who came and went.
What it sent to another system, which the harness plays, has `arrived`. How late the instants of the
case were noted at worst (`late`)."""

WHATS: tuple[What, ...] = get_args(What)


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of a record."""

    at_ms: int
    what: What
    detail: Mapping[str, Any] = field(default_factory=dict)


VIETNAMESE: Mapping[str, str] = {
    "a composer approves their own": "người soạn tự duyệt tin của mình",
    "a stranger cancels": "người của xã khác hủy",
    "a stranger sends": "người của xã khác gửi",
    "a unit of others": "thay mặt đơn vị khác",
    "a viewer cancels": "người chỉ xem hủy",
    "a viewer sends": "người chỉ xem gửi phát",
    "after: compose": "soạn sau khi khóa",
    "again": "gửi lại",
    "also elsewhere": "gửi đến cả nơi khác",
    "announced": "báo trước thân dài 64 MB",
    "another's name": "dùng tên thiết bị khác",
    "another's secret": "mã bí mật của thiết bị khác",
    "answered": "đã trả lời",
    "appraised": "gửi khi mới thẩm định",
    "appraised by who writes": "người chỉ soạn thẩm định",
    "approved by who writes": "người chỉ soạn duyệt",
    "as a draft": "gửi khi là bản nháp",
    "before: compose": "soạn trước khi khóa",
    "bulletin": "bản tin",
    "cancel": "lệnh hủy",
    "centre": "trung ương",
    "change": "đổi khung giờ",
    "close": "khóa tài khoản",
    "closed": "đã kết thúc",
    "cut": "lượt bị hủy",
    "default secret": "mã bí mật mặc định",
    "elsewhere": "gửi đến nơi khác",
    "emergency": "tin khẩn cấp",
    "expired": "tin đã hết hạn",
    "figures": "số liệu",
    "figures of others": "số liệu của tỉnh khác",
    "file": "tệp chưa từng gửi",
    "first": "tin thứ nhất",
    "future": "thông điệp của ngày mai",
    "good": "tin đúng kiểu",
    "header": "dòng đầu dài 1 MB",
    "heard": "tin có tiếng",
    "log in again": "đăng nhập lại",
    "look, session: ended": "xem bằng phiên đã kết thúc",
    "look, session: garbage": "xem bằng phiên bịa",
    "look, session: none": "xem không có phiên",
    "lost": "mất",
    "missing": "không có",
    "mute": "tin không có tiếng",
    "nested": "JSON lồng quá sâu",
    "no secret": "không có mã bí mật",
    "none token": "không có mã truy cập",
    "normal": "tin thông thường",
    "not-http": "không phải HTTP",
    "not-mqtt": "không phải MQTT",
    "notice": "thông báo",
    "offline": "mất kết nối",
    "online": "đang kết nối",
    "open elsewhere": "xã khác mở văn bản",
    "other": "tin khác",
    "own": "tin của mình",
    "play": "lượt phát",
    "priority": "tin ưu tiên",
    "programme": "nội dung theo lịch",
    "publish": "PUBLISH dài 5 MB",
    "received": "đã tiếp nhận",
    "relay": "tiếp âm",
    "remove": "bỏ khung giờ",
    "removed slot": "khung giờ bị bỏ",
    "report": "báo cáo",
    "returned": "gửi khi bị trả lại",
    "routed": "đã chuyển",
    "running": "tin đang phát",
    "scheduled": "tin theo lịch",
    "second": "tin thứ hai",
    "send, session: ended": "gửi bằng phiên đã kết thúc",
    "send, session: garbage": "gửi bằng phiên bịa",
    "send, session: none": "gửi không có phiên",
    "sent": "gửi thân dài 5 MB",
    "sent after its end": "gửi sau khi bị thu hồi",
    "sent by who looks": "người chỉ xem gửi",
    "sent by who writes": "người chỉ soạn gửi",
    "sent without approval": "gửi khi chưa duyệt",
    "statistics": "số liệu",
    "stop": "lệnh dừng",
    "stream": "luồng trực tiếp",
    "submitted": "gửi khi mới trình",
    "time": "thời điểm viết thành số",
    "told to be first": "tin được xếp trước",
    "told to be second": "tin được xếp sau",
    "type": "con số viết thành chữ",
    "unconfirmed": "gửi khi chưa xác thực lớp thứ hai",
    "unheard": "chưa có tin",
    "unknown-field": "trường lạ",
    "valid": "tin còn hiệu lực",
    "volume": "lệnh âm lượng",
    "well-known": "mật khẩu ai cũng biết",
    "whole": "lượt trọn vẹn",
    "with other words": "cùng khóa, nội dung khác",
    "withdrawal": "lệnh hủy lịch",
    "written by who looks: compose": "người chỉ xem soạn",
    "wrong": "mật khẩu sai",
    "wrong password": "mật khẩu sai",
    "wrong secret": "mã bí mật sai",
    "wrong token": "mã truy cập sai",
}
"""What cases call their orders, other systems and states, for people; a number may follow."""


def in_vietnamese(name: str) -> str:
    """What a case calls something, in Vietnamese; the name itself where there is no word for it."""
    words, _, number = name.rpartition(" ")
    if words and number.isdecimal():
        return f"{VIETNAMESE.get(words, words)} {number}"
    return VIETNAMESE.get(name, name)


@dataclass(frozen=True, slots=True)
class Told:
    """An order of the case: its name there, its id on the wire, and the play that it is about."""

    name: str
    order: str
    at_ms: int
    item: str | None

    @property
    def vi(self) -> str:
        """The name in Vietnamese."""
        return in_vietnamese(self.name)


@dataclass(frozen=True, slots=True)
class Heard:
    """A stretch of sound; `until_ms` is None where it had not ended with the record."""

    item: str
    from_ms: int
    until_ms: int | None
    volume: int | None


class Record:
    """The happenings of a case, and what to ask of them."""

    def __init__(self, happenings: Sequence[Happening]) -> None:
        """Of these, put in the order of their instants."""
        self.happenings = sorted(happenings, key=lambda each: each.at_ms)

    def of(self, *whats: What) -> Iterator[Happening]:
        """Those that are one of these."""
        return (each for each in self.happenings if each.what in whats)

    def first(self, what: What, name: str | None = None) -> Happening:
        """The first that is this, of that name; raises `KeyError` where there is none."""
        for each in self.of(what):
            if name in (None, each.detail.get("name")):
                return each
        raise KeyError(what)

    @property
    def end_ms(self) -> int:
        """When the observation ended; the last happening's instant where it was cut short."""
        return self.happenings[-1].at_ms if self.happenings else 0

    @property
    def is_whole(self) -> bool:
        """Whether the driving half came to its end."""
        return any(self.of("end"))

    def earliest_ms(self, what: What) -> int:
        """The first instant at which the first of these may have been; `KeyError` where none is."""
        each = self.first(what)
        return each.at_ms - int(each.detail.get("uncertainty_ms", 0))

    @property
    def is_unanswered(self) -> bool:
        """Whether the operator was asked in vain."""
        return any(each.detail.get("answer") is None for each in self.of("asked"))

    def told(self, name: str) -> Told:
        """The order that the case called so; raises `KeyError` where it was not told."""
        each = self.first("told", name)
        return Told(name, each.detail["order"], each.at_ms, each.detail.get("item"))

    def mark(self, name: str) -> int:
        """When the case named a point; raises `KeyError` where it never did."""
        return self.first("mark", name).at_ms

    def expected(self) -> Mapping[str, int]:
        """When each scheduled play is due, by its item."""
        return {each.detail["item"]: each.detail["due_ms"] for each in self.of("due")}

    def answers(self, order: str) -> list[Happening]:
        """What the device said to an order."""
        return [each for each in self.of("answer") if each.detail["order"] == order]

    def heard(self, item: str | None = None) -> list[Heard]:
        """The stretches of sound, of one play or of all; `KeyError` where nobody listened."""
        if any(self.of("deaf")):
            raise KeyError("deaf")
        found: list[Heard] = []
        begun: dict[str, Happening] = {}
        for each in self.of("sounds", "silent"):
            name = each.detail["item"]
            if each.what == "sounds":
                begun.setdefault(name, each)
            elif name in begun:
                since = begun.pop(name)
                # What ended before its start delay was over was never heard.
                if each.at_ms > since.at_ms:
                    volume = since.detail.get("volume")
                    found.append(Heard(name, since.at_ms, each.at_ms, volume))
        found += [Heard(n, b.at_ms, None, b.detail.get("volume")) for n, b in begun.items()]
        found.sort(key=lambda each: each.from_ms)
        return [each for each in found if item in (None, each.item)]

    def entries(self, item: str | None = None) -> list[Happening]:
        """The entries of the play log as they arrived, of one play or of all."""
        return [each for each in self.of("entry") if item in (None, each.detail["item"])]
