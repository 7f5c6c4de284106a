"""`ttcs run --world live`: the source system is started, devices emulated, and people act."""

import asyncio
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from conformance.bundle import BundleWriter
from scenarios.problems import BadInput, Problem
from ttcs import addresses
from ttcs.addresses import bad
from ttcs.played import Played
from ttcs.run_plan import Asked, LiveAsked, Planned
from ttcs.telling import tell_error

if TYPE_CHECKING:
    from simulator.live.installation import SystemUnderTest
    from simulator.live.people import Account
    from simulator.live.world import Now

MOST_DEVICES = 5_000
"""Devices in one process."""

_NEEDED = ("paho", "httpx2", "av", "pyotp", "fastapi")


def check(plan: Planned, asked: LiveAsked) -> None:
    """Raises `BadInput` for a run that cannot be lived through here."""
    if any(find_spec(package) is None for package in _NEEDED):
        hint = "pip install 'ttcs-hil[server]'"
        raise BadInput([Problem("--world", None, None, "", "live", "more packages", hint)])
    from simulator.live import breaking
    from simulator.live.deeds import deeds
    from simulator.live.installation import possible
    from simulator.live.spoken import can_speak

    scenario = plan.file.scenario
    if len(scenario.territory.provinces) != 1:
        wrong = f"{len(scenario.territory.provinces)} provinces"
        raise bad(f"--world live {plan.file.name}", wrong, "one, as a source system has")
    if len(plan.fleet) > MOST_DEVICES:
        wrong = f"{len(plan.fleet):,} devices"
        expected = f"at most {MOST_DEVICES:,} in the live world: --devices {MOST_DEVICES}"
        raise bad(f"--world live {plan.file.name}", wrong, expected)
    if len(plan.left_out) and not can_speak():
        # Whatever connects there may be a loudspeaker in a village.
        expected = 'espeak-ng, so that every sound begins with "thử nghiệm"'
        raise bad("--leave-out", "given on a machine that cannot speak", expected)
    if asked.server is None:
        where, breakable = "on this machine", possible()
    else:
        where, breakable = f"at {asked.server}", frozenset()
        addresses.server("--server", asked.server, asked.allow_target)
        addresses.broker(asked.broker, asked.server, asked.allow_target, asked.ca)
        _administrator(asked)
    if missing := sorted(breaking.needs(scenario) - breakable):
        wrong = f"faults that cannot be brought about {where}: {', '.join(missing)}"
        raise bad(f"--world live {plan.file.name}", wrong, "another scenario, or another system")
    deeds(scenario, plan.commands)


def played(plan: Planned, asked: Asked, bundle: BundleWriter) -> Played:
    """The whole run; its evidence goes into the bundle. Raises `NotLived`, `NotStarted`."""
    from simulator.live.deeds import deeds
    from simulator.live.world import Cast, live

    scenario = plan.file.scenario
    cast = Cast(
        scenario,
        plan.commands,
        deeds(scenario, plan.commands),
        plan.fleet,
        plan.whole,
        plan.left_out,
        asked.live.impairment,
    )
    with ExitStack() as opened:
        system = _system(plan, asked.live, opened)

        handed = plan.place.with_name(f"{plan.place.name}.credentials.json")
        unfinished = opened.enter_context(ExitStack())
        unfinished.callback(handed.unlink, missing_ok=True)

        def hand_out(secrets: Mapping[str, str]) -> None:
            handed.unlink(missing_ok=True)  # those of an earlier run
            if secrets:
                _write_secrets(handed, system, secrets)

        show = opened.enter_context(_progress(plan.file.name))
        lived = asyncio.run(live(cast, system, show=show, hand_out=hand_out))
        unfinished.pop_all()
    lines = (json.dumps(event, ensure_ascii=False) for event in lived.events)
    bundle.write("device-events.jsonl", "".join(f"{line}\n" for line in lines).encode())
    if lived.pictures:
        (bundle.folder / "board").mkdir()
    for name, picture in lived.pictures.items():
        bundle.write(name, picture)
    return Played(lived.commands, lived.chunks, lived.measurements, {"live": dict(lived.facts)})


def _system(plan: Planned, asked: LiveAsked, opened: ExitStack) -> "SystemUnderTest":
    from simulator.live import breaking
    from simulator.live.installation import Installation
    from simulator.live.people import engaged
    from simulator.live.running_system import RunningSystem

    if asked.server is not None:
        server = addresses.server("--server", asked.server, asked.allow_target)
        broker = addresses.broker(asked.broker, server, asked.allow_target, asked.ca)
        people = opened.enter_context(engaged(server, _administrator(asked)))
        return RunningSystem(server, broker, people)
    scenario = plan.file.scenario
    folder = Path(opened.enter_context(TemporaryDirectory(prefix="ttcs-live-")))
    return opened.enter_context(
        Installation(
            folder,
            place=f"province:{scenario.territory.provinces[0]}",
            era=scenario.era,
            breaks=breaking.needs(scenario),
        )
    )


def _administrator(asked: LiveAsked) -> "Account":
    from simulator.live.people import Account

    if asked.login is None:
        raise bad("--login", "not given", "an administrator of the system at --server")
    return Account(asked.login, addresses.password(asked.password_file))


def _write_secrets(file: Path, system: "SystemUnderTest", secrets: Mapping[str, str]) -> None:
    """What others need to connect in the places that were left free."""
    from simulator.emulator.enrolment import write_secrets

    write_secrets(file, system.server_url, secrets)
    broker = f"mqtt://{system.broker.host}:{system.broker.port}"
    tell_error(
        f"{len(secrets)} chỗ trống / places left free: {file}; {system.server_url}, {broker}"
    )


@contextmanager
def _progress(name: str) -> Iterator[Callable[["Now"], None]]:
    """Progress on a terminal, silence in a pipe."""
    if not sys.stderr.isatty():
        yield lambda _now: None
        return
    from rich.console import Console
    from rich.markup import escape

    with Console(stderr=True).status(f"{escape(name)}: chuẩn bị / preparing") as status:
        yield lambda now: status.update(
            f"{escape(name)}: {now.at_ms / 1000:,.0f} / {now.horizon_ms / 1000:,.0f} s · "
            f"kết nối / connected {now.connected:,} / {now.devices:,} · "
            f"đã phát / heard {now.heard:,}"
        )
