"""The command log: what a source system sent, one JSON object a line.

The first line is a header that names the era of all codes; every other line is a command.
`schemas/command-log.schema.json` describes one line; what holds between lines is checked here.
A log may come from any source system: its commands stand in any order, and their times may lie
before the scenario's start.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from io import BytesIO
from itertools import chain
from pathlib import Path as FilePath
from typing import Any, TextIO

from reference_system.dispatch.commands import ACTIONS, Action, Command, Item
from scenarios.files import decode_utf8, read_bounded
from scenarios.problems import BadInput, Path, Problem, place_of, shortened, shown
from scenarios.scenario import CLASSES, KINDS, Area
from scenarios.strict_json import decode_line
from scenarios.units import LONGEST_DURATION_MS, VIETNAM_TIME, instant

FORMAT_VERSION = 1
MAX_BYTES = 256 << 20
MAX_LINE_BYTES = 4 << 20
MAX_PROBLEMS = 1_000
"""Reading stops at this number of problems."""

MAX_TEXT_CHARACTERS = 200
MAX_SEVERITY = 3
MAX_ORDER = 2**31 - 1
MAX_SIZE_BYTES = 10**12

_AREA_FIELDS = ("provinces", "districts", "communes", "devices")

_Reader = Callable[[Any], Any]
"""Turns what a line says into a value; raises `ValueError` with what was expected."""


def write(commands: Iterable[Command], start: datetime, era: str, stream: TextIO) -> None:
    """Write a log with `start` as moment zero; a cancelled item needs its start in the same log.

    An area that is everywhere is written as just that.
    """
    header = {"ttcs": FORMAT_VERSION, "log": "commands", "era": era, "start": _moment(start, 0)}
    lines = chain([header], (_command_data(command, start) for command in commands))
    stream.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def read(path: FilePath, start: datetime, era: str) -> tuple[Command, ...]:
    """The commands of a log, in its order, with times from the scenario's `start`.

    Raises `BadInput` with everything wrong in the log, up to `MAX_PROBLEMS`; a log of
    another era and a log without a command are wrong too.
    """
    source = read_bounded(path, MAX_BYTES)
    if not source.strip():
        raise BadInput([Problem(str(path), None, None, "", "empty", "a header and commands")])
    log = _Log(str(path), start, era)
    for number, line in enumerate(BytesIO(source), start=1):
        log.add(number, line.rstrip(b"\r\n"))
        if len(log.problems) >= MAX_PROBLEMS:
            raise BadInput(log.problems)
    return log.commands()


def _moment(start: datetime, at_ms: int) -> str:
    moment = start.astimezone(VIETNAM_TIME) + timedelta(milliseconds=at_ms)
    return moment.isoformat(timespec="milliseconds")


def _command_data(command: Command, start: datetime) -> dict[str, Any]:
    item = command.item
    return {
        "id": command.id,
        "action": command.action,
        "issued": _moment(start, command.issued_ms),
        "to": _area_data(command.to),
        "item": item.id if command.action == "cancel" else _item_data(item, start),
    }


def _area_data(area: Area) -> dict[str, Any]:
    if area.everywhere:
        return {"all": True}
    return {name: list(getattr(area, name)) for name in _AREA_FIELDS}


def _item_data(item: Item, start: datetime) -> dict[str, Any]:
    expires, end_by = item.expires_ms, item.end_by_ms
    return {
        "id": item.id,
        "bulletin": item.bulletin,
        "class": item.bulletin_class,
        "severity": item.severity,
        "kind": item.kind,
        "not_before": _moment(start, item.not_before_ms),
        "expires": None if expires is None else _moment(start, expires),
        "end_by": None if end_by is None else _moment(start, end_by),
        "duration_ms": item.duration_ms,
        "order": item.order,
        "size_bytes": item.size_bytes,
    }


@dataclass(frozen=True, slots=True)
class _Sent:
    """A command as its line gives it; the item may stand in another line."""

    line: int
    id: str
    action: Action
    issued_ms: int
    to: Area
    item_id: str


@dataclass(slots=True)
class _Log:
    """What has been read of a log so far; what is wrong with it goes to the problems."""

    file: str
    start: datetime
    era: str
    problems: list[Problem] = field(default_factory=list)
    sent: list[_Sent] = field(default_factory=list)
    items: dict[str, Item] = field(default_factory=dict)
    item_ids: set[str] = field(default_factory=set)
    line_of_id: dict[str, int] = field(default_factory=dict)

    def add(self, line: int, source: bytes) -> None:
        """Take in one line, counted from 1."""
        try:
            data = decode_line(_line_text(self.file, line, source), self.file, line)
        except BadInput as bad:
            self.problems += bad.problems
            return
        if line == 1:
            self._add_header(data)
        else:
            self._add_command(line, data)

    def commands(self) -> tuple[Command, ...]:
        """The commands of the whole log; raises `BadInput`."""
        for sent in self.sent:
            if sent.item_id not in self.item_ids:
                wrong = f"{shown(sent.item_id)}, which no line starts"
                self._wrong(sent.line, ("item",), wrong, "the id of an item of this log")
        if not self.sent and not self.problems:
            self._wrong(None, (), "a log without a command", "at least one command")
        if self.problems:
            raise BadInput(self.problems)
        return tuple(
            Command(sent.id, sent.action, sent.issued_ms, sent.to, self.items[sent.item_id])
            for sent in self.sent
        )

    def _add_header(self, data: Any) -> None:
        readers = {
            "ttcs": _exactly(FORMAT_VERSION),
            "log": _exactly("commands"),
            "era": _text,
            "start": self._ms,
        }
        header = self._fields(1, (), data, readers)
        if header.get("era", self.era) != self.era:
            wrong, expected = shown(header["era"]), f"{shown(self.era)} as in the scenario"
            self._wrong(1, ("era",), wrong, expected)

    def _add_command(self, line: int, data: Any) -> None:
        faults_before = len(self.problems)
        readers: dict[str, _Reader] = {
            "id": _text,
            "action": _exactly(*ACTIONS),
            "issued": self._ms,
            "to": partial(self._area, line),
            "item": _as_written,
        }
        command = self._fields(line, (), data, readers)
        if "id" in command:
            self._note_id(line, command["id"])
        if {"action", "item"} <= command.keys():
            is_cancel = command["action"] == "cancel"
            read_item = self._cancelled_item if is_cancel else self._started_item
            command["item"] = read_item(line, command["item"])
        if len(self.problems) == faults_before:
            self.sent.append(_Sent(line, *command.values()))

    def _note_id(self, line: int, command_id: str) -> None:
        first = self.line_of_id.setdefault(command_id, line)
        if first != line:
            wrong = f"{shown(command_id)}, the id of line {first}"
            self._wrong(line, ("id",), wrong, "an id of its own")

    def _cancelled_item(self, line: int, data: Any) -> str:
        try:
            return _text(data)
        except ValueError as error:
            self._wrong(line, ("item",), shown(data), f"the item's id, {error}")
            return ""

    def _started_item(self, line: int, data: Any) -> str:
        readers = {
            "id": _text,
            "bulletin": _text,
            "class": _exactly(*CLASSES),
            "severity": _integer(0, MAX_SEVERITY),
            "kind": _exactly(*KINDS),
            "not_before": self._ms,
            "expires": _or_null(self._ms),
            "end_by": _or_null(self._ms),
            "duration_ms": _integer(1, LONGEST_DURATION_MS),
            "order": _integer(-MAX_ORDER, MAX_ORDER),
            "size_bytes": _or_null(_integer(0, MAX_SIZE_BYTES)),
        }
        values = self._fields(line, ("item",), data, readers)
        if values.get("severity") and values.get("class", "emergency") != "emergency":
            expected = f"0 in the class {values['class']}"
            self._wrong(line, ("item", "severity"), shown(values["severity"]), expected)
        item_id = str(values.get("id", ""))
        self.item_ids.add(item_id)
        if len(values) == len(readers):
            item = Item(*values.values())
            if self.items.setdefault(item_id, item) != item:
                wrong = f"{shown(item_id)}, which an earlier line describes otherwise"
                self._wrong(line, ("item", "id"), wrong, "the same item, or an id of its own")
        return item_id

    def _area(self, line: int, data: Any) -> Area:
        if isinstance(data, dict) and "all" in data:
            self._fields(line, ("to",), data, {"all": _exactly(True)})
            return Area(everywhere=True)
        readers = dict.fromkeys(_AREA_FIELDS, _texts)
        return Area(**self._fields(line, ("to",), data, readers))

    def _ms(self, value: object) -> int:
        moment = instant(value if isinstance(value, str) else "")
        return (moment - self.start) // timedelta(milliseconds=1)

    def _fields(
        self, line: int, path: Path, data: Any, readers: Mapping[str, _Reader]
    ) -> dict[str, Any]:
        """The fields of a mapping that are right, in the order of `readers`."""
        if not isinstance(data, dict):
            self._wrong(line, path, shown(data), f"a mapping with {', '.join(readers)}")
            return {}
        for name in data:
            if name not in readers:
                expected = f"one of {', '.join(readers)}"
                self._wrong(line, (*path, shortened(name)), "an unknown field", expected)
        values = {}
        for name, reader in readers.items():
            if name not in data:
                self._wrong(line, (*path, name), "missing", "every field, null where it may be")
                continue
            try:
                values[name] = reader(data[name])
            except ValueError as error:
                self._wrong(line, (*path, name), shown(data[name]), str(error))
        return values

    def _wrong(self, line: int | None, path: Path, wrong: str, expected: str) -> None:
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(self.file, line, None, place_of(path), wrong, expected))


def _line_text(file: str, line: int, source: bytes) -> str:
    if len(source) > MAX_LINE_BYTES:
        wrong = f"longer than {MAX_LINE_BYTES:,} bytes"
        raise BadInput([Problem(file, line, None, "", wrong, "a shorter line")])
    try:
        return decode_utf8(file, source)
    except BadInput as bad:
        raise BadInput([replace(problem, line=line) for problem in bad.problems]) from None


def _text(value: object) -> str:
    if not isinstance(value, str) or not 1 <= len(value) <= MAX_TEXT_CHARACTERS:
        raise ValueError(f"text of 1 to {MAX_TEXT_CHARACTERS} characters")
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError("a list of codes or names")
    return tuple(map(_text, value))


def _exactly(*choices: bool | int | str) -> _Reader:
    def read(value: object) -> object:
        # A true is no 1 here, although it equals it.
        if not any(type(value) is type(choice) and value == choice for choice in choices):
            raise ValueError(" or ".join(map(shown, choices)))
        return value

    return read


def _integer(least: int, most: int) -> _Reader:
    def read(value: object) -> int:
        if type(value) is not int or not least <= value <= most:
            raise ValueError(f"a whole number from {least} to {most}")
        return value

    return read


def _as_written(value: object) -> object:
    return value


def _or_null(reader: _Reader) -> _Reader:
    def read(value: object) -> object:
        return None if value is None else reader(value)

    return read
