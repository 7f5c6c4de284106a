"""What the system knows: folded from the lines of its journal, each by one function.

A line is `{"t": ms, "ai": who, "viec": what, …}`. Writing it down and folding it in is one step, so
what a running system knows is what it will know after it was killed and started again.
"""

from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from threading import RLock
from typing import Any

from .journal import Journal
from .people import Account

MOST_AUDITED = 5_000
DRAFT, APPRAISED, APPROVED, RETURNED = "nhap", "da-tham-dinh", "da-duyet", "tra-lai"


@dataclass(frozen=True, slots=True)
class Command:
    """What some devices are told, in the words of the wire; void at `expires_ms`."""

    id: str
    sent_ms: int
    expires_ms: int
    mode: str
    body: Mapping[str, Any]
    devices: frozenset[str]
    priority: int


@dataclass(slots=True)
class Device:
    """A device; `pending` are the commands that it has not answered, `heard_ms` is of this run."""

    id: str
    name: str
    kind: str
    commune: str
    digest: str
    seen: bool = False
    heard_ms: int | None = None
    status: Mapping[str, Any] | None = None
    pending: dict[str, Command] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bulletin:
    """A bulletin; with a `sound` of so many bytes, or with `text`."""

    id: str
    title: str
    mode: str
    priority: int
    severity: int
    duration_ms: int
    author: str
    text: str | None = None
    sound: str | None = None
    size_bytes: int | None = None
    state: str = DRAFT


