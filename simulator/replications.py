"""The same scenario run many times, each time with other draws: on this machine or on Dask.

Replication 0 has the scenario's own seed, every further one a seed derived from it. A replication's
measurements depend on its seed alone: not on the number of workers, nor on where they are.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from reference_system.dispatch.commands import Command
from scenarios.scenario import Scenario
from simulator import spreading, virtual
from simulator.fleet import Fleet
from simulator.measurement import Measurement
from simulator.measures.tally import Tally

if TYPE_CHECKING:
    from distributed import Client

MOST: Final = 100_000
"""The most replications of one run."""

Measures = dict[str, Measurement]

_TASK: Final = 16
"""The most replications in one task: what is lost with a worker, and waited for at the end."""


def seeds(seed: int, count: int) -> tuple[int, ...]:
    """The seeds of so many replications, the first being `seed` itself.

    Replication k has the first eight bytes, big-endian, of the SHA-256 of "<seed>/<k>" in ASCII.
    """
    derived = (sha256(f"{seed}/{k}".encode()).digest()[:8] for k in range(1, count))
    return (seed, *(int.from_bytes(first, "big") for first in derived))


@dataclass(frozen=True, slots=True)
class Study:
    """What every replication has in common; small, so that it can be sent to workers."""

    scenario: Scenario
    commands: tuple[Command, ...]
    world: virtual.World
    engine: str

    def measure(self, seeds: Sequence[int]) -> list[Measures]:
        """The measurements of one run for each seed."""
        fleet = Fleet.of(self.scenario)
        return [self._measure(replace(self.scenario, seed=seed), fleet) for seed in seeds]

    def _measure(self, scenario: Scenario, fleet: Fleet) -> Measures:
        tally = Tally(scenario, fleet, self.commands)
        for event in virtual.run(
            scenario, fleet, self.commands, world=self.world, engine=self.engine
        ):
            tally.add(event)
        return tally.measurements()


def on_processes(study: Study, seeds: Sequence[int], jobs: int) -> Generator[Measures, None, None]:
    """The measurements for each seed, in order, by so many processes of this machine.

    As `spreading.on_processes`, which says how it ends and what it raises.
    """
    return spreading.on_processes(study, _tasks(seeds, jobs), jobs)


def on_cluster(
    study: Study, seeds: Sequence[int], client: "Client"
) -> Generator[Measures, None, None]:
    """The measurements for each seed, in order, by the workers of a Dask cluster.

    As `spreading.on_cluster`, which says how it ends and what it raises.
    """
    return spreading.on_cluster(study, _tasks(seeds, spreading.threads(client) or 1), client)


def _tasks(seeds: Sequence[int], workers: int) -> list[Sequence[int]]:
    """Some seeds for each task, so that every worker gets several tasks where there are enough."""
    size = min(_TASK, max(1, len(seeds) // (4 * workers)))
    return [seeds[first : first + size] for first in range(0, len(seeds), size)]
