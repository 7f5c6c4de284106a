"""How an act of a person is done: who may, what it says, and that the same is not done twice."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from .book import Book, Device
from .devices import DeviceSide
from .people import Account
from .reading import (
    DEVICE,
    NAME,
    NOT_NOW,
    UNKNOWN,
    Refused,
    Rule,
    fields,
    flag,
    part,
    several,
    text,
)

T = TypeVar("T")
Words = Mapping[str, Any]

CODE: Rule = text(10, 2)
"""Of a commune."""

AREA: Mapping[str, Rule] = {
    "DanhSachDiaBanNhan": several(CODE, 1_000),
    "DanhSachThietBi": part({"CumLoaID": several(DEVICE, 1_000)}),
    "TatCa": flag,
}


class Office:
    """What acts work with."""

    def __init__(
        self, book: Book, devices: DeviceSide, address: str, sounds: Mapping[str, tuple[int, int]]
    ) -> None:
        """`sounds` are the uploaded ones: bytes and ms by hash; devices fetch at `address`."""
        self.book, self.devices, self.address, self.sounds = book, devices, address, sounds

    def own(self, who: Account) -> list[Device]:
        """The devices that somebody has."""
        return [each for each in self.book.devices.values() if who.covers(each.commune)]

    def reached(self, who: Account, asked: Words) -> list[str]:
        """The devices of an area, all of them theirs; raises `Refused`."""
        communes = set(asked["DanhSachDiaBanNhan"] or ())
        named = set((asked["DanhSachThietBi"] or {}).get("CumLoaID", ()))
        found = [
            device
            for device in self.book.devices.values()
            if (asked["TatCa"] and who.covers(device.commune))
            or device.commune in communes
            or device.id in named
        ]
        for commune in communes | {device.commune for device in found}:
            who.needs_commune(commune)
        if not found or named - {device.id for device in found}:
            raise Refused(UNKNOWN, "không có thiết bị / there is no such device")
        return [device.id for device in found]

    def make(
        self, who: Account, now_ms: int, what: str, letter: str, asked: Words, **words: Any
    ) -> str:
        """Write down something new; its id."""
        name = self.book.next(letter)
        if asked.get("MaYeuCau"):
            words |= {"yeu-cau": asked["MaYeuCau"], "dau-van": _print(asked)}
        self.book.write(now_ms, who.login, what, id=name, moi=True, **words)
        return name


@dataclass(frozen=True, slots=True)
class Act:
    """What people may ask: `roles`, one of which is needed (none: everybody), what it says, what
    does it, and the name of the id in the answer of one that `makes` something."""

    do: Callable[[Office, Account, Words, int], Words]
    roles: tuple[str, ...] = ()
    needed: Mapping[str, Rule] = field(default_factory=dict)
    optional: Mapping[str, Rule] = field(default_factory=dict)
    makes: str = ""


def done(act: Act, office: Office, who: Account, data: object, now_ms: int) -> Words:
    """Do it, or answer as before where the same was asked under the same `MaYeuCau`; raises
    `Refused` and `OSError`."""
    if act.roles:
        who.needs(*act.roles)
    asked = fields(data, act.needed, {**act.optional, **({"MaYeuCau": NAME} if act.makes else {})})
    with office.book.lock:
        before = office.book.asked.get((who.login, asked.get("MaYeuCau") or ""))
        if before is None:
            return act.do(office, who, asked, now_ms)
        if before[0] != _print(asked):
            raise Refused(NOT_NOW, "MaYeuCau đã dùng cho việc khác / used for something else")
        return {act.makes: before[1]}


def known(table: Mapping[str, T], name: str) -> T:
    """What has that name; raises `Refused`."""
    if name not in table:
        raise Refused(UNKNOWN, f"không có / there is no {name[:60]!a}")
    return table[name]


def _print(asked: Words) -> str:
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
