import csv
import io

SPAN = {"since": "2022-09-01T00:00:00+07:00", "until": "2022-10-01T00:00:00+07:00"}


def test_the_same_figures_as_json_and_as_a_table(client, person):
    binh = client(person("binh"))
    binh.post("/api/v1/public/feedback", json={"commune": "21613", "text": "x"})
    told = binh.get("/api/v1/statistics", params=SPAN)
    assert told.status_code == 200, told.text
    section = told.json()["sections"]["feedback"]
    assert (section["total"], section["figures"]) == (1, [{"parts": ["waiting"], "value": 1}])
    table = binh.get("/api/v1/statistics.csv", params=SPAN)
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert {"section": "feedback", "part": "waiting", "value": "1"}.items() <= next(
        row for row in rows if row["part"] == "waiting"
    ).items()


def test_periods_and_places_that_are_none(client, person):
    binh = client(person("binh"))
    for wrong in (
        {"since": "2022-09-01T00:00:00"},
        {"until": SPAN["since"]},
        {"level": "commune", "code": "99999"},
        {"level": "moon"},
    ):
        assert binh.get("/api/v1/statistics", params={**SPAN, **wrong}).status_code == 422, wrong
    elsewhere = {**SPAN, "level": "province", "code": "01"}
    assert binh.get("/api/v1/statistics", params=elsewhere).status_code == 403


def test_a_report_from_made_to_submitted(client, person):
    binh = client(person("binh"))
    made = binh.post("/api/v1/reports", json={"year": 2022})
    assert made.status_code == 201, made.text
    assert made.json()["since"] == "2022-01-01T00:00:00.000+07:00"
    one = f"/api/v1/reports/{made.json()['id']}"
    page = binh.get(f"{one}/html")
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert "Tỉnh Bình Định" in page.text or "Bình Định" in page.text
    assert len(binh.get(f"{one}/csv").text.splitlines()) > 159
    submitted = binh.post(f"{one}/submit", json={"sha256": made.json()["sha256"]})
    assert submitted.json()["submitted"] == "2022-09-27T06:00:00.000+07:00"
    assert binh.post("/api/v1/reports", json={"year": 2022}).status_code == 409
    assert [row["id"] for row in binh.get("/api/v1/reports").json()["items"]] == [one[-27:]]
