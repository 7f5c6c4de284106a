"""A real source system behind the mutating proxies: one process, fleet and data for all mutants."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Final

from conformance.capabilities import Declaration, Device
from conformance.case import Case
from conformance.mutants.proxies.mutation import Mutation
from conformance.mutants.proxies.standing import Between, standing
from conformance.sources import bench, reference
from conformance.sources.acts import Place
from conformance.sources.contract import System
from conformance.sources.features import FEATURES
from conformance.sources.fleet import few, residents
from conformance.sources.target import PERMITS, Around, Target
from conformance.trial import Trial
from simulator.live.installation import Installation

DEVICES: Final = 32
"""A delay of which 95 % are judged needs 59 values: those of two emergencies to all of these."""

BACK_S: Final = 90.0
"""How long devices may need to come back after a mutant that kept them away."""

TARGET: Final = Target(
    declared=Declaration(
        Device("ttcs-hil", "reference system", "1", "1", None),
        "source-system-province",
        dict.fromkeys(FEATURES, True),
        *((), None, None, None, None),
    ),
    dialect="reference",
    place=Place("province", "52"),
    era="2022",
    permits=PERMITS,
    reached=None,
)

TryBehind = Callable[[Mutation, Case], Trial]
"""Tries a case while everything passes through a mutation."""


@contextmanager
def behind(devices: int = DEVICES) -> Iterator[TryBehind]:
    """The reference system behind both proxies; raises `OSError`."""
    run, numbers = secrets.token_hex(5), count(1)
    by_mqtt = devices - len(few(residents(TARGET.place, TARGET.era, devices)))
    with (
        standing() as between,
        bench.running(
            Around(TARGET, devices), run, lambda target, folder: _opened(between, target, folder)
        ) as try_one,
    ):

        def tried(mutation: Mutation, case: Case) -> Trial:
            between.until_there(by_mqtt, BACK_S)
            between.mutate(mutation)
            try:
                return try_one(case, f"{run}-{next(numbers)}")
            finally:
                between.mutate(Mutation())

        yield tried


@contextmanager
def _opened(between: Between, target: Target, folder: Path) -> Iterator[System]:
    place = f"{target.place.level}:{target.place.code}"
    options = ("--public-url", between.url)
    with Installation(folder, place=place, era=target.era, options=options) as installation:
        between.lead_to(installation.server_url, installation.broker)
        at = reference.Addresses(between.url, between.broker)
        yield reference.standing(installation, target, at)
