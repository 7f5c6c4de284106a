"""The command log: what is written can be read, and what is wrong is told."""

import contextlib
import io
import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

import reference_system.interface.command_log as command_log
from reference_system.dispatch.commands import Command, Item
from scenarios.problems import BadInput
from scenarios.scenario import CLASSES, KINDS, Area
from scenarios.units import VIETNAM_TIME

START = datetime(2022, 9, 27, tzinfo=VIETNAM_TIME)
ERA = "2022"
HOUR = 3_600_000

ITEM = Item(
    id="storm/1",
    bulletin="storm",
    bulletin_class="emergency",
    severity=1,
    kind="file",
    not_before_ms=20 * HOUR,
    expires_ms=21 * HOUR,
    end_by_ms=None,
    duration_ms=40_000,
    order=0,
    size_bytes=640_000,
)
STORM = Command("start:storm/1", "start", 20 * HOUR, Area(everywhere=True), ITEM)
CANCEL = Command("cancel:storm/1", "cancel", 22 * HOUR, Area(communes=("21553",)), ITEM)

HEADER = '{"ttcs": 1, "log": "commands", "era": "2022", "start": "2022-09-27T00:00:00.000+07:00"}\n'
START_LINE = (
    '{"id": "start:storm/1", "action": "start", "issued": "2022-09-27T20:00:00.000+07:00", '
    '"to": {"all": true}, "item": {"id": "storm/1", "bulletin": "storm", "class": "emergency", '
    '"severity": 1, "kind": "file", "not_before": "2022-09-27T20:00:00.000+07:00", '
    '"expires": "2022-09-27T21:00:00.000+07:00", "end_by": null, "duration_ms": 40000, '
    '"order": 0, "size_bytes": 640000}}\n'
)
CANCEL_LINE = (
    '{"id": "cancel:storm/1", "action": "cancel", "issued": "2022-09-27T22:00:00.000+07:00", '
    '"to": {"provinces": [], "districts": [], "communes": ["21553"], "devices": []}, '
    '"item": "storm/1"}\n'
)
FIELDS = ("provinces", "districts", "communes", "devices")
SCHEMA_FILE = Path(command_log.__file__).parent / "schemas" / "command-log.schema.json"
VALIDATOR = jsonschema.Draft202012Validator(json.loads(SCHEMA_FILE.read_text("utf-8")))

texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8)
times = st.integers(-10_000 * HOUR, 100_000 * HOUR)
names = st.lists(texts, max_size=3).map(tuple)
areas = st.just(Area(everywhere=True)) | st.builds(
    Area, provinces=names, districts=names, communes=names, devices=names
)


@st.composite
def items(draw: st.DrawFn, item_id: str) -> Item:
    bulletin_class = draw(st.sampled_from(CLASSES))
    return Item(
        id=item_id,
        bulletin=draw(texts),
        bulletin_class=bulletin_class,
        severity=draw(st.integers(0, 3)) if bulletin_class == "emergency" else 0,
        kind=draw(st.sampled_from(KINDS)),
        not_before_ms=draw(times),
        expires_ms=draw(st.none() | times),
        end_by_ms=draw(st.none() | times),
        duration_ms=draw(st.integers(1, 10**9)),
        order=draw(st.integers(-5, 5)),
        size_bytes=draw(st.none() | st.integers(0, 10**9)),
    )


@st.composite
def logs(draw: st.DrawFn) -> tuple[Command, ...]:
    commands = []
    for item_id in draw(st.lists(texts, min_size=1, max_size=3, unique=True)):
        item = draw(items(item_id))
        for action in ["start", *draw(st.lists(st.sampled_from(["start", "cancel"]), max_size=2))]:
            name = f"{len(commands)}"
            commands.append(Command(name, action, draw(times), draw(areas), item))
    return tuple(draw(st.permutations(commands)))


def written(commands: tuple[Command, ...]) -> str:
    stream = io.StringIO()
    command_log.write(commands, START, ERA, stream)
    return stream.getvalue()


@pytest.fixture(scope="module")
def log_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("logs") / "log.jsonl"


