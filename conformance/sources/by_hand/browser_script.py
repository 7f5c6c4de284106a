"""What a script of a browser says: for each act of people, the steps in the system's own pages.

    ttcs: 1
    system: "…"
    timeout: 20s
    cases: [source-approval]
    refused: "#wrong"
    logged_out: 'form[action="/login"]'
    acts:
      LogIn:
        - goto: /login
        - fill: {at: "#login", with: "${login}"}
        - fill: {at: "#password", with: "${password}"}
        - click: "main button"
        - see: 'form[action="/logout"]'

`docs/how-to/write-an-operator-half.md` says what each step does. A `${name}` is a value of the act
(`sources.values`), `login`, `password` or `code` of who does it, or `each`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, get_args

from conformance.sources.by_hand import values
from conformance.sources.by_hand.given_fleet import pattern
from scenarios import problems, strict_yaml
from scenarios.problems import BadInput, shown
from scenarios.sourced import mapping, quantity, read_fields, version_1, words
from scenarios.units import duration_ms

SHIPPED = Path(__file__).parent / "scripts"
"""Scripts that come with the project, by name."""

NEEDED = ("LogIn", "LogOut", "Compose", "Submit", "Appraise", "Approve", "Issue", "Cancel")
"""Acts without which there is no case; `Submit: []` where a system knows no such step."""

OF_PEOPLE = ("login", "password", "code")
SECRET = ("password", "code")
"""Values that are typed, and stand nowhere else."""

MOST_STEPS, MOST_CHARACTERS, LONGEST_MS = 100, 500, 120_000

PLACEHOLDER = re.compile(r"\$\{([a-z_]*)\}")

OnOne = Literal["goto", "click", "send", "offered", "see", "tick", "upload"]
Typed = Literal["fill", "select"]


@dataclass(frozen=True, slots=True)
class On:
    """Something done at one place: an address within the system, or what a selector finds."""

    line: int
    kind: OnOne
    at: str


@dataclass(frozen=True, slots=True)
class Put:
    """A value typed into a field, or chosen there."""

    line: int
    kind: Typed
    at: str
    value: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where something is read: the page's address, a text, or an attribute; and which part of it.
    `means` gives other words for what is read."""

    origin: str
    at: str | None
    pattern: re.Pattern[str]
    means: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Read:
    """What the system calls what was done."""

    line: int
    source: Source


@dataclass(frozen=True, slots=True)
class Rows:
    """A table: what stands in each row. `following` leads to its next page, while it is there."""

    line: int
    at: str
    columns: tuple[Source, ...]
    following: str | None


@dataclass(frozen=True, slots=True)
class If:
    """Steps for when a value is there, or is the one that is named; and for when not."""

    line: int
    name: str
    equals: str | None
    then: tuple["Step", ...]
    otherwise: tuple["Step", ...]


@dataclass(frozen=True, slots=True)
class There:
    """Steps for when the page has something now, and for when not."""

    line: int
    at: str
    then: tuple["Step", ...]
    otherwise: tuple["Step", ...]


@dataclass(frozen=True, slots=True)
class Each:
    """Steps for each of several values."""

    line: int
    name: str
    steps: tuple["Step", ...]


@dataclass(frozen=True, slots=True)
class Every:
    """Steps that are left out for so long once they were done in a session."""

    line: int
    lasting_ms: int
    steps: tuple["Step", ...]


Step = On | Put | Read | Rows | If | There | Each | Every


@dataclass(frozen=True, slots=True)
class Script:
    """How a system's pages are used. `refused` finds what says no, `logged_out` what shows that
    nobody is logged in; a step is waited for `timeout_ms` at most."""

    file: str
    sha256: str
    system: str
    timeout_ms: int
    cases: frozenset[str]
    refused: str
    logged_out: str | None
    acts: Mapping[str, tuple[Step, ...]]


