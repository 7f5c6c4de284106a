"""A mosquitto beside the source system, so that the broker can fail and the server stay."""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path

from reference_system.interface.topics import CHANNELS, DEVICE_READS, DEVICE_WRITES, PREFIX
from simulator.live.children import Child, Children, NotStarted

SOURCE_USER = "@source"
"""The source system's login name at the broker; no device can have it."""

_WHERE = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"])
_PROBE_S = 1.0
_HEADERS_BYTES = 1_024

MOST_BYTES = max(channel.max_bytes for channel in CHANNELS.values()) + _HEADERS_BYTES
"""A packet that is longer is not taken."""

_SETTINGS = {
    "allow_anonymous": "false",
    "use_username_as_clientid": "true",
    "persistence": "true",
    "autosave_interval": "5",
    "max_inflight_messages": "100",
    # Beyond this it drops what devices report while the source system is away, after accepting it.
    "max_queued_messages": "100000",
    "max_keepalive": "600",
    "set_tcp_nodelay": "true",
    "log_dest": "stderr",
}


def find() -> str | None:
    """The program's path, if it is installed with the one that makes its passwords."""
    program, passwords = (shutil.which(n, path=_WHERE) for n in ("mosquitto", "mosquitto_passwd"))
    return program if passwords else None


class Mosquitto:
    """A broker on a free port of the loopback; what waits in it outlives a restart."""

    def __init__(
        self,
        children: Children,
        folder: Path,
        program: str,
        port: int,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        """Not started yet; its files are in `folder`, which nobody else reads."""
        self.port, self._folder, self._most_bytes = port, folder, most_bytes
        self._passwords = {SOURCE_USER: secrets.token_urlsafe(24)}
        folder.mkdir(mode=0o700)
        self.source_password_file = folder / "source"
        self._write("source", self._passwords[SOURCE_USER])
        self._write("access", "\n".join(_access()) + "\n")
        self._write("mosquitto.conf", "\n".join(self._configuration()) + "\n")
        self._write_passwords()
        self.child: Child = children.child(
            "mosquitto", [program, "-c", str(folder / "mosquitto.conf")]
        )

    def start(self) -> None:
        """Return once it listens; raises `NotStarted`."""
        self.child.start(self._listens)

    def admit(self, secrets_by_name: Mapping[str, str]) -> None:
        """Let these devices in, too, each with its secret."""
        self._passwords.update(secrets_by_name)
        self._write_passwords()
        self.child.signal(signal.SIGHUP)

    def _configuration(self) -> list[str]:
        return [
            f"user {pwd.getpwuid(os.geteuid()).pw_name}",
            f"listener {self.port} 127.0.0.1",
            *(f"{name} {value}" for name, value in _SETTINGS.items()),
            f"max_packet_size {self._most_bytes}",
            f"persistence_location {self._folder}/",
            f"password_file {self._folder / 'passwords'}",
            f"acl_file {self._folder / 'access'}",
        ]

    def _write_passwords(self) -> None:
        beside = self._write(
            "passwords.new", "".join(f"{n}:{s}\n" for n, s in self._passwords.items())
        )
        program = shutil.which("mosquitto_passwd", path=_WHERE) or "mosquitto_passwd"
        hashed = subprocess.run(
            [program, "-U", str(beside)], capture_output=True, text=True, timeout=60, check=False
        )
        if hashed.returncode:
            raise NotStarted(f"mosquitto_passwd: {' '.join(hashed.stderr.split())[:200]}")
        beside.replace(self._folder / "passwords")

    def _write(self, name: str, text: str) -> Path:
        file = self._folder / name
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
        return file

    def _listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), _PROBE_S).close()
        except OSError:
            return False
        return True


def _access() -> list[str]:
    return [
        f"user {SOURCE_USER}",
        f"topic readwrite {PREFIX}/#",
        "",
        *(f"pattern read {PREFIX}/%u/{kind}" for kind in DEVICE_READS),
        *(f"pattern write {PREFIX}/%u/{kind}" for kind in DEVICE_WRITES),
    ]
