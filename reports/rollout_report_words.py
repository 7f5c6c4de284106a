"""What only the report of a rollout plan says, in both languages."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from reports.findings.rollout import State
from scenarios.rollout.plan import StationKind, WorkKind
from scenarios.scenario import Text

KIND: Final = Text(
    "Mô phỏng kế hoạch triển khai thông tin cơ sở",
    "Simulation of a rollout plan for grassroots information",
)

STATES: Final[Mapping[State, Text]] = {
    "none": Text("chưa có đài", "no station"),
    "older": Text("đài có dây hoặc FM", "wired or FM station"),
    "partly": Text("một phần đã là IP", "IP in a part"),
    "ip": Text("đài IP", "IP station"),
}

STATIONS: Final[Mapping[StationKind, Text]] = {
    "none": Text("chưa có đài", "no station"),
    "wired": Text("có dây", "wired"),
    "fm-low": Text("FM 54-68 MHz", "FM 54-68 MHz"),
    "fm-high": Text("FM 87-108 MHz", "FM 87-108 MHz"),
    "ip": Text("IP", "IP"),
}

WORKS: Final[Mapping[WorkKind, Text]] = {
    "station": Text("đài IP", "IP stations"),
    "join": Text("ghép đài cũ bằng bộ chuyển đổi", "older stations joined"),
    "board": Text("bảng tin điện tử", "e-boards"),
    "big-board": Text("bảng tin cỡ lớn", "large boards"),
    "source-system": Text("hệ thống thông tin nguồn", "source system"),
}

FIGURES: Final[Mapping[str, Text]] = {
    "price.cluster": Text("giá cụm loa", "price of a cluster"),
    "price.head_end": Text("giá thiết bị trung tâm", "price of a head-end"),
    "price.converter": Text("giá bộ chuyển đổi", "price of a converter"),
    "price.board": Text("giá bảng tin", "price of an e-board"),
    "price.big_board": Text("giá bảng tin cỡ lớn", "price of a large board"),
    "price.source_system": Text("giá hệ thống nguồn", "price of a source system"),
    "procurement": Text("thời gian đấu thầu", "time of procurement"),
    "lead": Text("thời gian giao hàng", "time of delivery"),
    "install.cluster": Text("thời gian lắp cụm loa", "time to install a cluster"),
    "install.other": Text("thời gian lắp thiết bị khác", "time to install others"),
    "failure.good": Text("tỷ lệ hỏng của đài tốt", "failures of good stations"),
    "failure.degraded": Text("tỷ lệ hỏng, đài xuống cấp", "failures, degraded stations"),
}
"""The uncertain figures of a plan; cuts are named by their source."""

TIMETABLE: Final = Text("Tiến độ theo nơi", "Timetable by place")
MONEY: Final = Text("Chi phí theo nguồn vốn", "Cost by source")
ASSUMED: Final = Text("giả định", "assumed")
NOT_COMPUTED: Final = Text("Phần này chưa được tính.", "This part was not computed.")

CURVES_NOTE: Final = Text(
    "Đường đậm: P50, cuối mỗi năm; hình thoi: P80; dải nhạt: P10 đến P90; vạch đỏ: giới hạn của "
    "chỉ tiêu ở thời hạn.",
    "Bold line: P50 at each year's end; diamonds: P80; pale band: P10 to P90; red mark: a target's "
    "limit at its deadline.",
)
MAP_NOTE: Final = Text(
    "Mỗi dấu là một xã, phường hoặc thị trấn, theo tình trạng cuối năm: việc nào đã xong trong ít "
    "nhất một nửa số lần mô phỏng thì tính là xong (P50).",
    "Each mark is a commune by its state at the year's end: works done in at least half of the "
    "replications count as done (P50).",
)
REACH_NOTE: Final = Text(
    "Thiết bị và hộ dân là hai số khác nhau: phần đài đã là IP, và phần hộ dân ở xã có đài IP.",
    "Devices and households are two figures: the share of stations converted to IP, and the share "
    "of households in communes with an IP station.",
)
TIMETABLE_NOTE: Final = Text(
    "Thanh: từ đầu năm được cấp vốn (P50) đến khi mọi việc xong (P50); vạch trắng: xong một nửa; "
    "mũi tên: có việc không xong trong kế hoạch và hai năm sau đó.",
    "Bar: from the start of the year that money is given in (P50) to when all works are done "
    "(P50); white mark: half are done; arrow: some are not done within the plan and two years.",
)
TORNADO_NOTE: Final = Text(
    "Mỗi thanh: riêng yếu tố đó đi từ P10 (chấm) đến P90 (hình thoi), các yếu tố khác ở P50; giá "
    "trị cuối năm cuối.",
    "Each bar: this figure alone from its P10 (dot) to its P90 (diamond), all others at their "
    "P50; values of the last year's end.",
)
MONEY_NOTE: Final = Text(
    "Mỗi năm hai cột: bên trái là vốn dự kiến, bên phải là số đã chi (P50 của từng nguồn; tổng các "
    "P50 không phải P50 của tổng).",
    "Two columns a year: planned on the left, paid on the right (P50 of each source; the sum of "
    "medians is not the median of the sum).",
)
PHASES: Final = Text(
    "Một tin khẩn cấp đến đâu, từng năm", "What an emergency reaches, year by year"
)
PHASES_NOTE: Final = Text(
    "Cuối mỗi năm, mạng lưới của năm đó (P50) đi qua một tin khẩn cấp và một ngày thường trong thế "
    "giới ảo. Phần hộ dân tính trên mọi hộ, phần thiết bị trên mọi thiết bị đã có; thời gian tính "
    "từ lúc hệ thống nguồn nhận tin.",
    "At each year's end that year's network (P50) goes through an emergency and an ordinary day in "
    "the virtual world. Households are a share of all households, devices of all devices that "
    "stand; time is counted since the source system accepted the message.",
)
PHASE_REACH: Final[Mapping[str, Text]] = {
    "household_reach": Text("Hộ dân nghe được tin khẩn cấp", "Households that hear the emergency"),
    "device_reach": Text("Thiết bị phát tin khẩn cấp", "Devices that sound the emergency"),
}
PHASES_TABLE: Final = Text("Tiếp cận, tải và chi phí từng năm", "Reach, load and cost by year")
CHANCE_NOTE: Final = Text(
    "Xác suất kèm khoảng tin cậy 95 % của số lần mô phỏng.",
    "Probabilities with the 95 % interval of the number of replications.",
)
HOUSEHOLDS_ASSUMED: Final = Text(
    "Số hộ dân là số liệu sinh ra (giả định), nên mọi con số về hộ dân cũng là giả định.",
    "Households are generated (assumed), so every figure of households is assumed too.",
)
NO_TARGETS: Final = Text("Không có chỉ tiêu nào.", "There are none.")
NOTHING_SWINGS: Final = Text(
    "Không yếu tố nào tự mình làm thay đổi kết quả.", "No figure alone changes the outcome."
)


def figure_name(name: str, money: Iterable[Mapping[str, Any]]) -> Text:
    """How an uncertain figure is called; `money` are the sources of `results.json`."""
    if name in FIGURES:
        return FIGURES[name]
    source = name.removeprefix("cut.")
    titles = (one["title"] for one in money if one["source"] == source)
    title = next(titles, {"vi": source, "en": source})
    return Text(f"cắt giảm: {title['vi']}", f"cuts: {title['en']}")
