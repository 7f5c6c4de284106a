"""Text to speech: the words of a bulletin become a kept sound, spoken by an engine.

Speaking is slow and so done between two acts: one that reads the words, one that stores the sound
if they are still the same.
"""

from reference_system.services.acting import Actor, acting, looking
from reference_system.services.content import bulletins, media
from reference_system.services.refusals import Invalid
from reference_system.services.system import System
from reference_system.sound.speech import engines, with_test_words
from reference_system.store.content import BulletinRow

DEFAULT_ENGINE = "espeak-ng"


def speak(
    system: System,
    actor: Actor,
    bulletin_id: str,
    version: int,
    language: str = "vi",
    engine: str = DEFAULT_ENGINE,
) -> BulletinRow:
    """Let an engine speak what a draft says in a language; the sound becomes the draft's file.

    A bulletin of status Test begins with the words "thử nghiệm". Raises what
    `bulletins.edit` does, and `Invalid` or `Unable` where the words cannot be spoken.
    """
    with looking(system, actor) as act:
        row = bulletins.editable(act, bulletin_id, version)
        content = bulletins.words(act, row).content(language)
    if content is None:
        raise bulletins.no_words(language)
    kept = speech(system, content.text, row.status, language, engine)
    with acting(system, actor) as act:
        media.add(act, kept, f"{engine} ({language})")
        return bulletins.set_spoken(act, bulletin_id, version, language, kept.sha256, engine)


def speech(
    system: System, text: str, status: str, language: str, engine: str = DEFAULT_ENGINE
) -> media.Kept:
    """The kept sound of a text, behind "thử nghiệm" where `status` is Test.

    Raises `Invalid` for an unknown engine, or a text or language that it cannot speak, `Unable`
    where its program is missing or broken off, or there is no room for the sound.
    """
    with media.working():
        speaker = engines().get(engine)
        if speaker is None:
            raise Invalid(
                "no-engine",
                "Không có giọng đọc này.",
                "There is no such speech engine.",
                "engine",
            )
        wav = speaker.speak(with_test_words(text, status, language), language)
        return media.keep_sound(system, wav)
