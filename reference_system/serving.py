"""A source system started in order, served, and stopped in reverse: what `ttcs serve` does."""

import asyncio
import fcntl
import logging
import os
import signal
import socket
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

import uvicorn
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

from reference_system.broker.choose import choose
from reference_system.broker.contract import BrokerError, Certificate
from reference_system.options import Options
from reference_system.services import clock_steps
from reference_system.services.content import media
from reference_system.services.fleet import signing_key
from reference_system.services.people import accounts, sealing, second_factor
from reference_system.services.permitted_hours import PERMITTED, permitted_hours
from reference_system.services.refusals import Invalid, Unable
from reference_system.services.system import Settings, System
from reference_system.services.timekeeping import may_be, wall_ms
from reference_system.services.units import Units
from reference_system.store.database import BadAddress, Database
from reference_system.store.installation import Installation
from reference_system.store.migrations import migrate
from reference_system.web.app import application
from reference_system.working import working
from scenarios.problems import one_line
from scenarios.territory import UnknownEra

BACKLOG = 2_048
"""Connections that wait to be accepted."""


class CannotServe(Exception):
    """The source system cannot start as asked; the text is one line for people."""


class _ToldToStop(BaseException):
    """SIGTERM came: a KeyboardInterrupt of another name."""


def serve(options: Options, tell: Callable[[str], None]) -> None:
    """Serve until interrupted or told to stop; `tell` gets lines for people.

    SIGTERM ends it in order, as Ctrl-C does, but without an exception. To be called from the main
    thread. Raises `CannotServe` before anything is answered.
    """
    signal.signal(signal.SIGTERM, _stop)
    try:
        _serve(options, tell)
    except _ToldToStop:
        pass
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _stop(_signal: int, _frame: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # said twice, it does not break off the ending
    raise _ToldToStop


def _serve(options: Options, tell: Callable[[str], None]) -> None:
    certificate = _certificate(options)
    if not may_be(wall_ms()):
        raise CannotServe("the clock of this machine is wrong: set it, and start again")
    with ExitStack() as opened:
        _own(options.data_dir, opened)
        listening = opened.enter_context(_listening(options.host, options.port))
        scheme = "https" if certificate else "http"
        host = f"[{options.host}]" if ":" in options.host else options.host
        address = f"{scheme}://{host}:{listening.getsockname()[1]}"
        database = _database(options)
        opened.callback(database.close)
        system = System(_settings(options, database, address), database)
        media.store(system).clear_unfinished()
        try:
            unreadable = second_factor.unreadable(system)
        except Unable as error:
            raise CannotServe(error.en) from None
        if options.sign_commands:
            _signing_key(options.data_dir)
        first = accounts.first_administrator(system)
        try:
            broker = choose(
                options.broker,
                options.data_dir / "broker",
                host=options.host,
                port=options.mqtt_port,
                certificate=certificate,
                ca_file=options.broker_ca,
                password_file=options.broker_password,
            )
            opened.enter_context(working(system, broker))
        except BrokerError as error:
            raise CannotServe(f"broker: {error}") from None
        tell(f"{system.settings.name}: {address}")
        devices = broker.abilities.capacity_devices
        capacity = f", {devices:,} thiết bị / devices" if devices else ""
        tell(f"MQTT ({broker.name}): {broker.address}{capacity}")
        if first:
            login, password = first
            tell(
                f"Quản trị viên đầu tiên, chỉ hiện một lần / first administrator, shown once: "
                f"{login} {password}"
            )
        if behind_ms := clock_steps.behind_record(system):
            tell(
                f"Đồng hồ máy chủ chậm {behind_ms // 1000} giây so với nhật ký / the machine's "
                f"clock is {behind_ms // 1000} s behind the last entry of the audit log"
            )
        if unreadable:
            tell(
                f"Không đọc được {unreadable} mã xác thực: thiếu khóa / second factors that cannot "
                f"be read: put back {sealing.KEY_FILE} and start again, or enrol them anew"
            )
        logging.getLogger("uvicorn.error").addFilter(_is_error)
        server = uvicorn.Server(
            uvicorn.Config(
                application(system),
                log_config=None,
                access_log=False,
                server_header=False,
                ws="none",
                timeout_graceful_shutdown=5,
                ssl_certfile=certificate.certificate if certificate else None,
                ssl_keyfile=certificate.key if certificate else None,
            )
        )
        server.run([listening])


def _is_error(record: logging.LogRecord) -> bool:
    """Whether something went wrong: a request that our own ending cut off is none."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))


def _certificate(options: Options) -> Certificate | None:
    if (options.certificate is None) != (options.key is None):
        raise CannotServe("--certificate and --key belong together: give both files, or neither")
    if options.certificate is None or options.key is None:
        return None
    return Certificate(options.certificate, options.key, options.ca)


def _own(folder: Path, opened: ExitStack) -> None:
    """Make the data directory this process's own: nobody else reads it, nobody else serves it."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=stat.S_IRWXU)
        lock: IO[str] = opened.enter_context((folder / "lock").open("a"))
        os.chmod(folder / "lock", stat.S_IRUSR | stat.S_IWUSR)
    except OSError as error:
        raise CannotServe(f"--data-dir {folder}: {error.strerror}") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise CannotServe(f"--data-dir {folder}: another ttcs serve is using it") from None


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, port))
            # Only now nobody else can have the port; who comes early waits, and is answered.
            listening.listen(BACKLOG)
        except OSError as error:
            raise CannotServe(f"--host {host} --port {port}: {error.strerror}") from None
        yield listening


