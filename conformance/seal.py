"""Whether a bundle is as it was sealed, and by whom: answered from its bytes alone.

What the signer signed is in the envelope, so a change of any other file has a name, that of the
manifest too.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal

from conformance import evidence
from conformance.bundle import MANIFEST
from conformance.bundle_contents import Contents
from conformance.certify_bundle import KIND, SIGNATURE
from conformance.signing import Envelope, PublicKey, decode
from conformance.verdicts import Lifecycle
from scenarios import strict_json
from scenarios.problems import BadInput, Problem

Signer = Literal["trusted", "self-signed", "unknown", "unsigned", "forged"]
"""By a key that was trusted; by a key that only the bundle itself vouches for, as no key to trust
was named; by a key that is not among those trusted; by nobody; or the signature does not fit."""

How = Literal["changed", "added", "missing", "not-a-plain-file", "another-than-planned"]


@dataclass(frozen=True, slots=True)
class Change:
    """A file that is not as it was sealed."""

    file: str
    how: How


@dataclass(frozen=True, slots=True)
class Seal:
    """How a bundle was found; `key` is the signer's, None where no signature can be read."""

    changes: tuple[Change, ...]
    signer: Signer
    key: PublicKey | None
    lifecycle: Lifecycle

    @property
    def is_broken(self) -> bool:
        """Whether something is not as it was sealed."""
        return bool(self.changes) or self.signer == "forged"

    @property
    def is_whole(self) -> bool:
        """Whether it was sealed, and every byte is as it was then."""
        return not self.is_broken and self.signer != "unsigned"


def examine(contents: Contents, trusted: Collection[PublicKey]) -> Seal:
    """What became of the seal; raises `BadInput` where this is no certification at all."""
    envelope = _envelope(contents.files)
    sealed = _manifest(contents.files, envelope)
    return Seal(
        tuple(_changes(contents, envelope, sealed)),
        _signer(contents.files, envelope, trusted),
        envelope.key if envelope else None,
        Lifecycle(sealed["lifecycle"]),
    )


def _envelope(files: Mapping[str, bytes]) -> Envelope | None:
    """None where there is none, or none that can be read: then the file itself is a change."""
    try:
        return decode(SIGNATURE, files[SIGNATURE])
    except (KeyError, BadInput):
        return None


def _manifest(files: Mapping[str, bytes], envelope: Envelope | None) -> Mapping[str, Any]:
    """What was sealed; where nobody signed it, what the manifest says."""
    source = envelope.payload if envelope and envelope.fits() else files.get(MANIFEST)
    if source is None:
        raise BadInput([Problem(MANIFEST, None, None, "", "missing", "that of a certification")])
    data = strict_json.parse(MANIFEST, source)
    try:
        named = data["files"]
        fits = (
            data["kind"] == KIND
            and data["lifecycle"] in list(Lifecycle)
            and all(isinstance(each["sha256"], str) for each in named.values())
        )
    except (AttributeError, KeyError, TypeError):
        fits = False
    if not fits:
        raise BadInput([Problem(MANIFEST, None, None, "", "another", "that of a certification")])
    manifest: Mapping[str, Any] = data
    return manifest


def _changes(
    contents: Contents, envelope: Envelope | None, sealed: Mapping[str, Any]
) -> Iterator[Change]:
    files, named = contents.files, sealed["files"]
    yield from (Change(name, "not-a-plain-file") for name in contents.irregular)
    if SIGNATURE in files and (envelope is None or not envelope.fits()):
        yield Change(SIGNATURE, "changed")
    elif envelope is not None and envelope.payload != files.get(MANIFEST):
        yield Change(MANIFEST, "changed" if MANIFEST in files else "missing")
    if sealed["lifecycle"] != Lifecycle.FINISHED:
        return
    yield from altered(contents, named)
    yield from _other_inputs(files, named)


def altered(contents: Contents, named: Mapping[str, Any]) -> Iterator[Change]:
    """The plain files that are not as a manifest names them."""
    files = contents.files
    for name, said in sorted(named.items()):
        if name not in files:
            if name not in contents.irregular:
                yield Change(name, "missing")
        elif sha256(files[name]).hexdigest() != said["sha256"]:
            yield Change(name, "changed")
    for name in sorted(files):
        if name not in named and name not in (MANIFEST, SIGNATURE):
            yield Change(name, "added")


def _other_inputs(files: Mapping[str, bytes], named: Mapping[str, Any]) -> Iterator[Change]:
    """What the signer himself put in the place of what his plan rests on."""
    try:
        inputs = evidence.read_plan(files).inputs
    except BadInput:
        return
    for name, digest in sorted(inputs.items()):
        found = sha256(files[name]).hexdigest() if name in files else None
        if found != digest and found == named.get(name, {}).get("sha256"):
            yield Change(name, "another-than-planned")


def _signer(
    files: Mapping[str, bytes], envelope: Envelope | None, trusted: Collection[PublicKey]
) -> Signer:
    if SIGNATURE not in files:
        return "unsigned"
    if envelope is None or not envelope.fits():
        return "forged"
    if envelope.key in trusted:
        return "trusted"
    return "unknown" if trusted else "self-signed"
