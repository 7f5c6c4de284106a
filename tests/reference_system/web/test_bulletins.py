import pytest

from reference_system.services.units import Unit

BINH_DINH = Unit("province", "52")
AN_HUNG = Unit("commune", "21613")
RELAY = {
    "title": "Thời sự",
    "bulletin_class": "normal",
    "kind": "relay",
    "relay_url": "https://radio.example/vov1",
    "valid_until": "2022-09-28T00:00:00+00:00",
}
TEXT = {
    "title": "Lũ quét",
    "bulletin_class": "emergency",
    "kind": "text",
    "status": "Test",
    "contents": [{"language": "vi", "text": "Lên cao ngay."}],
}


@pytest.fixture
def lan(client, person):
    return client(person("lan", BINH_DINH, "compose"))


@pytest.fixture
def minh(client, person):
    return client(person("minh", BINH_DINH, "appraise", "approve"))


def step(http, bulletin_id: str, name: str, version: int, reason: str = ""):
    body = {"step": name, "version": version, "reason": reason}
    return http.post(f"/api/v1/bulletins/{bulletin_id}/steps", json=body)


def test_a_bulletin_goes_its_way_over_http(lan, minh):
    made = lan.post("/api/v1/bulletins", json={**RELAY, "id": "thoi-su"})
    assert made.status_code == 201
    assert made.json() == {
        **RELAY,
        "id": "thoi-su",
        "summary": "",
        "severity": 0,
        "field": "general",
        "status": "Actual",
        "valid_until": "2022-09-28T07:00:00.000+07:00",
        "contents": [],
        "state": "draft",
        "level": "province",
        "code": "52",
        "department": "",
        "author_id": made.json()["author_id"],
        "source_id": "",
        "source_key": "",
        "revises": None,
        "created": "2022-09-27T06:00:00.000+07:00",
        "changed": "2022-09-27T06:00:00.000+07:00",
        "version": 1,
        "steps": made.json()["steps"],
        "missing": [],
        "next_steps": ["edit", "submit", "withdraw"],
    }
    edited = lan.put("/api/v1/bulletins/thoi-su", json={**RELAY, "title": "VOV", "version": 1})
    assert edited.json()["title"] == "VOV"
    assert step(lan, "thoi-su", "submit", 2).json()["state"] == "submitted"
    assert step(minh, "thoi-su", "return", 3, "Sai tên").json()["state"] == "returned"
    lan.put("/api/v1/bulletins/thoi-su", json={**RELAY, "version": 4})
    for http, name, version in ((lan, "submit", 5), (minh, "appraise", 6), (minh, "approve", 7)):
        assert step(http, "thoi-su", name, version).status_code == 200
    told = minh.get("/api/v1/bulletins/thoi-su").json()
    assert told["state"] == "approved"
    assert [each["step"] for each in told["steps"]] == [
        *("compose", "edit", "submit", "return", "edit", "submit", "appraise", "approve"),
    ]
    new = lan.post("/api/v1/bulletins/thoi-su/revisions", json={"version": 8, "id": "thoi-su.2"})
    assert (new.status_code, new.json()["revises"]) == (201, "thoi-su")


def test_a_list_has_filters_and_pages(lan, clock):
    for number in range(3):
        lan.post("/api/v1/bulletins", json={**RELAY, "id": f"b{number}"})
        clock.advance(1)
    page = lan.get("/api/v1/bulletins", params={"limit": 2, "state": "draft"}).json()
    rest = lan.get("/api/v1/bulletins", params={"after": page["after"]}).json()
    assert [each["id"] for each in page["items"] + rest["items"]] == ["b2", "b1", "b0"]
    assert rest["after"] is None
    assert lan.get("/api/v1/bulletins", params={"state": "approved"}).json()["items"] == []


def test_what_is_missing_is_told_in_both_languages(lan):
    made = lan.post("/api/v1/bulletins", json={**TEXT, "id": "lu"})
    assert [lack["code"] for lack in made.json()["missing"]] == ["speech-missing"]
    assert made.json()["next_steps"] == ["edit", "submit", "withdraw", "approve-at-once"]
    refused = step(lan, "lu", "submit", 1)
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json() == {
        "status": 422,
        "code": "speech-missing",
        "title": "Bản tin khẩn cấp chưa có âm thanh tiếng Việt: hãy cho đọc hoặc tải lên.",
        "title_en": "An emergency needs a sound in Vietnamese: let it be spoken, or upload one.",
        "field": "contents",
    }


