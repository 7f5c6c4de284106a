"""The neutral words for what people do at a source system, whatever its own interface is.

An `Act` is given to an operator half (`contract.OperatorHalf.do`), and is `Done` (with what the
system calls it), `Refused` (with the status and the reason) or `Unsupported`. What an act says goes
into the record, so no secret is ever part of one. Instants are milliseconds since the epoch.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from scenarios.scenario import BulletinClass

PersonRole = Literal["compose", "appraise", "approve", "operate", "view", "administer"]
Level = Literal["central", "province", "district", "commune"]
State = Literal["online", "offline", "lost", "unheard"]
"""How a device is shown: there; gone in good order; gone without a word; never seen."""

Kind = Literal["ip-speaker", "fm-converter", "e-board"]
"""What a device is in the register."""

FeedbackState = Literal["received", "routed", "answered", "closed"]


@dataclass(frozen=True, slots=True)
class Place:
    """An administrative unit, by its code: VN at the central level."""

    level: Level
    code: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at the source system; `place` is None for the system's own unit. The half finds an
    account for them, or makes one."""

    name: str
    roles: tuple[PersonRole, ...]
    place: Place | None = None


COMPOSER = Person("composer", ("compose", "operate", "view"))
APPROVER = Person("approver", ("appraise", "approve", "operate", "view"))
ADMINISTRATOR = Person("administrator", ("administer", "view"))


@dataclass(frozen=True, slots=True)
class Act:
    """Something that a person does; `needs` is the feature without which it cannot be done."""

    needs: ClassVar[str | None] = None


# ---- People -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LogIn(Act):
    """Begin a session anew; with the `wrong` password it must be refused."""

    wrong: bool = False


@dataclass(frozen=True, slots=True)
class LogOut(Act):
    """End the session."""


@dataclass(frozen=True, slots=True)
class CloseAccount(Act):
    """Close somebody's account: they are let in no more."""

    person: Person


# ---- Bulletins ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Compose(Act):
    """Write a bulletin, of status Test; its id is `Done.id`. The title and the sound begin with the
    words "thử nghiệm". Where `text` is given, it is text, otherwise a sound of `sound_ms`."""

    key: str
    title: str
    bulletin_class: BulletinClass = "normal"
    sound_ms: int = 5_000
    text: str | None = None
    severity: int = 0


@dataclass(frozen=True, slots=True)
class Submit(Act):
    """Hand a draft over to be appraised; done at once where a system knows no such step."""

    bulletin: str


@dataclass(frozen=True, slots=True)
class Appraise(Act):
    """Say that a bulletin is fit."""

    bulletin: str


@dataclass(frozen=True, slots=True)
class Approve(Act):
    """Let a bulletin be sent."""

    bulletin: str


@dataclass(frozen=True, slots=True)
class Return(Act):
    """Give a bulletin back to whoever wrote it."""

    bulletin: str
    reason: str


# ---- Sending ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Area:
    """Where: everything named together, or everywhere in the system."""

    communes: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    everywhere: bool = False


@dataclass(frozen=True, slots=True)
class Issue(Act):
    """Send an approved bulletin: at once, or at `not_before_ms`; `times` plays, `gap_ms` from start
    to start, each to begin within `valid_ms`. Its order's id is `Done.id`. An emergency is
    `confirmed` by a second factor where the system asks for one."""

    key: str
    bulletin: str
    area: Area
    not_before_ms: int | None = None
    times: int = 1
    gap_ms: int = 0
    valid_ms: int = 600_000
    play_order: int = 0
    confirmed: bool = True


@dataclass(frozen=True, slots=True)
class Cancel(Act):
    """Withdraw an order, for all its devices."""

    order: str


@dataclass(frozen=True, slots=True)
class AddSlot(Act):
    """Put a slot into the programme of some communes, once, at a whole second: an own sound, or an
    approved `bulletin` that is as long as `sound_ms`. Its id is `Done.id`."""

    needs: ClassVar[str | None] = "programme"
    key: str
    area: Area
    begins_ms: int
    sound_ms: int
    bulletin: str | None = None


@dataclass(frozen=True, slots=True)
class ChangeSlot(Act):
    """Give a slot another own sound; its id is then `Done.id`."""

    needs: ClassVar[str | None] = "programme"
    key: str
    slot: str
    area: Area
    begins_ms: int
    sound_ms: int


@dataclass(frozen=True, slots=True)
class RemoveSlot(Act):
    """Take it out again."""

    needs: ClassVar[str | None] = "programme"
    slot: str


