"""A real `ttcs serve` for tests of emulated devices, and the people who send through it."""

import os
import re
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pyotp

ROOT = Path(__file__).parents[3]
ADMINISTRATOR, PASSWORD = "quantri", "mot-mat-khau-dai-cho-thu-nghiem"
PATIENCE_S = 30.0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@dataclass
class SourceSystem:
    """A running source system, with an administrator and an operator who may do everything."""

    url: str
    broker: str
    client: httpx2.Client
    administrator: dict[str, str]
    operator: dict[str, str]

    def ask(self, method: str, path: str, body: Any = None, *, admin: bool = False) -> Any:
        headers = self.administrator if admin else self.operator
        answer = self.client.request(method, path, json=body, headers=headers)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def emergency(self, text: str, devices: list[str] | None = None) -> str:
        """Raise an emergency and order it, everywhere or to those; the bulletin's id."""
        content = {"language": "vi", "text": text}
        words = {"title": "Thử nghiệm", "bulletin_class": "emergency", "kind": "text"}
        bulletin = self.ask(
            "POST",
            "/api/v1/bulletins/emergency",
            {**words, "status": "Test", "contents": [content]},
        )
        area = {"era": "2022", "everywhere": True} if devices is None else {"era": "2022"}
        if devices is not None:
            area["devices"] = devices
        order = {"bulletin_id": bulletin["id"], "area": area}
        self.ask("POST", "/api/v1/orders", order)
        return str(bulletin["id"])

    def proof(self, bulletin: str) -> dict[str, Any]:
        return dict(self.ask("GET", f"/api/v1/proofs/{bulletin}"))


@contextmanager
def serving(
    folder: Path, era: str = "2022", *options: str, trusted: ssl.SSLContext | None = None
) -> Iterator[SourceSystem]:
    """`trusted` where the options name a certificate."""
    port, mqtt_port = free_port(), free_port()
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "ttcs", "serve", "--data-dir", folder / "server"),
            *("--port", str(port), "--mqtt-port", str(mqtt_port), "--era", era, *options),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
    )
    try:
        assert server.stdout is not None
        lines = [server.stdout.readline() for _ in range(3)]
        url = f"{'https' if trusted else 'http'}://127.0.0.1:{port}"
        first_password = lines[2].split()[-1]
        broker = re.search(r"mqtts?://\S+?(?=[,\s])", lines[1])
        assert broker, lines
        with httpx2.Client(
            base_url=url, verify=trusted or True, timeout=PATIENCE_S, trust_env=False
        ) as client:
            _until_it_answers(client)
            system = SourceSystem(url, broker[0], client, {}, {})
            _people(system, first_password)
            yield system
    finally:
        server.terminate()
        server.wait(20)
        assert server.stdout is not None
        server.stdout.close()


def _until_it_answers(client: httpx2.Client) -> None:
    deadline_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline_s:
        try:
            client.get("/openapi.json")
            return
        except httpx2.TransportError:
            time.sleep(0.05)
    raise AssertionError("ttcs serve does not answer")


def _login(system: SourceSystem, login: str, password: str) -> dict[str, str]:
    opened = system.client.post("/api/v1/sessions", json={"login": login, "password": password})
    assert opened.is_success, opened.text
    return {"authorization": f"Bearer {opened.json()['token']}"}


def _people(system: SourceSystem, first_password: str) -> None:
    for login, password in ((ADMINISTRATOR, first_password), ("tructuyen", None)):
        if password is None:
            created = system.ask(
                "POST",
                "/api/v1/people",
                {
                    "login": login,
                    "name": "Trực tuyến",
                    "unit": {"level": "province", "code": "52"},
                    "roles": ["compose", "approve", "operate", "view"],
                },
                admin=True,
            )
            password = created["first_password"]
        headers = _login(system, login, password)
        answer = system.client.post(
            "/api/v1/me/password",
            json={"password": password, "new_password": PASSWORD},
            headers=headers,
        )
        assert answer.is_success, answer.text
        headers = _login(system, login, PASSWORD)
        if login == ADMINISTRATOR:
            system.administrator = headers
        else:
            system.operator = headers
    secret = system.ask("POST", "/api/v1/me/totp", {"password": PASSWORD})["secret"]
    system.ask("POST", "/api/v1/me/confirmation", {"code": pyotp.TOTP(secret).now()})
