"""Ways out beside the loudspeakers, and the log of what each would have sent."""

from typing import get_args

from fastapi import APIRouter, Response

from reference_system.services.administration import channels
from reference_system.services.administration.channels import Kind
from reference_system.services.refusals import Refusal
from reference_system.store.administration import Channel
from reference_system.store.base import new_id
from reference_system.store.content import BulletinRow
from reference_system.web.pages.units_typed import one_unit
from reference_system.web.pages.visits import PageRoute, TheVisit, Visit

router = APIRouter(route_class=PageRoute)

LONGEST = 10_000


@router.get("/channels")
def channel_list(visit: TheVisit) -> Response:
    """The channels of the own unit and below, and the form for a new one."""
    return _list(visit)


@router.post("/channels")
def create(visit: TheVisit) -> Response:
    """Make a channel; it logs what is approved from now on."""
    typed = visit.typed
    try:
        with visit.acting() as act:
            row = channels.create(
                act,
                typed.choice("kind", get_args(Kind)),
                typed.line("name", needed=True),
                one_unit(act.system.units, typed),
                typed.a_number("longest", 1, LONGEST),
                typed.client_id(),
            )
    except Refusal as refusal:
        return _list(visit, refusal)
    return visit.go(f"/channels/{row.id}", "saved")


@router.get("/channels/{channel_id}")
def channel(visit: TheVisit, channel_id: str) -> Response:
    """What a channel would have sent, newest first."""
    return _channel(visit, channel_id)


@router.post("/channels/{channel_id}")
def switch(visit: TheVisit, channel_id: str) -> Response:
    """Let it log, or not."""
    try:
        do = visit.typed.choice("do", ("on", "off"))
        with visit.acting() as act:
            channels.switch(act, channel_id, do == "on")
    except Refusal as refusal:
        return _channel(visit, channel_id, refusal)
    return visit.go(f"/channels/{channel_id}", "saved")


def _list(visit: Visit, refusal: Refusal | None = None) -> Response:
    with visit.looking() as act:
        act.require("view")
        units = act.system.units
        return visit.show(
            "channels",
            refusal=refusal,
            rows=channels.listed(act),
            name_of=lambda row: units.name(units.named(row.level, row.code)),
            own=act.actor.unit,
            longest=LONGEST,
            new_id=new_id(act.now_ms),
        )


def _channel(visit: Visit, channel_id: str, refusal: Refusal | None = None) -> Response:
    with visit.looking() as act:
        page = channels.log(act, channel_id, visit.typed.cursor())
        row = act.session.get_one(Channel, channel_id)
        titles = {
            each.bulletin_id: act.session.get_one(BulletinRow, each.bulletin_id).title
            for each in page.items
        }
        units = act.system.units
        return visit.show(
            "channel",
            refusal=refusal,
            here=f"/channels/{channel_id}",
            row=row,
            unit=units.name(units.named(row.level, row.code)),
            page=page,
            titles=titles,
        )
