"""The packets of a case as a witness of its record: was what the device said really on the wire?

Of every message that the record says the device sent, and of every order that it says the device
answered, the bytes must be in the packets. Where the wire is encrypted, packets of that direction
are missing or nobody captured, it cannot tell.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from conformance.evidence import Evidence
from conformance.packets import Stream, streams
from conformance.record import Record
from conformance.trial import Trial

WhyNot = Literal["no-capture", "encrypted", "incomplete"]

MOST_MISSING: Final = 5
"""So many are named of each case."""


@dataclass(frozen=True, slots=True)
class Testimony:
    """What the packets of a case say of its record: how many messages they hold of how many, and
    some that they do not, each as an instant, a direction and a topic."""

    case: str
    seen: int
    of: int
    missing: tuple[str, ...] = ()
    why_not: WhyNot | None = None

    @property
    def contradicts(self) -> bool:
        """Whether the record says what was not on the wire."""
        return self.why_not is None and self.seen < self.of


def testimonies(evidence: Evidence) -> tuple[Testimony, ...]:
    """Of every case whose bench has a wire."""
    encrypted = bool(evidence.plan.bench.facts.get("tls"))
    return tuple(
        _testimony(trial, encrypted)
        for trial in evidence.trials.values()
        if trial.traffic is not None
    )


def _testimony(trial: Trial, encrypted: bool) -> Testimony:
    traffic = trial.traffic
    if traffic is None or traffic.captured is None:
        return Testimony(trial.case, 0, 0, why_not="no-capture")
    if encrypted:
        return Testimony(trial.case, 0, 0, why_not="encrypted")
    found, broker = streams(traffic.packets()), traffic.broker
    # By whether the device said it. What a whole direction does not hold was not said; a direction
    # with a gap, as where a connection was reset under a long message, may have held it.
    ways = {
        True: [stream for stream in found if stream.target == broker],
        False: [stream for stream in found if stream.source == broker],
    }
    claims = list(_claims(trial.record))
    missing = [claim for claim in claims if not _is_in(ways[claim.is_said], claim.payload)]
    untrue = [
        claim
        for claim in missing
        if traffic.captured.is_complete and all(each.is_whole for each in ways[claim.is_said])
    ]
    return Testimony(
        trial.case,
        len(claims) - len(missing),
        len(claims),
        tuple(map(str, (untrue or missing)[:MOST_MISSING])),
        "incomplete" if missing and not untrue else None,
    )


@dataclass(frozen=True, slots=True)
class _Claim:
    """A message that must have been on the wire."""

    at_ms: int
    is_said: bool
    topic: str
    payload: bytes

    def __str__(self) -> str:
        return f"{self.at_ms} {'←' if self.is_said else '→'} {self.topic}"


def _is_in(way: list[Stream], payload: bytes) -> bool:
    return any(payload in stretch.content for stream in way for stretch in stream.stretches)


def _claims(record: Record) -> Iterator[_Claim]:
    """What must have been on the wire. What the broker had kept from before may have come without
    the device."""
    answered = {each.detail["order"] for each in record.of("answer")}
    for each in record.of("said", "told"):
        payload, topic = each.detail.get("payload"), each.detail.get("topic")
        is_said = each.what == "said"
        if is_said and each.detail.get("retain"):
            continue
        if not is_said and each.detail.get("order") not in answered:
            continue
        if isinstance(payload, str) and isinstance(topic, str) and _is_exact(payload):
            yield _Claim(each.at_ms, is_said, topic, payload.encode())


def _is_exact(payload: str) -> bool:
    """Whether the text is what the bytes were: what is no text stands in a record escaped."""
    return bool(payload) and "\\x" not in payload
