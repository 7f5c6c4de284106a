"""The application: every address that the source system answers."""

from collections.abc import Callable
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext

from fastapi import APIRouter, FastAPI

from reference_system.services.system import System
from reference_system.web.problems import tell_problems

ROUTERS: tuple[APIRouter, ...] = ()


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
    app.state.system = system
    tell_problems(app)
    for router in ROUTERS:
        app.include_router(router)
    return app
