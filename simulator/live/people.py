"""The people of an installation under test: its first administrator, and two operators."""

import secrets
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import httpx2

from scenarios.problems import one_line
from simulator.emulator import answers
from simulator.live.children import NotStarted

TIMEOUT_S = 30.0
MOST_TOLD = 2_000
"""Characters that are kept of a refusal."""

COMPOSER_ROLES = ("compose", "operate", "view")
APPROVER_ROLES = ("appraise", "approve", "operate", "view")


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody's way in. `totp_secret`: of the second factor, if any. Never shown in full."""

    login: str
    password: str
    totp_secret: str | None = None

    def __repr__(self) -> str:
        """The login alone."""
        return f"Account(login={self.login!r})"


@dataclass(frozen=True, slots=True)
class People:
    """Who there is: `composer` writes and orders, `approver` appraises, approves and orders."""

    administrator: Account
    composer: Account
    approver: Account


def settled(server: str, first: Account, level: str, code: str) -> People:
    """The people of a new installation of this unit: nobody has the first password any more.

    Second factors are begun; the first code that is shown makes each count. Raises `NotStarted`.
    """
    with _asking(server) as client:
        administrator = _with_own_password(client, first)
        token = _token(client, administrator)
        unit = {"level": level, "code": code}
        composer, approver = (_created(client, token, hired, unit) for hired in _hired(""))
    return People(administrator, composer.account, approver.account)


@contextmanager
def engaged(
    server: str, administrator: Account, trusted: ssl.SSLContext | None = None
) -> Iterator[People]:
    """Two operators of one run at a system that is used by others, closed at its end.

    The administrator is of the system's own unit, and stays as they are; `trusted` is for https.
    Raises `NotStarted`.
    """
    with _asking(server, trusted) as client:
        token = _token(client, administrator)
        unit = _asked(client, "GET", "/me", None, token)["unit"]
        unit = {"level": unit["level"], "code": unit["code"]}
        run = f".{secrets.token_hex(4)}"
        made: list[_Created] = []
        try:
            made.extend(_created(client, token, hired, unit) for hired in _hired(run))
            composer, approver = made
            yield People(administrator, composer.account, approver.account)
        finally:
            token = _token(client, administrator)
            for one in made:
                asked = {**one.words, "active": False}
                _asked(client, "PUT", f"/people/{one.id}", asked, token)


def hired(
    server: str,
    administrator: Account,
    login: str,
    roles: Sequence[str],
    unit: Mapping[str, str],
    trusted: ssl.SSLContext | None = None,
) -> Account:
    """One person more, with roles in a unit (`level`, `code`); raises `NotStarted`."""
    with _asking(server, trusted) as client:
        token = _token(client, administrator)
        return _created(client, token, (login, roles), unit).account


@dataclass(frozen=True, slots=True)
class _Created:
    id: str
    account: Account
    words: Mapping[str, object]


def _hired(run: str) -> list[tuple[str, Sequence[str]]]:
    """Logins and roles, those of the composer first."""
    return [(f"soan.thao{run}", COMPOSER_ROLES), (f"phe.duyet{run}", APPROVER_ROLES)]


def _asking(server: str, trusted: ssl.SSLContext | None = None) -> httpx2.Client:
    return httpx2.Client(
        base_url=f"{server}/api/v1", verify=trusted or True, timeout=TIMEOUT_S, trust_env=False
    )


def _created(
    client: httpx2.Client, token: str, hired: tuple[str, Sequence[str]], unit: Mapping[str, str]
) -> _Created:
    login, roles = hired
    words = {"login": login, "name": login, "unit": unit, "roles": list(roles)}
    made = _asked(client, "POST", "/people", words, token)
    own = _with_own_password(client, Account(login, made["first_password"]))
    asked = {"password": own.password}
    secret = _asked(client, "POST", "/me/totp", asked, _token(client, own))["secret"]
    return _Created(made["id"], Account(login, own.password, secret), words)


def _with_own_password(client: httpx2.Client, account: Account) -> Account:
    own = secrets.token_urlsafe(18)
    asked = {"password": account.password, "new_password": own}
    _asked(client, "POST", "/me/password", asked, _token(client, account))
    return Account(account.login, own)


def _token(client: httpx2.Client, account: Account) -> str:
    asked = {"login": account.login, "password": account.password}
    return str(_asked(client, "POST", "/sessions", asked)["token"])


def _asked(
    client: httpx2.Client, method: str, path: str, body: object, token: str | None = None
) -> Any:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    try:
        answer = answers.asked_at_once(client, method, path, json=body, headers=headers)
        if answer.is_success:
            return answers.data_of(answer)
    except httpx2.HTTPError as error:
        why = str(error) or type(error).__name__
        if "CERTIFICATE_VERIFY_FAILED" in why:
            why = f"its certificate is signed by nobody known here: name who did (ca): {why}"
        raise NotStarted(one_line(f"{client.base_url.host}: {path}: {why}")) from None
    why = f"status {answer.status_code}"
    with suppress(httpx2.DecodingError, KeyError, TypeError):
        why = str(answers.data_of(answer)["title_en"])
    raise NotStarted(one_line(f"the source system refuses {path}: {why}")[:MOST_TOLD])
