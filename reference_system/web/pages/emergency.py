"""An emergency in two steps: say it; hear and read it back, show the second factor, and send it."""

from dataclasses import dataclass

from fastapi import APIRouter, Response

from reference_system.dispatch.overlaps import Overlap, Span, overlaps
from reference_system.interface.vocabulary import Status
from reference_system.services.acting import Act
from reference_system.services.broadcasting import addressing, collisions, orders, sending
from reference_system.services.broadcasting.wanted import Wanted
from reference_system.services.content import emergencies, media
from reference_system.services.content.bulletin_words import SEVERITY_NAMES, STATUSES
from reference_system.services.content.drafts import MOST_CHARACTERS, Content, Draft
from reference_system.services.content.speaking import DEFAULT_ENGINE, speech
from reference_system.services.content.workflow import RULES
from reference_system.services.people import accounts, second_factor
from reference_system.services.refusals import Invalid, NotKnown, Refusal
from reference_system.store.base import new_id
from reference_system.store.content import Media
from reference_system.web.pages import areas
from reference_system.web.pages.sending import MINUTE_MS, SHOWN_OVERLAPS, repeated
from reference_system.web.pages.typed import Typed
from reference_system.web.pages.visits import PageRoute, TheVisit, Visit
from scenarios.scenario import Area

router = APIRouter(route_class=PageRoute)

DEFAULT_STATUS: Status = "Test"
"""Loudspeakers stand in villages: what is meant for real must be said."""

DEFAULT_VALID_MIN = 60


@dataclass(frozen=True, slots=True)
class Emergency:
    """What an operator says in the first step; `length_ms` is that of the spoken words."""

    title: str
    text: str
    status: Status
    severity: int
    area: Area
    times: int
    gap_ms: int
    valid_ms: int
    sha256: str
    length_ms: int

    def draft(self) -> Draft:
        """The bulletin."""
        return Draft(
            title=self.title,
            bulletin_class="emergency",
            kind="text",
            severity=self.severity,
            field="unexpected",
            status=self.status,
            contents=(Content("vi", self.text, self.sha256),),
        )

    def wanted(self, bulletin_id: str, era: str) -> Wanted:
        """The order to play it, at once."""
        return Wanted(
            bulletin_id=bulletin_id,
            era=era,
            area=self.area,
            times=self.times,
            gap_ms=self.gap_ms,
            valid_ms=self.valid_ms,
        )


@router.get("/emergency")
def emergency_page(visit: TheVisit) -> Response:
    """The first step."""
    return _say(visit)


@router.post("/emergency")
def emergency(visit: TheVisit) -> Response:
    """Read it back; confirmed there, send it."""
    typed = visit.typed
    try:
        do = typed.choice("do", ("check", "change", "confirm"))
    except Refusal as refusal:
        return _say(visit, refusal)
    if do == "confirm":
        return _confirm(visit)
    if do == "change":
        return _say(visit)
    try:
        return _read_back(visit, _spoken(visit))
    except Refusal as refusal:
        return _say(visit, refusal)


def _confirm(visit: Visit) -> Response:
    typed, system = visit.typed, visit.system
    said = None
    try:
        key = typed.client_id()
        with visit.looking() as act:
            said = _said(act, typed)
        if code := typed.line("code"):
            second_factor.confirm(system, visit.token, code)
            visit.again()
        row = emergencies.raise_emergency(system, visit.actor, said.draft(), client_id=key)
        with visit.acting() as act:
            wanted = said.wanted(row.id, system.settings.era)
            order = orders.send(act, wanted, f"{key}.order")
    except Refusal as refusal:
        return _say(visit, refusal) if said is None else _read_back(visit, said, refusal)
    return visit.go(f"/orders/{order.id}", "sent")


def _say(visit: Visit, refusal: Refusal | None = None) -> Response:
    with visit.looking() as act:
        for role in RULES["draft", "approve-at-once"].roles:
            act.require(role)
        return visit.show(
            "emergency",
            refusal=refusal,
            has_factor=_has_factor(act),
            default_status=DEFAULT_STATUS,
            valid_min=DEFAULT_VALID_MIN,
            severities=SEVERITY_NAMES,
            groups=areas.groups(act),
            own=act.system.units.name(act.actor.unit),
            longest=MOST_CHARACTERS,
        )


