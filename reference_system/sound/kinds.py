"""What a file is by its first bytes, and whether it is as long as it says itself.

FFmpeg is never left to guess: its readers of playlists would open files and addresses that an
upload names. And it plays what there is of a file that was cut, so that is looked for here.
"""

from collections.abc import Callable
from typing import Literal

Kind = Literal["wav", "mp3", "aac", "ogg", "mov", "png", "jpeg"]
"""The names of FFmpeg's readers; "mov" reads MP4 and M4A, "aac" ADTS."""

_UNKNOWN_LENGTH = (0, 0x7FFFF000)
"""RIFF sizes that no writer means: 0, and those from here, of writers into a pipe."""

_XING_WITHIN_BYTES = 64
_LAST_PAGE = 4
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""The markers that a frame's height and width follow."""

_MISSING_SHARE = 0.01
"""How much of an MP3's stated bytes may be missing: tags that an editor took away."""


def kind_of(source: bytes) -> Kind | None:
    """The kind of a file; None for what no kind begins like."""
    head = source[(start := _after_id3(source)) : start + 12]
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "wav"
    if head[:4] == b"OggS":
        return "ogg"
    if head[4:8] == b"ftyp":
        return "mov"
    if head[:8] == b"\x89PNG\r\n\x1a\n":
        return "png"
    if head[:3] == b"\xff\xd8\xff":
        return "jpeg"
    if len(head) >= 4 and head[0] == 0xFF:
        version_and_layer = head[1] & 0xF6
        if version_and_layer == 0xF0:
            return "aac"
        if version_and_layer in (0xF2, 0xE2):  # layer III of MPEG 1 and 2, or of MPEG 2.5
            return "mp3"
    return None


def cut_short(source: bytes, kind: Kind) -> bool:
    """Whether the end is missing, by the file's own account.

    An MP3 without a Xing header gives no account, nor does a WAV written into a pipe: no.
    """
    return _CUT_SHORT[kind](source)


def pixels_of(source: bytes, kind: Literal["png", "jpeg"]) -> int:
    """Width times height as the file states them; 0 where it does not."""
    if kind == "png":
        return int.from_bytes(source[16:20], "big") * int.from_bytes(source[20:24], "big")
    at = 2
    while source[at : at + 1] == b"\xff" and at + 9 <= len(source):
        if source[at + 1] in _JPEG_FRAMES:
            height, width = source[at + 5 : at + 7], source[at + 7 : at + 9]
            return int.from_bytes(height, "big") * int.from_bytes(width, "big")
        at += 2 + int.from_bytes(source[at + 2 : at + 4], "big")
    return 0


def _after_id3(source: bytes) -> int:
    if source[:3] != b"ID3" or len(source) < 10:
        return 0
    size = 0
    for byte in source[6:10]:
        size = size << 7 | byte & 0x7F
    return 10 + size


def _wav(source: bytes) -> bool:
    size = int.from_bytes(source[4:8], "little")
    unknown, streamed = _UNKNOWN_LENGTH
    return size != unknown and size < streamed and 8 + size > len(source) + size % 2


def _mp3(source: bytes) -> bool:
    start = _after_id3(source)
    head = source[start : start + _XING_WITHIN_BYTES]
    at = max(head.find(b"Xing"), head.find(b"Info"))
    if at < 0:
        return False
    flags, *numbers = (
        int.from_bytes(source[start + at + 4 * word :][:4], "big") for word in (1, 2, 3)
    )
    has_frames, has_bytes = flags & 1, flags & 2
    stated = numbers[1 if has_frames else 0] if has_bytes else 0
    return len(source) - start < stated * (1 - _MISSING_SHARE)


def _aac(source: bytes) -> bool:
    at = _after_id3(source)
    while source[at : at + 1] == b"\xff" and len(source) >= at + 6:
        length = (source[at + 3] & 3) << 11 | source[at + 4] << 3 | source[at + 5] >> 5
        if length < 7:
            return False
        at += length
    return at > len(source) or source[at : at + 1] == b"\xff"


def _ogg(source: bytes) -> bool:
    at, flags = 0, 0
    while source[at : at + 4] == b"OggS" and len(source) >= at + 27:
        flags = source[at + 5]
        lacing = source[at + 27 : at + 27 + source[at + 26]]
        at += 27 + source[at + 26] + sum(lacing)
    return at > len(source) or not flags & _LAST_PAGE


def _mov(source: bytes) -> bool:
    at = 0
    while at + 8 <= len(source):
        size = int.from_bytes(source[at : at + 4], "big")
        if size == 1:
            size = int.from_bytes(source[at + 8 : at + 16], "big")
        if size == 0:  # the last box: it reaches to the end, wherever that is
            return False
        if size < 8:
            return False
        at += size
    return at != len(source)


def _png(source: bytes) -> bool:
    return b"IEND\xaeB`\x82" not in source[-64:]


def _jpeg(source: bytes) -> bool:
    return b"\xff\xd9" not in source[-64:]


_CUT_SHORT: dict[Kind, Callable[[bytes], bool]] = {
    "wav": _wav,
    "mp3": _mp3,
    "aac": _aac,
    "ogg": _ogg,
    "mov": _mov,
    "png": _png,
    "jpeg": _jpeg,
}
