"""Records written by hand, and devices tried on the virtual clock."""

from functools import partial

import pytest

from conformance.bench import virtual_time
from conformance.bench.emulated import EmulatedBench, conformant
from conformance.bench.signed import wires
from conformance.exploration.searching import exploring
from conformance.record import Happening, Record
from conformance.trial import tried
from scenarios import profiles


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
        can = ("cancel", "schedules", "link", "codec_mp3")
        return exploring(partial(once, profile, make), can)(case, "t")

    def once(profile, make, case, prefix):
        async def main():
            dialect, server = wires(case.signed)
            bench = EmulatedBench(profiles.load(profile), dialect, make)
            return await tried(case, bench, server(bench.now_ms), prefix)

        return virtual_time.run(main())

    return one
