"""By whose hands a source system is used that no half of the project knows: parts of a target.

Of the dialect `questions`: `operator:`, who is asked and how, as on a bench of devices. Of the
dialect `browser`: `script:`, a file or the name of a shipped one, and `people:`, the accounts that
are there for them. Of both `fleet:`, the devices that are let in already (`given_fleet`).

    people:
      composer: {login: "soan.thao", password_file: "soan.password"}
      approver: {login: "phe.duyet", password_file: "duyet.password", totp_file: "duyet.totp"}
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conformance.bench import description
from conformance.bench.operators import Asking
from conformance.password_files import password_in
from conformance.sources.acts import APPROVER, COMPOSER
from conformance.sources.by_hand import browser_script
from conformance.sources.by_hand.browser_script import Script
from conformance.sources.by_hand.given_fleet import GivenFleet
from scenarios import strict_yaml
from scenarios.problems import BadInput, shown
from scenarios.sourced import read_fields, words

PARTS: Mapping[str, tuple[str, ...]] = {
    "questions": ("operator", "fleet"),
    "browser": ("script", "people", "fleet"),
}
"""What a target of each of these dialects has besides."""

ASKED = frozenset({"source-emergency-one-commune", "source-approval", "source-returned"})
"""The cases that can be tried by asking: in no other does it not matter how fast people act."""

_MOST_PEOPLE = 20


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody's way in; `totp_secret` is of the second factor, if any."""

    login: str
    password: str = field(repr=False)
    totp_secret: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Hands:
    """What a target says of them; `asking` is None for a browser, `script` for people."""

    fleet: GivenFleet
    asking: Asking | None
    script: Script | None
    people: Mapping[str, Account]

    @property
    def cases(self) -> frozenset[str]:
        """The cases that can be tried by them."""
        return ASKED if self.script is None else self.script.cases


def parse(document: strict_yaml.Document, folder: Path, fleet: GivenFleet) -> Hands:
    """The parts of a target beside its `fleet`; raises `BadInput`."""
    if document.data_at(("script",)) is None:
        return Hands(fleet, description.asking(document, folder), None, {})
    script = browser_script.read(str(document.data_at(("script",))), folder)
    return Hands(fleet, None, script, _people(document, folder))


def _people(document: strict_yaml.Document, folder: Path) -> Mapping[str, Account]:
    place = ("people",)
    named = document.data_at(place)
    least = (COMPOSER.name, APPROVER.name)
    if not isinstance(named, dict) or not {*least} <= named.keys() or len(named) > _MOST_PEOPLE:
        expected = f"{' and '.join(least)}, and at most {_MOST_PEOPLE} people"
        raise BadInput([document.problem(place, shown(named), expected)])
    return {name: _account(document, name, folder) for name in named}


def _account(document: strict_yaml.Document, name: str, folder: Path) -> Account:
    place = ("people", name)
    fields = read_fields(document, place, _ACCOUNT, optional=("totp_file",))
    password = password_in(document, (*place, "password_file"), folder)
    secret = None
    if "totp_file" in fields:
        there = (*place, "totp_file")
        secret = password_in(document, there, folder).replace(" ", "").upper()
        try:
            base64.b32decode(secret + "=" * (-len(secret) % 8))
        except binascii.Error:
            expected = "a file with the key of a second factor (TOTP), in Base32"
            raise BadInput(
                [document.problem(there, shown(fields["totp_file"]), expected)]
            ) from None
    return Account(fields["login"], password, secret)


_ACCOUNT: dict[str, Any] = {"login": words, "password_file": words, "totp_file": words}
