"""The register of devices, how they are, and commands to one of them, for operators."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field

from reference_system.services.acting import Act
from reference_system.services.fleet import credentials, deliveries, devices
from reference_system.services.fleet.devices import (
    Kind,
    Presence,
    Registered,
    Registration,
    WrongRows,
)
from reference_system.services.paging import PAGE
from reference_system.services.refusals import Invalid, Refusal
from reference_system.store.devices import Device
from reference_system.store.orders import Delivery
from reference_system.web.acting import Acting, Looking
from reference_system.web.models import (
    ABOUT_ONE,
    CHANGES,
    LOGGED_IN,
    After,
    ClientId,
    InstantOut,
    Limit,
    Line,
    PageOut,
    PathId,
    ProblemOut,
    Strict,
    Title,
    inlined,
)
from reference_system.web.problems import ProblemResponse
from reference_system.web.routing import Route

router = APIRouter(prefix="/api/v1", tags=["devices"], route_class=Route)

Commune = Annotated[str, Field(pattern=r"^[0-9]{5}$")]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Profile = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,32}$")]


class DeviceIn(Strict):
    """A device to be registered; `commune` is of the system's era, coordinates in WGS 84."""

    id: ClientId
    name: Title
    kind: Kind
    profile: Profile
    commune: Commune
    supplier: Line = ""
    latitude: Latitude | None = None
    longitude: Longitude | None = None


class RowIn(Strict):
    """A row of many: checked by row, so that every wrong one is named."""

    id: Line
    name: Line
    kind: Line
    profile: Line
    commune: Line
    supplier: Line = ""
    latitude: float | None = None
    longitude: float | None = None


class RowsIn(Strict):
    """Devices to be registered together, all of them or none."""

    devices: Annotated[list[RowIn], Field(min_length=1, max_length=devices.MAX_ROWS)]


class ChangesIn(Strict):
    """What is to be changed; what is not named stays, null takes a coordinate away."""

    name: Title = ""
    kind: Kind = "ip-speaker"
    profile: Profile = ""
    commune: Commune = ""
    supplier: Line = ""
    latitude: Latitude | None = None
    longitude: Longitude | None = None


class DeviceOut(Strict):
    """A device: what the register says, and what is known of it now.

    `heard` is the last sign of life by the system's clock; `status` the device's last report, true
    at `reported` by its own clock, which is `clock_offset_ms` ahead. `refused` counts messages that
    were not taken, by reason.
    """

    id: str
    name: str
    kind: str
    profile: str
    supplier: str
    commune: str
    latitude: float | None
    longitude: float | None
    active: bool
    registered: InstantOut
    presence: Presence
    heard: InstantOut | None
    reported: InstantOut | None
    status: dict[str, Any]
    clock_offset_ms: int | None
    refused: dict[str, int]


class RegisteredOut(Strict):
    """A registered device; `secret` is shown once, null where it was registered before."""

    device: DeviceOut
    secret: str | None


class SecretOut(Strict):
    """A registered device of many; `secret` is shown once, null where it was there before."""

    id: str
    secret: str | None


class WrongRowOut(Strict):
    """A row that is wrong, counted from 1 without a header."""

    row: int
    code: str
    title: str
    title_en: str
    field: str | None


class WrongRowsOut(ProblemOut):
    """What was wrong; `rows` where rows were, with each of them."""

    rows: list[WrongRowOut] | None = None


class EventOut(Strict):
    """A change in a device's life."""

    number: int
    at: InstantOut
    event: str
    detail: dict[str, Any]


class CountsOut(Strict):
    """Active devices: `total` is the sum of the next four; `playing` is part of `online`."""

    total: int
    online: int
    offline: int
    lost: int
    unheard: int
    playing: int
    withdrawn: int


class VolumeIn(Strict):
    """A volume in percent; the same `id` again is the same command."""

    percent: Annotated[int, Field(ge=0, le=100)]
    id: ClientId | None = None


