"""A fleet of two dialects around one system, as if it were one."""

import asyncio

import pytest

from conformance.case import judged
from conformance.cases import CASES
from conformance.sources import bench
from conformance.sources.acts import Place
from conformance.sources.fleet import MOST_FEW, few, residents
from conformance.sources.speaking import Speaking
from conformance.sources.target import Around, parse
from scenarios import strict_yaml
from simulator.dialects.reference import Reference
from simulator.dialects.shared_http import SharedHttp
from tests.conformance.conftest import TARGET

IN_BOTH = ("source-emergency-everywhere", "source-late-devices", "source-reconnect-storm")


@pytest.mark.parametrize(
    ("devices", "some"), [(8, 0), (40, 2), (1_000, MOST_FEW), (5_000, MOST_FEW)]
)
def test_a_few_speak_the_second_dialect_and_none_that_others_count_on(devices, some):
    people = residents(Place("province", "52"), "2022", devices)
    asking = few(people)
    assert len(asking) == some <= devices / 20
    assert people[-1].name not in asking
    first = [each.name for each in people if each.commune == people[0].commune]
    assert not asking.intersection(first[:50]), "a broker is to tell their loss soon"


class Half:
    """Of a system that is not there."""

    dialect, broker, services, poll_ms, origins = Reference(), None, {}, 0, ()
    beside = None


def test_one_dialect_is_all_where_the_system_understands_no_other():
    people = residents(Place("province", "52"), "2022", 40)
    secrets = dict.fromkeys((each.name for each in people), "s")

    async def made():
        speaking = Speaking(Half(), people, secrets, lambda _: None)
        await speaking.stop()
        return set(speaking.dialects.values())

    assert asyncio.run(made()) == {"reference"}


@pytest.mark.slow
@pytest.mark.needs_tool("mosquitto")
def test_devices_of_both_dialects_hear_come_back_and_are_counted():
    target = parse(strict_yaml.parse("target.yaml", TARGET))
    with bench.running(Around(target, 40), f"{0xABCDEE:010x}") as try_one:
        trials = [try_one(CASES[case], f"{0xABCDEE:010x}-{case}") for case in IN_BOTH]
    for trial in trials:
        found = judged(CASES[trial.case], trial.record)
        assert {name: each.says.en for name, each in found.items() if not each.ok} == {}
    roster = trials[0].record.first("fleet").detail
    http = {at for at, dialect in enumerate(roster["dialects"]) if dialect == SharedHttp.name}
    assert len(http) == 2
    assert len(roster["connected"]) == len(roster["devices"])
    for trial in trials:
        reached = [each.detail for each in trial.record.of("reached")]
        heard = {at for each in reached if each["order"] for at in each["devices"]}
        assert http & heard, f"{trial.case}: nobody who asks over HTTP was told"