def read(path: Path, content: str | bytes) -> tuple[Command, ...]:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return command_log.read(path, START, ERA)


def faults(path: Path, content: str | bytes) -> list[str]:
    """The one-line messages of a bad log, without the folder."""
    with pytest.raises(BadInput) as bad:
        read(path, content)
    messages = [str(problem) for problem in bad.value.problems]
    assert all("\n" not in message for message in messages)
    return [message.removeprefix(str(path.parent)).removeprefix("/") for message in messages]


def changed(line: str, *path: str, to: object) -> str:
    """The line with the value at `path` replaced."""
    data = node = json.loads(line)
    for name in path[:-1]:
        node = node[name]
    node[path[-1]] = to
    return json.dumps(data) + "\n"


def test_a_log_for_people() -> None:
    assert written((STORM, CANCEL)) == HEADER + START_LINE + CANCEL_LINE


@given(logs())
def test_what_is_written_is_read_back(log_file: Path, commands: tuple[Command, ...]) -> None:
    assert read(log_file, written(commands)) == commands


@given(logs())
def test_every_line_that_is_written_is_as_the_schema_says(commands: tuple[Command, ...]) -> None:
    for line in written(commands).removesuffix("\n").split("\n"):
        VALIDATOR.validate(json.loads(line))


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(VALIDATOR.schema)


def test_any_order_offset_and_line_ending_and_times_before_the_start(log_file: Path) -> None:
    early = changed(START_LINE, "issued", to="2022-09-26T16:59:59Z")
    log = (HEADER + CANCEL_LINE + early).replace("\n", "\r\n").removesuffix("\r\n")
    assert read(log_file, log) == (CANCEL, replace(STORM, issued_ms=-1_000))


def test_the_same_item_may_be_started_for_several_areas(log_file: Path) -> None:
    again = changed(START_LINE, "id", to="again")
    assert [command.item for command in read(log_file, HEADER + START_LINE + again)] == [ITEM] * 2


@pytest.mark.parametrize(
    ("content", "messages"),
    [
        ("", ["log.jsonl: is empty, expected a header and commands"]),
        ("\n \n", ["log.jsonl: is empty, expected a header and commands"]),
        (HEADER, ["log.jsonl: is a log without a command, expected at least one command"]),
        (
            changed(HEADER, "era", to="2025-07") + START_LINE,
            ['log.jsonl:1: era: is "2025-07", expected "2022" as in the scenario'],
        ),
        (
            changed(HEADER, "ttcs", to=True) + START_LINE,
            ["log.jsonl:1: ttcs: is true, expected the number 1"],
        ),
        (
            HEADER + CANCEL_LINE,
            [
                'log.jsonl:2: item: is "storm/1", which no line starts, '
                "expected the id of an item of this log"
            ],
        ),
        (
            HEADER + START_LINE + START_LINE,
            ['log.jsonl:3: id: is "start:storm/1", the id of line 2, expected an id of its own'],
        ),
        (
            HEADER + START_LINE + changed(changed(START_LINE, "id", to="2"), "item", "order", to=1),
            [
                'log.jsonl:3: item.id: is "storm/1", which an earlier line describes otherwise, '
                "expected the same item, or an id of its own"
            ],
        ),
        (
            HEADER + changed(START_LINE, "item", "class", to="normal"),
            [
                "log.jsonl:2: item.severity: is the number 1, expected 0 in the class normal",
            ],
        ),
        (
            HEADER + changed(START_LINE, "issued", to="2022-02-30T00:00:00+07:00"),
            [
                'log.jsonl:2: issued: is "2022-02-30T00:00:00+07:00", expected a moment with its '
                'offset, such as "2022-09-27T20:00:00+07:00", of a day and hour that exist'
            ],
        ),
        (
            HEADER + START_LINE + "\n" + CANCEL_LINE,
            ["log.jsonl:3:1: is not JSON (Expecting value), expected JSON"],
        ),
        (
            HEADER + START_LINE.replace('"severity": 1', '"severity": 1, "severity": 0'),
            [
                'log.jsonl:2: is the key "severity" again in one object, expected each key once',
            ],
        ),
        (
            HEADER.encode() + b'{"id": "\xff"}\n' + START_LINE.encode(),
            ["log.jsonl:2:9: is the byte 0xff, expected UTF-8 text"],
        ),
        (
            HEADER + changed(changed(START_LINE, "to", to={"all": False}), "item", "x\ny", to=1),
            [
                "log.jsonl:2: to.all: is false, expected true",
                r"log.jsonl:2: item.x\ny: is an unknown field, expected one of id, bulletin, class,"
                " severity, kind, not_before, expires, end_by, duration_ms, order, size_bytes",
            ],
        ),
    ],
)
def test_what_is_wrong_is_told(log_file: Path, content: str | bytes, messages: list[str]) -> None:
    assert faults(log_file, content) == messages


