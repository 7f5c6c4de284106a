"""A small disk of the source system's own, which can really be full: a tmpfs that only it sees."""

import errno
import os
import shutil
import subprocess
from pathlib import Path

from simulator.live.children import Children, NotStarted

SIZE_MB = 256
_READY = "mounted"
_BLOCK = 1 << 20


def is_possible() -> bool:
    """Whether this machine lets us mount something in a namespace of our own."""
    if shutil.which("unshare") is None or shutil.which("nsenter") is None:
        return False
    words = [*_unshared(), "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    return subprocess.run(words, capture_output=True, timeout=10, check=False).returncode == 0


class Disk:
    """A disk of `SIZE_MB` at a path, for the programs that are started `inside` it.

    It exists as long as the program that holds its namespace; nothing outside is changed.
    """

    def __init__(self, children: Children, path: Path) -> None:
        """Mounted at once; raises `NotStarted`."""
        path.mkdir(mode=0o700)
        mount = f'mount -t tmpfs -o size={SIZE_MB}m tmpfs "$1" && echo {_READY} && exec sleep inf'
        self._holder = children.child(
            "disk", ["/bin/sh", "-c", mount, "sh", str(path)], inside=_unshared()
        )
        self._holder.start(lambda: self._holder.last_words() == _READY)
        pid = self._holder.pid
        as_user = [] if os.geteuid() == 0 else ["--user", "--preserve-credentials"]
        self.inside = ["nsenter", "--target", str(pid), *as_user, "--mount", "--"]
        """The words before a program that is to see it."""
        self._filler = Path(f"/proc/{pid}/root{path.absolute()}/filler")

    def fill(self) -> None:
        """Leave no room at all; raises `NotStarted` where that did not succeed."""
        with self._filler.open("ab", buffering=0) as file:
            for size in (_BLOCK, 1):
                self._write_until_full(file.fileno(), size)
        left = os.statvfs(self._filler.parent)
        if left.f_bavail:
            raise NotStarted(f"the disk has {left.f_bavail * left.f_frsize} bytes left")

    def free(self) -> None:
        """Give the room back."""
        self._filler.unlink(missing_ok=True)

    def _write_until_full(self, file: int, size: int) -> None:
        block = bytes(size)
        try:
            while True:
                os.write(file, block)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise NotStarted(f"the disk cannot be filled: {error.strerror}") from None


def _unshared() -> list[str]:
    as_root = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    return ["unshare", *as_root, "--mount", "--propagation", "private"]
