"""What one e-board of a live run showed, told to people."""

from collections.abc import Mapping
from typing import Any

from reports.words import figure
from scenarios.problems import one_line, shortened
from scenarios.scenario import Text


def sentence(board: Mapping[str, Any]) -> Text:
    """What was shown and where its picture is, or why there is none."""
    device = one_line(board["device"])
    if not board["rendered"]:
        why = shortened(one_line(board["why"] or ""))
        return Text(
            f"Bảng tin điện tử {device}: không dựng hình ({why}).",
            f"E-board {device}: not rendered ({why}).",
        )
    item, picture = one_line(board["item"]), board["picture"]
    cut = Text("", "") if board["fits"] else Text(", không vừa hết chữ", ", not all words fit")
    return Text(
        f"Bảng tin điện tử {device}: đã dựng hình {item}{cut.vi}: {picture}.",
        f"E-board {device}: rendered {item}{cut.en}: {picture}.",
    )


def painted(board: Mapping[str, Any]) -> Text:
    """By what the picture was made, and how soon."""
    browser, ms = one_line(board["browser"] or ""), board["painted_after_ms"]
    return Text(
        f"Trang do {browser} dựng, {figure(ms, 'ms', 'vi')} sau khi thiết bị bắt đầu hiện.",
        f"The page as {browser} painted it, {figure(ms, 'ms', 'en')} after the device began.",
    )
