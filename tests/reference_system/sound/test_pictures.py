import hashlib
import struct
import zlib
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reference_system.sound.pictures import Film, Picture, film, picture
from reference_system.sound.refusals import Unusable

PictureOf = Callable[[str, int, int], bytes]
FilmOf = Callable[..., bytes]


def reason_of(check: Callable[[bytes], object], source: bytes) -> str:
    with pytest.raises(Unusable) as refused:
        check(source)
    return refused.value.reason


def png_that_says(width: int, height: int) -> bytes:
    """A PNG of a hundred thousand zeros, whatever size it states."""

    def chunk(name: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + content))
        return struct.pack(">I", len(content)) + name + content + check

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 100_000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(("codec", "media_type"), [("png", "image/png"), ("mjpeg", "image/jpeg")])
def test_pictures_are_taken(picture_of: PictureOf, codec: str, media_type: str) -> None:
    source = picture_of(codec, 64, 48)
    sha256 = hashlib.sha256(source).hexdigest()
    assert picture(source) == Picture(media_type, sha256, 64, 48)


@pytest.mark.parametrize("codec", ["png", "mjpeg"])
def test_pictures_that_were_cut_are_refused(picture_of: PictureOf, codec: str) -> None:
    source = picture_of(codec, 64, 48)
    assert reason_of(picture, source[: len(source) // 2]) == "truncated"
    assert reason_of(picture, source[: len(source) // 2] + source[-12:]) == "damaged"


def test_what_is_no_picture_is_refused(voice: bytes) -> None:
    assert reason_of(picture, b"") == "empty"
    assert reason_of(picture, b"\0" * 20_000_001) == "too-large"
    assert reason_of(picture, b"<svg xmlns='http://www.w3.org/2000/svg'/>") == "unsupported"
    assert reason_of(picture, b"GIF89a\1\0\1\0\0\0\0;") == "unsupported"
    assert reason_of(picture, voice) == "unsupported"


@pytest.mark.parametrize("size", [(100_000, 100_000), (5_000, 5_000), (2**31 - 1, 1)])
def test_too_many_pixels_are_refused_by_the_header(size: tuple[int, int]) -> None:
    assert reason_of(picture, png_that_says(*size)) == "too-many-pixels"


def test_a_jpeg_that_says_it_is_huge_is_refused(picture_of: PictureOf) -> None:
    source = bytearray(picture_of("mjpeg", 64, 48))
    frame = source.index(b"\xff\xc0")
    source[frame + 5 : frame + 9] = struct.pack(">HH", 65_000, 65_000)
    assert reason_of(picture, bytes(source)) == "too-many-pixels"


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    codec=st.sampled_from(["png", "mjpeg", "film"]),
    flips=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=10),
)
def test_damage_gives_a_picture_or_a_reason_and_nothing_else(
    picture_of: PictureOf, film_of: FilmOf, codec: str, flips: list[tuple[float, int]]
) -> None:
    source = bytearray(film_of() if codec == "film" else picture_of(codec, 32, 24))
    for share, byte in flips:
        source[int(share * (len(source) - 1))] = byte
    try:
        seen = film(bytes(source)) if codec == "film" else picture(bytes(source))
    except Unusable:
        return
    assert seen.width * seen.height > 0


def test_films_are_taken_by_what_they_say(film_of: FilmOf) -> None:
    source = film_of()
    sha256 = hashlib.sha256(source).hexdigest()
    assert film(source) == Film("video/mp4", sha256, 64, 48, 1000, "h264")


def test_what_is_no_film_is_refused(film_of: FilmOf, voice: bytes, coded: PictureOf) -> None:
    assert reason_of(film, b"") == "empty"
    assert reason_of(film, voice) == "unsupported"
    assert reason_of(film, coded(voice, "m4a")) == "unsupported"
    assert reason_of(film, film_of("mpeg4")) == "unsupported"
    assert reason_of(film, film_of()[:-40]) == "truncated"
    assert reason_of(film, b"....ftyp" + b"\0" * 100) in ("truncated", "damaged")
    assert reason_of(film, film_of(width=5120, height=2880, pictures=1)) == "too-many-pixels"