@dataclass(frozen=True, slots=True)
class Order:
    """A bulletin, or a slot of the programme, sent to devices; `items` by their commands."""

    id: str
    bulletin: str
    priority: int
    communes: frozenset[str]
    devices: frozenset[str]
    commands: tuple[str, ...]
    at_ms: int
    is_slot: bool = False
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a citizen said; `holder` is the commune that is to answer, empty for the province."""

    id: str
    commune: str
    text: str
    holder: str
    at_ms: int
    answer: str | None = None


class Book:
    """Everything, under one lock."""

    def __init__(self, journal: Journal) -> None:
        """What is in the journal; raises `journal.BadJournal`."""
        self.lock = RLock()
        self.accounts: dict[str, Account] = {}
        self.devices: dict[str, Device] = {}
        self.bulletins: dict[str, Bulletin] = {}
        self.orders: dict[str, Order] = {}
        self.commands: dict[str, Command] = {}
        self.plays: dict[tuple[str, str], Mapping[str, Any]] = {}
        self.feedback: dict[str, Feedback] = {}
        self.reports: dict[str, Mapping[str, Any]] = {}
        self.asked: dict[tuple[str, str], tuple[str, str]] = {}
        self.audit: deque[tuple[int, str, str, str]] = deque(maxlen=MOST_AUDITED)
        self.counts: OrderedDict[str, int] = OrderedDict()
        self.answers = {0: 0, 1: 0}
        self._journal = journal
        for line in journal.replay():
            self._fold(line)

    def next(self, letter: str) -> str:
        """The next id that begins with that letter. Hold the lock until it is written down."""
        return f"{letter}{self.counts.get(letter, 0) + 1}"

    def write(self, now_ms: int, who: str, what: str, **words: Any) -> None:
        """Put a line down and fold it in; nobody is answered before `sync`. Raises `OSError`."""
        line = {"t": now_ms, "ai": who, "viec": what, **words}
        with self.lock:
            self._journal.append(line)
            self._fold(line)

    def sync(self) -> None:
        """Return once all that was written is on the disk; raises `OSError`."""
        self._journal.sync()

    def _fold(self, line: Mapping[str, Any]) -> None:
        what, made = line["viec"], line.get("id", "")
        _FOLDS[what](self, line)
        if made and line.get("moi"):
            self.counts[made[0]] = self.counts.get(made[0], 0) + 1
        if line.get("yeu-cau"):
            self.asked[line["ai"], line["yeu-cau"]] = (line["dau-van"], made)
        if what not in _OF_DEVICES:
            self.audit.append((line["t"], line["ai"], what, made))

    def tell(self, command: Command) -> None:
        """Let a command wait for its devices."""
        self.commands[command.id] = command
        for name in command.devices:
            self.devices[name].pending[command.id] = command


# ---- People -------------------------------------------------------------------------------------


def _account(book: Book, line: Mapping[str, Any]) -> None:
    book.accounts[line["id"]] = Account(
        line["id"],
        line["muoi"],
        line["bam"],
        frozenset(line["vai-tro"]),
        line["cap"],
        line["dia-ban"],
    )


def _password(book: Book, line: Mapping[str, Any]) -> None:
    old = book.accounts[line["id"]]
    book.accounts[old.login] = replace(old, salt=line["muoi"], digest=line["bam"])


def _closed(book: Book, line: Mapping[str, Any]) -> None:
    book.accounts[line["id"]] = replace(book.accounts[line["id"]], open=False)


def _nothing(_book: Book, _line: Mapping[str, Any]) -> None:
    """A line that is there for the audit alone."""


# ---- Devices ------------------------------------------------------------------------------------


def _devices(book: Book, line: Mapping[str, Any]) -> None:
    for name, label, kind, commune, digest in line["thiet-bi"]:
        known = book.devices.get(name)
        if known is None:
            book.devices[name] = Device(name, label, kind, commune, digest)
        else:
            known.name, known.kind, known.commune, known.digest = label, kind, commune, digest


def _seen(book: Book, line: Mapping[str, Any]) -> None:
    book.devices[line["ai"]].seen = True


def _answered(book: Book, line: Mapping[str, Any]) -> None:
    book.devices[line["ai"]].pending.pop(line["lenh"], None)
    book.answers[line["ket-qua"]] += 1


def _played(book: Book, line: Mapping[str, Any]) -> None:
    for entry in line["nhat-ky"]:
        book.plays.setdefault((line["ai"], entry["id"]), entry)


# ---- Bulletins and orders -----------------------------------------------------------------------


def _bulletin(book: Book, line: Mapping[str, Any]) -> None:
    book.bulletins[line["id"]] = Bulletin(line["id"], author=line["ai"], **line["tin"])


def _step(book: Book, line: Mapping[str, Any]) -> None:
    book.bulletins[line["id"]] = replace(book.bulletins[line["id"]], state=line["trang-thai"])


def _order(book: Book, line: Mapping[str, Any]) -> None:
    devices = frozenset(line["cum-loa"])
    for name, expires_ms, body in line["lenh"]:
        book.tell(
            Command(name, line["t"], expires_ms, line["che-do"], body, devices, line["muc-do"])
        )
    book.orders[line["id"]] = Order(
        line["id"],
        line["ban-tin"],
        line["muc-do"],
        frozenset(book.devices[name].commune for name in devices),
        devices,
        tuple(name for name, _, _ in line["lenh"]),
        line["t"],
        is_slot=line["la-lich"],
    )


def _cancelled(book: Book, line: Mapping[str, Any]) -> None:
    order = book.orders[line["id"]]
    book.orders[order.id] = replace(order, cancelled=True)
    for name in order.devices:
        for command in order.commands:
            book.devices[name].pending.pop(command, None)
    for name, expires_ms, body in line["lenh"]:
        book.tell(Command(name, line["t"], expires_ms, line["che-do"], body, order.devices, 0))


def _controlled(book: Book, line: Mapping[str, Any]) -> None:
    devices, (name, expires_ms, body) = frozenset(line["cum-loa"]), line["lenh"]
    book.tell(Command(name, line["t"], expires_ms, "Actual", body, devices, 1))


# ---- Feedback and reports -----------------------------------------------------------------------


def _feedback(book: Book, line: Mapping[str, Any]) -> None:
    commune = line["dia-ban"]
    book.feedback[line["id"]] = Feedback(line["id"], commune, line["loi"], commune, line["t"])


def _routed(book: Book, line: Mapping[str, Any]) -> None:
    book.feedback[line["id"]] = replace(book.feedback[line["id"]], holder=line["den"])


def _replied(book: Book, line: Mapping[str, Any]) -> None:
    book.feedback[line["id"]] = replace(book.feedback[line["id"]], answer=line["loi"])


def _report(book: Book, line: Mapping[str, Any]) -> None:
    book.reports[line["id"]] = line["bao-cao"]


_OF_DEVICES = frozenset({"thay", "tra-loi", "nhat-ky"})

_FOLDS: Mapping[str, Callable[[Book, Mapping[str, Any]], None]] = {
    "tai-khoan": _account,
    "mat-khau": _password,
    "khoa": _closed,
    "dang-nhap": _nothing,
    "dang-nhap-sai": _nothing,
    "dang-ky": _devices,
    "thay": _seen,
    "tra-loi": _answered,
    "nhat-ky": _played,
    "soan": _bulletin,
    "buoc": _step,
    "gui": _order,
    "huy": _cancelled,
    "dieu-khien": _controlled,
    "phan-anh": _feedback,
    "chuyen": _routed,
    "tra-loi-dan": _replied,
    "bao-cao": _report,
}
