"""A broker that this program runs itself, as a child process, with its own password file."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from reference_system.broker import passwords, probe
from reference_system.broker.child import Child
from reference_system.broker.contract import (
    SOURCE_ACCOUNT,
    Abilities,
    Address,
    BrokerError,
    Login,
)
from reference_system.interface.topics import is_device_name


@dataclass(frozen=True, slots=True)
class Program:
    """How to run a broker: its command line, and what it prints once its files are read again."""

    command: Sequence[str]
    reloaded: str
    environment: Mapping[str, str] | None = None


class OwnBroker:
    """A `Broker` on this machine. Its folder keeps passwords (as hashes) and what it stores."""

    def __init__(
        self,
        name: str,
        address: Address,
        abilities: Abilities,
        folder: Path,
        prepare: Callable[[], Program],
    ) -> None:
        """`prepare` writes the broker's configuration when it is started."""
        self.name, self.address, self.abilities = name, address, abilities
        password = passwords.new_password()
        self.login = Login(SOURCE_ACCOUNT, password)
        self._own_hash = passwords.hashed(password)
        self._folder, self._prepare = folder, prepare
        self._lock = threading.Lock()
        self._child: Child | None = None
        self._reloaded = ""

    @property
    def pid(self) -> int | None:
        """Its process, if it runs now."""
        return None if self._child is None else self._child.pid

    @property
    def starts(self) -> int:
        """How often its process was started since `start`."""
        return 0 if self._child is None else self._child.starts

    def start(self) -> None:
        """Return once it answers; raises `BrokerError`."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._store(self._devices())
        program = self._prepare()
        self._reloaded = program.reloaded
        child = Child(self.name, program.command, self._answers, program.environment)
        child.start()
        self._child = child

    def stop(self) -> None:
        """End it; again: nothing."""
        child, self._child = self._child, None
        if child is not None:
            child.stop()

    def alive(self) -> bool:
        """Whether it answers now."""
        return self.pid is not None and self._answers()

    def set_credential(self, device: str, password_hash: str) -> None:
        """Let a device in with this password, and with no earlier one."""
        with self._lock:
            self._change({**self._devices(), device: password_hash})

    def remove_credential(self, device: str) -> None:
        """Let a device in no more, and end its connection."""
        with self._lock:
            hashes = self._devices()
            if hashes.pop(device, None) is not None:
                self._change(hashes)

    def replace_credentials(self, hashes: Mapping[str, str]) -> None:
        """Let exactly these devices in."""
        with self._lock:
            self._change(hashes)

    @property
    def _file(self) -> Path:
        return self._folder / "passwords"

    def _answers(self) -> bool:
        return probe.answer(self.address, 4) is not None

    def _devices(self) -> dict[str, str]:
        hashes = passwords.read(self._file)
        hashes.pop(SOURCE_ACCOUNT, None)
        return hashes

    def _change(self, hashes: Mapping[str, str]) -> None:
        for device, password_hash in hashes.items():
            if not is_device_name(device) or not passwords.is_hash(password_hash):
                raise BrokerError(f"no credential of a device: {device[:80]!a}")
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._store(hashes)
        if self._child is not None:
            self._child.reload(self._reloaded)
            # It says so as it begins; once it answers again it is done, and hears the next signal.
            self._answers()

    def _store(self, hashes: Mapping[str, str]) -> None:
        passwords.write(self._file, {**hashes, SOURCE_ACCOUNT: self._own_hash})
