"""The key that commands are signed with, made at the first need and kept beside the database."""

from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from reference_system.broker.passwords import write_private
from reference_system.interface.messages import Command
from reference_system.interface.signing import key_id, sign

PRIVATE_FILE = "command-key.pem"
PUBLIC_FILE = "command-key.pub.pem"
"""What devices are given to know the commands by; the id of the key is `key_id` of it."""


def signed(command: Command, data_dir: Path) -> Command:
    """The command with the installation's signature; raises `OSError`."""
    key = _key(data_dir)
    return sign(command, key, key_id(key.public_key()))


def make_key(data_dir: Path) -> None:
    """Have the key, and its public half beside it; raises `OSError`, `ValueError` for no key."""
    _key(data_dir)


@cache
def _key(data_dir: Path) -> Ed25519PrivateKey:
    file = data_dir / PRIVATE_FILE
    if not file.exists():
        made = Ed25519PrivateKey.generate()
        private = made.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        write_private(file, private.decode())
    key = serialization.load_pem_private_key(file.read_bytes(), None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{file} holds no Ed25519 key")
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    (data_dir / PUBLIC_FILE).write_bytes(public)
    return key
