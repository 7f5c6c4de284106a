"""Network namespaces that nobody else sees and that cannot outlive this process.

A namespace here has no name and no place in the file system: it exists through the open file that
this object holds. When that is closed, or this process ends in whatever way, SIGKILL among them,
the kernel removes the namespace with every device, address and rule in it. So nothing is ever left
over, and nothing outside is ever changed.
"""

import ctypes
import os
import socket
import subprocess
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

T = TypeVar("T")

_NEW_NETWORK = 0x40000000
"""CLONE_NEWNET: linux/sched.h."""

THREAD_S = 15.0
COMMAND_S = 10.0
_MOST_WORDS = 200


class NamespaceError(Exception):
    """What could not be done in a namespace, in one line."""


class Namespace:
    """A network namespace of this process alone. Needs root (CAP_SYS_ADMIN) and Linux."""

    def __init__(self) -> None:
        """Made empty, with its loopback down; raises `NamespaceError`."""
        self._file = _in_own_thread(_made)

    @property
    def path(self) -> str:
        """By which programs that this process starts can find it."""
        return f"/proc/{os.getpid()}/fd/{self._file}"

    def inside(self, call: Callable[[], T]) -> T:
        """What the call returns or raises, made by a thread that is in the namespace."""

        def entered() -> T:
            _system_call("setns", self._file, _NEW_NETWORK)
            return call()

        return _in_own_thread(entered)

    def run(
        self, *command: str, given: str = "", environment: Mapping[str, str] | None = None
    ) -> str:
        """What the program printed; raises `NamespaceError` with its complaint."""
        return self.inside(lambda: _run(command, given, environment))

    def socket(self, kind: socket.SocketKind = socket.SOCK_STREAM) -> socket.socket:
        """An IPv4 socket that stays in the namespace."""
        return self.inside(lambda: socket.socket(socket.AF_INET, kind))

    def close(self) -> None:
        """Let the kernel remove it, once its sockets are closed."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def _made() -> int:
    _system_call("unshare", _NEW_NETWORK)
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)


def _system_call(name: str, *arguments: int) -> None:
    try:
        call = getattr(ctypes.CDLL(None, use_errno=True), name)
    except AttributeError:
        raise NamespaceError(f"this system has no {name}, so no network namespaces") from None
    if call(*arguments) != 0:
        why = os.strerror(ctypes.get_errno())
        raise NamespaceError(f"no network namespace: {why} (root is needed)")


def _in_own_thread(call: Callable[[], T]) -> T:
    """A thread's namespace is its own: so the others stay where they are, and this one ends."""
    done: Future[T] = Future()

    def run() -> None:
        try:
            done.set_result(call())
        except Exception as error:
            done.set_exception(error)

    Thread(target=run, daemon=True).start()
    return done.result(timeout=THREAD_S)


def _run(command: tuple[str, ...], given: str, environment: Mapping[str, str] | None) -> str:
    try:
        ended = subprocess.run(
            command,
            input=given,
            env=None if environment is None else {**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=COMMAND_S,
        )
    except FileNotFoundError:
        raise NamespaceError(f"the program {command[0]} is missing") from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NamespaceError(f"{command[0]}: {type(error).__name__}") from None
    if ended.returncode != 0:
        said = " ".join(ended.stderr.split())[:_MOST_WORDS] or f"status {ended.returncode}"
        raise NamespaceError(f"{command[0]}: {said}")
    return ended.stdout