def test_a_faulty_start_does_not_make_its_cancel_faulty(log_file: Path) -> None:
    content = HEADER + changed(START_LINE, "item", "duration_ms", to=0) + CANCEL_LINE
    assert [message.split(" is ")[0] for message in faults(log_file, content)] == [
        "log.jsonl:2: item.duration_ms:"
    ]


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="not readable"):
        command_log.read(tmp_path / "none.jsonl", START, ERA)


def test_long_lines_and_many_problems_are_bounded(
    log_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command_log, "MAX_LINE_BYTES", 1_000)
    long = changed(START_LINE, "to", to=dict.fromkeys(FIELDS, ["1"] * 200))
    assert faults(log_file, HEADER + long) == [
        "log.jsonl:2: is longer than 1,000 bytes, expected a shorter line"
    ]
    unknown = json.dumps(dict.fromkeys(map(str, range(50))))
    assert len(faults(log_file, HEADER + f"{unknown}\n" * 50)) == command_log.MAX_PROBLEMS


ODD_WORDS = ["", "x", "y" * 201, "start", "cancel", "normal", "emergency", "live", "2022"]
ODD_MOMENTS = ["2022-09-27T20:00Z", "1969-09-27T20:00:00+07:00", "2022-09-27T20:00:00"]
ODD_NUMBERS = [None, True, False, 0, 1, -1, 4, 2**40, 0.5]
ODD_SETS = [[], ["x"], [1], {}, {"all": True}, {"communes": []}]
ODD = st.sampled_from([*ODD_WORDS, *ODD_MOMENTS, *ODD_NUMBERS, *ODD_SETS])


@st.composite
def odd_lines(draw: st.DrawFn) -> Any:
    """A start or cancel with a field or two changed, dropped or added."""
    data = json.loads(draw(st.sampled_from([START_LINE, CANCEL_LINE])))
    for _ in range(draw(st.integers(1, 2))):
        inner = [
            node for node in (data, data.get("item"), data.get("to")) if isinstance(node, dict)
        ]
        node = draw(st.sampled_from(inner))
        name = draw(st.sampled_from([*node, "extra"]))
        if draw(st.booleans()):
            node.pop(name, None)
        else:
            node[name] = draw(ODD)
    return data


@given(odd_lines())
def test_reader_and_schema_accept_the_same_lines(log_file: Path, data: dict[str, Any]) -> None:
    # Another line starts whatever item this one may name, so that only the line itself matters.
    item = data.get("item")
    content = HEADER + json.dumps(data) + "\n"
    if isinstance(item, str):
        other = changed(changed(START_LINE, "item", "id", to=item or "x"), "id", to="other")
        content += other
    try:
        read(log_file, content)
    except BadInput:
        accepted = False
    else:
        accepted = True
    assert accepted == VALIDATOR.is_valid(data)


@given(st.binary(max_size=60), st.integers(0, len(HEADER + START_LINE)))
def test_garbage_is_bad_input_and_nothing_else(log_file: Path, garbage: bytes, at: int) -> None:
    good = (HEADER + START_LINE).encode()
    with contextlib.suppress(BadInput):
        read(log_file, good[:at] + garbage + good[at:])
