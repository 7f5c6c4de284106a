"""Who is asking: from a request to an act in one transaction.

Programs show a token in the `Authorization` header, browsers in a cookie. A browser sends cookies
whoever asks it to; so a page that changes something also shows `csrf_token`, which no other site
can know, as the form field `csrf`.
"""

import hashlib
import hmac
from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from reference_system.services.acting import Act, Actor, acting, looking
from reference_system.services.people import sessions
from reference_system.services.people.sessions import Login
from reference_system.services.refusals import Forbidden
from reference_system.services.system import System

COOKIE = "ttcs_session"


def system_of(request: Request) -> System:
    """The source system that answers."""
    system: System = request.app.state.system
    return system


TheSystem = Annotated[System, Depends(system_of)]

# ---- Programs -----------------------------------------------------------------------------------

_bearer = HTTPBearer(auto_error=False, description="`token` of POST /api/v1/sessions")


def _token(shown: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> str:
    return shown.credentials if shown else ""


Token = Annotated[str, Depends(_token)]
"""The token that a program shows, whatever it is worth."""


def _actor(system: TheSystem, token: Token) -> Actor:
    """Who is logged in, by bearer token; raises `NotKnown`."""
    return sessions.actor(system, token)


def _newcomer(system: TheSystem, token: Token) -> Actor:
    return sessions.newcomer(system, token)


TheActor = Annotated[Actor, Depends(_actor)]

TheNewcomer = Annotated[Actor, Depends(_newcomer)]
"""Who is logged in, even before the first password was changed."""


def _acting(system: TheSystem, actor: TheActor, token: Token) -> Iterator[Act]:
    with acting(system, actor) as act:
        # What was true when the request came may have changed before its turn to write.
        act.actor = sessions.holder(act, token)
        yield act


def _looking(system: TheSystem, actor: TheActor) -> Iterator[Act]:
    with looking(system, actor) as act:
        yield act


# The scope "function" ends the transaction before the answer goes out: what is answered is stored.
Acting = Annotated[Act, Depends(_acting, scope="function")]
Looking = Annotated[Act, Depends(_looking, scope="function")]

# ---- Pages --------------------------------------------------------------------------------------


def keep_login(response: Response, request: Request, login: Login) -> None:
    """Give the browser the cookie of a new session."""
    response.set_cookie(
        COOKIE, login.token, httponly=True, samesite="lax", secure=request.url.scheme == "https"
    )


def forget_login(response: Response) -> None:
    """Take the cookie back."""
    response.delete_cookie(COOKIE)


def csrf_token(token: str) -> str:
    """What the pages of a session show to prove that they are ours."""
    return hmac.new(token.encode(), b"ttcs pages", hashlib.sha256).hexdigest()


async def page_token(request: Request) -> str:
    """The token in the cookie; raises `Forbidden` where a change comes from another site."""
    token = request.cookies.get(COOKIE, "")
    if request.method not in ("GET", "HEAD"):
        shown = (await request.form()).get("csrf")
        right = csrf_token(token)
        if not isinstance(shown, str) or not hmac.compare_digest(shown.encode(), right.encode()):
            raise Forbidden(
                "not-from-our-page",
                "Biểu mẫu không đến từ trang này hoặc đã cũ: tải lại trang.",
                "The form did not come from this site, or is old: load the page again.",
                "csrf",
            )
    return token


PageToken = Annotated[str, Depends(page_token)]


def _page_actor(system: TheSystem, token: PageToken) -> Actor:
    """Who is logged in at a page; raises `NotKnown`, and `Forbidden` with the first password."""
    return sessions.actor(system, token)


def _page_newcomer(system: TheSystem, token: PageToken) -> Actor:
    return sessions.newcomer(system, token)


PageActor = Annotated[Actor, Depends(_page_actor)]

PageNewcomer = Annotated[Actor, Depends(_page_newcomer)]
"""Who is logged in at a page, even before the first password was changed."""
