"""All pages, and the files that they are made of."""

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse

from reference_system.services.refusals import Missing
from reference_system.web.pages import (
    bulletins,
    composing,
    devices,
    emergency,
    entering,
    feedback,
    orders,
    people,
    plays,
    programme,
    sending,
    today,
)
from reference_system.web.pages.rendering import FOLDER
from reference_system.web.pages.visits import PageRoute

FILES = {
    "style.css": "text/css; charset=utf-8",
    "today.js": "text/javascript; charset=utf-8",
}

router = APIRouter(include_in_schema=False, route_class=PageRoute)

for _pages in (
    entering,
    today,
    composing,  # before bulletins: /bulletins/new is no id
    bulletins,
    sending,
    emergency,
    orders,
    programme,
    devices,
    plays,
    feedback,
    people,
):
    router.include_router(_pages.router)


@router.get("/static/{name}")
def static(name: str) -> Response:
    """The stylesheet, and the script of the map."""
    if name not in FILES:
        raise Missing("no-file", "Không có tệp này.", "There is no such file.")
    headers = {"cache-control": "max-age=300"}
    return FileResponse(FOLDER / "static" / name, media_type=FILES[name], headers=headers)
