"""Each fault really happens to real processes, and nothing is lost or doubled by it."""

from collections import Counter
from contextlib import closing

import pytest

from simulator.live import disk, server_clock, spoken
from tests.simulator.live.small_network import Network, Said, person, run, scenario_with

DEVICES = 40
SECOND = 1_000
FAULT = 'at: "2022-09-26T08:00:03+07:00", lasts: 4s'
LASTS_MS = 13 * SECOND
ORDERS = (Said("before", 0), Said("during", 5 * SECOND), Said("after", 11 * SECOND))

pytestmark = [
    pytest.mark.slow,
    pytest.mark.needs_tool("mosquitto"),
    pytest.mark.needs_tool("espeak-ng"),
]


def broken(installation, fault: str) -> Network:
    """A run with this fault from second 3 to 7, and orders before, during and after it."""
    orders = [Said(f"{fault.split()[0].strip(':[,')}-{each.key}-{abs(hash(fault))}", each.at_ms)
              for each in ORDERS]  # fmt: skip
    network = run(installation, scenario_with(fault, DEVICES), orders, LASTS_MS)
    network.before, network.during, network.after = (each.key for each in orders)
    return network


def check_once(network: Network) -> None:
    """Every device played every order once, and told of it once."""
    names = {event.device for event in network.of("connected")}
    assert len(names) == DEVICES
    for order in (network.before, network.during, network.after):
        assert network.began(order) == Counter(names), order
    check_logs(network)


def check_logs(network: Network) -> None:
    assert network.waiting == 0
    noted = network.noted()
    assert set(noted.values()) == {1}
    assert len(noted) >= 3 * DEVICES - 1
    assert network.kept == noted, "lost or doubled"


def took(network: Network, what: str) -> None:
    """The fault was brought about and taken back, about when it should."""
    steps = [b for b in network.broken if b.step.what == what]
    assert steps, what
    assert all(0 <= b.began_ms - b.step.at_ms < 2 * SECOND for b in steps)


def test_a_power_cut(installed):
    network = broken(installed("disk"), f"outage: [mains], where: all, {FAULT}")
    took(network, "power-cut")
    took(network, "power-back")
    assert len({event.device for event in network.of("booted")}) == DEVICES
    check_once(network)


def test_a_link_cut(installed):
    network = broken(installed("disk"), f"outage: [link], where: all, {FAULT}")
    took(network, "link-cut")
    during = [e for e in network.of("began") if e.detail["item"] == f"{network.during}/1"]
    back = {e.device: e.at_ms for e in network.of("link-back")}
    assert all(event.at_ms >= back[event.device] for event in during)
    check_once(network)


def test_clocks_that_are_wrong(installed):
    network = broken(installed("disk"), 'clock: "+2s", where: all')
    took(network, "clocks-set")
    assert len(network.of("clock-set")) == DEVICES
    check_once(network)


def test_a_broker_restart(installed):
    network = broken(installed("disk"), f"fails: broker, {FAULT}")
    assert len({event.device for event in network.of("lost")}) == DEVICES
    lost_ms = max(event.at_ms for event in network.of("lost"))
    back = Counter(e.at_ms // SECOND for e in network.of("connected") if e.at_ms > lost_ms)
    assert sum(back.values()) >= DEVICES
    assert len(back) > 1, "they come back over some time, not in one second"
    check_once(network)


def test_a_killed_server(installed):
    installation = installed("disk")
    pid = installation.server_pid
    network = broken(installation, f"fails: server, {FAULT}")
    assert installation.server_pid not in (pid, None)
    assert network.answers[network.during][0] == 0, "nobody was there"
    check_once(network)


@pytest.mark.skipif(not disk.is_possible(), reason="this machine lets us mount nothing")
def test_a_full_disk(installed):
    network = broken(installed("disk"), f"full: disk, {FAULT}")
    took(network, "disk-full")
    check_once(network)


@pytest.mark.skipif(not disk.is_possible(), reason="this machine lets us mount nothing")
def test_a_full_disk_takes_no_file_until_there_is_room(installed):
    installation = installed("disk")
    with closing(person(installation, installation.people.composer)) as composer:
        sound = spoken.sound(2_000)
        installation.fill_disk()
        full = composer.post("/media/audio", content=sound)
        installation.free_disk()
        assert (full.status_code, full.json()["code"]) == (503, "full")
        assert composer.post("/media/audio", content=sound).status_code == 201


@pytest.mark.needs_tool("postgres")
def test_a_slow_database(installed):
    network = broken(installed("database"), f"slow: 100ms, {FAULT}")
    took(network, "database-slow")
    assert network.took_s[network.during] > 3 * network.took_s[network.after]
    check_once(network)


@pytest.mark.skipif(server_clock.find() is None, reason="libfaketime is not installed")
@pytest.mark.parametrize("ahead", ["+20s", "-20s"])
def test_a_server_whose_clock_is_set(installed, ahead):
    network = broken(installed("server-clock"), f'server_clock: "{ahead}", {FAULT}')
    took(network, "server-clock-set")
    assert any(abs(seen - float(ahead[:-1])) < 4 for seen in network.server_ahead_s)
    assert abs(network.server_ahead_s[-1]) < 4
    check_once(network)
