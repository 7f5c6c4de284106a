"""Passwords of devices: made at random, kept as hashes in the form of mosquitto's own file."""

import base64
import binascii
import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path

ITERATIONS = 1
"""Passwords have 192 random bits and are never chosen by people, so repeating protects nothing. The
101 of `mosquitto_passwd` took more than half of the broker's time when thousands come back."""

_SALT_BYTES = 12
_FORM = re.compile(r"\$7\$([1-9][0-9]{0,5})\$([A-Za-z0-9+/=]{16})\$([A-Za-z0-9+/=]{88})")


def new_password() -> str:
    """A password of 192 random bits, 32 characters."""
    return secrets.token_urlsafe(24)


def hashed(password: str) -> str:
    """The salted PBKDF2-SHA512 hash, `$7$iterations$salt$hash`."""
    salt = os.urandom(_SALT_BYTES)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ITERATIONS)
    return f"$7${ITERATIONS}${_base64(salt)}${_base64(digest)}"


def is_hash(text: str) -> bool:
    """Whether the text has the form that `hashed` gives."""
    return _FORM.fullmatch(text) is not None


def matches(password: str, password_hash: str) -> bool:
    """Whether the hash is this password's; false for what is no hash."""
    match = _FORM.fullmatch(password_hash)
    if match is None:
        return False
    try:
        salt, expected = (base64.b64decode(match[part], validate=True) for part in (2, 3))
    except binascii.Error:
        return False
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, int(match[1]))
    return hmac.compare_digest(digest, expected)


def read(file: Path) -> dict[str, str]:
    """The hashes in a password file by user name; none where there is no file."""
    if not file.exists():
        return {}
    lines = file.read_text("utf-8").splitlines()
    return dict(line.split(":", 1) for line in lines if ":" in line)


def write(file: Path, hashes: Mapping[str, str]) -> None:
    """Put the file in place whole or not at all, readable for its owner alone."""
    text = "".join(f"{user}:{password_hash}\n" for user, password_hash in sorted(hashes.items()))
    write_private(file, text)


def write_private(file: Path, text: str) -> None:
    """Put any text file in place the same way."""
    beside = file.with_name(f".{file.name}.new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    beside.replace(file)
    folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
