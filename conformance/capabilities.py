"""What a device can do: as its maker declares it, as its cases show it, and where the two differ.

What is not declared counts as not supported. What is declared and was seen not to work is a
finding, and no longer counted among the effective capabilities.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.case import Seen
from conformance.clauses import CERTIFIED, SYSTEMS, Role
from conformance.record import Record
from conformance.sources import features as of_systems
from scenarios import strict_yaml
from scenarios.problems import shown
from scenarios.scenario import Text
from scenarios.sourced import choice, mapping, quantity, read_fields, version_1, words, yes_or_no
from scenarios.units import duration_ms

FEATURES: Mapping[str, Text] = {
    "cancel": Text("hủy được bản tin đã gửi", "what was sent can be cancelled"),
    "schedules": Text("giữ lịch phát", "keeps schedules"),
    "offline_store": Text("phát khi mất kết nối", "plays without a connection"),
    "resumes_after_power": Text("phát tiếp sau khi có điện lại", "goes on after a power cut"),
    "restart": Text("khởi động lại theo lệnh", "restarts when told to"),
    "priority_cuts": Text("ưu tiên ngắt thông thường", "priority cuts normal"),
    "session_kept": Text("giữ phiên MQTT", "keeps its MQTT session"),
    "signed_commands": Text(
        "chỉ làm theo lệnh có chữ ký đúng", "obeys commands with a good signature alone"
    ),
    "last_will": Text("có di chúc MQTT", "has a last will"),
}
"""What a device's declaration can say yes or no to."""

CODECS = ("mp3", "aac", "opus", "wav")

SHOWN_BY: Mapping[str, str] = {
    "cancel": "cancel-ends-sound",
    "schedules": "schedule-added-beside",
    "offline_store": "plays-without-broker",
    "resumes_after_power": "emergency-through-power-cut",
    "restart": "restart-comes-back",
    "signed_commands": "forged-commands-refused",
}
"""The check that shows whether a feature is there."""

CODEC_CHECK = "every-declared-codec"


@dataclass(frozen=True, slots=True)
class Device:
    """What was given to be tested; `firmware_sha256` is None where its maker does not say."""

    vendor: str
    model: str
    serial: str
    firmware: str
    firmware_sha256: str | None


@dataclass(frozen=True, slots=True)
class Declaration:
    """A maker's word on a device. Limits are None where he sets none."""

    device: Device
    role: Role
    supports: Mapping[str, bool]
    codecs: tuple[str, ...]
    message_bytes: int | None
    commands_per_s: int | None
    cold_start_ms: int | None
    stored_plays: int | None

    @property
    def supported(self) -> frozenset[str]:
        """The names that cases and clauses know: the features, and `codec_` with each codec."""
        features = {name for name, there in self.supports.items() if there}
        return frozenset(features | {f"codec_{codec}" for codec in self.codecs})


@dataclass(frozen=True, slots=True)
class Capability:
    """One capability in its three forms; `discovered` is None where nothing showed it."""

    name: str
    declared: bool
    discovered: bool | None

    @property
    def effective(self) -> bool:
        """Whether to count on it: declared, and not seen to fail."""
        return self.declared and self.discovered is not False

    @property
    def differs(self) -> bool:
        """Whether the device is not as declared."""
        return self.discovered is not None and self.discovered is not self.declared


def features(role: Role) -> Mapping[str, Text]:
    """What a declaration can say yes or no to."""
    return of_systems.FEATURES if role in SYSTEMS else FEATURES


def read(path: Path) -> Declaration:
    """The declaration in a file; raises `BadInput` with every field that is wrong, by line."""
    return parse(strict_yaml.read(path))


def parse(document: strict_yaml.Document) -> Declaration:
    """The declaration that a document holds; raises `BadInput`."""
    parts = read_fields(document, (), _PARTS, optional=("limits",))
    device = read_fields(document, ("device",), _DEVICE)
    firmware = read_fields(document, ("device", "firmware"), _FIRMWARE, optional=("sha256",))
    known = features(parts["profile"])
    readers = {**dict.fromkeys(known, yes_or_no), "codecs": _codecs}
    supports = read_fields(document, ("supports",), readers, optional=readers)
    limits = (
        read_fields(document, ("limits",), _LIMITS, optional=_LIMITS) if "limits" in parts else {}
    )
    codecs = supports.pop("codecs", ())
    return Declaration(
        Device(
            device["vendor"],
            device["model"],
            device["serial"],
            firmware["version"],
            firmware.get("sha256"),
        ),
        parts["profile"],
        {name: supports.get(name, False) for name in known},
        codecs,
        limits.get("message_bytes"),
        limits.get("commands_per_s"),
        limits.get("cold_start"),
        limits.get("stored_plays"),
    )


