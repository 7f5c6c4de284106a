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
"""The conformant device of each role that can conform."""

EMULATED: Mapping[Role, str] = {**PROFILES, "station-software": "speaker-reference"}
"""What `--demo` tries; the software of a station, too, is seen as one device that plays."""

PERMITS = ("link", "power", "malformed", "night", "signing", "update")
"""Nothing that is done to an emulated device can do harm."""


def declaration(role: Role) -> Declaration:
    """What the emulated device of a role declares; an example for a user's own file."""
    name = f"{role}.yaml"
    return parse(strict_yaml.parse(name, files(__package__).joinpath(name).read_bytes()))
