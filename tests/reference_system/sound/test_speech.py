import io
import time
import unicodedata
import wave
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference_system.sound.normalise import normalise
from reference_system.sound.refusals import Unspeakable
from reference_system.sound.speech import MOST_CHARACTERS, EspeakNg, engines, with_test_words

ESPEAK = EspeakNg()
TEXT = "Đây là bản tin của đài truyền thanh xã."


def reason_of(text: str, language: str = "vi", engine: EspeakNg = ESPEAK) -> str:
    with pytest.raises(Unspeakable) as refused:
        engine.speak(text, language)
    assert refused.value.vi
    return refused.value.reason


def program(folder: Path, script: str) -> EspeakNg:
    """An engine of a program that lists a Vietnamese voice, and then does as `script` says."""
    file = folder / "speaker"
    voices = "echo 'Pty Language'; echo ' 5 vi --/M'; exit 0"
    file.write_text(f'#!/bin/sh\ncase "$1" in --voices) {voices};; esac\n{script}\n')
    file.chmod(0o755)
    return EspeakNg(str(file), timeout_s=1.0)


@pytest.mark.needs_tool("espeak-ng")
def test_vietnamese_is_spoken_and_always_the_same() -> None:
    spoken = ESPEAK.speak(TEXT, "vi-VN")
    assert spoken == ESPEAK.speak(TEXT, "vi")
    with wave.open(io.BytesIO(spoken)) as file:
        assert file.getnchannels() == 1
        assert len(file.readframes(file.getnframes())) == file.getnframes() * 2
    assert 1500 < normalise(spoken).duration_ms < 6000


@pytest.mark.needs_tool("espeak-ng")
def test_letters_in_two_parts_sound_as_in_one() -> None:
    parts = unicodedata.normalize("NFD", TEXT)
    assert parts != TEXT
    assert ESPEAK.speak(parts, "vi") == ESPEAK.speak(TEXT, "vi")


@pytest.mark.needs_tool("espeak-ng")
@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("\x0199P Xin chào", " 99P Xin chào"),  # otherwise the pitch of a command
        ("[[h@l'oU]] Xin chào", "[ [h@l'oU]] Xin chào"),  # otherwise phonemes
        ("\0Xin chào\0", "Xin chào"),
    ],
)
def test_a_text_gives_no_orders(text: str, plain: str) -> None:
    assert ESPEAK.speak(text, "vi") == ESPEAK.speak(plain, "vi")


@pytest.mark.needs_tool("espeak-ng")
@pytest.mark.parametrize("text", ["--voices", "-f /etc/hostname", "$(id)", "<break time='9s'/> a"])
def test_a_text_is_no_option_no_shell_and_no_markup(text: str) -> None:
    assert normalise(ESPEAK.speak(text, "vi")).duration_ms < 6000


@pytest.mark.needs_tool("espeak-ng")
def test_only_languages_that_are_there_are_spoken() -> None:
    assert {"vi", "vi-vn-x-south", "en-gb"} <= ESPEAK.languages
    assert ESPEAK.speak(TEXT, "vi-VN-x-south") != ESPEAK.speak(TEXT, "vi")
    assert reason_of("Lus qhia", "hmn") == "no-language"
    assert reason_of("a", "--help") == "no-language"


@pytest.mark.parametrize("text", ["", " \n", "…", "\x01\x02", "!?"])
def test_a_text_without_words_is_refused(text: str) -> None:
    assert reason_of(text) == "no-words"


def test_a_text_too_long_is_refused() -> None:
    assert reason_of("a" * (MOST_CHARACTERS + 1)) == "too-much-text"


def test_a_missing_program_is_said() -> None:
    missing = EspeakNg("espeak-ng-that-is-not-there")
    assert reason_of(TEXT, engine=missing) == "no-program"
    with pytest.raises(Unspeakable, match="not installed"):
        _ = missing.languages


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("exec sleep 60", "broken-off"),
        ("kill -KILL $$", "broken-off"),
        ("exit 3", "no-speech"),
        ("echo no sound", "no-speech"),
        ("exec yes", "too-much-text"),
    ],
)
def test_a_program_that_fails_hangs_or_never_ends(tmp_path: Path, script: str, reason: str) -> None:
    begun = time.monotonic()
    assert reason_of(TEXT, engine=program(tmp_path, script)) == reason
    assert time.monotonic() - begun < 20


def test_a_program_that_takes_no_text_harms_nothing(tmp_path: Path) -> None:
    assert reason_of(TEXT * 200, engine=program(tmp_path, "exec <&-; exit 0")) == "no-speech"


@pytest.mark.parametrize(
    ("text", "status", "language", "spoken"),
    [
        ("Bão số 4", "Test", "vi-VN", "Thử nghiệm. Bão số 4"),
        ("Storm", "Test", "en", "Thử nghiệm. This is a test. Storm"),
        ("Lus qhia", "Test", "hmn", "Thử nghiệm. Lus qhia"),
        (" THỬ NGHIỆM: còi", "Test", "vi", " THỬ NGHIỆM: còi"),
        ("Bão số 4", "Exercise", "vi", "Bão số 4"),
        ("Bão số 4", "Actual", "vi", "Bão số 4"),
    ],
)
def test_a_test_begins_with_its_words(text: str, status: str, language: str, spoken: str) -> None:
    assert with_test_words(text, status, language) == spoken


@given(st.text(), st.sampled_from(["vi", "en", "vi-VN", "km", ""]))
def test_no_test_is_without_its_words_and_none_has_them_twice(text: str, language: str) -> None:
    spoken = with_test_words(text, "Test", language)
    begun = unicodedata.normalize("NFC", spoken).lstrip().casefold()
    assert begun.startswith("thử nghiệm")
    assert with_test_words(spoken, "Test", language) == spoken


def test_an_engine_of_another_package_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    about = tmp_path / "parrot-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: parrot\nVersion: 1\n")
    (about / "entry_points.txt").write_text("[ttcs.speech]\nparrot = parrot_speech:Parrot\n")
    (tmp_path / "parrot_speech.py").write_text(
        "class Parrot:\n"
        "    name = 'parrot'\n"
        "    languages = frozenset({'hmn'})\n"
        "    def speak(self, text, language):\n"
        "        return b'RIFF'\n"
    )
    assert list(engines()) == ["espeak-ng"]
    monkeypatch.syspath_prepend(tmp_path)
    assert list(engines()) == ["espeak-ng", "parrot"]
    assert engines()["parrot"].languages == {"hmn"}


@pytest.mark.needs_tool("espeak-ng")
def test_a_program_that_ends_without_reading_is_told(tmp_path: Path) -> None:
    program = tmp_path / "espeak"
    program.write_text('#!/bin/sh\n[ "$1" = --voices ] && exec espeak-ng --voices\nexit 1\n')
    program.chmod(0o755)
    with pytest.raises(Unspeakable) as told:
        EspeakNg(program=str(program)).speak("a" * MOST_CHARACTERS, "vi")
    assert told.value.reason == "no-speech"
