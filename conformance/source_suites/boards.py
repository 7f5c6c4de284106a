"""Bulletins of text: the notice boards of a commune show them, and no others."""

from collections.abc import Iterator

from conformance.case import PROVINCES, Case, Seen
from conformance.checks.fleet import Fleet, nobody_outside
from conformance.record import Record
from conformance.sources.dealing import SPOKEN, Dealing
from scenarios import profiles
from scenarios.scenario import Text

SOON_MS = 20_000
WORDS = f"{SPOKEN}: mời bà con họp tổ dân phố lúc 19 giờ tại nhà văn hóa."


async def _shown(talk: Dealing) -> None:
    communes = talk.communes[:1]
    bulletin = await talk.bulletin("text", text=WORDS)
    order = await talk.issue("text", bulletin, communes)
    await talk.until_on_boards(order, communes, SOON_MS)
    await talk.cancel("cancel", order)
    await talk.until_reached(order, communes, SOON_MS, "Cancel")


def _judge_shown(record: Record) -> Iterator[tuple[str, Seen]]:
    fleet = Fleet(record)
    boards = [
        place
        for place in sorted(fleet.addressed("text"))
        if profiles.load(fleet.profiles[place]).kind == "e-board"
    ]
    showing, said = fleet.sounded("text"), fleet.texts("text")
    missing = [place for place in boards if place not in showing]
    is_said = said == {WORDS}
    vi, en = ("đúng nguyên văn", "the words as written") if is_said else ("sai chữ", "other words")
    says = Text(
        vi=f"{len(boards) - len(missing)}/{len(boards)} bảng tin hiển thị, {vi}"
        f"{fleet.some(missing)}",
        en=f"{len(boards) - len(missing)}/{len(boards)} boards show it, {en}"
        f"{fleet.some(missing, 'missing')}",
    )
    yield "source-board-shows", Seen(not missing and is_said if boards else None, says)
    yield "source-nobody-outside", nobody_outside(fleet, "text", "bản tin chữ", "text")


CASES = (
    Case(
        "source-boards",
        2,
        Text(
            vi="Bản tin chữ hiện trên bảng tin của xã, không hiện nơi khác",
            en="A bulletin of text is shown on the boards of the commune, and on no others",
        ),
        PROVINCES,
        ("source-board-shows", "source-nobody-outside"),
        _shown,
        _judge_shown,
        needs=("text_bulletins",),
    ),
)
