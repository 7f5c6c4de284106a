"""Requests that are too long are refused, whether they say so or not."""

from collections.abc import Iterator

from fastapi import FastAPI, Request
from starlette.testclient import TestClient

from reference_system.web.bounds import BODY_BYTES, UPLOAD_BYTES, Bounds
from reference_system.web.problems import tell_problems


def echo() -> TestClient:
    app = FastAPI()
    tell_problems(app)

    @app.post("/{path:path}")
    async def length(request: Request) -> int:
        return len(await request.body())

    return TestClient(Bounds(app, ["/uploads"]))


def pieces(count: int) -> Iterator[bytes]:
    for _ in range(count):
        yield bytes(1 << 19)


def test_a_body_within_the_limit_goes_through() -> None:
    assert echo().post("/x", content=bytes(BODY_BYTES)).json() == BODY_BYTES
    assert echo().post("/uploads", content=bytes(BODY_BYTES + 1)).json() == BODY_BYTES + 1


def test_a_longer_body_is_refused_in_both_languages() -> None:
    answer = echo().post("/x", content=bytes(BODY_BYTES + 1))
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "status": 413,
        "code": "too-large",
        "title": "Nội dung gửi lên vượt quá 1,048,576 byte.",
        "title_en": "The request is longer than 1,048,576 bytes.",
    }


def test_a_body_that_does_not_say_its_length_is_refused_as_it_grows() -> None:
    assert echo().post("/x", content=pieces(2)).json() == BODY_BYTES
    told = echo().post("/x", content=bytes(BODY_BYTES + 1))
    grown = echo().post("/x", content=pieces(3))
    assert (grown.status_code, grown.json()) == (413, told.json())
    assert echo().post("/uploads", content=pieces(129)).status_code == 413
    assert UPLOAD_BYTES == 128 << 19


def test_every_answer_tells_browsers_to_trust_nothing_from_outside() -> None:
    for answer in (echo().post("/x"), echo().post("/x", content=bytes(BODY_BYTES + 1))):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'self'" in answer.headers["content-security-policy"]
