import pytest

from reference_system.services.people.attempts import ADDRESS_ATTEMPTS
from reference_system.services.units import Unit
from reference_system.store.people import AuditEntry

AN_HUNG = Unit("commune", "21613")
SAID = {"commune": "21613", "text": "Loa hỏng", "sender_contact": "0905"}


def test_anybody_sends_and_asks(client, person):
    nobody = client(None)
    sent = nobody.post("/api/v1/public/feedback", json={"id": "x1", **SAID})
    assert sent.status_code == 201, sent.text
    assert "0905" not in sent.text
    assert sent.json()["due"] == "2022-10-17T06:00:00.000+07:00"
    again = nobody.post("/api/v1/public/feedback", json={"id": "x1", **SAID})
    assert again.json() == sent.json()

    operator = client(person("an", AN_HUNG))
    (item,) = operator.get("/api/v1/feedback").json()["items"]
    one = f"/api/v1/feedback/{item['id']}"
    assert operator.get(one).json()["sender"] == {"name": "", "contact": "0905"}
    assert "sender" not in item
    answered = operator.post(f"{one}/answer", json={"text": "Đã thay loa"})
    assert answered.json()["state"] == "answered"
    asked = nobody.get(f"/api/v1/public/feedback/{sent.json()['receipt']}").json()
    assert (asked["state"], asked["answer"]) == ("answered", "Đã thay loa")


def test_what_is_too_long_or_strange_is_refused(client):
    nobody = client(None)
    for wrong in ({"text": "x" * 5_001}, {"text": ""}, {"commune": 21613}, {"more": 1}):
        answer = nobody.post("/api/v1/public/feedback", json={**SAID, **wrong})
        assert answer.status_code == 422, wrong
    assert nobody.get("/api/v1/public/feedback/0000-0000-0000").status_code == 404


def test_one_address_cannot_flood(client, clock):
    nobody = client(None)
    answers = [
        nobody.post("/api/v1/public/feedback", json=SAID).status_code
        for _ in range(ADDRESS_ATTEMPTS + 1)
    ]
    assert answers == [201] * ADDRESS_ATTEMPTS + [429]
    clock.advance(10 * 60_000)
    assert nobody.post("/api/v1/public/feedback", json=SAID).status_code == 201


def test_the_list_is_for_people_who_are_logged_in(client):
    assert client(None).get("/api/v1/feedback").status_code == 401


def test_typed_in_and_routed(client, person):
    operator = client(person("an", AN_HUNG))
    entered = operator.post("/api/v1/feedback", json={**SAID, "channel": "phone"})
    assert entered.status_code == 201, entered.text
    one = f"/api/v1/feedback/{entered.json()['id']}"
    to = {"level": "province", "code": "52", "department": "Sở TT&TT", "note": "vượt thẩm quyền"}
    routed = operator.post(f"{one}/route", json=to).json()
    assert (routed["state"], routed["department"], routed["sender"]) == ("routed", "Sở TT&TT", None)
    assert [step["step"] for step in routed["steps"]] == ["received", "routed"]
    assert operator.post(f"{one}/answer", json={"text": "x"}).status_code == 403
    assert operator.post(f"{one}/close").status_code == 403


@pytest.mark.parametrize("place", ["/api/v1/feedback", "/feedback"])
def test_reading_the_sender_is_on_record_wherever_it_is_read(system, client, person, place):
    assert client(None).post("/api/v1/public/feedback", json={"id": "x1", **SAID}).is_success
    operator = client(person("an", AN_HUNG))
    operator.cookies.set("ttcs_session", operator.headers["authorization"].removeprefix("Bearer "))
    assert "0905" in operator.get(f"{place}/x1").text
    with system.database.reading() as session:
        actions = [entry.action for entry in session.query(AuditEntry).filter_by(login="an")]
    assert actions == ["feedback.sender-read"]
