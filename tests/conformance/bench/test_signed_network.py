"""Signed commands over real sockets: the process is given the key, and trusts it alone."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from conformance.bench import network
from conformance.case import judged
from conformance.suites import CASES
from tests.conformance.bench.test_network import emulating, mutant

pytestmark = [pytest.mark.needs_tool("mosquitto"), pytest.mark.needs_tool("espeak-ng")]


def tried_on(case, process=network.PROCESS, **changed):
    with network.running(emulating(**changed), process) as bench:
        return network.tried_on(bench, CASES[case], "s")


@pytest.mark.slow
def test_forged_commands_are_refused_by_the_right_process_and_taken_by_the_wrong():
    with ThreadPoolExecutor(2) as both:
        done = both.map(tried_on, ["signed-commands"] * 2, [network.PROCESS, mutant("F91")])
        right, wrong = (judged(CASES["signed-commands"], trial.record) for trial in done)
    assert right["forged-commands-refused"].ok, right
    assert wrong["forged-commands-refused"].ok is False, wrong


def test_a_bench_with_a_key_signs_every_command():
    """As a device that trusts the key needs it; this one is told of it as well."""
    trial = tried_on("connection-answers", signing=Ed25519PrivateKey.generate())
    assert trial.trouble is None
    told = list(trial.record.of("told"))
    assert told
    assert all('"ChuKy"' in each.detail["payload"] for each in told)
    assert all(seen.ok for seen in judged(CASES[trial.case], trial.record).values())
