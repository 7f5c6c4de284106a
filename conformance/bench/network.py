"""A device on real sockets, in real time: a real one, or an emulated one as a process.

Between it and the case stand a mosquitto that the bench starts, a server of test sounds, the path
to both (`path`), and an ear. The harness is its source system: it logs in at the broker as that.
Passwords are made for a run and live as long as it does.
"""

import asyncio
import hashlib
import json
import os
import secrets
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path as FilePath
from tempfile import TemporaryDirectory, gettempdir
from threading import Event
from typing import Any

import conformance
from conformance.bench import leases, listening, sounds
from conformance.bench.contract import Observed
from conformance.bench.description import Network
from conformance.bench.path import Entrance, Path
from conformance.bench.shelf import Shelf
from conformance.bench.source import Source
from conformance.case import Case
from conformance.trial import Trial, tried
from simulator.dialects.contract import Message, Sound
from simulator.dialects.reference_server import ReferenceServer
from simulator.emulator.clock import EpochClock
from simulator.live import mosquitto, spoken
from simulator.live.children import Children, NotStarted
from simulator.live.mosquitto import SOURCE_USER, Mosquitto

OPEN_S = 60.0
"""How long a device may take to connect before a case begins all the same."""

LEAVE_S = 10.0
MOST_MESSAGE_BYTES = 1 << 20
"""What the broker takes: more than any device must."""

PROCESS: Sequence[str] = (sys.executable, "-m", "conformance.bench.speaking_process")
"""The program of an emulated device."""


class BenchTrouble(OSError):
    """The bench cannot do its part; the text is one line."""


