"""Test sounds: known by their tones in every codec, through noise and below the spoken words."""

import io

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.bench import sounds
from conformance.bench.listening import UNCERTAINTY_MS, Listener
from conformance.bench.sounds import PAIRS, RATE_HZ, TONES, pair

KNOWN = {pair(number): str(number) for number in range(PAIRS)}
ENCODER_MS = {"mp3": 0, "aac": 64, "opus": 20, "wav": 0}
"""How much silence an encoder puts before the sound, where its container does not say so."""


def decoded(content):
    """The samples of a file, at the rate of the ear."""
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE_HZ)
    with av.open(io.BytesIO(content)) as file:
        frames = [r for f in file.decode(audio=0) for r in resampler.resample(f)]
    return np.concatenate([frame.to_ndarray()[0] for frame in frames])


def heard(samples, known=KNOWN, step=4_000):
    """What a listener tells of samples that come piece by piece: `(ms, sign, name)`."""
    listener = Listener(lambda: known)
    pieces = [samples[at : at + step] for at in range(0, len(samples), step)]
    told = [each for piece in pieces for each in listener.feed(piece.astype(np.int16))]
    return [(at * 1_000 / RATE_HZ, sign, name) for at, sign, name in [*told, *listener.end()]]


def voice(samples):
    """The power between 100 and 900 Hz, where no tone is."""
    power = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) ** 2
    hertz = np.fft.rfftfreq(len(samples), 1 / RATE_HZ)
    return power[(hertz > 100) & (hertz < 900)].sum()


def silence(ms):
    return np.zeros(ms * RATE_HZ // 1_000)


def noisy(samples, loudness=300):
    return samples + np.random.default_rng(1).normal(0, loudness, len(samples))


def test_every_pair_is_another_and_neighbours_have_no_tone_in_common():
    assert len(KNOWN) == PAIRS
    for first in range(0, PAIRS, TONES // 2):
        tones = [tone for number in range(first, first + TONES // 2) for tone in pair(number)]
        assert sorted(tones) == list(range(TONES))


@pytest.mark.parametrize("codec", sorted(ENCODER_MS))
def test_a_sound_of_every_codec_is_known_through_noise(codec):
    sound = decoded(sounds.encoded(pair(7), 4_000, codec))
    told = heard(noisy(np.concatenate([silence(1_000), sound * 0.3, silence(1_000)])))
    (began_ms, _, name), (ended_ms, _, also) = told
    assert [each[1] for each in told] == ["sounds", "silent"]
    assert name == also == "7"
    assert abs(began_ms - 1_000 - ENCODER_MS[codec]) <= UNCERTAINTY_MS
    assert abs(ended_ms - 5_000 - ENCODER_MS[codec]) <= UNCERTAINTY_MS + 20


@given(
    st.integers(0, PAIRS - 1),
    st.floats(0.02, 1.0),
    st.integers(0, 900),
    st.integers(600, 2_000),
    st.sampled_from([256, 1_000, 16_000]),
)
def test_its_instants_are_right_however_loud_it_is_and_however_it_comes(
    number, gain, before_ms, length_ms, step
):
    sound = sounds.samples(pair(number), 2_500)[: length_ms * RATE_HZ // 1_000] * gain
    samples = np.concatenate([silence(before_ms), sound, silence(500)])
    told = heard(noisy(samples, 20), step=step)
    assert [each[1:] for each in told] == [("sounds", str(number)), ("silent", str(number))]
    assert abs(told[0][0] - before_ms) <= UNCERTAINTY_MS
    assert abs(told[1][0] - before_ms - length_ms) <= UNCERTAINTY_MS


def test_two_at_once_are_both_heard():
    one, other = (sounds.samples(pair(n), 3_000) * 0.4 for n in (0, 1))
    both = np.concatenate([one, silence(1_000)]) + np.concatenate([silence(1_000), other])
    told = heard(both)
    assert [each[1:] for each in told] == [
        ("sounds", "0"),
        ("sounds", "1"),
        ("silent", "0"),
        ("silent", "1"),
    ]


def test_the_words_alone_and_noise_are_no_sound():
    words = np.tile(np.concatenate([sounds._words() * 30_000, silence(250)]), 10)
    assert heard(words) == []
    assert heard(noisy(silence(5_000), 8_000)) == []
    assert heard(sounds.samples(pair(3), 3_000), {pair(4): "4"}) == []


@pytest.mark.needs_tool("espeak-ng")
def test_a_sound_begins_with_the_spoken_words():
    tones, spoken = sounds.samples(pair(3), 2_000), sounds._words()
    assert 0.3 < len(spoken) / RATE_HZ < 1.5
    later = tones[len(spoken) : 2 * len(spoken)]
    assert voice(tones[: len(spoken)]) > 1_000 * voice(later)


def test_a_record_of_a_bench_that_cannot_hear_tells_of_no_silence(record):
    assert record((0, "mark", {"name": "x"})).heard() == []
    with pytest.raises(KeyError):
        record((0, "mark", {"name": "x"}), (1, "deaf", {})).heard()