class ToldIn(Strict):
    """A command without words of its own; the same `id` again is the same command."""

    id: ClientId | None = None


class CommandOut(Strict):
    """A command to a device and what became of it; `answer` is the device's own words."""

    id: str
    action: str
    item: str | None
    state: Literal["waiting", "handed", "accepted", "refused", "expired", "void"]
    created: InstantOut
    expires: InstantOut | None
    handed: InstantOut | None
    answered: InstantOut | None
    answer: str


ROWS_CHANGE = CHANGES | {
    422: {
        "description": "Có dòng sai / Something is wrong, rows are named",
        "content": {"application/problem+json": {"schema": inlined(WrongRowsOut)}},
    }
}


async def _csv_text(request: Request) -> str:
    try:
        return (await request.body()).decode()
    except UnicodeDecodeError:
        raise Invalid("not-utf-8", "Tệp phải là UTF-8.", "The file is not UTF-8.") from None


CsvText = Annotated[str, Depends(_csv_text)]
CSV_BODY = {
    "requestBody": {
        "required": True,
        "content": {"text/csv": {"schema": {"type": "string", "minLength": 1}}},
    }
}


@router.post("/devices", status_code=201, responses=CHANGES)
def register(act: Acting, device: DeviceIn) -> RegisteredOut:
    """Đăng ký một thiết bị / Register a device; its secret is in the answer and nowhere else."""
    registered = devices.register_one(act, Registration(**device.model_dump()))
    return RegisteredOut(device=_device(registered.device), secret=registered.secret)


@router.post(
    "/registrations", status_code=201, responses=ROWS_CHANGE, response_model=list[SecretOut]
)
def register_many(act: Acting, rows: RowsIn) -> list[SecretOut] | ProblemResponse:
    """Đăng ký nhiều thiết bị / Register many devices, all of them or none."""
    return _registered(act, [Registration(**row.model_dump()) for row in rows.devices])


@router.post(
    "/registrations/csv",
    status_code=201,
    responses=ROWS_CHANGE,
    response_model=list[SecretOut],
    openapi_extra=CSV_BODY,
)
def register_csv(act: Acting, text: CsvText) -> list[SecretOut] | ProblemResponse:
    """Đăng ký từ tệp CSV / Register the devices of a CSV file with a header, all or none."""
    return _registered(act, devices.read_csv(text))


@router.get("/devices", responses=LOGGED_IN)
def page(
    act: Looking,
    commune: Annotated[str | None, Query(pattern=r"^[0-9]{5}$")] = None,
    presence: Presence | None = None,
    kind: Kind | None = None,
    after: After = None,
    limit: Limit = PAGE,
) -> PageOut[DeviceOut]:
    """Thiết bị / Devices of the own unit."""
    found = devices.page(
        act, commune=commune, presence=presence, kind=kind, after=after, limit=limit
    )
    return PageOut(items=[_device(each) for each in found.items], after=found.after)


@router.get("/device-counts", responses=LOGGED_IN)
def counts(act: Looking) -> CountsOut:
    """Số thiết bị theo trạng thái / How many devices there are, by what is known of them."""
    found = devices.counts(act)
    return CountsOut(**{name: getattr(found, name) for name in CountsOut.model_fields})


@router.get("/devices/{device_id}", responses=ABOUT_ONE)
def one(act: Looking, device_id: PathId) -> DeviceOut:
    """Một thiết bị / A device."""
    return _device(devices.one(act, device_id))


@router.patch("/devices/{device_id}", responses=CHANGES)
def change(act: Acting, device_id: PathId, changes: ChangesIn) -> DeviceOut:
    """Sửa thông tin, địa bàn, hồ sơ / Change name, area or profile."""
    return _device(devices.change(act, device_id, changes.model_dump(exclude_unset=True)))


