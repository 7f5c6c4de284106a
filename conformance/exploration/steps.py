"""A conversation as data: what is said to a device, one step after the other, and how it is said.

A record holds the steps of its conversation, so that it can be judged, and had again, without
whatever drew them.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import MISSING, asdict, dataclass, fields
from typing import Any, Final, Literal, get_args

from conformance.case import Drive
from conformance.conversation import Conversation
from conformance.record import Happening, Record
from scenarios.scenario import BulletinClass
from simulator.dialects.contract import (
    Action,
    AddSchedule,
    Cancel,
    DropSchedule,
    Play,
    SetVolume,
    Stop,
)

Word = Literal[
    "normal",
    "priority",
    "emergency",
    "relay",
    "scheduled",
    "expired",
    "cancel",
    "withdrawal",
    "stop",
    "volume",
    "again",
    "cut",
    "return",
]
"""Plays: one of a class, a relay, a normal one in a schedule, one in a command that has expired;
the cancel of a play, the withdrawal of a schedule, a stop of what is heard, the volume, the same
bytes again; the path to the source system taken, and given back."""

PLAYS: Final[tuple[Word, ...]] = get_args(Word)[:6]
CLASSES: Final[Mapping[Word, BulletinClass]] = {"priority": "priority", "emergency": "emergency"}
"""Every other play is a normal one."""

MOST_STEPS = 50
LATE_MS = 60_000
"""So long ago has the command of an `expired` play expired."""

QUIET_MS = 30_000
"""After so long without sound, and with nothing due, a conversation is over."""

RETURN_MS = 120_000
"""How long a conversation waits at its end for the device to connect again."""

_STEP_MS = 1_000


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that is said or done, and how long to wait before the next.

    `length_ms`, `after_ms` (0: at once), `valid_ms`, `end_after_ms` and `codec` are of plays, as
    `Conversation.play` has them; `percent` is of the volume; `of` is the number, from 1, of the
    earlier step that a cancel, a withdrawal or a repetition is about.
    """

    word: Word
    then_ms: int
    length_ms: int = 0
    after_ms: int = 0
    valid_ms: int | None = None
    end_after_ms: int | None = None
    codec: str = ""
    percent: int = 0
    of: int = 0

    @property
    def is_play(self) -> bool:
        """Whether something is to be heard."""
        return self.word in PLAYS


Steps = tuple[Step, ...]


def written(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """As a record holds them: what differs from its default."""
    known = {field.name: field.default for field in fields(Step)}
    return [{n: v for n, v in asdict(step).items() if known[n] != v} for step in steps]


def read(record: Record) -> Steps:
    """The steps of a record's conversation; raises `KeyError` where it has none that fit."""
    found = record.first("conversation").detail.get("steps")
    if not isinstance(found, list) or len(found) > MOST_STEPS:
        raise KeyError("steps")
    steps = tuple(_step(each) for each in found)
    for number, step in enumerate(steps, 1):
        if step.word in ("cancel", "withdrawal", "again") and not 1 <= step.of < number:
            raise KeyError("of")
    return steps


def counted(record: Record, counts: Mapping[str, int]) -> Record:
    """The record of a conversation with how many were `drawn` until one failed, how many were
    `planned`, and how many were `tried` in all, with those that were to be shorter."""
    return Record([*record.happenings, Happening(record.end_ms, "explored", counts)])


def _step(data: Any) -> Step:
    if not isinstance(data, dict):
        raise KeyError("step")
    given = {}
    for field in fields(Step):
        value = data.get(field.name, field.default)
        kind = str if field.name in ("word", "codec") else int
        is_none = value is None and field.default is None
        if value is MISSING or not (type(value) is kind or is_none):
            raise KeyError(field.name)
        given[field.name] = value
    if given["word"] not in get_args(Word) or not data.keys() <= given.keys():
        raise KeyError("word")
    return Step(**given)


def name(number: int, step: Step) -> str:
    """What the order of a step is called in its record."""
    return f"{step.word} {number}"


def speaking(steps: Steps) -> Drive:
    """The driving half that has this conversation, and waits until all of it is over."""

    async def drive(talk: Conversation) -> None:
        talk.announce(written(steps))
        plays: dict[int, Play] = {}
        for number, step in enumerate(steps, 1):
            _take(talk, steps, number, plays)
            await talk.wait(step.then_ms)
        if _is_away(steps):
            talk.restore_link()
        await _until_over(talk, plays.values())

    return drive


def _is_away(steps: Steps) -> bool:
    """Whether the path is still taken when all is said."""
    return [s.word for s in steps if s.word in ("cut", "return")][-1:] == ["cut"]


def _take(talk: Conversation, steps: Steps, number: int, plays: dict[int, Play]) -> None:
    step = steps[number - 1]
    match step.word:
        case "cut":
            talk.cut_link()
        case "return":
            talk.restore_link()
        case "again":
            talk.tell_again(name(step.of, steps[step.of - 1]))
        case _:
            if step.is_play:
                plays[number] = _play(talk, step, number)
            expires_in_ms = -LATE_MS if step.word == "expired" else 3_600_000
            action = _action(step, number, plays)
            talk.tell(name(number, step), action, expires_in_ms=expires_in_ms)


def _play(talk: Conversation, step: Step, number: int) -> Play:
    """What is for later is for a full second: the wire knows no smaller."""
    after_ms = step.after_ms and step.after_ms - talk.now_ms() % 1000
    return talk.play(
        str(number),
        CLASSES.get(step.word, "normal"),
        length_ms=step.length_ms,
        after_ms=after_ms,
        kind="live" if step.word == "relay" else "file",
        valid_ms=step.valid_ms,
        end_after_ms=step.end_after_ms,
        codec=step.codec,
    )


def _action(step: Step, number: int, plays: Mapping[int, Play]) -> Action:
    match step.word:
        case "scheduled":
            return AddSchedule(_schedule(plays[number]), (plays[number],))
        case "cancel":
            return Cancel(plays[step.of].item)
        case "withdrawal":
            return DropSchedule(_schedule(plays[step.of]))
        case "stop":
            return Stop(None)
        case "volume":
            return SetVolume(step.percent)
        case _:
            return plays[number]


def _schedule(play: Play) -> str:
    return f"{play.item}-schedule"


async def _until_over(talk: Conversation, plays: Collection[Play]) -> None:
    """Until the device is back, and has been silent with nothing due; bounded by what it was
    told, twice, for a device that begins again what was cut."""
    deadline_ms = talk.now_ms() + RETURN_MS
    while not _is_back(talk.record) and talk.now_ms() < deadline_ms:
        await talk.wait(_STEP_MS)
    lengths_ms = sum(play.duration_ms for play in plays)
    quiet_ms = max((talk.now_ms(), *(play.not_before_ms for play in plays))) + QUIET_MS
    latest_ms = quiet_ms + 2 * lengths_ms
    while talk.now_ms() < min(quiet_ms, latest_ms):
        await talk.wait(_STEP_MS)
        if _sounds(talk.record):
            quiet_ms = talk.now_ms() + QUIET_MS


def _is_back(record: Record) -> bool:
    """Whether it has connected since its path was given back, where that was taken at all."""
    back_ms = max((each.at_ms for each in record.of("link-on")), default=None)
    if back_ms is None:
        return True
    return any(each.at_ms >= back_ms for each in record.of("connected"))


def _sounds(record: Record) -> bool:
    sounding: set[str] = set()
    for each in record.of("sounds", "silent"):
        (sounding.add if each.what == "sounds" else sounding.discard)(each.detail["item"])
    return bool(sounding)
