"""A broker for devices of one maker: mosquitto on a free port of the loopback, open as theirs are.

Devices of the only maker whose broker is known speak to it in the clear; who may log in there is
not known, so everybody on this machine may.
"""

import shutil
import socket
import subprocess
import time
from pathlib import Path
from tempfile import TemporaryDirectory

START_S = 10.0
_STOP_S = 5.0
_WHERE = ("/usr/sbin", "/usr/local/sbin")


class NoVendorBroker(Exception):
    """It cannot be started; the text is one line."""


class VendorBroker:
    """A running mosquitto, from `start` until `stop`."""

    def __init__(self) -> None:
        """Not started."""
        self.port = 0
        self._folder: TemporaryDirectory[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Return once it listens on `port`; raises `NoVendorBroker`."""
        program = shutil.which("mosquitto") or next(
            (found for place in _WHERE if (found := shutil.which("mosquitto", path=place))), None
        )
        if program is None:
            raise NoVendorBroker(
                "cần mosquitto, hoặc --vendor-server / needs mosquitto, or --vendor-server URL"
            )
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self._folder = TemporaryDirectory(prefix="ttcs-vendor-")
        file = Path(self._folder.name) / "mosquitto.conf"
        file.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence false\n"
            "set_tcp_nodelay true\nlog_dest none\n"
        )
        self._process = subprocess.Popen(
            [program, "-c", str(file)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for its parent, which ends it
        )
        deadline_s = time.monotonic() + START_S
        while not self._listens():
            if self._process.poll() is not None or time.monotonic() > deadline_s:
                self.stop()
                raise NoVendorBroker("mosquitto of the vendor's server did not start")
            time.sleep(0.02)

    def stop(self) -> None:
        """End it; again: nothing."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            try:
                process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def _listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), 1.0).close()
        except OSError:
            return False
        return True
