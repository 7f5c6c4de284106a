"""One run at a time on a bench, and none for ever."""

import json
import os
import subprocess
import sys
import time

import pytest

from conformance.bench import leases
from conformance.bench.leases import InUse, held


def left_by(pid, until_s):
    return json.dumps({"pid": pid, "until_s": until_s})


def dead_pid():
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait(30)
    return process.pid


def test_two_runs_do_not_have_one_bench(tmp_path):
    file = tmp_path / "bench.lease"
    with held(file) as lease:
        lease.renew()
        with pytest.raises(InUse, match=f"process {os.getpid()} has this bench"), held(file):
            pass
    with held(file):
        pass


@pytest.mark.parametrize("left", ["", "nonsense", "[]", '{"pid": -1, "until_s": 9999999999}'])
def test_what_is_no_lease_blocks_nobody(tmp_path, left):
    (tmp_path / "bench.lease").write_text(left)
    with held(tmp_path / "bench.lease"):
        pass


def test_a_lease_ends_with_its_process_and_with_its_time(tmp_path):
    file = tmp_path / "bench.lease"
    for stale in (left_by(dead_pid(), time.time() + 1_000), left_by(os.getppid(), time.time() - 1)):
        file.write_text(stale)
        with held(file):
            pass
    file.write_text(left_by(os.getppid(), time.time() + 1_000))
    with pytest.raises(InUse), held(file):
        pass


def test_a_lease_that_another_took_is_not_renewed_and_not_ended(tmp_path, monkeypatch):
    file = tmp_path / "bench.lease"
    lease = leases.Lease(file)
    other = left_by(os.getppid(), int(time.time()) + 1_000)
    file.write_text(other)
    with pytest.raises(InUse):
        lease.renew()
    lease.end()
    assert file.read_text() == other
