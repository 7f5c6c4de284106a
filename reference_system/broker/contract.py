"""What the source system needs of a broker, whichever it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

SOURCE_ACCOUNT = "@source"
"""The source system's own login name; no device can have it, as @ stands in no device name."""


class BrokerError(Exception):
    """The broker cannot do what was asked; the text is one line for people, without secrets."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a broker listens; with `tls`, `ca_file` holds the authorities to trust (None: the
    system's)."""

    host: str
    port: int
    tls: bool = False
    ca_file: Path | None = None

    def __str__(self) -> str:
        """As a URL, without login."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'mqtts' if self.tls else 'mqtt'}://{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Certificate:
    """The files that a broker shows itself with, PEM; `ca_file` is for those who connect."""

    certificate: Path
    key: Path
    ca_file: Path | None = None


@dataclass(frozen=True, slots=True)
class Login:
    """A name and its password; None where none is asked for. Never shown in full."""

    user: str | None
    password: str | None

    def __repr__(self) -> str:
        """The name alone."""
        return f"Login(user={self.user!r})"


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a broker can do.

    `capacity_devices` is the number of devices that it was seen to serve (None: not known).
    Without `mqtt5` there is no expiry at the broker: a command's own HetHan ends it.
    `survives_restart`: what waits at the broker, commands for devices and reports for us, outlives
    its restart; otherwise both can be lost with it, and commands must be sent again.
    `keeps_credentials`: devices' credentials can be set through this program.
    """

    capacity_devices: int | None
    mqtt5: bool
    survives_restart: bool
    keeps_credentials: bool


class Broker(Protocol):
    """A broker. All calls are bounded in time and may come from any thread.

    Credentials are given as `passwords.hashed` makes them; a device's user name is its name.
    Setting one keeps the connections of all others. Every method may raise `BrokerError`.
    """

    @property
    def name(self) -> str:
        """`mosquitto`, `embedded` or `external`."""

    @property
    def address(self) -> Address:
        """Where devices, and the source system, connect."""

    @property
    def login(self) -> Login:
        """How the source system itself logs in."""

    @property
    def abilities(self) -> Abilities:
        """What it can do; of an external broker known only once started."""

    def start(self) -> None:
        """Return once it answers, within some 10 s."""

    def stop(self) -> None:
        """End it, within some 10 s; what it keeps is on the disk then. Again: nothing."""

    def alive(self) -> bool:
        """Whether it answers now, within 2 s."""

    def set_credential(self, device: str, password_hash: str) -> None:
        """Let a device in with this password, and with no earlier one."""

    def remove_credential(self, device: str) -> None:
        """Let a device in no more, and end its connection. Unknown: nothing."""

    def replace_credentials(self, hashes: Mapping[str, str]) -> None:
        """Let exactly these devices in, each with its password."""
