"""What a certification calls its subject, a device or a source system, and the bench of it."""

from dataclasses import dataclass
from typing import Final

from conformance.clauses import SYSTEMS, Role
from conformance.plan import Plan
from scenarios.scenario import Text


@dataclass(frozen=True, slots=True)
class Subject:
    """The words for what was tested."""

    headline: Text
    name: Text
    software: Text
    to: Text
    of: Text


_DEVICE: Final = Subject(
    Text(
        "Thử thiết bị truyền thanh cơ sở theo điều khoản",
        "A public-address device tested clause by clause",
    ),
    Text("Thiết bị", "Device"),
    Text("Phần mềm", "Firmware"),
    Text("đến thiết bị", "to the device"),
    Text("từ thiết bị", "from the device"),
)
_SYSTEM: Final = Subject(
    Text(
        "Thử hệ thống thông tin nguồn theo điều khoản",
        "A source-information system tested clause by clause",
    ),
    Text("Hệ thống", "System"),
    Text("Phiên bản", "Version"),
    Text("đến hệ thống", "to the system"),
    Text("từ hệ thống", "from the system"),
)


def subject(role: Role) -> Subject:
    """The words for what is tested in this role."""
    return _SYSTEM if role in SYSTEMS else _DEVICE


def bench(plan: Plan) -> Text:
    """What stood on the bench: a device, or so many around a source system."""
    if plan.role in SYSTEMS:
        devices, communes = (plan.bench.facts.get(each, "?") for each in ("devices", "communes"))
        return Text(
            f"{devices} thiết bị mô phỏng ở {communes} xã",
            f"{devices} emulated devices in {communes} communes",
        )
    if plan.bench.is_emulated:
        return Text("thiết bị mô phỏng", "emulated device")
    return Text("thiết bị thật", "real device")
