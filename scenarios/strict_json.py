"""JSON as this project reads it: no repeated key, no NaN, bounded in size and depth."""

import json
import math
import re
from pathlib import Path as FilePath
from typing import Any, NoReturn

from scenarios.files import decode_utf8, line_and_column, read_bounded
from scenarios.problems import BadInput, Problem, shown

MAX_BYTES = 64 << 20
MAX_DEPTH = 64
_INTEGER_DIGITS = 20

_BRACKET_OR_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)


def read(path: FilePath, limit_bytes: int = MAX_BYTES) -> Any:
    """The data in a file of at most `limit_bytes`; raises `BadInput`."""
    return parse(str(path), read_bounded(path, limit_bytes), limit_bytes)


def parse(file: str, source: bytes, limit_bytes: int = MAX_BYTES) -> Any:
    """The data in `source`, named `file` in messages; raises `BadInput`."""
    if len(source) > limit_bytes:
        raise _bad(file, None, None, f"longer than {limit_bytes:,} bytes", "less")
    return _decode(decode_utf8(file, source), file, 1)


def decode_line(text: str, file: str, line: int) -> Any:
    """The data in one line of a file of JSON lines; `line` counts from 1. Raises `BadInput`."""
    return _decode(text, file, line)


def _decode(text: str, file: str, first_line: int) -> Any:
    _check_depth(text, file, first_line)
    try:
        data = json.loads(
            text,
            object_pairs_hook=_without_repeats,
            parse_constant=_no_constant,
            parse_float=_finite,
            parse_int=_bounded_integer,
        )
    except json.JSONDecodeError as error:
        line = first_line - 1 + error.lineno
        wrong = f"not JSON ({error.msg})"
        raise _bad(file, line, error.colno, wrong, "JSON") from None
    except _RefusedError as refused:
        line_known = None if "\n" in text.strip() else first_line
        raise _bad(file, line_known, None, refused.wrong, refused.expected) from None
    if "\\ud" in text.lower():
        _check_surrogates(data, file, first_line)
    return data


class _RefusedError(Exception):
    def __init__(self, wrong: str, expected: str) -> None:
        super().__init__(wrong)
        self.wrong, self.expected = wrong, expected


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) == len(pairs):
        return result
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            raise _RefusedError(f"the key {shown(key)} again in one object", "each key once")
        seen.add(key)
    raise AssertionError("a dict is shorter than its pairs only where a key repeats")


def _no_constant(name: str) -> NoReturn:
    raise _RefusedError(name, "a number that JSON knows")


def _finite(text: str) -> float:
    if math.isfinite(number := float(text)):
        return number
    raise _RefusedError("a number out of range", "a smaller number")


def _bounded_integer(text: str) -> int:
    if len(text) <= _INTEGER_DIGITS:
        return int(text)
    raise _RefusedError("a longer number", f"a number of at most {_INTEGER_DIGITS} digits")


def _check_depth(text: str, file: str, first_line: int) -> None:
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return
    depth = 0
    for match in _BRACKET_OR_STRING.finditer(text):
        match match[0]:
            case "[" | "{":
                depth += 1
            case "]" | "}":
                depth -= 1
        if depth > MAX_DEPTH:
            line, column = line_and_column(text, match.start())
            expected = f"at most {MAX_DEPTH} levels"
            raise _bad(file, first_line - 1 + line, column, "nested too deeply", expected)


def _check_surrogates(data: Any, file: str, first_line: int) -> None:
    try:
        json.dumps(data, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise _bad(file, first_line, None, "text with half a surrogate pair", "text") from None


def _bad(file: str, line: int | None, column: int | None, wrong: str, expected: str) -> BadInput:
    return BadInput([Problem(file, line, column, "", wrong, expected)])
