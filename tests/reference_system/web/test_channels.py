CHANNEL = {"kind": "sms", "name": "Tổng đài", "level": "province", "code": "52", "longest": 3}


def test_made_listed_switched(client, person):
    binh = client(person("binh"))
    made = binh.post("/api/v1/channels", json={"id": "c1", **CHANNEL})
    assert made.status_code == 201, made.text
    assert binh.post("/api/v1/channels", json={"id": "c1", **CHANNEL}).json() == made.json()
    other = {"id": "c1", **CHANNEL, "longest": 4}
    assert binh.post("/api/v1/channels", json=other).status_code == 409
    assert binh.get("/api/v1/channels").json() == [made.json()]
    off = binh.put("/api/v1/channels/c1/active", json={"active": False})
    assert off.json()["active"] is False
    assert binh.get("/api/v1/channels/c1/log").json() == {"items": [], "after": None}
    assert binh.get("/api/v1/channels/c2/log").status_code == 404


def test_only_administrators(client, person):
    viewer = client(person("view", person("binh").unit, "view"))
    assert viewer.post("/api/v1/channels", json=CHANNEL).status_code == 403
    assert client(None).get("/api/v1/channels").status_code == 401
