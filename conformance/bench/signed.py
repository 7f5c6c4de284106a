"""Commands that are signed: by a key that lives as long as a case, or by that of a bench."""

from collections.abc import Callable
from dataclasses import replace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from reference_system.interface import messages
from reference_system.interface.signing import key_id, sign
from simulator.dialects.contract import Message, Order
from simulator.dialects.reference import Reference
from simulator.dialects.reference_server import ReferenceServer

Server = Callable[[Callable[[], int]], ReferenceServer]
"""Builds the server's half of the wire, with the bench's clock."""


def wires(is_signed: bool) -> tuple[Reference, Server]:
    """Both halves of the wire of a case: the emulated device's, and the harness's."""
    if not is_signed:
        return Reference(), ReferenceServer
    key = Ed25519PrivateKey.generate()
    return trusting(key.public_key()), lambda now_ms: SigningServer(now_ms, key)


def trusting(key: Ed25519PublicKey) -> Reference:
    """A device's half of the wire that obeys what this key has signed, and nothing else."""
    return Reference({key_id(key): key})


def pem(key: Ed25519PublicKey) -> str:
    """The key as it is handed to a device."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


class SigningServer(ReferenceServer):
    """Signs every command."""

    def __init__(self, now_ms: Callable[[], int], key: Ed25519PrivateKey) -> None:
        """With this key."""
        super().__init__(now_ms)
        self._key = key

    def command(self, device: str, order: Order) -> Message:
        """The order as it is published, with a signature."""
        message = super().command(device, order)
        return replace(message, payload=signed(message.payload, self._key))


def signed(payload: bytes, key: Ed25519PrivateKey) -> bytes:
    """A command with the signature of that key in place of any other."""
    command = messages.decode("cmd", payload)
    assert isinstance(command, messages.Command), "the kind says so"
    return messages.encode(sign(command, key, key_id(key.public_key())))
