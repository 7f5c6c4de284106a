"""Files over HTTP: uploaded by people who compose, fetched by devices."""

import re
import tempfile
from collections.abc import AsyncIterator
from typing import IO, Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import FileResponse
from starlette.concurrency import run_in_threadpool

from reference_system.services.acting import Actor, acting, looking
from reference_system.services.content import media
from reference_system.services.content.media import MOST_BYTES, Family
from reference_system.services.system import System
from reference_system.store.content import Media
from reference_system.web.acting import TheActor, TheSystem
from reference_system.web.models import LOGGED_IN, InstantOut, Strict, problems
from reference_system.web.routing import Route

router = APIRouter(tags=["media"], route_class=Route)

Sha256 = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]

_RANGE = re.compile("(?P<first>[0-9]{1,18})-(?P<last>[0-9]{1,18})?|-[0-9]{1,18}")

_ANY_BYTES = {"type": "string", "format": "binary"}
_FILE: dict[str, Any] = {"content": {"application/octet-stream": {"schema": _ANY_BYTES}}}


class MediaOut(Strict):
    """A kept file. Loudness (LUFS) and peak (dBTP) are of a sound as devices get it."""

    sha256: str
    media_type: str
    url: str
    size_bytes: int
    duration_ms: int | None
    loudness_lufs: float | None
    peak_dbfs: float | None
    origin: str
    created: InstantOut


_KEPT: dict[str, Any] = {
    "content": {
        f"{family}/*": {"schema": {"type": "string", "format": "binary"}}
        for family in media.FAMILIES
    }
}


@router.post(
    "/api/v1/media/{family}",
    status_code=201,
    responses=LOGGED_IN,
    openapi_extra={"requestBody": {"required": True, **_FILE}},
)
async def upload(request: Request, system: TheSystem, actor: TheActor, family: Family) -> MediaOut:
    """Upload a sound, a picture or a film as the body of the request; needs the role compose.

    What it is shows in its bytes, not in its name or type. A sound (MP3, AAC, Opus, WAV) is
    kept in the one form that devices take, with the loudness of the others; a picture (PNG,
    JPEG) and a film (MP4) as they are. The same file again gives the same answer.
    """
    await run_in_threadpool(_may_upload, system, actor)
    with tempfile.TemporaryFile() as file:
        await _receive(request.stream(), file, family)
        return await run_in_threadpool(_keep, system, actor, family, file)


@router.head("/media/{sha256}", include_in_schema=False)
@router.get(
    "/media/{sha256}",
    response_class=FileResponse,
    responses={
        **problems(404),
        200: _KEPT,
        206: {"description": "The bytes that were asked for", **_KEPT},
        304: {"description": "The file that is known already"},
        416: {"description": "There are no such bytes"},
    },
)
def fetch(request: Request, system: TheSystem, sha256: Sha256) -> Response:
    """A kept file, whole or in part; anybody may fetch it who knows its hash."""
    row, path = media.get(system, sha256)
    tag = f'"{sha256}"'
    # What a hash names never changes.
    headers = {"etag": tag, "cache-control": "public, max-age=31536000, immutable"}
    known = {each.strip() for each in request.headers.get("if-none-match", "").split(",")}
    if known & {tag, f"W/{tag}", "*"}:
        return Response(status_code=304, headers=headers)
    if not _is_range(request.headers.get("range", "")):
        # RFC 9110, 14.2: a range that is none may be ignored. Starlette would answer it with 400.
        kept = [each for each in request.scope["headers"] if each[0] != b"range"]
        request.scope["headers"] = kept
    return FileResponse(path, media_type=row.media_type, headers=headers)


def _is_range(asked: str) -> bool:
    """Whether a Range header asks for bytes as RFC 9110, 14.1 says it."""
    unit, _, some = asked.partition("=")
    ranges = [_RANGE.fullmatch(each.strip()) for each in some.split(",")]
    return unit.strip().lower() == "bytes" and all(
        each is not None and (each["last"] is None or int(each["first"]) <= int(each["last"]))
        for each in ranges
    )


def _may_upload(system: System, actor: Actor) -> None:
    with looking(system, actor) as act:
        act.require("compose")


async def _receive(stream: AsyncIterator[bytes], file: IO[bytes], family: Family) -> None:
    size = 0
    async for piece in stream:
        size += len(piece)
        if size > MOST_BYTES[family]:
            raise media.too_large(family)
        file.write(piece)
    file.seek(0)


def _keep(system: System, actor: Actor, family: Family, file: IO[bytes]) -> MediaOut:
    kept = media.take_in(system, family, file)
    with acting(system, actor) as act:
        return _told(system, media.add(act, kept, f"upload: {actor.login}"))


def _told(system: System, row: Media) -> MediaOut:
    return MediaOut(
        sha256=row.sha256,
        media_type=row.media_type,
        url=media.url(system, row.sha256),
        size_bytes=row.size_bytes,
        duration_ms=row.duration_ms,
        loudness_lufs=row.loudness_lufs,
        peak_dbfs=row.peak_dbfs,
        origin=row.origin,
        created=row.created_ms,
    )
