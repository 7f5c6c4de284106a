"""Where a source system that is running is found, as an option or a file says it."""

import socket
import ssl
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from scenarios.files import read_bounded
from scenarios.problems import BadInput, Problem, shortened

if TYPE_CHECKING:
    from .connection import Broker

MOST_CA_BYTES = 4 << 20
MQTT_PORTS = {"mqtt": 1883, "mqtts": 8883}


def server(option: str, url: str, allowed: frozenset[str]) -> str:
    """An HTTP address without a path; raises `BadInput`.

    Loudspeakers stand in villages: beyond this machine are `allowed` hosts alone.
    """
    parts = _address(option, url, ("http", "https"))
    if parts.path not in ("", "/") or parts.query:
        raise bad(option, shortened(url), "an address without a path")
    _check_target(option, parts.hostname or "", allowed)
    return f"{parts.scheme}://{parts.netloc}"


def broker(
    url: str | None,
    server_url: str,
    allowed: frozenset[str],
    ca: Path | None,
    option: str = "--broker",
) -> "Broker":
    """The broker of that address, or at the server's host; raises `BadInput`."""
    from .connection import Broker

    if url is None:
        host = urlsplit(server_url).hostname or ""
        url = f"mqtt://[{host}]" if ":" in host else f"mqtt://{host}"
    parts = _address(option, url, tuple(MQTT_PORTS))
    host = parts.hostname or ""
    _check_target(option, host, allowed)
    port = parts.port or MQTT_PORTS[parts.scheme]
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):  # the latter: a name that no host can have
        raise bad(option, shortened(url), "a host that has an address") from None
    tls = trusted(ca) if parts.scheme == "mqtts" else None
    return Broker(host, port, str(found[0][4][0]), tls)


def trusted(ca: Path | None) -> ssl.SSLContext:
    """Those whose certificates are in the file, or whom this machine trusts; raises `BadInput`."""
    if ca is None:
        return ssl.create_default_context()
    try:
        # Beside the certificates such files have words in any language.
        text = read_bounded(ca, MOST_CA_BYTES).decode("ascii", "ignore")
        return ssl.create_default_context(cadata=text)
    except (BadInput, ssl.SSLError):
        raise bad("--ca", str(ca), "a file with certificates (PEM)") from None


def is_here(host: str) -> bool:
    """Whether the host is this machine, by its loopback address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def bad(option: str, wrong: str, expected: str) -> BadInput:
    """What is wrong with an option, or a field."""
    return BadInput([Problem(option, None, None, "", wrong, expected)])


def _address(option: str, url: str, schemes: Sequence[str]) -> SplitResult:
    if "@" in url:  # before all else, which would be told with the password
        raise bad(option, "an address with a login", "one without")
    try:
        parts = urlsplit(url)
        fits = parts.scheme in schemes and parts.hostname and (parts.port or 1) > 0
    except ValueError:
        fits = None
    if not fits:
        raise bad(option, shortened(url), f"an address like {schemes[0]}://127.0.0.1:8080")
    return parts


def _check_target(option: str, host: str, allowed: frozenset[str]) -> None:
    if not is_here(host) and host not in allowed:
        name = shortened(host)
        raise bad(option, name, f"this machine, or --allow-target {name} beside it")
