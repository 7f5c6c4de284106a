import io
import math
import struct
import threading
import wave
import zlib

import av
import pytest
from sqlalchemy import func, select

from reference_system.services.content import media
from reference_system.services.refusals import Forbidden, Invalid, Missing, TooLarge, Unable
from reference_system.services.units import Unit
from reference_system.store.content import Media
from reference_system.store.people import AuditEntry

BINH_DINH = Unit("province", "52")


def tone(seconds: float = 1.0, rate_hz: int = 16_000) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate_hz)
        samples = (
            round(8_000 * math.sin(2 * math.pi * 440 * number / rate_hz))
            for number in range(int(seconds * rate_hz))
        )
        out.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return file.getvalue()


def png() -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0\xff\0\0")
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def mp4() -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as out:
        stream = out.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for _ in range(10):
            out.mux(stream.encode(av.VideoFrame(64, 48, "yuv420p")))
        out.mux(stream.encode(None))
    return file.getvalue()


@pytest.fixture
def lan(person):
    return person("lan", BINH_DINH, "compose")


def test_a_sound_is_kept_as_devices_take_it_and_told_of_once(system, act, lan):
    kept = media.take_in(system, "audio", io.BytesIO(tone()))
    for origin in ("first", "second"):
        with act(lan) as doing:
            row = media.add(doing, kept, origin)
    assert (row.media_type, row.origin) == ("audio/mpeg", "first")
    assert abs(row.duration_ms - 1000) < 60
    assert abs(row.loudness_lufs + 23) < 1
    with act(lan) as doing:
        assert doing.session.scalar(select(func.count()).select_from(AuditEntry)) == 1
    found, path = media.get(system, row.sha256)
    assert path.stat().st_size == found.size_bytes == row.size_bytes
    assert path.read_bytes()[:2] in (b"\xff\xfb", b"\xff\xf3", b"ID")
    assert media.url(system, row.sha256) == f"http://127.0.0.1:8080/media/{row.sha256}"


@pytest.mark.parametrize(
    ("family", "make", "media_type"),
    [("image", png, "image/png"), ("video", mp4, "video/mp4")],
)
def test_pictures_and_films_are_kept_as_they_are(system, act, lan, family, make, media_type):
    source = make()
    kept = media.take_in(system, family, io.BytesIO(source))
    with act(lan) as doing:
        row = media.add(doing, kept, "test")
    assert row.media_type == media_type
    assert media.get(system, row.sha256)[1].read_bytes() == source


@pytest.mark.parametrize(
    ("family", "source", "code"),
    [
        ("audio", b"", "empty"),
        ("audio", b"not a sound at all", "unsupported"),
        ("audio", tone()[:-8000], "truncated"),
        ("audio", tone(0.1), "too-short"),
        ("audio", png(), "unsupported"),
        ("image", tone(), "unsupported"),
        ("image", png()[:-20], "truncated"),
        ("video", png(), "unsupported"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_not_what_it_should_be_is_refused_with_the_reason(system, family, source, code):
    with pytest.raises(Invalid) as refused:
        media.take_in(system, family, io.BytesIO(source))
    assert refused.value.code == code
    assert refused.value.vi[0].isupper()
    assert not [*media.store(system).kept()]


def test_too_much_is_refused_without_being_looked_at(system, monkeypatch):
    monkeypatch.setitem(media.MOST_BYTES, "audio", 1000)
    with pytest.raises(TooLarge, match="too-large"):
        media.take_in(system, "audio", io.BytesIO(tone()))


def test_only_so_many_sounds_are_worked_on_at_a_time(system, monkeypatch):
    monkeypatch.setattr(media, "WAIT_S", 0.05)
    inside, leave = threading.Barrier(media.AT_ONCE + 1), threading.Event()

    def hold() -> None:
        with media.working():
            inside.wait(5)
            leave.wait(5)

    holders = [threading.Thread(target=hold) for _ in range(media.AT_ONCE)]
    for holder in holders:
        holder.start()
    inside.wait(5)
    with pytest.raises(Unable, match="busy"):
        media.take_in(system, "audio", io.BytesIO(tone()))
    leave.set()
    for holder in holders:
        holder.join(5)
    assert media.take_in(system, "audio", io.BytesIO(tone())).media_type == "audio/mpeg"


def test_a_row_is_added_only_by_who_composes(system, act, person):
    kept = media.take_in(system, "image", io.BytesIO(png()))
    with pytest.raises(Forbidden), act(person("minh", BINH_DINH, "appraise")) as doing:
        media.add(doing, kept, "test")


def test_a_file_without_a_row_and_a_row_without_a_file_are_missing(system, act, lan):
    kept = media.take_in(system, "image", io.BytesIO(png()))
    with pytest.raises(Missing):
        media.get(system, kept.sha256)
    lost = Media(sha256="0" * 64, media_type="image/png", size_bytes=1, origin="test", created_ms=0)
    with system.database.writing() as session:
        session.add(lost)
    with pytest.raises(Missing):
        media.get(system, "0" * 64)
