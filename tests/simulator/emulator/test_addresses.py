"""Addresses as options and files say them: no password is told, and no name goes unanswered."""

import os
import time
from pathlib import Path

import pytest

from scenarios.problems import BadInput
from simulator.emulator import addresses

NOBODY = frozenset[str]()


@pytest.mark.parametrize(
    "url",
    [
        "http://quan.tri:bi-mat@127.0.0.1",
        "http://quan.tri:bi-mat@127.0.0.1:99999",
        "ftp://quan.tri:bi-mat@127.0.0.1",
        "http://127.0.0.1/?x=quan.tri:bi-mat@",
    ],
)
def test_a_login_in_an_address_is_not_told(url: str) -> None:
    with pytest.raises(BadInput, match="an address with a login") as caught:
        addresses.server("--server", url, NOBODY)
    assert "bi-mat" not in str(caught.value)


def test_a_long_address_is_told_shortly() -> None:
    with pytest.raises(BadInput) as caught:
        addresses.server("--server", "http://127.0.0.1/" + "a" * 5_000, NOBODY)
    assert len(str(caught.value)) < 200


def test_a_name_that_no_host_can_have() -> None:
    host = "a" * 80
    with pytest.raises(BadInput, match="a host that has an address"):
        addresses.broker(f"mqtt://{host}", "http://127.0.0.1", frozenset({host}), None)


@pytest.mark.parametrize("name", ["pipe", "none", "a\0b", "words"])
def test_a_file_of_certificates_that_is_none(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "words").write_text("không có chứng thư")
    began_s = time.monotonic()
    with pytest.raises(BadInput, match="certificates"):
        addresses.trusted(tmp_path / name)
    assert time.monotonic() - began_s < 5
