"""`ttcs fleet`: a scenario's devices as programs, against a running source system."""

import asyncio
import json
import os
import signal
import socket
import ssl
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from typing import IO, TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from reference_system.dispatch.commands import VIETNAM_TIME
from scenarios.problems import BadInput, Problem
from scenarios.units import duration_ms
from ttcs import scenario_files
from ttcs.main import BAD_INPUT, CONFORMANT, HARNESS_ERROR
from ttcs.telling import tell, tell_error, tell_first

if TYPE_CHECKING:
    from simulator.emulator.connection import Broker
    from simulator.emulator.events import Event, Summary
    from simulator.emulator.fleet import EmulatedFleet
    from simulator.emulator.population import Resident

PASSWORD_VARIABLE = "TTCS_PASSWORD"
MQTT_PORTS = {"mqtt": 1883, "mqtts": 8883}

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
    instrumented: int
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

    try:
        file = scenario_files.load(asked.scenario)
        lasting_s = _lasting_s(asked)
        server, broker = _server(asked), _broker(asked)
        people = residents(file.scenario, asked.devices)
        if not people:
            raise _bad("--scenario", asked.scenario, "a scenario with devices")
        secrets = _secrets(asked, server, people)
        with ExitStack() as opened:
            log = _Log(opened.enter_context(asked.log.open("w", encoding="utf-8"))
                       if asked.log else None)  # fmt: skip
            summary, ever = asyncio.run(
                _run(asked, server, broker, people, secrets, file.scenario.seed, lasting_s, log)
            )
    except BadInput as bad:
        tell_first(bad)
        return BAD_INPUT
    except (NotEnrolled, NoRoom) as error:
        tell_error(str(error))
        return BAD_INPUT
    except OSError as error:
        tell_error(f"ttcs fleet: {error.filename or ''} {error.strerror or error}".strip())
        return HARNESS_ERROR
    _tell_summary(summary, asked)
    if log.failure:
        tell_error(f"{asked.log}: {log.failure}; the log is incomplete")
    return HARNESS_ERROR if log.failure or not ever else CONFORMANT


async def _run(
    asked: Asked,
    server: str,
    broker: "Broker",
    people: "Sequence[Resident]",
    secrets: Mapping[str, str],
    seed: int,
    lasting_s: float | None,
    log: "_Log",
) -> "tuple[Summary, bool]":
    from simulator.dialects.reference import Reference
    from simulator.emulator.fleet import EmulatedFleet
    from simulator.emulator.member import Member

    members = [Member(p.name, p.commune, p.profile, p.link, secrets[p.name]) for p in people]
    told_to_stop = asyncio.Event()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signal_number, told_to_stop.set)
    emulated = EmulatedFleet(
        members,
        broker,
        Reference(),
        origins=[server],
        seed=seed,
        instrumented=asked.instrumented,
        listener=log if asked.log else None,
    )
    starting = asyncio.create_task(emulated.start())
    progress = asyncio.create_task(_show(emulated))
    try:
        async with asyncio.timeout(lasting_s):
            await told_to_stop.wait()
    except TimeoutError:
        pass
    finally:
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        connected = emulated.summary().connected
        await emulated.stop()
        progress.cancel()
        await asyncio.gather(progress, return_exceptions=True)
    from dataclasses import replace

    ever = emulated.tally.happened["connected"] > 0
    return replace(emulated.summary(), connected=connected), ever


async def _show(emulated: "EmulatedFleet") -> None:
    """Progress on a terminal, silence in a pipe."""
    if not sys.stderr.isatty():
        return
    from rich.console import Console

    with Console(stderr=True).status("") as status:
        while True:
            now = emulated.summary()
            status.update(
                f"kết nối / connected {now.connected:,} / {now.devices:,} · "
                f"lệnh / orders {now.orders:,} · đã phát / heard {now.heard:,} · "
                f"lỗi / errors {sum(now.errors.values()):,}"
            )
            await asyncio.sleep(1)


