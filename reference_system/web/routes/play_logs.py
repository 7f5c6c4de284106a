"""What was heard, by the devices' own logs, and proof of play."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from reference_system.services.fleet import play_logs
from reference_system.services.fleet.play_logs import PlayState
from reference_system.services.paging import PAGE
from reference_system.web.acting import Looking, TheActor, TheSystem
from reference_system.web.models import (
    ABOUT_ONE,
    LOGGED_IN,
    After,
    InstantIn,
    InstantOut,
    Limit,
    PageOut,
    PathId,
    Strict,
)
from reference_system.web.routing import Route

router = APIRouter(prefix="/api/v1", tags=["play logs"], route_class=Route)


class EntryOut(Strict):
    """One stretch of sound or picture that a device played, or missed.

    `began` is the device's time of it, `received` ours; `backfilled` says that an outage lay
    between. `key` is the device's own id of the entry.
    """

    device: str
    key: str
    began: InstantOut
    played_ms: int
    duration_ms: int
    outcome: str
    reason: str
    bulletin: str
    title: str
    bulletin_class: str
    item: str | None
    media_sha256: str | None
    volume: int
    received: InstantOut
    backfilled: bool


class DeviceProofOut(Strict):
    """One device's plays of a bulletin; `reason` where it was not heard whole."""

    device: str
    name: str
    commune: str
    state: PlayState
    plays: int
    accepted: int
    whole: int
    partly: int
    reason: str


class ProofOut(Strict):
    """Proof of play: `addressed` devices are `whole`, `partly` or `silent`.

    `unordered` log entries are of plays that nobody ordered.
    """

    bulletin: str
    title: str
    addressed: int
    accepted: int
    whole: int
    partly: int
    silent: int
    unordered: int
    devices: list[DeviceProofOut]


class MissingOut(Strict):
    """How many log entries a device made that never arrived."""

    missing: int


Id = Annotated[str | None, Query(pattern=r"^[A-Za-z0-9._-]{1,64}$")]


@router.get("/play-logs", responses=ABOUT_ONE)
def page(
    act: Looking, device: Id = None, bulletin: Id = None, after: After = None, limit: Limit = PAGE
) -> PageOut[EntryOut]:
    """Nhật ký phát / The play log, what was received last comes first."""
    found = play_logs.page(act, device_id=device, bulletin_id=bulletin, after=after, limit=limit)
    return PageOut(
        items=[
            EntryOut(
                device=entry.device_id,
                key=entry.key,
                began=entry.began_ms,
                played_ms=entry.played_ms,
                duration_ms=entry.duration_ms,
                outcome=entry.outcome,
                reason=entry.reason,
                bulletin=entry.bulletin_id,
                title=entry.title,
                bulletin_class=entry.bulletin_class,
                item=entry.item_id,
                media_sha256=entry.media_sha256,
                volume=entry.volume,
                received=entry.received_ms,
                backfilled=entry.backfilled,
            )
            for entry in found.items
        ],
        after=found.after,
    )


@router.get(
    "/play-logs.csv",
    responses=LOGGED_IN | {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
    response_class=StreamingResponse,
)
def export(
    system: TheSystem,
    actor: TheActor,
    since: Annotated[InstantIn, Query()],
    until: Annotated[InstantIn, Query()],
) -> StreamingResponse:
    """Xuất nhật ký phát / The plays that began in a time of at most a year, as CSV."""
    return StreamingResponse(
        play_logs.export(system, actor, since, until),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": 'attachment; filename="nhat-ky-phat.csv"'},
    )


@router.get("/devices/{device_id}/missing-log-entries", responses=ABOUT_ONE)
def missing(act: Looking, device_id: PathId) -> MissingOut:
    """Nhật ký còn thiếu / Log entries that the device counted and that never arrived."""
    return MissingOut(missing=play_logs.missing(act, device_id))


@router.get("/proofs/{bulletin_id}", responses=ABOUT_ONE)
def proof(act: Looking, bulletin_id: PathId) -> ProofOut:
    """Bằng chứng phát / Who was to play a bulletin, and what became of it."""
    found = play_logs.proof(act, bulletin_id)
    return ProofOut(
        bulletin=found.bulletin_id,
        **{
            name: getattr(found, name)
            for name in ProofOut.model_fields
            if name not in ("bulletin", "devices")
        },
        devices=[
            DeviceProofOut(
                device=each.device_id,
                **{
                    name: getattr(each, name)
                    for name in DeviceProofOut.model_fields
                    if name != "device"
                },
            )
            for each in found.devices
        ],
    )
