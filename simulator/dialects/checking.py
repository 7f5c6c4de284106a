"""Whether a dialect translates as recorded, and keeps the contract."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from scenarios.problems import one_line, shortened

from . import neutral_json, transcript
from .contract import (
    Answer,
    Dialect,
    Entry,
    Message,
    NotUnderstood,
    NoWord,
    Order,
    Outgoing,
    Request,
)
from .loading import place_of_error, told
from .neutral_json import NotNeutral
from .recording import extra_of
from .samples import DEVICE, NOW_MS, ORDERS, OTHER, PLAY, SPEAKING
from .transcript import SECRET, Line, Transcript

NONSENSE = (b"", b"\x00", b"\xff\xfe", b"null", b"[]", b"{}", b'"', b"1e999", b"[" * 500)
CUTS = 20
"""In how many places each recorded message is cut short, to see that the rest is refused."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as recorded or not as the contract says; the text is one line."""

    where: str
    what: str

    def __str__(self) -> str:
        """As it is told."""
        return one_line(f"{self.where}: {self.what}")


@dataclass(frozen=True, slots=True)
class Checked:
    """What was held against what, and what does not fit."""

    transcripts: int
    lines: int
    properties: int
    findings: tuple[Finding, ...]


def check(dialect: Dialect, file: Path, transcripts: list[Transcript]) -> Checked:
    """Hold the dialect against its transcripts, and against the contract."""
    findings: list[Finding] = []
    lines = 0
    for recorded in transcripts:
        if recorded.dialect != dialect.name:
            wrong = f"is of the dialect {recorded.dialect}, expected {dialect.name}"
            findings.append(Finding(f"{recorded.file}:1", wrong))
            continue
        for line in recorded.lines:
            lines += 1
            where = f"{recorded.file}:{line.number}"
            findings += _guarded(where, file, partial(_line, dialect, recorded, line))
    for what, holds in CONTRACT.items():
        findings += _guarded(f"{file}: {what}", file, partial(holds, dialect))
    return Checked(len(transcripts), lines, len(CONTRACT), tuple(findings))


def _guarded(where: str, file: Path, check: Callable[[], Iterator[str]]) -> list[Finding]:
    """What a check finds; an error in the dialect is a finding, too."""
    try:
        return [Finding(where, what) for what in check()]
    except NotNeutral as error:
        return [Finding(where, f"is no neutral word: {error}")]
    except Exception as error:
        return [Finding(where, f"{told(error)} at {place_of_error(error, file)}")]


# ---- Lines of a transcript ----------------------------------------------------------------------


def _line(dialect: Dialect, recorded: Transcript, line: Line) -> Iterator[str]:
    if line.meaning in transcript.OUT:
        yield from _compare_sent(_said_again(dialect, recorded.device, line), line)
        return
    payload = line.payload or b""
    if line.meaning == "token":
        found = dialect.token(payload)
        if found != line.data:
            yield f"token: is another one, expected {line.data}"
        return
    found_orders = heard(dialect, recorded.device, line.place, payload)
    yield from _compare_data(found_orders, line.data, "orders")
    yield from _cut_short(dialect, recorded.device, line.place, payload)


def heard(dialect: Dialect, device: str, place: str, payload: bytes) -> list[Any]:
    """The orders in what came, as a transcript has them."""
    found: list[Any] = []
    try:
        for part in dialect.parts(device, place, payload):
            try:
                found.append(neutral_json.data_of(dialect.order(device, place, part)))
            except NotUnderstood:
                found.append(False)
    except NotUnderstood:
        return [False]
    return found


