"""Sounds over HTTP: once for all, bounded, and from nowhere that is not listed; and decoded."""

import asyncio
import hashlib
from pathlib import Path

import pytest

from simulator.emulator import decoding, sounds
from simulator.emulator.sounds import Kept, NoSound, Sounds
from tests.simulator.emulator.conftest import Web, tone


def got(web: Web, *paths: str, origins: list[str] | None = None) -> list[Kept | str]:
    """What each path brings, all asked for at once: what is kept, or why nothing is."""

    async def one(shared: Sounds, path: str) -> Kept | str:
        try:
            return await asyncio.shield(shared.get(path if "://" in path else web.url + path))
        except NoSound as error:
            return str(error)

    async def run() -> list[Kept | str]:
        shared = Sounds([web.url] if origins is None else origins)
        try:
            found = await asyncio.gather(*(one(shared, path) for path in paths))
            assert all(each.file.exists() for each in found if isinstance(each, Kept))
            return found
        finally:
            await shared.close()

    return asyncio.run(run())


def test_many_ask_and_one_is_fetched(web: Web) -> None:
    web.put("/a", b"sound" * 10_000)
    found = got(web, *["/a"] * 50)
    assert web.asked["/a"] == 1
    assert {each.sha256 for each in found if isinstance(each, Kept)} == {
        hashlib.sha256(b"sound" * 10_000).hexdigest()
    }
    assert not any(each.file.exists() for each in found if isinstance(each, Kept))


def test_what_is_too_long_is_not_kept(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sounds, "MOST_BYTES", 1_000)
    web.put("/a", b"x" * 1_001)
    (why,) = got(web, "/a")
    assert "more than 1,000 bytes" in str(why)


def test_only_listed_addresses_are_asked_also_after_a_redirect(web: Web) -> None:
    web.put("/a", b"sound")
    web.put("/elsewhere", b"sound")
    web.answers["/a"] = [302]
    redirected, other_port, other_host, other_scheme = got(
        web, "/a", "http://127.0.0.1:1/a", "http://192.0.2.1/a", "ftp://127.0.0.1/a"
    )
    assert "status 302" in str(redirected)
    assert web.asked["/elsewhere"] == 0
    assert all("may be contacted" in str(why) for why in (other_port, other_host, other_scheme))


def test_a_server_with_a_fault_is_asked_again_and_one_without_the_sound_is_not(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sounds, "RETRY_S", (0.01, 0.01))
    web.put("/a", b"sound")
    web.put("/b", b"sound")
    web.answers |= {"/a": [503, 200], "/b": [500, 500, 500]}
    found, faulty, missing, silent = got(
        web, "/a", "/b", "/c", "http://127.0.0.1:9/a", origins=[web.url, "http://127.0.0.1:9"]
    )
    assert isinstance(found, Kept)
    assert web.asked == {"/a": 2, "/b": 3, "/c": 1}
    assert "status 500" in str(faulty)
    assert "status 404" in str(missing)
    assert "http://127.0.0.1:9/a" in str(silent)


def test_few_are_kept(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sounds, "MOST_KEPT", 2)

    async def run() -> list[bool]:
        shared = Sounds([web.url])
        kept = [await shared.get(web.put(f"/{number}", b"%d" % number)) for number in range(4)]
        there = [each.file.exists() for each in kept]
        await shared.close()
        return there

    assert asyncio.run(run()) == [False, False, True, True]


def test_decoding_counts_samples(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(tone(1_234))
    assert decoding.duration_ms(file) == 1_234


@pytest.mark.parametrize("data", [b"", b"no sound at all", tone(500)[:30]])
def test_what_is_no_sound_is_not_decoded(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "a"
    file.write_bytes(data)
    with pytest.raises(decoding.NotDecoded):
        decoding.duration_ms(file)
