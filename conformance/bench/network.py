"""A device on real sockets, in real time: a real one, or an emulated one as a process.

Between it and the case stand a mosquitto that the bench starts, a server of test sounds, the path
to both (`path`), and an ear. The harness is its source system: it logs in at the broker as that.
Passwords are made for a run and live as long as it does.
"""

import asyncio
import hashlib
import json
import secrets
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path as FilePath
from tempfile import TemporaryDirectory, gettempdir
from threading import Event
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from conformance.bench import leases, listening, operators, power, sounds, updating
from conformance.bench.capture import obstacle
from conformance.bench.contract import Observed
from conformance.bench.description import Network
from conformance.bench.heard import Heard
from conformance.bench.path import Entrance, Path, ends_tls
from conformance.bench.questions import Asked, NoAnswer, Operator, Question
from conformance.bench.shelf import Shelf
from conformance.bench.signed import SigningServer, pem
from conformance.bench.source import Source
from conformance.bench.watching import Watch
from conformance.case import Case
from conformance.traffic import Traffic
from conformance.trial import Trial, tried
from simulator.dialects.contract import Message, Sound
from simulator.dialects.reference_server import ReferenceServer
from simulator.emulator.clock import EpochClock
from simulator.live import mosquitto, spoken
from simulator.live.children import Children, NotStarted
from simulator.live.mosquitto import SOURCE_USER, Mosquitto

OPEN_S = 60.0
"""How long a device may take to connect before a case begins all the same."""

MOST_MESSAGE_BYTES = 1 << 20
"""What the broker takes: more than any device must."""

PROCESS: Sequence[str] = (sys.executable, "-m", "conformance.bench.speaking_process")
"""The program of an emulated device."""


class BenchTrouble(OSError):
    """The bench cannot do its part; the text is one line."""


