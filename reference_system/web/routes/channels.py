"""Channels beside the loudspeakers over HTTP, and the log of what each would have sent."""

from typing import Annotated, Literal, cast

from fastapi import APIRouter
from pydantic import Field

from reference_system.services.administration import channels
from reference_system.services.administration.channels import Kind
from reference_system.services.units import Level
from reference_system.store.administration import Channel
from reference_system.web.acting import Acting, Looking
from reference_system.web.models import (
    ABOUT_ONE,
    CHANGES,
    LOGGED_IN,
    After,
    ClientId,
    InstantOut,
    Limit,
    PageOut,
    PathId,
    Strict,
    Title,
)
from reference_system.web.routing import Route

router = APIRouter(prefix="/api/v1/channels", tags=["channels"], route_class=Route)


class ChannelIn(Strict):
    """A channel of a unit; `longest` counts segments of an SMS, characters otherwise."""

    id: ClientId | None = None
    kind: Kind
    name: Title
    level: Level
    code: Annotated[str, Field(pattern="^([0-9]{1,5}|VN)$")]
    longest: Annotated[int, Field(ge=1, le=10_000)]


class ActiveIn(Strict):
    """Whether it logs."""

    active: bool


class ChannelOut(Strict):
    """A channel."""

    id: str
    kind: Kind
    name: str
    level: Level
    code: str
    longest: int
    active: bool
    created: InstantOut


class MessageOut(Strict):
    """What would have been sent of a bulletin; nothing was."""

    id: str
    bulletin_id: str
    at: InstantOut
    text: str
    encoding: Literal["gsm-7", "ucs-2", "unicode"]
    segments: int
    cut: bool


@router.post("", status_code=201, responses=CHANGES)
def create(act: Acting, asked: ChannelIn) -> ChannelOut:
    """A new channel; needs the role administer over the unit."""
    unit = act.system.units.named(asked.level, asked.code)
    return _told(channels.create(act, asked.kind, asked.name, unit, asked.longest, asked.id))


@router.get("", responses=LOGGED_IN)
def read_all(act: Looking) -> list[ChannelOut]:
    """The channels of the own unit and of those below, newest first."""
    return [_told(row) for row in channels.listed(act)]


@router.put("/{channel_id}/active", responses=CHANGES)
def switch(act: Acting, channel_id: PathId, asked: ActiveIn) -> ChannelOut:
    """Let it log, or not; needs the role administer over its unit."""
    return _told(channels.switch(act, channel_id, asked.active))


@router.get("/{channel_id}/log", responses=ABOUT_ONE)
def read_log(
    act: Looking, channel_id: PathId, after: After = None, limit: Limit = 50
) -> PageOut[MessageOut]:
    """What it would have sent, newest first; needs the role view."""
    page = channels.log(act, channel_id, after, limit)
    return PageOut(
        items=[
            MessageOut(
                id=row.id,
                bulletin_id=row.bulletin_id,
                at=row.at_ms,
                text=row.text,
                encoding=cast(Literal["gsm-7", "ucs-2", "unicode"], row.encoding),
                segments=row.segments,
                cut=row.cut,
            )
            for row in page.items
        ],
        after=page.after,
    )


def _told(row: Channel) -> ChannelOut:
    return ChannelOut(
        id=row.id,
        kind=cast(Kind, row.kind),
        name=row.name,
        level=cast(Level, row.level),
        code=row.code,
        longest=row.longest,
        active=row.active,
        created=row.created_ms,
    )
