"""YAML as this project reads it: the scalars of YAML 1.2 and nothing that surprises.

Plain `null`, `~`, nothing, `true`, `false`, decimal integers and decimal fractions mean what they
say; everything else is text (`17:00`, `yes`, `2022-09-27`). A repeated key, a tag, a key that is no
text, a second document and a number with a leading zero are errors; aliases, depth, nodes and bytes
are bounded. The place of every node is kept for messages.
"""

import math
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any, Literal

import yaml

from scenarios.files import decode_utf8, line_and_column, read_bounded
from scenarios.problems import BadInput, Path, Problem, place_of, shown

MAX_BYTES = 1 << 20
MAX_DEPTH = 32
MAX_NODES = 50_000
MAX_ALIASES = 32

_NULL = {"", "~", "null"}
_BOOLEAN = {"true": True, "false": False}
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]+")
_INTEGER = re.compile(r"[-+]?[0-9]+")
_INTEGER_DIGITS = 20
_FRACTION = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Node:
    """Where a node stands (line and column, from 1), and how a scalar was written."""

    value: tuple[int, int]
    key: tuple[int, int] | None
    written: str | None


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML file: its plain data, and the place of every node of it."""

    file: str
    source: bytes
    data: Any
    nodes: dict[Path, Node]

    def data_at(self, path: Path) -> Any:
        """The data of a node; None where there is no such node."""
        if path not in self.nodes:
            return None
        data = self.data
        for part in path:
            data = data[part]
        return data

    def problem(
        self,
        path: Path,
        wrong: str,
        expected: str,
        hint: str | None = None,
        severity: Literal["error", "warning"] = "error",
    ) -> Problem:
        """A problem at a node; at what holds it where the node itself is missing."""
        there = path
        while there not in self.nodes:
            there = there[:-1]
        line, column = self.nodes[there].value
        return Problem(self.file, line, column, place_of(path), wrong, expected, hint, severity)

    def unknown_key(self, path: Path, expected: str, hint: str | None) -> Problem:
        """A problem with a field's name instead of its value."""
        node = self.nodes[path]
        line, column = node.key or node.value
        place = place_of(path)
        return Problem(self.file, line, column, place, "an unknown field", expected, hint)


def read(path: FilePath) -> Document:
    """The document in a file; raises `BadInput`."""
    return parse(str(path), read_bounded(path, MAX_BYTES))


def parse(file: str, source: bytes) -> Document:
    """The document in `source`, named `file` in messages; raises `BadInput`."""
    if len(source) > MAX_BYTES:
        raise _bad(file, None, f"longer than {MAX_BYTES:,} bytes", "a shorter file")
    text = decode_utf8(file, source)
    with _as_problems(file, text):
        root = _Loader(file, text).get_single_node()
    tree = _Tree(file)
    # A file with nothing in it is the value null, as in YAML.
    data = None if root is None else tree.value(root, (), None)
    tree.nodes.setdefault((), Node((1, 1), None, None))
    return Document(file, source, data, tree.nodes)


