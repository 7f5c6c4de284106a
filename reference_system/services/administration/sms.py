"""How many segments an SMS takes, and how much of a text fits in so many (3GPP TS 23.038, 23.040).

One letter outside the GSM 7-bit alphabet makes the whole message UCS-2, and most Vietnamese
letters with a mark are outside it: 70 in a message instead of 160.
"""

import unicodedata
from dataclasses import dataclass
from typing import Literal

Encoding = Literal["gsm-7", "ucs-2"]

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = "\f^{}\\[~]|€"

SINGLE: dict[Encoding, int] = {"gsm-7": 160, "ucs-2": 70}
"""Septets, or 16-bit units, in a message that is alone."""

JOINED: dict[Encoding, int] = {"gsm-7": 153, "ucs-2": 67}
"""The same in each segment of a longer one, where a header says how they join."""

ELLIPSIS = "..."
"""What shows that a text was cut; the one letter for it is not in the GSM alphabet."""


@dataclass(frozen=True, slots=True)
class Sms:
    """A text as it would be sent."""

    text: str
    encoding: Encoding
    segments: int
    cut: bool


def sms(text: str, most_segments: int) -> Sms:
    """The text, cut after a word where it needs more segments than that."""
    composed = unicodedata.normalize("NFC", text)
    encoding = encoding_of(composed)
    needed = segments(composed, encoding)
    if needed <= most_segments:
        return Sms(composed, encoding, needed, False)
    whole = 0
    while segments(composed[: whole + 1] + ELLIPSIS, encoding) <= most_segments:
        whole += 1
    kept = _after_a_word(composed, whole) + ELLIPSIS
    encoding = encoding_of(kept)
    return Sms(kept, encoding, segments(kept, encoding), True)


def cut_at_a_word(text: str, most_characters: int) -> tuple[str, bool]:
    """The text in at most so many characters, and whether it had to be cut."""
    composed = unicodedata.normalize("NFC", text)
    if len(composed) <= most_characters:
        return composed, False
    return _after_a_word(composed, most_characters - len(ELLIPSIS)) + ELLIPSIS, True


def encoding_of(text: str) -> Encoding:
    """The alphabet that the text needs."""
    return "gsm-7" if all(letter in _BASIC or letter in _EXTENDED for letter in text) else "ucs-2"


def segments(text: str, encoding: Encoding) -> int:
    """How many segments; no letter is divided between two of them. An empty text takes one."""
    sizes = [_size(letter, encoding) for letter in text]
    if sum(sizes) <= SINGLE[encoding]:
        return 1
    number, used = 1, 0
    for size in sizes:
        if used + size > JOINED[encoding]:
            number, used = number + 1, 0
        used += size
    return number


def _size(letter: str, encoding: Encoding) -> int:
    if encoding == "gsm-7":
        return 2 if letter in _EXTENDED else 1
    return 2 if ord(letter) > 0xFFFF else 1


def _after_a_word(text: str, at_most: int) -> str:
    kept = text[:at_most]
    if not text[at_most : at_most + 1].isspace():
        kept = kept.rpartition(" ")[0] or kept
    return kept.rstrip()
