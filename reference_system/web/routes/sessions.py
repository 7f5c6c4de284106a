"""Logging in and out, the own account, its password and second factor."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import Field

from reference_system.services.acting import Role
from reference_system.services.people import accounts, second_factor, sessions
from reference_system.services.people.passwords import LONGEST, SHORTEST
from reference_system.services.units import Level
from reference_system.store.people import Person
from reference_system.web.acting import TheNewcomer, TheSystem, Token
from reference_system.web.models import CHANGES, LOGGED_IN, InstantOut, Line, Strict, problems
from reference_system.web.routing import Route

router = APIRouter(prefix="/api/v1", tags=["sessions"], route_class=Route)

Password = Annotated[str, Field(min_length=1, max_length=LONGEST)]


class LoginIn(Strict):
    """Who wants to log in."""

    login: Annotated[Line, Field(min_length=1)]
    password: Password


class SessionOut(Strict):
    """A session that was opened; the token is shown only here.

    While `must_change_password` is true, nothing works but that, `GET /me` and logging out.
    """

    token: str
    ends: InstantOut
    must_change_password: bool


class UnitOut(Strict):
    """An administrative unit of the system's era; `code` is `VN` at the central level."""

    level: Level
    code: str
    name: str


class MeOut(Strict):
    """The own account; `confirmed_until` is null where no code was shown a short while ago."""

    id: str
    login: str
    name: str
    unit: UnitOut
    department: str
    roles: list[Role]
    must_change_password: bool
    second_factor: Literal["none", "unconfirmed", "confirmed"]
    confirmed_until: InstantOut | None


class PasswordIn(Strict):
    """Another password for oneself."""

    password: Password
    new_password: Annotated[str, Field(min_length=SHORTEST, max_length=LONGEST)]


class EnrolmentIn(Strict):
    """The own password again: a session left open must not be enough."""

    password: Password


class EnrolmentOut(Strict):
    """A new second factor, shown only here; `uri` is for an app to scan (otpauth)."""

    secret: str
    uri: str


class CodeIn(Strict):
    """The six digits that the app shows."""

    code: Annotated[str, Field(pattern=r"^[0-9]{6}$")]


class ConfirmationOut(Strict):
    """Until when this session may do what needs the second factor."""

    confirmed_until: InstantOut


@router.post("/sessions", status_code=201, responses=problems(401, 429))
def log_in(asked: LoginIn, request: Request, system: TheSystem) -> SessionOut:
    """Log in."""
    address = request.client.host if request.client else ""
    opened = sessions.log_in(system, asked.login, asked.password, address)
    return SessionOut(
        token=opened.token,
        ends=opened.ends_ms,
        must_change_password=opened.person.must_change_password,
    )


@router.delete("/sessions", status_code=204, responses=problems(401))
def log_out(
    system: TheSystem,
    token: Token,
    everywhere: Annotated[bool, Query(description="All sessions of this person.")] = False,
) -> None:
    """Log out, here or everywhere."""
    sessions.log_out(system, token, everywhere=everywhere)


@router.get("/me", responses=LOGGED_IN)
def me(system: TheSystem, actor: TheNewcomer) -> MeOut:
    """Who is logged in."""
    with system.database.reading() as session:
        person = accounts.own(session, str(actor.person_id))
    until_ms = actor.confirmed_ms + system.settings.confirmation_ms
    return MeOut(
        id=person.id,
        login=person.login,
        name=person.name,
        unit=UnitOut(
            level=actor.unit.level, code=actor.unit.code, name=system.units.name(actor.unit)
        ),
        department=person.department,
        roles=accounts.roles_of(person),
        must_change_password=person.must_change_password,
        second_factor=_second_factor(person),
        confirmed_until=until_ms if actor.confirmed_ms and until_ms > system.clock() else None,
    )


@router.post("/me/password", status_code=204, responses=LOGGED_IN)
def change_password(asked: PasswordIn, system: TheSystem, token: Token) -> None:
    """Change the own password; all own sessions end."""
    sessions.change_password(system, token, asked.password, asked.new_password)


@router.post("/me/totp", status_code=201, responses=CHANGES)
def enrol(asked: EnrolmentIn, system: TheSystem, token: Token) -> EnrolmentOut:
    """Begin with a new second factor; a first code to `/me/confirmation` makes it count."""
    enrolment = second_factor.enrol(system, token, asked.password)
    return EnrolmentOut(secret=enrolment.secret, uri=enrolment.uri)


@router.post("/me/confirmation", responses=CHANGES)
def confirm(asked: CodeIn, system: TheSystem, token: Token) -> ConfirmationOut:
    """Show a code of the second factor, which emergencies need."""
    return ConfirmationOut(confirmed_until=second_factor.confirm(system, token, asked.code))


def _second_factor(person: Person) -> Literal["none", "unconfirmed", "confirmed"]:
    if person.totp_sealed is None:
        return "none"
    return "confirmed" if person.totp_confirmed else "unconfirmed"
