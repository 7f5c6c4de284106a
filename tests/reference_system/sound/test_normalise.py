from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reference_system.sound.decoding import frames, sound_kind
from reference_system.sound.loudness import measured
from reference_system.sound.normalise import MP3, OPUS, Form, normalise
from reference_system.sound.refusals import Unusable

ACCEPTED = ["wav", "mp3", "aac", "m4a", "opus"]

WavOf = Callable[..., bytes]
Coded = Callable[[bytes, str], bytes]


def sine(peak_db: float, seconds: float, hz: float = 1000.0) -> np.ndarray:
    return 10 ** (peak_db / 20) * np.sin(2 * np.pi * hz * np.arange(int(48_000 * seconds)) / 48_000)


@pytest.mark.parametrize("form", [MP3, OPUS], ids=["mp3", "opus"])
@pytest.mark.parametrize("name", ACCEPTED)
def test_every_accepted_form_becomes_the_form_of_delivery(
    voice: bytes, coded: Coded, name: str, form: Form
) -> None:
    source = voice if name == "wav" else coded(voice, name)
    sound = normalise(source, form)
    assert sound.media_type == form.media_type
    assert abs(sound.duration_ms - 2000) <= 50  # AAC's first and last frames are partly empty
    assert sound.loudness_lufs == pytest.approx(-23, abs=0.2)
    assert sound.peak_dbfs <= -1
    assert len(sound.content) < form.bits_per_s / 8 * 4  # Opus takes what a sound needs
    again = measured(frames(sound.content, form.container), form.rate_hz)
    assert again.integrated_lufs == sound.loudness_lufs
    assert again.duration_ms == sound.duration_ms


@pytest.mark.parametrize("form", [MP3, OPUS], ids=["mp3", "opus"])
def test_the_same_bytes_give_the_same_bytes(voice: bytes, form: Form) -> None:
    assert normalise(voice, form).content == normalise(voice, form).content


def test_delivered_is_mp3_mono_at_64_kbit_s(voice: bytes) -> None:
    (first, *_) = frames(normalise(voice).content, "mp3")
    assert (first.layout.name, first.sample_rate) == ("mono", 44_100)


@pytest.mark.parametrize(("channels", "lufs"), [(2, -23.0), (1, -26.0)])
def test_loudness_is_that_of_ebu_tech_3341_first_case(
    wav_of: WavOf, channels: int, lufs: float
) -> None:
    """A sine of 1 kHz at −23 dBFS in both channels is −23 LUFS; in one alone 3 LU less.

    Made mono, the two equal channels are 3 dB more in the one.
    """
    tone = wav_of(np.tile(sine(-23, 5), (channels, 1)))
    assert measured(frames(tone, "wav"), 48_000).integrated_lufs == pytest.approx(lufs, abs=0.1)


def test_a_peak_between_samples_is_seen(wav_of: WavOf) -> None:
    """A quarter of the sampling rate, 45° off: the samples reach 0.707 of the true peak."""
    slowly = np.hanning(96_000)  # a sudden beginning would itself swing higher
    samples = 0.5 * slowly * np.sin(np.pi / 2 * np.arange(96_000) + np.pi / 4)
    peak = measured(frames(wav_of(samples), "wav"), 48_000).peak_dbtp
    assert peak == pytest.approx(20 * np.log10(0.5), abs=0.3)


def test_a_sound_of_clicks_stays_below_the_peak_and_says_how_quiet_it_is(wav_of: WavOf) -> None:
    samples = 0.01 * np.random.default_rng(1).standard_normal(192_000)
    samples[::24_000] = 0.99
    sound = normalise(wav_of(samples))
    assert sound.peak_dbfs <= -1
    assert sound.loudness_lufs < -24


def test_what_is_quiet_becomes_louder(wav_of: WavOf) -> None:
    sound = normalise(wav_of(sine(-50, 3, 440)))
    assert sound.before.integrated_lufs == pytest.approx(-53.6, abs=0.5)
    assert sound.loudness_lufs == pytest.approx(-23, abs=0.2)