# ---- Looking ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Registry(Act):
    """`Done.said` is a list of `[device, commune, Kind]`: all devices of somebody's unit."""

    needs: ClassVar[str | None] = "registry"


@dataclass(frozen=True, slots=True)
class DeviceStates(Act):
    """`Done.said` is a list of `[device, State]`: of these devices, of all where none is named."""

    needs: ClassVar[str | None] = "device_states"
    devices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlayLog(Act):
    """`Done.said` is a list of `[device, the device's own name of the entry, began_ms]`, of the
    plays of a bulletin that began in that time."""

    needs: ClassVar[str | None] = "play_log"
    bulletin: str
    since_ms: int
    until_ms: int


@dataclass(frozen=True, slots=True)
class Statistics(Act):
    """`Done.said` holds figures of the own unit: how many `devices` it has, and the `plays` that
    devices logged in that time as heard to their end."""

    needs: ClassVar[str | None] = "statistics"
    since_ms: int
    until_ms: int


@dataclass(frozen=True, slots=True)
class StateCounts(Act):
    """`Done.said` has the number of devices in each `State` where there are some, as the system's
    statistics count them now."""

    needs: ClassVar[str | None] = "statistics"


@dataclass(frozen=True, slots=True)
class YearlyReport(Act):
    """Make the own unit's report on a year, to now; its id is `Done.id`."""

    needs: ClassVar[str | None] = "yearly_report"
    year: int


@dataclass(frozen=True, slots=True)
class ExportReport(Act):
    """Take a report out of the system as a file: `Done.said` holds its length in `characters`, and
    of its figures `devices` and `plays`."""

    needs: ClassVar[str | None] = "yearly_report"
    report: str


@dataclass(frozen=True, slots=True)
class Audit(Act):
    """`Done.said` is a list of `[at_ms, login, action, subject]`, the newest first."""

    needs: ClassVar[str | None] = "audit"


# ---- Documents ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SendDocument(Act):
    """Send a document downward, to some communes: a PDF that says its title. Its id is `Done.id`,
    and `Done.said` the SHA-256 of the file."""

    needs: ClassVar[str | None] = "documents"
    key: str
    title: str
    communes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListDocuments(Act):
    """`Done.said` is a list of the ids of those that the own unit sent or received."""

    needs: ClassVar[str | None] = "documents"


@dataclass(frozen=True, slots=True)
class OpenDocument(Act):
    """`Done.said` is the SHA-256 of the file."""

    needs: ClassVar[str | None] = "documents"
    document: str


# ---- Feedback -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SendFeedback(Act):
    """What a citizen of a commune says, entered by an operator; its id is `Done.id`."""

    needs: ClassVar[str | None] = "feedback"
    key: str
    commune: str
    text: str


@dataclass(frozen=True, slots=True)
class RouteFeedback(Act):
    """Give it to another unit."""

    needs: ClassVar[str | None] = "feedback"
    feedback: str
    to: Place


@dataclass(frozen=True, slots=True)
class AnswerFeedback(Act):
    """Answer the citizen."""

    needs: ClassVar[str | None] = "feedback"
    feedback: str
    text: str


@dataclass(frozen=True, slots=True)
class CloseFeedback(Act):
    """Put away what is answered; done at once where a system knows no such step."""

    needs: ClassVar[str | None] = "feedback"
    feedback: str


@dataclass(frozen=True, slots=True)
class ListFeedback(Act):
    """`Done.said` is a list of `[id, FeedbackState, whether it is overdue, answer or None]`."""

    needs: ClassVar[str | None] = "feedback"


# ---- What becomes of an act ---------------------------------------------------------------------

MOST_ID = 2_000


@dataclass(frozen=True, slots=True)
class Done:
    """It was done: what the system calls what came of it, and what it says, as plain data.
    `asked_ms` is when the system was asked, where much was to be done before; None for at once."""

    id: str | None = None
    said: Any = None
    asked_ms: int | None = None

    def __post_init__(self) -> None:
        """Raise `ValueError` where what a system gave as an id is none."""
        if self.id is not None and not (isinstance(self.id, str) and len(self.id) <= MOST_ID):
            raise ValueError(f"an id is a text of at most {MOST_ID} characters")


@dataclass(frozen=True, slots=True)
class Refused:
    """It was not done. `status` is the interface's own, 0 where the system did not answer."""

    status: int
    reason: str


@dataclass(frozen=True, slots=True)
class Unsupported:
    """The system has no such thing, or the dialect no words for it."""


Outcome = Done | Refused | Unsupported
