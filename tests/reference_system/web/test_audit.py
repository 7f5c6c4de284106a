"""The audit log over HTTP."""

import csv
import io

import pytest

from reference_system.services.units import Unit

BINH_DINH = Unit("province", "52")
AN_HUNG = Unit("commune", "21613")


@pytest.fixture
def mine(client, person, act, clock):
    """An administrator's client; two entries in the log, one of them hostile to spreadsheets."""
    lan = person("lan", AN_HUNG, "compose")
    for subject in ("=1+1", "Bản tin số 2"):
        with act(lan) as doing:
            doing.record("step", subject, why="vì, “thế”")
        clock.advance(1000)
    return client(person("me", BINH_DINH, "administer"))


def test_entries_newest_first_with_filters(mine) -> None:
    said = mine.get("/api/v1/audit").json()
    assert [each["subject"] for each in said["items"]] == ["Bản tin số 2", "=1+1"]
    assert said["items"][1]["at"] == "2022-09-27T06:00:00.000+07:00"
    assert said["items"][1]["detail"] == {"why": "vì, “thế”"}

    def subjects(**asked):
        return [each["subject"] for each in mine.get("/api/v1/audit", params=asked).json()["items"]]

    assert subjects(login="mai") == []
    assert subjects(action="step", limit=1) == ["Bản tin số 2"]
    assert subjects(since="2022-09-26T23:00:01Z") == ["Bản tin số 2"]
    assert subjects(before_time="2022-09-27T06:00:01+07:00") == ["=1+1"]
    assert subjects(before=2) == ["=1+1"]


@pytest.mark.parametrize(
    "asked",
    [
        {"since": "2022-09-27T06:00:00"},
        {"since": "5"},
        {"before": 0},
        {"before": 2**31},
        {"limit": 0},
    ],
    ids=str,
)
def test_a_bad_filter_is_refused(mine, asked) -> None:
    assert mine.get("/api/v1/audit", params=asked).status_code == 422


def test_the_export_is_a_table_that_runs_nothing(mine) -> None:
    answer = mine.get("/api/v1/audit/export")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["subject"] for row in rows] == ["'=1+1", "Bản tin số 2"]
    assert rows[0]["detail"] == '{"why": "vì, “thế”"}'


def test_the_chain_is_verified_for_administrators_of_the_whole_system(mine, client, person) -> None:
    said = mine.get("/api/v1/audit/verification").json()
    newest = mine.get("/api/v1/audit").json()["items"][0]
    assert said == {"entries": 2, "broken": None, "head": newest["chain"]}
    commune = client(person("xa", AN_HUNG, "administer"))
    assert commune.get("/api/v1/audit/verification").status_code == 403
