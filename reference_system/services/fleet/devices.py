"""The register of devices: who they are, where they stand, how they are."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session

from reference_system.interface.topics import DEVICE_NAME, is_device_name
from reference_system.services.acting import Act
from reference_system.services.broadcasting import issuing, sending
from reference_system.services.fleet import credentials
from reference_system.services.paging import PAGE, Page, newest_first
from reference_system.services.refusals import Conflict, Invalid, Missing, Refusal
from reference_system.services.units import Unit
from reference_system.services.within import commune_within
from reference_system.store.devices import Device, DeviceEvent
from reference_system.store.orders import Delivery, ItemRow
from scenarios import profiles

Kind = Literal["ip-speaker", "fm-converter", "e-board"]

PROFILE_KINDS: Mapping[Kind, frozenset[str]] = {
    "ip-speaker": frozenset({"ip-speaker"}),
    "fm-converter": frozenset({"fm-to-ip", "ip-to-fm"}),
    "e-board": frozenset({"e-board"}),
}
"""The kinds of device profiles that a kind of device may have."""

Presence = Literal["online", "offline", "lost", "unheard"]

MAX_ROWS = 5_000
"""How many devices can be registered at once."""

COLUMNS = ("id", "name", "kind", "profile", "commune", "supplier", "latitude", "longitude")
"""The columns of a CSV file of devices; the last three may be left out or empty."""

_MAX_NAME = 300


@dataclass(frozen=True, slots=True)
class Registration:
    """What is said of a device when it is registered; coordinates are in degrees, WGS 84."""

    id: str
    name: str
    kind: str
    profile: str
    commune: str
    supplier: str = ""
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class Registered:
    """A registered device; `secret` is None where it was registered before, with the same words."""

    device: Device
    secret: str | None


class WrongRows(Invalid):
    """Some rows of many were wrong; nothing was registered. `rows` has each with its number."""

    def __init__(self, rows: Mapping[int, Refusal]) -> None:
        """Rows count from 1, without a header."""
        numbers = ", ".join(map(str, list(rows)[:10])) + (", …" if len(rows) > 10 else "")
        super().__init__(
            "wrong-rows",
            f"{len(rows)} dòng sai ({numbers}); chưa đăng ký thiết bị nào.",
            f"{len(rows)} rows are wrong ({numbers}); no device was registered.",
        )
        self.rows = rows


def read_csv(text: str) -> list[Registration | Refusal]:
    """The rows of a CSV file with a header of `COLUMNS` in any order; raises `Invalid`.

    A row that cannot be read is a refusal, for `register` to name it among the wrong ones.
    """
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    try:
        header = reader.fieldnames or []
        if not set(COLUMNS[:5]) <= set(header) <= set(COLUMNS) or len(set(header)) < len(header):
            raise Invalid(
                "bad-header",
                f"Dòng đầu phải gồm các cột {', '.join(COLUMNS)}.",
                f"The first line must name the columns {', '.join(COLUMNS)}.",
            )
        return [_read_row(row) for row, _ in zip(reader, range(MAX_ROWS + 1), strict=False)]
    except csv.Error as error:
        line = reader.line_num
        raise Invalid(
            "bad-csv", f"Dòng {line}: không phải CSV.", f"Line {line}: {error}."
        ) from None


def register(act: Act, rows: Sequence[Registration | Refusal]) -> list[Registered]:
    """Register devices, all of them or none; needs `administer` where they stand.

    Registering one again with the same words changes nothing. Raises `WrongRows`.
    """
    if not 1 <= len(rows) <= MAX_ROWS:
        raise Invalid(
            "too-many-rows", f"Từ 1 đến {MAX_ROWS} thiết bị.", f"From 1 to {MAX_ROWS} devices."
        )
    act.require("administer")
    named = [row.id for row in rows if isinstance(row, Registration)]
    registered = select(Device).where(Device.id.in_(named))
    known = {device.id: device for device in act.session.scalars(registered)}
    wrong: dict[int, Refusal] = {}
    results: dict[str, Registered] = {}
    for number, row in enumerate(rows, start=1):
        try:
            if isinstance(row, Refusal):
                raise row
            results[row.id] = _registered(act, row, known.get(row.id), row.id in results)
        except Refusal as refusal:
            wrong[number] = refusal
    if wrong:
        raise WrongRows(wrong)
    new = [result.device for result in results.values() if result.secret]
    act.session.add_all(new)
    act.session.flush()
    act.session.add_all(_event(act, device, "registered") for device in new)
    if new:
        issuing.catch_up(act, [device.id for device in new])
        act.record("device.registered", f"{len(new)}", devices=[device.id for device in new])
    return list(results.values())


def register_one(act: Act, row: Registration) -> Registered:
    """As `register`, for one device; raises what is wrong with it."""
    try:
        return register(act, [row])[0]
    except WrongRows as wrong:
        raise wrong.rows[1] from None


def change(act: Act, device_id: str, changes: Mapping[str, object]) -> Device:
    """Change what the register says: any field of `Registration` but the id.

    Needs `administer` where the device stands and where it then will.
    """
    device = one(act, device_id)
    act.require("administer", Unit("commune", device.commune))
    before = _words(device)
    after = Registration(**{**asdict(before), **changes, "id": device.id})
    _check(act, after)
    differing = {
        name: value for name, value in asdict(after).items() if value != getattr(before, name)
    }
    for name, value in differing.items():
        setattr(device, name, value)
    if differing:
        act.session.add(_event(act, device, "changed", **differing))
        act.session.flush()
        if "commune" in differing:
            _move(act, device)
        act.record("device.changed", device.id, **differing)
    return device


def one(act: Act, device_id: str) -> Device:
    """A device of the own unit; raises `Missing`, and `Forbidden` for one elsewhere."""
    device = act.session.get(Device, device_id)
    if device is None:
        raise Missing("no-device", "Không có thiết bị này.", "There is no such device.")
    act.require("view", Unit("commune", device.commune))
    return device


def page(
    act: Act,
    *,
    commune: str | None = None,
    presence: Presence | None = None,
    kind: Kind | None = None,
    after: str | None = None,
    limit: int = PAGE,
) -> Page[Device]:
    """Devices of the own unit, the newest first, withdrawn ones among them."""
    act.require("view")
    query = select(Device).where(_mine(act))
    for column, value in ((Device.commune, commune), (Device.kind, kind)):
        if value is not None:
            query = query.where(column == value)
    if presence is not None:
        query = query.where(Device.presence == presence, Device.active)
    return newest_first(act.session, query, Device.registered_ms, Device.id, after, limit)


def events(
    act: Act, device_id: str, after: str | None = None, limit: int = PAGE
) -> Page[DeviceEvent]:
    """What happened to a device, newest first."""
    one(act, device_id)
    query = select(DeviceEvent).where(DeviceEvent.device_id == device_id)
    number, key = DeviceEvent.number, DeviceEvent.device_id
    return newest_first(act.session, query, number, key, after, limit)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many active devices there are: `total` is the sum of the next four.

    `playing` are those of `online` whose last report says so; `withdrawn` are not in `total`.
    """

    total: int
    online: int
    offline: int
    lost: int
    unheard: int
    playing: int
    withdrawn: int


