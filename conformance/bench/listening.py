"""The ear of a bench: test sounds known by their tones, in samples as they come.

Every 16 ms the ear looks at the last 64 ms. A sound is there when both of its tones stand out from
all others; it begins in the middle of the first stretch that has it, and ends in the middle of the
last. So an instant is known to about half a stretch, beside what the way of the sound adds.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from threading import Thread
from typing import BinaryIO, Literal

import numpy as np
import numpy.typing as npt

from conformance.bench.sounds import BINS_APART, FIRST_BIN, RATE_HZ, TONES, WINDOW, Pair

HOP = 256
UNCERTAINTY_MS = 32
"""Of the detection alone: half of a stretch."""

SURE_HOPS = 10
"""So many stretches have a sound before it counts: a click or a vowel has no two such tones."""

GONE_HOPS = 12
"""So many stretches are without it before it has ended: coding may swallow some."""

_MISSED_HOPS = 3
"""So many stretches may be without it before that."""

_PURE = 4.0
"""How much louder a tone is than 31 Hz beside it, where a pure one has nothing: a voice wavers."""

_STANDS_OUT = 8.0
"""How much louder a tone is than the other tones' median, in amplitude."""

_AS_LOUD = 0.2
"""How loud a tone of a sound is at least, compared with the loudest."""

_FAINTEST = 0.001
"""Below this share of full scale there is silence (-60 dB)."""

_CHUNK_BYTES = 4_096
_DRIFT_S = 60.0

Sign = Literal["sounds", "silent"]


@dataclass(slots=True)
class _Candidate:
    """A sound that may be there: since which stretch, when it was seen last, whether it counts."""

    first: int
    last: int
    seen: int = 1
    is_sure: bool = False


class Listener:
    """Finds sounds in samples; `known` tells the name of each by its tones."""

    def __init__(self, known: Callable[[], Mapping[Pair, str]]) -> None:
        """Nothing was heard yet."""
        self._known = known
        self._rest = np.empty(0, np.int16)
        self._hops = 0
        self._now: dict[str, _Candidate] = {}
        self._window = np.hanning(WINDOW)
        self._bins = FIRST_BIN + BINS_APART * np.arange(TONES)

    def feed(self, more: npt.NDArray[np.int16]) -> Iterator[tuple[int, Sign, str]]:
        """What these further samples show: at which sample what began or ended."""
        self._rest = np.concatenate([self._rest, more])
        while len(self._rest) >= WINDOW:
            there = set(self._names(self._rest[:WINDOW]))
            self._rest = self._rest[HOP:]
            yield from self._signs(there)
            self._hops += 1

    def end(self) -> Iterator[tuple[int, Sign, str]]:
        """What was still there when nothing more came."""
        for name, found in self._now.items():
            if found.is_sure:
                yield self._middle(found.last), "silent", name
        self._now.clear()

    def _signs(self, there: set[str]) -> Iterator[tuple[int, Sign, str]]:
        for name in there:
            found = self._now.setdefault(name, _Candidate(self._hops, self._hops, 0))
            found.last, found.seen = self._hops, found.seen + 1
            if found.seen >= SURE_HOPS and not found.is_sure:
                found.is_sure = True
                yield self._middle(found.first), "sounds", name
        for name, found in list(self._now.items()):
            if self._hops - found.last >= (GONE_HOPS if found.is_sure else _MISSED_HOPS):
                del self._now[name]
                if found.is_sure:
                    yield self._middle(found.last), "silent", name

    def _names(self, stretch: npt.NDArray[np.int16]) -> Iterator[str]:
        """Sounds whose tones are there; each tone is of one sound, one that was there before."""
        spectrum = np.abs(np.fft.rfft(stretch * self._window)) / (WINDOW / 4 * 32_768)
        loudness = spectrum[self._bins]
        beside = np.maximum(spectrum[self._bins - 2], spectrum[self._bins + 2])
        least = max(
            _STANDS_OUT * float(np.median(loudness)),
            _AS_LOUD * float(loudness.max()),
            _FAINTEST,
        )
        free = {int(n) for n in np.flatnonzero((loudness > least) & (loudness > _PURE * beside))}
        known = [(tones, name) for tones, name in self._known().items() if free >= set(tones)]
        for tones, name in sorted(known, key=lambda each: each[1] not in self._now):
            if free >= set(tones):
                free -= set(tones)
                yield name

    def _middle(self, hop: int) -> int:
        return hop * HOP + WINDOW // 2


class Ear:
    """Listens to a stream of samples (16 bits, mono, `RATE_HZ`) until it ends, on a thread.

    The instant of a sample is by the least delayed of the last chunks, less `latency_ms` that the
    sound was on its way; `told` is called with instant, sign and name, `ended` when no more comes.
    """

    def __init__(
        self,
        stream: BinaryIO,
        known: Callable[[], Mapping[Pair, str]],
        now_ms: Callable[[], int],
        told: Callable[[int, Sign, str], None],
        ended: Callable[[], None],
        latency_ms: float = 0.0,
    ) -> None:
        """Listens from now on."""
        self._stream, self._listener = stream, Listener(known)
        self._now_ms, self._told, self._ended = now_ms, told, ended
        self._latency_ms = latency_ms
        self._offsets: deque[tuple[float, float]] = deque()
        self.samples = 0
        """How many have come: none, and nobody listened."""
        self._thread = Thread(target=self._listen, name="ear", daemon=True)
        self._thread.start()

    def join(self, seconds: float) -> None:
        """Wait for the end of the stream."""
        self._thread.join(seconds)

    def _listen(self) -> None:
        odd = b""
        while data := self._stream.read1(_CHUNK_BYTES):  # type: ignore[attr-defined]  # buffered
            data = odd + data
            odd = data[len(data) // 2 * 2 :]
            chunk = np.frombuffer(data[: len(data) // 2 * 2], "<i2")
            self.samples += len(chunk)
            self._synchronise()
            for sample, sign, name in self._listener.feed(chunk):
                self._told(self._instant_ms(sample), sign, name)
        for sample, sign, name in self._listener.end():
            self._told(self._instant_ms(sample), sign, name)
        self._ended()

    def _synchronise(self) -> None:
        """When sample 0 would have come, had everything been as late as the promptest chunk."""
        now_s = time.monotonic()
        offset_ms = self._now_ms() - self.samples * 1_000 / RATE_HZ
        while self._offsets and self._offsets[-1][1] >= offset_ms:
            self._offsets.pop()
        self._offsets.append((now_s, offset_ms))
        while self._offsets[0][0] < now_s - _DRIFT_S:
            self._offsets.popleft()

    def _instant_ms(self, sample: int) -> int:
        return round(self._offsets[0][1] + sample * 1_000 / RATE_HZ - self._latency_ms)
