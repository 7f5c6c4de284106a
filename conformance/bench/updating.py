"""An update of the device's software: begun by the device itself, or by the operator.

No wire has a command for it, so with a real device the operator begins it with its maker's tools,
and says when it has ended.
"""

from typing import Final

from conformance.bench.questions import choice, done
from scenarios.scenario import Text

LENGTH_MS: Final = 120_000
"""How long an emulated device takes for one."""

BEGIN = done(
    "update-begin",
    Text(
        "Bắt đầu cập nhật phần mềm của thiết bị bằng công cụ của nhà sản xuất, "
        "và bấm ngay khi thiết bị bắt đầu cập nhật.",
        "Begin an update of the device's software with its maker's tools, "
        "and confirm as soon as the device is updating.",
    ),
)

ENDED, WAS_OVER = "ended", "was-over"
"""The device was updating when this was asked, or no longer."""

END = choice(
    "update-end",
    Text(
        "Thiết bị còn đang cập nhật không? Nếu còn: chờ, và bấm khi vừa cập nhật xong.",
        "Is the device still updating? If so: wait, and confirm as soon as it has ended.",
    ),
    {
        ENDED: Text("Vừa cập nhật xong", "It has ended just now"),
        WAS_OVER: Text("Đã xong trước câu hỏi này", "It had ended before this question"),
    },
)
