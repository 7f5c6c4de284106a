"""The emulated devices of `ttcs certify --demo`: which profile each role has, what it declares."""

from collections.abc import Mapping
from importlib.resources import files

from conformance.capabilities import Declaration, parse
from conformance.clauses import Role
from scenarios import strict_yaml

PROFILES: Mapping[Role, str] = {
    "ip-speaker": "speaker-reference",
    "fm-converter": "converter-ip-fm",
    "e-board": "board-reference",
}
"""The conformant device of each role."""

PERMITS = ("link", "power", "malformed", "night")
"""Nothing that is done to an emulated device can do harm."""


def declaration(role: Role) -> Declaration:
    """What the emulated device of a role declares; an example for a user's own file."""
    name = f"{role}.yaml"
    return parse(strict_yaml.parse(name, files(__package__).joinpath(name).read_bytes()))
