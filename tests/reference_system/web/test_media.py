import asyncio
import hashlib
import io
import math
import struct
import wave

import pytest

from reference_system.services.content import media
from reference_system.services.units import Unit

BINH_DINH = Unit("province", "52")
UPLOAD = "/api/v1/media/audio"


def tone() -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(16_000)
        samples = (round(8_000 * math.sin(number / 6)) for number in range(16_000))
        out.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return file.getvalue()


@pytest.fixture
def lan(client, person):
    return client(person("lan", BINH_DINH, "compose"))


def test_an_uploaded_sound_is_fetched_by_its_hash_by_anybody(lan, client):
    sent = lan.post(UPLOAD, content=tone())
    assert sent.status_code == 201
    told = sent.json()
    assert told["media_type"] == "audio/mpeg"
    assert told["origin"] == "upload: lan"
    assert told["url"].endswith(f"/media/{told['sha256']}")
    assert lan.post(UPLOAD, content=tone()).json() == told
    device, place = client(None), f"/media/{told['sha256']}"
    fetched = device.get(place)
    assert fetched.status_code == 200
    assert hashlib.sha256(fetched.content).hexdigest() == told["sha256"]
    assert len(fetched.content) == told["size_bytes"]
    assert fetched.headers["content-type"] == "audio/mpeg"
    assert fetched.headers["etag"] == f'"{told["sha256"]}"'
    assert "immutable" in fetched.headers["cache-control"]
    known = device.get(place, headers={"if-none-match": fetched.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")
    head = device.head(place)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(told["size_bytes"])


def test_a_download_that_broke_off_goes_on_where_it_ended(lan, client):
    told = lan.post(UPLOAD, content=tone()).json()
    device, place, size = client(None), f"/media/{told['sha256']}", told["size_bytes"]
    whole = device.get(place).content
    rest = device.get(place, headers={"range": "bytes=1000-", "if-range": f'"{told["sha256"]}"'})
    assert rest.status_code == 206
    assert rest.headers["content-range"] == f"bytes 1000-{size - 1}/{size}"
    assert whole[:1000] + rest.content == whole
    other = device.get(place, headers={"range": "bytes=1000-", "if-range": '"other"'})
    assert (other.status_code, other.content) == (200, whole)
    beyond = device.get(place, headers={"range": f"bytes={size}-"})
    assert beyond.status_code == 416


@pytest.mark.parametrize(
    "place",
    ["0" * 64, "A" * 64, "..%2f..%2fttcs.sqlite", "../ttcs.sqlite", "%2e%2e/%2e%2e/etc/passwd", ""],
)
def test_there_is_no_way_to_other_files(client, place):
    assert client(None).get(f"/media/{place}").status_code in (404, 422)


def test_what_is_no_sound_is_refused_with_the_reason(lan):
    refused = lan.post(UPLOAD, content=b"<html></html>")
    assert (refused.status_code, refused.json()["code"]) == (422, "unsupported")
    assert lan.post(UPLOAD, content=b"").json()["code"] == "empty"
    assert lan.post("/api/v1/media/program", content=tone()).status_code == 422


def test_too_much_is_refused_before_it_is_all_here(lan, monkeypatch):
    monkeypatch.setitem(media.MOST_BYTES, "audio", 10_000)
    taken, answer = 0, []

    async def receive() -> dict[str, object]:
        nonlocal taken
        taken += 1
        assert taken < 20
        return {"type": "http.request", "body": bytes(1000), "more_body": True}

    async def send(message: dict[str, object]) -> None:
        answer.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "path": UPLOAD,
        "raw_path": UPLOAD.encode(),
        "query_string": b"",
        "headers": [(b"authorization", lan.headers["authorization"].encode())],
    }
    asyncio.run(lan.app(scope, receive, send))
    assert answer[0]["status"] == 413
    assert b"too-large" in answer[1]["body"]


def test_only_who_composes_uploads(client, person):
    assert client(None).post(UPLOAD, content=tone()).status_code == 401
    viewer = client(person("xem", BINH_DINH, "view"))
    assert viewer.post(UPLOAD, content=tone()).status_code == 403


@pytest.mark.parametrize(
    "malformed",
    ["bytes", "bytes=", "bytes=-", "bytes=5-2", "bytes=x-9", "bytes=0-1,x", "lines=1-2", "="],
)
def test_a_range_that_is_none_is_ignored(lan, client, malformed):
    told = lan.post(UPLOAD, content=tone()).json()
    answer = client(None).get(f"/media/{told['sha256']}", headers={"range": malformed})
    assert answer.status_code == 200
    assert len(answer.content) == told["size_bytes"]


@pytest.mark.parametrize(
    ("asked", "begin", "end"), [("bytes=0-9", 0, 10), ("Bytes=7-", 7, None), ("bytes=-5", -5, None)]
)
def test_a_range_of_every_form_is_given(lan, client, asked, begin, end):
    place = f"/media/{lan.post(UPLOAD, content=tone()).json()['sha256']}"
    whole = client(None).get(place).content
    answer = client(None).get(place, headers={"range": asked})
    assert (answer.status_code, answer.content) == (206, whole[begin:end])
