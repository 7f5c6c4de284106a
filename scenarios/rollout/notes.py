"""What a plan's file has every result say: its own notes, and which of its figures are assumed."""

from collections.abc import Iterator, Mapping
from typing import Final

from scenarios.problems import Path
from scenarios.reading import Reading
from scenarios.rollout.figures import basis_of, text_of
from scenarios.scenario import Text

_NAMED: Final[Mapping[Path, Text]] = {
    ("households",): Text("số hộ", "households"),
    ("stock", "generate", "kinds"): Text("tỷ lệ loại đài", "shares of kinds of stations"),
    ("prices", "cluster"): Text("giá cụm loa", "price of a cluster"),
    ("prices", "head_end"): Text("giá thiết bị trung tâm", "price of a head-end"),
    ("prices", "converter"): Text("giá bộ chuyển đổi", "price of a converter"),
    ("prices", "board"): Text("giá bảng tin điện tử", "price of an e-board"),
    ("prices", "big_board"): Text("giá bảng tin cỡ lớn", "price of a large board"),
    ("prices", "source_system"): Text("giá hệ thống thông tin nguồn", "price of a source system"),
    ("running",): Text("chi phí vận hành", "running costs"),
    ("delivery",): Text("số đội lắp đặt", "number of crews"),
    ("delivery", "procurement"): Text("thời gian đấu thầu", "time of procurement"),
    ("delivery", "lead"): Text("thời gian giao hàng", "time of delivery"),
    ("delivery", "install_cluster"): Text("thời gian lắp cụm loa", "time to install a cluster"),
    ("delivery", "install_other"): Text("thời gian lắp thiết bị khác", "time to install others"),
    ("failures", "good"): Text("tỷ lệ hỏng của đài tốt", "failures of good stations"),
    ("failures", "degraded"): Text("tỷ lệ hỏng của đài xuống cấp", "failures of degraded stations"),
    ("rules",): Text("quy tắc", "rules"),
    ("counted",): Text("số đếm theo năm", "yearly counts"),
}
"""How each figure that carries a mark is called."""


def notes_of(reading: Reading) -> tuple[Text, ...]:
    """One note of all that is assumed, and the file's own notes."""
    assumed = [
        name for path, name in _figures(reading) if basis_of(reading, path).mark == "assumed"
    ]
    own = tuple(text_of(reading, path) for path in reading.entries(("notes",)))
    if not assumed:
        return own
    vi, en = ", ".join(name.vi for name in assumed), ", ".join(name.en for name in assumed)
    note = Text(f"Số liệu giả định, không có nguồn: {vi}.", f"Assumed, without a source: {en}.")
    return (note, *own)


def _figures(reading: Reading) -> Iterator[tuple[Path, Text]]:
    """Every figure that the file has, and what it is called."""
    for path, name in _NAMED.items():
        if reading.document.data_at(path) is not None:
            yield path, name
    for path in reading.entries(("money",)):
        title = text_of(reading, (*path, "title"))
        yield path, Text(f"số tiền của nguồn “{title.vi}”", f'amounts of "{title.en}"')
        if reading.document.data_at((*path, "cut")) is not None:
            cut = Text(f"cắt giảm của nguồn “{title.vi}”", f'cuts of "{title.en}"')
            yield (*path, "cut"), cut
