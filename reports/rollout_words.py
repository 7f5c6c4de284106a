"""How a rollout plan's results are said to people."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from conformance.rollout.delays import Mostly
from conformance.rollout.judging import How
from reports.words import Language, number
from scenarios.scenario import Text

MEASURES: Final[Mapping[str, Text]] = {
    "converted-of-first-stock": Text("đài đã chuyển đổi", "stations converted"),
    "converted-in-year-of-first-stock": Text(
        "chuyển đổi trong năm, trên số đài ban đầu", "converted in the year, of the first stock"
    ),
    "converted-in-year-of-remaining": Text(
        "chuyển đổi trong năm, trên số còn lại", "converted in the year, of what remained"
    ),
    "ip-of-communes": Text("xã có đài IP", "communes with an IP station"),
    "working-of-communes": Text("xã có đài hoạt động", "communes with a working station"),
    "covering-of-communes": Text("xã phủ hết các thôn", "communes with every village covered"),
    "one-system-of-communes": Text("xã chỉ còn một hệ thống IP", "communes with one IP system"),
    "boards-of-urban": Text("phường, thị trấn có bảng tin", "wards and townships with a board"),
    "boards-of-rural": Text("xã có bảng tin", "rural communes with a board"),
    "boards-of-communes": Text("xã, phường, thị trấn có bảng tin", "all communes with a board"),
    "big-boards-of-towns": Text("thị xã, thành phố có bảng lớn", "towns with a large board"),
    "big-boards-of-districts": Text("huyện có bảng lớn", "rural districts with a large board"),
    "source-system": Text("tỉnh có hệ thống nguồn", "provinces with a source system"),
    "households-with-ip": Text("hộ dân ở xã có đài IP", "households in communes with IP"),
    "upgraded-of-communes": Text("xã có đài được đầu tư", "communes with a station upgraded"),
    "out-of-order": Text("đài làm trước đài xấu hơn", "stations done before worse ones"),
    "spent-vnd": Text("đã chi trong năm", "spent in the year"),
}

HOWS: Final[Mapping[How, Text]] = {
    "simulated": Text("mô phỏng", "simulated"),
    "phase": Text(
        "ngày khẩn cấp của từng năm, kế hoạch ở P50", "an emergency in each year, plan at P50"
    ),
    "counted": Text("đếm theo kế hoạch", "counted in the plan"),
    "declared": Text("theo khai báo, không mô phỏng", "declared, not simulated"),
    "not-given": Text("chưa có căn cứ", "not given"),
    "not-binding": Text("văn bản không ràng buộc kế hoạch này", "of documents that do not bind it"),
}

MOSTLY: Final[Mapping[Mostly, Text]] = {
    "no-work": Text(
        "không việc nào trễ: kế hoạch không có việc nào để đạt chỉ tiêu này",
        "no work is late: none of the plan's works would meet it",
    ),
    "no-source": Text("không nguồn vốn nào chi", "no source pays"),
    "money": Text("phần lớn do thiếu vốn", "mostly for want of money"),
    "money-or-pace": Text(
        "phần lớn do thiếu vốn hoặc do nhịp độ đã định", "mostly for want of money, or by the pace"
    ),
    "delivery": Text(
        "phần lớn do mua sắm, giao hàng hoặc thiếu tổ thi công",
        "mostly by procurement, delivery or too few crews",
    ),
}

PERCENTILES_NOTE: Final = Text(
    "P80: mức đạt được hoặc tốt hơn với xác suất 80 %. Kết luận (mặc định của công cụ, không phải "
    "luật): đạt từ 80 %, không đạt dưới 50 %.",
    "P80: the value that is reached or bettered with a probability of 80 %. Verdicts (this "
    "project's default, not law): pass from 80 %, fail below 50 %.",
)

BASES: Final[Mapping[str, Text]] = {
    "first-stock": Text(
        "Tỷ lệ mỗi năm tính trên số đài lúc bắt đầu.",
        "The yearly share is of the stock at the plan's start.",
    ),
    "remaining": Text(
        "Tỷ lệ mỗi năm tính trên số đài còn lại: cách đọc khác, bốn năm chỉ được 68,4 %.",
        "The yearly share is of what remains: the other reading, 68.4 % in four years.",
    ),
}


def money(vnd: int, language: Language) -> str:
    """An amount in billions of VND, `1,5 tỷ` or `1.5 bn`."""
    shown = number(Fraction(vnd, 1_000_000_000), language)
    return f"{shown} tỷ" if language == "vi" else f"{shown} bn"
