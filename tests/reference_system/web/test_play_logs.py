"""Play logs over HTTP."""

import csv

import pytest

from reference_system.interface.messages import PlayEntry, PlayLog
from reference_system.services.fleet import devices, play_logs
from reference_system.services.fleet.devices import Registration


@pytest.fixture
def http(system, clock, client, person, act):
    lan = person("lan")
    with act(lan) as doing:
        row = Registration("AH-01", "Cụm loa", "ip-speaker", "speaker-reference", "21613")
        devices.register_one(doing, row)
        entry = {
            "entry": "n1",
            "boot": "k1",
            "sequence": 1,
            "bulletin": "b1",
            "media": 3,
            "priority": 1,
            "title": "Bão",
            "duration": "00:00:40",
            "started_s": clock.ms // 1000 - 50,
            "ended_s": clock.ms // 1000 - 10,
            "outcome": "played",
            "volume": "70",
        }
        log = PlayLog(sent_s=clock.ms // 1000, entries=(PlayEntry(**entry),))
        play_logs.store(doing.session, "AH-01", log, clock.ms)
    return client(lan)


def test_the_log_as_a_list_as_csv_and_as_proof(http):
    (entry,) = http.get("/api/v1/play-logs", params={"device": "AH-01"}).json()["items"]
    assert entry["began"] == "2022-09-27T05:59:10.000+07:00"
    assert (entry["played_ms"], entry["outcome"], entry["backfilled"]) == (40_000, "played", False)
    period = {"since": "2022-09-27T00:00:00+07:00", "until": "2022-09-28T00:00:00+07:00"}
    exported = http.get("/api/v1/play-logs.csv", params=period)
    assert exported.headers["content-type"].startswith("text/csv")
    assert [row["title"] for row in csv.DictReader(exported.text.splitlines())] == ["Bão"]
    proof = http.get("/api/v1/proofs/b1").json()
    assert (proof["title"], proof["addressed"], proof["unordered"]) == ("Bão", 0, 1)
    assert http.get("/api/v1/devices/AH-01/missing-log-entries").json() == {"missing": 1}


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/api/v1/play-logs?device=none", 404),
        ("/api/v1/play-logs?after=x", 422),
        ("/api/v1/proofs/none", 404),
        ("/api/v1/play-logs.csv", 422),
        ("/api/v1/play-logs.csv?since=2022-09-27T00:00:00Z&until=2022-09-27T00:00:00Z", 422),
        ("/api/v1/play-logs.csv?since=2022-09-27&until=2022-09-28", 422),
    ],
)
def test_what_is_wrong_is_refused(http, path, code):
    assert http.get(path).status_code == code


def test_nobody_is_shown_anything(client):
    for path in ("play-logs", "proofs/b1", "devices/AH-01/missing-log-entries"):
        assert client(None).get(f"/api/v1/{path}").status_code == 401
