"""A sound of any accepted form made the one that devices take, with the loudness of the others.

Delivered is MP3, mono, 44.1 kHz, 64 kbit/s constant: every speaker that plays files plays that,
and a second costs 8 kB; Opus is there for devices that play nothing else. Loudness is brought to
−23 LUFS (EBU R 128) by one gain for the whole sound, never by compression: a sound whose peaks
would then pass −1 dBTP stays quieter, and `loudness_lufs` says so.
"""

import hashlib
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream

from reference_system.sound.decoding import frames, sound_kind
from reference_system.sound.kinds import Kind
from reference_system.sound.loudness import Loudness, filtered, measured
from reference_system.sound.refusals import Unusable

TARGET_LUFS = -23.0
HIGHEST_PEAK_DBTP = -1.0
SHORTEST_MS = 400

_TOLERANCE_DB = 0.2
"""How far from the target a sound may be, as in the quality control of EBU R 128."""

_CODING_MARGIN_DB = 0.3


@dataclass(frozen=True, slots=True)
class Form:
    """A form of delivery: names of a container and a codec as FFmpeg has them, and figures.

    `lost_db` is what the coder takes from the level, as measured on speech. The options of the
    container keep the writer's name, and chance, out of the file.
    """

    media_type: str
    container: Kind
    codec: str
    rate_hz: int
    bits_per_s: int
    lost_db: float
    codec_options: Mapping[str, str]
    container_options: Mapping[str, str]


_PLAIN = {"fflags": "+bitexact"}
_FAST = {"compression_level": "7"}  # LAME's own "fast": half the time, and no less on speech

MP3 = Form(
    media_type="audio/mpeg",
    container="mp3",
    codec="libmp3lame",
    rate_hz=44_100,
    bits_per_s=64_000,
    lost_db=0.44,
    codec_options=_FAST,
    container_options={**_PLAIN, "id3v2_version": "0"},
)
OPUS = Form(
    media_type="audio/ogg; codecs=opus",
    container="ogg",
    codec="libopus",
    rate_hz=48_000,
    bits_per_s=32_000,
    lost_db=0.05,
    codec_options={},
    container_options=_PLAIN,
)


@dataclass(frozen=True, slots=True)
class Sound:
    """A sound as devices get it.

    `duration_ms` is what is heard; `loudness_lufs` (integrated) and `peak_dbfs` (true peak, dBTP)
    are measured on `content` as a device decodes it, `before` on the upload made mono.
    """

    content: bytes = field(repr=False)
    media_type: str
    sha256: str
    duration_ms: int
    loudness_lufs: float
    peak_dbfs: float
    before: Loudness


def normalise(source: bytes, form: Form = MP3) -> Sound:
    """The sound of a file: MP3, AAC (ADTS or M4A), Opus (Ogg) or WAV, whatever its name says.

    The same bytes give the same bytes with the same version of FFmpeg. Takes about a second of
    processor time for every thirty of sound, and memory for the delivered bytes only.
    Raises `Unusable`: "empty", "too-large", "unsupported", "damaged", "truncated", "too-long",
    "too-short" (under 400 ms EBU R 128 defines no loudness) or "silent" (nothing above its
    gate of −70 LUFS).
    """
    kind = sound_kind(source)
    before = measured(frames(source, kind), form.rate_hz)
    if before.duration_ms < SHORTEST_MS:
        raise Unusable("too-short", limit=f"{SHORTEST_MS} ms")
    if before.silent:
        raise Unusable("silent")
    gain_db = _gain_db(before) + form.lost_db
    content, after = _delivered(source, kind, gain_db, form)
    error_db = _gain_db(after)
    if abs(error_db) > _TOLERANCE_DB or after.peak_dbtp > HIGHEST_PEAK_DBTP:
        content, after = _delivered(source, kind, gain_db + error_db - _CODING_MARGIN_DB, form)
    return Sound(
        content=content,
        media_type=form.media_type,
        sha256=hashlib.sha256(content).hexdigest(),
        duration_ms=after.duration_ms,
        loudness_lufs=after.integrated_lufs,
        peak_dbfs=after.peak_dbtp,
        before=before,
    )


def _gain_db(loudness: Loudness) -> float:
    return min(TARGET_LUFS - loudness.integrated_lufs, HIGHEST_PEAK_DBTP - loudness.peak_dbtp)


def _delivered(source: bytes, kind: Kind, gain_db: float, form: Form) -> tuple[bytes, Loudness]:
    louder = ("volume", f"{gain_db:.6f}dB:precision=float")
    content = _encoded(filtered(frames(source, kind), form.rate_hz, louder), form)
    return content, measured(frames(content, form.container), form.rate_hz)


def _encoded(sound: Iterable[AudioFrame], form: Form) -> bytes:
    file = io.BytesIO()
    with av.open(
        file, "w", format=form.container, options=dict(form.container_options)
    ) as container:
        stream = container.add_stream(
            form.codec, rate=form.rate_hz, options=dict(form.codec_options), layout="mono"
        )
        assert isinstance(stream, AudioStream)
        stream.bit_rate = form.bits_per_s
        for frame in sound:
            frame.pts = None
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()
