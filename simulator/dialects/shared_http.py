"""The provinces' shared vocabulary over HTTP, with login and token: devices ask for commands.

Names of fields are the shared ones. The paths are this project's own, as no document gives any.
"""

import json
from collections.abc import Sequence

from reference_system.interface import messages
from scenarios import strict_json
from scenarios.problems import BadInput

from . import shared_words
from .contract import (
    Answer,
    Dialect,
    Entry,
    NotUnderstood,
    Order,
    Request,
    Status,
    Wire,
)

LOGIN, COMMANDS, ACK, STATUS, LOG = (
    f"/device/v1/{name}" for name in ("login", "commands", "ack", "status", "log")
)
MAKER_CODE, MAKER_NAME = "TTCS-HIL", "Thiết bị mô phỏng ttcs-hil"
MOST_BYTES = 8 << 20
"""A hundred commands of the longest kind."""


class SharedHttp(Dialect):
    """The shared vocabulary over HTTP; see `contract.Dialect`."""

    name = "shared-http"
    wires = frozenset[Wire]({"http"})
    entries_at_once = 8

    def __init__(self, trusted: shared_words.Keys | None = None) -> None:
        """With `trusted` keys, only commands that one of them has signed are obeyed."""
        self._trusted = trusted

    def sign_in(self, device: str, secret: str) -> Request:
        """Username and Password."""
        return Request(LOGIN, json_bytes({"Username": device, "Password": secret}), signed=False)

    def token(self, payload: bytes) -> str:
        """`NoiDung.Token`, unless `TrangThaiGui` says that it failed."""
        match json_object("login", payload):
            case {"TrangThaiGui": 0, "NoiDung": {"Token": str(token)}} if _is_header(token):
                return token
            case {"TrangThaiGui": 1, "MoTa": str(why)}:
                raise NotUnderstood(f"login: {why[:200]!a}")
            case _:
                raise NotUnderstood("login: is without NoiDung.Token, expected a token")

    def poll(self, device: str, status: Status) -> Request:
        """For the commands that wait."""
        return Request(COMMANDS, asks=True)

    def parts(self, device: str, place: str, payload: bytes) -> Sequence[bytes]:
        """`DanhSachLenh`."""
        match json_object("commands", payload):
            case {"TrangThaiGui": 0, "DanhSachLenh": list(commands)}:
                return [json_bytes(command) for command in commands]
            case _:
                raise NotUnderstood("commands: is without DanhSachLenh, expected a list")

    def order(self, device: str, place: str, payload: bytes) -> Order:
        """The order in a command; raises `NotUnderstood`."""
        if place != COMMANDS:
            raise NotUnderstood(f"an answer of {place[:80]!a}, which has no commands")
        return shared_words.order_of(device, payload, self._trusted)

    def answer(self, device: str, answer: Answer) -> Request:
        """Accepted, or failed and why."""
        return Request(ACK, messages.encode(shared_words.ack(answer)))

    def status(self, device: str, status: Status) -> Request:
        """The status report, with who made the device."""
        report = shared_words.status_report(status).model_copy(
            update={
                "device_name": device,
                "supplier_code": MAKER_CODE,
                "supplier_name": MAKER_NAME,
            }
        )
        return Request(STATUS, messages.encode(report))

    def log(self, device: str, sent_ms: int, entries: tuple[Entry, ...]) -> Request:
        """Entries of the play log."""
        return Request(LOG, messages.encode(shared_words.play_log(sent_ms, entries)))


DIALECT = SharedHttp()


def json_object(what: str, payload: bytes) -> object:
    """The data in a payload; raises `NotUnderstood`."""
    try:
        return strict_json.parse(what, payload, MOST_BYTES)
    except BadInput as bad:
        raise NotUnderstood(str(bad.problems[0])) from None


def json_bytes(data: object) -> bytes:
    """The data as JSON, without spaces."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def _is_header(token: str) -> bool:
    return 0 < len(token) <= 4_000 and all("!" <= letter <= "~" for letter in token)
