from dataclasses import replace

import pytest

from reference_system.services.content import bulletins, media, speaking
from reference_system.services.content.drafts import Content, Draft
from reference_system.services.content.speaking import speak, speech
from reference_system.services.refusals import Conflict, Forbidden, Invalid, Refusal
from reference_system.services.units import Unit

pytestmark = pytest.mark.needs_tool("espeak-ng")

BINH_DINH = Unit("province", "52")
TEXT = Draft("Bão số 4", "normal", "text", contents=(Content("vi", "Bão đang vào gần bờ."),))


@pytest.fixture
def lan(person):
    return person("lan", BINH_DINH, "compose")


@pytest.fixture
def draft(act, lan):
    with act(lan) as doing:
        return bulletins.create(doing, TEXT)


def test_words_become_a_kept_sound_of_the_draft(system, act, lan, draft):
    row = speak(system, lan, draft.id, 1)
    assert (row.state, row.version) == ("draft", 2)
    with act(lan) as doing:
        (content,) = bulletins.contents(doing, draft.id)
        assert bulletins.steps(doing, draft.id)[-1].step == "speak"
    assert content.spoken_by == "espeak-ng"
    file, path = media.get(system, content.media_sha256)
    assert file.origin == "espeak-ng (vi)"
    assert 500 < file.duration_ms < 10_000
    assert path.stat().st_size == file.size_bytes


def test_a_test_begins_with_the_words_that_say_so(system):
    plain = speech(system, "Bão.", "Actual", "vi")
    tested = speech(system, "Bão.", "Test", "vi")
    whole = speech(system, "Thử nghiệm. Bão.", "Actual", "vi")
    assert tested.sha256 == whole.sha256
    assert tested.duration_ms > plain.duration_ms + 300


def test_the_writer_is_not_held_while_an_engine_speaks(system, act, lan, draft, monkeypatch):
    espeak = speaking.engines()["espeak-ng"]

    class Asking:
        name, languages = "asking", frozenset({"vi"})

        def speak(self, text: str, language: str) -> bytes:
            with act(lan) as doing:  # would wait for itself, and in the end fail, if it were
                bulletins.create(doing, TEXT, client_id="meanwhile")
            return espeak.speak(text, language)

    monkeypatch.setattr(speaking, "engines", lambda: {"asking": Asking()})
    assert speak(system, lan, draft.id, 1, engine="asking").version == 2
    with act(lan) as doing:
        assert bulletins.get(doing, "meanwhile").state == "draft"
        assert bulletins.contents(doing, draft.id)[0].spoken_by == "asking"


def test_words_that_changed_while_an_engine_spoke_keep_their_own_sound(
    system, act, lan, draft, monkeypatch
):
    espeak = speaking.engines()["espeak-ng"]

    class Slow:
        name, languages = "slow", frozenset({"vi"})

        def speak(self, text: str, language: str) -> bytes:
            with act(lan) as doing:
                other = replace(TEXT, contents=(Content("vi", "Lời khác."),))
                bulletins.edit(doing, draft.id, 1, other)
            return espeak.speak(text, language)

    monkeypatch.setattr(speaking, "engines", lambda: {"slow": Slow()})
    with pytest.raises(Conflict, match="changed-meanwhile"):
        speak(system, lan, draft.id, 1, engine="slow")
    with act(lan) as doing:
        assert bulletins.contents(doing, draft.id) == (Content("vi", "Lời khác."),)


@pytest.mark.parametrize(
    ("language", "engine", "code"),
    [("jra", "espeak-ng", "no-words"), ("vi", "none-such", "no-engine")],
)
def test_what_cannot_be_spoken_is_refused(system, lan, draft, language, engine, code):
    with pytest.raises(Invalid) as refused:
        speak(system, lan, draft.id, 1, language, engine)
    assert refused.value.code == code


def test_a_language_that_the_engine_has_not_is_refused(system, act, lan):
    with act(lan) as doing:
        words = replace(TEXT, contents=(*TEXT.contents, Content("jra", "Plơi pla")))
        row = bulletins.create(doing, words)
    with pytest.raises(Refusal) as refused:
        speak(system, lan, row.id, 1, "jra")
    assert refused.value.code == "no-language"


def test_only_who_may_edit_lets_speak(system, person, lan, draft):
    with pytest.raises(Forbidden):
        speak(system, person("minh", BINH_DINH, "appraise"), draft.id, 1)
    with pytest.raises(Conflict, match="changed-meanwhile"):
        speak(system, lan, draft.id, 7)