def written(declared: Declaration) -> dict[str, Any]:
    """As a bundle keeps it, for the same reader."""
    device = declared.device
    firmware = {"version": device.firmware, "sha256": device.firmware_sha256}
    limits = {
        "message_bytes": declared.message_bytes,
        "commands_per_s": declared.commands_per_s,
        "cold_start": declared.cold_start_ms and f"{declared.cold_start_ms}ms",
        "stored_plays": declared.stored_plays,
    }
    return {
        "ttcs": 1,
        "device": {
            "vendor": device.vendor,
            "model": device.model,
            "serial": device.serial,
            "firmware": {name: value for name, value in firmware.items() if value is not None},
        },
        "profile": declared.role,
        "supports": {**declared.supports, "codecs": list(declared.codecs)},
        "limits": {name: value for name, value in limits.items() if value is not None},
    }


def compared(
    declared: Declaration,
    records: Iterable[Record],
    seen: Iterable[tuple[str, str, Seen]],
) -> tuple[Capability, ...]:
    """Every capability in its three forms; `seen` is `case, check, what it saw`."""
    found = dict(_discovered(records, seen))
    if declared.role in SYSTEMS:
        found |= {name: name in declared.supported for name in of_systems.SEEN}
    codecs = () if declared.role in SYSTEMS else CODECS
    names = (*features(declared.role), *(f"codec_{codec}" for codec in codecs))
    return tuple(Capability(n, n in declared.supported, found.get(n)) for n in names)


def _discovered(
    records: Iterable[Record], seen: Iterable[tuple[str, str, Seen]]
) -> Iterator[tuple[str, bool]]:
    sessions = [each.detail for record in records for each in record.of("session")]
    if sessions:
        yield "session_kept", not any(session["clean"] for session in sessions)
        yield "last_will", all(session["will"] for session in sessions)
    shows = {check: name for name, check in {**SHOWN_BY, **of_systems.SHOWN_BY}.items()}
    for case, check, what in seen:
        if what.ok is None:
            continue
        if check in shows:
            yield shows[check], what.ok
        elif check == CODEC_CHECK:
            yield f"codec_{case.rpartition('-')[2]}", what.ok


# ---- What a file may say ------------------------------------------------------------------------


def _short(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value.strip()) <= _MOST_CHARACTERS:
        raise ValueError(f"a text of at most {_MOST_CHARACTERS} characters, in quotes")
    return words(value)


def sha256_digits(value: object) -> str:
    """A reader of a SHA-256 as it is written; raises `ValueError`."""
    if not isinstance(value, str) or len(value) != 64 or set(value) - set("0123456789abcdef"):
        raise ValueError("64 hexadecimal digits")
    return value


def _codecs(value: object) -> tuple[str, ...]:
    names = value if isinstance(value, list) else [None]
    if any(name not in CODECS or names.count(name) > 1 for name in names):
        raise ValueError(f"a list of {', '.join(CODECS)}, each at most once, not {shown(value)}")
    return tuple(names)


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 1 << 30:
        raise ValueError("a whole number from 1")
    return value


_MOST_CHARACTERS = 200

_PARTS: dict[str, Any] = {
    "ttcs": version_1,
    "device": mapping,
    "profile": choice(*CERTIFIED, *SYSTEMS),
    "supports": mapping,
    "limits": mapping,
}
_DEVICE: dict[str, Any] = {
    "vendor": _short,
    "model": _short,
    "serial": _short,
    "firmware": mapping,
}
_FIRMWARE: dict[str, Any] = {"version": _short, "sha256": sha256_digits}
_LIMITS: dict[str, Any] = {
    "message_bytes": _count,
    "commands_per_s": _count,
    "cold_start": quantity(duration_ms),
    "stored_plays": _count,
}