class NetworkBench:
    """See `contract.Bench`; between `start` and `stop` it is opened for case after case."""

    measures_time = True

    def __init__(self, described: Network, process: Sequence[str] = PROCESS) -> None:
        """Nothing runs yet. `process` is the program of an emulated device."""
        self._described, self._process_words = described, process
        self.device = described.name
        self.uncertainty_ms = listening.UNCERTAINTY_MS + described.sound.uncertainty_ms
        self._clock = EpochClock()
        self.secret = described.secret or secrets.token_urlsafe(24)
        self._opened = ExitStack()
        self._lease: leases.Lease | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._recorder: subprocess.Popen[bytes] | None = None
        self._ear: listening.Ear | None = None
        self._known: Mapping[sounds.Pair, str] = {}
        self._offers = 0
        self._is_there, self._broker_runs, self._is_leaving = Event(), True, False

    # ---- For a run ------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the broker and all else that lasts for a run; raises `OSError`."""
        try:
            self._start()
        except NotStarted as error:
            self.stop()
            raise BenchTrouble(str(error)) from None
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End all of it."""
        self._opened.close()

    def _start(self) -> None:
        program = mosquitto.find()
        if program is None or not spoken.can_speak():
            raise NotStarted("a bench on the network needs mosquitto and espeak-ng")
        described, opened = self._described, self._opened
        if described.broker[1]:  # a free port is nobody else's
            place = f"ttcs-bench-{described.broker[0]}-{described.broker[1]}.lease"
            self._lease = opened.enter_context(leases.held(FilePath(gettempdir()) / place))
        self._folder = FilePath(opened.enter_context(TemporaryDirectory(prefix="ttcs-bench-")))
        children = Children(self._folder)
        opened.callback(children.close)
        self._broker = Mosquitto(
            children, self._folder / "broker", program, _free_port(), MOST_MESSAGE_BYTES
        )
        self._broker.admit({self.device: self.secret})
        self._broker.start()
        self._shelf = Shelf()
        self._shelf.start()
        opened.callback(self._shelf.stop)
        (host, port), (sounds_host, sounds_port) = described.broker, described.sounds
        peer, tls = described.address, _tls(described)
        entrances = (
            Entrance(host, port, self._broker.port, peer, tls, is_mqtt=True),
            Entrance(sounds_host, sounds_port, self._shelf.port, peer),
        )
        self._path = Path(entrances, lambda what, detail: self._see(self.now_ms(), what, detail))
        self.port, self.sounds_port = self._path.start()
        opened.callback(self._path.stop)
        password = self._broker.source_password_file.read_text("utf-8")
        reads = ReferenceServer(self.now_ms).reads()
        self._source = Source(self._broker.port, SOURCE_USER, password, reads, self._said)
        self._source.start()
        opened.callback(self._source.stop)

    # ---- What a case asks for -------------------------------------------------------------------

    def now_ms(self) -> int:
        """The machine's clock as it was at the start, and never back."""
        return self._clock()

    async def open(self, observed: Observed) -> None:
        """Begin to observe; start the device where it is a process, and wait until it is there."""
        if self._lease is not None:
            self._lease.renew()
        self._observed, self._loop = observed, asyncio.get_running_loop()
        self._known, self._is_leaving = {}, False
        self._shelf.clear()
        if self._described.emulates:
            self._is_there.clear()
            await asyncio.to_thread(self._source.forget, self.device, self.secret)
            self._start_process()
        elif self._described.sound.recorder:
            self._start_recorder(self._described.sound.recorder)
        else:
            self._see(self.now_ms(), "deaf", {})
        await asyncio.to_thread(self._is_there.wait, OPEN_S)

    async def close(self) -> None:
        """Give everything back, and observe no more."""
        self._is_leaving = True
        self._path.restore()
        self._shelf.mute(False)
        if not self._broker_runs:
            self.start_broker()
        await asyncio.to_thread(self._end_processes)
        await asyncio.sleep(0)  # what was seen until now is noted
        self._loop = None

    async def wait(self, milliseconds: int) -> None:
        """Let real time pass."""
        await asyncio.sleep(milliseconds / 1000)

    def publish(self, message: Message) -> None:
        """Hand it to the broker; lost where there is none."""
        if self._broker_runs:
            self._source.publish(message)

    def offer(self, name: str, length_ms: int, codec: str) -> Sound:
        """A real file of such a sound."""
        tones = sounds.pair(self._offers % sounds.PAIRS)
        self._offers += 1
        # A new mapping, as the ear reads the old one.
        self._known = {**self._known, tones: name}
        content, file = sounds.encoded(tones, length_ms, codec), f"{name}.{codec}"
        self._shelf.put(file, content)
        sha256 = hashlib.sha256(content).hexdigest()
        return Sound(f"{self._sounds_url}/{file}", sha256, len(content))

    def cut_power(self) -> None:
        """The mains fail."""
        self._tell_process("power-off")

    def restore_power(self) -> None:
        """They are back."""
        self._tell_process("power-on")

    def cut_link(self) -> None:
        """Nothing passes on the path."""
        self._path.cut()

    def restore_link(self) -> None:
        """It passes again."""
        self._path.restore()

    def mute_server(self, muted: bool) -> None:
        """The server of sounds says nothing."""
        self._shelf.mute(muted)

    def stop_broker(self) -> None:
        """The broker ends in good order, and keeps its sessions."""
        self._broker_runs = False
        self._broker.child.stop()

    def start_broker(self) -> None:
        """It is there again, on the same port."""
        self._broker.start()
        self._broker_runs = True

    def facts(self) -> Mapping[str, Any]:
        """What it consists of."""
        described = self._described
        return {
            "driver": "network",
            "emulates": described.emulates,
            "dialect": "reference",
            "broker": "mosquitto",
            "tls": described.certificate is not None,
            "sound": "process" if described.emulates else described.sound.driver,
            "record": "path",
        }

    # ---- What is seen ---------------------------------------------------------------------------

    def _see(self, at_ms: int, what: str, detail: Mapping[str, Any]) -> None:
        """From any thread."""
        if what in ("connected", "disconnected"):
            (self._is_there.set if what == "connected" else self._is_there.clear)()
        if (loop := self._loop) is not None:
            with suppress(RuntimeError):  # the case is over, and its loop closed
                loop.call_soon_threadsafe(self._observed, at_ms, what, detail)

    def _said(self, topic: str, payload: bytes, retain: bool) -> None:
        self._see(self.now_ms(), "said", {"topic": topic, "payload": payload, "retain": retain})

    def _heard(self, at_ms: int, sign: listening.Sign, name: str) -> None:
        volume = {"volume": None} if sign == "sounds" else {}
        self._see(at_ms, sign, {"item": name, **volume})

    def _heard_no_more(self) -> None:
        if not self._is_leaving:
            self._see(self.now_ms(), "deaf", {})

    # ---- The device, and what hears it ----------------------------------------------------------

    @property
    def _sounds_url(self) -> str:
        return f"http://{self._described.sounds[0]}:{self.sounds_port}"

    def _start_process(self) -> None:
        with (self._folder / "device.log").open("ab") as log:
            self._process = subprocess.Popen(
                self._process_words,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd="/",
                env={**os.environ, "PYTHONPATH": str(FilePath(conformance.__file__).parents[1])},
                start_new_session=True,
            )
        config = {
            "name": self.device,
            "profile": self._described.emulates,
            "own_address": self._described.address,
            "secret": self.secret,
            "host": self._described.broker[0],
            "address": self._described.broker[0],
            "port": self.port,
            "ca": str(self._described.ca) if self._described.ca else None,
            "sounds": self._sounds_url,
        }
        self._tell_process(json.dumps(config))
        self._listen(self._process, 0)

    def _start_recorder(self, words: Sequence[str]) -> None:
        self._recorder = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._listen(self._recorder, self._described.sound.latency_ms)

    def _listen(self, process: "subprocess.Popen[bytes]", latency_ms: float) -> None:
        assert process.stdout is not None, "it was opened as a pipe"
        self._ear = listening.Ear(
            process.stdout,  # type: ignore[arg-type]  # a buffered reader, which is a BinaryIO
            lambda: self._known,
            self.now_ms,
            self._heard,
            self._heard_no_more,
            latency_ms,
        )

    def _tell_process(self, line: str) -> None:
        process = self._process
        if process is None or process.stdin is None:
            raise BenchTrouble("nothing switches the power of this device")
        try:
            process.stdin.write(line.encode() + b"\n")
            process.stdin.flush()
        except OSError:
            raise BenchTrouble("the process of the device has ended") from None

    def _end_processes(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            with suppress(OSError):  # it has ended already
                self._process.stdin.close()
        if self._recorder is not None:
            self._recorder.terminate()
        for process in filter(None, (self._process, self._recorder)):
            try:
                process.wait(LEAVE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if self._ear is not None:
                self._ear.join(LEAVE_S)
            if process.stdout is not None:
                process.stdout.close()
        if self._ear is not None and not self._ear.samples:
            self._see(self.now_ms(), "deaf", {})
        self._process = self._recorder = self._ear = None


@contextmanager
def running(described: Network, process: Sequence[str] = PROCESS) -> Iterator[NetworkBench]:
    """The bench while it runs; raises `OSError` where it cannot."""
    bench = NetworkBench(described, process)
    bench.start()
    try:
        yield bench
    finally:
        bench.stop()


def tried_on(bench: NetworkBench, case: Case, prefix: str) -> Trial:
    """Try a case in real time."""
    return asyncio.run(tried(case, bench, ReferenceServer(bench.now_ms), prefix))


def _tls(described: Network) -> ssl.SSLContext | None:
    if described.certificate is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(*described.certificate)
    return context


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port
