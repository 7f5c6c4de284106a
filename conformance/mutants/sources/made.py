"""All mutants of source systems by id: the modules that make them, and what these registered."""

from conformance.mutants.sources import (
    delivering,
    exchanging,
    permitting,
    recording,
    telling_devices,
)
from conformance.mutants.sources.broken import REGISTERED

_LOADED = (telling_devices, delivering, permitting, recording, exchanging)

MUTANTS = {name: REGISTERED[name] for name in sorted(REGISTERED)}
