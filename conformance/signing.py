"""Keys that sign bundles (Ed25519), and the signature as a DSSE envelope.

The envelope holds exactly the bytes that are signed, so that what was signed is known even where
the files around it have changed (https://github.com/secure-systems-lab/dsse, protocol 1.0.2).
"""

import os
from base64 import b64decode, b64encode
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from conformance.bundle import json_bytes
from scenarios import strict_json
from scenarios.files import read_bounded
from scenarios.problems import BadInput, Problem

PAYLOAD_TYPE = "application/vnd.ttcs.bundle-manifest+json"
MAX_KEY_BYTES = 16 << 10
MAX_ENVELOPE_BYTES = 16 << 20
PUBLIC_SUFFIX = ".pub.pem"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A signer, known by the 32 bytes of his key."""

    raw: bytes

    @property
    def fingerprint(self) -> str:
        """What people compare: SHA-256 of the key, in hexadecimal."""
        return "sha256:" + sha256(self.raw).hexdigest()

    @property
    def pem(self) -> bytes:
        """As a file."""
        key = Ed25519PublicKey.from_public_bytes(self.raw)
        return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    @classmethod
    def read(cls, path: Path) -> Self:
        """The key in a PEM file, or that of the private key in it; raises `BadInput`."""
        source = read_bounded(path, MAX_KEY_BYTES)
        if b"PRIVATE KEY" in source:
            return cls(_raw(read_private(path).public_key()))
        try:
            key = load_pem_public_key(source)
        except (ValueError, UnsupportedAlgorithm):
            key = None
        if not isinstance(key, Ed25519PublicKey):
            raise _bad(path, "no Ed25519 public key", "the .pub.pem that `ttcs keys new` wrote")
        return cls(_raw(key))


@dataclass(frozen=True, slots=True)
class Envelope:
    """A signed payload, taken apart. Whether the signature fits, `fits` says."""

    payload: bytes
    key: PublicKey
    signature: bytes

    def fits(self) -> bool:
        """Whether the key signed the payload."""
        try:
            key = Ed25519PublicKey.from_public_bytes(self.key.raw)
            key.verify(self.signature, _pre_authentication(self.payload))
        except (InvalidSignature, ValueError):
            return False
        return True

    def encoded(self) -> bytes:
        """The one way in which it is written: so every other byte is a change."""
        signature = {
            "keyid": self.key.fingerprint,
            "public_key": b64encode(self.key.raw).decode(),
            "sig": b64encode(self.signature).decode(),
        }
        return json_bytes(
            {
                "payloadType": PAYLOAD_TYPE,
                "payload": b64encode(self.payload).decode(),
                "signatures": [signature],
            }
        )


def sign(payload: bytes, key: Ed25519PrivateKey) -> Envelope:
    """The payload, signed."""
    signature = key.sign(_pre_authentication(payload))
    return Envelope(payload, PublicKey(_raw(key.public_key())), signature)


def decode(file: str, source: bytes) -> Envelope:
    """The envelope in a file; raises `BadInput` where it is none, or is not written as it was."""
    data = strict_json.parse(file, source, MAX_ENVELOPE_BYTES)
    try:
        (signature,) = data["signatures"]
        envelope = Envelope(
            b64decode(data["payload"], validate=True),
            PublicKey(b64decode(signature["public_key"], validate=True)),
            b64decode(signature["sig"], validate=True),
        )
        whole = envelope.encoded() == source
    except (KeyError, TypeError, ValueError):
        whole = False
    if not whole:
        raise BadInput([Problem(file, None, None, "", "changed", "a DSSE envelope as it was made")])
    return envelope


def new_private() -> Ed25519PrivateKey:
    """A key that nobody has yet."""
    return Ed25519PrivateKey.generate()


def read_private(path: Path) -> Ed25519PrivateKey:
    """The private key in a PEM file; raises `BadInput`, which names nothing of its content."""
    try:
        key = load_pem_private_key(read_bounded(path, MAX_KEY_BYTES), None)
    except (TypeError, ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise _bad(path, "no Ed25519 private key", "the .key.pem that `ttcs keys new` wrote")
    return key


def write_new(private: Path, public: Path) -> PublicKey:
    """A new pair in two files; the private one is for its owner alone.

    Raises `BadInput` where either is there already (nothing is overwritten), `OSError` where it
    cannot be written.
    """
    for path in (private, public):
        if os.path.lexists(path):
            raise _bad(path, "there already", "a new name: no key is ever overwritten")
    key = new_private()
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    known = PublicKey(_raw(key.public_key()))
    _write_once(private, secret, 0o600)
    _write_once(public, known.pem, 0o644)
    return known


def _write_once(path: Path, content: bytes, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _pre_authentication(payload: bytes) -> bytes:
    kind = PAYLOAD_TYPE.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def _raw(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def _bad(path: Path, wrong: str, expected: str) -> BadInput:
    return BadInput([Problem(str(path), None, None, "", wrong, expected)])
