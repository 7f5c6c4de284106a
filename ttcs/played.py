"""What a world makes of a scenario, for those who count it and write it down."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from reference_system.dispatch.commands import Command
from simulator.measurement import Measurement
from simulator.virtual import Event


@dataclass(frozen=True, slots=True)
class Played:
    """The commands as they were given, and the events of the run, which may be still to come.

    `measurements` are what this world measures beside the tally, or in its stead; `facts` are
    parts of the results that only it knows.
    """

    commands: tuple[Command, ...]
    events: Iterable[Event]
    measurements: Mapping[str, Measurement] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)

    def measured(self, tallied: Mapping[str, Measurement]) -> dict[str, Measurement]:
        """All measurements of the run; what nobody asked for counts as played in a wrong place."""
        found = {**tallied, **self.measurements}
        unasked = found.pop("unasked_plays", None)
        if unasked is not None and unasked.value:
            wrong, sample = found["wrong_area"].value or 0, found["wrong_area"].sample
            count = int(wrong) + int(unasked.value)
            found["wrong_area"] = Measurement(count, "count", max(sample, count))
        return found
