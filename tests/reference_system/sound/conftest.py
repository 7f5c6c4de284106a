"""Real sounds and pictures, made when they are needed."""

import io
import wave
from collections.abc import Callable
from fractions import Fraction

import av
import numpy as np
import pytest
from numpy.typing import NDArray

Samples = NDArray[np.float64]

CODERS = {
    "wav": ("wav", "pcm_s16le"),
    "mp3": ("mp3", "libmp3lame"),
    "aac": ("adts", "aac"),
    "m4a": ("ipod", "aac"),
    "opus": ("ogg", "libopus"),
    "flac": ("flac", "flac"),
    "vorbis": ("ogg", "vorbis"),
}


@pytest.fixture(scope="session")
def wav_of() -> Callable[..., bytes]:
    """A WAV file of 16 bits from samples between −1 and 1, one row for each channel."""

    def make(samples: Samples, rate_hz: int = 48_000) -> bytes:
        rows = np.atleast_2d(samples)
        file = io.BytesIO()
        with wave.open(file, "wb") as out:
            out.setnchannels(len(rows))
            out.setsampwidth(2)
            out.setframerate(rate_hz)
            out.writeframes(np.round(rows.T * 32767).astype("<i2").tobytes())
        return file.getvalue()

    return make


@pytest.fixture(scope="session")
def coded() -> Callable[[bytes, str], bytes]:
    """A WAV file coded as one of `CODERS`."""

    def make(wav: bytes, name: str) -> bytes:
        container, codec = CODERS[name]
        file = io.BytesIO()
        with av.open(io.BytesIO(wav)) as source, av.open(file, "w", format=container) as out:
            # FFmpeg's own Vorbis coder takes two channels only, and calls itself an experiment.
            layout, options = ("stereo", {"strict": "-2"}) if name == "vorbis" else ("mono", {})
            stream = out.add_stream(codec, rate=48_000, layout=layout, options=options)
            for frame in source.decode(audio=0):
                out.mux(stream.encode(frame))
            out.mux(stream.encode(None))
        return file.getvalue()

    return make


@pytest.fixture(scope="session")
def voice(wav_of: Callable[..., bytes]) -> bytes:
    """Two seconds that go up and down as speech does, at −12 dB."""
    time_s = np.arange(96_000) / 48_000
    carrier = sum(np.sin(2 * np.pi * 150 * n * time_s) / n for n in range(1, 20))
    swell = np.abs(np.sin(2 * np.pi * 2 * time_s))
    sound = carrier * swell
    return wav_of(0.25 * sound / np.abs(sound).max())


@pytest.fixture(scope="session")
def picture_of() -> Callable[..., bytes]:
    """A coded picture of noise: "png" or "mjpeg"."""

    def make(codec: str, width: int, height: int) -> bytes:
        form = {"png": "rgb24", "mjpeg": "yuvj420p"}[codec]
        noise = np.random.default_rng(1).integers(0, 255, (height, width, 3), dtype=np.uint8)
        frame = av.VideoFrame.from_ndarray(noise, format="rgb24").reformat(format=form)
        coder = av.CodecContext.create(codec, "w")
        coder.width, coder.height, coder.pix_fmt = width, height, form
        coder.time_base = Fraction(1, 25)
        return b"".join(bytes(packet) for packet in [*coder.encode(frame), *coder.encode(None)])

    return make


@pytest.fixture(scope="session")
def film_of() -> Callable[..., bytes]:
    """An MP4 of ten black pictures a second."""

    def make(
        codec: str = "libx264", pictures: int = 10, width: int = 64, height: int = 48
    ) -> bytes:
        file = io.BytesIO()
        with av.open(file, "w", format="mp4") as out:
            stream = out.add_stream(codec, rate=10)
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            for _ in range(pictures):
                out.mux(stream.encode(av.VideoFrame(width, height, "yuv420p")))
            out.mux(stream.encode(None))
        return file.getvalue()

    return make
