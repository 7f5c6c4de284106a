"""Waivers: failures that somebody accepts for a while, each matched to exactly one failure.

A waived failure stays a failure and is told as one; it only no longer decides the overall verdict.
A waiver that has expired, is for another device, or matches nothing is an error.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any, Literal, get_args

from conformance.capabilities import Device
from conformance.certification import CheckResult
from scenarios import strict_yaml
from scenarios.problems import BadInput, Problem, shortened
from scenarios.scenario import Text
from scenarios.sourced import choice, mapping, read_fields, read_text, version_1, words

Kind = Literal["accepted-deviation", "fix-promised", "dispute"]
"""The buyer accepts it; the maker has promised a firmware; the failure itself is contested."""

_FINGERPRINT = re.compile("[0-9a-f]{16}")
_NUMBER = re.compile("[0-9]+")
MOST = 200


@dataclass(frozen=True, slots=True)
class Waiver:
    """One failure of one firmware, waived up to and with the day `until`."""

    clause: str
    failure: str
    kind: Kind
    vendor: str
    model: str
    firmware: str
    until: date
    reason: Text

    def fits(self, device: Device) -> bool:
        """Whether it was given for this device."""
        known = (device.vendor, device.model, device.firmware)
        return (self.vendor, self.model, self.firmware) == known


def fingerprint(clause: str, revision: int, result: CheckResult) -> str:
    """The name of a failure: the same for the same failure of another run, whatever its figures."""
    says = _NUMBER.sub("#", result.seen.says.en) if result.seen else ""
    parts = [clause, revision, result.case, result.check, result.reason, says]
    return sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()[:16]


def parse(document: strict_yaml.Document) -> tuple[Waiver, ...]:
    """The waivers that a document holds; raises `BadInput`."""
    parts = read_fields(document, (), {"ttcs": version_1, "waivers": _list})
    found = []
    for number in range(len(parts["waivers"])):
        path = ("waivers", number)
        fields = read_fields(document, path, _FIELDS)
        device = read_fields(document, (*path, "device"), _DEVICE)
        reason = read_text(document, (*path, "reason"))
        del fields["device"]
        found.append(Waiver(**{**fields, **device, "reason": reason}))
    if len({each.failure for each in found}) < len(found):
        expected = "each failure once"
        raise BadInput([document.problem(("waivers",), "a failure waived twice", expected)])
    return tuple(found)


def check_valid(waivers: tuple[Waiver, ...], device: Device, today: date, file: str) -> None:
    """Raises `BadInput` for each waiver that has expired or is for another device."""
    problems = []
    for number, each in enumerate(waivers):
        place = f"waivers[{number}]"
        if each.until < today:
            wrong = f"expired on {each.until.isoformat()}"
            problems.append(Problem(file, None, None, place, wrong, "a waiver that holds today"))
        if not each.fits(device):
            expected = f"{device.vendor} {device.model} {device.firmware}, the declared device"
            wrong = shortened(f"for {each.vendor} {each.model} {each.firmware}")
            problems.append(Problem(file, None, None, place, wrong, expected))
    if problems:
        raise BadInput(problems)


def written(waivers: tuple[Waiver, ...]) -> Mapping[str, Any]:
    """As a bundle keeps them, for the same reader."""
    return {
        "ttcs": 1,
        "waivers": [
            {
                "clause": each.clause,
                "failure": each.failure,
                "kind": each.kind,
                "device": {
                    "vendor": each.vendor,
                    "model": each.model,
                    "firmware": each.firmware,
                },
                "until": each.until.isoformat(),
                "reason": {"vi": each.reason.vi, "en": each.reason.en},
            }
            for each in waivers
        ],
    }


def _list(value: object) -> object:
    if not isinstance(value, list) or not 0 < len(value) <= MOST:
        raise ValueError(f"a list of 1 to {MOST} waivers")
    return value


def _failure(value: object) -> str:
    if not isinstance(value, str) or not _FINGERPRINT.fullmatch(value):
        raise ValueError("the 16 hexadecimal digits that the results name the failure by")
    return value


def _day(value: object) -> date:
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise ValueError('a day such as "2027-06-30"') from None


_FIELDS: dict[str, Any] = {
    "clause": words,
    "failure": _failure,
    "kind": choice(*get_args(Kind)),
    "device": mapping,
    "until": _day,
    "reason": mapping,
}
_DEVICE: dict[str, Any] = {"vendor": words, "model": words, "firmware": words}
