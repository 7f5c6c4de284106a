"""Transcripts: what was really said on a wire, and what it means in neutral words.

A file of JSON lines. The first says whose it is; each other is one message with its instant:

    {"ttcs": 1, "dialect": "reference", "device": "21952-01", "recorded": "ttcs fleet --transcript"}
    {"at_ms": …, "way": "in", "place": "ttcs/1/21952-01/cmd", "text": "{…}", "orders": [{…}]}
    {"at_ms": …, "way": "out", "place": "ttcs/1/21952-01/ack", "qos": 1, "text": "…", "answer": {…}}

`place` is a topic or a path. What is no UTF-8 text stands in `base64`. Secrets and tokens are not
recorded: `SECRET` and `TOKEN` stand in their places.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from scenarios import strict_json
from scenarios.files import decode_utf8, read_bounded
from scenarios.problems import BadInput, Problem, shown

SECRET, TOKEN = "bi-mat-da-che", "token-da-che"  # in place of what nobody else is to know
MOST_BYTES = 16 << 20

Meaning = Literal[
    "orders",
    "token",
    "sign_in",
    "online",
    "offline",
    "answer",
    "playing",
    "status",
    "poll",
    "log",
]
"""What a line says in neutral words. In: `orders`, a list of them, with false for one that is not
understood; `token`. Out: what of the contract made it."""

IN: tuple[Meaning, ...] = ("orders", "token")
OUT: tuple[Meaning, ...] = (
    *("sign_in", "online", "offline", "answer", "playing", "status", "poll", "log"),
)
_HEAD = ("ttcs", "dialect", "device", "recorded")
_FIELDS = ("at_ms", "way", "place", "qos", "retain", "service", "text", "base64")


@dataclass(frozen=True, slots=True)
class Line:
    """One message: `data` are the neutral words, as JSON has them; `number` is the file's line.

    `extra` is what is known of how it went: `qos` and `retain` of a published message, `service`
    of a request. A request without a payload fetches.
    """

    at_ms: int
    place: str
    payload: bytes | None
    meaning: Meaning
    data: Any
    extra: Mapping[str, Any]
    number: int = 0


@dataclass(frozen=True, slots=True)
class Transcript:
    """A conversation of one device."""

    file: str
    dialect: str
    device: str
    lines: tuple[Line, ...]


def head(dialect: str, device: str, recorded: str) -> str:
    """The first line of a file."""
    words = (1, dialect, device, recorded)
    return json.dumps(dict(zip(_HEAD, words, strict=True)), ensure_ascii=False) + "\n"


def written(line: Line) -> str:
    """The line as it stands in a file."""
    said: dict[str, Any] = {"at_ms": line.at_ms, "way": "in" if line.meaning in IN else "out"}
    said |= {"place": line.place, **line.extra}
    if line.payload is not None:
        try:
            said["text"] = line.payload.decode()
        except UnicodeDecodeError:
            said["base64"] = base64.b64encode(line.payload).decode()
    return json.dumps({**said, line.meaning: line.data}, ensure_ascii=False) + "\n"


def read(file: Path) -> Transcript:
    """The transcript in a file; raises `BadInput`."""
    text = decode_utf8(str(file), read_bounded(file, MOST_BYTES))
    first, *others = text.splitlines() or [""]
    found = strict_json.decode_line(first, str(file), 1)
    match found:
        case {"ttcs": 1, "dialect": str(dialect), "device": str(device), "recorded": str()}:
            pass
        case _:
            expected = '{"ttcs": 1, "dialect": …, "device": …, "recorded": …}'
            raise _bad(file, 1, "", shown(found), expected)
    lines = [
        _line(file, number, strict_json.decode_line(line, str(file), number))
        for number, line in enumerate(others, 2)
        if line.strip()
    ]
    return Transcript(str(file), dialect, device, tuple(lines))


def _line(file: Path, number: int, data: object) -> Line:
    if not isinstance(data, dict):
        raise _bad(file, number, "", shown(data), "an object")
    meanings = [name for name in (*IN, *OUT) if name in data]
    unknown = data.keys() - {*_FIELDS, *IN, *OUT}
    if unknown or len(meanings) != 1:
        wrong = f"with {shown(min(unknown))}" if unknown else f"with {len(meanings)} meanings"
        raise _bad(file, number, "", wrong, f"one of {', '.join((*IN, *OUT))}")
    (meaning,) = meanings
    match data:
        case {"at_ms": int(at_ms), "way": way, "place": str(place)} if way == (
            "in" if meaning in IN else "out"
        ):
            pass
        case _:
            expected = "at_ms, way (in for orders and token, otherwise out) and place"
            raise _bad(file, number, "", "incomplete", expected)
    extra = {name: data[name] for name in ("qos", "retain", "service") if name in data}
    return Line(at_ms, place, _payload(file, number, data), meaning, data[meaning], extra, number)


def _payload(file: Path, number: int, data: Mapping[str, Any]) -> bytes | None:
    match data.get("text"), data.get("base64"):
        case str(text), None:
            return text.encode()
        case None, str(coded):
            try:
                return base64.b64decode(coded, validate=True)
            except ValueError:
                raise _bad(file, number, "base64", shown(coded), "base64") from None
        case None, None:
            return None
        case _:
            raise _bad(file, number, "text", "with base64, or no text", "one text")


def _bad(file: Path, line: int, place: str, wrong: str, expected: str) -> BadInput:
    return BadInput([Problem(str(file), line, None, place, wrong, expected)])
