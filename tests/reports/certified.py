"""Certifications of emulated devices, conformant and not, as a maker would hand them over."""

from pathlib import Path

from conformance import certifying, demo
from conformance.bench.description import Description
from conformance.clauses import ledger
from conformance.mutants.made import MUTANTS
from conformance.mutants.variants import NOTHINGS
from conformance.signing import new_private


def certify(place: Path, role="ip-speaker", device=None, **asked):
    """The bundle of a device: conformant, or a mutant or a do-nothing by its name."""
    devices = {**{name: mutant.make for name, mutant in MUTANTS.items()}, **NOTHINGS}
    make = {} if device is None else {"make": devices[device]}
    wanted = certifying.Asked(
        demo.declaration(role),
        Description("test", demo.PROFILES[role], demo.PERMITS),
        ledger(),
        **asked,
    )
    certifying.certify(wanted, place, new_private(), lambda *told: None, **make)
    return place
