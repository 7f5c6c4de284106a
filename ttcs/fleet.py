"""`ttcs fleet`: a scenario's devices as programs, against a running source system."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from scenarios.problems import BadInput
from scenarios.units import duration_ms
from ttcs import addresses, scenario_files
from ttcs.addresses import bad
from ttcs.main import BAD_INPUT, CONFORMANT, HARNESS_ERROR
from ttcs.telling import tell, tell_error, tell_first

if TYPE_CHECKING:
    from simulator.dialects.contract import Dialect
    from simulator.dialects.shared_words import Keys
    from simulator.emulator.events import Summary
    from simulator.emulator.population import Resident

TOLD: Mapping[str, str] = {
    "devices": "thiết bị / devices",
    "connected": "đang kết nối / connected now",
    "orders": "lệnh nhận được / orders received",
    "answered": "thiết bị đã trả lời / devices that answered",
    "heard": "thiết bị đã phát / devices heard",
    "segments": "đoạn phát / segments",
    "entries": "dòng nhật ký / log entries",
    "confirmed": "nhật ký đã gửi / entries confirmed",
    "sounds": "tệp đã tải / sounds fetched",
}
"""The lines of the table at the end."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for on the command line."""

    scenario: str
    server: str
    broker: str | None
    devices: int | None
    login: str | None
    password_file: Path | None
    credentials: Path | None
    allowed: frozenset[str]
    ca: Path | None
    server_key: Path | None
    dialect: str
    vendor_server: str | None
    transcript: Path | None
    instrumented: int
    processes: int
    lasting: str | None
    log: Path | None
    json: bool


def fleet(asked: Asked) -> int:
    """Run them until told to stop; the exit code."""
    if any(find_spec(package) is None for package in ("paho", "httpx2", "av")):
        tell_error("ttcs fleet needs more packages: pip install 'ttcs-hil[server]'")
        return BAD_INPUT
    from simulator.emulator.enrolment import NotEnrolled
    from simulator.emulator.fleet import NoRoom
    from simulator.emulator.population import residents
    from simulator.live.vendor_broker import NoVendorBroker
    from ttcs import fleet_parts

    try:
        file = scenario_files.load(asked.scenario)
        lasting_s = _lasting_s(asked)
        server = addresses.server("--server", asked.server, asked.allowed)
        broker = partial(addresses.broker, asked.broker, asked.server, asked.allowed, asked.ca)
        dialect = partial(_dialect, asked)
        broker(), dialect()  # what is wrong is told here, once
        people = residents(file.scenario, asked.devices)
        if not people:
            raise bad("--scenario", asked.scenario, "a scenario with devices")
        secrets = _secrets(asked, server, people)
        part = fleet_parts.Part(
            people,
            secrets,
            broker,
            dialect,
            server,
            _vendor_server(asked),
            file.scenario.seed,
            asked.instrumented,
            lasting_s,
            asked.log,
            asked.transcript,
        )
        ended = fleet_parts.run(part, asked.processes)
    except BadInput as wrong:
        tell_first(wrong)
        return BAD_INPUT
    except (NotEnrolled, NoRoom, NoVendorBroker) as error:
        tell_error(str(error))
        return BAD_INPUT
    except OSError as error:
        tell_error(f"ttcs fleet: {error.filename or ''} {error.strerror or error}".strip())
        return HARNESS_ERROR
    _tell_summary(ended.summary, asked)
    if ended.failure:
        tell_error(f"ttcs fleet: {ended.failure}")
    return HARNESS_ERROR if ended.failure or not ended.ever else CONFORMANT


def _tell_summary(summary: "Summary", asked: Asked) -> None:
    data = summary.as_data()
    if asked.json:
        tell(json.dumps(data, ensure_ascii=False, indent=1))
        return
    lines = [f"{data[name]:>9,}  {words}" for name, words in TOLD.items()]
    lines += [f"{number:>9,}  lỗi / errors: {what}" for what, number in summary.errors.items()]
    tell("\n".join(lines))


# ---- What was asked -----------------------------------------------------------------------------


def _lasting_s(asked: Asked) -> float | None:
    if asked.lasting is None:
        return None
    try:
        return duration_ms(asked.lasting) / 1000
    except ValueError as error:
        raise bad("--for", asked.lasting, str(error)) from None


def _vendor_server(asked: Asked) -> str | None:
    if asked.vendor_server is None:
        return None
    return addresses.server("--vendor-server", asked.vendor_server, asked.allowed)


def _dialect(asked: Asked) -> "Dialect":
    from simulator.dialects.loading import load

    dialect = load(asked.dialect).dialect
    trusted = _trusted(asked.server_key)
    if trusted is None:
        return dialect
    return _trusting(asked, trusted)


def _trusting(asked: Asked, trusted: "Keys") -> "Dialect":
    from simulator.dialects.reference import Reference
    from simulator.dialects.shared_http import SharedHttp

    for dialect in (Reference, SharedHttp):
        if asked.dialect == dialect.name:
            return dialect(trusted)
    raise bad("--server-key", f"with --dialect {asked.dialect}", "one whose commands are signed")


def _trusted(file: Path | None) -> "Keys | None":
    """The key that commands must be signed with; None where they need not be."""
    if file is None:
        return None
    from reference_system.interface.signing import key_id, read_public_key

    try:
        key = read_public_key(file.read_bytes())
    except (OSError, ValueError):
        raise bad("--server-key", str(file), "a public Ed25519 key (PEM)") from None
    return {key_id(key): key}


def _secrets(asked: Asked, server: str, people: "Sequence[Resident]") -> Mapping[str, str]:
    """The secret of every device: those that a file keeps, the others by registering."""
    from simulator.emulator.enrolment import Operator, enrol, read_secrets, write_secrets

    kept = read_secrets(asked.credentials, server) if asked.credentials else {}
    unknown = [resident for resident in people if resident.name not in kept]
    if not unknown:
        return kept
    if asked.login is None:
        wrong = f"not given, and the secrets of {len(unknown)} devices are not known"
        raise bad("--login", wrong, "an administrator who registers them")
    secrets = enrol(server, Operator(asked.login, addresses.password(asked.password_file)), unknown)
    if asked.credentials:
        write_secrets(asked.credentials, server, secrets)
    return {**kept, **secrets}
