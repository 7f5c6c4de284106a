"""The source system under test: real processes in a folder of their own, or one that is running."""

import re
import socket
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Literal, Protocol, Self, get_args

import simulator
from simulator.emulator.connection import Broker
from simulator.live import disk, mosquitto, postgresql, server_clock
from simulator.live.children import Children, NotStarted
from simulator.live.disk import Disk
from simulator.live.mosquitto import SOURCE_USER, Mosquitto
from simulator.live.people import Account, People, settled
from simulator.live.postgresql import PostgreSQL
from simulator.live.server_clock import ServerClock

Breakable = Literal["server", "broker", "disk", "database", "server-clock"]
"""What of a source system a scenario may break."""

EVERYTHING: tuple[Breakable, ...] = get_args(Breakable)

_FIRST = re.compile(r"shown once: (\S+) (\S+)")
_MQTT = re.compile(r"mqtt://127\.0\.0\.1:(\d+)")
_ANSWER_S = 5.0


class CannotBreak(Exception):
    """The machine, or the system, does not let this be broken; the text is one line."""


class SystemUnderTest(Protocol):
    """A running source system, however it came to run. Calls may take seconds, none for ever."""

    server_url: str
    broker: Broker
    people: People

    @property
    def breakable(self) -> frozenset[Breakable]:
        """What may be broken here; the calls below that break other things raise `CannotBreak`."""

    @property
    def processes(self) -> Sequence[int]:
        """What was begun for it and runs; nothing of a system that others run."""

    def admit(self, secrets: Mapping[str, str]) -> None:
        """Let registered devices in at the broker, where the source system does not do that."""

    def facts(self) -> Mapping[str, str]:
        """What it consists of, without secrets: for the bundle."""

    def kill_server(self) -> None:
        """End the server at once, wherever it is (SIGKILL)."""

    def start_server(self) -> None:
        """Return once it answers; raises `NotStarted`."""

    def stop_broker(self) -> None:
        """End the broker in good order."""

    def start_broker(self) -> None:
        """Return once it listens; raises `NotStarted`."""

    def slow_database(self, delay_ms: int | None) -> None:
        """All that the database answers comes so much later from now on; None: no longer."""

    def fill_disk(self) -> None:
        """Leave no room where the server keeps its data."""

    def free_disk(self) -> None:
        """Give the room back."""

    def step_server_clock(self, ahead_ms: int) -> None:
        """The server's time of day is so much ahead of the machine's from now on."""


def possible() -> frozenset[Breakable]:
    """What an `Installation` on this machine can break."""
    found: dict[Breakable, object] = {
        "server": True,
        "broker": mosquitto.find(),
        "disk": disk.is_possible(),
        "database": postgresql.find(),
        "server-clock": server_clock.find(),
    }
    return frozenset(what for what, program in found.items() if program)


