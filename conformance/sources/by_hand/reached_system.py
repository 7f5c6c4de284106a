"""A source system that runs already and is not ours to break, by the halves that it is used by."""

from collections.abc import Mapping

from conformance.sources.contract import FleetHalf, OperatorHalf
from simulator.live.running_system import NotOurs


class ReachedSystem(NotOurs):
    """A `contract.System`."""

    peers = None
    surface = None
    trusted = None

    def __init__(self, operators: OperatorHalf, fleet: FleetHalf, facts: Mapping[str, str]) -> None:
        """`facts` are told as they are."""
        self.operators, self.fleet, self._facts = operators, fleet, facts

    def facts(self) -> Mapping[str, str]:
        """What is known of it."""
        return self._facts
