"""Ctrl-C while a process begins is heard afterwards, whichever thread the signal comes to."""

import signal
import subprocess
import sys
from threading import Event, Thread

import pytest

from simulator.processes import interrupts_held


@pytest.mark.parametrize("elsewhere", [False, True])
def test_an_interruption_waits_for_the_end(elsewhere):
    free, done = Event(), []
    other = Thread(target=free.wait)  # begun before, so its mask lets the signal in
    other.start()
    before = signal.getsignal(signal.SIGINT)

    def begin():
        with interrupts_held():
            if elsewhere:
                signal.pthread_kill(other.ident, signal.SIGINT)
            else:
                signal.raise_signal(signal.SIGINT)
            subprocess.run([sys.executable, "-c", ""], check=True)
            done.append("the process began whole")

    try:
        with pytest.raises(KeyboardInterrupt):
            begin()
    finally:
        free.set()
        other.join(10)
    assert done
    assert signal.getsignal(signal.SIGINT) is before
