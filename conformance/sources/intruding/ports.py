"""Which TCP ports listen: of processes of our own by looking, of a system elsewhere by knocking."""

import asyncio
import ipaddress
import socket
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

RISKY = (
    *(21, 22, 23, 25, 80, 111, 445, 1883, 2375, 3306, 3389, 5432, 5672, 5900, 6379),
    *(8080, 8883, 9001, 9200, 11211, 15672, 18083, 27017),
)
"""Remote control, shares, databases, queues, consoles of brokers, and MQTT and HTTP in clear."""

KNOCK_S = 2.0
_PROC = Path("/proc")
_LISTENING = "0A"


def listening(roots: Collection[int]) -> set[tuple[str, int]]:
    """The addresses and ports on which these processes listen, and all that they began. Raises
    `OSError` where the machine does not show that."""
    found: set[tuple[str, int]] = set()
    for pid in _with_descendants(roots):
        sockets = set(_sockets_of(pid))
        for table in ("tcp", "tcp6"):
            with suppress(FileNotFoundError):
                lines = (_PROC / str(pid) / "net" / table).read_text().splitlines()[1:]
                found |= {
                    _place(words[1]) for words in map(str.split, lines) if _is(words, sockets)
                }
    return found


async def open_ports(address: str, ports: Collection[int]) -> list[int]:
    """Those of these ports that let a connection in."""
    return [port for port in ports if await _opens(address, port)]


async def _opens(address: str, port: int) -> bool:
    try:
        connecting = asyncio.open_connection(address, port)
        _, writer = await asyncio.wait_for(connecting, KNOCK_S)
    except (OSError, TimeoutError):
        return False
    writer.transport.abort()
    return True


def _is(words: list[str], sockets: Collection[str]) -> bool:
    return words[3] == _LISTENING and words[9] in sockets


def _place(written: str) -> tuple[str, int]:
    """An address as the kernel writes it: words of four bytes in the machine's own order."""
    address, _, port = written.partition(":")
    words = [bytes.fromhex(address[at : at + 8])[::-1] for at in range(0, len(address), 8)]
    return str(ipaddress.ip_address(b"".join(words))), int(port, 16)


def _with_descendants(roots: Collection[int]) -> set[int]:
    children: dict[int, list[int]] = {}
    for folder in _PROC.iterdir():
        if folder.name.isdecimal():
            with suppress(OSError):
                # After the name, which may hold anything: the state, and then the parent.
                parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
                children.setdefault(int(parent), []).append(int(folder.name))
    found, waiting = set[int](), list(roots)
    while waiting:
        pid = waiting.pop()
        found.add(pid)
        waiting += children.get(pid, ())
    return found


def _sockets_of(pid: int) -> Iterator[str]:
    with suppress(FileNotFoundError):
        for descriptor in (_PROC / str(pid) / "fd").iterdir():
            with suppress(OSError):
                target = str(descriptor.readlink())
                if target.startswith("socket:["):
                    yield target[8:-1]


def numeric(host: str, port: int) -> str:
    """The address of a host; raises `OSError`."""
    return str(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][4][0])
