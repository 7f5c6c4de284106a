"""A source system that others run: it is used as they use it, and nothing of it is broken."""

from collections.abc import Mapping
from typing import NoReturn

from simulator.emulator.connection import Broker
from simulator.live.installation import Breakable, CannotBreak
from simulator.live.people import People


class NotOurs:
    """Of a system that others run: what would end a part of it is refused."""

    def kill_server(self) -> NoReturn:
        """Refused, as all that follows."""
        raise _not_ours()

    def start_server(self) -> NoReturn:
        """Refused."""
        raise _not_ours()

    def stop_broker(self) -> NoReturn:
        """Refused."""
        raise _not_ours()

    def start_broker(self) -> NoReturn:
        """Refused."""
        raise _not_ours()


class RunningSystem(NotOurs):
    """A `SystemUnderTest` by its addresses. It tells its broker itself who may come in."""

    def __init__(self, server_url: str, broker: Broker, people: People) -> None:
        """Nothing is asked of it yet; `people` are as `people.engaged` makes them."""
        self.server_url, self.broker, self.people = server_url, broker, people

    @property
    def breakable(self) -> frozenset[Breakable]:
        """Nothing."""
        return frozenset()

    @property
    def processes(self) -> tuple[int, ...]:
        """None of them is ours."""
        return ()

    def admit(self, secrets: Mapping[str, str]) -> None:
        """Nothing to be done."""

    def facts(self) -> dict[str, str]:
        """Where it is; what it consists of is not known."""
        scheme = "mqtt" if self.broker.tls is None else "mqtts"
        return {
            "server": "running before the run",
            "server_url": self.server_url,
            "broker_address": f"{scheme}://{self.broker.host}:{self.broker.port}",
        }

    def slow_database(self, delay_ms: int | None) -> NoReturn:
        """Refused, as all that follows."""
        raise _not_ours()

    def fill_disk(self) -> NoReturn:
        """Refused."""
        raise _not_ours()

    def free_disk(self) -> NoReturn:
        """Refused."""
        raise _not_ours()

    def step_server_clock(self, ahead_ms: int) -> NoReturn:
        """Refused."""
        raise _not_ours()


def _not_ours() -> CannotBreak:
    return CannotBreak("the source system is not ours to break")
