"""A source system that the harness plays: how it takes, refuses, is slow and away; its words."""

import asyncio
import hashlib
import json
import time

import httpx2
import pytest

from conformance.sources import acts as a
from conformance.sources import exchange as x
from conformance.sources.contract import Answer, Asked
from conformance.sources.peers import MOST_BYTES, Played
from conformance.sources.reference.exchange import Introduced
from conformance.sources.reference.peering import Peering
from reference_system.interface import exchange as wire

CENTRE = x.PeerSystem("centre", "t-1", a.Place("central", "VN"))
INTRODUCED = Introduced("p", "token-that-it-shows", "token-that-it-is-shown")
KNOWN = f"Bearer {INTRODUCED.is_shown}"


class Taking:
    """A half that takes everything as a bulletin, or as a file."""

    def take(self, who, asked):
        kind = "file" if asked.method == "PUT" else "bulletin"
        return x.Arrived(kind, asked.path, bool(asked.authorization)), Answer(200, asked.body)


def played(act):
    async def main():
        heard = []
        peer = Played(CENTRE, Taking(), heard.append)
        await peer.come()
        try:
            async with httpx2.AsyncClient(timeout=10, trust_env=False) as client:
                await act(peer, client)
        finally:
            await peer.go()
        return heard

    return asyncio.run(main())


def test_it_takes_what_comes_and_says_so():
    async def act(peer, client):
        answer = await client.post(f"{peer.url}/m", content=b"1", headers={"authorization": "x"})
        assert (answer.status_code, answer.content) == (200, b"1")
        assert peer.has("bulletin", "/m")
        assert not peer.has("bulletin", "/m", times=2)
        assert not peer.has("withdrawal")

    assert [(each.key, each.known) for each in played(act)] == [("/m", True)]


def test_one_that_is_away_is_back_where_it_was():
    async def act(peer, client):
        url = peer.url
        await peer.go()
        with pytest.raises(httpx2.ConnectError):
            await client.post(f"{url}/m", content=b"1")
        await peer.come()
        assert peer.url == url
        assert (await client.post(f"{url}/m", content=b"2")).status_code == 200

    assert len(played(act)) == 1


def test_its_manners():
    async def act(peer, client):
        peer.manner = "refuses"
        assert (await client.post(f"{peer.url}/m", content=b"1")).status_code == 503
        assert peer.arrived == []
        peer.manner = "loses-answers"
        assert (await client.put(f"{peer.url}/f", content=b"1")).status_code == 200
        assert (await client.post(f"{peer.url}/m", content=b"1")).status_code == 503
        assert peer.has("bulletin", "/m")
        peer.manner, peer.slow_ms = "takes", 300
        begun = time.monotonic()
        assert (await client.post(f"{peer.url}/m", content=b"1")).status_code == 200
        assert time.monotonic() - begun >= 0.3

    assert len(played(act)) == 3


def test_what_is_too_long_is_not_taken(monkeypatch):
    monkeypatch.setattr("conformance.sources.peers.MOST_BYTES", 10)

    async def act(peer, client):
        assert MOST_BYTES > 10
        assert (await client.post(f"{peer.url}/m", content=b"1" * 11)).status_code == 413

    assert played(act) == []


# ---- The words of the reference dialect ---------------------------------------------------------


@pytest.fixture
def peering():
    half = Peering("http://127.0.0.1:9", "2022", {CENTRE.source: INTRODUCED})
    yield half
    asyncio.run(half.close())


def message(**body):
    bulletin = {
        "kind": "bulletin",
        "unit": {"level": "province", "code": "52"},
        "title": "Thử nghiệm",
        "summary": "",
        "bulletin_class": "emergency",
        "severity": 1,
        "field": "general",
        "form": "audio",
        "status": "Test",
        "valid_until": None,
        "relay_url": None,
        "contents": [{"language": "vi", "text": "Thử nghiệm", "sha256": "0" * 64}],
        "order": None,
    }
    whole = {
        "source_id": "TTN-52",
        "source_key": "k",
        "era": "2022",
        "sent": "2026-11-22T08:00:00.250+07:00",
        "body": {**bulletin, **body},
    }
    return json.dumps(whole).encode()


def posted(half, body, authorization=KNOWN, path="/api/v1/exchange/messages", method="POST"):
    return half.take(CENTRE, Asked(method, path, authorization, body))


def test_a_message_is_known_again(peering):
    first, answer = posted(peering, message())
    assert (first.kind, first.key, first.known) == ("bulletin", "k", True)
    assert first.sent_ms == 1_795_309_200_250
    assert first.says["bulletin_class"] == "emergency"
    assert json.loads(answer.body) == {"result": "accepted"}
    again, answer = posted(peering, message())
    assert again == first
    assert json.loads(answer.body) == {"result": "known"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"severity": "1"},
        {"severity": True},
        {"bulletin_class": 1},
        {"valid_until": 1_795_309_200_250},
        {"MucDoUuTien": 1},
    ],
)
def test_other_types_and_other_fields_are_nonsense(peering, wrong):
    arrived, answer = posted(peering, message(**wrong))
    assert (arrived.kind, answer.status) == ("nonsense", 422)
    assert "\n" not in arrived.says["why"]


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 5_000, b"\xff\xfe", b"null"])
def test_no_message_at_all(peering, body):
    assert posted(peering, body)[0].kind == "nonsense"


def test_who_shows_another_token_is_not_known(peering):
    arrived, answer = posted(peering, message(), "Bearer other")
    assert (arrived.known, answer.status) == (False, 401)
    arrived, _ = posted(peering, message())
    assert arrived.known


def test_a_file_is_what_its_name_says(peering):
    sha256 = hashlib.sha256(b"sound").hexdigest()
    path = f"/api/v1/exchange/media/{sha256}"
    arrived, answer = posted(peering, b"sound", path=path, method="PUT")
    assert (arrived.kind, arrived.key, answer.status) == ("file", sha256, 204)
    arrived, answer = posted(peering, b"noise", path=path, method="PUT")
    assert (arrived.kind, answer.status) == ("nonsense", 400)


def test_every_way_to_spoil_a_message_makes_another(peering):
    bulletin = x.SendBulletin("k", "k", "Thử nghiệm", "Thử nghiệm", bulletin_class="emergency")
    good = peering._message(CENTRE, bulletin, "0" * 64)
    wire.Message.model_validate_json(json.dumps(good))
    for spoiled in ("type", "time", "unknown-field"):
        act = x.SendBulletin("k", "k", "t", "t", bulletin_class="emergency", spoiled=spoiled)
        with pytest.raises(ValueError, match="validation error"):
            wire.Message.model_validate_json(json.dumps(peering._message(CENTRE, act, "0" * 64)))


def test_nobody_there_is_no_refusal(peering):
    async def act():
        return await peering.do(CENTRE, x.SendWithdrawal("k", "k", "j", ""))

    outcome = asyncio.run(act())
    assert isinstance(outcome, a.Refused)
    assert outcome.status == 0
    assert INTRODUCED.shows not in str(outcome)
    assert INTRODUCED.shows not in repr(INTRODUCED)
