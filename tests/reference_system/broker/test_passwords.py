"""Passwords: in mosquitto's own form, and whole on the disk."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference_system.broker import passwords

# Without NUL, which MQTT has in no text: PBKDF2 takes trailing ones for nothing.
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)


@given(texts, texts)
def test_a_hash_is_that_of_its_password_alone(password: str, other: str) -> None:
    password_hash = passwords.hashed(password)
    assert passwords.is_hash(password_hash)
    assert passwords.hashed(password) != password_hash
    assert passwords.matches(password, password_hash)
    assert passwords.matches(other, password_hash) == (other == password)


@pytest.mark.needs_tool("mosquitto_passwd")
def test_mosquittos_own_hashes_are_understood(tmp_path: Path) -> None:
    file = tmp_path / "passwords"
    subprocess.run(
        ["mosquitto_passwd", "-c", "-b", str(file), "A", "of mosquitto"], check=True, timeout=10
    )
    (password_hash,) = passwords.read(file).values()
    assert passwords.matches("of mosquitto", password_hash)
    assert not passwords.matches("another", password_hash)


@pytest.mark.parametrize("text", ["", "plain", "$7$101$$", "$6$abc$def", "$7$0$" + "A" * 105])
def test_what_is_no_hash_matches_nothing(text: str) -> None:
    assert not passwords.is_hash(text)
    assert not passwords.matches("", text)
    assert not passwords.matches(text, text)


def test_a_file_is_replaced_whole_and_is_private(tmp_path: Path) -> None:
    file = tmp_path / "passwords"
    assert passwords.read(file) == {}
    for hashes in ({"A": passwords.hashed("1"), "B": passwords.hashed("2")}, {}):
        passwords.write(file, hashes)
        assert passwords.read(file) == hashes
        assert file.stat().st_mode & 0o777 == 0o600
        assert list(tmp_path.iterdir()) == [file]


def test_new_passwords_are_long_and_never_the_same() -> None:
    made = {passwords.new_password() for _ in range(100)}
    assert len(made) == 100
    assert {len(password) for password in made} == {32}