class NetworkBench:
    """See `contract.Bench`; between `start` and `stop` it is opened for case after case."""

    measures_time = True

    def __init__(
        self,
        described: Network,
        process: Sequence[str] = PROCESS,
        operator: Operator | None = None,
    ) -> None:
        """Nothing runs yet. `process` is the program of an emulated device, `operator` who can be
        asked."""
        self._described, self._process_words, self._operator = described, process, operator
        self.device, self.signing = described.name, described.signing
        self.trusted: Ed25519PublicKey | None = None
        self.uncertainty_ms = listening.UNCERTAINTY_MS + described.sound.uncertainty_ms
        self._clock = EpochClock()
        self.secret = described.secret or secrets.token_urlsafe(24)
        self._opened = ExitStack()
        self._lease: leases.Lease | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        stated_ms = described.mains.uncertainty_ms if described.mains else None
        self._switch = power.Switch(self._turn, self.now_ms, stated_ms)
        self._sounding: Heard | None = None
        self._known: Mapping[sounds.Pair, str] = {}
        self._offers = 0
        self._is_there, self._broker_runs, self._is_leaving = Event(), True, False
        self._traffic: Traffic | None = None

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
        peer, tls = described.address, ends_tls(described.certificate)
        entrances = (
            Entrance(host, port, self._broker.port, peer, tls, is_mqtt=True),
            Entrance(sounds_host, sounds_port, self._shelf.port, peer),
        )
        self._path = Path(
            entrances,
            lambda what, detail: self._see(self.now_ms(), what, detail),
            self.now_ms,
        )
        self.port, self.sounds_port = self._path.start()
        opened.callback(self._path.stop)
        ends = (host, self.port), (sounds_host, self.sounds_port)
        self._watch = Watch(peer, *ends, self._path.recorded)
        opened.callback(self._watch.stop)
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
        self._traffic = None
        await asyncio.to_thread(self._watch.begin)
        if self._described.emulates:
            self._is_there.clear()
            self._switch.is_on = True
            await asyncio.to_thread(self._source.forget, self.device, self.secret)
            self._start_process()
        elif recorder := self._described.sound.recorder:
            self._sounding = self._listen_to(recorder, self._described.sound.latency_ms)
        else:
            self._see(self.now_ms(), "deaf", {})
        if not self._switch.is_on:
            await self.restore_power()
        await asyncio.to_thread(self._is_there.wait, OPEN_S)

    async def close(self) -> None:
        """Give everything back, and observe no more."""
        self._is_leaving = True
        self._path.restore()
        self._shelf.mute(False)
        if not self._broker_runs:
            self.start_broker()
        if not self._switch.is_on and not self._described.emulates:
            with suppress(NoAnswer, OSError):  # the next case tries again, and tells
                await self.restore_power()
        await asyncio.to_thread(self._end_process)
        self._traffic = await asyncio.to_thread(self._watch.end, [self.secret.encode()])
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

    @property
    def answer_ms(self) -> int | None:
        """As the bench's file says."""
        asking = self._described.operator
        return asking.wait_ms if asking else None

    async def ask(self, question: Question) -> str:
        """Put it to the operator of this run."""
        if self._operator is None or self.answer_ms is None:
            raise BenchTrouble(f"nobody is there to be asked ({question.id})")
        asked_ms = self.now_ms()
        answer = await self._operator.put(question, self.answer_ms / 1000)
        asked = Asked(question, self._operator.by, asked_ms, self.answer_ms, answer)
        self._observed(self.now_ms(), "asked", asked.detail())
        if answer is None:
            raise NoAnswer(question.id)
        return answer

    async def cut_power(self) -> int:
        """The mains fail."""
        return await self._switch.turn(False)

    async def restore_power(self) -> int:
        """They are back."""
        return await self._switch.turn(True)

    async def begin_update(self) -> None:
        """The process takes one, of a real device the operator begins one."""
        if not self._described.emulates:
            await self.ask(updating.BEGIN)
            return
        self._tell_process("update")
        self._updated_ms = self.now_ms() + updating.LENGTH_MS

    async def update_ended(self) -> bool:
        """As the operator says; of the process, when its time is over."""
        if not self._described.emulates:
            return await self.ask(updating.END) == updating.ENDED
        left_ms = self._updated_ms - self.now_ms()
        await self.wait(max(0, left_ms))
        return left_ms > 0

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

    def disturb(self, data: bytes) -> None:
        """On the path, where its messages come from."""
        self._path.disturb(data)

    def traffic(self) -> Traffic | None:
        """Of the case that was closed last."""
        return self._traffic

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
            "power": described.mains and described.mains.driver,
            "operator": described.operator and described.operator.driver,
            "capture": f"path: {why_not}" if (why_not := obstacle()) else "scapy",
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
        secret = self.secret.encode()
        kept = payload.replace(secret, bytes(len(secret)))  # as in its packets
        detail = {"topic": topic, "payload": payload, "kept": kept, "retain": retain}
        self._see(self.now_ms(), "said", detail)

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
            "trusted": self.trusted and pem(self.trusted),
        }
        self._sounding = self._listen_to(self._process_words, log=self._folder / "device.log")
        self._tell_process(json.dumps(config))

    def _listen_to(
        self, words: Sequence[str], latency_ms: float = 0.0, log: FilePath | None = None
    ) -> Heard:
        return Heard(
            words,
            lambda: self._known,
            self.now_ms,
            self._heard,
            self._heard_no_more,
            latency_ms=latency_ms,
            log=log,
        )

    async def _turn(self, on: bool) -> None:
        if self._described.emulates:
            self._tell_process("power-on" if on else "power-off")
        elif self._described.mains is None:
            raise BenchTrouble("nothing switches the power of this device")
        else:
            await power.turned(self._described.mains, self.ask, on)

    def _tell_process(self, line: str) -> None:
        if self._sounding is None:
            raise BenchTrouble("the process of the device does not run")
        try:
            self._sounding.tell(line)
        except OSError:
            raise BenchTrouble("the process of the device has ended") from None

    def _end_process(self) -> None:
        sounding, self._sounding = self._sounding, None
        if sounding and not sounding.end():
            self._see(self.now_ms(), "deaf", {})


@contextmanager
def running(
    described: Network, process: Sequence[str] = PROCESS, show: operators.Show = operators.to_stderr
) -> Iterator[NetworkBench]:
    """The bench while it runs, with its operator; raises `OSError` where it cannot."""
    with ExitStack() as opened:
        asking = described.operator
        operator = opened.enter_context(operators.at_hand(asking, show)) if asking else None
        bench = NetworkBench(described, process, operator)
        opened.callback(bench.stop)
        bench.start()
        yield bench


def tried_on(bench: NetworkBench, case: Case, prefix: str) -> Trial:
    """Try a case in real time; where its commands are signed, all of them are."""
    key = bench.signing or (Ed25519PrivateKey.generate() if case.signed else None)
    bench.trusted = key.public_key() if key else None
    wire = SigningServer(bench.now_ms, key) if key else ReferenceServer(bench.now_ms)
    return asyncio.run(tried(case, bench, wire, prefix))


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port
