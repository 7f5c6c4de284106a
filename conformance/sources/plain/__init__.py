"""The plain source system as one under test: its people by acts over HTTP, its devices by polling.

It is a process of our own (`start: plain`) or one that runs already. It has no broker.
"""

import asyncio
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import simulator
from conformance.sources import contract as c
from conformance.sources.plain.desk import Desk, RefusedError, Words
from conformance.sources.plain.people import Operators
from conformance.sources.plain.surface import Surface
from conformance.sources.target import Target
from simulator.dialects.contract import Dialect, Service
from simulator.dialects.shared_http import SharedHttp
from simulator.emulator.enrolment import ROWS_AT_ONCE, NotEnrolled
from simulator.emulator.population import Resident
from simulator.live.children import Child, Children, NotStarted
from simulator.live.installation import CannotBreak

POLL_MS = 2_000
"""How often devices ask here. No document gives a figure; commands wait half of this on average."""

LOST_AFTER_S = 15
_FIRST = re.compile(r"first account: (\S+) (\S+)")
_SERVING = re.compile(r"serving: (\S+)")


@contextmanager
def opened(target: Target, folder: Path) -> Iterator[c.System]:
    """The system of a target; one of our own keeps its data in the empty `folder`. Raises
    `simulator.live.children.NotStarted`."""
    if target.reached is not None:
        assert target.reached.administrator is not None, "a target of this dialect names one"
        yield _Plain(_Reached(target.reached.url, target.reached.administrator))
        return
    process = _Process(folder)
    try:
        process.start()
        yield _Plain(process)
    finally:
        process.close()


class _Reached:
    """One that runs already."""

    def __init__(self, url: str, administrator: tuple[str, str]) -> None:
        self.url, self.administrator = url, administrator

    @property
    def processes(self) -> Sequence[int]:
        return ()

    def kill(self) -> None:
        raise CannotBreak("the server is not ours to end")

    def start(self) -> None:
        raise CannotBreak("the server is not ours to start")


class _Process:
    """One of our own."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._children = folder, Children(folder)
        self._child: Child | None = None
        self.url, self.administrator = "", ("", "")

    def start(self) -> None:
        """Return once it answers, at the same address as before; raises `NotStarted`."""
        child = self._child = self._children.child(
            "plain",
            [
                *(sys.executable, "-m", "simulator.plain_source"),
                *("--data", str(self._folder / "data"), "--lost-after", str(LOST_AFTER_S)),
                *("--port", self.url.rpartition(":")[2] or "0"),
            ],
            environment={
                "PYTHONPATH": str(Path(simulator.__file__).parent.parent),
                "PYTHONSAFEPATH": "1",
                "PYTHONUTF8": "1",
            },
        )
        times = len(_SERVING.findall(_text(child)))
        child.start(lambda: len(_SERVING.findall(_text(child))) > times)
        text = _text(child)
        if not self.url:
            first = _FIRST.search(text)
            if first is None:
                raise NotStarted("it made no first account")
            self.administrator = (first[1], first[2])
        self.url = _SERVING.findall(text)[-1]

    @property
    def processes(self) -> Sequence[int]:
        pid = self._child.pid if self._child is not None else None
        return () if pid is None else (pid,)

    def kill(self) -> None:
        if self._child is not None:
            self._child.kill()

    def close(self) -> None:
        self._children.close()


def _text(child: Child) -> str:
    return child.log.read_text() if child.log.exists() else ""


class _Plain:
    """A `contract.System`; it speaks with no other system."""

    peers = None
    trusted = None

    def __init__(self, running: "_Process | _Reached") -> None:
        self._running = running
        self.operators = Operators(running.url, running.administrator)
        self.fleet = _Fleet(running.url, running.administrator)
        self.surface = Surface(running.url, self.operators, lambda: running.processes)

    def facts(self) -> Mapping[str, str]:
        return {"system": "plain", "store": "a journal", "devices": "poll over HTTP"}

    def kill_server(self) -> None:
        self._running.kill()

    def start_server(self) -> None:
        self._running.start()

    def stop_broker(self) -> None:
        raise CannotBreak("it has no broker")

    def start_broker(self) -> None:
        raise CannotBreak("it has no broker")


class _Fleet:
    """A `contract.FleetHalf`: the shared vocabulary over HTTP."""

    poll_ms = POLL_MS
    broker = None
    beside = None

    def __init__(self, url: str, administrator: tuple[str, str]) -> None:
        self._administrator = administrator
        self.dialect: Dialect = SharedHttp()
        self.services: Mapping[Service, str] = {"system": url}
        self.origins: Sequence[str] = [url]

    def register(self, residents: Sequence[Resident]) -> Mapping[str, str]:
        return asyncio.run(self._registered(residents))

    async def _registered(self, residents: Sequence[Resident]) -> Mapping[str, str]:
        given: dict[str, str] = {}
        desk = Desk(self.services["system"], *self._administrator)
        try:
            for first in range(0, len(residents), ROWS_AT_ONCE):
                rows = [_row(resident) for resident in residents[first : first + ROWS_AT_ONCE]]
                for row in (await desk.ask("DangKyThietBi", DanhSach=rows))["DanhSach"]:
                    given[row["CumLoaID"]] = row["MatKhau"]
        except RefusedError as error:
            raise NotEnrolled(str(error)) from None
        finally:
            await desk.close()
        return given


def _row(resident: Resident) -> Words:
    return {
        "CumLoaID": resident.name,
        "TenThietBi": f"Cụm loa {resident.number:02}, {resident.commune_name}",
        "TenLoaiThietBi": resident.profile.kind,
        "DiaBanQuanLy": resident.commune,
    }
