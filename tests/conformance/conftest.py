"""Records written by hand, and devices tried on the virtual clock."""

import pytest

from conformance.bench import virtual_time
from conformance.bench.emulated import EmulatedBench, conformant
from conformance.record import Happening, Record
from conformance.trial import tried
from scenarios import profiles
from simulator.dialects.reference import Reference
from simulator.dialects.reference_server import ReferenceServer


@pytest.fixture
def record():
    """A record of `(ms, what, details)`; the ends of its orders are as they are told."""

    def make(*lines):
        return Record([Happening(at_ms, what, detail) for at_ms, what, detail in lines])

    return make


@pytest.fixture
def trial():
    """What becomes of a case with a device: conformant, unless `make` builds another."""

    def one(case, profile="speaker-reference", make=conformant):
        async def main():
            bench = EmulatedBench(profiles.load(profile), Reference(), make)
            return await tried(case, bench, ReferenceServer(bench.now_ms), "t")

        return virtual_time.run(main())

    return one
