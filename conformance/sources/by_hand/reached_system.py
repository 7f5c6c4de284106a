"""A source system that runs already and is not ours to break, by the halves that it is used by."""

from collections.abc import Mapping
from typing import NoReturn

from conformance.sources.contract import FleetHalf, OperatorHalf
from simulator.live.installation import CannotBreak


class ReachedSystem:
    """A `contract.System`."""

    peers = None
    surface = None

    def __init__(self, operators: OperatorHalf, fleet: FleetHalf, facts: Mapping[str, str]) -> None:
        """`facts` are told as they are."""
        self.operators, self.fleet, self._facts = operators, fleet, facts

    def facts(self) -> Mapping[str, str]:
        """What is known of it."""
        return self._facts

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


def _not_ours() -> CannotBreak:
    return CannotBreak("the source system is not ours to break")