def read(name_or_file: str, folder: Path) -> Script:
    """A shipped script by its name, or one in a file of the folder; raises `BadInput`."""
    shipped = SHIPPED / f"{name_or_file}.yaml"
    is_shipped = name_or_file.isidentifier() and shipped.is_file()
    return parse(strict_yaml.read(shipped if is_shipped else folder / name_or_file))


def parse(document: strict_yaml.Document) -> Script:
    """The script that a document holds; raises `BadInput`."""
    fields = read_fields(document, (), _PARTS, optional=("timeout", "logged_out"))
    known = values.act_types()
    acts = read_fields(document, ("acts",), dict.fromkeys(known, _list), known.keys() - {*NEEDED})
    return Script(
        document.file,
        sha256(document.source).hexdigest(),
        fields["system"],
        fields.get("timeout", 20_000),
        fields["cases"],
        fields["refused"],
        fields.get("logged_out"),
        {
            name: _steps(document, ("acts", name), values.names(known[name]) | {*OF_PEOPLE})
            for name in acts
        },
    )


# ---- Steps --------------------------------------------------------------------------------------


def _steps(
    document: strict_yaml.Document, place: problems.Path, known: frozenset[str]
) -> tuple[Step, ...]:
    listed = document.data_at(place)
    if not isinstance(listed, list) or len(listed) > MOST_STEPS:
        raise BadInput([document.problem(place, shown(listed), _expected_list())])
    return tuple(_step(document, (*place, number), known) for number in range(len(listed)))


def _step(document: strict_yaml.Document, place: problems.Path, known: frozenset[str]) -> Step:
    step = document.data_at(place)
    kinds = [*get_args(OnOne), *get_args(Typed), "read", "rows", "if", "there", "each", "every"]
    kind = next((each for each in kinds if isinstance(step, dict) and each in step), None)
    if kind is None:
        expected = f"a step: {', '.join(kinds)}"
        raise BadInput([document.problem(place, shown(step), expected)])
    line = document.nodes[place].value[0]
    match kind:
        case "if":
            readers = {"if": words, "is": words, "then": _list, "else": _list}
            fields = read_fields(document, place, readers, optional=("is", "else"))
            _is_known(document, (*place, "if"), fields["if"], known)
            otherwise = _steps(document, (*place, "else"), known) if "else" in fields else ()
            then = _steps(document, (*place, "then"), known)
            return If(line, fields["if"], fields.get("is"), then, otherwise)
        case "there":
            readers = {"there": _text, "then": _list, "else": _list}
            fields = read_fields(document, place, readers, optional=("else",))
            _placeholders(document, (*place, "there"), fields["there"], known - {*SECRET})
            otherwise = _steps(document, (*place, "else"), known) if "else" in fields else ()
            then = _steps(document, (*place, "then"), known)
            return There(line, fields["there"], then, otherwise)
        case "each":
            fields = read_fields(document, place, {"each": words, "do": _list})
            _is_known(document, (*place, "each"), fields["each"], known)
            return Each(line, fields["each"], _steps(document, (*place, "do"), known | {"each"}))
        case "every":
            fields = read_fields(document, place, {"every": quantity(duration_ms), "do": _list})
            return Every(line, fields["every"], _steps(document, (*place, "do"), known))
    value = read_fields(document, place, {kind: _ONE[kind]})[kind]
    there = (*place, kind)
    match kind:
        case "fill" | "select":
            given = read_fields(document, there, {"at": _text, "with": _text})
            _placeholders(document, (*there, "at"), given["at"], known - {*SECRET})
            typed = known if kind == "fill" else known - {*SECRET}
            _placeholders(document, (*there, "with"), given["with"], typed)
            return Put(line, "fill" if kind == "fill" else "select", given["at"], given["with"])
        case "read":
            return Read(line, _source(document, there, known - {*SECRET}))
        case "rows":
            return _rows(document, there, line, known - {*SECRET})
        case _:
            _placeholders(document, there, value, known - {*SECRET})
            if kind == "upload" and "sound_ms" not in known:
                expected = "another step: the act has no sound"
                raise BadInput([document.problem(there, kind, expected)])
            found = next(each for each in get_args(OnOne) if each == kind)
            return On(line, found, value)


