"""One visit to a page: who is there, in which language, what was typed, and the answer as HTML."""

from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from reference_system.services.acting import Act, Actor, Role, acting, looking
from reference_system.services.people import sessions
from reference_system.services.refusals import Invalid, Refusal, TooLarge, Unable
from reference_system.services.system import System
from reference_system.web.acting import (
    PageActor,
    PageNewcomer,
    PageToken,
    TheSystem,
    csrf_token,
)
from reference_system.web.pages.rendering import LANGUAGES, Language, html
from reference_system.web.pages.typed import Typed
from reference_system.web.routing import Route

LANGUAGE_COOKIE = "ttcs_language"
YEAR_S = 365 * 24 * 60 * 60


@dataclass(slots=True)
class Caller:
    """A browser that asks for a page, whoever sits there."""

    request: Request
    system: System
    token: str
    typed: Typed

    @property
    def address(self) -> str:
        """The client's address."""
        return self.request.client.host if self.request.client else ""

    def show(
        self,
        name: str,
        *,
        status: int = 200,
        refusal: Refusal | None = None,
        here: str | None = None,
        **context: Any,
    ) -> HTMLResponse:
        """The page of a template; `here` is its own address where this one cannot be shown.

        With a `refusal`, it says what was refused, in both languages, and has its status.
        """
        return _page(
            self.request, name, self._common(here) | context | {"refusal": refusal}, status
        )

    def go(self, path: str, done: str = "") -> Response:
        """On to another page, which says what was done by a word of `words.DONE`."""
        mark = "&" if "?" in path else "?"
        return RedirectResponse(f"{path}{mark}{urlencode({'done': done})}" if done else path, 303)

    def _common(self, here: str | None) -> dict[str, Any]:
        return {
            "system": self.system.settings,
            "units": self.system.units,
            "actor": None,
            "can": lambda _: False,
            "csrf": csrf_token(self.token),
            "typed": self.typed,
            "here": here or _address(self.request),
            "done": self.request.query_params.get("done", ""),
            "now_ms": self.system.clock(),
            "clock_off_s": self.system.timekeeper.off_ms // 1000 if self.system.timekeeper else 0,
        }


@dataclass(slots=True)
class Visit(Caller):
    """A visit of somebody who is logged in."""

    actor: Actor

    def can(self, role: Role) -> bool:
        """Whether this person holds a role."""
        return role in self.actor.roles

    @contextmanager
    def acting(self) -> Iterator[Act]:
        """The one act of a POST, by who holds the session at that moment."""
        with acting(self.system, self.actor) as act:
            act.actor = sessions.holder(act, self.token)
            yield act

    @contextmanager
    def looking(self) -> Iterator[Act]:
        """An act that only reads."""
        with looking(self.system, self.actor) as act:
            yield act

    def again(self) -> None:
        """Know what changed in the session, such as a second factor just shown."""
        self.actor = sessions.actor(self.system, self.token)

    def _common(self, here: str | None) -> dict[str, Any]:
        return Caller._common(self, here) | {"actor": self.actor, "can": self.can}


# ---- Who visits ---------------------------------------------------------------------------------


async def _typed(request: Request, _token: PageToken) -> AsyncIterator[Typed]:
    if request.method in ("GET", "HEAD"):
        yield Typed(request.query_params, sent=False)
        return
    yield Typed(await request.form())
    await request.close()


TheTyped = Annotated[Typed, Depends(_typed)]


def _caller(request: Request, system: TheSystem, token: PageToken, typed: TheTyped) -> Caller:
    return Caller(request, system, token, typed)


def _visit(
    request: Request, system: TheSystem, token: PageToken, typed: TheTyped, actor: PageActor
) -> Visit:
    visit = Visit(request, system, token, typed, actor)
    request.state.visit = visit
    return visit


def _newcomer(
    request: Request, system: TheSystem, token: PageToken, typed: TheTyped, actor: PageNewcomer
) -> Visit:
    return Visit(request, system, token, typed, actor)


TheCaller = Annotated[Caller, Depends(_caller)]
"""Anybody."""

TheVisit = Annotated[Visit, Depends(_visit)]
"""Somebody logged in; others are led to the login."""

TheNewcomer = Annotated[Visit, Depends(_newcomer)]
"""Somebody logged in, even before the first password was changed."""


# ---- Refusals -----------------------------------------------------------------------------------


class PageRoute(Route):
    """Shows refusals as pages, and leads to the login whoever is not logged in.

    What a page changes it changes in `Visit.acting`, which is over, and undone, by then.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **words: Any) -> None:
        """The words of `Route`; pages are for people, and not in the OpenAPI document."""
        super().__init__(path, endpoint, **(words | {"include_in_schema": False}))

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with refusals as pages."""
        handle = super().get_route_handler()

        async def shown(request: Request) -> Response:
            try:
                return await handle(request)
            except Refusal as refused:
                refusal = refused
            except HTTPException as error:
                refusal = _unread(error.status_code)
            except (OperationalError, PoolTimeout):
                refusal = Unable(
                    "database-away",
                    "Cơ sở dữ liệu đang không dùng được; chưa lưu gì.",
                    "The database cannot be used now; nothing was stored.",
                )
            return await run_in_threadpool(_turned_away, request, refusal)

        return shown


def _unread(status: int) -> Refusal:
    if status == TooLarge.status:
        return TooLarge("too-large", "Nội dung gửi lên quá lớn.", "What was sent is too large.")
    return Invalid("unread", "Không đọc được biểu mẫu.", "The form cannot be read.")


def _turned_away(request: Request, refusal: Refusal) -> Response:
    match refusal.code:
        case "not-logged-in":
            wanted = _address(request) if request.method == "GET" else "/"
            return RedirectResponse(f"/login?{urlencode({'next': wanted})}", 303)
        case "password-change-needed":
            return RedirectResponse("/account/password", 303)
    visit: Caller | None = getattr(request.state, "visit", None)
    if visit is None:
        system: System = request.app.state.system
        visit = Caller(request, system, "", Typed(request.query_params, sent=False))
    here = _address(request) if request.method == "GET" else "/"
    return visit.show("refused", refusal=refusal, here=here)


def _page(request: Request, name: str, context: dict[str, Any], status: int) -> HTMLResponse:
    refusal: Refusal | None = context["refusal"]
    return HTMLResponse(
        html(name, _language(request), context),
        status if refusal is None else refusal.status,
        # Pages show what only this person may see, and secrets that are shown once.
        {"cache-control": "no-store"},
    )


def _language(request: Request) -> Language:
    asked = request.cookies.get(LANGUAGE_COOKIE)
    return next((each for each in LANGUAGES if each == asked), LANGUAGES[0])


def _address(request: Request) -> str:
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "done"]
    path = quote(request.url.path, safe="/@:.,~!$&'()*+;=-_")
    return f"{path}?{urlencode(kept)}" if kept else path


def is_own(path: str) -> bool:
    """Whether it is an address within these pages, and leads nowhere else."""
    return path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
