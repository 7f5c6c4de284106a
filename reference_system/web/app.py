"""The application: every address that the source system answers."""

from asyncio import Semaphore
from collections.abc import Callable
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext

from fastapi import APIRouter, FastAPI

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
    health,
    media,
    orders,
    people,
    play_logs,
    programmes,
    sessions,
    statistics,
)
from reference_system.web.routing import TURNS

ROUTERS: tuple[APIRouter, ...] = (
    health.router,
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
    )
    # After /openapi.json: the last of the pages is every address that there is not.
    app.router.routes.extend(route for router in ROUTERS for route in router.routes)
    app.state.system = system
    app.state.turns = Semaphore(TURNS)
    app.add_middleware(Bounds, uploads=UPLOADS)
    tell_problems(app)
    return app
