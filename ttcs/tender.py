"""A tender on the command line: read with its mapping, and a mapping proposed where none is."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from conformance.clauses import Clause, ledger
from conformance.handed_over import HandedOver
from conformance.tender import asked, mapping
from conformance.tender.asked import Asked
from ttcs import whole_file
from ttcs.telling import tell_error


def read(place: Path, bundles: Sequence[HandedOver]) -> Asked:
    """The tender, with clauses of the ledger and of the bundles; raises `BadInput`."""
    clauses: Mapping[str, Clause] = dict(ledger())
    for bundle in bundles:
        if bundle.judged is not None:
            clauses = {**clauses, **bundle.judged.evidence.clauses}
    return asked.read(place, clauses)


def propose(place: Path, found: Asked) -> None:
    """Writes suggestions to review beside the tender, unless a mapping stands there; `OSError`."""
    beside = asked.mapping_of(place)
    content = mapping.proposal(found.mapped, found.clauses)
    waiting = sum(len(each.suggested) for each in found.mapped)
    if found.mapping is None and content is not None:
        whole_file.write(beside, content)
    if waiting:
        tell_error(f"{beside}: {waiting} gợi ý chờ duyệt / suggestions to review: duyệt, không")
