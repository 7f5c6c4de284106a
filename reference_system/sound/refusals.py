"""What is refused, and why: a code for programs, a sentence in Vietnamese and one in English."""

REASONS: dict[str, tuple[str, str]] = {
    # An upload.
    "empty": ("tệp rỗng", "the file is empty"),
    "too-large": ("tệp lớn hơn {limit}", "the file is larger than {limit}"),
    "unsupported": (
        "định dạng không được hỗ trợ: cần {expected}",
        "the format is not supported: {expected} expected",
    ),
    "damaged": ("tệp bị hỏng, không giải mã được", "the file is damaged and cannot be decoded"),
    "truncated": (
        "tệp không đầy đủ: thiếu phần cuối",
        "the file is not complete: its end is missing",
    ),
    "too-long": ("dài hơn {limit}", "it is longer than {limit}"),
    "too-short": (
        "âm thanh ngắn hơn {limit}, không đo được độ to",
        "the sound is shorter than {limit}: its loudness is not defined",
    ),
    "silent": ("âm thanh chỉ có im lặng", "there is nothing but silence in it"),
    "too-many-pixels": ("hình lớn hơn {limit}", "the picture is larger than {limit}"),
    # A text to be spoken.
    "no-program": (
        "máy chủ chưa cài chương trình đọc {program}",
        "the speech program {program} is not installed on the server",
    ),
    "no-language": (
        "giọng đọc {engine} không có ngôn ngữ {language}",
        "the speech engine {engine} has no language {language}",
    ),
    "no-words": ("không có gì để đọc", "there is nothing to speak"),
    "too-much-text": (
        "văn bản dài hơn {limit} ký tự",
        "the text is longer than {limit} characters",
    ),
    "no-speech": (
        "giọng đọc {engine} không đọc được văn bản này",
        "the speech engine {engine} could not speak this text",
    ),
    "broken-off": (
        "giọng đọc {engine} bị ngắt giữa chừng: hãy thử lại sau",
        "the speech engine {engine} was broken off: try again later",
    ),
    # A store.
    "full": ("kho âm thanh đã đầy", "there is no room left to keep sounds"),
    "not-kept": ("không có âm thanh này trong kho", "there is no such sound in the store"),
}


class Refused(Exception):
    """Something that cannot be done, with its `reason` from `REASONS`, in `vi` and in `en`."""

    def __init__(self, reason: str, **words: str) -> None:
        """`words` fill the places in the reason's sentences."""
        self.reason = reason
        self.vi, self.en = (sentence.format(**words) for sentence in REASONS[reason])
        super().__init__(f"{reason}: {self.en}")


class Unusable(Refused):
    """An uploaded file that is not what it should be."""


class Unspeakable(Refused):
    """A text that no speech can be made of."""


class NotKept(Refused):
    """A sound that the store could not take in, or does not hold."""
