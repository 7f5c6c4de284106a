"""Whether something speaks MQTT at an address, tried without a login."""

import socket
import ssl

from reference_system.broker.contract import Address

PROBE_S = 2.0
_CONNECT = {
    4: bytes.fromhex("10 0c 0004 4d515454 04 02 000a 0000"),
    5: bytes.fromhex("10 0d 0004 4d515454 05 02 000a 00 0000"),
}
"""The CONNECT packet of MQTT 3.1.1 and 5, without name and password."""

_CONNACK = 0x20
_NOT_THIS_VERSION = (0x01, 0x84)


def answer(address: Address, version: int, timeout_s: float = PROBE_S) -> int | None:
    """The reason code that a broker answers a nameless CONNECT with; None for no answer.

    A TLS certificate is not judged: this asks for a sign of life.
    """
    try:
        with _connected(address, timeout_s, judge=False) as connection:
            connection.sendall(_CONNECT[version])
            packet = connection.recv(4)
    except OSError:
        return None
    return packet[3] if len(packet) == 4 and packet[0] == _CONNACK else None


def speaks_mqtt5(address: Address) -> bool:
    """Whether the broker there knows MQTT 5."""
    return answer(address, 5) not in (None, *_NOT_THIS_VERSION)


def trouble(address: Address, timeout_s: float = PROBE_S) -> str | None:
    """Why no connection can be made, in a few words; None where one can."""
    try:
        _connected(address, timeout_s, judge=True).close()
    except ssl.SSLCertVerificationError as error:
        return f"its certificate is not trusted ({error.verify_message})"
    except ssl.SSLError:
        return "it does not speak TLS as expected"
    except TimeoutError:
        return "no answer"
    except OSError as error:
        return error.strerror or "cannot be reached"
    return None


def _connected(address: Address, timeout_s: float, *, judge: bool) -> socket.socket:
    plain = socket.create_connection((address.host, address.port), timeout_s)
    if not address.tls:
        return plain
    context = ssl.create_default_context(cafile=address.ca_file)
    if not judge:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    try:
        return context.wrap_socket(plain, server_hostname=address.host)
    except OSError:
        plain.close()
        raise
