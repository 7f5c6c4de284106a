"""What the database holds sealed: of no use without the key in a file of its own beside it.

AES-256-GCM with a random nonce for each, bound to its owner, so that one person's cannot be put
in place of another's. The key is made at the first need and never changes.
"""

import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from reference_system.broker.passwords import write_private
from reference_system.services.refusals import Unable

KEY_FILE = "second-factor-key"
KEY_BYTES = 32
NONCE_BYTES = 12


def seal(data_dir: Path, owner: str, secret: str) -> bytes:
    """The secret sealed for its owner; raises `Unable` without a usable key."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + key(data_dir).encrypt(nonce, secret.encode(), owner.encode())


def unsealed(data_dir: Path, owner: str, sealed: bytes) -> str | None:
    """The owner's secret; None where it was sealed with another key. Raises `Unable`."""
    nonce, box = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    try:
        return key(data_dir).decrypt(nonce, box, owner.encode()).decode()
    except InvalidTag:
        return None


def key(data_dir: Path) -> AESGCM:
    """The installation's key, made where there is none; raises `Unable` for a file that is none."""
    file = data_dir / KEY_FILE
    try:
        if not file.exists():
            _make(file)
        return AESGCM(bytes.fromhex(file.read_text("ascii")))
    except (OSError, ValueError):
        raise Unable(
            "key-unusable",
            f"Không đọc được khóa {file}: phục hồi từ bản sao lưu, hoặc xóa tệp này để mọi người "
            "đăng ký lại mã xác thực.",
            f"{file} is no key: put it back from a copy, or remove it, and second factors are to "
            "be enrolled again.",
        ) from None


def _make(file: Path) -> None:
    made = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    write_private(made, secrets.token_bytes(KEY_BYTES).hex())
    try:
        os.link(made, file)  # of two that make one at a time, the first counts
    except FileExistsError:
        pass
    finally:
        made.unlink()
