"""The samples of an upload, by FFmpeg (PyAV), as a bounded stream of frames."""

import io
from collections.abc import Iterator
from contextlib import contextmanager

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer

from reference_system.sound.kinds import Kind, cut_short, kind_of
from reference_system.sound.refusals import Unusable

MOST_BYTES = 50_000_000
LONGEST_MS = 2 * 60 * 60 * 1000
LOWEST_RATE_HZ = 8_000
HIGHEST_RATE_HZ = 192_000
MOST_CHANNELS = 8

_CODECS: dict[Kind, frozenset[str]] = {
    "wav": frozenset({"pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le"}),
    "mp3": frozenset({"mp3", "mp3float"}),
    "aac": frozenset({"aac"}),
    "mov": frozenset({"aac"}),
    "ogg": frozenset({"opus", "libopus"}),
}
_LENGTH_STATED: frozenset[Kind] = frozenset({"wav", "ogg", "mov"})
_LOST_MS = 200
"""How much less than its stated length may be heard of a file: priming, and rounding."""

_STRICT = {"err_detect": "crccheck+bitstream+buffer+explode"}


def sound_kind(source: bytes) -> Kind:
    """What kind of sound a file is; raises `Unusable` for what no sound begins or ends like."""
    if not source:
        raise Unusable("empty")
    if len(source) > MOST_BYTES:
        raise Unusable("too-large", limit=f"{MOST_BYTES // 10**6} MB")
    kind = kind_of(source)
    if kind not in _CODECS:
        raise Unusable("unsupported", expected="MP3, AAC, M4A, Opus, WAV")
    if cut_short(source, kind):
        raise Unusable("truncated")
    return kind


def frames(source: bytes, kind: Kind) -> Iterator[AudioFrame]:
    """The decoded frames of the first sound in a file, all of one rate and layout.

    Stops with `Unusable` ("damaged", "unsupported" or "too-long") where that is found.
    """
    with opened(source, kind) as container:
        if not container.streams.audio:
            raise Unusable("unsupported", expected="MP3, AAC, M4A, Opus, WAV")
        stream = container.streams.audio[0]
        _check_stream(stream, kind)
        stream.codec_context.options = _STRICT
        most_samples = LONGEST_MS * stream.rate // 1000
        samples, form = 0, None
        for frame in container.decode(stream):
            if form not in (None, _form(frame)) or frame.is_corrupt:
                raise Unusable("damaged")
            form = _form(frame)
            samples += frame.samples
            if samples > most_samples:
                raise Unusable("too-long", limit=f"{LONGEST_MS // 3_600_000} h")
            yield frame
        if not samples or samples < _least_samples(stream, kind):
            raise Unusable("damaged")


@contextmanager
def opened(source: bytes, kind: Kind) -> Iterator[InputContainer]:
    """A file opened as that kind and as nothing else; whatever FFmpeg stumbles on is "damaged"."""
    try:
        with av.open(
            io.BytesIO(source), format=kind, options=_STRICT, metadata_errors="replace"
        ) as container:
            assert isinstance(container, InputContainer)
            yield container
    except (av.FFmpegError, ValueError, UnicodeError):
        raise Unusable("damaged") from None


def _form(frame: AudioFrame) -> tuple[str, str, int]:
    return frame.format.name, frame.layout.name, frame.sample_rate


def _check_stream(stream: AudioStream, kind: Kind) -> None:
    codec = stream.codec_context
    if codec.name not in _CODECS[kind]:
        raise Unusable("unsupported", expected=", ".join(sorted(_CODECS[kind])))
    rate_ok = LOWEST_RATE_HZ <= stream.rate <= HIGHEST_RATE_HZ
    if not rate_ok or not 1 <= codec.channels <= MOST_CHANNELS:
        expected = f"{LOWEST_RATE_HZ}-{HIGHEST_RATE_HZ} Hz, 1-{MOST_CHANNELS} channels"
        raise Unusable("unsupported", expected=expected)


def _least_samples(stream: AudioStream, kind: Kind) -> int:
    if kind not in _LENGTH_STATED or stream.duration is None or stream.time_base is None:
        return 0
    return int((stream.duration * stream.time_base - _LOST_MS / 1000) * stream.rate)
