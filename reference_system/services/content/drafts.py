"""What a bulletin says, before anybody approved it: its words, and what is still missing."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from reference_system.interface.vocabulary import Status
from reference_system.services.content.bulletin_words import FieldName, Kind
from reference_system.services.refusals import Invalid
from scenarios.scenario import BulletinClass

FIRST_LANGUAGE = "vi"
LANGUAGE = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$"
"""A language tag (BCP 47) of Vietnamese or of a minority language, such as "vi" or "jra"."""

RELAY_URL = r"^(https?|rtsps?)://[!-~]{1,1980}$"
MOST_LANGUAGES = 16
MOST_CHARACTERS = 4_000
"""Of a text that is sent: what one command to a notice board holds, and four minutes of speech."""

MEDIA_FAMILIES: Mapping[Kind, str] = {
    "text": "audio",
    "audio": "audio",
    "image": "image",
    "video": "video",
    "relay": "audio",
}
"""The file that goes with a bulletin of a kind, in each language: a text may be spoken."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a bulletin says in one language: words, a kept file, or both.

    `spoken_by` names the speech engine that made the file of the words; None for an upload.
    """

    language: str
    text: str = ""
    media_sha256: str | None = None
    spoken_by: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """The words of a bulletin. `severity` 0 to 3 is of an emergency, and 0 of all others."""

    title: str
    bulletin_class: BulletinClass
    kind: Kind
    summary: str = ""
    severity: int = 0
    field: FieldName = "general"
    status: Status = "Actual"
    valid_until_ms: int | None = None
    relay_url: str | None = None
    contents: tuple[Content, ...] = ()

    def content(self, language: str) -> Content | None:
        """What it says in a language."""
        return next((each for each in self.contents if each.language == language), None)


@dataclass(frozen=True, slots=True)
class Need:
    """Something that a bulletin must have before it is submitted; `lacks` says that it has not."""

    code: str
    vi: str
    en: str
    field: str
    lacks: Callable[[Draft], bool]


def _without_file(kind: Kind) -> Callable[[Draft], bool]:
    return lambda draft: (
        draft.kind == kind and any(each.media_sha256 is None for each in draft.contents)
    )


def _unheard_emergency(draft: Draft) -> bool:
    first = draft.content(FIRST_LANGUAGE)
    heard = first is not None and first.media_sha256 is not None
    return draft.bulletin_class == "emergency" and draft.kind == "text" and not heard


NEEDS: tuple[Need, ...] = (
    Need(
        "vietnamese-missing",
        "Chưa có nội dung tiếng Việt.",
        "There is no content in Vietnamese.",
        "contents",
        lambda draft: draft.kind != "relay" and draft.content(FIRST_LANGUAGE) is None,
    ),
    Need(
        "text-missing",
        "Bản tin văn bản chưa có lời bằng tiếng Việt.",
        "A text bulletin needs words in Vietnamese.",
        "contents",
        lambda draft: (
            draft.kind == "text"
            and (first := draft.content(FIRST_LANGUAGE)) is not None
            and not first.text.strip()
        ),
    ),
    Need(
        "sound-missing",
        "Bản tin âm thanh chưa có tệp âm thanh cho mọi ngôn ngữ.",
        "An audio bulletin needs a sound in each of its languages.",
        "contents",
        _without_file("audio"),
    ),
    Need(
        "speech-missing",
        "Bản tin khẩn cấp chưa có âm thanh tiếng Việt: hãy cho đọc hoặc tải lên.",
        "An emergency needs a sound in Vietnamese: let it be spoken, or upload one.",
        "contents",
        _unheard_emergency,
    ),
    Need(
        "picture-missing",
        "Bản tin hình ảnh chưa có hình.",
        "An image bulletin needs a picture.",
        "contents",
        _without_file("image"),
    ),
    Need(
        "film-missing",
        "Bản tin video chưa có video.",
        "A video bulletin needs a film.",
        "contents",
        _without_file("video"),
    ),
    Need(
        "relay-missing",
        "Bản tin tiếp âm chưa có địa chỉ nguồn phát.",
        "A relay needs the address of what is relayed.",
        "relay_url",
        lambda draft: draft.kind == "relay" and not draft.relay_url,
    ),
    Need(
        "language-empty",
        "Có ngôn ngữ chưa có cả lời lẫn tệp.",
        "A language has neither words nor a file.",
        "contents",
        lambda draft: any(
            not each.text.strip() and each.media_sha256 is None for each in draft.contents
        ),
    ),
    Need(
        "text-too-long",
        f"Lời bản tin dài hơn {MOST_CHARACTERS} ký tự.",
        f"The words are longer than {MOST_CHARACTERS} characters.",
        "contents",
        lambda draft: any(len(each.text) > MOST_CHARACTERS for each in draft.contents),
    ),
)


def missing(draft: Draft, now_ms: int) -> tuple[Invalid, ...]:
    """Why the draft may not be submitted yet; nothing where it may."""
    lacking = tuple(
        Invalid(need.code, need.vi, need.en, need.field) for need in NEEDS if need.lacks(draft)
    )
    if draft.valid_until_ms is not None and draft.valid_until_ms <= now_ms:
        return (
            *lacking,
            Invalid(
                "validity-over",
                "Thời hạn hiệu lực đã qua.",
                "The time that it is valid for is over.",
                "valid_until",
            ),
        )
    return lacking


def check(draft: Draft, media_types: Mapping[str, str]) -> None:
    """Raise `Invalid` for what contradicts itself; `media_types` by hash of the files there are."""
    if not (
        0 <= draft.severity <= 3 if draft.bulletin_class == "emergency" else not draft.severity
    ):
        raise Invalid(
            "severity-unfit",
            "Cấp độ từ 0 đến 3 chỉ dành cho bản tin khẩn cấp; bản tin khác là 0.",
            "A severity from 0 to 3 is for emergencies only; others have 0.",
            "severity",
        )
    if draft.relay_url is not None and (
        draft.kind != "relay" or not re.fullmatch(RELAY_URL, draft.relay_url)
    ):
        raise Invalid(
            "relay-unfit",
            "Chỉ bản tin tiếp âm có địa chỉ nguồn: http, https, rtsp hoặc rtsps.",
            "Only a relay has an address, and it is http, https, rtsp or rtsps.",
            "relay_url",
        )
    languages = [each.language for each in draft.contents]
    if len(languages) > MOST_LANGUAGES or len(set(languages)) < len(languages):
        raise Invalid(
            "languages-unfit",
            f"Mỗi ngôn ngữ chỉ một lần, nhiều nhất {MOST_LANGUAGES} ngôn ngữ.",
            f"Each language comes once, and at most {MOST_LANGUAGES} of them.",
            "contents",
        )
    for content in draft.contents:
        _check_content(content, draft.kind, media_types)


def _check_content(content: Content, kind: Kind, media_types: Mapping[str, str]) -> None:
    if not is_language(content.language):
        raise Invalid(
            "language-unknown",
            "Mã ngôn ngữ không đúng dạng, ví dụ: vi.",
            'This is no language tag, such as "vi".',
            "contents",
        )
    if content.media_sha256 is None:
        return
    media_type = media_types.get(content.media_sha256)
    if media_type is None:
        raise Invalid(
            "media-unknown",
            "Tệp chưa được tải lên.",
            "No file with this hash was uploaded.",
            "contents",
        )
    if not media_type.startswith(f"{MEDIA_FAMILIES[kind]}/"):
        raise Invalid(
            "media-unfit",
            f"Tệp {media_type} không dùng được cho loại bản tin này.",
            f"A file of {media_type} does not go with a bulletin of kind {kind}.",
            "contents",
        )


def is_language(tag: str) -> bool:
    """Whether a tag may name the language of a content."""
    return re.fullmatch(LANGUAGE, tag) is not None


def in_order(contents: Iterable[Content]) -> tuple[Content, ...]:
    """Vietnamese first, then by language tag."""
    return tuple(
        sorted(contents, key=lambda each: (each.language != FIRST_LANGUAGE, each.language))
    )
