"""Orders over HTTP: given, previewed, looked at, cancelled, refused."""

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from reference_system.services.system import System
from reference_system.services.units import Unit
from reference_system.store.content import BulletinContent, BulletinRow, Media
from reference_system.store.devices import Device

HERE = "21613"
AREA = {"era": "2022", "communes": [HERE]}


@pytest.fixture
def storm(system: System) -> str:
    """An approved emergency, and two speakers that are to play it."""
    now_ms = system.clock()
    sound = {"media_type": "audio/mpeg", "size_bytes": 640_000, "duration_ms": 40_000}
    unit = {"level": "province", "code": "52", "created_ms": now_ms, "changed_ms": now_ms}
    about = {"kind": "ip-speaker", "profile": "speaker-reference", "commune": HERE}
    with system.database.writing() as session:
        session.add(Media(sha256="0" * 64, origin="test", created_ms=now_ms, **sound))
        session.add(
            BulletinRow(
                id="storm",
                title="Bão",
                bulletin_class="emergency",
                field="unexpected",
                kind="audio",
                status="Exercise",
                state="approved",
                **unit,
            )
        )
        session.flush()
        session.add(BulletinContent(bulletin_id="storm", language="vi", media_sha256="0" * 64))
        session.add_all(
            Device(id=f"d{number}", name="d", registered_ms=now_ms, **about) for number in (1, 2)
        )
    return "storm"


@pytest.fixture
def lan(client: Callable[..., TestClient], person: Callable[..., object]) -> TestClient:
    """A client of a person who may everything in the province."""
    return client(person("lan"))


def test_an_emergency_from_preview_to_cancel(lan: TestClient, storm: str) -> None:
    asked = {"bulletin_id": storm, "area": AREA, "times": 2, "gap_ms": 7_200_000}
    preview = lan.post("/api/v1/orders/preview", json=asked)
    assert preview.status_code == 200
    assert (preview.json()["devices"], preview.json()["communes"]) == (2, [HERE])
    assert [span["begin"] for span in preview.json()["spans"]] == [
        "2022-09-27T06:00:00.000+07:00",
        "2022-09-27T08:00:00.000+07:00",
    ]
    order = lan.post("/api/v1/orders", json={**asked, "id": "o1"})
    assert order.status_code == 201
    assert (order.json()["state"], order.json()["status"]) == ("running", "Exercise")
    assert order.json()["next_due"] == "2022-09-27T08:00:00.000+07:00"
    assert order.json()["area"]["communes"] == [HERE]
    assert lan.post("/api/v1/orders", json={**asked, "id": "o1"}).json() == order.json()
    whole = lan.get("/api/v1/orders/o1").json()
    assert whole["plays"][0]["starts"] == {"waiting": 2}
    cancelled = lan.post("/api/v1/orders/o1/cancel", json={}).json()
    assert cancelled["state"] == "cancelled"
    assert (cancelled["plays"][0]["starts"], cancelled["plays"][0]["cancels"]) == (
        {"void": 2},
        {"waiting": 2},
    )


def test_pages_of_orders_and_of_what_devices_were_told(lan: TestClient, storm: str) -> None:
    for number in range(3):
        asked = {"bulletin_id": storm, "area": AREA, "id": f"o{number}"}
        assert lan.post("/api/v1/orders", json=asked).status_code == 201
    first = lan.get("/api/v1/orders", params={"limit": 2, "state": "running"}).json()
    rest = lan.get("/api/v1/orders", params={"limit": 2, "after": first["after"]}).json()
    assert [each["id"] for each in first["items"] + rest["items"]] == ["o2", "o1", "o0"]
    assert rest["after"] is None
    one = lan.get("/api/v1/orders/o1/deliveries", params={"limit": 1}).json()
    two = lan.get("/api/v1/orders/o1/deliveries", params={"after": one["after"]}).json()
    assert [each["device_id"] for each in one["items"] + two["items"]] == ["d1", "d2"]
    void = lan.get("/api/v1/orders/o1/deliveries", params={"state": "void"}).json()
    assert void == {"items": [], "after": None}


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"area": {"era": "2025-07", "provinces": ["52"]}}, 422, "other-era"),
        ({"area": {"provinces": ["52"]}}, 422, "invalid"),
        ({"area": {"era": "2022", "provinces": ["99"]}}, 422, "unknown-unit"),
        ({"times": "2"}, 422, "invalid"),
        ({"not_before": "2022-09-27T20:00:00"}, 422, "invalid"),
        ({"more": 1}, 422, "invalid"),
        ({"id": "a/b"}, 422, "invalid"),
        ({"bulletin_id": "none"}, 404, None),
    ],
)
def test_what_is_wrong_is_told(
    lan: TestClient, storm: str, changes: dict[str, object], status: int, code: str | None
) -> None:
    answer = lan.post("/api/v1/orders", json={"bulletin_id": storm, "area": AREA, **changes})
    assert answer.status_code == status
    assert code in (None, answer.json()["code"])
    assert lan.get("/api/v1/orders").json()["items"] == []


def test_who_is_not_logged_in_or_not_from_there_is_refused(
    client: Callable[..., TestClient], person: Callable[..., object], lan: TestClient, storm: str
) -> None:
    asked = {"bulletin_id": storm, "area": AREA, "id": "o1"}
    assert client(None).post("/api/v1/orders", json=asked).status_code == 401
    elsewhere = client(person("dung", Unit("commune", "21640")))
    assert elsewhere.post("/api/v1/orders", json=asked).status_code == 403
    assert lan.post("/api/v1/orders", json=asked).status_code == 201
    chi = client(person("chi", Unit("commune", HERE)))
    refused = chi.post("/api/v1/orders/o1/cancel", json={})
    assert (refused.status_code, refused.json()["code"]) == (403, "emergency-from-above")
    only = lan.post(
        "/api/v1/orders/o1/cancel", json={"unit": {"level": "commune", "code": HERE}}
    ).json()
    assert (only["state"], only["plays"][0]["cancels"]) == ("running", {"waiting": 2})
