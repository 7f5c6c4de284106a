"""What devices use in place of MQTT, or beside it: the same messages, in the shared vocabulary.

Answers are `{"TrangThaiGui": 0, …}`, or `{"TrangThaiGui": 1, "MoTa": …}` with the status that HTTP
has for it. A device is known by its token, and can touch nothing but itself.
"""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from reference_system.interface.messages import Ack, Command, PlayLog, StatusReport
from reference_system.interface.topics import Kind
from reference_system.services.fleet import credentials, deliveries, telemetry
from reference_system.services.fleet.credentials import Logins
from reference_system.services.fleet.deliveries import Sendable
from reference_system.services.system import System
from reference_system.web.acting import TheSystem
from reference_system.web.models import FailedOut, Strict, inlined
from reference_system.web.problems import device_problem
from reference_system.web.routing import Route

STATUS_OF_REASON = {"size": 413, "foreign": 404, "contradiction": 409, "replayed": 409}
"""The HTTP status for a message that was not taken; 422 for all other reasons."""


class LoginIn(Strict):
    """A device's name and its secret."""

    Username: Annotated[str, Field(min_length=1, max_length=64)]
    Password: Annotated[str, Field(min_length=1, max_length=200)]


class TokenOut(Strict):
    """What goes into `Authorization: Bearer`, until `HetHan` (epoch seconds)."""

    Token: str
    HetHan: int


class LoginOut(Strict):
    """A login that was taken. The token is to be used again: a new one is not needed each time."""

    TrangThaiGui: Literal[0] = 0
    NoiDung: TokenOut


class TakenOut(Strict):
    """It was taken, and is stored."""

    TrangThaiGui: Literal[0] = 0


class CommandsOut(Strict):
    """Commands as they come over MQTT, the most urgent first."""

    TrangThaiGui: Literal[0] = 0
    DanhSachLenh: list[dict[str, Any]]


def _failures(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {status: {"model": FailedOut} for status in (*statuses, 400, 413, 422, 503)}


router = APIRouter(prefix="/device/v1", tags=["device"], route_class=Route)


def _logins(request: Request) -> Logins:
    state = request.app.state
    if not hasattr(state, "device_logins"):
        state.device_logins = Logins()
    logins: Logins = state.device_logins
    return logins


async def _body(request: Request) -> bytes:
    return await request.body()


def _device_id(request: Request, system: TheSystem) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return credentials.device_of(system, token if scheme.lower() == "bearer" else "")


Body = Annotated[bytes, Depends(_body)]
DeviceId = Annotated[str, Depends(_device_id)]


def _read(model: type[BaseModel]) -> dict[str, Any]:
    """The request body: bytes that are read as MQTT's are."""
    content = {"application/json": {"schema": inlined(model)}}
    return {"requestBody": {"required": True, "content": content}}


@router.post("/login", responses=_failures(401, 429))
def log_in(
    login: LoginIn, system: TheSystem, logins: Annotated[Logins, Depends(_logins)]
) -> LoginOut:
    """Đăng nhập / A token for a device; the same one again while it holds for long enough."""
    token = credentials.log_in(system, logins, login.Username, login.Password)
    return LoginOut(NoiDung=TokenOut(Token=token.text, HetHan=token.expires_ms // 1000))


@router.post(
    "/status",
    responses=_failures(401, 409),
    openapi_extra=_read(StatusReport),
    response_model=TakenOut,
)
def status(system: TheSystem, device_id: DeviceId, body: Body) -> TakenOut | JSONResponse:
    """Trạng thái thiết bị / The state of the device."""
    return _taken(system, device_id, "status", body)


@router.post(
    "/log",
    responses=_failures(401, 409),
    openapi_extra=_read(PlayLog),
    response_model=TakenOut,
)
def log(system: TheSystem, device_id: DeviceId, body: Body) -> TakenOut | JSONResponse:
    """Nhật ký phát / Entries of the play log; those that are known already change nothing."""
    return _taken(system, device_id, "log", body)


@router.post(
    "/ack",
    responses=_failures(401, 404, 409),
    openapi_extra=_read(Ack),
    response_model=TakenOut,
)
def ack(system: TheSystem, device_id: DeviceId, body: Body) -> TakenOut | JSONResponse:
    """Trả lời lệnh / The answer to a command."""
    return _taken(system, device_id, "ack", body)


@router.get("/commands", responses=_failures(401))
def commands(system: TheSystem, device_id: DeviceId) -> CommandsOut:
    """Lệnh đang chờ / What the device has not answered and what still holds.

    The same command may come again here and over MQTT: it is done once, and answered each time.
    """
    with system.database.writing() as session:
        return _commands(system, deliveries.fetched(session, device_id, system.clock()))


@router.get("/schedule", responses=_failures(401))
def schedule(system: TheSystem, device_id: DeviceId) -> CommandsOut:
    """Lịch phát / All plays that are still to come, for a device that has forgotten them."""
    with system.database.reading() as session:
        return _commands(system, deliveries.scheduled(session, device_id, system.clock()))


def _taken(system: System, device_id: str, kind: Kind, body: bytes) -> TakenOut | JSONResponse:
    refused = telemetry.take(system, [telemetry.Received(device_id, kind, body, "asked")])[0]
    if refused is None:
        return TakenOut()
    return device_problem(STATUS_OF_REASON.get(refused.reason, 422), refused.text)


def _commands(system: System, found: list[Sendable]) -> CommandsOut:
    now_ms = system.clock()
    commands = (each.command(system.settings, now_ms) for each in found)
    return CommandsOut(DanhSachLenh=[_wire(command) for command in commands])


def _wire(command: Command) -> dict[str, Any]:
    return command.model_dump(mode="json", by_alias=True, exclude_none=True)
