"""Programs that a live run starts: they end with it, in order, and do not outlive it."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from signal import Signals

START_S = 60.0
STOP_S = 20.0
_POLL_S = 0.02
_MOST_WORDS = 300


class NotStarted(Exception):
    """A program is missing, or does not do what it was started for; the text is one line."""


class Child:
    """A program that can be started, ended and started again; what it says is in its `log`."""

    def __init__(
        self,
        children: "Children",
        name: str,
        words: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        stop: Signals = Signals.SIGTERM,
        user: int | None = None,
        inside: Sequence[str] = (),
    ) -> None:
        """Use `Children.child`."""
        self.name, self.log = name, children.folder / f"{name}.log"
        self._children, self._words, self._environment = children, words, environment
        self._stop, self._user, self._inside = stop, user, inside
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Its process, while it runs."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def start(self, answers: Callable[[], bool]) -> None:
        """Return once it answers; raises `NotStarted` with its last words."""
        self._process = self._children.begin(
            [*self._inside, *self._words], self.log, self._environment, self._user
        )
        deadline_s = time.monotonic() + START_S
        while not answers():
            if self.pid is None or time.monotonic() > deadline_s:
                raise NotStarted(f"{self.name} did not start: {self.last_words()}")
            time.sleep(_POLL_S)

    def kill(self) -> None:
        """End it at once, wherever it is (SIGKILL)."""
        self._end(Signals.SIGKILL)

    def stop(self) -> None:
        """End it in good order; by SIGKILL where that takes longer than `STOP_S`."""
        self._end(self._stop)

    def signal(self, number: Signals) -> None:
        """Send it a signal, if it runs."""
        if self.pid is not None and self._process is not None:
            self._process.send_signal(number)

    def last_words(self) -> str:
        """The end of what it said, on one line."""
        said = self.log.read_text("utf-8", "replace") if self.log.exists() else ""
        lines = [line.strip() for line in said.splitlines() if line.strip()]
        return lines[-1][-_MOST_WORDS:] if lines else "it said nothing"

    def _end(self, number: Signals) -> None:
        self.signal(number)
        if self._process is not None:
            try:
                self._process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(STOP_S)


class Children:
    """The programs of one run; `folder` keeps what they say."""

    def __init__(self, folder: Path) -> None:
        """Nothing runs yet."""
        self.folder = folder
        # The kernel ties a program to the thread that started it: so one thread starts them all.
        self._starter = ThreadPoolExecutor(1, "children")
        self._all: list[Child] = []
        setpriv = shutil.which("setpriv")
        self._tied = [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []

    def child(
        self,
        name: str,
        words: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        stop: Signals = Signals.SIGTERM,
        user: int | None = None,
        inside: Sequence[str] = (),
    ) -> Child:
        """A program that is not started yet.

        `words` begin with its path, `environment` is added to ours, `stop` is the signal by which
        it ends in good order, `user` is who it runs as, `inside` are words of a program that brings
        it to another place first.
        """
        made = Child(
            self,
            name,
            [*self._tied, *words],
            environment=environment,
            stop=stop,
            user=user,
            inside=inside,
        )
        self._all.append(made)
        return made

    def begin(
        self,
        words: Sequence[str],
        log: Path,
        environment: Mapping[str, str] | None,
        user: int | None,
    ) -> "subprocess.Popen[bytes]":
        """The started program: no Ctrl-C of a terminal reaches it. Raises `NotStarted`."""

        def started() -> "subprocess.Popen[bytes]":
            with log.open("ab") as said:
                return subprocess.Popen(
                    words,
                    stdin=subprocess.DEVNULL,
                    stdout=said,
                    stderr=subprocess.STDOUT,
                    cwd="/",
                    env={**os.environ, **(environment or {})},
                    start_new_session=True,
                    user=user,
                    group=user,
                    extra_groups=None if user is None else (),
                )

        try:
            return self._starter.submit(started).result(START_S)
        except OSError as error:
            raise NotStarted(f"{words[0]}: {error.strerror or error}") from None

    @property
    def running(self) -> list[int]:
        """The processes of those that run."""
        return [child.pid for child in self._all if child.pid is not None]

    def close(self) -> None:
        """End all that run, the last one first."""
        try:
            for child in reversed(self._all):
                child.stop()
        finally:
            self._starter.shutdown()
