"""The sound of a live run's bulletins: the words "thử nghiệm", then a tone as long as is asked for.

What loudspeakers say in a test begins with these words: some of them may stand in a village.
"""

import io
import shutil
import subprocess
import wave
from functools import cache

import numpy as np
import numpy.typing as npt

RATE_HZ = 8_000
PITCH_HZ = 660
WORDS = "Thử nghiệm."
_SPEAKER = "espeak-ng"
_SPEAK_S = 20.0
_LOUDNESS = 0.3
_PULSE_MS = 500


def can_speak() -> bool:
    """Whether the words can be spoken on this machine; otherwise there is the tone alone."""
    return shutil.which(_SPEAKER) is not None


def sound(length_ms: int) -> bytes:
    """A WAV file of that length, which begins with the words where they fit."""
    samples = length_ms * RATE_HZ // 1_000
    at = np.arange(samples)
    pulsed = (at // (_PULSE_MS * RATE_HZ // 1_000)) % 2 == 0
    tone = np.sin(2 * np.pi * PITCH_HZ * at / RATE_HZ) * pulsed * _LOUDNESS * 32_767
    whole = tone.astype("<i2")
    said = words()
    if len(said) < samples:
        whole[: len(said)] = said
    return _wave(whole)


@cache
def words() -> npt.NDArray[np.int16]:
    """The words spoken, at `RATE_HZ`; no sample where that cannot be done."""
    nothing = np.empty(0, np.int16)
    program = shutil.which(_SPEAKER)
    if program is None:
        return nothing
    said = subprocess.run(
        [program, "-v", "vi", "--stdin", "--stdout"],
        input=WORDS.encode(),
        capture_output=True,
        timeout=_SPEAK_S,
        check=False,
    )
    if said.returncode != 0:
        return nothing
    # A file that is written into a pipe does not know its length: all after its head is sound.
    with wave.open(io.BytesIO(said.stdout)) as file:
        rate_hz = file.getframerate()
    samples = np.frombuffer(said.stdout[44:][: (len(said.stdout) - 44) // 2 * 2], "<i2")
    wanted = np.arange(0, len(samples), rate_hz / RATE_HZ)
    spoken: npt.NDArray[np.int16] = np.interp(wanted, np.arange(len(samples)), samples).astype(
        "<i2"
    )
    return spoken


def _wave(samples: npt.NDArray[np.int16]) -> bytes:
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(samples.tobytes())
    return written.getvalue()
