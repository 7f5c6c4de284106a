"""A PostgreSQL of the source system's own, behind a wire that can be made slow."""

import asyncio
import os
import pwd
import shutil
import signal
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

from simulator.live.children import Children, NotStarted
from simulator.live.impairment.link import Link, Way
from simulator.live.impairment.proxy import EVERYBODY, Entrance, Proxy, listen

_WHERE = os.pathsep.join(
    [
        os.environ.get("PATH", os.defpath),
        *map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)),
    ]
)
"""Debian keeps the server's programs in a folder apart."""

_MAKE_S = 60.0
_WIRE_S = 10.0
_LINK = "database"
_SETTINGS: Mapping[str, str] = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    "unix_socket_directories": "",
}


def find() -> str | None:
    """The server program's path, if it is installed with the one that makes its files."""
    return shutil.which("postgres", path=_WHERE) if shutil.which("initdb", path=_WHERE) else None


class PostgreSQL:
    """A server on the loopback; `url` leads to it over the wire."""

    def __init__(self, children: Children, program: str, port: int) -> None:
        """Its files are made; raises `NotStarted`."""
        user = None
        # As root it would refuse to run; and it may not enter a folder that is ours alone.
        self._folder = TemporaryDirectory(prefix="ttcs-live-postgresql-")
        os.chmod(self._folder.name, 0o755)
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres").pw_uid
            os.chown(self._folder.name, user, -1)
        data = f"{self._folder.name}/data"
        _run(
            [str(Path(program).with_name("initdb")), "-D", data, "-U", "ttcs", "-A", "trust"], user
        )
        settings = [word for name, value in _SETTINGS.items() for word in ("-c", f"{name}={value}")]
        self._port = port
        self._child = children.child(
            "postgresql",
            [program, "-D", data, "-p", str(port), *settings],
            stop=signal.SIGINT,
            user=user,
        )
        self._wire: SlowWire | None = None

    def start(self) -> str:
        """The address by which the source system reaches it, once it answers."""
        self._child.start(self._answers)
        self._wire = SlowWire(self._port)
        return f"postgresql://ttcs@127.0.0.1:{self._wire.port}/postgres"

    def slow(self, delay_ms: int) -> None:
        """Everything that it answers comes so much later from now on."""
        assert self._wire is not None, "it is started before it is slowed down"
        self._wire.delay_ms[0] = delay_ms

    def close(self) -> None:
        """End it and remove its files."""
        if self._wire is not None:
            self._wire.close()
        self._child.stop()
        self._folder.cleanup()

    def _answers(self) -> bool:
        # pg_isready comes with the clients, which need not be there: this is its question.
        startup = b"user\0ttcs\0database\0postgres\0\0"
        packet = (8 + len(startup)).to_bytes(4) + (196_608).to_bytes(4) + startup
        try:
            with socket.create_connection(("127.0.0.1", self._port), 1) as connection:
                connection.settimeout(2)
                connection.sendall(packet)
                return connection.recv(1) == b"R"
        except OSError:
            return False


class SlowWire:
    """A way to a port of the loopback, on a thread of its own, through the project's proxy."""

    def __init__(self, port: int) -> None:
        """Open at `port`; `delay_ms` holds the one number by which answers come later."""
        # The proxy reads a way's delays at every piece: changed in place, they hold at once.
        self.delay_ms = [0]
        listening = listen(socket.socket(), EVERYBODY)
        self.port = int(listening.getsockname()[1])
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="slow-wire", daemon=True)
        self._thread.start()
        self._proxy = Proxy({_LINK: Link(_LINK, down=Way(delays_ms=self.delay_ms))}, seed=0)
        entrance = Entrance(_LINK, (EVERYBODY, port), _LINK)
        serving = self._proxy.serve(entrance, listening)
        asyncio.run_coroutine_threadsafe(serving, self._loop).result(_WIRE_S)

    def close(self) -> None:
        """End all its connections."""
        asyncio.run_coroutine_threadsafe(self._proxy.close(), self._loop).result(_WIRE_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_WIRE_S)
        self._loop.close()


def _run(words: list[str], user: int | None) -> None:
    """Run a program to its end; raises `NotStarted` with its complaint."""
    ended = subprocess.run(
        words,
        capture_output=True,
        text=True,
        timeout=_MAKE_S,
        cwd="/",
        user=user,
        check=False,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    if ended.returncode:
        raise NotStarted(f"{words[0]}: {' '.join(ended.stderr.split())[:300]}")
