"""Names as people write them in tables, compared: case, accents, spaces and prefixes apart."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Final, Literal, NamedTuple

Level = Literal["province", "district", "commune"]

_TONES: Final = "\u0300\u0301\u0303\u0309\u0323"
_BRACKETS = re.compile(r"\([^()]*\)")
_NOT_A_WORD = re.compile(r"[^0-9a-z]+")
_LEADING_ZEROS = re.compile(r"\b0+(?=[0-9])")

_PREFIXES: Final[Mapping[Level, Mapping[str, str]]] = {
    "province": dict.fromkeys(("tinh", "thanh pho", "tp", "t"), ""),
    "district": {
        "huyen": "huyện",
        "h": "huyện",
        "quan": "quận",
        "q": "quận",
        "thi xa": "thị xã",
        "tx": "thị xã",
        "thanh pho": "thành phố",
        "tp": "thành phố",
    },
    "commune": {
        "xa": "xã",
        "x": "xã",
        "phuong": "phường",
        "p": "phường",
        "thi tran": "thị trấn",
        "tt": "thị trấn",
        "dac khu": "đặc khu",
        "dk": "đặc khu",
    },
}
"""What may stand before a name, as `plain` writes it, and the kind of place that it says."""


@lru_cache(maxsize=1 << 14)
def plain(text: str) -> str:
    """The text in small letters a to z and digits, its words one space apart."""
    letters = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return _LEADING_ZEROS.sub("", _NOT_A_WORD.sub(" ", bare).strip())


def without_brackets(text: str) -> str:
    """The text without what stands in brackets: "Số hộ (hộ)" is "Số hộ "."""
    return _BRACKETS.sub(" ", text)


@lru_cache(maxsize=1 << 14)
def spelled(text: str) -> str:
    """The text with its accents, wherever in a word its tone is written: Hoà is Hòa."""

    def tone_last(word: str) -> str:
        letters = unicodedata.normalize("NFD", word)
        tones = "".join(letter for letter in letters if letter in _TONES)
        return "".join(letter for letter in letters if letter not in _TONES) + tones

    return " ".join(map(tone_last, text.casefold().split()))


def bare(level: Level, text: str) -> tuple[str, str]:
    """The plain name without what says its kind, and that kind: "TX. An Nhơn" is "an nhon"."""
    name = plain(text)
    for prefix in sorted(_PREFIXES[level], key=len, reverse=True):
        rest = name.removeprefix(f"{prefix} ")
        if rest != name:
            return rest, _PREFIXES[level][prefix]
    return name, ""


class Named(NamedTuple):
    """A place by code, kind and name."""

    code: str
    kind: str
    name: str


def meant(level: Level, text: str, named: Callable[[str], Sequence[Named]]) -> Sequence[Named]:
    """The places that a text means; several where neither kind nor spelling tells them apart.

    `named` gives the places of a plain name. A name as it stands comes first, for some begin as a
    prefix does: Phương Độ is no phường.
    """
    whole = named(plain(text))
    rest, kind = bare(level, text)
    inner = named(rest) if rest != plain(text) else ()
    of_kind = [place for place in inner if place.kind == kind]
    return (
        [place for place in whole if spelled(place.name) == spelled(text)]
        or [place for place in of_kind if spelled(text).endswith(spelled(place.name))]
        or of_kind
        or whole
        or inner
    )
