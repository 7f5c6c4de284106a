"""Text to speech: the engines there are, and espeak-ng, which is always tried.

An engine from elsewhere is an entry point of the group "ttcs.speech": a callable without arguments
that gives an `Engine`.
"""

import io
import re
import subprocess
import unicodedata
import wave
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import entry_points
from threading import Timer
from typing import Protocol

from reference_system.sound.refusals import Unspeakable

MOST_CHARACTERS = 10_000
"""About ten minutes of speech."""

MOST_WAV_BYTES = 50_000_000
TIMEOUT_S = 60.0

ENTRY_POINTS = "ttcs.speech"

TEST_WORDS = {"vi": "Thử nghiệm.", "en": "Thử nghiệm. This is a test."}
"""What a bulletin of status Test begins with; other languages take the Vietnamese words."""


class Engine(Protocol):
    """What makes speech of text.

    `languages` are language tags (BCP 47) such as "vi"; a tag also stands for what is narrower
    than it: "vi" for "vi-VN".
    """

    @property
    def name(self) -> str:
        """A short name, the same on every machine."""
        ...

    @property
    def languages(self) -> frozenset[str]:
        """What the engine can speak on this machine; raises `Unspeakable` where it is missing."""
        ...

    def speak(self, text: str, language: str) -> bytes:
        """A WAV file with the text spoken; raises `Unspeakable`."""
        ...


def engines() -> dict[str, Engine]:
    """Every engine by name: espeak-ng first, then those of other packages by entry point."""
    found: list[Engine] = [EspeakNg()]
    found += [point.load()() for point in sorted(entry_points(group=ENTRY_POINTS))]
    return {engine.name: engine for engine in found}


def with_test_words(text: str, status: str, language: str) -> str:
    """The text to be spoken: behind the words "thử nghiệm" where `status` is "Test".

    A text that begins with these words already is left as it is.
    """
    words = TEST_WORDS.get(primary(language), TEST_WORDS["vi"])
    begun = unicodedata.normalize("NFC", text).lstrip().casefold().startswith("thử nghiệm")
    return f"{words} {text}" if status == "Test" and not begun else text


def primary(language: str) -> str:
    """The language of a tag without region or script: "vi" of "vi-VN"."""
    return language.split("-")[0].lower()


@dataclass(frozen=True, slots=True)
class EspeakNg:
    """espeak-ng, offline: plain, but it speaks Vietnamese, and says the same the same way.

    What it takes for commands in a text (its control characters, and phonemes in double square
    brackets) is taken out first; markup is read as text.
    """

    program: str = "espeak-ng"
    timeout_s: float = TIMEOUT_S

    @property
    def name(self) -> str:
        """Always "espeak-ng", whatever the program's place."""
        return "espeak-ng"

    @property
    def languages(self) -> frozenset[str]:
        """The tags of the voices installed; raises `Unspeakable` ("no-program")."""
        listed = self._run(["--voices"], b"").decode("utf-8", "replace").splitlines()
        return frozenset(line.split()[1].lower() for line in listed[1:] if line.strip())

    def speak(self, text: str, language: str) -> bytes:
        """A WAV file, mono, 16 bits.

        Raises `Unspeakable`: "no-program", "no-language", "too-much-text" (more than
        `MOST_CHARACTERS`, or a sound of more than `MOST_WAV_BYTES`), "no-words" where nothing
        can be heard, "no-speech" where the program fails, "broken-off" where it is killed or not
        done in `timeout_s`: that is the machine's fault, not the text's.
        """
        if len(text) > MOST_CHARACTERS:
            raise Unspeakable("too-much-text", limit=str(MOST_CHARACTERS))
        words = _spoken_characters(text)
        if not any(letter.isalnum() for letter in words):
            raise Unspeakable("no-words")
        voice = self._voice(language)
        order = ["-v", voice, "-b", "1", "--stdin", "--stdout"]
        return _with_true_length(self._run(order, words.encode()), self.name)

    def _voice(self, language: str) -> str:
        installed = self.languages
        for tag in (language.lower(), primary(language)):
            if tag in installed:
                return tag
        raise Unspeakable("no-language", engine=self.name, language=language)

    def _run(self, order: list[str], text: bytes) -> bytes:
        try:
            process = subprocess.Popen(
                [self.program, *order],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                # Its library reserves memory as a file before it speaks; it goes on without where
                # no file may grow, unless the default of SIGXFSZ kills it.
                restore_signals=False,
            )
        except (FileNotFoundError, PermissionError):
            raise Unspeakable("no-program", program=self.program) from None
        except OSError:
            raise Unspeakable("broken-off", engine=self.name) from None
        with process:
            assert process.stdin is not None
            assert process.stdout is not None
            timer = Timer(self.timeout_s, process.kill)
            timer.start()
            try:
                # All of it before any sound is read: the longest text is less than a pipe holds.
                # A program that has ended reads nothing, and its exit code tells.
                with suppress(BrokenPipeError):
                    process.stdin.write(text)
                with suppress(BrokenPipeError):
                    process.stdin.close()
                spoken = process.stdout.read(MOST_WAV_BYTES + 1)
                if len(spoken) > MOST_WAV_BYTES:
                    raise Unspeakable("too-much-text", limit=str(MOST_CHARACTERS))
                ended = process.wait()
            finally:
                process.kill()
                timer.cancel()
        if ended < 0:  # by a signal: the timer's, or the machine's for want of memory
            raise Unspeakable("broken-off", engine=self.name)
        if ended > 0:
            raise Unspeakable("no-speech", engine=self.name)
        return spoken


def _spoken_characters(text: str) -> str:
    composed = unicodedata.normalize("NFC", text)
    spaced = "".join(
        " " if unicodedata.category(letter) in ("Cc", "Cf", "Cs") and letter != "\n" else letter
        for letter in composed
    )
    return re.sub(r"\[(?=\[)", "[ ", spaced).strip()


def _with_true_length(streamed: bytes, engine: str) -> bytes:
    """The WAV with its length in its header: into a pipe the program writes a made-up one."""
    try:
        with wave.open(io.BytesIO(streamed)) as spoken:
            form, samples = spoken.getparams(), spoken.readframes(spoken.getnframes())
    except (wave.Error, EOFError):
        raise Unspeakable("no-speech", engine=engine) from None
    if not samples:
        raise Unspeakable("no-words")
    file = io.BytesIO()
    with wave.open(file, "wb") as whole:
        whole.setparams(form._replace(nframes=0))
        whole.writeframes(samples)
    return file.getvalue()
