"""The power of a labgrid target, switched once: the program of the driver `labgrid`.

    python -m conformance.bench.labgrid_power ENVIRONMENT TARGET on|off

ENVIRONMENT is labgrid's own file. It ends with 0 once labgrid says that it is done.
"""

import sys
from typing import Literal

from labgrid import Environment
from labgrid.protocol import PowerProtocol


def switch(environment: str, target: str, what: Literal["on", "off"]) -> None:
    """Raises whatever labgrid does; `LookupError` for a target that its file does not name."""
    opened = Environment(environment)
    try:
        found = opened.get_target(target)
        if found is None:
            raise LookupError(f"{environment}: no target {target}")
        power = found.get_driver(PowerProtocol)
        if what == "on":
            power.on()
        else:
            power.off()
    finally:
        opened.cleanup()


if __name__ == "__main__":
    _, environment, target, what = sys.argv
    switch(environment, target, "on" if what == "on" else "off")
