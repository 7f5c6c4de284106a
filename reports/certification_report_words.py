"""What the report of a certification says beside its results, in both languages."""

from collections.abc import Mapping
from typing import Final

from conformance.capabilities import CODECS, FEATURES
from conformance.sources import features as of_systems
from conformance.waivers import Kind
from reports.findings.conversation import Name
from reports.findings.failures import Cause
from reports.findings.standing import Standing
from scenarios.scenario import Text

TITLE: Final = Text("Phiếu kết quả thử nghiệm", "Test report")

CAUSES: Final[Mapping[Cause, Text]] = {
    "silent": Text(
        "Đối tượng thử không trả lời trước khi thử: các điều khoản dưới đây bị chặn, chưa kết luận",
        "No answer before the case: the clauses below are blocked, and stay open",
    ),
    "died": Text(
        "Đối tượng thử không còn trả lời sau ca thử: mọi kiểm tra của ca đó không đạt cùng một "
        "nguyên nhân",
        "No answer any more after the case: all its checks fail by one cause",
    ),
    "clock": Text(
        "Đồng hồ thiết bị sai: các kiểm tra theo giờ của thiết bị có thể không đạt chỉ vì vậy",
        "The device's clock is wrong: checks by its time may fail for that alone",
    ),
    "harness": Text(
        "Lỗi của bộ thử hoặc bàn thử, không phải của đối tượng thử: các điều khoản dưới đây bị "
        "chặn",
        "Trouble of the harness or the bench, not of what is tested: the clauses below are blocked",
    ),
}

BLOCKED: Final = Text("bị chặn", "blocked")

FOLLOWS: Final[Mapping[Cause, Text]] = {
    "silent": Text("do đối tượng thử im lặng", "as it is silent"),
    "died": Text("do đối tượng thử ngừng trả lời", "as it stopped answering"),
    "clock": Text("có thể do đồng hồ sai", "maybe as the clock is wrong"),
    "harness": Text("do bộ thử", "as the harness had trouble"),
}

STANDINGS: Final[Mapping[Standing, Text]] = {
    "judged": Text("Đã thử", "Tested"),
    "not-tested": Text(
        "Thử được, nhưng không phải ở đây: lý do ở từng điều khoản",
        "Testable, but not here: each clause says why",
    ),
    "vouched": Text(
        "Chỉ xem xét hoặc khai báo: không bao giờ tính là đã thử",
        "Inspected or declared only: never counted as tested",
    ),
    "not-applicable": Text(
        "Không áp dụng: khả năng này không được khai báo",
        "Not applicable: the capability is not declared",
    ),
}

LANES: Final[Mapping[Name, Text]] = {
    "orders": Text("lệnh", "commands"),
    "answers": Text("trả lời", "answers"),
    "sound": Text("tiếng", "sound"),
    "shown": Text("hình", "picture"),
    "power": Text("mất điện", "no power"),
    "link": Text("mất mạng", "no link"),
}

HAPPENED: Final[Mapping[str, Text]] = {
    "power-off": Text("cắt điện", "power cut"),
    "power-on": Text("có điện lại", "power back"),
    "link-off": Text("cắt mạng", "link cut"),
    "link-on": Text("có mạng lại", "link back"),
    "broker-off": Text("tắt broker", "broker off"),
    "broker-on": Text("bật broker", "broker on"),
    "server-mute": Text("máy chủ âm thanh im lặng", "sound server mute"),
    "server-back": Text("máy chủ âm thanh trở lại", "sound server back"),
    "server-off": Text("máy chủ bị ngắt", "server killed"),
    "server-on": Text("máy chủ chạy lại", "server started"),
    "booted": Text("thiết bị khởi động", "device booted"),
    "restarting": Text("thiết bị khởi động lại", "device restarts"),
    "connected": Text("thiết bị kết nối", "device connected"),
    "disconnected": Text("thiết bị mất kết nối", "device disconnected"),
    "sounds": Text("có tiếng", "sounds"),
    "silent": Text("hết tiếng", "silent"),
    "shown": Text("hiện hình", "shows"),
    "deaf": Text("bàn thử không nghe được", "the bench cannot hear"),
    "asked": Text("hỏi người vận hành", "the operator was asked"),
}

GUARDS: Final[Mapping[bool, Text]] = {
    True: Text("đã phát hiện", "killed"),
    False: Text("chỉ nêu tên, không có số liệu", "named only, without figures"),
}

WAIVERS: Final[Mapping[Kind, Text]] = {
    "accepted-deviation": Text("bên mua chấp nhận", "accepted by the buyer"),
    "fix-promised": Text("hãng hứa sửa", "the maker promises to mend it"),
    "dispute": Text("đang tranh cãi", "contested"),
}

CAPABILITIES: Final[Mapping[str, Text]] = {
    **FEATURES,
    **of_systems.FEATURES,
    **{f"codec_{codec}": Text(f"phát {codec}", f"plays {codec}") for codec in CODECS},
}

YES_NO: Final[Mapping[bool | None, Text]] = {
    True: Text("có", "yes"),
    False: Text("không", "no"),
    None: Text("không thấy", "not seen"),
}

LEVELS: Final = {
    "MUST": Text("bắt buộc", "mandatory"),
    "SHOULD": Text("nên có", "recommended"),
}

NOT_MEASURED: Final = Text(
    "Bàn thử này không đo thời gian: giá trị là của mô hình, chỉ để biết. Trong giới hạn thì chưa "
    "kết luận; vượt giới hạn thì không đạt.",
    "This bench does not measure time: the values are a model's, told for information. Within "
    "the limit the verdict stays open; beyond it, it is a failure.",
)