def counts(act: Act) -> Counts:
    """How many devices of the own unit there are, by what is known of them."""
    act.require("view")
    return counted(act.session, _mine(act))


def counted(session: Session, where: ColumnElement[bool]) -> Counts:
    """How many of those devices there are, by what is known of them."""
    activity = Device.status["activity"].as_integer()
    playing = func.sum(case((activity == 0, 1), else_=0))
    groups = {
        (active, presence): (number, plays)
        for active, presence, number, plays in session.execute(
            select(Device.active, Device.presence, func.count(), playing)
            .where(where)
            .group_by(Device.active, Device.presence)
        )
    }
    by_presence = {presence: number for (active, presence), (number, _) in groups.items() if active}
    return Counts(
        total=sum(by_presence.values()),
        online=by_presence.get("online", 0),
        offline=by_presence.get("offline", 0),
        lost=by_presence.get("lost", 0),
        unheard=by_presence.get("unheard", 0),
        playing=groups.get((True, "online"), (0, 0))[1],
        withdrawn=sum(number for (active, _), (number, _) in groups.items() if not active),
    )


def lost_after_ms(profile: str, otherwise_ms: int) -> int:
    """How long a device of that profile may be silent before it is lost."""
    if profile not in profiles.names():
        return otherwise_ms
    return profiles.load(profile).noticed_after_ms or otherwise_ms


