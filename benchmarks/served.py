"""A `ttcs serve` of one's own: started as a process, asked over HTTP, ended or killed."""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx2
import pyotp

ROLES = ("compose", "appraise", "approve", "operate", "view", "administer")
PROVINCE = {"level": "province", "code": "52"}
COMMUNE = "21613"
PASSWORD = "mua-dong-thang-tam-07"
START_S = 60.0

_ADDRESS = re.compile(r"(https?://\S+)")
_FIRST = re.compile(r"shown once: (\S+) (\S+)")


def free_port() -> int:
    """A port of the loopback that nobody has now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Served:
    """One installation, with the same ports each time it is started; what it says is kept.

    `database` is its URL, None for SQLite in `folder`. `options` are further words of the command
    line, `words` is all of it.
    """

    def __init__(
        self, folder: Path, database: str | None = None, options: Sequence[str] = ()
    ) -> None:
        """Nothing runs yet."""
        self.folder, self.port, self.mqtt_port = folder, free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder.parent / f"{folder.name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.first: tuple[str, str] | None = None
        self._clients: list[httpx2.Client] = []
        self.words = [
            *(sys.executable, "-c", "from ttcs.main import entry; entry()", "serve"),
            *("--data-dir", str(folder), "--port", str(self.port)),
            *("--mqtt-port", str(self.mqtt_port), *options),
            *(("--database", database) if database else ()),
        ]

    def begin(self) -> None:
        """Start it, and do not wait for it."""
        # As it is where it was installed: compiled once, wherever this runs from.
        compiled = Path(tempfile.gettempdir()) / f"ttcs-compiled-{os.getuid()}"
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(compiled)}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment
            )

    def start(self) -> float:
        """Return how many seconds it took to the first answer; raises `RuntimeError`."""
        begin = time.perf_counter()
        self.begin()
        assert self.process is not None
        while not self._answers():
            if self.process.poll() is not None or time.perf_counter() - begin > START_S:
                how = f"exit code {self.process.poll()}, {time.perf_counter() - begin:.1f} s"
                raise RuntimeError(f"it did not start ({how}): {self.said()[-2_000:]}")
            time.sleep(0.01)
        took_s = time.perf_counter() - begin
        self.first = self.first or self._shown_once()
        return took_s

    def said(self) -> str:
        """All that it printed since the first start."""
        return self.log.read_text("utf-8", "replace") if self.log.exists() else ""

    def signal(self, number: signal.Signals, timeout_s: float = 20) -> int:
        """Send it a signal, and return its exit code once it has ended."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(timeout_s)

    def kill(self) -> None:
        """End it at once, wherever it is, if it runs."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def ask(self, token: str | None = None) -> httpx2.Client:
        """An HTTP client, logged in with a token; `close` closes it at the latest."""
        headers = {"authorization": f"Bearer {token}"} if token else {}
        self._clients.append(
            httpx2.Client(base_url=f"{self.url}/api/v1", headers=headers, timeout=30)
        )
        return self._clients[-1]

    def close(self) -> None:
        """Kill what runs, and close all clients."""
        self.kill()
        for client in self._clients:
            client.close()

    def _answers(self) -> bool:
        """Whether it answers anything: here, that nobody is logged in."""
        request = f"GET /api/v1/me HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n\r\n"
        try:
            with socket.create_connection(("127.0.0.1", self.port), START_S) as connection:
                connection.sendall(request.encode())
                return connection.recv(16).startswith(b"HTTP/1.1 401")
        except OSError:
            return False

    def _shown_once(self) -> tuple[str, str] | None:
        found = _FIRST.search(self.said())
        return (found[1], found[2]) if found else None


def log_in(served: Served, login: str, password: str = PASSWORD) -> str:
    """The token of a new session."""
    with served.ask() as client:
        answer = client.post("/sessions", json={"login": login, "password": password})
        return str(told(answer)["token"])


def first_administrator(served: Served) -> httpx2.Client:
    """The first administrator with a password of one's own, logged in."""
    assert served.first is not None
    login, password = served.first
    with served.ask(log_in(served, login, password)) as client:
        words = {"password": password, "new_password": PASSWORD}
        client.post("/me/password", json=words).raise_for_status()
    return served.ask(log_in(served, login))


def person(served: Served, administrator: httpx2.Client, login: str) -> httpx2.Client:
    """A new person of the province with every role, logged in."""
    words = {"login": login, "name": login, "unit": PROVINCE, "roles": list(ROLES)}
    first = told(administrator.post("/people", json=words))["first_password"]
    with served.ask(log_in(served, login, first)) as client:
        changed = {"password": first, "new_password": PASSWORD}
        client.post("/me/password", json=changed).raise_for_status()
    return served.ask(log_in(served, login))


def confirmed(client: httpx2.Client) -> None:
    """Give the person a second factor, and show a code of it."""
    secret = told(client.post("/me/totp", json={"password": PASSWORD}))["secret"]
    code = pyotp.TOTP(secret).now()
    client.post("/me/confirmation", json={"code": code}).raise_for_status()


def devices(
    administrator: httpx2.Client, names: Sequence[str], commune: str = COMMUNE
) -> dict[str, str]:
    """Register speakers; their secrets by name."""
    rows = [
        {
            "id": name,
            "name": f"Cụm loa {name}",
            "kind": "ip-speaker",
            "profile": "speaker-reference",
            "commune": commune,
        }
        for name in names
    ]
    answer = told(administrator.post("/registrations", json={"devices": rows}))
    return {each["id"]: each["secret"] for each in answer}


def emergency(client: httpx2.Client, status: str = "Test") -> str:
    """An approved emergency with a spoken text; its id."""
    words = {
        "title": "Thử nghiệm: lũ về",
        "bulletin_class": "emergency",
        "kind": "text",
        "status": status,
        "contents": [{"language": "vi", "text": "Thử nghiệm. Lũ về."}],
    }
    return str(told(client.post("/bulletins/emergency", json=words))["id"])


def told(answer: httpx2.Response) -> Any:
    """The JSON of an answer; raises with its own words where it is a refusal."""
    if answer.is_error:
        raise RuntimeError(f"{answer.request.method} {answer.request.url.path}: {answer.text}")
    return answer.json()
