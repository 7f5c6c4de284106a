"""A bundle that nobody signs, held against its manifest, as a terminal shows it."""

from collections.abc import Iterator, Mapping
from typing import Final

from conformance.unsealed import Kind, Unsealed
from reports.certification_words import CHANGES
from scenarios.problems import one_line
from scenarios.scenario import Text

KINDS: Final[Mapping[Kind, Text]] = {
    "run": Text("gói kết quả của một lần chạy", "the bundle of a run"),
    "plan": Text("gói kết quả của một kế hoạch", "the bundle of a plan"),
}

_UNSIGNED: Final = Text(
    "không ai ký, nên chỉ phát hiện được tệp bị hỏng hay sửa mà manifest.json không sửa theo",
    "nobody signs it, so only a file is found out that was altered and manifest.json was not",
)


def lines(found: Unsealed) -> Iterator[str]:
    """What it is, and the two answers apart."""
    kind = KINDS[found.kind]
    yield one_line(f"{kind.vi} / {kind.en}, {found.created}")
    yield "1. Nguyên vẹn / Unchanged"
    if not found.changes:
        yield "   đúng như manifest.json / as its manifest.json says"
    for change in found.changes:
        how = CHANGES[change.how]
        yield one_line(f"   {change.file}: {how.vi} / {how.en}")
    yield "2. Người ký / Signer"
    yield f"   {_UNSIGNED.vi}"
    yield f"   {_UNSIGNED.en}"
