from reference_system.services.administration.document_files import MOST_BYTES
from reference_system.services.units import Unit

AN_HUNG = Unit("commune", "21613")
PDF = b"%PDF-1.7\n<script>alert(1)</script>\n%%EOF\n"
LETTER = {
    "number": "12/KH-UBND",
    "title": "Kế hoạch",
    "units": [{"level": "commune", "code": "21613"}],
}


def test_from_above_to_its_reader(client, person):
    above, below = client(person("binh")), client(person("an", AN_HUNG))
    prepared = above.post("/api/v1/documents", json=LETTER)
    assert prepared.status_code == 201, prepared.text
    one = f"/api/v1/documents/{prepared.json()['id']}"
    assert below.get(one).status_code == 404
    sent = above.put(f"{one}/file", content=PDF)
    assert (sent.status_code, sent.json()["kind"]) == (200, "pdf")
    assert above.get(one).json()["recipients"][0]["read"] is None
    file = below.get(f"{one}/file")
    assert file.content == PDF
    assert file.headers["content-type"] == "application/pdf"
    assert file.headers["content-disposition"].startswith("attachment;")
    assert file.headers["x-content-type-options"] == "nosniff"
    assert above.get(one).json()["recipients"][0]["read"] == "2022-09-27T06:00:00.000+07:00"


def test_a_secret_is_refused_with_the_reason(client, person):
    above = client(person("binh"))
    for marked in ({"secrecy": "toi-mat"}, {"number": "1/M"}, {"title": "MẬT: kế hoạch"}):
        answer = above.post("/api/v1/documents", json={**LETTER, **marked})
        assert (answer.status_code, answer.json()["code"]) == (422, "state-secret")
        assert answer.json()["field"] == next(iter(marked))
    assert above.get("/api/v1/documents").json()["items"] == []


def test_files_are_looked_at_and_bounded(client, person):
    above = client(person("binh"))
    one = f"/api/v1/documents/{above.post('/api/v1/documents', json=LETTER).json()['id']}"
    assert above.put(f"{one}/file", content=b"MZ").json()["code"] == "not-a-document"
    assert above.put(f"{one}/file", content=b"%PDF-" + bytes(MOST_BYTES)).status_code == 413
    assert client(None).put(f"{one}/file", content=PDF).status_code == 401
    below = client(person("an", AN_HUNG))
    assert below.put(f"{one}/file", content=PDF).status_code == 404
