"""The ways to put a question to a bench's operator: a terminal, a page, a program."""

import asyncio
import json
import os
import sys
import termios
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from conformance.bench import programs
from conformance.bench.page import Page
from conformance.bench.questions import CANNOT, By, Operator, Question
from scenarios import strict_json
from scenarios.problems import BadInput, Problem

Show = Callable[[str], None]
"""Shows somebody a line."""

Driver = Literal["terminal", "page", "program"]

MOST_LINE_BYTES = 1_024


@dataclass(frozen=True, slots=True)
class Asking:
    """How a bench asks: `port` of the page (0: a free one), `command` of the program, which is
    started in `folder`. A question is open for `wait_ms`."""

    driver: Driver
    port: int
    command: tuple[str, ...]
    folder: Path
    wait_ms: int


def check(asking: Asking | None, file: str) -> None:
    """Raise `BadInput` where the terminal is to ask, and there is none."""
    if asking is None or asking.driver != "terminal":
        return
    if not (sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()):
        expected = "a terminal at hand, or driver: page or program"
        raise BadInput([Problem(file, None, None, "operator.driver", "terminal", expected)])


def to_stderr(line: str) -> None:
    """Show it on standard error."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


@contextmanager
def at_hand(asking: Asking, show: Show = to_stderr) -> Iterator[Operator]:
    """The operator, for a run; `show` tells where the page is. Raises `OSError`."""
    match asking.driver:
        case "terminal":
            yield Terminal(sys.stdin.fileno(), show)
        case "program":
            yield Program(asking.command, asking.folder)
        case "page":
            page = Page(asking.port)
            page.start()
            try:
                show(f"Câu hỏi cho người vận hành / questions to the operator: {page.url}")
                yield page
            finally:
                page.stop()


class Terminal:
    """Asks on a terminal; answers are the number of one, or its word."""

    by: Final[By] = "operator"

    def __init__(self, keys: int, show: Show) -> None:
        """`keys` is what the terminal is read by."""
        self._keys, self._show = keys, show

    async def put(self, question: Question, wait_s: float) -> str | None:
        """See `questions.Operator`."""
        words = {
            # What is typed may be a number of the system's own.
            each.word if question.kind == "line" else str(number): each.word
            for number, each in enumerate(question.options, 1)
        }
        self._show(f"\a\n{question.text.vi}\n{question.text.en}")
        for typed, option in zip(words, question.options, strict=True):
            self._show(f"  {typed}  {option.text.vi} / {option.text.en}")
        self._show(f"  0  {CANNOT.vi} / {CANNOT.en}")
        termios.tcflush(self._keys, termios.TCIFLUSH)  # typed before it was asked: no answer
        try:
            async with asyncio.timeout(wait_s):
                while (line := await self._line()) is not None and line != "0":
                    said = line if question.kind == "line" else line.lower()
                    if question.accepts(word := words.get(said, said)):
                        return word
                    self._show(f"  {', '.join(words)}, 0?")
        except TimeoutError:
            self._show("  Hết giờ. / Too late.")
        return None

    async def _line(self) -> str | None:
        """What is typed next; None where nobody can type any more."""
        loop = asyncio.get_running_loop()
        typed: asyncio.Future[None] = loop.create_future()
        loop.add_reader(self._keys, _settle, typed)
        try:
            await typed
        finally:
            loop.remove_reader(self._keys)
        try:
            line = os.read(self._keys, MOST_LINE_BYTES)
        except OSError:  # the terminal was closed
            return None
        return line.decode("utf-8", "replace").strip() if line else None


def _settle(typed: asyncio.Future[None]) -> None:
    if not typed.done():
        typed.set_result(None)


class Program:
    """Asks a program: the question on its standard input, the answer on its standard output.

    Whatever it says that is no answer of the question counts as none.
    """

    by: Final[By] = "automation"

    def __init__(self, command: tuple[str, ...], folder: Path) -> None:
        """The words that start it, in the folder."""
        self._command, self._folder = command, folder

    async def put(self, question: Question, wait_s: float) -> str | None:
        """See `questions.Operator`."""
        asked = json.dumps({"ttcs": 1, "wait_s": wait_s, **question.written()}, ensure_ascii=False)
        try:
            said = await programs.run(self._command, self._folder, wait_s, asked.encode() + b"\n")
            answer = strict_json.parse("answer", said)
        except (programs.NotDone, BadInput):
            return None
        word = answer["answer"] if isinstance(answer, dict) and list(answer) == ["answer"] else None
        return word if isinstance(word, str) and question.accepts(word) else None
