"""The steps of a script, done one after the other in a person's window."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from conformance.sources.acts import Done
from conformance.sources.browser.codes import Codes
from conformance.sources.browser.window import Window, misfit
from conformance.sources.by_hand import browser_script as s
from conformance.sources.by_hand.values import Value
from simulator.live import spoken

MOST_PAGES = 100


class Doing:
    """One act, with its values; to be used once."""

    def __init__(
        self,
        window: Window,
        known: Mapping[str, Value],
        codes: Codes | None,
        script: s.Script,
        folder: Path,
    ) -> None:
        """Nothing is done yet; files that are uploaded are kept in the folder."""
        self._window, self._codes, self._script, self._folder = window, codes, script, folder
        self._known = dict(known)
        self._id: str | None = None
        self._said: list[list[str]] | None = None
        self._asked_ms: int | None = None

    async def done(self, steps: Sequence[s.Step]) -> Done:
        """Do them all; raises what `Window` raises."""
        await self._do(steps)
        await self._window.said_no()
        said: Any = self._said
        return Done(self._id, said, self._asked_ms)

    async def _do(self, steps: Sequence[s.Step]) -> None:
        for step in steps:
            match step:
                case s.On(line, kind, at):
                    await self._on(line, kind, at)
                case s.Put(line, kind, at, value):
                    put = self._window.fill if kind == "fill" else self._window.select
                    await put(self._selector(at), line, await self._typed(value, line))
                case s.Read(line, source):
                    where = None if source.at is None else self._selector(source.at)
                    self._id = await self._window.read(source, where, line)
                case s.Rows():
                    self._said = [*(self._said or ()), *await self._rows(step)]
                case s.If(_, name, equals, then, otherwise):
                    await self._do(then if self._holds(name, equals) else otherwise)
                case s.There(line, at, then, otherwise):
                    is_there = await self._window.has(self._selector(at), line)
                    await self._do(then if is_there else otherwise)
                case s.Each(_, name, inner):
                    for each in self._several(name):
                        self._known["each"] = each
                        await self._do(inner)
                case s.Every(line, lasting_ms, inner):
                    await self._now_and_then(line, lasting_ms, inner)

    async def _on(self, line: int, kind: s.OnOne, at: str) -> None:
        if kind == "goto":
            await self._window.goto(s.PLACEHOLDER.sub(lambda m: quote(self._text(m[1]), ""), at))
            return
        there = self._selector(at)
        match kind:
            case "click":
                await self._window.click(there, line)
            case "send":
                await self._window.see(there, line)
                self._asked_ms = time.time_ns() // 1_000_000
                await self._window.click(there, line)
            case "tick":
                await self._window.tick(there, line)
            case "see":
                await self._window.see(there, line)
            case "offered":
                await self._window.offered(there, line)
            case "upload":
                await self._window.upload(there, line, await self._sound())

    async def _rows(self, step: s.Rows) -> list[list[str]]:
        at, found = self._selector(step.at), list[list[str]]()
        for _ in range(MOST_PAGES):
            found += await self._window.rows(at, step.columns, step.line)
            following = step.following
            if following is None or not await self._window.has(following, step.line):
                break
            await self._window.click(following, step.line)
        return found

    async def _now_and_then(self, line: int, lasting_ms: int, inner: Sequence[s.Step]) -> None:
        last_s = self._window.once_s.get(line)
        if last_s is None or time.monotonic() - last_s >= lasting_ms / 1_000:
            await self._do(inner)
            self._window.once_s[line] = time.monotonic()

    # ---- Values ---------------------------------------------------------------------------------

    def _holds(self, name: str, equals: str | None) -> bool:
        return bool(self._known[name]) if equals is None else self._text(name) == equals

    def _several(self, name: str) -> Sequence[str]:
        value = self._known[name]
        return value if isinstance(value, tuple) else (value,) if value else ()

    def _text(self, name: str) -> str:
        value = self._known[name]
        return " ".join(value) if isinstance(value, tuple) else value

    def _selector(self, at: str) -> str:
        """The selector with its values, which stand between double quotes there."""
        return s.PLACEHOLDER.sub(lambda found: _quoted(self._text(found[1])), at)

    async def _typed(self, value: str, line: int) -> str:
        if "${code}" in value:
            if self._codes is None:
                raise misfit(self._script, line, "is ${code}, expected a totp_file of the person")
            self._known["code"] = await self._codes.following()
        return s.PLACEHOLDER.sub(lambda found: self._text(found[1]), value)

    async def _sound(self) -> Path:
        """A file with the sound of the act."""
        length_ms = int(self._text("sound_ms"))
        file = self._folder / f"thu-nghiem-{length_ms}-ms.wav"
        if not file.exists():
            file.write_bytes(await asyncio.to_thread(spoken.sound, length_ms))
        return file


def _quoted(text: str) -> str:
    """As it stands within a string of CSS."""
    return "".join(
        f"\\{ord(letter):x} " if letter in '"\\' or not letter.isprintable() else letter
        for letter in text
    )
