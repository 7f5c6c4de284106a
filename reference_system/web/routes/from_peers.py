"""Where other source systems knock: files first, then the message that names them."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request

from reference_system.interface.exchange import Answer, Message
from reference_system.services.content.media import MOST_BYTES, too_large
from reference_system.services.sharing import peers, received_files, receiving
from reference_system.store.exchange import Peer
from reference_system.web.acting import TheSystem, Token
from reference_system.web.models import problems
from reference_system.web.routing import Route

router = APIRouter(prefix="/api/v1/exchange", tags=["between systems"], route_class=Route)

Sha256 = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]

_BYTES: dict[str, Any] = {
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
}


def _peer(system: TheSystem, token: Token) -> Peer:
    return peers.known(system, token)


ThePeer = Annotated[Peer, Depends(_peer)]


async def _body(request: Request, _peer: ThePeer) -> bytes:
    content = bytearray()
    async for piece in request.stream():
        content += piece
        if len(content) > max(MOST_BYTES.values()):
            raise too_large("video")
    return bytes(content)


@router.put(
    "/media/{sha256}",
    status_code=204,
    responses=problems(401),
    openapi_extra={"requestBody": {"required": True, **_BYTES}},
)
def take_file(
    system: TheSystem, peer: ThePeer, sha256: Sha256, content: Annotated[bytes, Depends(_body)]
) -> None:
    """A file that a bulletin to come names: MP3, PNG, JPEG or MP4. Again changes nothing."""
    received_files.take_in(system, peer, sha256, content)


@router.post("/messages", responses=problems(401, 403, 404, 409))
def take_message(system: TheSystem, peer: ThePeer, message: Message) -> Answer:
    """A message; the same again changes nothing, and is answered "known"."""
    return receiving.take_in(system, peer, message)