def _read_back(visit: Visit, said: Emergency, refusal: Refusal | None = None) -> Response:
    with visit.looking() as act:
        met = _met(act, said)
        fields = [field for field in repeated(visit.typed) if field[0] != "sha256"]
        return visit.show(
            "emergency_check",
            refusal=refusal,
            said=said,
            devices=sending.addressed(act, addressing.addressed(act.system, said.area)),
            places=list(areas.names(act.system, said.area)),
            overlaps=met[:SHOWN_OVERLAPS],
            more=max(0, len(met) - SHOWN_OVERLAPS),
            fields=[*fields, ("sha256", said.sha256)],
            new_id=visit.typed.shown("id") or new_id(act.now_ms),
            severities=SEVERITY_NAMES,
            has_factor=_has_factor(act),
            is_confirmed=_is_confirmed(act),
        )


def _spoken(visit: Visit) -> Emergency:
    """What the form says, with its words spoken and kept, so that they are heard before sent."""
    typed, system = visit.typed, visit.system
    text, status = typed.lines("text", needed=True), typed.choice("status", STATUSES)
    if len(text) > MOST_CHARACTERS:
        raise Invalid(
            "text-too-long",
            f"Lời dài hơn {MOST_CHARACTERS} ký tự.",
            f"The words are longer than {MOST_CHARACTERS} characters.",
            "text",
        )
    with visit.looking() as act:
        act.require("compose")
        _checked(act, typed, "", 0)
    kept = speech(system, text, status, "vi")
    with visit.acting() as act:
        media.add(act, kept, f"{DEFAULT_ENGINE} (vi)")
        return _checked(act, typed, kept.sha256, kept.duration_ms or 0)


def _said(act: Act, typed: Typed) -> Emergency:
    sha256 = typed.line("sha256", needed=True)
    file = act.session.get(Media, sha256)
    return _checked(act, typed, sha256, (file.duration_ms or 0) if file else 0)


def _checked(act: Act, typed: Typed, sha256: str, length_ms: int) -> Emergency:
    times = typed.a_number("times", 1, 500)
    gap_min = typed.number("gap_ms", 0, 44_640) or 0
    area = areas.chosen(act, typed)
    addressing.require(act, "operate", act.system.settings.era, area)
    said = Emergency(
        title=typed.line("title", needed=True),
        text=typed.lines("text", needed=True),
        status=typed.choice("status", STATUSES),
        severity=typed.a_number("severity", 0, 3),
        area=area,
        times=times,
        gap_ms=gap_min * MINUTE_MS if times > 1 else 0,
        valid_ms=typed.a_number("valid_ms", 1, 527_040) * MINUTE_MS,
        sha256=sha256,
        length_ms=length_ms,
    )
    if said.times > 1 and said.gap_ms <= length_ms:
        raise Invalid(
            "gap-too-short",
            "Khoảng cách giữa các lần phải dài hơn bản tin.",
            "The gap between plays must be longer than the bulletin.",
            "gap_ms",
        )
    return said


def _met(act: Act, said: Emergency) -> list[Overlap]:
    """What the emergency would cut off."""
    where = addressing.reach(act, said.area)
    mine = [
        Span(f"{play}", "", said.title, "emergency", begin_ms, begin_ms + said.length_ms, where)
        for play in range(said.times)
        for begin_ms in [act.now_ms + play * said.gap_ms]
    ]
    return list(overlaps(mine, collisions.all_spans(act, mine[0].begin_ms, mine[-1].end_ms)))


def _has_factor(act: Act) -> bool:
    return accounts.own(act.session, str(act.actor.person_id)).totp_confirmed


def _is_confirmed(act: Act) -> bool:
    try:
        act.require_confirmation()
    except NotKnown:
        return False
    return True
