"""Signed commands: obeyed by whom they are for, when they hold, and otherwise not."""

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from reference_system.interface.examples import EXAMPLES
from reference_system.interface.messages import BadMessage, Command, decode, encode
from reference_system.interface.signing import BadSignature, sign, signed_bytes, verify

KEY = Ed25519PrivateKey.from_private_bytes(b"\1" * 32)
OTHER = Ed25519PrivateKey.from_private_bytes(b"\2" * 32)
KEYS = {"k1": KEY.public_key()}
START = EXAMPLES["cmd"]["start"]
DEVICE = START.targets.devices[0]
NOW_MS = START.sent_s * 1000


def reason(command: Command, device: str = DEVICE, now_ms: int = NOW_MS) -> str:
    with pytest.raises(BadSignature) as refused:
        verify(command, KEYS, device, now_ms)
    assert "\n" not in str(refused.value)
    return refused.value.reason


@pytest.mark.parametrize("command", EXAMPLES["cmd"].values(), ids=EXAMPLES["cmd"])
def test_a_signed_command_holds_after_its_way(command: Command) -> None:
    signed = decode("cmd", encode(sign(command, KEY, "k1")))
    verify(signed, KEYS, DEVICE, NOW_MS)


def test_the_same_command_written_otherwise_is_the_same() -> None:
    data = json.loads(encode(sign(START, KEY, "k1")))
    assert data["BanTin"]["ThuTu"] == 0  # what is left out otherwise
    data["BanTin"].pop("ThuTu")
    data["HuyBanTin"] = None
    verify(decode("cmd", json.dumps(dict(reversed(data.items()))).encode()), KEYS, DEVICE, NOW_MS)


def test_refusals_have_names() -> None:
    signed = sign(START, KEY, "k1")
    assert reason(START) == "unsigned"
    assert reason(sign(START, KEY, "k2")) == "foreign-key"
    assert reason(sign(START, OTHER, "k1")) == "altered"
    assert reason(signed.model_copy(update={"status": "Actual"})) == "altered"
    assert reason(signed.model_copy(update={"expires_s": START.expires_s + 1})) == "altered"
    assert reason(signed, device="another") == "wrong-device"
    assert reason(signed, now_ms=NOW_MS - 60_001) == "not-yet"
    assert reason(signed, now_ms=START.expires_s * 1000) == "expired"
    verify(signed, KEYS, DEVICE, NOW_MS - 60_000)
    verify(signed, KEYS, DEVICE, START.expires_s * 1000 - 1)


def test_signing_again_replaces_the_signature() -> None:
    again = sign(sign(START, OTHER, "k2"), KEY, "k1")
    assert again == sign(START, KEY, "k1")


@given(st.integers(0, 63), st.integers(1, 255))
def test_no_altered_signature_holds(place: int, flip: int) -> None:
    signed = sign(START, KEY, "k1")
    raw = bytearray(base64.b64decode(signed.signature.ed25519))
    raw[place] ^= flip
    forged = signed.signature.model_copy(update={"ed25519": base64.b64encode(raw).decode()})
    assert reason(signed.model_copy(update={"signature": forged})) == "altered"


@given(st.data())
def test_no_altered_byte_goes_unnoticed(data: st.DataObject) -> None:
    payload = bytearray(encode(sign(START, KEY, "k1")))
    payload[data.draw(st.integers(0, len(payload) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        received = decode("cmd", bytes(payload))
    except BadMessage:
        return
    if received != sign(START, KEY, "k1"):
        reason(received)


def test_what_is_signed_stands_for_a_command_only() -> None:
    assert signed_bytes(START).startswith(b"ttcs/1/cmd\0{")