def reason_of(source: bytes) -> str:
    with pytest.raises(Unusable) as refused:
        normalise(source)
    assert refused.value.vi
    assert "\n" not in str(refused.value)
    return refused.value.reason


def test_what_is_no_sound_is_refused(voice: bytes, coded: Coded, wav_of: WavOf) -> None:
    assert reason_of(b"") == "empty"
    assert reason_of(b"\0" * 50_000_001) == "too-large"
    assert reason_of(b"Kinh gui") == "unsupported"
    assert reason_of(b"#EXTM3U\nfile:///etc/passwd\n") == "unsupported"
    assert reason_of(b"\xff\xfb" + b"noise" * 1000) == "damaged"
    assert reason_of(coded(voice, "flac")) == "unsupported"
    assert reason_of(coded(voice, "vorbis")) == "unsupported"
    assert reason_of(wav_of(sine(-20, 0.39))) == "too-short"
    assert reason_of(wav_of(np.zeros(48_000))) == "silent"
    assert reason_of(wav_of(sine(-20, 2), rate_hz=7_000)) == "unsupported"


def test_a_sound_of_400_ms_is_long_enough(wav_of: WavOf) -> None:
    assert normalise(wav_of(sine(-20, 0.4))).duration_ms == 400


@pytest.mark.parametrize("name", ACCEPTED)
@pytest.mark.parametrize("share", [0.3, 0.6, 0.97])
def test_a_file_that_was_cut_is_refused(
    voice: bytes, coded: Coded, name: str, share: float
) -> None:
    source = voice if name == "wav" else coded(voice, name)
    assert reason_of(source[: int(len(source) * share)]) == "truncated"


def test_a_wav_written_into_a_pipe_has_no_length_and_is_taken(voice: bytes) -> None:
    streamed = voice[:4] + b"\xff" * 4 + voice[8:40] + b"\xff" * 4 + voice[44:]
    assert normalise(streamed).duration_ms == 2000


def test_tags_before_an_mp3_are_passed_over(voice: bytes, coded: Coded) -> None:
    tag = b"ID3\x04\x00\x00\x00\x00\x10\x00" + b"\0" * 2048
    untagged = coded(voice, "mp3")
    untagged = untagged[untagged.index(b"\xff\xfb") :]
    assert normalise(tag + untagged).duration_ms == 2000


def test_a_small_file_of_many_hours_is_stopped(wav_of: WavOf, coded: Coded) -> None:
    """Frames of nothing, again and again: less than a megabyte of them lasts for hours."""
    silence = coded(wav_of(np.zeros(48_000)), "aac")
    second = silence.index(silence[:3], 3)
    frame = bytearray(silence[second : silence.index(silence[:3], second + 3)])
    frame[2] = frame[2] & 0b11000011 | 11 << 2  # 8 kHz: a frame is an eighth of a second
    bomb = bytes(frame) * 60_000
    assert len(bomb) < 1_000_000
    with pytest.raises(Unusable) as refused:
        for _ in frames(bomb, sound_kind(bomb)):
            pass
    assert refused.value.reason == "too-long"


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(ACCEPTED),
    flips=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=20),
)
def test_damage_gives_a_sound_or_a_reason_and_nothing_else(
    wav_of: WavOf, coded: Coded, name: str, flips: list[tuple[float, int]]
) -> None:
    wav = wav_of(sine(-20, 0.5))
    damaged = bytearray(wav if name == "wav" else coded(wav, name))
    for share, byte in flips:
        damaged[int(share * (len(damaged) - 1))] = byte
    try:
        sound = normalise(bytes(damaged))
    except Unusable:
        return
    assert sound.duration_ms >= 400


@given(
    st.binary(max_size=200),
    st.sampled_from([b"RIFF....WAVE", b"OggS", b"....ftyp", b"\xff\xfb", b"\xff\xf1", b"ID3"]),
)
def test_any_bytes_behind_a_known_beginning_are_refused(rest: bytes, beginning: bytes) -> None:
    with pytest.raises(Unusable):
        normalise(beginning + rest)
