"""What a report says of plays, segments and places, beside the glossary of verdicts."""

from collections.abc import Mapping
from typing import Final

from reports.findings.timelines import OUTCOMES
from reports.words import Language
from scenarios.scenario import Text

CLASSES: Final[Mapping[str, Text]] = {
    "emergency": Text("khẩn cấp", "emergency"),
    "priority": Text("ưu tiên", "priority"),
    "normal": Text("thông thường", "normal"),
}

CAUSES: Final[Mapping[str, Text]] = {
    "heard": Text("đã phát", "heard"),
    "no-power": Text("mất điện", "no power"),
    "no-path": Text("mất kết nối", "no connection"),
    "command-lost": Text("lệnh bị thất lạc", "command lost"),
    "sound-not-fetched": Text("không tải được âm thanh", "sound not fetched"),
    "cancelled": Text("bị hủy trước khi phát", "cancelled before it began"),
    "too-late": Text("đến quá muộn", "came too late"),
    "never-free": Text("không lúc nào phát được", "no free moment with power and connection"),
}

ENDINGS: Final[Mapping[str, Text]] = {
    "finished": Text("hết bài", "to its end"),
    "power": Text("bị cắt vì mất điện", "cut off: power lost"),
    "cancelled": Text("bị cắt vì lệnh hủy", "cut off: cancelled"),
    "window": Text("bị cắt vì hết khung giờ", "cut off: end of its slot"),
    "link": Text("bị cắt vì mất kết nối", "cut off: connection lost"),
    "preempted": Text("bị cắt vì nội dung ưu tiên hơn", "cut off by something more urgent"),
    "horizon": Text("hết thời gian chạy", "end of the run"),
}

CUTS: Final = frozenset(ENDINGS) - {"finished", "horizon"}
"""The endings by which something was cut off."""

_OUTCOMES: Final = {
    **CAUSES,
    "complete": Text("phát trọn vẹn", "heard whole"),
    "partial": Text("phát một phần", "heard in part"),
}

OUTCOME_WORDS: Final[tuple[Text, ...]] = tuple(_OUTCOMES[name] for name in OUTCOMES)
"""In the order of `OUTCOMES`."""


def outcomes_told(counts: Mapping[int, int], language: Language) -> str:
    """So many of each outcome, by its place in `OUTCOMES`, in a line."""
    told = ((number, OUTCOME_WORDS[place]) for place, number in sorted(counts.items()))
    return ", ".join(f"{number} {getattr(word, language)}" for number, word in told)


LEVELS: Final[tuple[Text, ...]] = (
    Text("chưa thiết bị nào", "no device"),
    Text("dưới một nửa", "less than half"),
    Text("từ một nửa", "half or more"),
    Text("mọi thiết bị", "every device"),
)
"""How much of a commune is reached, from none to all."""

MARKS: Final[Mapping[str, Text]] = {
    "V": Text("đã đọc nguyên văn", "wording seen"),
    "P": Text("theo bản thuật lại", "paraphrased"),
    "C": Text("thấy trong phần mềm thiết bị", "seen in device software"),
    "I": Text("suy ra", "inferred"),
    "M": Text("đo được", "measured"),
    "R": Text("nhớ lại, chưa kiểm chứng", "recalled"),
    "assumed": Text("giả định", "assumed"),
}

WORLDS: Final[Mapping[str, Text]] = {
    "virtual": Text("thế giới ảo", "virtual world"),
    "model": Text("thế giới mô hình", "model world"),
    "live": Text("thế giới thời gian thực", "live world"),
    "bench": Text("bàn thử có thiết bị thật", "bench with real devices"),
}


def step_words(seconds: int | None) -> Text:
    """A step of the time slider, spoken; None is the end of the run."""
    if seconds is None:
        return Text("đến hết lần chạy", "to the end of the run")
    for size, vi, en in ((3_600, "giờ", "hour"), (60, "phút", "minute")):
        if seconds >= size and seconds * 2 % size == 0:
            number = seconds / size
            many = "" if number == 1 else "s"
            vietnamese = f"{number:g}".replace(".", ",")
            return Text(f"sau {vietnamese} {vi}", f"after {number:g} {en}{many}")
    return Text(f"sau {seconds} giây", f"after {seconds} second{'' if seconds == 1 else 's'}")
