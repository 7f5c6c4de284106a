"""A program that runs as long as we do: started, watched, started again when it dies."""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from reference_system.broker import tied
from reference_system.broker.contract import BrokerError

START_S = 10.0
STOP_S = 8.0
RELOAD_S = 5.0
_POLL_S = 0.02
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.1, 5.0
_CALM_S = 30.0
_KEPT_LINES = 20

_log = logging.getLogger(__name__)


class Child:
    """A child process with a thread of its own that reads its output and starts it again.

    It ends when we end, however that happens, and is not reached by a Ctrl-C meant for us.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        answers: Callable[[], bool],
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Prepare; `command` begins with the program's path, `answers` tells if it is ready."""
        self._name, self._answers = name, answers
        wrapper = [sys.executable, "-I", tied.__file__, str(os.getpid())]
        self._command = [*wrapper, *command]
        self._environment = environment
        self._stopping = threading.Event()
        self._lines: deque[str] = deque(maxlen=_KEPT_LINES)
        self._heard = threading.Condition()
        self._count = 0
        self._process: subprocess.Popen[str] | None = None
        self._thread = threading.Thread(target=self._keep_running, name=name, daemon=True)
        self.starts = 0
        """How often it was started."""

    @property
    def pid(self) -> int | None:
        """The process now, if one runs."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def start(self) -> None:
        """Return once it answers; raises `BrokerError` with its last words when it does not."""
        self._thread.start()
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            if self.pid is not None and self._answers():
                return
            time.sleep(_POLL_S)
        self.stop()
        last = self._lines[-1] if self._lines else "it said nothing"
        raise BrokerError(f"{self._name} did not start within {START_S:.0f} s: {last}")

    def stop(self) -> None:
        """End it: by SIGTERM, and by SIGKILL when that takes longer than `STOP_S`."""
        self._stopping.set()
        process = self._process
        if process is not None and process.poll() is None:
            process.terminate()
        self._thread.join(STOP_S)
        if self._thread.is_alive() and process is not None:
            process.kill()
            self._thread.join(STOP_S)

    def reload(self, confirmation: str) -> None:
        """Have it read its files again; returns once it has said so.

        A child that dies meanwhile reads them when it starts. Raises `BrokerError` after
        `RELOAD_S` without a word.
        """
        with self._heard:
            process, before = self._process, self._count
            if process is None or process.poll() is not None:
                return
            process.send_signal(signal.SIGHUP)

            def confirmed() -> bool:
                fresh = min(self._count - before, len(self._lines))
                said = list(self._lines)[len(self._lines) - fresh :]
                return process.poll() is not None or any(confirmation in line for line in said)

            if not self._heard.wait_for(confirmed, RELOAD_S):
                raise BrokerError(f"{self._name} did not take up the change in {RELOAD_S:.0f} s")

    def _keep_running(self) -> None:
        pause_s = _FIRST_PAUSE_S
        while not self._stopping.is_set():
            began = time.monotonic()
            self._run_once()
            if self._stopping.is_set():
                return
            pause_s = _FIRST_PAUSE_S if time.monotonic() - began > _CALM_S else pause_s
            _log.warning("%s ended; it is started again in %.1f s", self._name, pause_s)
            self._stopping.wait(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    def _run_once(self) -> None:
        with subprocess.Popen(
            self._command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            cwd=Path("/"),
            env=self._environment,
        ) as process:
            with self._heard:
                self._process = process
                self.starts += 1
            if self._stopping.is_set():
                process.terminate()
            assert process.stdout is not None
            for line in process.stdout:
                _log.debug("%s: %s", self._name, line.rstrip())
                with self._heard:
                    self._lines.append(line.rstrip())
                    self._count += 1
                    self._heard.notify_all()
        with self._heard:
            self._heard.notify_all()
