"""Records written by hand, devices on the virtual clock, and a real source system with a fleet."""

from contextlib import contextmanager
from dataclasses import replace
from functools import partial

import pytest

from conformance.bench import virtual_time
from conformance.bench.emulated import EmulatedBench, conformant
from conformance.bench.signed import wires
from conformance.cases import CASES
from conformance.exploration.searching import exploring
from conformance.record import Happening, Record
from conformance.sources import acts, bench, reference
from conformance.sources.target import Around, parse
from conformance.trial import tried
from scenarios import profiles, strict_yaml

TARGET = b"""\
ttcs: 1
environment: test
profile: source-system-province
subject: {vendor: "ttcs-hil", model: "reference", serial: "1", version: "1"}
dialect: reference
start: reference
place: {level: province, code: "52", era: "2022"}
permits: [restart]
"""
DEVICES = 8


class Wrong:
    """People at a system that is right, unless a fault is switched on between the two."""

    def __init__(self, operators):
        self._operators, self.fault = operators, None

    def __getattr__(self, name):
        return getattr(self._operators, name)

    async def do(self, who, act):
        if self.fault is not None:
            changed = self.fault(act)
            if not isinstance(changed, acts.Act):
                return changed
            act = changed
        return await self._operators.do(who, act)


class WrongPeers:
    """The same between two systems: what is said, and what arrives."""

    def __init__(self, peers, operators):
        self._peers, self._operators = peers, operators

    def __getattr__(self, name):
        return getattr(self._peers, name)

    async def do(self, who, act):
        changed = self._operators.fault(act) if self._operators.fault else act
        return await self._peers.do(who, changed) if isinstance(changed, acts.Act) else changed

    def take(self, who, asked):
        arrived, answer = self._peers.take(who, asked)
        fault = self._operators.fault
        return (fault(arrived) if fault and arrived else arrived), answer


class Around8:
    """Tries cases at one system."""

    def __init__(self, try_one):
        self._try, self._tried, self.wrong = try_one, 0, None

    def tried(self, case, fault=None):
        """The trial of a case, by its name or itself, with a fault or none."""
        self._tried += 1
        self.wrong.fault = fault
        try:
            return self._try(
                CASES[case] if isinstance(case, str) else case, f"{0xABCDEF:010x}-{self._tried}"
            )
        finally:
            self.wrong.fault = None


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


@pytest.fixture(scope="session")
def around():
    made = []

    @contextmanager
    def opened(target, folder):
        with reference.opened(target, folder) as system:
            system.operators = Wrong(system.operators)
            system.peers = WrongPeers(system.peers, system.operators)
            made.append(system.operators)
            yield system

    target = parse(strict_yaml.parse("target.yaml", TARGET))
    with bench.running(Around(target, DEVICES), f"{0xABCDEF:010x}", opened) as try_one:
        found = Around8(try_one)
        found.wrong = made[0]
        yield found


@pytest.fixture
def elsewhere():
    """A fault: what is sent to a commune goes everywhere."""

    def fault(act):
        if isinstance(act, acts.Issue) and act.area.communes:
            return replace(act, area=acts.Area(everywhere=True))
        return act

    return fault
