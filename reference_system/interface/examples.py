"""One good message of each sort, for the AsyncAPI document and for people."""

from collections.abc import Mapping

from reference_system.interface.messages import (
    Ack,
    Command,
    Control,
    Item,
    Message,
    Online,
    PlayEntry,
    PlayLog,
    Restart,
    Schedule,
    ScheduledBulletin,
    ScheduledDay,
    ScheduledPlay,
    ScheduleWithdrawn,
    StatusReport,
    Stopped,
    Targets,
    Telemetry,
    Withdrawn,
)
from reference_system.interface.topics import Kind

_NOW_S = 1_789_129_200
_DEVICE = Targets(devices=("21553-01",))
_STORM = Item(
    bulletin="b1",
    item="b1/1",
    priority=1,
    severity=0,
    media=3,
    title="Thử nghiệm: bão khẩn cấp",
    duration="00:00:40",
    duration_ms=39_480,
    content_url="https://nguon.example/am-thanh/b1.mp3",
    sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    size_bytes=315_840,
    text="THỬ NGHIỆM. Bão số 4 sắp đổ bộ.",
    not_before_ms=_NOW_S * 1000,
    expires_ms=(_NOW_S + 3_600) * 1000,
)
_MORNING = ScheduledBulletin(
    bulletin="b2",
    priority=3,
    media=5,
    kind="live",
    title="Tiếp âm thời sự",
    duration="00:15:00",
    content_url="https://nguon.example/truc-tiep",
    days=(
        ScheduledDay(
            day="12-09-2026",
            plays=(ScheduledPlay(item="b2/1", begin_s=1_789_164_000, finish_s=1_789_164_900),),
        ),
    ),
)


def _command(name: str, **body: object) -> Command:
    return Command.model_validate(
        {
            "id": name,
            "source": "H24",
            "sent_s": _NOW_S,
            "expires_s": _NOW_S + 600,
            "status": "Test",
            "targets": _DEVICE,
            **body,
        }
    )


EXAMPLES: Mapping[Kind, Mapping[str, Message]] = {
    "cmd": {
        "start": _command("c1", start=_STORM),
        "cancel": _command("c2", cancel=Withdrawn(item="b1/1")),
        "stop": _command("c3", stop=Stopped()),
        "volume": _command("c4", control=Control(parameter="80")),
        "schedule": _command(
            "c5",
            schedule=Schedule(schedule_id="l1", schedule_name="Sáng", bulletins=(_MORNING,)),
        ),
        "restart": _command("c7", restart=Restart()),
        "unschedule": _command("c6", unschedule=ScheduleWithdrawn(schedule_id="l1")),
    },
    "ack": {
        "accepted": Ack(id="c1", result=0, at_s=_NOW_S + 1, at_ms=(_NOW_S + 1) * 1000 + 250),
        "failed": Ack(id="c1", result=1, explanation="đã hết hạn", at_s=_NOW_S + 900),
    },
    "status": {
        "playing": StatusReport(
            at_s=_NOW_S + 10,
            volume="80",
            activity=0,
            link="4G,-71dbm",
            app_version="2.3",
            boot="7",
            latitude=13.78,
            longitude=109.22,
            telemetry=Telemetry(power_w=62.0, temperature_c=38.5, storage_used=12.0),
            started_s=_NOW_S + 2,
            playing_url="https://nguon.example/am-thanh/b1.mp3",
            item="b1/1",
            power="mains",
            speaker="normal",
        )
    },
    "log": {
        "played": PlayLog(
            sent_s=_NOW_S + 50,
            entries=(
                PlayEntry(
                    entry="7-0",
                    boot="7",
                    sequence=0,
                    bulletin="b1",
                    item="b1/1",
                    media=3,
                    priority=1,
                    title="Thử nghiệm: bão khẩn cấp",
                    duration="00:00:40",
                    started_s=_NOW_S + 2,
                    started_ms=(_NOW_S + 2) * 1000 + 120,
                    ended_s=_NOW_S + 41,
                    ended_ms=(_NOW_S + 41) * 1000 + 600,
                    outcome="played",
                    volume="80",
                ),
            ),
        )
    },
    "online": {
        "connected": Online(online=True, at_s=_NOW_S, boot="7"),
        "last will": Online(online=False),
    },
}
