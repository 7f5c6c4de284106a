"""Devices put into a source system's register by an operator, and the secrets that they get there.

A secret is shown once. A file keeps those of earlier runs, readable for its owner alone; a device
that is registered and whose secret nobody kept gets a new one, which ends the old.
"""

import json
import os
import ssl
import stat
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from scenarios import strict_json
from scenarios.problems import BadInput, Problem, one_line
from scenarios.profiles import Kind

from . import answers
from .population import Resident

ROWS_AT_ONCE = 1_000
MOST_BYTES = 32 << 20
TIMEOUT_S = 60.0

REGISTERED_AS: Mapping[Kind, str] = {
    "ip-speaker": "ip-speaker",
    "fm-to-ip": "fm-converter",
    "ip-to-fm": "fm-converter",
    "e-board": "e-board",
}


class NotEnrolled(Exception):
    """The source system does not take them, or was not reached; the text is one line."""


@dataclass(frozen=True, slots=True)
class Operator:
    """Who registers devices. Never shown in full."""

    login: str
    password: str

    def __repr__(self) -> str:
        """The login alone."""
        return f"Operator(login={self.login!r})"


def enrol(
    server: str,
    operator: Operator,
    residents: Sequence[Resident],
    trusted: ssl.SSLContext | None = None,
) -> dict[str, str]:
    """Register the devices, and give the secret of each by its name; raises `NotEnrolled`.

    `trusted` is for https.
    """
    with httpx2.Client(
        base_url=server,
        verify=trusted or True,
        timeout=TIMEOUT_S,
        follow_redirects=False,
        trust_env=False,
    ) as client:
        asked = {"login": operator.login, "password": operator.password}
        session = _asked(client, "POST", "/api/v1/sessions", asked)
        if session["must_change_password"]:
            raise NotEnrolled(
                f"{operator.login} đăng nhập lần đầu: hãy đổi mật khẩu trước / logs in for the "
                "first time: change the password first (POST /api/v1/me/password, or the pages)"
            )
        client.headers["authorization"] = f"Bearer {session['token']}"
        try:
            return _registered(client, residents)
        finally:
            with suppress(NotEnrolled):
                _asked(client, "DELETE", "/api/v1/sessions")


def _registered(client: httpx2.Client, residents: Sequence[Resident]) -> dict[str, str]:
    secrets: dict[str, str] = {}
    for first in range(0, len(residents), ROWS_AT_ONCE):
        rows = [_row(resident) for resident in residents[first : first + ROWS_AT_ONCE]]
        for row in _asked(client, "POST", "/api/v1/registrations", {"devices": rows}):
            secret = row["secret"]
            if secret is None:
                secret = _asked(client, "POST", f"/api/v1/devices/{row['id']}/secret")["secret"]
            secrets[row["id"]] = secret
    return secrets


def _row(resident: Resident) -> dict[str, str]:
    return {
        "id": resident.name,
        "name": f"Cụm loa {resident.number:02}, {resident.commune_name}",
        "kind": REGISTERED_AS[resident.profile.kind],
        "profile": resident.profile.id,
        "commune": resident.commune,
        "supplier": "ttcs-hil",
    }


def _asked(client: httpx2.Client, method: str, path: str, body: object = None) -> Any:
    try:
        answer = answers.asked_at_once(client, method, path, json=body)
        if answer.is_success:
            return answers.data_of(answer)
    except httpx2.HTTPError as error:
        why = str(error) or type(error).__name__
        raise NotEnrolled(one_line(f"{client.base_url}: {why}")) from None
    why = f"status {answer.status_code}"
    with suppress(httpx2.DecodingError, KeyError, TypeError):
        problem = answers.data_of(answer)
        why = f"{problem['title']} / {problem['title_en']} ({problem['code']})"
    raise NotEnrolled(one_line(f"{client.base_url}: {method} {path}: {why}"))


# ---- The file of an earlier run -----------------------------------------------------------------


def read_secrets(file: Path, server: str) -> dict[str, str]:
    """The secrets that a file has for this server; none where there is no file.

    Raises `BadInput` for a file that others may read, or that is none of ours.
    """
    if not file.exists():
        return {}
    if file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise _bad(file, "", "readable for others", "a file of its owner alone (chmod 600)")
    data = strict_json.read(file, MOST_BYTES)
    match data:
        case {"ttcs": 1, "servers": dict(servers)} if len(data) == 2:
            known = servers.get(server, {})
        case _:
            raise _bad(file, "", "another file", "credentials as ttcs fleet writes them")
    if not isinstance(known, dict) or not all(isinstance(each, str) for each in known.values()):
        raise _bad(file, "servers", "not secrets by name", "a text for each device")
    return known


def write_secrets(file: Path, server: str, secrets: Mapping[str, str]) -> None:
    """Add them to the file, whole or not at all, readable for its owner alone."""
    servers: dict[str, Any] = {}
    if file.exists():
        servers = strict_json.read(file, MOST_BYTES)["servers"]
    servers[server] = {**servers.get(server, {}), **secrets}
    beside = file.with_name(f".{file.name}.new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump({"ttcs": 1, "servers": servers}, stream, indent=1)
    beside.replace(file)


def _bad(file: Path, place: str, wrong: str, expected: str) -> BadInput:
    return BadInput([Problem(str(file), None, None, place, wrong, expected)])
