"""One running source system: what it is set to be, and what everybody in it shares."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from reference_system.services.people.attempts import AddressLimit
from reference_system.services.permitted_hours import PERMITTED, hours_text
from reference_system.services.timekeeping import Timekeeper
from reference_system.services.units import Unit, Units
from reference_system.store.database import Database
from scenarios.scenario import Hours


@dataclass(frozen=True, slots=True)
class Settings:
    """What an installation is set to be. Nothing in it changes while it runs.

    `unit` is whose system it is: a province's, or the central one. `source_id` is its `NguonID`,
    `public_url` where devices fetch sounds. `permitted` is when sound that is no emergency may be
    heard unless somebody says that it is meant. The hours and lengths are profile values of this
    project, not law; docs/reference/source-system.md gives their sources.
    """

    unit: Unit
    era: str
    source_id: str
    name: str
    data_dir: Path
    public_url: str
    commune_may_stop_emergency: bool = False
    require_totp_for_emergency: bool = True
    sign_commands: bool = False
    session_ms: int = 8 * 60 * 60 * 1000
    session_idle_ms: int = 60 * 60 * 1000
    confirmation_ms: int = 5 * 60 * 1000
    lost_after_ms: int = 100_000
    feedback_due_days: int = 20
    permitted: Hours = PERMITTED

    @property
    def permitted_text(self) -> str:
        """The permitted hours as people read them."""
        return hours_text(self.permitted)


class Bell:
    """Wakes the one thread that waits for something to do."""

    def __init__(self) -> None:
        """Silent."""
        self._rung = threading.Event()

    def ring(self) -> None:
        """Wake the waiting thread, or the next wait at once."""
        self._rung.set()

    def wait(self, timeout_s: float) -> None:
        """Return at the next ring, or after `timeout_s`."""
        self._rung.wait(timeout_s)
        self._rung.clear()


@dataclass(slots=True)
class System:
    """A source system: its settings, its database, its clock, and the bells of its workers.

    `attempts` counts logins by client address, `feedback_attempts` what citizens send and ask.
    """

    settings: Settings
    database: Database
    clock: Callable[[], int] = field(default_factory=Timekeeper)
    units: Units = field(init=False)
    attempts: AddressLimit = field(default_factory=AddressLimit)
    feedback_attempts: AddressLimit = field(default_factory=AddressLimit)
    deliveries_wait: Bell = field(default_factory=Bell)
    orders_changed: Bell = field(default_factory=Bell)

    def __post_init__(self) -> None:
        """The units are those of the settings' era."""
        self.units = Units(self.settings.era)

    @property
    def timekeeper(self) -> Timekeeper | None:
        """The clock, where it is one that can tell whether the machine's was set."""
        return self.clock if isinstance(self.clock, Timekeeper) else None
