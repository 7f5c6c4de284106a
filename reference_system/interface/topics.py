"""Where messages go: one topic for each device and kind, and who may read or write it.

`ttcs/1/<device>/<kind>`; the 1 is the version of this interface. Brokers make their access rules
from the data here, so that no device can read or command another.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal["cmd", "ack", "status", "log", "online"]
"""Command; acknowledgement; state of the device; play log (nhật ký phát); connected or not."""

PREFIX = "ttcs/1"


@dataclass(frozen=True, slots=True)
class Channel:
    """How messages of one kind travel.

    A `retained` message is kept by the broker for those who come later. `max_bytes` bounds the
    payload.
    """

    to_device: bool
    qos: Literal[0, 1]
    retained: bool
    max_bytes: int


CHANNELS: Mapping[Kind, Channel] = {
    "cmd": Channel(to_device=True, qos=1, retained=False, max_bytes=65_536),
    "ack": Channel(to_device=False, qos=1, retained=False, max_bytes=4_096),
    "status": Channel(to_device=False, qos=1, retained=False, max_bytes=8_192),
    "log": Channel(to_device=False, qos=1, retained=False, max_bytes=65_536),
    "online": Channel(to_device=False, qos=1, retained=True, max_bytes=1_024),
}

KINDS: tuple[Kind, ...] = get_args(Kind)
DEVICE_READS: tuple[Kind, ...] = tuple(kind for kind in KINDS if CHANNELS[kind].to_device)
"""What a device may subscribe to, of its own topics only."""

DEVICE_WRITES: tuple[Kind, ...] = tuple(kind for kind in KINDS if not CHANNELS[kind].to_device)
"""What a device may publish, on its own topics only."""

SOURCE_READS: tuple[str, ...] = tuple(f"{PREFIX}/+/{kind}" for kind in DEVICE_WRITES)
"""The topic filters that the source system subscribes to."""

DEVICE_NAME = "[A-Za-z0-9._-]{1,64}"
"""A device's name as a pattern: a topic level and a login name, without +, #, / and $."""

_NAME = re.compile(DEVICE_NAME)
_TOPIC = re.compile(f"{PREFIX}/({DEVICE_NAME})/([a-z]+)")


class BadTopic(ValueError):
    """A topic or a device name that this interface does not have; the text is one line."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic in its parts."""

    device: str
    kind: Kind

    def __str__(self) -> str:
        """The topic as it stands on the wire."""
        return f"{PREFIX}/{self.device}/{self.kind}"


def is_device_name(name: str) -> bool:
    """Whether a device may be called that."""
    return _NAME.fullmatch(name) is not None


def topic(device: str, kind: Kind) -> str:
    """The topic of a device's messages of a kind; raises `BadTopic` for an impossible name."""
    if not is_device_name(device):
        raise BadTopic(f"the device name {device[:80]!a} is not {DEVICE_NAME}")
    return str(Topic(device, kind))


def parse(text: str) -> Topic:
    """The parts of a topic; raises `BadTopic`."""
    if match := _TOPIC.fullmatch(text):
        device, kind = match.groups()
        for known in KINDS:
            if kind == known:
                return Topic(device, known)
    raise BadTopic(f"the topic {text[:80]!a} is not {PREFIX}/<device>/{'|'.join(KINDS)}")


def device_may(device: str, action: Literal["read", "write"], text: str) -> bool:
    """Whether a device may subscribe to (`read`) or publish on (`write`) exactly this topic."""
    kinds = DEVICE_READS if action == "read" else DEVICE_WRITES
    return any(text == str(Topic(device, kind)) for kind in kinds)
