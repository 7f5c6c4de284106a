"""Passwords: which are good enough, and their hashes (Argon2id).

The length and the words to avoid follow NIST SP 800-63B: long, not a common one, not the login.
"""

import secrets
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from reference_system.services.refusals import Invalid, Unable

SHORTEST = 12
LONGEST = 128

HASHER = PasswordHasher()
"""The library's current parameters; a hash of older ones is renewed at the next login."""

COMMON = (
    *("password", "passw0rd", "matkhau", "quantri", "admin", "administrator", "welcome", "letmein"),
    *(
        "qwerty",
        "qwertyuiop",
        "asdfgh",
        "asdfghjkl",
        "zxcvbn",
        "zxcvbnm",
        "iloveyou",
        "abc",
        "abcd",
    ),
    *("anhyeuem", "yeuem", "vietnam", "truyenthanh", "thongtin", "thongtincoso", "loa", "ttcs"),
    *("123456", "1234567", "12345678", "123456789", "1234567890", "0123456789", "987654321"),
)
"""Words that common passwords consist of; a password made of nothing else is refused."""

_FEWEST_LETTERS = 5

# One hash takes 64 MiB and some 50 ms of every core: more at once would take the machine.
_turns = threading.BoundedSemaphore(2)
_TURN_S = 10


def new_password() -> str:
    """A random password of 120 bits that can be read out and typed."""
    letters = "abcdefghijkmnpqrstuvwxyz23456789"
    word = "".join(secrets.choice(letters) for _ in range(24))
    return "-".join(word[start : start + 6] for start in range(0, 24, 6))


def check(password: str, login: str, name: str) -> None:
    """Raise `Invalid` unless the password is good enough for that person."""
    plain = _plain(password)
    if len(unicodedata.normalize("NFC", password)) < SHORTEST:
        raise _refused("ngắn hơn 12 ký tự", "is shorter than 12 characters")
    if plain in {_plain(login), _plain(login) * 2, _plain(name)}:
        raise _refused("trùng với tên", "is the login or the name")
    if len(set(plain)) < _FEWEST_LETTERS or not _without_common(plain):
        raise _refused("quá dễ đoán", "is too easy to guess")


def hashed(password: str) -> str:
    """The hash to be stored; raises `Unable` where too many wait for theirs."""
    with _turn():
        return HASHER.hash(_octets(password))


def fits(password: str, stored: str | None) -> bool:
    """Whether the password has that hash. None takes as long, and nothing fits it."""
    with _turn():
        try:
            return HASHER.verify(stored or _of_nobody(HASHER), _octets(password)) and bool(stored)
        except (VerifyMismatchError, InvalidHashError):
            return False


def is_old(stored: str) -> bool:
    """Whether a hash that fits was made with other parameters than today's."""
    return HASHER.check_needs_rehash(stored)


@lru_cache(maxsize=4)
def _of_nobody(hasher: PasswordHasher) -> str:
    return hasher.hash(secrets.token_bytes(16))


def _octets(password: str) -> bytes:
    # Keyboards for Vietnamese differ in how they compose letters.
    return unicodedata.normalize("NFC", password).encode()


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(letter for letter in letters if letter.isalnum())


def _without_common(plain: str) -> str:
    for word in sorted(COMMON, key=len, reverse=True):
        plain = plain.replace(word, "")
    return plain.strip("0123456789")


def _refused(vi: str, en: str) -> Invalid:
    return Invalid("weak-password", f"Mật khẩu {vi}.", f"The password {en}.", "new_password")


@contextmanager
def _turn() -> Iterator[None]:
    if not _turns.acquire(timeout=_TURN_S):
        raise Unable(
            "busy", "Quá nhiều người đăng nhập cùng lúc; thử lại.", "Too many logins at once."
        )
    try:
        yield
    finally:
        _turns.release()
