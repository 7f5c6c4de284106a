"""A real browser, and a window in it for each person.

It reaches the system under test and no other host. What is said of a page that is not as expected
names the line of the script, and nothing that was typed.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from conformance.sources.by_hand.browser_script import Script, Source
from scenarios.problems import one_line
from simulator.live import browsers

if TYPE_CHECKING:
    from playwright.async_api import Browser as Chromium
    from playwright.async_api import BrowserContext, Dialog, Locator, Page, Request

POLL_S = 0.05
MOST_READ = 2_000
"""Characters of a text in which a pattern is looked for, or that is kept of a refusal."""

MOST_ROWS = 500
_CALLS_NOBODY = ("--no-proxy-server", "--webrtc-ip-handling-policy=disable_non_proxied_udp")
"""What a page sends to other browsers (WebRTC) would go by no rule of hosts."""

_CLOSE_S = 10.0
NO_ANSWER, REFUSED, NOT_OFFERED = 0, 400, 403
"""The status where the pages tell none."""

_Seen = TypeVar("_Seen")
_UNFOLD = """el => {
  for (let at = el; at; at = at.parentElement) if (at.tagName === 'DETAILS') at.open = true;
}"""


class NotDone(Exception):
    """The system said no, or nothing (status 0); the text is one line."""

    def __init__(self, status: int, why: str) -> None:
        """The status of HTTP, and why."""
        super().__init__(one_line(" ".join(why.split()))[:MOST_READ])
        self.status = status


class LoggedOut(Exception):
    """The session is over."""


class Misfit(OSError):
    """The script does not fit the pages, or there is no browser; the text is one line."""


def misfit(script: Script, line: int, why: str) -> Misfit:
    """What does not fit, by the script's line."""
    return Misfit(f"{Path(script.file).name}:{line}: {why}")


class Browser:
    """Chromium, started with the first window; of one event loop, until `close`."""

    def __init__(self, url: str, hosts: frozenset[str], script: Script) -> None:
        """For the pages at that address; it reaches these hosts alone."""
        self._url, self._hosts, self._script = url, hosts, script
        self._opened = AsyncExitStack()
        self._chromium: Chromium | None = None

    async def window(self) -> "Window":
        """A new one, that knows of no other; raises `Misfit`."""
        if self._chromium is None:
            self._chromium = await self._started()
        context = await self._chromium.new_context(
            base_url=self._url, locale="vi-VN", service_workers="block", accept_downloads=False
        )
        context.set_default_timeout(self._script.timeout_ms)
        return Window(context, await context.new_page(), self._script)

    async def close(self) -> None:
        """End it."""
        await self._opened.aclose()
        self._chromium = None

    async def _started(self) -> "Chromium":
        if find_spec("playwright") is None:
            raise Misfit("without playwright: pip install 'ttcs-hil[browser]'")
        from playwright.async_api import Error, async_playwright

        playwright = await self._opened.enter_async_context(async_playwright())
        rules = ", ".join(["MAP * ~NOTFOUND", *(f"EXCLUDE {host}" for host in sorted(self._hosts))])
        try:
            chromium = await playwright.chromium.launch(
                executable_path=browsers.of_the_system(),
                args=[*browsers.ARGUMENTS, *_CALLS_NOBODY, f"--host-resolver-rules={rules}"],
                handle_sigint=False,
                handle_sigterm=False,
                handle_sighup=False,
            )
        except Error as error:
            raise Misfit(one_line(error.message.strip().partition("\n")[0])) from None
        self._opened.push_async_callback(_ended, chromium)
        return chromium


async def _ended(chromium: "Chromium") -> None:
    from playwright.async_api import Error

    with suppress(TimeoutError, Error):
        async with asyncio.timeout(_CLOSE_S):
            await chromium.close()


async def _agreed(dialog: "Dialog") -> None:
    from playwright.async_api import Error

    with suppress(Error):  # of a page that is closed meanwhile
        await dialog.accept()


