"""Devices: the list, registering one, and the life of one with what it can be told."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from fastapi import APIRouter, Response

from reference_system.services.acting import Act
from reference_system.services.fleet import credentials, deliveries, devices, play_logs
from reference_system.services.fleet.devices import Kind, Presence, Registration
from reference_system.services.refusals import Invalid, Refusal
from reference_system.services.units import Unit
from reference_system.store.devices import Device, DeviceEvent, PlayLogEntry
from reference_system.store.orders import Delivery
from reference_system.web.pages import areas
from reference_system.web.pages.typed import Typed
from reference_system.web.pages.visits import PageRoute, TheVisit, Visit
from scenarios import profiles

router = APIRouter(route_class=PageRoute)

SHOWN = 100
"""How much of each kind a device's timeline shows."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing of a device's timeline; `kind` says which of the three it is."""

    at_ms: int
    kind: str
    event: DeviceEvent | None = None
    command: Delivery | None = None
    play: PlayLogEntry | None = None


@router.get("/devices")
def device_list(visit: TheVisit) -> Response:
    """The devices of the own unit."""
    typed = visit.typed
    with visit.looking() as act:
        page = devices.page(
            act,
            commune=typed.line("commune") or None,
            presence=typed.optional("presence", get_args(Presence)),
            kind=typed.optional("kind", get_args(Kind)),
            after=typed.cursor(),
        )
        return visit.show(
            "devices",
            page=page,
            counts=devices.counts(act),
            groups=areas.groups(act),
            communes=act.system.units.territory.communes,
        )


@router.get("/devices/new")
def new_device(visit: TheVisit) -> Response:
    """The form for a device to be registered."""
    return _form(visit)


@router.post("/devices/new")
def register(visit: TheVisit) -> Response:
    """Register a device; its secret is shown once."""
    try:
        row = _registration(visit.typed)
        with visit.acting() as act:
            registered = devices.register_one(act, row)
    except Refusal as refusal:
        return _form(visit, refusal)
    return _secret(visit, row.id, registered.secret)


@router.get("/devices/{device_id}")
def device(visit: TheVisit, device_id: str) -> Response:
    """One device: state, events, commands and plays in one line of time."""
    return _device(visit, device_id)


@router.post("/devices/{device_id}")
def tell(visit: TheVisit, device_id: str) -> Response:
    """Tell a device something, give it a new secret, or let it in no more."""
    typed = visit.typed
    secret = None
    try:
        do = typed.choice("do", ("volume", "stop", "restart", "rotate", "revoke"))
        with visit.acting() as act:
            match do:
                case "volume":
                    percent = typed.a_number("percent", 0, 100)
                    deliveries.set_volume(act, device_id, percent)
                case "stop":
                    deliveries.stop(act, device_id)
                case "restart":
                    deliveries.restart(act, device_id)
                case "rotate":
                    _, secret = credentials.rotate(act, device_id)
                case "revoke":
                    credentials.revoke(act, device_id)
    except Refusal as refusal:
        return _device(visit, device_id, refusal)
    if secret is not None:
        return _secret(visit, device_id, secret)
    return visit.go(f"/devices/{device_id}", "revoked" if do == "revoke" else "told")


def _secret(visit: Visit, device_id: str, secret: str | None) -> Response:
    here = f"/devices/{device_id}"
    return visit.show("device_secret", here=here, device_id=device_id, secret=secret)


def _form(visit: Visit, refusal: Refusal | None = None) -> Response:
    with visit.looking() as act:
        act.require("administer")
        groups = areas.groups(act)
    by_kind = {
        kind: [name for name in profiles.names() if profiles.load(name).kind in known]
        for kind, known in devices.PROFILE_KINDS.items()
    }
    return visit.show("device_new", refusal=refusal, profiles=by_kind, groups=groups)


def _registration(typed: Typed) -> Registration:
    return Registration(
        id=typed.line("id", needed=True),
        name=typed.line("name", needed=True),
        kind=typed.choice("kind", get_args(Kind)),
        profile=typed.line("profile", needed=True),
        commune=typed.line("commune", needed=True),
        supplier=typed.line("supplier"),
        latitude=_degrees(typed, "latitude"),
        longitude=_degrees(typed, "longitude"),
    )


def _degrees(typed: Typed, name: str) -> float | None:
    written = typed.line(name)
    try:
        return float(written) if written else None
    except ValueError:
        raise Invalid(
            "not-degrees", "Độ, ví dụ 13,8 viết là 13.8.", "Degrees, such as 13.8.", name
        ) from None


def _device(visit: Visit, device_id: str, refusal: Refusal | None = None) -> Response:
    with visit.looking() as act:
        row = devices.one(act, device_id)
        return visit.show(
            "device",
            refusal=refusal,
            here=f"/devices/{device_id}",
            row=row,
            commune=act.system.units.name(Unit("commune", row.commune)),
            happenings=_timeline(act, row),
            missing=play_logs.missing(act, device_id),
            describe=_described,
        )


def _timeline(act: Act, row: Device) -> list[Happening]:
    """The newest of everything, of each kind as far back as that which was cut off soonest."""
    kinds = (
        [
            Happening(each.at_ms, "event", event=each)
            for each in devices.events(act, row.id, limit=SHOWN).items
        ],
        [
            Happening(each.created_ms, "command", command=each)
            for each in deliveries.page(act, row.id, limit=SHOWN).items
        ],
        [
            Happening(each.began_ms, "play", play=each)
            for each in play_logs.page(act, device_id=row.id, limit=SHOWN).items
        ],
    )
    since_ms = max((each[-1].at_ms for each in kinds if len(each) == SHOWN), default=0)
    some = [each for kind in kinds for each in kind if each.at_ms >= since_ms]
    return sorted(some, key=lambda each: each.at_ms, reverse=True)


def _described(detail: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What an event says of itself, by name, as far as it is not said already."""
    return [
        (name, " → ".join(map(str, value)) if isinstance(value, list) else str(value))
        for name, value in detail.items()
        if name not in ("before", "heard_ms")
    ]
