from reference_system.services.units import Unit

AN_HUNG = Unit("commune", "21613")
CHOICES = "/api/v1/communes/21613/choices"
RELAY = {"title": "Thời sự", "kind": "relay", "relay_url": "https://radio.example/vov1"}


def approved(writer, judge, bulletin_id: str, bulletin_class: str) -> None:
    words = {**RELAY, "id": bulletin_id, "bulletin_class": bulletin_class}
    writer.post("/api/v1/bulletins", json=words)
    steps = f"/api/v1/bulletins/{bulletin_id}/steps"
    for http, step, version in (
        (writer, "submit", 1),
        (judge, "appraise", 2),
        (judge, "approve", 3),
    ):
        taken = http.post(steps, json={"step": step, "version": version})
        assert taken.status_code == 200


def test_a_commune_chooses_and_orders_over_http(client, person, clock):
    writer, judge = client(person("soan")), client(person("duyet"))
    for bulletin_id, bulletin_class in (("n1", "normal"), ("p1", "priority"), ("p2", "priority")):
        approved(writer, judge, bulletin_id, bulletin_class)
        clock.advance(1)
    commune = client(person("xa", AN_HUNG, "operate"))
    chosen = commune.put(f"{CHOICES}/normal/n1", json={"chosen": True})
    assert chosen.status_code == 200
    ordered = commune.put(f"{CHOICES}/order", json={"bulletins": ["p2", "p1"]})
    assert ordered.json() == commune.get(CHOICES).json()
    assert [each["chosen"] for each in ordered.json()["normal"]] == [True]
    assert [each["bulletin"]["id"] for each in ordered.json()["priority"]] == ["p2", "p1"]
    refused = commune.put(f"{CHOICES}/normal/p1", json={"chosen": True})
    assert (refused.status_code, refused.json()["code"]) == (422, "not-offered")
    assert commune.get("/api/v1/communes/21616/choices").status_code == 404
    assert commune.get("/api/v1/communes/99999/choices").status_code == 404
    assert client(None).get(CHOICES).status_code == 401
