"""Keys and envelopes."""

import json
from base64 import b64decode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from conformance.signing import PublicKey, decode, new_private, read_private, sign, write_new
from scenarios.problems import BadInput

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PAYLOAD = b'{"kind": "certify"}'
ENCODED = sign(PAYLOAD, KEY).encoded()


def test_what_is_signed_is_the_dsse_encoding():
    envelope = json.loads(ENCODED)
    kind = envelope["payloadType"].encode()
    signed = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(PAYLOAD), PAYLOAD)
    KEY.public_key().verify(b64decode(envelope["signatures"][0]["sig"]), signed)


def test_an_envelope_comes_back():
    envelope = decode("e", ENCODED)
    assert envelope.payload == PAYLOAD
    assert envelope.fits()


@given(st.integers(0, len(ENCODED) - 1), st.integers(1, 255))
def test_every_byte_counts(place, change):
    changed = bytearray(ENCODED)
    changed[place] ^= change
    try:
        envelope = decode("e", bytes(changed))
    except BadInput:
        return
    assert not envelope.fits()


@given(st.binary(max_size=400))
def test_anything_else_is_refused_in_one_line(source):
    with pytest.raises(BadInput) as caught:
        decode("e", source)
    assert "\n" not in str(caught.value.problems[0])


def test_another_key_does_not_fit():
    envelope = sign(PAYLOAD, KEY)
    other = sign(PAYLOAD, new_private())
    mixed = type(envelope)(PAYLOAD, other.key, envelope.signature)
    assert not mixed.fits()


def test_a_pair_is_written_once_and_the_private_one_is_its_owners(tmp_path):
    private, public = tmp_path / "a.key.pem", tmp_path / "a.pub.pem"
    known = write_new(private, public)
    assert private.stat().st_mode & 0o777 == 0o600
    assert PublicKey.read(public) == PublicKey.read(private) == known
    assert sign(PAYLOAD, read_private(private)).key == known
    before = private.read_bytes()
    public.unlink()
    with pytest.raises(BadInput, match="there already"):
        write_new(private, public)
    assert private.read_bytes() == before
    assert not public.exists()


@pytest.mark.parametrize("content", [b"", b"-----BEGIN PRIVATE KEY-----\nAA==\n", b"\xff" * 50])
def test_no_key_is_one_line_without_its_content(tmp_path, content):
    path = tmp_path / "k.pem"
    path.write_bytes(content)
    for read in (read_private, PublicKey.read):
        with pytest.raises(BadInput, match="no Ed25519"):
            read(path)
