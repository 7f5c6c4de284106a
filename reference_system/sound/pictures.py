"""Pictures and films for e-boards (bảng tin điện tử): looked at and refused, never changed."""

import hashlib
from dataclasses import dataclass

import av

from reference_system.sound.decoding import opened
from reference_system.sound.kinds import Kind, cut_short, kind_of, pixels_of
from reference_system.sound.refusals import Unusable

MOST_PICTURE_BYTES = 20_000_000
MOST_PIXELS = 24_000_000
MOST_FILM_BYTES = 200_000_000
MOST_FILM_PIXELS = 3840 * 2160
LONGEST_FILM_MS = 2 * 60 * 60 * 1000

_PICTURES: dict[Kind, tuple[str, str]] = {
    "png": ("image/png", "png"),
    "jpeg": ("image/jpeg", "mjpeg"),
}
_FILM_CODECS = ("h264",)
_SOUND_CODECS = ("aac", "mp3", "mp3float")
_STRICT = {"err_detect": "crccheck+bitstream+buffer+explode", "max_pixels": str(MOST_PIXELS)}


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that decodes to the end; sizes in pixels."""

    media_type: str
    sha256: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Film:
    """A film by what its file says, nothing of it decoded; sizes in pixels."""

    media_type: str
    sha256: str
    width: int
    height: int
    duration_ms: int
    codec: str


def picture(source: bytes) -> Picture:
    """What a PNG or JPEG holds, decoded to prove it.

    Raises `Unusable`: "empty", "too-large", "unsupported", "truncated", "damaged" or
    "too-many-pixels", which is known before room is made for them.
    """
    kind = _checked_kind(source, MOST_PICTURE_BYTES)
    if kind not in ("png", "jpeg"):
        raise Unusable("unsupported", expected="PNG, JPEG")
    if cut_short(source, kind):
        raise Unusable("truncated")
    if pixels_of(source, kind) > MOST_PIXELS:
        raise Unusable("too-many-pixels", limit=f"{MOST_PIXELS // 10**6} MP")
    media_type, codec = _PICTURES[kind]
    decoder = av.CodecContext.create(codec, "r")
    assert isinstance(decoder, av.VideoCodecContext)
    decoder.options = _STRICT
    try:
        shown = [*decoder.decode(av.Packet(source)), *decoder.decode(None)]
    except av.FFmpegError:
        raise Unusable("damaged") from None
    if not shown or shown[0].is_corrupt:
        raise Unusable("damaged")
    sha256 = hashlib.sha256(source).hexdigest()
    return Picture(media_type, sha256, shown[0].width, shown[0].height)


def film(source: bytes) -> Film:
    """What an MP4 says of itself: H.264, at most 3840 × 2160 and two hours, sound AAC or MP3.

    Raises `Unusable` as `picture` does, and "too-long".
    """
    kind = _checked_kind(source, MOST_FILM_BYTES)
    if kind != "mov":
        raise Unusable("unsupported", expected="MP4")
    if cut_short(source, kind):
        raise Unusable("truncated")
    with opened(source, kind) as container:
        if len(container.streams.video) != 1:
            raise Unusable("unsupported", expected="MP4, H.264")
        shown = container.streams.video[0].codec_context
        heard = [stream.codec_context.name for stream in container.streams.audio]
        if shown.name not in _FILM_CODECS or not {*heard} <= {*_SOUND_CODECS}:
            raise Unusable("unsupported", expected="MP4, H.264, AAC")
        duration_ms = round((container.duration or 0) / 1000)  # from microseconds
        if not 0 < shown.width * shown.height <= MOST_FILM_PIXELS:
            raise Unusable("too-many-pixels", limit="3840 × 2160")
        if duration_ms > LONGEST_FILM_MS:
            raise Unusable("too-long", limit=f"{LONGEST_FILM_MS // 3_600_000} h")
        if duration_ms <= 0:
            raise Unusable("damaged")
        sha256 = hashlib.sha256(source).hexdigest()
        return Film("video/mp4", sha256, shown.width, shown.height, duration_ms, shown.name)


def _checked_kind(source: bytes, most_bytes: int) -> Kind | None:
    if not source:
        raise Unusable("empty")
    if len(source) > most_bytes:
        raise Unusable("too-large", limit=f"{most_bytes // 10**6} MB")
    return kind_of(source)
