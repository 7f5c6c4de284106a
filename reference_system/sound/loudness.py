"""How loud a sound is: integrated loudness and true peak (EBU R 128, ITU-R BS.1770).

Measured by FFmpeg's own `ebur128` filter as the frames pass: memory does not grow with the sound,
as it does where a whole array is needed, and nothing has to be imported for it.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import av
from av.audio.frame import AudioFrame
from av.filter import Graph

GATE_LUFS = -70.0
"""The absolute gate: nothing below it counts, and FFmpeg gives it where nothing counts."""


@dataclass(frozen=True, slots=True)
class Loudness:
    """What was measured of a sound, made mono, in its whole `duration_ms`.

    `peak_dbtp` is minus infinity in a sound without any.
    """

    integrated_lufs: float
    peak_dbtp: float
    duration_ms: int

    @property
    def silent(self) -> bool:
        """Whether nothing is above the gate; so it is, too, for less than 400 ms of sound."""
        return self.integrated_lufs <= GATE_LUFS


def measured(frames: Iterable[AudioFrame], rate_hz: int) -> Loudness:
    """The loudness of frames of one form, made mono at `rate_hz` first."""
    samples, figures = 0, {"lavfi.r128.I": str(GATE_LUFS), "lavfi.r128.true_peak": "0"}
    for frame in filtered(frames, rate_hz, ("ebur128", "metadata=1:peak=true:framelog=quiet")):
        samples += frame.samples
        figures |= frame.metadata  # the last frame may be less than the filter's 100 ms, and bare
    peak = float(figures["lavfi.r128.true_peak"])
    return Loudness(
        integrated_lufs=float(figures["lavfi.r128.I"]),
        peak_dbtp=20 * math.log10(peak) if peak > 0 else -math.inf,
        duration_ms=round(samples * 1000 / rate_hz),
    )


def filtered(
    frames: Iterable[AudioFrame], rate_hz: int, *filters: tuple[str, str]
) -> Iterator[AudioFrame]:
    """The frames, mono at `rate_hz`, behind the filters of FFmpeg that are named."""
    graph = None
    for frame in frames:
        if graph is None:
            graph = _graph_for(frame, rate_hz, filters)
        graph.push(frame)
        yield from _pulled(graph)
    if graph is not None:
        graph.push(None)
        yield from _pulled(graph)


def _graph_for(frame: AudioFrame, rate_hz: int, filters: tuple[tuple[str, str], ...]) -> Graph:
    graph = Graph()
    last = graph.add_abuffer(
        sample_rate=frame.sample_rate,
        format=frame.format.name,
        layout=frame.layout.name,
        time_base=frame.time_base,
    )
    form = f"sample_fmts=fltp:channel_layouts=mono:sample_rates={rate_hz}"
    for name, options in (("aformat", form), *filters, ("abuffersink", "")):
        following = graph.add(name, options)
        last.link_to(following)
        last = following
    graph.configure()
    return graph


def _pulled(graph: Graph) -> Iterator[AudioFrame]:
    while True:
        try:
            frame = graph.pull()
        except (av.BlockingIOError, av.EOFError):
            return
        assert isinstance(frame, AudioFrame)
        yield frame
