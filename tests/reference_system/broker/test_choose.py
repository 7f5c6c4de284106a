"""Which broker is chosen by what was said."""

from pathlib import Path

import pytest

from reference_system.broker import choose as choose_module
from reference_system.broker import mosquitto as mosquitto_module
from reference_system.broker.choose import PASSWORD_VARIABLE, choose
from reference_system.broker.contract import Address, BrokerError, Login


@pytest.mark.needs_tool("mosquitto")
def test_mosquitto_where_it_is(tmp_path: Path) -> None:
    assert choose("auto", tmp_path).name == "mosquitto"
    assert choose("embedded", tmp_path).name == "embedded"


def test_the_embedded_one_where_no_mosquitto_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (choose_module, mosquitto_module):
        monkeypatch.setattr(module, "find", lambda: None)
    broker = choose("auto", tmp_path)
    assert (broker.name, broker.abilities.mqtt5) == ("embedded", False)
    with pytest.raises(BrokerError, match="not installed"):
        choose("mosquitto", tmp_path)


def test_a_url_is_a_broker_of_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSWORD_VARIABLE, "from the environment")
    ca_file = tmp_path / "ca.pem"
    broker = choose("mqtts://so%40tt@broker.example", tmp_path, ca_file=ca_file)
    assert broker.address == Address("broker.example", 8883, True, ca_file)
    assert broker.login == Login("so@tt", "from the environment")
    password_file = tmp_path / "password"
    password_file.write_text("from the file\n")
    broker = choose("mqtt://[::1]:1884", tmp_path, password_file=password_file)
    assert str(broker.address) == "mqtt://[::1]:1884"
    assert broker.login == Login(None, "from the file")
    assert list(tmp_path.iterdir()) == [password_file]


@pytest.mark.parametrize(
    ("broker", "told"),
    [
        ("rabbit", "is not auto, mosquitto, embedded"),
        ("http://broker.example", "is not mqtt://"),
        ("mqtt://", "is not mqtt://"),
        ("mqtt://broker.example/path", "is not mqtt://"),
        ("mqtt://broker.example:x", "cannot be read"),
        ("mqtt://broker.example:99999", "cannot be read"),
        ("mqtt://user:secret@broker.example", "can be seen by others"),
    ],
)
def test_what_is_no_broker_is_told_in_one_line(tmp_path: Path, broker: str, told: str) -> None:
    with pytest.raises(BrokerError, match=told) as refused:
        choose(broker, tmp_path)
    assert "\n" not in str(refused.value)
    assert "secret" not in str(refused.value)


def test_a_missing_password_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(BrokerError, match="cannot be read"):
        choose("mqtt://broker.example", tmp_path, password_file=tmp_path / "none")
    with pytest.raises(BrokerError, match="cannot listen"):
        choose("embedded", tmp_path, host="192.0.2.1")
