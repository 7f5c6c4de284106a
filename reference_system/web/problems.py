"""What went wrong: RFC 9457 problem documents in Vietnamese and English, devices' own words."""

import json
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.routing import Match

from reference_system.services.refusals import Refusal, Unable
from reference_system.web.models import FailedOut
from scenarios.problems import one_line, shortened

WRONG_METHOD = 405
TOO_LONG = 413

DEVICES = "/device/v1/"
"""Where devices ask, who know no problem documents."""

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")

HEADERS = {401: {"www-authenticate": "Bearer"}, 429: {"retry-after": "60"}}
"""What answers of these statuses say besides."""

SECRETS = {"password", "new_password", "code", "Password"}
"""Fields whose values are never said again, not even to who sent them."""

_HTTP = {
    400: ("Nội dung gửi lên không đọc được.", "The request cannot be read."),
    404: ("Không có địa chỉ này.", "There is no such address."),
    405: ("Địa chỉ này không nhận cách gọi này.", "This address does not take this method."),
}


class ProblemResponse(JSONResponse):
    """A problem document."""

    media_type = "application/problem+json"


def problem(status: int, code: str, vi: str, en: str, field: str | None = None) -> ProblemResponse:
    """A problem: `code` is for programs, `vi` and `en` for people."""
    content: dict[str, Any] = {"status": status, "code": code, "title": vi, "title_en": en}
    return ProblemResponse(
        content | ({"field": field} if field else {}), status, HEADERS.get(status)
    )


def device_problem(status: int, text: str) -> JSONResponse:
    """What devices are told in place of a problem."""
    return JSONResponse(FailedOut(MoTa=text).model_dump(), status, HEADERS.get(status))


def told(
    path: str, status: int, code: str, vi: str, en: str, field: str | None = None
) -> JSONResponse:
    """A problem in the words of those who ask at `path`."""
    if path.startswith(DEVICES):
        return device_problem(status, en)
    return problem(status, code, vi, en, field)


def too_long(path: str, limit_bytes: int) -> JSONResponse:
    """The answer to a request with a body of more than `limit_bytes`."""
    return told(
        path,
        TOO_LONG,
        "too-large",
        f"Nội dung gửi lên vượt quá {limit_bytes:,} byte.",
        f"The request is longer than {limit_bytes:,} bytes.",
    )


def tell_problems(app: FastAPI) -> None:
    """Let every error of the application end as a problem document."""

    @app.exception_handler(Refusal)
    async def refused(request: Request, error: Refusal) -> JSONResponse:
        return _refusal(request, error)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        place = shortened(one_line(".".join(str(part) for part in first["loc"])))
        expected = first["msg"].removeprefix("Value error, ")
        sent = first.get("input")
        shows = not SECRETS.intersection(first["loc"]) and isinstance(sent, str | int | float)
        value = shortened(one_line(json.dumps(sent, ensure_ascii=False))) if shows else ""
        return told(
            request.url.path,
            422,
            "invalid",
            f"{place}: giá trị {value} không hợp lệ." if shows else f"{place}: không hợp lệ.",
            f"{place}: {expected}, is {value}." if shows else f"{place}: {expected}.",
            place,
        )

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> JSONResponse:
        if error.status_code == TOO_LONG:
            return too_long(request.url.path, int(error.detail))
        vi, en = _HTTP.get(error.status_code, (str(error.detail), str(error.detail)))
        answer = told(request.url.path, error.status_code, "http", vi, en)
        answer.headers.update(error.headers or {})
        if error.status_code == WRONG_METHOD:
            answer.headers["allow"] = ", ".join(_allowed(request))
        return answer

    @app.exception_handler(OperationalError)
    @app.exception_handler(PoolTimeout)
    async def away(request: Request, _error: Exception) -> JSONResponse:
        away = Unable(
            "database-away",
            "Cơ sở dữ liệu đang không dùng được; chưa lưu gì.",
            "The database cannot be used now; nothing was stored.",
        )
        return _refusal(request, away)


def _refusal(request: Request, error: Refusal) -> JSONResponse:
    return told(request.url.path, error.status, error.code, error.vi, error.en, error.field)


def _allowed(request: Request) -> list[str]:
    """The methods that the address takes; Starlette tells those of its first route only."""
    return [
        method
        for method in METHODS
        if any(
            route.matches({**request.scope, "method": method})[0] == Match.FULL
            for route in request.app.router.routes
        )
    ]
