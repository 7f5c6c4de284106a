"""The sound of a live run's bulletins."""

import io
import wave

import numpy as np
import pytest

from simulator.live import spoken


def samples(content: bytes) -> tuple[int, np.ndarray]:
    with wave.open(io.BytesIO(content)) as file:
        return file.getframerate(), np.frombuffer(file.readframes(file.getnframes()), "<i2")


@pytest.mark.parametrize("length_ms", [1_000, 40_000])
def test_it_is_as_long_as_asked_for_and_never_silent(length_ms):
    rate_hz, heard = samples(spoken.sound(length_ms))
    assert len(heard) * 1_000 == length_ms * rate_hz
    assert all(np.abs(second).max() > 3_000 for second in np.split(heard, length_ms // 1_000))


@pytest.mark.needs_tool("espeak-ng")
def test_it_begins_with_words_where_there_is_a_voice():
    assert spoken.can_speak()
    _, heard = samples(spoken.sound(10_000))
    tone = np.abs(np.fft.rfft(heard[: spoken.RATE_HZ // 2]))
    pure = np.abs(np.fft.rfft(heard[-spoken.RATE_HZ :][: spoken.RATE_HZ // 2]))
    assert tone.max() / tone.sum() < 0.5 * pure.max() / pure.sum()