def _move(act: Act, device: Device) -> None:
    """Take back what is not for the place where the device now stands, and give it what is."""
    here = Device.id == device.id
    given = (
        select(ItemRow)
        .join(Delivery, Delivery.item_id == ItemRow.id)
        .where(
            Delivery.device_id == device.id,
            Delivery.action == "start",
            ItemRow.over_ms > act.now_ms,
        )
    )
    strange = [
        item
        for item in act.session.scalars(given).all()
        if not sending.addressed(act, and_(here, issuing.audience_of(act, item)))
    ]
    sending.withdraw(act, strange, here)
    issuing.catch_up(act, [device.id])


def _mine(act: Act) -> ColumnElement[bool]:
    return commune_within(act.system.units, act.actor.unit, Device.commune)


def _read_row(row: dict[str | None, str | None]) -> Registration | Refusal:
    if None in row or None in row.values():
        return Invalid("row-length", "Số ô khác số cột.", "Not as many values as columns.")
    text = {str(name): str(value).strip() for name, value in row.items()}
    try:
        latitude, longitude = (
            float(text[name]) if text.get(name) else None for name in ("latitude", "longitude")
        )
    except ValueError:
        return Invalid("not-degrees", "Tọa độ không phải là số.", "A coordinate is no number.")
    words = {name: text.get(name, "") for name in COLUMNS[:6]}
    return Registration(**words, latitude=latitude, longitude=longitude)


def _registered(act: Act, row: Registration, known: Device | None, again: bool) -> Registered:
    _check(act, row)
    act.require("administer", Unit("commune", row.commune))
    if again or (known is not None and _words(known) != row):
        raise Conflict(
            "device-known",
            f"Mã thiết bị {row.id} đã có, với thông tin khác hoặc ở dòng khác.",
            f"The device {row.id} is there, with other words or in another row.",
            "id",
        )
    if known is not None:
        return Registered(known, None)
    device = Device(**asdict(row), registered_ms=act.now_ms, active=True)
    return Registered(device, credentials.issue(device))


def _check(act: Act, row: Registration) -> None:
    """Raise what is wrong with a row."""
    if not is_device_name(row.id):
        raise Invalid(
            "bad-device-id",
            f"Mã thiết bị phải theo mẫu {DEVICE_NAME}.",
            f"Not {DEVICE_NAME}.",
            "id",
        )
    for name, text, least in (("name", row.name, 1), ("supplier", row.supplier, 0)):
        if not (least <= len(text.strip()) and len(text) <= _MAX_NAME and text.isprintable()):
            raise Invalid(
                "bad-text",
                f"Cột {name}: một dòng chữ, tối đa {_MAX_NAME} ký tự.",
                f"{name}: one line of text, {_MAX_NAME} characters at most.",
                name,
            )
    kinds = next((known for kind, known in PROFILE_KINDS.items() if kind == row.kind), None)
    if kinds is None:
        choices = ", ".join(PROFILE_KINDS)
        raise Invalid("bad-kind", f"Loại phải là: {choices}.", f"Not one of {choices}.", "kind")
    if row.profile not in profiles.names() or profiles.load(row.profile).kind not in kinds:
        fitting = [name for name in profiles.names() if profiles.load(name).kind in kinds]
        choices = ", ".join(fitting)
        raise Invalid(
            "bad-profile",
            f"Hồ sơ thiết bị {row.kind} phải là: {choices}.",
            f"The profile of an {row.kind} is one of {choices}.",
            "profile",
        )
    act.system.units.named("commune", row.commune)
    for name, degrees, most in (("latitude", row.latitude, 90), ("longitude", row.longitude, 180)):
        if degrees is not None and not -most <= degrees <= most:
            raise Invalid(
                "not-degrees", f"{name}: từ -{most} đến {most} độ.", f"Beyond {most} degrees.", name
            )


def _words(device: Device) -> Registration:
    return Registration(**{name: getattr(device, name) for name in COLUMNS})


def _event(act: Act, device: Device, event: str, **detail: object) -> DeviceEvent:
    detail["by"] = act.actor.login
    return DeviceEvent(device_id=device.id, at_ms=act.now_ms, event=event, detail=detail)