def _rows(
    document: strict_yaml.Document, place: problems.Path, line: int, known: frozenset[str]
) -> Rows:
    readers = {"at": _text, "columns": _list, "next": _text}
    fields = read_fields(document, place, readers, optional=("next",))
    _placeholders(document, (*place, "at"), fields["at"], known)
    numbers = range(len(fields["columns"]))
    columns = tuple(_source(document, (*place, "columns", number), known) for number in numbers)
    return Rows(line, fields["at"], columns, fields.get("next"))


def _source(document: strict_yaml.Document, place: problems.Path, known: frozenset[str]) -> Source:
    optional = ("at", "means")
    fields = read_fields(document, place, _SOURCE, optional=optional)
    if (fields["from"] == "url") and "at" in fields:
        expected = "none: the address is the page's"
        raise BadInput([document.problem((*place, "at"), shown(fields["at"]), expected)])
    _placeholders(document, (*place, "at"), fields.get("at", ""), known)
    means = {}
    if "means" in fields:
        said = document.data_at((*place, "means"))
        means = read_fields(document, (*place, "means"), dict.fromkeys(said, words))
    return Source(fields["from"], fields.get("at"), fields["pattern"], means)


def _is_known(
    document: strict_yaml.Document, place: problems.Path, name: str, known: frozenset[str]
) -> None:
    if name not in known - {*SECRET}:
        expected = f"one of {', '.join(sorted(known - {*SECRET}))}"
        raise BadInput([document.problem(place, shown(name), expected)])


def _placeholders(
    document: strict_yaml.Document, place: problems.Path, text: str, known: frozenset[str]
) -> None:
    """Raise `BadInput` where the text names a value that is not there, or may not stand here."""
    for name in PLACEHOLDER.findall(text):
        if name not in known:
            expected = f"${{…}} of {', '.join(sorted(known))}"
            raise BadInput([document.problem(place, shown(f"${{{name}}}"), expected)])


# ---- What may be said ---------------------------------------------------------------------------


def _text(value: object) -> str:
    text = words(value)
    if len(text) > MOST_CHARACTERS:
        raise ValueError(f"at most {MOST_CHARACTERS} characters")
    return text


def _path(value: object) -> str:
    text = _text(value)
    if not text.startswith("/") or text.startswith(("//", "/\\")) or not text.isprintable():
        raise ValueError("an address within the system, such as /bulletins/${bulletin}")
    return text


def _expected_list() -> str:
    return f"a list of at most {MOST_STEPS} steps"


def _list(value: object) -> Sequence[object]:
    if not isinstance(value, list) or len(value) > MOST_STEPS:
        raise ValueError(_expected_list())
    return value


def _timeout(value: object) -> int:
    timeout_ms: int = quantity(duration_ms)(value)
    if not 0 < timeout_ms <= LONGEST_MS:
        raise ValueError("at most two minutes")
    return timeout_ms


def _cases(value: object) -> frozenset[str]:
    from conformance.source_suites import CASES  # they import what people do, and so this package

    named = [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
    if not named or named != value or not CASES.keys() >= {*named}:
        raise ValueError("a list of cases of source systems; docs/reference/source-suites.md")
    return frozenset(named)


_ONE: dict[str, Any] = {
    **dict.fromkeys(get_args(OnOne), _text),
    **dict.fromkeys((*get_args(Typed), "read", "rows"), mapping),
    "goto": _path,
}
_SOURCE: dict[str, Any] = {"from": words, "at": _text, "pattern": pattern, "means": mapping}
_PARTS: dict[str, Any] = {
    "ttcs": version_1,
    "system": _text,
    "timeout": _timeout,
    "cases": _cases,
    "refused": _text,
    "logged_out": _text,
    "acts": mapping,
}
