"""Logging in over HTTP, the own account, and the cookie of pages with its proof of origin."""

from typing import Annotated

import pyotp
import pytest
from fastapi import FastAPI, Form, Request, Response
from starlette.testclient import TestClient

from reference_system.services.acting import acting
from reference_system.services.people import accounts, attempts, passwords, sessions
from reference_system.services.people.accounts import Account
from reference_system.services.refusals import NotKnown
from reference_system.services.units import Unit
from reference_system.web.acting import (
    COOKIE,
    PageActor,
    PageToken,
    TheSystem,
    csrf_token,
    forget_login,
    keep_login,
)
from reference_system.web.problems import tell_problems

BINH_DINH = Unit("province", "52")
RIGHT = "một con vịt xòe"


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        passwords, "HASHER", passwords.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    )


@pytest.fixture
def first_password(system) -> str:
    return accounts.first_administrator(system)[1]


def _log_in(nobody: TestClient, password: str):
    return nobody.post("/api/v1/sessions", json={"login": "quantri", "password": password})


def _with(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def test_from_the_first_password_to_a_confirmation(system, client, clock, first_password) -> None:
    nobody = client(None)
    opened = _log_in(nobody, first_password)
    assert opened.status_code == 201
    assert opened.json()["must_change_password"] is True
    assert opened.json()["ends"] == "2022-09-27T14:00:00.000+07:00"
    first = _with(opened.json()["token"])

    me = nobody.get("/api/v1/me", headers=first).json()
    assert me["unit"] == {"level": "province", "code": "52", "name": "Bình Định"}
    assert (me["roles"], me["second_factor"]) == (["view", "administer"], "none")
    refused = nobody.get("/api/v1/people", headers=first)
    assert (refused.status_code, refused.json()["code"]) == (403, "password-change-needed")

    weak = {"password": first_password, "new_password": "quantriquantri"}
    answer = nobody.post("/api/v1/me/password", headers=first, json=weak)
    assert (answer.status_code, answer.json()["code"]) == (422, "weak-password")
    better = {"password": first_password, "new_password": RIGHT}
    assert nobody.post("/api/v1/me/password", headers=first, json=better).status_code == 204
    assert nobody.get("/api/v1/me", headers=first).status_code == 401

    token = _with(_log_in(nobody, RIGHT).json()["token"])
    assert nobody.get("/api/v1/people", headers=token).status_code == 200
    enrolment = nobody.post("/api/v1/me/totp", headers=token, json={"password": RIGHT})
    assert enrolment.status_code == 201
    code = pyotp.TOTP(enrolment.json()["secret"]).generate_otp(clock.ms // 30_000)
    said = nobody.post("/api/v1/me/confirmation", headers=token, json={"code": code})
    assert (said.status_code, said.json()) == (
        200,
        {"confirmed_until": "2022-09-27T06:05:00.000+07:00"},
    )
    again = nobody.post("/api/v1/me/confirmation", headers=token, json={"code": code})
    assert (again.status_code, again.json()["code"]) == (401, "wrong-code")
    me = nobody.get("/api/v1/me", headers=token).json()
    assert me["second_factor"] == "confirmed"
    assert me["confirmed_until"] == "2022-09-27T06:05:00.000+07:00"

    assert nobody.delete("/api/v1/sessions", headers=token).status_code == 204
    assert nobody.delete("/api/v1/sessions", headers=token).status_code == 401


def test_a_wrong_password_says_how_to_log_in_and_not_what_was_sent(client, first_password) -> None:
    answer = _log_in(client(None), "bí mật lắm nhé")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/problem+json"
    assert "bí mật" not in answer.text


def test_an_address_that_tries_too_often_is_told_to_wait(client, first_password) -> None:
    nobody = client(None)
    for _ in range(attempts.ADDRESS_ATTEMPTS):
        assert _log_in(nobody, "sai").status_code == 401
    answer = _log_in(nobody, first_password)
    assert (answer.status_code, answer.json()["code"]) == (429, "too-many-attempts")
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic cXVhbnRyaTp4", "Bearer x y", "Bearer \xff"]
)
def test_what_is_no_token_is_nobodys(client, header) -> None:
    answer = client(None).get("/api/v1/me", headers={"authorization": header.encode("latin-1")})
    assert (answer.status_code, answer.json()["code"]) == (401, "not-logged-in")


def test_a_cookie_is_no_token_for_programs(client, person, first_password) -> None:
    nobody = client(None)
    nobody.cookies.set(COOKIE, _log_in(nobody, first_password).json()["token"])
    assert nobody.get("/api/v1/me").status_code == 401


def test_an_act_is_refused_if_the_rights_went_while_it_waited(
    system, person, client, act, monkeypatch
) -> None:
    me, other = person("mai", BINH_DINH, "administer"), person("other", BINH_DINH, "administer")
    mine = client(me)
    known = sessions.actor

    def lost_meanwhile(system, token):
        found = known(system, token)
        with act(other) as doing:
            account = Account("mai", "Mai", BINH_DINH, frozenset({"view"}))
            accounts.change(doing, me.person_id, account, active=True)
        return found

    monkeypatch.setattr(sessions, "actor", lost_meanwhile)
    answer = mine.post(f"/api/v1/people/{other.person_id}/password")
    assert (answer.status_code, answer.json()["code"]) == (401, "not-logged-in")


# ---- Pages --------------------------------------------------------------------------------------


@pytest.fixture
def pages(system, person) -> TestClient:
    """Three pages on the cookie: log in, look, change."""
    lan = person("lan", BINH_DINH, "view")
    with system.database.writing() as session:
        accounts.own(session, lan.person_id).password_hash = passwords.hashed(RIGHT)
    app = FastAPI()
    app.state.system = system
    tell_problems(app)

    @app.post("/login")
    def log_in(
        login: Annotated[str, Form()],
        password: Annotated[str, Form()],
        request: Request,
        response: Response,
        system: TheSystem,
    ) -> None:
        keep_login(response, request, sessions.log_in(system, login, password, "10.0.0.1"))

    @app.get("/look")
    def look(actor: PageActor, token: PageToken) -> dict[str, str]:
        return {"login": actor.login, "csrf": csrf_token(token)}

    @app.post("/change")
    def change(actor: PageActor, word: Annotated[str, Form()], system: TheSystem) -> str:
        with acting(system, actor) as act:
            act.record("changed", word)
        return word

    @app.post("/logout")
    def log_out(token: PageToken, system: TheSystem, response: Response) -> None:
        sessions.log_out(system, token)
        forget_login(response)

    with TestClient(app) as browser:
        yield browser


def test_a_page_changes_things_only_with_the_proof_that_it_is_ours(pages) -> None:
    assert pages.get("/look").status_code == 401
    given = pages.post("/login", data={"login": "lan", "password": RIGHT})
    assert "HttpOnly" in given.headers["set-cookie"]
    assert "SameSite=lax" in given.headers["set-cookie"]
    seen = pages.get("/look").json()
    assert seen["login"] == "lan"
    assert seen["csrf"] != pages.cookies[COOKIE]
    for proof in ({}, {"csrf": ""}, {"csrf": "ü"}, {"csrf": csrf_token("other")}):
        answer = pages.post("/change", data={"word": "x", **proof})
        assert (answer.status_code, answer.json()["code"]) == (403, "not-from-our-page")
    answer = pages.post("/change", data={"word": "x", "csrf": seen["csrf"]})
    assert (answer.status_code, answer.json()) == (200, "x")
    token = pages.cookies[COOKIE]
    pages.post("/logout", data={"csrf": seen["csrf"]})
    assert COOKIE not in pages.cookies
    with pytest.raises(NotKnown):
        sessions.actor(pages.app.state.system, token)


def test_the_cookie_is_for_encrypted_connections_where_the_page_is(pages) -> None:
    given = pages.post("https://testserver/login", data={"login": "lan", "password": RIGHT})
    assert "Secure" in given.headers["set-cookie"]
