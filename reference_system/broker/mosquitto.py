"""mosquitto as the source system's broker: configuration, access rules, how to run it."""

import os
import pwd
import shutil
from pathlib import Path

from reference_system.broker.contract import (
    SOURCE_ACCOUNT,
    Abilities,
    Address,
    BrokerError,
    Certificate,
)
from reference_system.broker.own import OwnBroker, Program
from reference_system.broker.passwords import write_private
from reference_system.interface.topics import CHANNELS, DEVICE_READS, DEVICE_WRITES, PREFIX

ABILITIES = Abilities(
    capacity_devices=5_000, mqtt5=True, survives_restart=True, keeps_credentials=True
)

_WHERE = (os.defpath, "/usr/sbin", "/usr/local/sbin", "/usr/local/bin", "/opt/homebrew/sbin")
_HEADERS_BYTES = 1_024

SETTINGS = {
    "allow_anonymous": "false",
    # The client id is the login name: no device can take another one's session and its commands.
    "use_username_as_clientid": "true",
    "persistence": "true",
    "persistence_file": "messages.db",
    "autosave_interval": "10",
    "max_inflight_messages": "100",
    # Beyond this it drops what devices report while the source system is away, after accepting it.
    "max_queued_messages": "100000",
    "max_queued_bytes": str(128 << 20),
    "memory_limit": str(1 << 30),
    "max_packet_size": str(max(c.max_bytes for c in CHANNELS.values()) + _HEADERS_BYTES),
    "max_keepalive": "600",
    "set_tcp_nodelay": "true",
    "connection_messages": "false",
    "log_dest": "stderr",
    "log_timestamp": "false",
}
"""What is the same in every configuration, by mosquitto's own names.

No persistent_client_expiration: with it, mosquitto 2.0.11 (Debian 12) ends clients at random, and
then dies, once passwords of devices that are away have changed."""


def find() -> str | None:
    """The path of the program, also where an ordinary user's PATH does not lead."""
    paths = os.pathsep.join([os.environ.get("PATH", os.defpath), *_WHERE])
    return shutil.which("mosquitto", path=paths)


def mosquitto(folder: Path, address: Address, certificate: Certificate | None = None) -> OwnBroker:
    """A mosquitto that keeps its files in `folder`; raises `BrokerError` where none is installed.

    With a certificate it speaks TLS and nothing else.
    """
    program = find()
    if program is None:
        raise BrokerError("mosquitto is not installed (apt-get install mosquitto)")

    def prepare() -> Program:
        write_private(folder / "access", access_rules())
        write_private(folder / "mosquitto.conf", _configuration(folder, address, certificate))
        command = [program, "-c", str(folder / "mosquitto.conf")]
        return Program(command, reloaded="Reloading config")

    return OwnBroker("mosquitto", address, ABILITIES, folder, prepare)


def access_rules() -> str:
    """The access file: %u stands for the login name, so each device has its own topics only."""
    lines = [
        f"user {SOURCE_ACCOUNT}",
        f"topic readwrite {PREFIX}/#",
        "",
        *(f"pattern read {PREFIX}/%u/{kind}" for kind in DEVICE_READS),
        *(f"pattern write {PREFIX}/%u/{kind}" for kind in DEVICE_WRITES),
    ]
    return "\n".join(lines) + "\n"


def _configuration(folder: Path, address: Address, certificate: Certificate | None) -> str:
    lines = [
        f"user {pwd.getpwuid(os.geteuid()).pw_name}",  # root would give up its rights otherwise
        f"listener {address.port} {address.host}",
        *(f"{name} {value}" for name, value in SETTINGS.items()),
        *(f"log_type {kind}" for kind in ("error", "warning", "notice", "information")),
        f"persistence_location {folder}/",
        f"password_file {folder / 'passwords'}",
        f"acl_file {folder / 'access'}",
    ]
    if certificate is not None:
        lines += [
            f"certfile {certificate.certificate.absolute()}",
            f"keyfile {certificate.key.absolute()}",
            "tls_version tlsv1.2",
        ]
    return "\n".join(lines) + "\n"
