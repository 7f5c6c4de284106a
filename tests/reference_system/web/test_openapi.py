"""The OpenAPI document: whoever generates a client from it finds all that it refers to."""

from collections.abc import Iterator

import pytest


@pytest.fixture
def document(client) -> dict:
    return client(None).get("/openapi.json").json()


def references(part: object) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from references(each)


def test_every_reference_leads_somewhere(document) -> None:
    found = set(references(document))
    assert found
    for reference in found:
        root, *names = reference.split("/")
        assert root == "#", reference
        part = document
        for name in names:
            assert name in part, reference
            part = part[name.replace("~1", "/").replace("~0", "~")]


def test_no_address_is_also_that_of_a_thing_by_its_id(client, document) -> None:
    # An id may be any word: "preview" among the ids would be taken for a thing of that name.
    for path, methods in document["paths"].items():
        if "{" not in path:
            answer = client(None).options(path)
            assert answer.status_code == 405, path
            told = {each.lower() for each in answer.headers["allow"].split(", ")} - {"head"}
            assert told == set(methods), path


@pytest.mark.parametrize("word", ["preview", "emergency", "new"])
def test_a_word_that_is_an_address_is_no_id(client, person, word) -> None:
    lan = client(person("lan"))
    words = {"id": word, "title": "Tin", "bulletin_class": "normal", "kind": "text"}
    assert lan.post("/api/v1/bulletins", json=words).status_code == 422
    assert lan.get(f"/api/v1/bulletins/{word}").status_code in (404, 405)
    assert lan.post("/api/v1/bulletins", json=words | {"id": f"{word}s"}).status_code == 201
    assert lan.get(f"/api/v1/bulletins/{word}s").json()["id"] == f"{word}s"
