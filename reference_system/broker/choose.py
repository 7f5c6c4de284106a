"""Which broker: what `--broker` says, or what is installed."""

import os
import socket
from pathlib import Path
from urllib.parse import unquote, urlsplit

from reference_system.broker.contract import Address, Broker, BrokerError, Certificate, Login
from reference_system.broker.embedded import embedded
from reference_system.broker.external import ExternalBroker
from reference_system.broker.mosquitto import find, mosquitto

PASSWORD_VARIABLE = "TTCS_BROKER_PASSWORD"
"""The environment variable with the password for an external broker."""

_DEFAULT_PORTS = {"mqtt": 1883, "mqtts": 8883}
_MAX_PASSWORD_BYTES = 4_096


def choose(
    broker: str,
    folder: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    certificate: Certificate | None = None,
    ca_file: Path | None = None,
    password_file: Path | None = None,
) -> Broker:
    """The broker by name or URL, not started yet; raises `BrokerError`.

    `auto` is mosquitto where it is installed, otherwise `embedded`; both listen at `host` and
    `port` (0: a free one) and keep their files in `folder`. `mqtt://[user@]host[:port]` and
    `mqtts://…` are brokers of others, with the password in `password_file` or, without one, in
    the environment variable TTCS_BROKER_PASSWORD; `ca_file` is what a certificate is trusted by.
    """
    if "://" in broker:
        return _external(broker, ca_file, password_file)
    if broker not in ("auto", "mosquitto", "embedded"):
        raise BrokerError(f"{broker!a} is not auto, mosquitto, embedded or an mqtt(s):// URL")
    trusted = certificate.ca_file if certificate is not None else None
    address = Address(host, port or _free_port(host), certificate is not None, trusted)
    folder = folder.absolute()
    if broker == "embedded" or (broker == "auto" and find() is None):
        return embedded(folder, address, certificate)
    return mosquitto(folder, address, certificate)


def _external(url: str, ca_file: Path | None, password_file: Path | None) -> ExternalBroker:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise BrokerError(f"the broker's URL cannot be read: {error}") from None
    if parts.scheme not in _DEFAULT_PORTS or not host or parts.path.strip("/") or parts.query:
        raise BrokerError("the broker's URL is not mqtt://[user@]host[:port] or mqtts://…")
    if parts.password is not None:
        wanted = f"a password file or the variable {PASSWORD_VARIABLE}"
        raise BrokerError(f"a password in the broker's URL can be seen by others: use {wanted}")
    user = unquote(parts.username) if parts.username else None
    address = Address(host, port or _DEFAULT_PORTS[parts.scheme], parts.scheme == "mqtts", ca_file)
    return ExternalBroker(address, Login(user, _password(password_file)))


def _password(file: Path | None) -> str | None:
    if file is None:
        return os.environ.get(PASSWORD_VARIABLE)
    try:
        with file.open("rb") as stream:
            return stream.read(_MAX_PASSWORD_BYTES).decode().rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        raise BrokerError(f"the password file {file} cannot be read as text") from None


def _free_port(host: str) -> int:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        try:
            probe.bind((host, 0))
        except OSError as error:
            raise BrokerError(f"cannot listen at {host}: {error.strerror}") from None
        return int(probe.getsockname()[1])
