"""Today: the map, what is on air, what comes, and what somebody should look after."""

from collections.abc import Iterable
from dataclasses import dataclass

from fastapi import APIRouter, Response

from reference_system.dispatch.overlaps import Span
from reference_system.services.acting import Act
from reference_system.services.administration import feedback
from reference_system.services.broadcasting import collisions
from reference_system.services.content import alerts, bulletins
from reference_system.services.fleet import devices
from reference_system.services.refusals import Refusal
from reference_system.services.sharing import peers, receiving
from reference_system.services.within import communes_of
from reference_system.store.content import AlertRow, BulletinRow
from reference_system.store.devices import Device
from reference_system.store.orders import Order, Slot
from reference_system.web.pages.today_map import STATES, WIDTH, Map, today_map
from reference_system.web.pages.visits import PageRoute, TheVisit, Visit

router = APIRouter(route_class=PageRoute)

AHEAD_MS = 24 * 60 * 60 * 1000
SHOWN = 12


@dataclass(frozen=True, slots=True)
class Heard:
    """Something on air or to come; `communes` of the own unit, `link` to what it is of."""

    span: Span
    communes: int
    link: str


@dataclass(frozen=True, slots=True)
class Today:
    """What the page of today tells; `more` is how much to come is not shown."""

    map: Map
    on_air: list[Heard]
    coming: list[Heard]
    more: int
    emergencies: list[Order]
    lost: list[Device]
    counts: devices.Counts
    overdue: int
    alerts: list[AlertRow]


@router.get("/")
def today(visit: TheVisit) -> Response:
    """The page that everybody begins with."""
    return _today(visit)


@router.post("/")
def handle_alert(visit: TheVisit) -> Response:
    """Mark an alert from elsewhere as looked after, or an emergency from a peer as seen."""
    typed = visit.typed
    try:
        with visit.acting() as act:
            if alarm := typed.line("alarm"):
                receiving.see(act, alarm)
            else:
                alerts.handle(act, typed.line("alert", needed=True))
    except Refusal as refusal:
        return _today(visit, refusal)
    return visit.go("/", "seen" if alarm else "handled")


def _today(visit: Visit, refusal: Refusal | None = None) -> Response:
    with visit.looking() as act:
        found = _looked_at(act) if visit.can("view") else None
        return visit.show(
            "today",
            refusal=refusal,
            today=found,
            waiting=_waiting(act),
            alarms=receiving.alarms(act, only_unseen=True, limit=SHOWN).items,
            peers={row.id: row.name for row in peers.listed(act)},
            states=STATES,
            width=WIDTH,
        )


def _looked_at(act: Act) -> Today:
    own = frozenset(communes_of(act.system.units, act.actor.unit))
    spans = sorted(
        collisions.all_spans(act, act.now_ms, act.now_ms + AHEAD_MS),
        key=lambda span: (span.begin_ms, span.item),
    )
    heard = [each for span in spans if (each := _heard(act, span, own)) is not None]
    on_air = [each for each in heard if each.span.begin_ms <= act.now_ms]
    coming = [each for each in heard if each.span.begin_ms > act.now_ms]
    urgent = [each.span for each in on_air if each.span.bulletin_class == "emergency"]
    running = (act.session.get(Order, each.span.source) for each in heard if _is_urgent(each))
    return Today(
        map=today_map(act, frozenset().union(*(_communes(span) for span in urgent))),
        on_air=on_air[:SHOWN],
        coming=coming[:SHOWN],
        more=max(0, len(coming) - SHOWN) + max(0, len(on_air) - SHOWN),
        emergencies=list({order.id: order for order in running if order is not None}.values()),
        lost=devices.page(act, presence="lost", limit=SHOWN).items,
        counts=devices.counts(act),
        overdue=feedback.overdue_count(act),
        alerts=alerts.listed(act, unhandled=True, limit=SHOWN).items,
    )


def _heard(act: Act, span: Span, own: frozenset[str]) -> Heard | None:
    communes = _communes(span) & own
    if not communes:
        return None
    kind = "slots" if act.session.get(Slot, span.source) is not None else "orders"
    return Heard(span, len(communes), f"/{kind}/{span.source}")


def _communes(span: Span) -> frozenset[str]:
    return span.reach.communes | {commune for commune, _ in span.reach.devices}


def _is_urgent(heard: Heard) -> bool:
    return heard.span.bulletin_class == "emergency"


def _waiting(act: Act) -> list[BulletinRow]:
    """Bulletins that wait for this person: to be appraised, approved, or sent back."""
    found: Iterable[BulletinRow] = ()
    if "appraise" in act.actor.roles:
        found = bulletins.listed(act, state="submitted", limit=SHOWN).items
    if "approve" in act.actor.roles:
        found = [*found, *bulletins.listed(act, state="appraised", limit=SHOWN).items]
    if "compose" in act.actor.roles:
        found = [*found, *bulletins.listed(act, state="returned", limit=SHOWN).items]
    return list(found)