@router.post("/devices/{device_id}/secret", responses=CHANGES)
def rotate(act: Acting, device_id: PathId) -> RegisteredOut:
    """Cấp mật khẩu mới / A new secret, in the answer and nowhere else; the old one is void."""
    device, secret = credentials.rotate(act, device_id)
    return RegisteredOut(device=_device(device), secret=secret)


@router.delete("/devices/{device_id}/secret", responses=CHANGES)
def revoke(act: Acting, device_id: PathId) -> DeviceOut:
    """Thu hồi thiết bị / Let the device in no more; it stays in the register and in the logs."""
    return _device(credentials.revoke(act, device_id))


@router.get("/devices/{device_id}/events", responses=ABOUT_ONE)
def events(
    act: Looking, device_id: PathId, after: After = None, limit: Limit = PAGE
) -> PageOut[EventOut]:
    """Sự kiện của thiết bị / What happened to a device."""
    found = devices.events(act, device_id, after, limit)
    return PageOut(
        items=[
            EventOut(number=each.number, at=each.at_ms, event=each.event, detail=each.detail)
            for each in found.items
        ],
        after=found.after,
    )


@router.get("/devices/{device_id}/commands", responses=ABOUT_ONE)
def commands(
    act: Looking, device_id: PathId, after: After = None, limit: Limit = PAGE
) -> PageOut[CommandOut]:
    """Lệnh gửi thiết bị / Commands to a device, and what became of them."""
    found = deliveries.page(act, device_id, after, limit)
    return PageOut(items=[_command(each) for each in found.items], after=found.after)


@router.post("/devices/{device_id}/volume", status_code=202, responses=CHANGES)
def set_volume(act: Acting, device_id: PathId, volume: VolumeIn) -> CommandOut:
    """Đặt âm lượng / Tell a device its volume."""
    return _command(deliveries.set_volume(act, device_id, volume.percent, volume.id))


@router.post("/devices/{device_id}/stop", status_code=202, responses=CHANGES)
def stop(act: Acting, device_id: PathId, told: ToldIn) -> CommandOut:
    """Dừng phát / Let a device end what is heard now; its schedule stays."""
    return _command(deliveries.stop(act, device_id, told.id))


@router.post("/devices/{device_id}/restart", status_code=202, responses=CHANGES)
def restart(act: Acting, device_id: PathId, told: ToldIn) -> CommandOut:
    """Khởi động lại / Let a device start anew; what it was told stays."""
    return _command(deliveries.restart(act, device_id, told.id))


def _registered(
    act: Act, rows: list[Registration | Refusal] | list[Registration]
) -> list[SecretOut] | ProblemResponse:
    try:
        registered: list[Registered] = devices.register(act, rows)
    except WrongRows as wrong:
        rows_out = [
            WrongRowOut(row=row, code=each.code, title=each.vi, title_en=each.en, field=each.field)
            for row, each in wrong.rows.items()
        ]
        problem = WrongRowsOut(
            status=wrong.status, code=wrong.code, title=wrong.vi, title_en=wrong.en, rows=rows_out
        )
        return ProblemResponse(problem.model_dump(), wrong.status)
    return [SecretOut(id=each.device.id, secret=each.secret) for each in registered]


def _device(device: Device) -> DeviceOut:
    same = ("id", "name", "kind", "profile", "supplier", "commune", "latitude", "longitude")
    return DeviceOut(
        **{name: getattr(device, name) for name in (*same, "active", "presence", "status")},
        registered=device.registered_ms,
        heard=device.heard_ms or None,
        reported=device.status_ms or None,
        clock_offset_ms=device.clock_offset_ms,
        refused={reason: told["count"] for reason, told in device.refused.items()},
    )


def _command(delivery: Delivery) -> CommandOut:
    return CommandOut.model_validate(
        {
            "id": delivery.id,
            "action": delivery.action,
            "item": delivery.item_id,
            "state": delivery.state,
            "created": delivery.created_ms,
            "expires": delivery.expires_ms,
            "handed": delivery.handed_ms,
            "answered": delivery.answered_ms,
            "answer": delivery.answer,
        }
    )
