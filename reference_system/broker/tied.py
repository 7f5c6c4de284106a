"""Becomes another program that is told to end (SIGTERM) when the one who started it ends.

Run as a file: `python -I tied.py PID-OF-STARTER PROGRAM ARGUMENT...`. However the starter ends,
by SIGKILL too, the system sends the signal. It follows the starting thread, not only the process.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Tie this process to its starter, and become the program."""
    starter, program = int(sys.argv[1]), sys.argv[2:]
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() == starter:  # otherwise it ended before it could be tied to
        os.execv(program[0], program)


if __name__ == "__main__":
    main()
