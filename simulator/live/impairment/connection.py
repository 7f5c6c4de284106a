"""One connection through the proxy: two sockets, and a pipe each way in which bytes wait."""

import asyncio
import socket
import struct
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress

from simulator.live.impairment.course import Course, Ends, Piece
from simulator.live.impairment.tally import Tally

LONGEST_COUNTED_MS = 131_072
"""Delays beyond are counted as this, so that counts stay few."""

OPENING_S = 130.0
"""Longest wait for the target's answer: Linux gives up its own attempts to connect about then."""

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_scratch = memoryview(bytearray(64 * 1_024))
"""Where sockets are read: used up before the next read, so one for all connections will do."""

Dial = Callable[[], Awaitable[socket.socket]]


class Pipe:
    """One direction: what comes from `source` waits in here until it is due at `sink`.

    `ended` once it has passed on the end of what it carries. Reading stops while more waits than
    the course has room for, so what a connection keeps is bounded.
    """

    __slots__ = (
        *("_blocked", "_course", "_early", "_early_end", "_ended", "_free_s", "_held"),
        *("_loop", "_paused", "_queue", "_tally", "_timer", "_waiting", "ended", "sink", "source"),
    )

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        course: Course,
        tally: Tally,
        ended: Callable[[Ends], None],
    ) -> None:
        """`ended` is told when the end has come out."""
        self._loop, self._course, self._tally, self._ended = loop, course, tally, ended
        self._queue: deque[Piece] = deque()
        self._early = b""
        self._early_end: Ends = ""
        self._waiting = 0
        self._free_s = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._blocked = self._held = self._paused = self.ended = False
        self.source: asyncio.Transport | None = None
        self.sink: asyncio.Transport | None = None

    @property
    def room(self) -> int:
        """How many bytes it still takes; at least one, since a socket cannot read none."""
        return max(1, self._course.window_bytes - self._waiting)

    def feed(self, data: bytes) -> None:
        """Bytes that came from the source; they set out when there is a sink."""
        self._waiting += len(data)
        if self.sink is None:
            self._early += data
        else:
            now_s, step = self._loop.time(), self._course.piece_bytes
            for start in range(0, len(data), step):
                self._queue.append(self._course.send(data[start : start + step], now_s))
        self.release()

    def open(self) -> None:
        """There is a sink now."""
        early, self._early = self._early, b""
        self._waiting -= len(early)
        self.feed(early)
        if self._early_end:
            self.end(self._early_end)

    def end(self, ends: Ends) -> None:
        """The source has ended."""
        if self.sink is None:
            self._early_end = ends
        else:
            self._queue.append(self._course.end(ends, self._loop.time()))
            self.release()

    def hold(self, held: bool) -> None:
        """Begin or stop keeping everything back, and reading nothing."""
        self._held = held
        self._free_s = self._loop.time()
        self.release()

    def block(self, blocked: bool) -> None:
        """Begin or stop waiting for a sink that takes nothing now."""
        self._blocked = blocked
        self._free_s = self._loop.time()
        self.release()

    def release(self) -> None:
        """Pass on what is due and plan for what is not."""
        self._drop_timer()
        now_s = self._loop.time()
        while self._open and self._queue and self._queue[0].due_s <= now_s:
            self._pass_on(self._queue.popleft(), now_s)
        if self._open and self._queue:
            self._timer = self._loop.call_at(self._queue[0].due_s, self.release)
        self._read_or_pause()

    def drop(self) -> None:
        """Forget all that waits: nothing comes out any more, nor is anything read."""
        self._drop_timer()
        self._queue.clear()
        if self.source is not None:
            self.source.pause_reading()
        self.source = self.sink = None

    @property
    def _open(self) -> bool:
        return self.sink is not None and not (self._held or self._blocked)

    def _pass_on(self, piece: Piece, now_s: float) -> None:
        if piece.ends:
            self.ended = True
            self._ended(piece.ends)
            return
        size = len(piece.data)
        self._waiting -= size
        self._count(piece, size, now_s)
        if self.sink is not None:
            self.sink.write(piece.data)

    def _count(self, piece: Piece, size: int, now_s: float) -> None:
        tally, line = self._tally, self._course.line
        tally.bytes += size
        tally.packets += piece.packets
        tally.lost += piece.lost
        if piece.due_s >= self._free_s:
            delay_s = piece.delay_s + now_s - piece.due_s
            tally.delays_ms[min(round(delay_s * 1_000), LONGEST_COUNTED_MS)] += 1
        if line is not None:
            if piece.queued:
                tally.queued_bytes += size
                tally.queued_s += now_s - line.released_s
            line.released_s = now_s

    def _read_or_pause(self) -> None:
        """Full: stop reading; half empty again: go on."""
        full = self._course.window_bytes // (2 if self._paused else 1)
        pause = self._held or self._waiting >= full
        if self.source is not None and pause != self._paused:
            self._paused = pause
            if pause:
                self.source.pause_reading()
            elif not self.source.is_closing():
                self.source.resume_reading()

    def _drop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class End(asyncio.BufferedProtocol):
    """One of the two sockets: it feeds `outgoing`, and `incoming` ends at it."""

    __slots__ = ("connection", "incoming", "outgoing", "transport")

    def __init__(self, connection: "Connection", outgoing: Pipe, incoming: Pipe) -> None:
        """Belongs to its connection."""
        self.connection, self.outgoing, self.incoming = connection, outgoing, incoming
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is there."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = self.outgoing.source = self.incoming.sink = transport
        self.connection.made(self)

    def get_buffer(self, sizehint: int) -> memoryview:
        """No more than the pipe has room for."""
        return _scratch[: self.outgoing.room]

    def buffer_updated(self, nbytes: int) -> None:
        """Bytes have come."""
        self.outgoing.feed(bytes(_scratch[:nbytes]))

    def eof_received(self) -> bool:
        """The peer sends no more, but may still read."""
        self.connection.heard_end(self)
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket is gone."""
        self.connection.lost(self)

    def pause_writing(self) -> None:
        """The peer takes nothing now."""
        self.incoming.block(True)

    def resume_writing(self) -> None:
        """The peer takes bytes again."""
        self.incoming.block(False)

    def reset(self) -> None:
        """End the connection at once, so that the peer sees it reset."""
        if self.transport is not None and not self.transport.is_closing():
            peer = self.transport.get_extra_info("socket")
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            self.transport.abort()


class Connection:
    """A device's connection (`front`) and the one to the target made for it (`back`)."""

    __slots__ = (
        *("_closed", "_done", "_healed", "_held", "_open", "_over", "back", "front", "link"),
        *("source", "down", "up"),
    )

    def __init__(
        self,
        courses: tuple[Course, Course],
        tallies: tuple[Tally, Tally],
        loop: asyncio.AbstractEventLoop,
        closed: Callable[["Connection"], None],
    ) -> None:
        """Courses and tallies up and down; `closed` is told once when both sockets are gone."""
        self.link = self.source = ""
        self._closed = closed
        self.up = Pipe(loop, courses[0], tallies[0], lambda ends: self._passed(self.back, ends))
        self.down = Pipe(loop, courses[1], tallies[1], lambda ends: self._passed(self.front, ends))
        self.front = End(self, outgoing=self.up, incoming=self.down)
        self.back = End(self, outgoing=self.down, incoming=self.up)
        self._healed = asyncio.Event()
        self._healed.set()
        self._held = self._done = self._over = False
        self._open: asyncio.Task[None] | None = None

    def begin(self, wait_s: float, dial: Dial) -> None:
        """Connect to the target after the handshake's time; what comes before then waits."""
        self._open = asyncio.get_running_loop().create_task(self._connect(wait_s, dial))

    def hold(self, held: bool) -> None:
        """Cut it off, or let it go on."""
        if held != self._held:
            self._held = held
            (self._healed.clear if held else self._healed.set)()
            if self.back.transport is not None:
                self.up.hold(held)
                self.down.hold(held)

    def reset(self) -> None:
        """End it now, for both peers."""
        self._over = True
        if self._open is not None:
            self._open.cancel()
        self.front.reset()
        self.back.reset()
        self._tell_if_gone()

    def made(self, end: End) -> None:
        """A socket is there."""
        if end is self.back:
            self.up.hold(self._held)
            self.down.hold(self._held)
            self.up.open()

    def heard_end(self, end: End) -> None:
        """A peer has said all that it will say."""
        if self._held and self.back.transport is None:
            self.reset()  # it gave up: on a real link the target would never have heard of it
        else:
            end.outgoing.source = None  # reading on would hear the end again
            end.outgoing.end("fin")

    def lost(self, end: End) -> None:
        """A socket is gone: by our doing, or by its peer's, which the other one learns in time."""
        end.transport = None
        if end is self.front:
            self.down.drop()
        else:
            self.up.drop()
        other = self.back if end is self.front else self.front
        if not self._over:
            if other.transport is None or end.outgoing.ended:
                self.reset()
            else:
                end.outgoing.source = None
                end.outgoing.end("reset")
        self._tell_if_gone()

    def _passed(self, end: End, ends: Ends) -> None:
        if ends == "reset":
            self.reset()
        elif self.up.ended and self.down.ended:
            self._over = True
            for each in (self.front, self.back):
                if each.transport is not None:
                    each.transport.close()
        elif end.transport is not None:
            # The peer may have gone at this very moment, which its transport tells us next.
            with suppress(OSError):
                end.transport.write_eof()

    async def _connect(self, wait_s: float, dial: Dial) -> None:
        try:
            if wait_s > 0:
                await asyncio.sleep(wait_s)
            await self._healed.wait()
            async with asyncio.timeout(OPENING_S):
                peer = await dial()
            await asyncio.get_running_loop().create_connection(lambda: self.back, sock=peer)
        except OSError:  # among them TimeoutError
            self.reset()
        finally:
            self._open = None

    def _tell_if_gone(self) -> None:
        gone = self.front.transport is None and self.back.transport is None
        if gone and self._over and not self._done:
            self._done = True
            self.up.drop()
            self.down.drop()
            self._closed(self)