def _cut_short(dialect: Dialect, device: str, place: str, payload: bytes) -> Iterator[str]:
    for cut in range(0, len(payload), max(1, len(payload) // CUTS)):
        try:
            heard(dialect, device, place, payload[:cut])
        except Exception as error:
            yield f"cut after {cut} bytes: {told(error)}, expected NotUnderstood"
            return


def _said_again(dialect: Dialect, device: str, line: Line) -> Outgoing | None:
    data = line.data if isinstance(line.data, dict) else {}
    match line.meaning:
        case "sign_in":
            return dialect.sign_in(device, SECRET)
        case "online":
            return dialect.online(device, _whole(data, "at_ms"), _text(data, "boot"))
        case "offline":
            return dialect.offline(device, _text(data, "boot"))
        case "answer":
            return dialect.answer(device, neutral_json.answer_of(data))
        case "playing":
            return dialect.playing(device, neutral_json.status_of(data))
        case "status":
            return dialect.status(device, neutral_json.status_of(data))
        case "poll":
            return dialect.poll(device, neutral_json.status_of(data))
        case _:
            entries = neutral_json.entries_of(data.get("entries"))
            return dialect.log(device, _whole(data, "sent_ms"), entries)


def _whole(data: dict[str, Any], name: str) -> int:
    if type(value := data.get(name)) is not int:
        raise NotNeutral(f"{name}: is missing or no whole number")
    return value


def _text(data: dict[str, Any], name: str) -> str:
    if not isinstance(value := data.get(name), str):
        raise NotNeutral(f"{name}: is missing or no text")
    return value


def _compare_sent(said: Outgoing | None, line: Line) -> Iterator[str]:
    if said is None:
        yield f"{line.meaning}: says nothing, expected a message at {line.place}"
        return
    if said.place != line.place:
        yield f"{line.meaning}: goes to {shortened(said.place)}, expected {shortened(line.place)}"
    now = extra_of(said)
    for name, value in line.extra.items():
        if now.get(name) != value:
            yield f"{line.meaning}: {name}: is {now.get(name)}, expected {value}"
    if said.payload == line.payload:
        return
    try:
        before, after = json.loads(line.payload or b""), json.loads(said.payload or b"")
    except ValueError:
        found = ascii(bytes(said.payload or b"")[:60])
        yield f"{line.meaning}: is {found}, expected {bytes(line.payload or b'')[:60]!a}"
        return
    yield from _compare_data(after, before, line.meaning)


def _compare_data(found: Any, expected: Any, place: str) -> Iterator[str]:
    """The first difference, with its place."""
    match found, expected:
        case dict(), dict():
            for name in [*expected, *(found.keys() - expected.keys())]:
                if name not in found or name not in expected:
                    state = "missing" if name not in found else "not in the transcript"
                    yield f"{place}.{name}: is {state}"
                    return
                for difference in _compare_data(found[name], expected[name], f"{place}.{name}"):
                    yield difference
                    return
        case list(), list() if len(found) == len(expected):
            for number, (one, other) in enumerate(zip(found, expected, strict=True)):
                for difference in _compare_data(one, other, f"{place}[{number}]"):
                    yield difference
                    return
        case _ if found != expected or type(found) is not type(expected):
            yield f"{place}: is {_brief(found)}, expected {_brief(expected)}"


def _brief(value: Any) -> str:
    return shortened(json.dumps(value, ensure_ascii=False))


# ---- The contract -------------------------------------------------------------------------------


def _names_itself(dialect: Dialect) -> Iterator[str]:
    if not (isinstance(dialect.name, str) and dialect.name):
        yield "name: is none, expected a text"
    if not dialect.wires or not dialect.wires <= {"mqtt", "http"}:
        yield f"wires: is {sorted(dialect.wires)}, expected some of mqtt and http"
    if not 1 <= dialect.entries_at_once <= 1_000:
        yield f"entries_at_once: is {dialect.entries_at_once}, expected 1 to 1000"
    if "mqtt" in dialect.wires and not dialect.subscriptions(DEVICE):
        yield "subscriptions: are none, expected topics, as mqtt is one of the wires"


def _hides_its_secret(dialect: Dialect) -> Iterator[str]:
    if SECRET in repr(dialect.login(DEVICE, SECRET)):
        yield "login: shows the secret in its repr"
    spoken = [dialect.subscriptions(DEVICE), dialect.offline(DEVICE, "b1")]
    if SECRET in repr(spoken):
        yield "a topic or the last will has the secret in it"


def _refuses_nonsense(dialect: Dialect) -> Iterator[str]:
    for place in _places(dialect):
        for payload in NONSENSE:
            try:
                found = heard(dialect, DEVICE, place, payload)
            except Exception as error:
                yield f"{place}: {payload[:20]!r}: {told(error)}, expected NotUnderstood"
                continue
            if any(order is not False for order in found):
                yield f"{place}: {payload[:20]!r}: is an order, expected NotUnderstood"


def _tells_in_one_line(dialect: Dialect) -> Iterator[str]:
    for place in _places(dialect):
        for payload in NONSENSE:
            try:
                for part in dialect.parts(DEVICE, place, payload):
                    dialect.order(DEVICE, place, part)
            except NotUnderstood as error:
                if "\n" in str(error) or not str(error):
                    yield f"{place}: {payload[:20]!r}: NotUnderstood is not one line"


def _speaks_on_its_wires(dialect: Dialect) -> Iterator[str]:
    for name, said in _spoken(dialect):
        wire = "mqtt" if isinstance(said, Message) else "http"
        if not isinstance(said, Message | Request):
            yield f"{name}: is a {type(said).__name__}, expected a Message or a Request"
        elif wire not in dialect.wires:
            yield f"{name}: goes over {wire}, which is none of the wires"
        elif isinstance(said, Message) and (
            said.qos not in (0, 1, 2) or "+" in said.topic or "#" in said.topic
        ):
            yield f"{name}: cannot be published with QoS {said.qos} on {said.topic[:80]}"
        elif isinstance(said, Request) and not said.path.startswith("/"):
            yield f"{name}: the path {said.path[:80]} does not begin with /"
        if said is not None and SECRET in repr(said):
            yield f"{name}: has the secret in it"


def _takes_many_entries(dialect: Dialect) -> Iterator[str]:
    entries = tuple(
        Entry("b1", number, PLAY, NOW_MS, NOW_MS + 1_000, "cut", "power lost", 80)
        for number in range(dialect.entries_at_once)
    )
    if (said := dialect.log(DEVICE, NOW_MS + 1_000, entries)) is not None and not said.payload:
        yield f"log: is empty for {len(entries)} entries"


def _keeps_nothing(dialect: Dialect) -> Iterator[str]:
    for (name, first), (_, second) in zip(_spoken(dialect), _spoken(dialect), strict=True):
        if first != second:
            yield f"{name}: is another one the second time, expected the same for the same words"


def _carries_orders(dialect: Dialect) -> Iterator[str]:
    """What the maker's server says is understood, and what was understood is said again alike."""
    if (server := dialect.server) is None:
        return
    for name, order in ORDERS.items():
        try:
            message = server.command(DEVICE, order)
        except NoWord:
            continue
        found = _order(dialect, message)
        is_named = server.command(DEVICE, replace(order, id="another")) != message
        expected_id = order.id if is_named else found.id
        if (found.id, type(found.action)) != (expected_id, type(order.action)):
            what = type(found.action).__name__
            yield f"{name}: arrives as {found.id} {what}, expected {expected_id} {name}"
        elif (again := server.command(DEVICE, found)) != message or _order(dialect, again) != found:
            yield f"{name}: what was understood is not said again alike"


def _order(dialect: Dialect, message: Message) -> Order:
    (part,) = dialect.parts(DEVICE, message.topic, message.payload)
    return dialect.order(DEVICE, message.topic, part)


def _knows_who_is_meant(dialect: Dialect) -> Iterator[str]:
    """Only where the wire says it: by the topic, or in the command."""
    if (server := dialect.server) is None:
        return
    for order in ORDERS.values():
        try:
            message = server.command(DEVICE, order)
        except NoWord:
            continue
        obeyed = heard(dialect, OTHER, message.topic, message.payload)
        if any(each is not False for each in obeyed):
            yield f"a command on {message.topic[:80]} is obeyed by another device, too"
            return


CONTRACT: dict[str, Callable[[Dialect], Iterator[str]]] = {
    "names itself": _names_itself,
    "hides its secret": _hides_its_secret,
    "refuses nonsense": _refuses_nonsense,
    "tells in one line": _tells_in_one_line,
    "speaks on its wires": _speaks_on_its_wires,
    "takes as many entries as it says": _takes_many_entries,
    "keeps nothing": _keeps_nothing,
    "carries orders": _carries_orders,
    "knows who is meant": _knows_who_is_meant,
}
"""What every dialect must hold, by its name."""


def _places(dialect: Dialect) -> list[str]:
    """Where commands may come from."""
    asking = (said for _, said in _spoken(dialect) if isinstance(said, Request) and said.asks)
    return [
        *(topic for topic, _ in dialect.subscriptions(DEVICE)),
        *(request.path for request in asking),
    ]


def _spoken(dialect: Dialect) -> list[tuple[str, Outgoing | None]]:
    """All that the dialect says of some samples."""
    idle = replace(SPEAKING, playing=None, started_ms=None)
    entry = Entry("b1", 0, PLAY, NOW_MS, NOW_MS + 1_000, "played", "", 80)
    said: list[tuple[str, Outgoing | None]] = [
        ("online", dialect.online(DEVICE, NOW_MS, "b1")),
        ("offline", dialect.offline(DEVICE, "b1")),
        ("answer", dialect.answer(DEVICE, Answer("c1", NOW_MS))),
        ("answer", dialect.answer(DEVICE, Answer("c1", NOW_MS, "đã hết hạn / expired"))),
        ("log", dialect.log(DEVICE, NOW_MS + 1_000, (entry,))),
    ]
    for status in (idle, SPEAKING):
        said += [
            ("status", dialect.status(DEVICE, status)),
            ("playing", dialect.playing(DEVICE, status)),
            ("poll", dialect.poll(DEVICE, status)),
        ]
    return [(name, each) for name, each in said if each is not None]
