"""Commands signed with Ed25519, where a device does not want to trust the broker alone.

Signed are the bytes of the command without its signature, as JSON with sorted keys and nothing
optional; time, expiry and devices are among them. Signing is this project's own offer: no document
known to us asks for it.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from reference_system.interface.command_message import Command, Signature

CONTEXT = b"ttcs/1/cmd\0"
"""Precedes what is signed, so that the signature can stand for nothing else."""

CLOCK_TOLERANCE_MS = 60_000
"""How much earlier than its time of sending a command is taken for valid."""

BadReason = Literal["unsigned", "foreign-key", "altered", "wrong-device", "not-yet", "expired"]


class BadSignature(ValueError):
    """A command that must not be obeyed; `reason` says why."""

    def __init__(self, reason: BadReason, text: str) -> None:
        """Hold the reason, and one line about it."""
        super().__init__(text)
        self.reason = reason


def sign(command: Command, key: Ed25519PrivateKey, key_id: str) -> Command:
    """The command with its signature, in place of any earlier one."""
    signature = base64.b64encode(key.sign(signed_bytes(command))).decode("ascii")
    return command.model_copy(update={"signature": Signature(key_id=key_id, ed25519=signature)})


def verify(
    command: Command, keys: Mapping[str, Ed25519PublicKey], device: str, now_ms: int
) -> None:
    """Return if `device` may obey the command at `now_ms`; raises `BadSignature`.

    `keys` are the trusted ones by their ids. That a command is not obeyed twice is for the
    receiver to see to, by its id until its expiry.
    """
    verify_signature(command, keys)
    if device not in command.targets.devices:
        raise BadSignature("wrong-device", f"the command is not for {device!a}")
    if now_ms < command.sent_s * 1000 - CLOCK_TOLERANCE_MS:
        raise BadSignature("not-yet", "the command was sent later than now")
    if now_ms >= command.expires_s * 1000:
        raise BadSignature("expired", "the command has expired")


def verify_signature(command: Command, keys: Mapping[str, Ed25519PublicKey]) -> None:
    """Return if one of the keys has signed the command, whenever and to whom; see `verify`."""
    signature = command.signature
    if signature is None:
        raise BadSignature("unsigned", "the command has no signature")
    key = keys.get(signature.key_id)
    if key is None:
        raise BadSignature("foreign-key", f"the key {signature.key_id!a} is not trusted")
    try:
        key.verify(base64.b64decode(signature.ed25519), signed_bytes(command))
    except InvalidSignature:
        raise BadSignature("altered", "the signature is not that of this command") from None


def key_id(key: Ed25519PublicKey) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of the public key's 32 bytes."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]


def read_public_key(pem: bytes) -> Ed25519PublicKey:
    """The key in a PEM file; raises `ValueError` where it is none of Ed25519."""
    key = load_pem_public_key(pem)
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("not an Ed25519 key")
    return key


def signed_bytes(command: Command) -> bytes:
    """What is signed; the same for every way in which the same command may be written."""
    data = command.model_dump(
        mode="json", by_alias=True, exclude={"signature"}, exclude_defaults=True
    )
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return CONTEXT + text.encode()
