"""A PostgreSQL server of a test's own, on the loopback."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from benchmarks.served import free_port

PATH = os.pathsep.join(map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin"))))
START_S = 60.0


class Postgres:
    """A server that can be stopped and started again at the same address."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._process = folder, None
        self._as: dict[str, object] = {}
        if os.geteuid() == 0:  # it refuses to run as root
            user = pwd.getpwnam("postgres")
            self._as = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
            os.chown(folder, user.pw_uid, user.pw_gid)
        self._port = free_port()
        self.address = f"postgresql://ttcs@127.0.0.1:{self._port}"
        self.url = f"{self.address}/postgres"
        made = self._run("initdb", "-D", folder / "data", "-U", "ttcs", "-A", "trust", "-E", "UTF8")
        assert made.wait() == 0, self.said()

    def start(self) -> None:
        self._process = self._run(
            *("postgres", "-D", self._folder / "data", "-p", str(self._port), "-F"),
            *("-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200"),
            *("-c", "unix_socket_directories="),  # their folder may not be ours to write
        )
        until = time.monotonic() + START_S
        while not self._answers():
            assert time.monotonic() < until, self.said()
            time.sleep(0.05)

    def stop(self) -> None:
        """As an operator stops it for a change: connections are broken off, nothing is lost."""
        if self._process is not None:
            assert self._process.poll() is None, self.said()
            self._process.send_signal(signal.SIGINT)
            self._process.wait(20)
            self._process = None

    def said(self) -> str:
        return (self._folder / "log").read_text("utf-8", "replace")[-2_000:]

    def _run(self, program: str, *words: object) -> "subprocess.Popen[bytes]":
        path = shutil.which(program, path=PATH) or program
        with (self._folder / "log").open("ab") as log:
            return subprocess.Popen(
                [path, *map(str, words)],
                stdout=log,
                stderr=log,
                cwd=self._folder,
                start_new_session=True,  # an interruption of a test's program is none of its
                **self._as,
            )

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


@contextmanager
def running() -> Iterator[Postgres]:
    """A started server, gone with everything that it held at the end."""
    # Not in pytest's own folder, which PostgreSQL's user may not enter.
    with tempfile.TemporaryDirectory(prefix="ttcs-postgres-") as folder:
        os.chmod(folder, 0o755)
        server = Postgres(Path(folder))
        server.start()
        yield server
        server.stop()