class Window:
    """One person's. Each call is bounded by the script's time-out, and raises `NotDone` where the
    system says no, `LoggedOut` where the session is over, `Misfit` for a page that is another than
    the script's `line` expects."""

    def __init__(self, context: "BrowserContext", page: "Page", script: Script) -> None:
        """Empty; nobody is logged in."""
        self._context, self._page, self._script = context, page, script
        self._status, self._is_loading = NO_ANSWER, False
        self.is_in = False
        """Whether somebody is logged in, and so a page that asks for it means an end."""
        self.once_s: dict[int, float] = {}
        """When steps that are done now and then were done last, by their lines."""
        page.on("request", self._requested)
        page.on("response", lambda response: self._answered(response.request, response.status))
        page.on("requestfailed", lambda request: self._answered(request, NO_ANSWER))
        page.on("dialog", _agreed)

    async def close(self) -> None:
        """Close it."""
        from playwright.async_api import Error

        with suppress(Error):
            await self._context.close()

    # ---- Acting ---------------------------------------------------------------------------------

    async def goto(self, path: str) -> None:
        """Open a page."""
        from playwright.async_api import Error

        self._status = NO_ANSWER
        try:
            await self._page.goto(path, wait_until="domcontentloaded")
        except Error:
            raise NotDone(NO_ANSWER, f"{path}: no answer") from None
        await self.said_no()

    async def click(self, at: str, line: int) -> None:
        """Click what is there."""
        await self._act(at, line, "click")

    async def tick(self, at: str, line: int) -> None:
        """Tick a box, or choose what excludes others."""
        await self._act(at, line, "check")

    async def fill(self, at: str, line: int, value: str) -> None:
        """Type a value into a field, instead of what is there."""
        await self._act(at, line, "fill", value)

    async def select(self, at: str, line: int, value: str) -> None:
        """Choose an option, by its value or its label."""
        await self._act(at, line, "select_option", value)

    async def upload(self, at: str, line: int, file: Path) -> None:
        """Choose a file."""
        await self._act(at, line, "set_input_files", file)

    async def _act(self, at: str, line: int, what: str, *given: str | Path) -> None:
        found = await self._found(at, line, seen=False)
        if what == "click":
            self._status = NO_ANSWER
        async with self._expected(line):
            await self._bounded(found.evaluate(_UNFOLD))
            await getattr(found, what)(*given)

    # ---- Looking --------------------------------------------------------------------------------

    async def see(self, at: str, line: int) -> None:
        """Return once it can be seen."""
        await self._found(at, line, seen=True)

    async def offered(self, at: str, line: int) -> None:
        """The page has it, or does not offer what is wanted."""
        async with self._expected(line):
            await self._page.wait_for_load_state("load")
        await self.said_no()
        if not await self.has(at, line):
            raise NotDone(NOT_OFFERED, "the page does not offer it")

    async def read(self, source: Source, at: str | None, line: int) -> str:
        """What the pattern finds, once it finds something."""
        from playwright.async_api import Error

        deadline_s = self._deadline_s()
        while True:
            with suppress(Error):
                where = None if at is None else self._page.locator(at).first
                if where is None or await self._bounded(where.count()) > 0:
                    found = source.pattern.search(await self._text(source, where))
                    if found and found[1] is not None:
                        return source.means.get(found[1], found[1])
            await self._go_on(deadline_s, line)

    async def rows(self, at: str, columns: Sequence[Source], line: int) -> list[list[str]]:
        """What stands in each row that is there now."""
        async with self._expected(line):
            rows = (await self._bounded(self._page.locator(at).all()))[:MOST_ROWS]
            return [[await self._cell(row, each, line) for each in columns] for row in rows]

    async def has(self, at: str, line: int) -> bool:
        """Whether the page has it now."""
        async with self._expected(line):
            return bool(await self._bounded(self._page.locator(at).count()))

    async def _cell(self, row: "Locator", column: Source, line: int) -> str:
        where = row if column.at is None else row.locator(column.at).first
        found = column.pattern.search(await self._text(column, where))
        if not found or found[1] is None:
            raise self._late(line)
        return column.means.get(found[1], found[1])

    async def _text(self, source: Source, where: "Locator | None") -> str:
        if where is None:
            return self._page.url[:MOST_READ]
        if source.origin == "text":
            return (await where.inner_text())[:MOST_READ]
        return (await where.get_attribute(source.origin) or "")[:MOST_READ]

    async def _found(self, at: str, line: int, *, seen: bool) -> "Locator":
        from playwright.async_api import Error

        locator, deadline_s = self._page.locator(at).first, self._deadline_s()
        while True:
            with suppress(Error):
                is_there = bool(await self._bounded(locator.count()))
                if is_there and seen:
                    is_there = await self._bounded(locator.is_visible())
                if is_there:
                    return locator
            await self._go_on(deadline_s, line)

    # ---- What the system says -------------------------------------------------------------------

    async def said_no(self) -> None:
        """Raise `NotDone` or `LoggedOut` where the page says so."""
        from playwright.async_api import Error

        page, script = self._page, self._script
        if page.url.startswith("chrome-error:"):
            raise NotDone(NO_ANSWER, "no answer")
        with suppress(Error):  # a page that is just replaced is looked at again
            refused = page.locator(script.refused).first
            if await self._bounded(refused.is_visible()):
                status = self._status if self._status >= REFUSED else REFUSED
                raise NotDone(status, await refused.inner_text())
            out = script.logged_out
            if self.is_in and out and await self._bounded(page.locator(out).first.is_visible()):
                raise LoggedOut
            if self._status >= REFUSED and not self._is_loading:
                await page.wait_for_load_state("domcontentloaded")
                if not await self._bounded(refused.is_visible()):
                    title = await self._bounded(page.title())
                    raise NotDone(self._status, title or "refused")

    @asynccontextmanager
    async def _expected(self, line: int) -> AsyncIterator[None]:
        """What the browser cannot do is what the system refuses, or a page that is another."""
        from playwright.async_api import Error

        try:
            yield
        except Error:
            await self.said_no()
            raise self._late(line) from None

    async def _bounded(self, looking: Awaitable[_Seen]) -> _Seen:
        """What is seen, for which the browser itself waits as long as the page is busy."""
        try:
            async with asyncio.timeout(self._script.timeout_ms / 1_000):
                return await looking
        except TimeoutError:
            raise NotDone(NO_ANSWER, "the page is busy for ever") from None

    async def _go_on(self, deadline_s: float, line: int) -> None:
        await self.said_no()
        if time.monotonic() >= deadline_s:
            raise self._late(line)
        await asyncio.sleep(POLL_S)

    def _late(self, line: int) -> NotDone | Misfit:
        if self._is_loading:
            return NotDone(NO_ANSWER, "no answer")
        return misfit(self._script, line, "is not on the page, expected what the step names")

    def _deadline_s(self) -> float:
        return time.monotonic() + self._script.timeout_ms / 1_000

    def _requested(self, request: "Request") -> None:
        if self._is_of_page(request):
            self._is_loading = True

    def _answered(self, request: "Request", status: int) -> None:
        if self._is_of_page(request):
            self._is_loading, self._status = False, status

    def _is_of_page(self, request: "Request") -> bool:
        return request.is_navigation_request() and request.frame == self._page.main_frame
