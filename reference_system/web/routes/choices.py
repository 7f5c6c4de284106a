"""A commune's choices over HTTP: normal bulletins that it plays, its order of priority ones."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from reference_system.services.content import choices
from reference_system.services.content.choices import OFFERED_AT_MOST, Offer
from reference_system.web.acting import Acting, Looking
from reference_system.web.models import ABOUT_ONE, CHANGES, ClientId, PathId, Strict
from reference_system.web.routes.bulletins import BulletinOut
from reference_system.web.routing import Route

router = APIRouter(prefix="/api/v1/communes/{commune}/choices", tags=["choices"], route_class=Route)

Commune = Annotated[str, Path(pattern="^[0-9]{5}$")]


class OfferOut(Strict):
    """A bulletin on offer; `own` is the commune's own, `place` its place in the commune's order."""

    bulletin: BulletinOut
    own: bool
    chosen: bool
    place: int | None


class ChoicesOut(Strict):
    """Normal bulletins from above, newest first, and priority ones in the commune's order."""

    normal: list[OfferOut]
    priority: list[OfferOut]


class ChosenIn(Strict):
    """Whether the commune plays it."""

    chosen: bool


class OrderIn(Strict):
    """Priority bulletins, the first to be played first; others come after them."""

    bulletins: Annotated[list[ClientId], Field(max_length=OFFERED_AT_MOST)]


@router.get("", responses=ABOUT_ONE)
def read_choices(act: Looking, commune: Commune) -> ChoicesOut:
    """What is offered to a commune of the own unit, and what it decided."""
    return _told(choices.choices(act, commune))


@router.put("/order", responses=CHANGES)
def set_order(act: Acting, commune: Commune, asked: OrderIn) -> ChoicesOut:
    """Put priority bulletins in the commune's order; needs the role operate."""
    choices.set_order(act, commune, asked.bulletins)
    return _told(choices.choices(act, commune))


@router.put("/normal/{bulletin_id}", responses=CHANGES)
def choose(act: Acting, commune: Commune, bulletin_id: PathId, asked: ChosenIn) -> ChoicesOut:
    """Play a normal bulletin from above, or leave it out; needs the role operate."""
    choices.choose(act, commune, bulletin_id, asked.chosen)
    return _told(choices.choices(act, commune))


def _told(made: choices.Choices) -> ChoicesOut:
    return ChoicesOut(
        normal=[_offer(each) for each in made.normal],
        priority=[_offer(each) for each in made.priority],
    )


def _offer(offer: Offer) -> OfferOut:
    return OfferOut(
        bulletin=BulletinOut.of(offer.bulletin),
        own=offer.own,
        chosen=offer.chosen,
        place=offer.place,
    )
