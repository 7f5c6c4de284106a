"""The screen of an e-board: a real browser beside real emulated devices at a real mosquitto."""

import asyncio
import io
import sys
import time
from collections.abc import Awaitable, Callable

import numpy as np
import pytest

from scenarios import links, profiles
from simulator.dialects.reference import Reference
from simulator.emulator.connection import Broker
from simulator.emulator.fleet import EmulatedFleet
from simulator.emulator.member import Member
from simulator.emulator.population import Resident
from simulator.live.board import HEIGHT, WIDTH, Board, first_board
from tests.simulator.emulator.conftest import PATIENCE_S, SECRET, Source, broker, item, source

__all__ = ["broker", "source"]

NOTICE = {"priority": 3, "title": "Thử nghiệm: lịch tiêm", "text": "Sáng thứ Bảy, ở trạm y tế xã."}
STORM = {"title": "Thử nghiệm: bão số 4", "text": "Vào nhà ngay.\nTránh xa cửa sổ."}


def resident(name: str, profile: str) -> Resident:
    return Resident(name, "21952", "Xã Nhơn Hải", 1, profiles.load(profile), links.load("wifi"))


def shown(broker, act: Callable[[Board, EmulatedFleet], Awaitable[None]]) -> Board:
    """The board of a fleet of one speaker and one e-board, after it has lived through the act."""
    people = [resident("d0", "speaker-reference"), resident("d1", "board-reference")]

    async def run() -> Board:
        board = first_board(people)
        assert board is not None
        members = [Member(p.name, p.commune, p.profile, p.link, SECRET) for p in people]
        where = Broker(broker.address.host, broker.address.port, broker.address.host)
        fleet = EmulatedFleet(members, where, Reference(), listener=board)
        try:
            async with board.follow(fleet):
                await fleet.start()
                await act(board, fleet)
        finally:
            await fleet.stop()
        return board

    return asyncio.run(run())


async def until(fits: Callable[[], object]) -> None:
    async with asyncio.timeout(3 * PATIENCE_S):
        while not fits():
            await asyncio.sleep(0.05)


def pixels(png: bytes) -> np.ndarray:
    import av

    with av.open(io.BytesIO(png)) as file:
        return next(file.decode(video=0)).to_ndarray(format="rgb24")


@pytest.mark.needs_tool("mosquitto")
@pytest.mark.needs_tool("chromium")
def test_an_emergency_takes_the_place_of_a_notice_in_the_page_and_in_the_picture(
    broker, source: Source
) -> None:
    pictures = []

    async def act(board: Board, fleet: EmulatedFleet) -> None:
        source.tell("d0", "c0", start=item("elsewhere", 60_000, title="not on the board"))
        source.tell("d1", "c1", start=item("clinic", 60_000, **NOTICE))
        await until(lambda: board.picture or board.why)
        pictures.append(board.picture)
        source.tell("d1", "c2", start=item("storm", 60_000, **STORM))
        await until(lambda: board.why or board.picture is not pictures[0])

    before_ms = time.time_ns() // 1_000_000
    board = shown(broker, act)
    notice, storm = pictures[0], board.picture
    assert board.why is None
    assert (notice.item, notice.bulletin_class) == ("clinic/1", "normal")
    for words in ("THÔNG BÁO / NOTICE", NOTICE["title"], NOTICE["text"], "Xã Nhơn Hải · d1"):
        assert words in notice.words
    assert (storm.item, storm.bulletin_class, storm.fits) == ("storm/1", "emergency", True)
    assert storm.words.split("\n\n")[0] == "KHẨN CẤP / EMERGENCY"  # alone: not even the place
    assert STORM["title"] in storm.words
    assert STORM["text"] in storm.words
    assert not any(one in storm.words for one in (NOTICE["title"], "Xã Nhơn Hải", "elsewhere"))
    assert 0 <= storm.painted_ms < 10_000

    seen, before = pixels(storm.png), pixels(notice.png)
    assert seen.shape == (HEIGHT, WIDTH, 3)
    assert len(np.unique(seen.reshape(-1, 3), axis=0)) > 20  # letters, and their edges
    corner = seen[3, 300], seen[-2, -2]
    assert all(r > 200 and g > 150 and b < 60 for r, g, b in corner)  # its frame is at the edges
    assert (seen != before).any(axis=2).mean() > 0.9

    facts = board.facts(before_ms, {"storm/1": "bao"})
    assert facts["rendered"] is True
    assert facts["item"] == "bao"
    assert facts["picture"] == "board/d1.png"
    assert facts["browser"].startswith("Chromium ")
    assert 0 <= facts["began_ms"] < 3 * PATIENCE_S * 1_000


@pytest.mark.needs_tool("mosquitto")
@pytest.mark.needs_tool("chromium")
def test_markup_in_a_bulletin_is_text_and_too_much_text_is_told(broker, source: Source) -> None:
    long = "<b>đậm</b><img src=http://192.0.2.1/x.png> " + "rất dài " * 480

    async def act(board: Board, fleet: EmulatedFleet) -> None:
        source.tell("d1", "c1", start=item("long", 60_000, title="<i>Thử nghiệm</i>", text=long))
        await until(lambda: board.picture or board.why)

    picture = shown(broker, act).picture
    assert "<i>Thử nghiệm</i>" in picture.words
    assert "<b>đậm</b><img src=" in picture.words
    assert not picture.fits


@pytest.mark.needs_tool("mosquitto")
def test_without_a_browser_the_result_says_why(
    broker, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "playwright", None)

    async def act(board: Board, fleet: EmulatedFleet) -> None:
        await until(lambda: board.why)

    facts = shown(broker, act).facts(0, {})
    assert facts == {
        "device": "d1",
        "rendered": False,
        "why": "without playwright: pip install 'ttcs-hil[browser]'",
        "browser": None,
    }


@pytest.mark.needs_tool("mosquitto")
def test_a_browser_that_does_not_start_is_told(
    broker, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.live.browsers._PROGRAMS", ("false",))

    async def act(board: Board, fleet: EmulatedFleet) -> None:
        await until(lambda: board.why)

    facts = shown(broker, act).facts(0, {})
    assert facts["rendered"] is False
    assert facts["why"]
    assert "\n" not in facts["why"]


def test_there_is_no_screen_where_there_is_no_board() -> None:
    assert first_board([resident("d0", "speaker-reference")]) is None
