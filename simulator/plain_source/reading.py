"""Untrusted JSON, read strictly: known fields alone, each of its kind and within its bounds."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Never

Rule = Callable[[object], Any]
"""Gives the value, or raises `ValueError` with what was expected."""

EARLIEST_S, LATEST_S = 1_577_836_800, 4_102_444_800
"""2020 and 2100: no instant on the wire lies outside, so no unit is taken for another."""


class Refused(Exception):
    """What is not done, and why on one line. `code` is this system's own (`MaLoi`)."""

    def __init__(self, code: int, why: str) -> None:
        """Hold both."""
        super().__init__(why)
        self.code = code


MALFORMED, NOT_LOGGED_IN, NOT_ALLOWED, UNKNOWN, NOT_NOW, TOO_OFTEN, BROKEN = range(11, 18)
"""The codes: not as described; who is it; not theirs to do; no such thing; not in this state or not
twice; too often; the disk."""


def parse(body: bytes) -> Any:
    """The data in a body; raises `Refused`."""
    try:
        return json.loads(
            body.decode(), object_pairs_hook=_once, parse_constant=_constant, parse_float=_finite
        )
    except (ValueError, RecursionError):
        raise Refused(MALFORMED, "không phải JSON đúng / not proper JSON") from None


def fields(
    data: object, needed: Mapping[str, Rule], optional: Mapping[str, Rule] | None = None
) -> dict[str, Any]:
    """The fields of an object; what is optional and absent is None. Raises `Refused`."""
    rules = {**needed, **(optional or {})}
    if not isinstance(data, dict):
        raise Refused(MALFORMED, "cần một đối tượng JSON / expected a JSON object")
    if unknown := [name for name in data if name not in rules]:
        raise Refused(MALFORMED, f"trường lạ / unknown field: {unknown[0][:60]!a}")
    if missing := [name for name in needed if name not in data]:
        raise Refused(MALFORMED, f"thiếu / missing: {missing[0]}")
    read: dict[str, Any] = dict.fromkeys(rules)
    for name, value in data.items():
        try:
            read[name] = rules[name](value)
        except ValueError as error:
            raise Refused(MALFORMED, f"{name}: cần / expected {error}") from None
    return read


def text(most: int, least: int = 0) -> Rule:
    """A text of so many characters; line ends and tabs are its only control characters."""

    def read(value: object) -> str:
        if isinstance(value, str) and least <= len(value) <= most and not any(map(_odd, value)):
            return value
        raise ValueError(f"text of {least} to {most} characters")

    return read


def whole(least: int, most: int) -> Rule:
    """A whole number."""

    def read(value: object) -> int:
        if type(value) is int and least <= value <= most:
            return value
        raise ValueError(f"a whole number from {least} to {most}")

    return read


def number(value: object) -> float:
    """A number of any kind."""
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= 1e9:
        return value
    raise ValueError("a number")


def flag(value: object) -> bool:
    """True or false."""
    if isinstance(value, bool):
        return value
    raise ValueError("true or false")


def one_of(*words: object) -> Rule:
    """One of some words or numbers."""

    def read(value: object) -> object:
        if any(type(value) is type(word) and value == word for word in words):
            return value
        raise ValueError(f"one of {', '.join(map(str, words))}")

    return read


def several(rule: Rule, most: int, least: int = 0) -> Rule:
    """A list."""

    def read(value: object) -> Sequence[Any]:
        if isinstance(value, list) and least <= len(value) <= most:
            return [rule(each) for each in value]
        raise ValueError(f"a list of {least} to {most}")

    return read


def part(needed: Mapping[str, Rule], optional: Mapping[str, Rule] | None = None) -> Rule:
    """An object inside another."""

    def read(value: object) -> dict[str, Any]:
        try:
            return fields(value, needed, optional)
        except Refused as error:
            raise ValueError(str(error)) from None

    return read


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) < len(pairs):
        raise ValueError("a key twice")
    return read


def _constant(name: str) -> Never:
    raise ValueError(name)


def _finite(digits: str) -> float:
    value = float(digits)
    if abs(value) > 1e300:
        raise ValueError(digits)
    return value


def _odd(letter: str) -> bool:
    return "\ud800" <= letter <= "\udfff" or (letter < " " and letter not in "\n\t")


NAME: Rule = text(200, 1)
DEVICE: Rule = text(64, 1)
TEXT: Rule = text(500)
SECOND: Rule = whole(EARLIEST_S, LATEST_S - 1)
MILLISECOND: Rule = whole(EARLIEST_S * 1000, LATEST_S * 1000 - 1)
