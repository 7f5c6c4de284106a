"""The register of devices over HTTP."""

import pytest

from reference_system.services.units import Unit

DEVICE = {
    "id": "AH-01",
    "name": "Cụm loa 1",
    "kind": "ip-speaker",
    "profile": "speaker-reference",
    "commune": "21613",
}


@pytest.fixture
def http(client, person):
    return client(person("lan"))


def test_from_registration_to_a_command(http):
    created = http.post("/api/v1/devices", json=DEVICE)
    assert created.status_code == 201
    assert created.json()["secret"]
    assert http.post("/api/v1/devices", json=DEVICE).json()["secret"] is None
    assert http.post("/api/v1/devices", json=DEVICE | {"name": "Khác"}).status_code == 409
    changed = http.patch("/api/v1/devices/AH-01", json={"latitude": 14.6, "commune": "21616"})
    assert (changed.json()["latitude"], changed.json()["name"]) == (14.6, "Cụm loa 1")
    assert http.get("/api/v1/devices", params={"commune": "21616"}).json()["items"] == [
        changed.json()
    ]
    told = http.post("/api/v1/devices/AH-01/volume", json={"percent": 40, "id": "v1"})
    assert (told.status_code, told.json()["state"]) == (202, "waiting")
    assert http.get("/api/v1/devices/AH-01/commands").json()["items"] == [told.json()]
    assert http.post("/api/v1/devices/AH-01/stop", json={}).status_code == 202
    assert http.post("/api/v1/devices/AH-01/secret").json()["secret"]
    assert http.delete("/api/v1/devices/AH-01/secret").json()["active"] is False
    assert http.post("/api/v1/devices/AH-01/stop", json={}).status_code == 409
    kinds = [each["event"] for each in http.get("/api/v1/devices/AH-01/events").json()["items"]]
    assert kinds == ["revoked", "credential", "changed", "registered"]
    assert http.get("/api/v1/device-counts").json() == {
        "total": 0,
        "online": 0,
        "offline": 0,
        "lost": 0,
        "unheard": 0,
        "playing": 0,
        "withdrawn": 1,
    }


def test_many_at_once_as_json_and_as_csv(http):
    rows = [DEVICE, DEVICE | {"id": "AH-02", "commune": "1"}]
    wrong = http.post("/api/v1/registrations", json={"devices": rows})
    assert wrong.status_code == 422
    assert [(each["row"], each["code"]) for each in wrong.json()["rows"]] == [(2, "unknown-unit")]
    assert http.get("/api/v1/devices").json()["items"] == []
    text = "id,name,kind,profile,commune\nL1,Loa,ip-speaker,speaker-mcu,21613\n"
    csv = http.post("/api/v1/registrations/csv", content=text, headers={"content-type": "text/csv"})
    assert [each["id"] for each in csv.json()] == ["L1"]
    bad = http.post("/api/v1/registrations/csv", content=b"\xff", headers={"content-type": "x/y"})
    assert (bad.status_code, bad.json()["code"]) == (422, "not-utf-8")


@pytest.mark.parametrize(
    "body",
    [
        {},
        DEVICE | {"id": "a/b"},
        DEVICE | {"latitude": "14"},
        DEVICE | {"latitude": 91},
        DEVICE | {"kind": "siren"},
        DEVICE | {"secret": "x"},
        DEVICE | {"name": "\x00"},
    ],
)
def test_what_is_wrong_is_refused(http, body):
    assert http.post("/api/v1/devices", json=body).status_code == 422


def test_who_may_not_may_not(client, person, http):
    http.post("/api/v1/devices", json=DEVICE)
    viewer = client(person("vy", Unit("province", "52"), "view"))
    assert viewer.get("/api/v1/devices/AH-01").status_code == 200
    assert viewer.post("/api/v1/devices/AH-01/volume", json={"percent": 1}).status_code == 403
    assert viewer.post("/api/v1/devices/AH-01/secret").status_code == 403
    elsewhere = client(person("tu", Unit("commune", "21616")))
    assert elsewhere.get("/api/v1/devices/AH-01").status_code == 403
    assert client(None).get("/api/v1/devices").status_code == 401
    assert http.get("/api/v1/devices/none").status_code == 404
