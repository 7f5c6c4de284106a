"""Logging in and out, the language, the own password and the second factor."""

from fastapi import APIRouter, Response

from reference_system.services.people import accounts, second_factor, sessions
from reference_system.services.refusals import Forbidden, Refusal
from reference_system.web.acting import forget_login, keep_login
from reference_system.web.pages.rendering import LANGUAGES
from reference_system.web.pages.visits import (
    LANGUAGE_COOKIE,
    YEAR_S,
    Caller,
    PageRoute,
    TheCaller,
    TheNewcomer,
    TheVisit,
    Visit,
    is_own,
)

router = APIRouter(route_class=PageRoute)


@router.get("/login")
def login_page(caller: TheCaller) -> Response:
    """Where somebody logs in."""
    return caller.show("login")


@router.post("/login")
def log_in(caller: TheCaller) -> Response:
    """Log in, and on to the page that was asked for."""
    typed = caller.typed
    try:
        _from_here(caller)
        login, password = typed.line("login", needed=True), typed.secret("password")
        opened = sessions.log_in(caller.system, login, password, caller.address)
    except Refusal as refusal:
        return caller.show("login", refusal=refusal)
    wanted = typed.shown("next")
    answer = caller.go(wanted if is_own(wanted) else "/")
    keep_login(answer, caller.request, opened)
    return answer


def _from_here(caller: Caller) -> None:
    """Refuse a login that another site makes somebody's browser do: nobody has a session yet."""
    if caller.request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Forbidden(
            "not-from-our-page",
            "Biểu mẫu không đến từ trang này.",
            "The form did not come from this site.",
        )


@router.post("/logout")
def log_out(visit: TheNewcomer) -> Response:
    """End the session."""
    sessions.log_out(visit.system, visit.token)
    answer = visit.go("/login", "logged-out")
    forget_login(answer)
    return answer


@router.post("/language")
def set_language(caller: TheCaller) -> Response:
    """Another language from now on, in this browser."""
    back = caller.typed.shown("back")
    answer = caller.go(back if is_own(back) else "/")
    answer.set_cookie(
        LANGUAGE_COOKIE,
        caller.typed.choice("language", LANGUAGES),
        max_age=YEAR_S,
        httponly=True,
        samesite="lax",
        secure=caller.request.url.scheme == "https",
    )
    return answer


@router.get("/account/password")
def password_page(visit: TheNewcomer) -> Response:
    """Where the own password is changed; at the first login nothing else can be done."""
    return _password(visit)


@router.post("/account/password")
def change_password(visit: TheNewcomer) -> Response:
    """Change it; all own sessions end."""
    typed = visit.typed
    try:
        old, new = typed.secret("password"), typed.secret("new_password")
        sessions.change_password(visit.system, visit.token, old, new)
    except Refusal as refusal:
        return _password(visit, refusal)
    answer = visit.go("/login", "password")
    forget_login(answer)
    return answer


@router.get("/account")
def account_page(visit: TheVisit) -> Response:
    """The own account and its second factor."""
    return _account(visit)


@router.post("/account")
def change_account(visit: TheVisit) -> Response:
    """Begin with a second factor, or show a code of it."""
    typed = visit.typed
    try:
        if typed.choice("do", ("enrol", "confirm")) == "enrol":
            enrolment = second_factor.enrol(visit.system, visit.token, typed.secret("password"))
            return visit.show("second_factor", enrolment=enrolment)
        second_factor.confirm(visit.system, visit.token, typed.line("code", needed=True))
    except Refusal as refusal:
        return _account(visit, refusal)
    return visit.go("/account", "second-factor")


def _password(visit: Visit, refusal: Refusal | None = None) -> Response:
    with visit.looking() as act:
        person = accounts.own(act.session, str(visit.actor.person_id))
    return visit.show("password", refusal=refusal, is_first=person.must_change_password)


def _account(visit: Visit, refusal: Refusal | None = None) -> Response:
    with visit.looking() as act:
        person = accounts.own(act.session, str(visit.actor.person_id))
    return visit.show("account", refusal=refusal, person=person)
