"""All pages, and the files that they are made of."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse

from reference_system.services.refusals import Missing
from reference_system.web.pages import (
    bulletins,
    channels,
    choices,
    composing,
    devices,
    documents,
    emergency,
    entering,
    exchange,
    feedback,
    orders,
    people,
    plays,
    programme,
    reports,
    sending,
    sharing,
    statistics,
    today,
)
from reference_system.web.pages.rendering import FOLDER
from reference_system.web.pages.visits import PageRoute
from reference_system.web.problems import problem

FILES = {
    "style.css": "text/css; charset=utf-8",
    "today.js": "text/javascript; charset=utf-8",
}

router = APIRouter(route_class=PageRoute)

for _pages in (
    entering,
    today,
    composing,  # before bulletins: /bulletins/new is no id
    bulletins,
    sending,
    sharing,
    choices,
    emergency,
    orders,
    programme,
    devices,
    plays,
    feedback,
    documents,
    statistics,
    reports,
    channels,
    exchange,
    people,
):
    router.routes.extend(_pages.router.routes)


@router.get("/static/{name}")
def static(name: str) -> Response:
    """The stylesheet, and the script of the map."""
    if name not in FILES:
        raise Missing("no-file", "Không có tệp này.", "There is no such file.")
    headers = {"cache-control": "max-age=300"}
    return FileResponse(FOLDER / "static" / name, media_type=FILES[name], headers=headers)


@router.get("/{anything}")
def nothing(request: Request, anything: str) -> Response:
    """What somebody mistyped in a browser; a program is told as on any other address."""
    if "text/html" in request.headers.get("accept", ""):
        raise Missing("no-page", "Không có trang này.", "There is no such page.")
    return problem(404, "http", "Không có địa chỉ này.", "There is no such address.")