class _Log:
    """Events as JSON lines. What cannot be written ends it, not the run."""

    def __init__(self, file: IO[str] | None) -> None:
        self._file, self.failure = file, ""

    def __call__(self, event: "Event") -> None:
        if self._file is None or self.failure:
            return
        moment = datetime.fromtimestamp(event.at_ms // 1000, UTC)
        moment = moment.replace(microsecond=event.at_ms % 1000 * 1000).astimezone(VIETNAM_TIME)
        line = {
            "at": moment.isoformat(timespec="milliseconds"),
            "at_ms": event.at_ms,
            "device": event.device,
            "event": event.what,
            **event.detail,
        }
        try:
            self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
        except OSError as error:
            self.failure = error.strerror or str(error)


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
        raise _bad("--for", asked.lasting, str(error)) from None


def _server(asked: Asked) -> str:
    parts = _address("--server", asked.server, ("http", "https"))
    if parts.path not in ("", "/") or parts.query:
        raise _bad("--server", asked.server, "an address without a path")
    _check_target("--server", parts.hostname or "", asked.allowed)
    return f"{parts.scheme}://{parts.netloc}"


def _broker(asked: Asked) -> "Broker":
    from simulator.emulator.connection import Broker

    url = asked.broker
    if url is None:
        host = urlsplit(asked.server).hostname or ""
        url = f"mqtt://[{host}]" if ":" in host else f"mqtt://{host}"
    parts = _address("--broker", url, tuple(MQTT_PORTS))
    host = parts.hostname or ""
    _check_target("--broker", host, asked.allowed)
    port = parts.port or MQTT_PORTS[parts.scheme]
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise _bad("--broker", url, "a host that has an address") from None
    tls = None
    if parts.scheme == "mqtts":
        try:
            tls = ssl.create_default_context(cafile=asked.ca)
        except (OSError, ssl.SSLError):
            raise _bad("--ca", str(asked.ca), "a file with certificates (PEM)") from None
    return Broker(host, port, str(found[0][4][0]), tls)


def _address(option: str, url: str, schemes: Sequence[str]) -> SplitResult:
    try:
        parts = urlsplit(url)
        fits = parts.scheme in schemes and parts.hostname and (parts.port or 1) > 0
    except ValueError:
        fits = None
    if not fits:
        raise _bad(option, url, f"an address like {schemes[0]}://127.0.0.1:8080")
    if "@" in parts.netloc:
        raise _bad(option, "an address with a login", "one without")
    return parts


def _check_target(option: str, host: str, allowed: frozenset[str]) -> None:
    """Loudspeakers stand in villages: nothing beyond this machine without an explicit word."""
    try:
        is_here = ip_address(host).is_loopback
    except ValueError:
        is_here = host == "localhost"
    if not is_here and host not in allowed:
        raise _bad(option, host, f"this machine, or --allow-target {host} beside it")


def _secrets(asked: Asked, server: str, people: "Sequence[Resident]") -> Mapping[str, str]:
    """The secret of every device: those that a file keeps, the others by registering."""
    from simulator.emulator.enrolment import Operator, enrol, read_secrets, write_secrets

    kept = read_secrets(asked.credentials, server) if asked.credentials else {}
    unknown = [resident for resident in people if resident.name not in kept]
    if not unknown:
        return kept
    if asked.login is None:
        wrong = f"not given, and the secrets of {len(unknown)} devices are not known"
        raise _bad("--login", wrong, "an administrator who registers them")
    secrets = enrol(server, Operator(asked.login, _password(asked)), unknown)
    if asked.credentials:
        write_secrets(asked.credentials, server, secrets)
    return {**kept, **secrets}


def _password(asked: Asked) -> str:
    if asked.password_file is not None:
        try:
            return asked.password_file.read_text("utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError):
            raise _bad("--password-file", str(asked.password_file), "a text to be read") from None
    if password := os.environ.get(PASSWORD_VARIABLE):
        return password
    wrong = "not given"
    raise _bad("--password-file", wrong, f"it, or the password in {PASSWORD_VARIABLE}")


def _bad(option: str, wrong: str, expected: str) -> BadInput:
    return BadInput([Problem(option, None, None, "", wrong, expected)])
