"""Test sounds: the spoken words "thử nghiệm" over two tones by which the sound is known.

The tones sound from the first sample to the last, also below the words, so that a sound is known
wherever a device begins or ends it. Two sounds that are offered one after the other have no tone in
common.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import av
import numpy as np
import numpy.typing as npt
from av import AudioFrame, AudioStream

from simulator.live import spoken

RATE_HZ = 16_000
WINDOW = 1_024
"""Samples of a stretch in which tones are looked for; every tone fits a whole number of times."""

TONES = 24
PAIRS = TONES * (TONES - 1) // 2

FIRST_BIN, BINS_APART = 64, 5
"""The tones, as multiples of `RATE_HZ / WINDOW`: 1,000 Hz and then every 78 Hz, to 2,797 Hz: above
most of a voice, within what every loudspeaker gives."""

_TONE_LOUDNESS = 0.2
_WORDS_LOUDNESS = 0.5
_FULL = 32_767

Pair = tuple[int, int]
"""The numbers of two tones, the lower first."""


@dataclass(frozen=True, slots=True)
class _Form:
    container: str
    codec: str
    bits_per_s: int


_FORMS: Mapping[str, _Form] = {
    "mp3": _Form("mp3", "libmp3lame", 48_000),
    "aac": _Form("adts", "aac", 48_000),
    "opus": _Form("ogg", "libopus", 32_000),
    "wav": _Form("wav", "pcm_s16le", 256_000),
}


def pair(number: int) -> Pair:
    """The tones of the sound of that number, of which there are `PAIRS`.

    As the rounds of a tournament: all 24 tones are used before one comes again.
    """
    a_round, match = divmod(number, TONES // 2)
    others = TONES - 1
    first = (a_round + match) % others
    second = others if match == 0 else (a_round - match) % others
    return min(first, second), max(first, second)


def hertz(tone: int) -> float:
    """The frequency of a tone."""
    return (FIRST_BIN + BINS_APART * tone) * RATE_HZ / WINDOW


def samples(tones: Pair, length_ms: int) -> npt.NDArray[np.int16]:
    """The sound as it should be heard, at `RATE_HZ`."""
    at = np.arange(length_ms * RATE_HZ // 1_000)
    whole = sum(np.sin(2 * np.pi * hertz(tone) / RATE_HZ * at) for tone in tones)
    whole = np.asarray(whole) * _TONE_LOUDNESS
    words = _words()[: len(whole)]
    whole[: len(words)] += words * _WORDS_LOUDNESS
    return (np.clip(whole, -1, 1) * _FULL).astype("<i2")


@lru_cache(maxsize=300)
def encoded(tones: Pair, length_ms: int, codec: str) -> bytes:
    """The sound as a file of that codec: mp3, aac, opus or wav."""
    form = _FORMS[codec]
    file = io.BytesIO()
    with av.open(file, "w", format=form.container) as container:
        stream = container.add_stream(form.codec, rate=RATE_HZ, layout="mono")
        assert isinstance(stream, AudioStream)
        stream.bit_rate = form.bits_per_s
        frame = AudioFrame.from_ndarray(samples(tones, length_ms)[None, :], "s16", "mono")
        frame.sample_rate = RATE_HZ
        for whole in (frame, None):
            container.mux(stream.encode(whole))
    return file.getvalue()


@lru_cache(maxsize=1)
def _words() -> npt.NDArray[np.float64]:
    """The spoken words between -1 and 1, as loud as they can be."""
    said = spoken.words().astype(np.float64)
    times = np.arange(0, len(said), spoken.RATE_HZ / RATE_HZ)
    finer: npt.NDArray[np.float64] = np.interp(times, np.arange(len(said)), said)
    finer /= np.abs(finer).max(initial=1.0)
    return finer
