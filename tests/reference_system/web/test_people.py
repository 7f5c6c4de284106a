"""People over HTTP."""

import pytest

from reference_system.services.people import passwords
from reference_system.services.units import Unit

CENTRAL = Unit("central", "VN")
BINH_DINH = Unit("province", "52")
AN_LAO = Unit("district", "542")
AN_HUNG = Unit("commune", "21613")
LAN = {
    "id": "lan-1",
    "login": "lan",
    "name": "Nguyễn Thị Lan",
    "unit": {"level": "commune", "code": "21613"},
    "roles": ["view", "compose"],
}


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        passwords, "HASHER", passwords.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    )


def test_a_person_from_creation_to_closing(client, person) -> None:
    mine, nobody = client(person("me", AN_LAO, "administer")), client(None)
    created = mine.post("/api/v1/people", json=LAN)
    assert created.status_code == 201
    said = created.json()
    first = {"login": "lan", "password": said.pop("first_password")}
    assert said == {
        **LAN,
        "roles": ["compose", "view"],
        "department": "",
        "active": True,
        "must_change_password": True,
        "second_factor": False,
        "created": "2022-09-27T06:00:00.000+07:00",
    }
    again = mine.post("/api/v1/people", json=LAN)
    assert (again.status_code, again.json()) == (201, {**said, "first_password": None})
    other = mine.post("/api/v1/people", json={**LAN, "name": "Mai"})
    assert (other.status_code, other.json()["code"]) == (409, "id-taken")
    assert mine.get("/api/v1/people/lan-1").json() == said
    assert nobody.post("/api/v1/sessions", json=first).status_code == 201

    reset = mine.post("/api/v1/people/lan-1/password").json()["first_password"]
    assert nobody.post("/api/v1/sessions", json=first).status_code == 401
    second = {"login": "lan", "password": reset}
    token = nobody.post("/api/v1/sessions", json=second).json()["token"]
    assert mine.delete("/api/v1/people/lan-1/totp").status_code == 204

    closing = {key: LAN[key] for key in LAN if key != "id"} | {"active": False}
    closed = mine.put("/api/v1/people/lan-1", json=closing)
    assert (closed.status_code, closed.json()["active"]) == (200, False)
    headers = {"authorization": f"Bearer {token}"}
    assert nobody.get("/api/v1/me", headers=headers).status_code == 401
    assert nobody.post("/api/v1/sessions", json=second).status_code == 401


def test_the_list_holds_the_own_unit_and_below_in_pages(client, person, clock) -> None:
    for login, unit in (("a", BINH_DINH), ("b", AN_LAO), ("c", AN_HUNG), ("d", AN_HUNG)):
        person(login, unit, "view")
        clock.advance(1)
    mine = client(person("me", AN_LAO, "administer"))

    def page(**asked):
        said = mine.get("/api/v1/people", params=asked).json()
        return [each["login"] for each in said["items"]], said["after"]

    assert page() == (["me", "d", "c", "b"], None)
    first, after = page(limit=3)
    assert (first, page(limit=3, after=after)) == (["me", "d", "c"], (["b"], None))
    assert mine.get("/api/v1/people", params={"after": "x"}).status_code == 422
    assert mine.get("/api/v1/people", params={"limit": 201}).status_code == 422


@pytest.mark.parametrize("path", ["/api/v1/people/xa-la", "/api/v1/people/{central}"])
def test_who_is_not_there_and_who_may_not_be_seen_are_the_same(client, person, path) -> None:
    central = person("central", CENTRAL, "view")
    mine = client(person("me", BINH_DINH, "administer"))
    answer = mine.get(path.format(central=central.person_id))
    assert (answer.status_code, answer.json()["code"]) == (404, "not-there")


@pytest.mark.parametrize(
    "change",
    [
        {"login": "Lan"},
        {"login": 3},
        {"name": ""},
        {"name": " "},
        {"name": "a\u0000b"},
        {"name": "a\u202eb"},
        {"name": "a" * 301},
        {"roles": ["king"]},
        {"roles": "view"},
        {"roles": ["view"] * 7},
        {"unit": {"level": "commune", "code": "99999"}},
        {"unit": {"level": "village", "code": "21613"}},
        {"unit": {"level": "commune", "code": 21613}},
        {"id": "a b"},
        {"active": True},
        {"password_hash": "x"},
        {"department": "Sở Y tế", "roles": ["approve"]},
    ],
    ids=str,
)
def test_nonsense_is_refused_in_one_line(client, person, change) -> None:
    mine = client(person("me", BINH_DINH, "administer"))
    answer = mine.post("/api/v1/people", json={**LAN, **change})
    assert answer.status_code == 422
    assert "\n" not in answer.json()["title"] + answer.json()["title_en"]
    assert len(mine.get("/api/v1/people").json()["items"]) == 1


def test_a_name_is_stored_composed(client, person) -> None:
    mine = client(person("me", BINH_DINH, "administer"))
    decomposed = "Le\u0302 Thi\u0323 Na\u0306m"
    said = mine.post("/api/v1/people", json={**LAN, "name": decomposed}).json()
    assert said["name"] == "Lê Thị Năm"
