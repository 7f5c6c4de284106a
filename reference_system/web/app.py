"""The application: every address that the source system answers."""

from asyncio import Semaphore
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext

from fastapi import APIRouter, Depends, FastAPI, Request

from reference_system.services.system import System
from reference_system.web.bounds import Bounds
from reference_system.web.pages import router as pages
from reference_system.web.problems import tell_problems
from reference_system.web.routes import (
    alerts,
    audit,
    bulletins,
    channels,
    choices,
    commune_feed,
    device_http,
    devices,
    documents,
    exchange,
    feedback,
    from_peers,
    media,
    orders,
    people,
    play_logs,
    programmes,
    sessions,
    statistics,
)

ROUTERS: tuple[APIRouter, ...] = (
    sessions.router,
    people.router,
    audit.router,
    alerts.router,
    bulletins.router,
    choices.router,
    media.router,
    devices.router,
    device_http.router,
    play_logs.router,
    orders.router,
    programmes.router,
    feedback.router,
    documents.router,
    statistics.router,
    channels.router,
    commune_feed.router,
    exchange.router,
    from_peers.router,
    pages.router,
)


UPLOADS = ("/api/v1/media", "/api/v1/documents", "/api/v1/exchange/media", "/upload/")

TURNS = 32
"""Requests worked on at once, fewer than the threads that there are for them (40).

One that holds the writer needs another thread to go on, so those that wait for the writer must
never have taken all of them.
"""


async def _turn(request: Request) -> AsyncIterator[None]:
    async with request.app.state.turns:
        yield


def application(
    system: System, working: Callable[[], AbstractContextManager[object]] = nullcontext
) -> FastAPI:
    """The source system as an ASGI application; `working` holds what runs beside it."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI):  # type: ignore[no-untyped-def]  # asynccontextmanager types it
        with working():
            yield

    app = FastAPI(
        title="Hệ thống thông tin nguồn / Source information system",
        version="1",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(_turn, scope="function")],
    )
    app.state.system = system
    app.state.turns = Semaphore(TURNS)
    app.add_middleware(Bounds, uploads=UPLOADS)
    tell_problems(app)
    for router in ROUTERS:
        app.include_router(router)
    return app
