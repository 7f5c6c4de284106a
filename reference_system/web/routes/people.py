"""The people who work with the system, for administrators."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from reference_system.services.acting import Act, Role
from reference_system.services.paging import PAGE
from reference_system.services.people import accounts
from reference_system.services.people.accounts import LOGIN, Account
from reference_system.services.units import Level
from reference_system.store.people import Person
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
    Strict,
    Title,
)
from reference_system.web.routing import Route

router = APIRouter(prefix="/api/v1/people", tags=["people"], route_class=Route)

Login = Annotated[str, Field(pattern=LOGIN)]
Roles = Annotated[list[Role], Field(max_length=6)]
UnitCode = Annotated[str, Field(pattern=r"^([0-9]{2,5}|VN)$")]


class UnitIn(Strict):
    """An administrative unit of the system's era; `code` is `VN` at the central level."""

    level: Level
    code: UnitCode


class PersonIn(Strict):
    """A person; `department` names the sở, ban or ngành that the account is of, if it is one."""

    login: Login
    name: Title
    unit: UnitIn
    roles: Roles
    department: Line = ""


class NewPersonIn(PersonIn):
    """A new person; the same `id` and words again create nothing."""

    id: ClientId | None = None


class ChangedPersonIn(PersonIn):
    """What holds of a person from now on; the login stays. Not `active`: the account is closed."""

    active: bool


class PersonOut(Strict):
    """A person."""

    id: str
    login: str
    name: str
    unit: UnitIn
    roles: list[Role]
    department: str
    active: bool
    must_change_password: bool
    second_factor: bool
    created: InstantOut


class NewPersonOut(PersonOut):
    """A new person; the random password is shown once, null where the person was there already."""

    first_password: str | None


class FirstPasswordOut(Strict):
    """A random password, shown once, to be changed at the next login."""

    first_password: str


@router.get("", responses=LOGGED_IN)
def people(act: Looking, after: After = None, limit: Limit = PAGE) -> PageOut[PersonOut]:
    """The people of the own unit and below."""
    page = accounts.listed(act, after, limit)
    return PageOut(items=[_out(each) for each in page.items], after=page.after)


@router.post("", status_code=201, responses=CHANGES)
def create(asked: NewPersonIn, act: Acting) -> NewPersonOut:
    """Add a person to the own unit or one below."""
    created = accounts.create(act, _account(act, asked), asked.id)
    return NewPersonOut(**dict(_out(created.person)), first_password=created.first_password)


@router.get("/{person_id}", responses=ABOUT_ONE)
def person(person_id: PathId, act: Looking) -> PersonOut:
    """One person."""
    return _out(accounts.get(act, person_id))


@router.put("/{person_id}", responses=CHANGES)
def change(person_id: PathId, asked: ChangedPersonIn, act: Acting) -> PersonOut:
    """Change a person's name, unit, roles, department, or whether the account is open."""
    return _out(accounts.change(act, person_id, _account(act, asked), active=asked.active))


@router.post("/{person_id}/password", responses=ABOUT_ONE)
def reset_password(person_id: PathId, act: Acting) -> FirstPasswordOut:
    """Give a person a new random password."""
    return FirstPasswordOut(first_password=accounts.reset_password(act, person_id))


@router.delete("/{person_id}/totp", status_code=204, responses=ABOUT_ONE)
def reset_second_factor(person_id: PathId, act: Acting) -> None:
    """Take a person's second factor away: a lost phone."""
    accounts.reset_second_factor(act, person_id)


def _account(act: Act, asked: PersonIn) -> Account:
    return Account(
        asked.login,
        asked.name,
        act.system.units.named(asked.unit.level, asked.unit.code),
        frozenset(asked.roles),
        asked.department,
    )


def _out(person: Person) -> PersonOut:
    return PersonOut(
        id=person.id,
        login=person.login,
        name=person.name,
        unit=UnitIn.model_validate({"level": person.level, "code": person.code}),
        roles=accounts.roles_of(person),
        department=person.department,
        active=person.active,
        must_change_password=person.must_change_password,
        second_factor=person.totp_confirmed,
        created=person.created_ms,
    )
