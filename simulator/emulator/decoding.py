"""A sound decoded to its last sample: what an instrumented device does with it."""

from pathlib import Path

import av
from av.error import FFmpegError

LONGEST_MS = 4 * 60 * 60 * 1_000
"""Nothing is decoded beyond this."""

TOLERANCE_MS = 250
"""By how much a sound may differ from what was announced: an MP3 pads its first and last frames."""


class NotDecoded(ValueError):
    """It is no sound, or a damaged one; the text is one line."""


def duration_ms(file: Path) -> int:
    """How long the sound in the file lasts, counted in its samples; raises `NotDecoded`."""
    samples, rate = 0, 0
    try:
        with av.open(str(file)) as container:
            if not container.streams.audio:
                raise NotDecoded("no sound is in it")
            for frame in container.decode(audio=0):
                samples, rate = samples + frame.samples, frame.sample_rate
                if samples > LONGEST_MS * rate // 1_000:
                    raise NotDecoded(f"longer than {LONGEST_MS // 1_000:,} s")
    except FFmpegError as error:
        raise NotDecoded(f"cannot be decoded: {error.strerror or error}") from None
    if not rate:
        raise NotDecoded("no sample is in it")
    return samples * 1_000 // rate