@pytest.mark.needs_tool("espeak-ng")
def test_words_are_spoken_over_http(lan):
    lan.post("/api/v1/bulletins", json={**TEXT, "id": "lu"})
    spoken = lan.post("/api/v1/bulletins/lu/speech", json={"version": 1})
    (content,) = spoken.json()["contents"]
    assert content["spoken_by"] == "espeak-ng"
    assert content["media_url"] == f"http://127.0.0.1:8080/media/{content['media_sha256']}"
    assert step(lan, "lu", "submit", 2).json()["state"] == "submitted"


@pytest.mark.needs_tool("espeak-ng")
def test_an_emergency_is_raised_in_one_request(client, person):
    chief = client(person("truong"))
    for _ in range(2):
        raised = chief.post("/api/v1/bulletins/emergency", json={**TEXT, "id": "lu"})
        assert (raised.status_code, raised.json()["state"]) == (201, "approved")
    assert len(chief.get("/api/v1/bulletins").json()["items"]) == 1


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ({"title": ""}, 422),
        ({"title": "a" * 301}, 422),
        ({"title": "a\u0000b"}, 422),
        ({"title": "a\u202eb"}, 422),
        ({"bulletin_class": "urgent"}, 422),
        ({"severity": True}, 422),
        ({"severity": "1"}, 422),
        ({"severity": 1}, 422),
        ({"valid_until": "2022-09-28T00:00:00"}, 422),
        ({"valid_until": 1664233200}, 422),
        ({"relay_url": "file:///etc/passwd"}, 422),
        ({"contents": [{"language": "vi", "text": "a" * 20_001}]}, 422),
        ({"contents": [{"language": "vi"}] * 17}, 422),
        ({"contents": [{"language": "vi", "media_sha256": "../../etc/passwd"}]}, 422),
        ({"unknown": 1}, 422),
        ({"id": "a/b"}, 422),
        ({"unit": {"level": "commune", "code": "99999"}}, 422),
        ({"unit": {"level": "province", "code": "44"}}, 403),
    ],
)
def test_what_cannot_be_used_is_refused_and_nothing_stored(lan, words, status):
    refused = lan.post("/api/v1/bulletins", json={**RELAY, **words})
    assert refused.status_code == status
    assert refused.json()["title"]
    assert "\n" not in refused.json()["title_en"]
    assert lan.get("/api/v1/bulletins").json()["items"] == []


def test_half_a_surrogate_pair_is_refused(lan):
    body = b'{"title": "\\ud800", "bulletin_class": "normal", "kind": "text"}'
    refused = lan.post(
        "/api/v1/bulletins", content=body, headers={"content-type": "application/json"}
    )
    assert refused.status_code == 422


def test_nobody_and_somebody_else_are_told_apart(client, person, lan):
    lan.post("/api/v1/bulletins", json={**RELAY, "id": "thoi-su"})
    nobody, commune = client(None), client(person("xa", AN_HUNG))
    for http, status in ((nobody, 401), (commune, 404)):
        assert http.get("/api/v1/bulletins/thoi-su").status_code == status
        body = {**RELAY, "version": 1}
        assert http.put("/api/v1/bulletins/thoi-su", json=body).status_code == status
        assert step(http, "thoi-su", "submit", 1).status_code == status
    viewer = client(person("xem", BINH_DINH, "view"))
    assert viewer.get("/api/v1/bulletins/thoi-su").status_code == 200
    assert viewer.post("/api/v1/bulletins", json=RELAY).status_code == 403


def test_a_stale_version_and_a_taken_id_are_conflicts(lan):
    lan.post("/api/v1/bulletins", json={**RELAY, "id": "thoi-su"})
    stale = {**RELAY, "version": 9}
    assert lan.put("/api/v1/bulletins/thoi-su", json=stale).json()["code"] == "changed-meanwhile"
    other = {**RELAY, "title": "Khác", "id": "thoi-su"}
    assert lan.post("/api/v1/bulletins", json=other).json()["code"] == "id-taken"