class _Loader(yaml.SafeLoader):
    """Composes nodes without guessing types, and refuses what is out of bounds as it goes."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 - overrides an attribute of the base class

    def __init__(self, file: str, text: str) -> None:
        super().__init__(text)
        self._file = file
        self._depth = self._nodes = self._aliases = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]  # PyYAML's stubs leave it open
        mark = event.start_mark
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise _bad(self._file, mark, f"node {self._nodes:,}", f"at most {MAX_NODES:,} nodes")
        if isinstance(event, yaml.AliasEvent):
            self._aliases += 1
            if self._aliases > MAX_ALIASES:
                raise _bad(self._file, mark, "one alias too many", f"at most {MAX_ALIASES} aliases")
        elif getattr(event, "tag", None) is not None:
            raise _bad(self._file, mark, f"tagged {shown(event.tag)}", "a value without a tag")
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _bad(self._file, mark, "nested too deeply", f"at most {MAX_DEPTH} levels")
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


class _Tree:
    """Plain data out of composed nodes."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.nodes: dict[Path, Node] = {}
        self._open: list[yaml.Node] = []

    def value(self, node: yaml.Node, path: Path, key: tuple[int, int] | None) -> Any:
        mark = node.start_mark
        written = node.value if isinstance(node, yaml.ScalarNode) else None
        self.nodes[path] = Node(_place(mark), key, written)
        if len(self.nodes) > MAX_NODES:  # aliases multiply what the composer counted once
            raise _bad(self.file, mark, "one node too many", f"at most {MAX_NODES:,} nodes")
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, path)
        if any(node is outer for outer in self._open):
            raise _bad(self.file, mark, "an alias of what holds it", "a value that ends", path)
        if len(self._open) >= MAX_DEPTH:
            raise _bad(self.file, mark, "nested too deeply", f"at most {MAX_DEPTH} levels", path)
        self._open.append(node)
        if isinstance(node, yaml.SequenceNode):
            result: Any = [self.value(item, (*path, i), None) for i, item in enumerate(node.value)]
        else:
            result = self._mapping(node.value, path)
        self._open.pop()
        return result

    def _mapping(self, pairs: Iterable[tuple[yaml.Node, yaml.Node]], path: Path) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in pairs:
            mark = key_node.start_mark
            key = None
            if isinstance(key_node, yaml.ScalarNode):
                key = self._scalar(key_node, path)
            if not isinstance(key, str):
                raise _bad(self.file, mark, "a key that is no text", "text as the key", path)
            if key in result:
                raise _bad(self.file, mark, "the same key again", "each key once", (*path, key))
            result[key] = self.value(value_node, (*path, key), _place(mark))
        return result

    def _scalar(self, node: yaml.ScalarNode, path: Path) -> Any:
        text: str = node.value
        if node.style is None:
            if text in _NULL:
                return None
            if text in _BOOLEAN:
                return _BOOLEAN[text]
            if _FRACTION.fullmatch(text):
                return self._number(node, text, path)
        elif any("\ud800" <= letter <= "\udfff" for letter in text):
            raise _bad(self.file, node.start_mark, "half a surrogate pair", "text", path)
        return text

    def _number(self, node: yaml.ScalarNode, text: str, path: Path) -> int | float:
        mark = node.start_mark
        if _LEADING_ZERO.fullmatch(text):
            raise _bad(self.file, mark, text, f'quoted text: write "{text}"', path)
        if _INTEGER.fullmatch(text):
            if len(text) > _INTEGER_DIGITS:
                digits = f"a number of at most {_INTEGER_DIGITS} digits"
                raise _bad(self.file, mark, "a longer number", digits, path)
            return int(text)
        if not math.isfinite(number := float(text)):
            raise _bad(self.file, mark, "a number out of range", "a smaller number", path)
        return number


@contextmanager
def _as_problems(file: str, text: str) -> Iterator[None]:
    try:
        yield
    except yaml.reader.ReaderError as error:
        line, column = line_and_column(text, error.position)
        wrong = f"the character U+{ord(text[error.position]):04X}"
        problem = Problem(file, line, column, "", wrong, "text that YAML allows")
        raise BadInput([problem]) from None
    except yaml.MarkedYAMLError as error:
        reason = ", ".join(filter(None, (error.context, error.problem)))
        mark = error.problem_mark or error.context_mark
        raise _bad(file, mark, f"not YAML ({reason})", "a YAML file") from None
    except (ValueError, OverflowError):
        # The scanner passes absurd escapes and version numbers on to chr() and int().
        raise _bad(file, None, "not YAML (a number out of range)", "a YAML file") from None


def _place(mark: yaml.Mark) -> tuple[int, int]:
    return mark.line + 1, mark.column + 1


def _bad(file: str, mark: yaml.Mark | None, wrong: str, expected: str, path: Path = ()) -> BadInput:
    line, column = (None, None) if mark is None else _place(mark)
    return BadInput([Problem(file, line, column, place_of(path), wrong, expected)])
