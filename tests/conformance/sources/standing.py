"""A source system that somebody else runs: its people, and its devices as files name them."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from conformance.sources.acts import Place
from conformance.sources.fleet import residents
from simulator.emulator import enrolment
from simulator.live.desk import Desk
from simulator.live.people import Account, People, engaged
from tests.simulator.emulator.source_system import ADMINISTRATOR, PASSWORD, SourceSystem, serving

PLACE = 'place: {level: province, code: "52", era: "2022"}'
HEAD = f"""\
ttcs: 1
environment: test
profile: source-system-province
subject: {{vendor: "ABC", model: "TTN", serial: "1", version: "3.1"}}
{PLACE}
"""


@dataclass
class Standing:
    """A `ttcs serve` with two operators and eight registered devices; `secrets` are theirs."""

    system: SourceSystem
    people: People
    folder: Path
    secrets: list[str]

    @property
    def fleet(self) -> str:
        """The part of a target."""
        return (
            f'fleet:\n  dialect: reference\n  broker: "{self.system.broker}"\n'
            '  order: "([^./]+)[./].*"\n  devices: devices.csv\n'
        )


@contextmanager
def standing(folder: Path) -> Iterator[Standing]:
    administrator = Account(ADMINISTRATOR, PASSWORD)
    with serving(folder) as system, engaged(system.url, administrator) as people:
        asyncio.run(_confirmed(system.url, people.approver))
        devices = residents(Place("province", "52"), "2022", 8)
        operator = enrolment.Operator(ADMINISTRATOR, PASSWORD)
        secrets = enrolment.enrol(system.url, operator, devices)
        rows = [f"{d.name},{d.commune},{secrets[d.name]},{d.profile.id}" for d in devices]
        lines = "\n".join(["device,commune,secret,profile", *rows])
        (folder / "devices.csv").write_text(f"{lines}\n")
        secret = list(secrets.values())
        for name, account in (("composer", people.composer), ("approver", people.approver)):
            (folder / f"{name}.password").write_text(f"{account.password}\n")
            (folder / f"{name}.totp").write_text(f"{account.totp_secret}\n")
            secret += [account.password, str(account.totp_secret)]
        yield Standing(system, people, folder, secret)


async def _confirmed(url: str, account: Account) -> None:
    """Their second factor counts once its first code was shown."""
    desk = Desk(url, account)
    await desk.confirm()
    await desk.close()
