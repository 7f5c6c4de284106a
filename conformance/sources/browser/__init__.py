"""A source system whose people use its own pages, in a real browser, as a script of it says.

The devices are a fleet that was let in before (`given_fleet`), and so are the people.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from conformance.sources import acts as a
from conformance.sources import contract as c
from conformance.sources.browser.codes import Codes
from conformance.sources.browser.doing import Doing
from conformance.sources.browser.window import Browser, LoggedOut, NotDone, Window
from conformance.sources.by_hand import values
from conformance.sources.by_hand.browser_script import Script
from conformance.sources.by_hand.hands import Hands
from conformance.sources.by_hand.reached_system import ReachedSystem
from conformance.sources.features import FEATURES
from conformance.sources.target import Target


@contextmanager
def opened(target: Target, folder: Path) -> Iterator[c.System]:
    """The system of a target; sounds that are uploaded are kept in the empty `folder`."""
    hands, reached = target.hands, target.reached
    assert hands is not None, "the target has read what this dialect needs"
    assert hands.script is not None, "likewise"
    assert reached is not None, "likewise"
    host = urlsplit(reached.url).hostname or ""
    browser = Browser(reached.url, frozenset({host, *reached.allowed}), hands.script)
    people = Operators(browser, hands.script, hands, folder)
    facts = {"system": hands.script.system, "url": reached.url, "people": "a browser, by a script"}
    yield ReachedSystem(people, hands.fleet, facts)


class Operators:
    """A `contract.OperatorHalf`: a window of the browser for each of them."""

    def __init__(self, browser: Browser, script: Script, hands: Hands, folder: Path) -> None:
        """Nobody is logged in yet."""
        self._browser, self._script, self._people = browser, script, hands.people
        self._folder = folder
        self.order_of = hands.fleet.order_of
        self._codes = {
            name: Codes(account.totp_secret) if account.totp_secret else None
            for name, account in hands.people.items()
        }
        self._windows: dict[str, Window] = {}
        self._locks = {name: asyncio.Lock() for name in hands.people}
        self._classes: dict[str, str] = {}

    @property
    def features(self) -> frozenset[str]:
        """Those of which the script has every act."""
        needed: dict[str, list[str]] = {}
        for name, kind in values.act_types().items():
            if kind.needs is not None:
                needed.setdefault(kind.needs, []).append(name)
        acts = self._script.acts.keys()
        return frozenset(each for each in FEATURES if each in needed and acts >= {*needed[each]})

    async def close(self) -> None:
        """End the browser."""
        await self._browser.close()

    async def do(self, who: a.Person, act: a.Act) -> a.Outcome:
        """Let somebody do something; raises `OSError`."""
        name = type(act).__name__
        if name not in self._script.acts or who.name not in self._people or who.place is not None:
            return a.Unsupported()
        async with self._locks[who.name]:
            try:
                return await self._done(who.name, act)
            except NotDone as error:
                return a.Refused(error.status, str(error))

    async def _done(self, who: str, act: a.Act) -> a.Outcome:
        if isinstance(act, a.LogIn):
            await self._log_in(who, wrong=act.wrong)
            return a.Done()
        if who not in self._windows:
            await self._log_in(who)
        self._windows[who].is_in = not isinstance(act, a.LogOut)
        try:
            done = await self._acted(self._windows[who], who, act)
        except LoggedOut:
            await self._log_in(who)
            done = await self._acted(self._windows[who], who, act)
        if isinstance(act, a.LogOut):
            await self._windows.pop(who).close()
        if isinstance(act, a.Compose) and done.id is not None:
            self._classes[done.id] = act.bulletin_class
        return done

    async def _log_in(self, who: str, wrong: bool = False) -> None:
        """Begin a session in a window of its own; one that was there is closed then."""
        window = await self._browser.window()
        try:
            await self._acted(window, who, a.LogIn(wrong))
        except BaseException:
            await window.close()
            raise
        window.is_in = True
        before, self._windows[who] = self._windows.get(who), window
        if before is not None:
            await before.close()

    async def _acted(self, window: Window, who: str, act: a.Act) -> a.Done:
        doing = Doing(window, self._known(who, act), self._codes[who], self._script, self._folder)
        return await doing.done(self._script.acts[type(act).__name__])

    def _known(self, who: str, act: a.Act) -> dict[str, values.Value]:
        account = self._people[who]
        is_wrong = isinstance(act, a.LogIn) and act.wrong
        password = f"{account.password}?" if is_wrong else account.password
        known = {**values.of(act), "login": account.login, "password": password}
        if type(act).__name__ in values.CLASSED:
            known["bulletin_class"] = self._classes.get(str(known["bulletin"]), "")
        return known
