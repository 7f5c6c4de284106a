"""The programme over HTTP: slots made, previewed, changed, removed, and a commune's day."""

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from reference_system.services.system import System
from reference_system.services.units import Unit
from reference_system.store.devices import Device

HERE = "21613"
SLOT = {
    "name": "Bản tin sáng",
    "area": {"era": "2022", "communes": [HERE]},
    "at": "07:00",
    "days": [0, 1, 2, 3, 4, 5],
    "slot_ms": 2_700_000,
    "parts": [
        {"kind": "relay", "title": "VOV", "url": "http://radio/vov", "length_ms": 900_000},
        {"kind": "local", "length_ms": 600_000},
    ],
}


@pytest.fixture
def chi(
    system: System, client: Callable[..., TestClient], person: Callable[..., object]
) -> TestClient:
    """A client of the commune's operator, and a speaker there."""
    about = {"kind": "ip-speaker", "profile": "speaker-reference", "commune": HERE}
    with system.database.writing() as session:
        session.add(Device(id="d1", name="d", registered_ms=system.clock(), **about))
    return client(person("chi", Unit("commune", HERE)))


def test_a_slot_from_preview_to_removal(chi: TestClient) -> None:
    preview = chi.post("/api/v1/slots/preview", json=SLOT).json()
    assert (preview["devices"], len(preview["spans"]), preview["overlaps"]) == (1, 12, [])
    slot = chi.post("/api/v1/slots", json={**SLOT, "id": "s"})
    assert slot.status_code == 201
    assert (slot.json()["at"], slot.json()["version"]) == ("07:00:00", 1)
    assert chi.get("/api/v1/slots/s").json() == slot.json()
    met = chi.post("/api/v1/slots/preview", json=SLOT).json()["overlaps"]
    assert {each["effect"] for each in met} == {"takes-turns"}
    own = chi.post("/api/v1/slots/preview", json={**SLOT, "replaces": "s"}).json()
    assert own["overlaps"] == []
    changed = chi.put("/api/v1/slots/s", json={**SLOT, "at": "08:30:15", "version": 1})
    assert (changed.json()["at"], changed.json()["version"]) == ("08:30:15", 2)
    stale = chi.put("/api/v1/slots/s", json={**SLOT, "version": 1})
    assert (stale.status_code, stale.json()["code"]) == (409, "changed-meanwhile")
    assert [each["id"] for each in chi.get("/api/v1/slots").json()["items"]] == ["s"]
    assert chi.delete("/api/v1/slots/s", params={"version": 2}).json()["active"] is False
    assert chi.get("/api/v1/slots").json()["items"] == []


def test_a_day_of_the_commune(chi: TestClient) -> None:
    chi.post("/api/v1/slots", json={**SLOT, "id": "s"})
    day = chi.get(f"/api/v1/communes/{HERE}/programme", params={"day": "2022-09-28"}).json()
    assert [(each["span"]["begin"], each["span"]["title"]) for each in day["items"]] == [
        ("2022-09-28T07:00:00.000+07:00", "Bản tin sáng: VOV"),
        ("2022-09-28T07:15:00.000+07:00", "Bản tin sáng"),
    ]
    for wrong in ("2022-02-30", "20220928", "1664233200"):
        answer = chi.get(f"/api/v1/communes/{HERE}/programme", params={"day": wrong})
        assert answer.status_code == 422


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"at": "03:15"}, 409, "outside-hours"),
        ({"at": "24:00"}, 422, "invalid"),
        ({"area": {"era": "2025-06", "communes": [HERE]}}, 422, "other-era"),
        ({"area": {"era": "2022", "communes": ["21640"]}}, 403, "outside-own-unit"),
        ({"days": []}, 422, "invalid"),
        ({"parts": []}, 422, "invalid"),
        ({"parts": [{"kind": "relay", "length_ms": 1_000}]}, 422, "part-unfit"),
    ],
)
def test_what_is_wrong_is_told(
    chi: TestClient, changes: dict[str, object], status: int, code: str
) -> None:
    answer = chi.post("/api/v1/slots", json={**SLOT, **changes})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert chi.get("/api/v1/slots").json()["items"] == []
