"""A tender as it stands in its files: the requirements, and beside them what was reviewed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from conformance.clauses import Clause
from conformance.tender import mapping, requirements
from conformance.tender.mapping import Mapped
from conformance.tender.requirements import MAX_BYTES, Tender
from scenarios.files import read_bounded


@dataclass(frozen=True, slots=True)
class File:
    """A file that was read."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Asked:
    """The requirements with the clauses that show them; `mapping` is None where there is none."""

    file: File
    mapping: File | None
    tender: Tender
    clauses: Mapping[str, Clause]
    mapped: Sequence[Mapped]


def mapping_of(place: Path) -> Path:
    """Where the mapping of a tender stands: `requirements.mapping.csv` beside it."""
    return place.with_name(f"{place.stem}.mapping.csv")


def read(place: Path, clauses: Mapping[str, Clause]) -> Asked:
    """The tender in a file, and its mapping where there is one; raises `BadInput`."""
    source = read_bounded(place, MAX_BYTES)
    tender = requirements.read(str(place), source, clauses)
    beside = mapping_of(place)
    links: tuple[mapping.Link, ...] = ()
    reviewed = None
    if beside.exists():
        content = read_bounded(beside, MAX_BYTES)
        links = mapping.read(str(beside), content, tender, clauses)
        reviewed = _file(beside, content)
    found = mapping.mapped(tender, links, clauses)
    return Asked(_file(place, source), reviewed, tender, clauses, found)


def _file(place: Path, content: bytes) -> File:
    return File(place.name, sha256(content).hexdigest())
