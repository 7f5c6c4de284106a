"""Credentials are not kept, however they are cut up; everything else is as it was."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.bench.blanking import blanked
from conformance.packets import streams
from tests.conformance.frames import BROKER, DEVICE, SOUNDS, connect, conversation, is_right

SECRET = b"mat khau bi mat"


def cut(content, places):
    places = [0, *sorted({place % len(content) for place in places} - {0}), len(content)]
    return [content[a:b] for a, b in pairwise(places)]


def told(packets):
    return b"".join(bytes(s.content) for each in streams(packets) for s in each.stretches)


CUTS = st.lists(st.integers(1, 500), max_size=6)


@given(CUTS, st.booleans(), st.binary(min_size=1, max_size=30), st.booleans())
def test_a_password_nobody_knows_is_blanked_in_every_packet(cuts, will, password, twice):
    content = connect(password, will=will) + b"\x30\x05\x00\x01ahi"
    packets = conversation(DEVICE, BROKER, cut(content, cuts))
    packets += packets[1:] if twice else []
    found, changed = blanked(packets, BROKER, [])
    at = content.index(password, len(content) - 7 - len(password))
    assert told(found) == content[:at] + bytes(len(password)) + content[at + len(password) :]
    assert changed
    for before, after in zip(packets, found, strict=True):
        assert (before.at_us, len(before.frame)) == (after.at_us, len(after.frame))
        assert is_right(after.frame)


@given(CUTS, CUTS)
def test_a_known_secret_is_blanked_wherever_it_stands(cuts, others):
    content = b"PUT /x HTTP/1.1\r\n\r\n" + SECRET + b" and " + SECRET
    packets = [
        *conversation(DEVICE, BROKER, cut(content, cuts)),
        *conversation(SOUNDS, DEVICE, cut(content, others)),
    ]
    found, _ = blanked(packets, BROKER, [SECRET])
    assert told(found) == content.replace(SECRET, bytes(len(SECRET))) * 2


@pytest.mark.parametrize(
    ("line", "left"),
    [
        (b"Authorization: Basic bG9hOjE=", b"Authorization: "),
        (b"authorization:Bearer abc", b"authorization:"),
        (b"Cookie: session=abc", b"Cookie: "),
        (b"X-Api-Key: abc", b"X-Api-Key: "),
        (b"Accept: */*", b"Accept: */*"),
    ],
)
def test_heads_of_http_lose_their_credentials(line, left):
    content = b"GET /a.mp3 HTTP/1.1\r\n" + line + b"\r\nHost: x\r\n\r\n"
    found, _ = blanked(conversation(DEVICE, SOUNDS, cut(content, [30, 40])), BROKER, [])
    hidden = left + bytes(len(line) - len(left))
    assert told(found) == content.replace(line, hidden)


def test_a_token_in_an_address_is_blanked():
    content = b"GET /a.mp3?token=abc&n=1 HTTP/1.1\r\n\r\n"
    found, _ = blanked(conversation(DEVICE, SOUNDS, [content]), BROKER, [])
    assert told(found) == content.replace(b"abc", bytes(3))


def test_half_a_greeting_is_blanked_whole():
    content = connect(SECRET)[:-3]
    found, _ = blanked(conversation(DEVICE, BROKER, [content]), BROKER, [])
    assert told(found) == bytes(len(content))


def test_what_is_encrypted_stays():
    content = b"\x16\x03\x01\x00\x05hello"
    packets = conversation(DEVICE, BROKER, [content])
    assert blanked(packets, BROKER, [SECRET]) == (packets, 0)
