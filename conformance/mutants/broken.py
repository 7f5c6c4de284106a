"""What mutants are made of: a program that is right in every respect but one.

A mutant is a subclass of the emulated device's program, and says of which fault it is. Faults
inside the device are a subclass of that; faults of what it says, a dialect around the right one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from conformance.bench.emulated import Make
from conformance.clauses import Role
from simulator.dialects.contract import Dialect, Message, Order, Play
from simulator.dialects.reference import Reference
from simulator.emulator.device import Device
from simulator.emulator.happenings import Effect
from simulator.emulator.member import Member
from simulator.emulator.program import Program, Surroundings


@dataclass(frozen=True, slots=True)
class Mutant:
    """One way in which a fault of the catalogue shows; `id` is the fault's, and a word where it
    has several."""

    id: str
    fault: str
    roles: tuple[Role, ...]
    make: Make


class Broken(Program):
    """A program with an own device or an own dialect."""

    device_kind: ClassVar[type[Device]] = Device
    dialect_kind: ClassVar[type[Dialect] | None] = None

    def __init__(self, member: Member, number: int, around: Surroundings) -> None:
        """As the right one, with what is broken put in its place."""
        if self.dialect_kind is not None:
            dialect = self.dialect_kind()
            vars(dialect).update(vars(around.dialect))  # whom it trusts is not what is broken
            around = _With(around, dialect)
        super().__init__(member, number, around)
        self.device.__class__ = self.device_kind

    def quietly(self, effects: list[Effect], kind: type) -> None:
        """Do what the device does, but for effects of that kind."""
        self._do([effect for effect in effects if not isinstance(effect, kind)])

    def after(self, seconds: float, call: Callable[..., object], *given: object) -> None:
        """Do it later."""
        import asyncio

        asyncio.get_running_loop().call_later(seconds, call, *given)


class _With:
    """The surroundings, with another dialect."""

    def __init__(self, around: Surroundings, dialect: Dialect) -> None:
        self._around, self.dialect = around, dialect

    def __getattr__(self, name: str) -> Any:
        return getattr(self._around, name)


class Lying(Reference):
    """The reference wire, of which `change` may alter what is said: by the kind, as JSON."""

    def status(self, device: str, status: Any) -> Message:
        """The state, altered."""
        return self.change("status", super().status(device, status))

    def change(self, kind: str, message: Message) -> Message:
        """The same, unless a mutant says otherwise."""
        return message


SPEAKING: tuple[Role, ...] = ("ip-speaker", "fm-converter")
DEVICES: tuple[Role, ...] = (*SPEAKING, "e-board")
BOARDS: tuple[Role, ...] = ("e-board",)

REGISTERED: dict[str, Mutant] = {}
"""By id, in the order in which they were loaded; `made.MUTANTS` has all of them."""


def mutant(fault: str, *roles: Role, word: str = "") -> Callable[[type[Program]], type[Program]]:
    """Register a program as a mutant of a fault, for these roles (every device if none)."""

    def register(kind: type[Program]) -> type[Program]:
        name = f"{fault}-{word}" if word else fault
        assert name not in REGISTERED, name
        REGISTERED[name] = Mutant(
            name, fault, roles or DEVICES, lambda member, around: kind(member, 0, around)
        )
        return kind

    return register


def is_emergency(order: Order) -> bool:
    """Whether it starts an emergency."""
    return isinstance(order.action, Play) and order.action.bulletin_class == "emergency"
