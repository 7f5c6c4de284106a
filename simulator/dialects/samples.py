"""One of every neutral word, for checking that a dialect keeps the contract."""

from collections.abc import Mapping

from .contract import (
    Action,
    AddSchedule,
    Cancel,
    DropSchedule,
    Order,
    Play,
    Restart,
    SetVolume,
    Sound,
    Status,
    Stop,
)

DEVICE, OTHER = "21952-01", "21952-02"
NOW_MS = 1_789_129_200_000

PLAY = Play(
    item="b1/1",
    bulletin="b1",
    title="Thử nghiệm: bão khẩn cấp",
    bulletin_class="emergency",
    severity=0,
    kind="file",
    media=3,
    duration_ms=39_480,
    issued_ms=NOW_MS,
    not_before_ms=NOW_MS,
    at_once=True,
    sound=Sound("https://nguon.example/am-thanh/b1.mp3", "0" * 64, 315_840),
    expires_ms=NOW_MS + 3_600_000,
)
"""An emergency at once."""

RELAY = Play(
    item="b2/1",
    bulletin="b2",
    title="Thử nghiệm: tiếp âm",
    bulletin_class="normal",
    severity=0,
    kind="live",
    media=5,
    duration_ms=900_000,
    issued_ms=NOW_MS,
    not_before_ms=NOW_MS + 3_600_000,
    at_once=False,
    sound=Sound("https://nguon.example/truc-tiep"),
    end_by_ms=NOW_MS + 4_500_000,
)
"""A relay in an hour."""

ACTIONS: tuple[Action, ...] = (
    PLAY,
    Cancel("b1/1"),
    Stop(None),
    Restart(),
    SetVolume(80),
    AddSchedule("l1", (RELAY,)),
    DropSchedule("l1"),
)

ORDERS: Mapping[str, Order] = {
    type(action).__name__: Order(f"c{number}", NOW_MS + 600_000, action)
    for number, action in enumerate(ACTIONS, 1)
}

SPEAKING = Status(NOW_MS, "b1", NOW_MS - 60_000, 80, "4G", PLAY, NOW_MS - 1_000)
