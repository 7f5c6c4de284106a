"""All mutants by id: the modules that make them, and what these have registered."""

from conformance.mutants import delivery, emergencies, programme, telling
from conformance.mutants.broken import REGISTERED

_LOADED = (emergencies, delivery, programme, telling)

MUTANTS = {name: REGISTERED[name] for name in sorted(REGISTERED)}
