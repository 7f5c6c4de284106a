"""One e-board of a live run, really shown: a page in a headless browser, and its picture as proof.

What the page shows is what the emulated device plays at that moment, told by its play-out. Nothing
is fetched: the page is given to the browser, which is kept off every network. A browser that is
missing or fails is told in the result, and never ends a run.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from scenarios.problems import one_line
from scenarios.scenario import BulletinClass
from simulator.dialects.contract import Play
from simulator.emulator.events import Event, What
from simulator.emulator.fleet import EmulatedFleet
from simulator.emulator.population import Resident
from simulator.live import browsers

if TYPE_CHECKING:
    from playwright.async_api import Page

OPEN_S: Final = 30.0
STEP_S: Final = 10.0
CLOSE_S: Final = 10.0
MOST_PICTURE_BYTES: Final = 2 << 20
WIDTH, HEIGHT = 960, 540
"""Pixels of the page."""

_CHANGES: Final = frozenset[What](
    {"began", "ended", "power-cut", "power-back", "restarting", "booted"}
)
_CLASS_WORDS: Final[Mapping[BulletinClass, str]] = {
    "emergency": "Khẩn cấp / Emergency",
    "priority": "Ưu tiên / Priority",
    "normal": "Thông báo / Notice",
}
_PAINT: Final = """async (shown) => {
  const board = document.getElementById("board");
  board.className = shown.look;
  for (const part of ["place", "class", "title", "text"])
    document.getElementById(part).textContent = shown[part];
  const fits = () => board.scrollHeight <= board.clientHeight;
  for (let size = 6; size >= 2; size -= .5) {
    document.getElementById("text").style.fontSize = `${size}vh`;
    if (fits()) break;
  }
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  await frame();
  await frame();
  return { words: board.innerText, fits: fits() };
}"""


@dataclass(frozen=True, slots=True)
class Picture:
    """What the page showed when its picture was taken: `words` are read back from the page.

    `fits` says whether all of them could be seen. `began_ms` is when the device began with it, in
    milliseconds since the epoch, `painted_ms` how long after that the page had painted it.
    """

    png: bytes
    item: str
    bulletin_class: BulletinClass
    words: str
    fits: bool
    began_ms: int
    painted_ms: int


class Board:
    """The screen of an emulated e-board. To be called with every event of its fleet."""

    def __init__(self, resident: Resident) -> None:
        """Dark until `follow`; the picture will be of the first emergency, or else of the first
        notice."""
        self.resident = resident
        self.picture: Picture | None = None
        self.browser: str | None = None
        self.why: str | None = None
        """Why nothing is rendered, in one line."""
        self._began_ms: dict[str, int] = {}
        self._changed = asyncio.Event()
        self._is_over = False

    def __call__(self, event: Event) -> None:
        """Look again, if it may show something else now."""
        if event.device == self.resident.name and event.what in _CHANGES:
            if event.what == "began":
                self._began_ms = {event.detail["item"]: event.at_ms}
            self._changed.set()

    @asynccontextmanager
    async def follow(self, fleet: EmulatedFleet) -> AsyncIterator[None]:
        """Show what the device shows, until the end of the context."""
        following = asyncio.create_task(self._follow(fleet))
        try:
            yield
        finally:
            # Told rather than cancelled: a browser that is cut off while it closes stays behind.
            self._is_over = True
            self._changed.set()
            await asyncio.wait([following], timeout=OPEN_S + CLOSE_S)
            following.cancel()
            with suppress(asyncio.CancelledError):
                await following

    def facts(self, begin_ms: int, names: Mapping[str, str]) -> dict[str, Any]:
        """What came of it, as plain data.

        `begin_ms` is the start since the epoch, `names` has the scenario's items by what the source
        system calls them.
        """
        picture = self.picture
        said: dict[str, Any] = {
            "device": self.resident.name,
            "rendered": picture is not None,
            "why": None if picture else self.why or "the board showed nothing",
            "browser": self.browser,
        }
        if picture is None:
            return said
        return said | {
            "picture": self.file,
            "item": names.get(picture.item, picture.item),
            "class": picture.bulletin_class,
            "words": picture.words,
            "fits": picture.fits,
            "began_ms": picture.began_ms - begin_ms,
            "painted_after_ms": picture.painted_ms,
        }

    @property
    def file(self) -> str:
        """The name of the picture in the bundle."""
        return f"board/{self.resident.name}.png"

    async def _follow(self, fleet: EmulatedFleet) -> None:
        async with AsyncExitStack() as opened:
            try:
                async with asyncio.timeout(OPEN_S):
                    page = await self._opened(opened)
                self._changed.set()
                while True:
                    await self._changed.wait()
                    if self._is_over:
                        return
                    self._changed.clear()
                    async with asyncio.timeout(STEP_S):
                        await self._show(page, fleet)
            except TimeoutError:
                self.why = "the browser was too slow"
            except _errors() as error:
                self.why = one_line(str(error).strip().partition("\n")[0])[:300]

    async def _opened(self, opened: AsyncExitStack) -> "Page":
        if find_spec("playwright") is None:
            raise ImportError("without playwright: pip install 'ttcs-hil[browser]'")
        from playwright.async_api import async_playwright

        playwright = await opened.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(
            executable_path=browsers.of_the_system(),
            args=list(browsers.ARGUMENTS),
            handle_sigint=False,
            handle_sigterm=False,
            handle_sighup=False,
        )

        async def close() -> None:
            with suppress(TimeoutError, *_errors()):
                async with asyncio.timeout(CLOSE_S):
                    await browser.close()

        opened.push_async_callback(close)
        self.browser = f"Chromium {browser.version}"
        context = await browser.new_context(
            viewport={"width": WIDTH, "height": HEIGHT}, offline=True, locale="vi-VN"
        )
        page = await context.new_page()
        html = Path(__file__).with_name("board.html").read_text("utf-8")
        await page.set_content(html)
        return page

    async def _show(self, page: "Page", fleet: EmulatedFleet) -> None:
        status = fleet.status(self.resident.name)
        play = status.playing if status else None
        look = "off" if status is None else play.bulletin_class if play else "idle"
        painted = await page.evaluate(_PAINT, {"look": look, **self._words(play)})
        if play is None or not self._wants(play):
            return
        now_ms = time.time_ns() // 1_000_000
        began_ms = self._began_ms.get(play.item, now_ms)
        png = await page.screenshot(timeout=STEP_S * 1_000)
        after = fleet.status(self.resident.name)
        if after is None or after.playing is not play:
            return  # it went on meanwhile: what is in the picture is over
        if len(png) > MOST_PICTURE_BYTES:
            self.why = f"a picture of {len(png):,} bytes, at most {MOST_PICTURE_BYTES:,}"
            return
        self.picture = Picture(
            png,
            play.item,
            play.bulletin_class,
            painted["words"],
            painted["fits"],
            began_ms,
            now_ms - began_ms,
        )

    def _words(self, play: Play | None) -> dict[str, str]:
        place = f"{self.resident.commune_name} · {self.resident.name}"
        if play is None:
            return {"place": place, "class": "", "title": "", "text": ""}
        return {
            "place": place,
            "class": _CLASS_WORDS[play.bulletin_class],
            "title": play.title,
            "text": play.text or "",
        }

    def _wants(self, play: Play) -> bool:
        """The first notice, and the first emergency in its stead."""
        taken = self.picture and self.picture.bulletin_class
        return taken is None or (play.bulletin_class == "emergency" != taken)


def first_board(people: Sequence[Resident]) -> Board | None:
    """The screen of the first e-board among them, if there is one."""
    boards = (Board(each) for each in people if each.profile.kind == "e-board")
    return next(boards, None)


def _errors() -> tuple[type[Exception], ...]:
    """What a browser that is missing or fails may raise."""
    if find_spec("playwright") is None:
        return (ImportError,)
    from playwright.async_api import Error

    return (Error, ImportError, OSError)