class Installation:
    """A source system of our own, within a `with` block: nothing of it is left behind."""

    def __init__(
        self,
        folder: Path,
        *,
        place: str,
        era: str,
        breaks: Collection[Breakable] = (),
        options: Sequence[str] = (),
    ) -> None:
        """To be started in the empty `folder`.

        `place` is whose it is, like `province:52`; `options` are further words for `ttcs serve`. It
        is made so that what it `breaks` can be broken: a database that may be slow is PostgreSQL,
        otherwise it is SQLite. Raises `CannotBreak`.
        """
        if impossible := sorted(set(breaks) - possible()):
            raise CannotBreak(f"this machine lets nobody break: {', '.join(impossible)}")
        folder.chmod(0o700)
        self._folder, self._place, self._era = folder, place, era
        self._breaks, self._options = frozenset(breaks), tuple(options)
        self._opened = ExitStack()
        self._children = Children(folder)
        self._mosquitto: Mosquitto | None = None
        self._database: PostgreSQL | None = None
        self._disk: Disk | None = None
        self._clock: ServerClock | None = None
        self.server_url = f"http://127.0.0.1:{_free_port()}"

    def __enter__(self) -> Self:
        """Started, with its people; raises `NotStarted`."""
        with ExitStack() as opened:
            opened.callback(self._children.close)
            self._start(opened)
            self._opened = opened.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Ended: its own processes, and no others."""
        self._opened.close()

    @property
    def breakable(self) -> frozenset[Breakable]:
        """The server, the broker where it is apart, and what it was made to break."""
        apart: set[Breakable] = {"server"} if self._mosquitto is None else {"server", "broker"}
        return self._breaks | apart

    @property
    def server_pid(self) -> int | None:
        """The server's process, while it runs."""
        return self._server.pid

    @property
    def processes(self) -> Sequence[int]:
        """The server's, the broker's and the database's, as far as they run."""
        return self._children.running

    def admit(self, secrets: Mapping[str, str]) -> None:
        """Let these devices in at the broker, if it is one apart."""
        if self._mosquitto is not None:
            self._mosquitto.admit(secrets)

    def facts(self) -> dict[str, str]:
        """What it consists of."""
        return {
            "server": "ttcs serve",
            "server_url": self.server_url,
            "broker": "embedded" if self._mosquitto is None else _version(mosquitto.find(), "-h"),
            "broker_address": f"mqtt://{self.broker.host}:{self.broker.port}",
            "database": "SQLite" if self._database is None else _version(postgresql.find(), "-V"),
            "disk": "this machine's" if self._disk is None else f"tmpfs of {disk.SIZE_MB} MB",
            "server_clock": "this machine's" if self._clock is None else "libfaketime",
        }

    # ---- Breaking it ----------------------------------------------------------------------------

    def kill_server(self) -> None:
        """End the server by SIGKILL."""
        self._server.kill()

    def start_server(self) -> None:
        """Return once it answers."""
        self._server.start(self._answers)

    def stop_broker(self) -> None:
        """End mosquitto in good order: what waits in it is on the disk then."""
        self._broker_apart().child.stop()

    def start_broker(self) -> None:
        """Return once it listens."""
        self._broker_apart().start()

    def slow_database(self, delay_ms: int | None) -> None:
        """All that PostgreSQL answers comes so much later."""
        if self._database is None:
            raise CannotBreak("the database was not made to be slow")
        self._database.slow(delay_ms or 0)

    def fill_disk(self) -> None:
        """No byte is free where the server keeps its data."""
        self._small_disk().fill()

    def free_disk(self) -> None:
        """There is room again."""
        self._small_disk().free()

    def step_server_clock(self, ahead_ms: int) -> None:
        """Seen by the server within a second."""
        if self._clock is None:
            raise CannotBreak("the server's clock was not made to be set")
        self._clock.set(ahead_ms)

    # ---- Making it ------------------------------------------------------------------------------

    def _start(self, opened: ExitStack) -> None:
        data, children = self._folder / "data", self._children
        words, environment = [*self._options], dict[str, str]()
        if "disk" in self._breaks:
            self._disk = Disk(children, data)
        if "database" in self._breaks:
            self._database = PostgreSQL(children, postgresql.find() or "postgres", _free_port())
            opened.callback(self._database.close)
            words += ["--database", self._database.start()]
        if library := "server-clock" in self._breaks and server_clock.find():
            self._clock = ServerClock(self._folder, library)
            environment |= self._clock.environment
        words += self._broker_words(opened)
        self._server = children.child(
            "server",
            [
                *(sys.executable, "-m", "ttcs", "serve", "--data-dir", str(data)),
                *("--place", self._place, "--era", self._era),
                *("--port", self.server_url.rpartition(":")[2], *words),
            ],
            environment=environment | _python(),
            inside=self._disk.inside if self._disk else (),
        )
        self.start_server()
        said = self._server.log.read_text("utf-8", "replace")
        found, port = _FIRST.search(said), _MQTT.search(said)
        if found is None or port is None:
            raise NotStarted(f"the server does not say how to log in: {self._server.last_words()}")
        self.broker = Broker("127.0.0.1", int(port[1]), "127.0.0.1")
        level, _, code = self._place.partition(":")
        self.people = settled(self.server_url, Account(found[1], found[2]), level, code)

    def _broker_words(self, opened: ExitStack) -> list[str]:
        program = mosquitto.find()
        if program is None:
            return ["--broker", "embedded", "--mqtt-port", str(_free_port())]
        made = Mosquitto(self._children, self._folder / "broker", program, _free_port())
        made.start()
        self._mosquitto = made
        return [
            *("--broker", f"mqtt://{SOURCE_USER.replace('@', '%40')}@127.0.0.1:{made.port}"),
            *("--broker-password", str(made.source_password_file)),
        ]

    def _answers(self) -> bool:
        host, _, port = self.server_url.removeprefix("http://").partition(":")
        request = f"GET /api/v1/me HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n"
        try:
            with socket.create_connection((host, int(port)), _ANSWER_S) as connection:
                connection.sendall(request.encode())
                return connection.recv(16).startswith(b"HTTP/1.1 401")
        except OSError:
            return False

    def _broker_apart(self) -> Mosquitto:
        if self._mosquitto is None:
            raise CannotBreak("the broker is part of the server")
        return self._mosquitto

    def _small_disk(self) -> Disk:
        if self._disk is None:
            raise CannotBreak("the disk was not made to be full")
        return self._disk


def _python() -> dict[str, str]:
    """So that the server runs the same packages as we do, wherever it is started."""
    room = Path(next(iter(simulator.__path__))).parent
    return {"PYTHONPATH": str(room), "PYTHONSAFEPATH": "1", "PYTHONUTF8": "1"}


def _version(program: str | None, option: str) -> str:
    """The first line that the program says of itself."""
    words = [program or "", option]
    said = subprocess.run(words, capture_output=True, text=True, timeout=10, check=False).stdout
    return said.partition("\n")[0]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