def _signing_key(data_dir: Path) -> None:
    """Have the key from the start: devices are to be given its public half."""
    try:
        signing_key.make_key(data_dir)
    except (OSError, ValueError):
        file = data_dir / signing_key.PRIVATE_FILE
        raise CannotServe(f"--sign-commands: {file} holds no Ed25519 key: put it back") from None


def _database(options: Options) -> Database:
    url = options.database or f"sqlite:///{options.data_dir.absolute() / 'ttcs.sqlite'}"
    try:
        database = Database(url)
    except BadAddress as error:
        raise CannotServe(f"--database: {error}") from None
    shown = make_url(url).render_as_string(hide_password=True)
    try:
        migrate(database)
    except BadAddress as error:
        raise CannotServe(f"--database {shown}: {error}") from None
    except DBAPIError as error:
        database.close()
        reason = str(error.orig).strip().splitlines()[0]
        raise CannotServe(one_line(f"--database {shown}: {reason}")) from None
    return database


def _settings(options: Options, database: Database, address: str) -> Settings:
    """The settings; what the installation is was said at its first start and cannot change."""
    level, _, code = options.place.partition(":")
    try:
        unit = Units(options.era).named(level, code)
    except (Invalid, UnknownEra) as error:
        raise CannotServe(error.en if isinstance(error, Invalid) else str(error)) from None
    permitted = PERMITTED
    if options.permitted_hours is not None:
        try:
            permitted = permitted_hours(options.permitted_hours)
        except ValueError as error:
            raise CannotServe(f"--permitted-hours: expected {error}") from None
    asked = (unit.level, unit.code, options.era)
    with database.writing() as session:
        known = session.get(Installation, 1)
        if known is None:
            known = Installation(
                only=1,
                source_id=options.source_id or f"TTN-{unit.code}",
                level=unit.level,
                code=unit.code,
                era=options.era,
                created_ms=wall_ms(),
            )
            session.add(known)
    if (known.level, known.code, known.era) != asked:
        raise CannotServe(
            f"this database is of {known.level} {known.code} in the era {known.era}, not of "
            f"{level} {code} in the era {options.era}: name another --data-dir"
        )
    return Settings(
        unit=unit,
        era=known.era,
        source_id=known.source_id,
        name=f"Hệ thống thông tin nguồn {Units(known.era).name(unit)}",
        data_dir=options.data_dir,
        public_url=(options.public_url or address).rstrip("/"),
        commune_may_stop_emergency=options.commune_may_stop_emergency,
        sign_commands=options.sign_commands,
        permitted=permitted,
    )
