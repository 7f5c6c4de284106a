import pytest

from reference_system.interface.cap import (
    MAX_BYTES,
    CapDraft,
    CapText,
    Reference,
    alert_of,
    read,
    write,
)
from reference_system.services.units import Unit
from scenarios.scenario import Area

BINH_DINH = Unit("province", "52")
SENT_MS = 1_664_200_000_000
STORM = CapDraft(
    identifier="BAO-4",
    sender="kttv@example.vn",
    sent_ms=SENT_MS,
    status="Test",
    message="Alert",
    bulletin_class="priority",
    severity=2,
    texts=(CapText("vi-VN", "Bão", "Bão số 4", "Bão vào đất liền."),),
    expires_ms=SENT_MS + 86_400_000,
    era="2022",
    area=Area(communes=("21613",)),
)
CANCEL = CapDraft(
    identifier="BAO-4-HUY",
    sender="kttv@example.vn",
    sent_ms=SENT_MS + 1000,
    status="Test",
    message="Cancel",
    references=(Reference("kttv@example.vn", "BAO-4", SENT_MS),),
    bulletin_class="normal",
    severity=None,
    texts=(),
)


@pytest.fixture
def lan(client, person):
    return client(person("lan", BINH_DINH, "compose", "operate"))


def send(http, draft: CapDraft):
    return http.post("/api/v1/alerts", content=write(alert_of(draft)))


def test_alerts_come_in_as_a_draft_and_a_notice(lan):
    alert, again = send(lan, STORM), send(lan, STORM)
    assert alert.status_code == again.status_code == 201
    assert alert.json() == again.json()
    assert alert.json()["area"]["communes"] == ["21613"]
    assert alert.json()["sent"] == "2022-09-26T20:46:40.000+07:00"
    draft = lan.get(f"/api/v1/bulletins/{alert.json()['bulletin_id']}").json()
    assert (draft["state"], draft["status"], draft["title"]) == ("draft", "Test", "Bão số 4")
    cancel = send(lan, CANCEL).json()
    assert (cancel["bulletin_id"], cancel["concerns"]) == (None, [draft["id"]])
    assert lan.get(f"/api/v1/bulletins/{draft['id']}").json()["state"] == "draft"
    assert lan.post(f"/api/v1/alerts/{cancel['id']}/handled").json()["handled"] is not None
    listed = lan.get("/api/v1/alerts", params={"unhandled": True}).json()["items"]
    assert [each["id"] for each in listed] == [alert.json()["id"]]
    assert lan.get(f"/api/v1/alerts/{cancel['id']}").json()["message_type"] == "Cancel"


def test_what_is_no_alert_or_too_large_is_refused(lan, client, person):
    refused = lan.post("/api/v1/alerts", content=b"<alert>")
    assert (refused.status_code, refused.json()["code"]) == (422, "bad-cap")
    large = lan.post("/api/v1/alerts", content=b" " * (MAX_BYTES + 1))
    assert (large.status_code, large.json()["code"]) == (413, "too-large")
    assert send(client(None), STORM).status_code == 401
    assert send(client(person("xem", BINH_DINH, "view")), STORM).status_code == 403
    assert lan.get("/api/v1/alerts/none-such").status_code == 404
    assert lan.get("/api/v1/alerts").json()["items"] == []


def test_an_approved_bulletin_goes_out_in_cap(lan, client, person):
    words = {
        "id": "vov",
        "title": "Thời sự",
        "bulletin_class": "normal",
        "kind": "relay",
        "relay_url": "https://radio.example/vov1",
    }
    lan.post("/api/v1/bulletins", json=words)
    assert lan.get("/api/v1/bulletins/vov/cap.xml").status_code == 409
    judge = client(person("duyet"))
    for http, step, version in ((lan, "submit", 1), (judge, "appraise", 2), (judge, "approve", 3)):
        http.post("/api/v1/bulletins/vov/steps", json={"step": step, "version": version})
    told = lan.get("/api/v1/bulletins/vov/cap.xml")
    assert told.headers["content-type"] == "application/cap+xml"
    alert = read(told.content)
    assert (alert.identifier, alert.status, alert.message) == ("vov", "Actual", "Alert")
    assert alert.infos[0].areas[0].geocodes == (("VN-2022", "52"),)
