from dataclasses import replace

import pytest

from reference_system.services.content.drafts import (
    MOST_CHARACTERS,
    Content,
    Draft,
    check,
    in_order,
    is_language,
    missing,
)
from reference_system.services.refusals import Invalid

NOW_MS = 1_664_233_200_000
SOUND, PICTURE, FILM = "a" * 64, "b" * 64, "c" * 64
MEDIA = {SOUND: "audio/mpeg", PICTURE: "image/png", FILM: "video/mp4"}

TEXT = Draft("Bão số 4", "normal", "text", contents=(Content("vi", "Bão đổ bộ."),))
AUDIO = Draft("Bão số 4", "normal", "audio", contents=(Content("vi", media_sha256=SOUND),))
RELAY = Draft("Thời sự", "normal", "relay", relay_url="https://radio.example/vov1.m3u8")


def codes(draft: Draft) -> list[str]:
    return [lack.code for lack in missing(draft, NOW_MS)]


@pytest.mark.parametrize(
    ("draft", "lacking"),
    [
        (TEXT, []),
        (AUDIO, []),
        (RELAY, []),
        (replace(TEXT, contents=()), ["vietnamese-missing"]),
        (replace(TEXT, contents=(Content("jra", "…"),)), ["vietnamese-missing"]),
        (replace(TEXT, contents=(Content("vi", media_sha256=SOUND),)), ["text-missing"]),
        (replace(TEXT, contents=(Content("vi", " \n"),)), ["text-missing", "language-empty"]),
        (replace(AUDIO, contents=(Content("vi", "lời"),)), ["sound-missing"]),
        (replace(AUDIO, contents=(*AUDIO.contents, Content("jra", "…"))), ["sound-missing"]),
        (replace(TEXT, kind="image"), ["picture-missing"]),
        (replace(TEXT, kind="video"), ["film-missing"]),
        (replace(RELAY, relay_url=None), ["relay-missing"]),
        (replace(RELAY, contents=(Content("jra"),)), ["language-empty"]),
        (replace(TEXT, bulletin_class="emergency"), ["speech-missing"]),
        (replace(AUDIO, bulletin_class="emergency"), []),
        (
            replace(TEXT, contents=(Content("vi", "a" * (MOST_CHARACTERS + 1)),)),
            ["text-too-long"],
        ),
        (replace(TEXT, contents=(Content("vi", "a" * MOST_CHARACTERS),)), []),
        (replace(TEXT, valid_until_ms=NOW_MS), ["validity-over"]),
        (replace(TEXT, valid_until_ms=NOW_MS + 1), []),
    ],
)
def test_what_is_missing_is_named(draft, lacking):
    assert codes(draft) == lacking


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        (replace(TEXT, severity=1), "severity-unfit"),
        (replace(TEXT, bulletin_class="priority", severity=3), "severity-unfit"),
        (replace(TEXT, bulletin_class="emergency", severity=4), "severity-unfit"),
        (replace(TEXT, bulletin_class="emergency", severity=-1), "severity-unfit"),
        (replace(TEXT, relay_url=RELAY.relay_url), "relay-unfit"),
        (replace(RELAY, relay_url="file:///etc/passwd"), "relay-unfit"),
        (replace(RELAY, relay_url="https://a b"), "relay-unfit"),
        (replace(TEXT, contents=TEXT.contents * 2), "languages-unfit"),
        (
            replace(TEXT, contents=tuple(Content(f"a{letter}") for letter in "abcdefghijklmnopq")),
            "languages-unfit",
        ),
        (replace(TEXT, contents=(Content("Tiếng Việt", "…"),)), "language-unknown"),
        (replace(AUDIO, contents=(Content("vi", media_sha256="d" * 64),)), "media-unknown"),
        (replace(AUDIO, contents=(Content("vi", media_sha256=PICTURE),)), "media-unfit"),
        (replace(TEXT, contents=(Content("vi", "…", PICTURE),)), "media-unfit"),
        (replace(AUDIO, kind="image"), "media-unfit"),
        (replace(AUDIO, kind="video"), "media-unfit"),
    ],
)
def test_what_contradicts_itself_is_refused(draft, code):
    with pytest.raises(Invalid) as refused:
        check(draft, MEDIA)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "draft",
    [
        TEXT,
        AUDIO,
        RELAY,
        replace(TEXT, bulletin_class="emergency", severity=3),
        replace(TEXT, contents=(Content("vi", "…", SOUND), Content("jra", media_sha256=SOUND))),
        replace(TEXT, kind="image", contents=(Content("vi", "lời", PICTURE),)),
        replace(TEXT, kind="video", contents=(Content("vi", "", FILM),)),
        replace(TEXT, contents=()),
    ],
)
def test_what_fits_together_is_taken_finished_or_not(draft):
    check(draft, MEDIA)


def test_vietnamese_comes_first():
    contents = [Content(language) for language in ("zu", "jra", "vi", "bdq")]
    assert [each.language for each in in_order(contents)] == ["vi", "bdq", "jra", "zu"]


@pytest.mark.parametrize(
    ("tag", "fits"),
    [("vi", True), ("jra", True), ("vi-VN", True), ("vi\n", False), ("", False), ("VI", False)],
)
def test_a_language_is_a_tag(tag, fits):
    assert is_language(tag) is fits
