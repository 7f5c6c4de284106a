"""How it is said to people what a solver made of a rollout plan."""

from collections.abc import Mapping
from typing import Final

from conformance.rollout.comparing import Strategy
from scenarios.scenario import Text
from simulator.rollout.optimising.limits import LimitKind, Objective
from simulator.rollout.optimising.solving import Stopped

OBJECTIVES: Final[Mapping[Objective, Text]] = {
    "coverage": Text("hộ-năm ở xã có đài IP", "household-years in communes with IP"),
    "reach": Text("hộ-năm nghe được thiết bị IP", "household-years in earshot of an IP device"),
    "cost": Text("chi phí (đồng)", "cost (VND)"),
}

STRATEGIES: Final[Mapping[Strategy, Text]] = {
    "optimised": Text("tối ưu", "optimised"),
    "any-order": Text("tối ưu, không giữ thứ tự", "optimised, in any order"),
    "plan": Text("thứ tự của kế hoạch", "the plan's own order"),
    "most-per-dong": Text("nhiều hộ nhất trên mỗi đồng", "most households per đồng"),
    "cheapest": Text("rẻ nhất trước", "cheapest first"),
    "random": Text("thứ tự ngẫu nhiên", "random order"),
}

LIMITS: Final[Mapping[LimitKind, Text]] = {
    "demand": Text("chỉ tiêu", "target"),
    "order": Text("đài xấu nhất trước", "worst first"),
    "pace": Text("nhịp độ mỗi năm", "the yearly pace"),
    "crews": Text("tổ thi công", "crews"),
    "money": Text("vốn", "money"),
}

STOPPED: Final[Mapping[Stopped, Text]] = {
    "gap": Text("đã chứng minh trong sai số", "proven within the gap"),
    "nodes": Text("dừng ở giới hạn số nút", "stopped at the limit of nodes"),
    "time": Text(
        "dừng ở giới hạn thời gian: máy khác có thể ra kết quả khác",
        "stopped at the limit of time: another machine may find another answer",
    ),
}
