"""The packets of a case as a witness of its record: was what the device said really on the wire?

Of every message that the record says the device sent, and of every order that it says the device
answered, the bytes must be in the packets. Where the wire is encrypted, packets are missing or
nobody captured, it cannot tell.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from conformance.evidence import Evidence
from conformance.packets import Endpoint, Stream, streams
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
    found = streams(traffic.packets())
    from_device = _bytes(found, traffic.broker, to=True)
    to_device = _bytes(found, traffic.broker, to=False)
    claims = list(_claims(trial.record))
    missing = [
        f"{at_ms} {'←' if is_said else '→'} {topic}"
        for at_ms, is_said, topic, payload in claims
        if not any(payload in each for each in (from_device if is_said else to_device))
    ]
    has_all = traffic.captured.is_complete and all(
        stream.is_whole for stream in found if traffic.broker in (stream.source, stream.target)
    )
    return Testimony(
        trial.case,
        len(claims) - len(missing),
        len(claims),
        tuple(missing[:MOST_MISSING]),
        None if has_all or not missing else "incomplete",
    )


def _bytes(found: list[Stream], broker: Endpoint, *, to: bool) -> list[bytes]:
    return [
        bytes(stretch.content)
        for stream in found
        if (stream.target if to else stream.source) == broker
        for stretch in stream.stretches
    ]


def _claims(record: Record) -> Iterator[tuple[int, bool, str, bytes]]:
    """What must have been on the wire: when, whether the device said it, its topic, its bytes.

    What the broker had kept from before may have come without the device.
    """
    answered = {each.detail["order"] for each in record.of("answer")}
    for each in record.of("said", "told"):
        payload, topic = each.detail.get("payload"), each.detail.get("topic")
        is_said = each.what == "said"
        if is_said and each.detail.get("retain"):
            continue
        if not is_said and each.detail.get("order") not in answered:
            continue
        if isinstance(payload, str) and isinstance(topic, str) and _is_exact(payload):
            yield each.at_ms, is_said, topic, payload.encode()


def _is_exact(payload: str) -> bool:
    """Whether the text is what the bytes were: what is no text stands in a record escaped."""
    return bool(payload) and "\\x" not in payload
