"""Every error is a problem document, in two languages, in one line, without secrets."""

from typing import Annotated

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import Field, TypeAdapter
from schemathesis.checks import ignored_auth, positive_data_acceptance
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.testclient import TestClient

from reference_system.services import refusals
from reference_system.services.people import passwords
from reference_system.services.units import Unit
from reference_system.web.models import InstantIn, Line, Lines, ProblemOut, Strict, instant_text
from reference_system.web.problems import tell_problems

BINH_DINH = Unit("province", "52")

UNFIT = [
    ignored_auth,  # the token is given by hand, so this cannot take it away
    positive_data_acceptance,  # no schema says which units exist or which passwords are weak
]


class Asked(Strict):
    """Some of everything."""

    line: Line = ""
    lines: Lines = ""
    at: InstantIn = 0
    count: Annotated[int, Field(ge=0, le=9)] = 0
    password: Annotated[str, Field(max_length=3)] = ""


@pytest.fixture(scope="module")
def asking():
    app = FastAPI()
    tell_problems(app)

    @app.post("/ask")
    def ask(asked: Asked) -> str:
        return asked.line

    @app.get("/raise/{name}")
    def fail(name: str) -> None:
        if name == "away":
            raise OperationalError("SELECT 1", {}, Exception("gone"))
        if name == "busy":
            raise PoolTimeout("no connection is free")
        raise getattr(refusals, name)("some-code", "vì sao", "why", "field")

    with TestClient(app) as client:
        yield client


def _problem(answer) -> ProblemOut:
    assert answer.headers["content-type"] == "application/problem+json"
    said = ProblemOut.model_validate_json(answer.text)
    assert said.status == answer.status_code
    assert "\n" not in said.title + said.title_en
    return said


@pytest.mark.parametrize(
    ("name", "status"),
    [
        *(("Invalid", 422), ("NotKnown", 401), ("Forbidden", 403), ("Missing", 404)),
        *(("Conflict", 409), ("TooLarge", 413), ("TooOften", 429), ("Unable", 503)),
    ],
)
def test_a_refusal_is_a_problem(asking, name, status) -> None:
    said = _problem(asking.get(f"/raise/{name}"))
    assert said == ProblemOut(
        status=status, code="some-code", title="vì sao", title_en="why", field="field"
    )


@pytest.mark.parametrize("name", ["away", "busy"])
def test_a_database_that_is_away_is_said_so(asking, name) -> None:
    said = _problem(asking.get(f"/raise/{name}"))
    assert (said.status, said.code) == (503, "database-away")


def test_an_unknown_address_and_method_are_problems(asking) -> None:
    assert _problem(asking.get("/nowhere")).status == 404
    answer = asking.delete("/ask")
    assert _problem(answer).status == 405
    assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 422),
        (b"[" * 100_000, 400),
        (b'"\xff"', 400),
        (b'{"count": ' + b"1" * 5000 + b"}", 400),
        (b'{"count": 1e400}', 422),
        (b'{"count": NaN}', 422),
        (b'{"count": true}', 422),
        (b'{"count": "1"}', 422),
        (b'{"count": 1.0}', 422),
        (b'{"line": "\\ud800"}', 422),
        (b'{"\\ud800": 1}', 422),
        (b'{"line": "a\\u0000"}', 422),
        (b'{"line": "a\\nb"}', 422),
        (b'{"lines": "a\\u202eb"}', 422),
        (b'{"at": 5}', 422),
        (b'{"at": "2022-09-27T06:00:00"}', 422),
        (b'{"at": "2022-02-30T06:00:00Z"}', 422),
        (b'{"a\\nb": 1}', 422),
        (b"[]", 422),
    ],
)
def test_what_cannot_be_used_is_a_problem(asking, body, status) -> None:
    answer = asking.post("/ask", content=body, headers={"content-type": "application/json"})
    assert _problem(answer).status == status


def test_a_secret_is_not_said_again(asking) -> None:
    said = _problem(asking.post("/ask", json={"password": "bí mật"}))
    assert said.field == "body.password"
    assert "bí mật" not in said.title + said.title_en
    assert "99" in _problem(asking.post("/ask", json={"count": 99})).title


@given(st.text())
def test_a_line_is_taken_or_refused_and_always_composed_and_storable(text) -> None:
    try:
        line = TypeAdapter(Line).validate_python(text)
    except ValueError:
        return
    assert line == TypeAdapter(Line).validate_python(line)
    assert len(line) <= 300
    assert "\x00" not in line
    line.encode()


@given(st.integers(0, 7_200_000_000_000))
def test_an_instant_is_read_as_it_was_written(ms) -> None:
    written = instant_text(ms)
    assert written.endswith("+07:00")
    assert TypeAdapter(InstantIn).validate_python(written) == ms


@pytest.mark.parametrize(
    "path", ["/api/v1/me", "/api/v1/people", "/api/v1/audit", "/api/v1/sessions"]
)
def test_the_interface_answers_as_its_description_says(client, person, path, monkeypatch) -> None:
    monkeypatch.setattr(
        passwords, "HASHER", passwords.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    )
    mine = client(person("me", BINH_DINH, "administer"))
    schema = schemathesis.openapi.from_asgi("/openapi.json", mine.app).include(
        path_regex=f"^{path}(/|$)"
    )
    headers = {"authorization": mine.headers["authorization"]}

    for operation in schema.get_all_operations():

        @given(operation.ok().as_strategy())
        @settings(max_examples=10, suppress_health_check=list(HealthCheck))
        def answered(case) -> None:
            # Nobody shall log out the one who asks.
            if (case.method, case.path) != ("DELETE", "/api/v1/sessions"):
                case.call_and_validate(headers=headers, excluded_checks=UNFIT)

        answered()


def test_a_wrong_method_is_told_every_right_one(client):
    answer = client(None).put("/api/v1/orders")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, POST"
