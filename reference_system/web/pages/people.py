"""People and their roles, for administrators; and the audit log of what everybody did."""

from fastapi import APIRouter, Response

from reference_system.services.acting import ROLES, Act
from reference_system.services.people import accounts, audit
from reference_system.services.people.accounts import Account
from reference_system.services.people.audit import Wanted
from reference_system.services.refusals import Refusal
from reference_system.store.base import new_id
from reference_system.web.pages import areas
from reference_system.web.pages.typed import Typed
from reference_system.web.pages.units_typed import one_unit
from reference_system.web.pages.visits import PageRoute, TheVisit, Visit

router = APIRouter(route_class=PageRoute)


@router.get("/people")
def people(visit: TheVisit) -> Response:
    """The people of the own unit and below."""
    with visit.looking() as act:
        page = accounts.listed(act, visit.typed.cursor())
        units = act.system.units
        return visit.show(
            "people",
            page=page,
            name_of=lambda row: units.name(units.named(row.level, row.code)),
            roles_of=accounts.roles_of,
        )


@router.get("/people/new")
def new_person(visit: TheVisit) -> Response:
    """The form for somebody new."""
    return _form(visit, None)


@router.post("/people/new")
def create(visit: TheVisit) -> Response:
    """Add a person; the first password is shown once."""
    try:
        with visit.acting() as act:
            account = _account(act, visit.typed)
            created = accounts.create(act, account, visit.typed.client_id())
    except Refusal as refusal:
        return _form(visit, None, refusal)
    return _password(visit, created.person.id, account.login, created.first_password)


@router.get("/people/{person_id}")
def person(visit: TheVisit, person_id: str) -> Response:
    """One account, in the form that changes it."""
    return _form(visit, person_id)


@router.post("/people/{person_id}")
def change(visit: TheVisit, person_id: str) -> Response:
    """Change an account, give it a new password, or take its second factor away."""
    typed = visit.typed
    password = None
    try:
        do = typed.choice("do", ("save", "password", "second-factor"))
        with visit.acting() as act:
            match do:
                case "save":
                    account = _account(act, typed)
                    accounts.change(act, person_id, account, active=typed.ticked("active"))
                case "password":
                    password = accounts.reset_password(act, person_id)
                case "second-factor":
                    accounts.reset_second_factor(act, person_id)
            login = accounts.get(act, person_id).login
    except Refusal as refusal:
        return _form(visit, person_id, refusal)
    if password is not None:
        return _password(visit, person_id, login, password)
    done = "saved" if do == "save" else "second-factor-reset"
    return visit.go(f"/people/{person_id}", done)


@router.get("/audit")
def audit_log(visit: TheVisit) -> Response:
    """Who did what, newest first; and whether the log is as it was written, if asked."""
    typed = visit.typed
    with visit.looking() as act:
        wanted = Wanted(
            login=typed.line("login") or None,
            action=typed.line("action") or None,
            from_ms=typed.moment_ms("from"),
            before_ms=typed.moment_ms("until"),
        )
        return visit.show(
            "audit",
            entries=audit.listed(act, wanted, typed.number("before", 0, 10**9)),
            verification=audit.verified(act) if typed.ticked("verify") else None,
        )


def _form(visit: Visit, person_id: str | None, refusal: Refusal | None = None) -> Response:
    with visit.looking() as act:
        act.require("administer")
        found = accounts.get(act, person_id) if person_id else None
        return visit.show(
            "person",
            refusal=refusal,
            here=f"/people/{person_id or 'new'}",
            person=found,
            held=accounts.roles_of(found) if found else ["view"],
            unit=act.system.units.named(found.level, found.code) if found else act.actor.unit,
            groups=areas.groups(act),
            new_id=new_id(act.now_ms),
        )


def _password(visit: Visit, person_id: str, login: str, password: str | None) -> Response:
    here = f"/people/{person_id}"
    return visit.show("person_password", here=here, login=login, password=password)


def _account(act: Act, typed: Typed) -> Account:
    held = typed.many("roles")
    return Account(
        typed.line("login", needed=True),
        typed.line("name", needed=True),
        one_unit(act.system.units, typed),
        frozenset(role for role in ROLES if role in held),
        typed.line("department"),
    )
