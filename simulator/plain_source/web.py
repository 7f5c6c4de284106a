"""The HTTP side: a bounded pool of threads, bounded requests, JSON answers without surprises.

People are always answered with status 200, and `TrangThaiGui` says whether it was done. Devices are
answered as their dialect has it, with a status.
"""

import json
import re
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import Any

from . import looking, reading, registering, sending, wire
from .book import Book
from .devices import DeviceSide
from .office import Office, done
from .people import Account, Attempts, Sessions, matches
from .reading import BROKEN, MALFORMED, NOT_LOGGED_IN, UNKNOWN, Refused, fields, parse, text

THREADS = 192
MOST_CONNECTIONS = 512
IDLE_S, REQUEST_S = 10.0, 30.0
MOST_BYTES = 1 << 20
STATUS_OF_CODE = {
    reading.NOT_LOGGED_IN: 401,
    reading.NOT_ALLOWED: 403,
    reading.UNKNOWN: 404,
    reading.NOT_NOW: 409,
    reading.TOO_OFTEN: 429,
    reading.BROKEN: 503,
}
"""For devices; 422 where a message is not as described."""

_ACTS = {
    f"/nghiep-vu/{name}": act
    for acts in (registering.ACTS, sending.ACTS, looking.ACTS)
    for name, act in acts.items()
}
_SHA256 = re.compile("[0-9a-f]{64}")
_LOGIN = {"Username": text(60, 1), "Password": text(200, 1)}


class Service:
    """Everything behind the paths."""

    def __init__(
        self, book: Book, folder: Path, address: str, source: str, lost_after_ms: int, idle_ms: int
    ) -> None:
        """Sounds lie in `folder`; people's sessions end after `idle_ms` without a request."""
        self.book, self._folder = book, folder
        self._sounds: dict[str, tuple[int, int]] = {}
        for file in folder.glob("*.wav"):
            data = file.read_bytes()
            name, duration_ms = wire.sound(data)
            self._sounds[name] = len(data), duration_ms
        self.devices = DeviceSide(book, source, lost_after_ms)
        self._office = Office(book, self.devices, address, self._sounds)
        self._sessions, self._attempts = Sessions(idle_ms, 8 * 60 * 60_000), Attempts()

    def people(self, path: str, token: str, body: bytes) -> dict[str, Any]:
        """What a person asks for; raises `Refused` and `OSError`."""
        now_ms = time.time_ns() // 1_000_000
        if path == "/dang-nhap":
            return self._log_in(body, now_ms)
        who = self.book.accounts[self._sessions.whose(token, now_ms)]
        if not who.open:
            raise Refused(NOT_LOGGED_IN, "tài khoản đã khóa / the account is closed")
        if path == "/dang-xuat":
            self._sessions.end(token)
            return {}
        if path == "/am-thanh":
            return self._upload(who, body)
        act = _ACTS.get(path)
        if act is None:
            raise Refused(UNKNOWN, "không có việc này / there is no such act")
        answer = done(act, self._office, who, parse(body), now_ms)
        if path == "/nghiep-vu/DoiMatKhau":
            self._sessions.end_all(who.login)
        return {"NoiDung": answer}

    def device(self, path: str, token: str, body: bytes | None) -> dict[str, Any]:
        """What a device asks for, without a body where it fetches; raises `Refused` and
        `OSError`."""
        now_ms, last = time.time_ns() // 1_000_000, path.rpartition("/")[2]
        if last == "login" and body is not None:
            return self.devices.log_in(body, now_ms)
        device = self.devices.known(token, now_ms)
        if last == "commands" and body is None:
            return self.devices.commands(device, now_ms)
        take = self.devices.posts.get(last)
        if take is None or body is None:
            raise Refused(UNKNOWN, "không có đường này / there is no such path")
        take(device, body, now_ms)
        return {}

    def sound(self, path: str) -> bytes | None:
        """An uploaded file."""
        name = path.removeprefix("/am-thanh/").removesuffix(".wav")
        known = _SHA256.fullmatch(name) and name in self._sounds
        return (self._folder / f"{name}.wav").read_bytes() if known else None

    def _log_in(self, body: bytes, now_ms: int) -> dict[str, Any]:
        asked = fields(parse(body), _LOGIN)
        name = asked["Username"]
        self._attempts.check(name, now_ms)
        account = self.book.accounts.get(name)
        if not matches(account, asked["Password"]) or account is None or not account.open:
            if account is not None:
                self.book.write(now_ms, name, "dang-nhap-sai")
            raise self._attempts.failed(name, now_ms)
        self._attempts.passed(name)
        self.book.write(now_ms, name, "dang-nhap")
        return {"NoiDung": {"Token": self._sessions.begin(name, now_ms)}}

    def _upload(self, who: Account, data: bytes) -> dict[str, Any]:
        who.needs("soan", "duyet", "van-hanh")
        name, duration_ms = wire.sound(data)
        file, beside = self._folder / f"{name}.wav", self._folder / f"{name}.{time.time_ns()}"
        if name not in self._sounds:
            beside.write_bytes(data)
            beside.replace(file)
            self._sounds[name] = len(data), duration_ms
        return {"NoiDung": {"AmThanh": name, "ThoiLuongMs": duration_ms}}


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server_version, sys_version = "nguon-tin", ""
    timeout = IDLE_S
    wbufsize = 1 << 16
    disable_nagle_algorithm = True
    server: "Server"

    def do_GET(self) -> None:
        """Commands of a device, or a sound."""
        if self.path.startswith("/device/v1/"):
            return self._answer_device(None)
        if (data := self.server.service.sound(self.path)) is not None:
            return self._send(200, data, "audio/wav")
        return self._say(404, _no(UNKNOWN, "không có / there is no such thing"))

    def do_POST(self) -> None:
        """Everything else."""
        is_device = self.path.startswith("/device/v1/")
        try:
            body = self._body()
        except Refused as error:
            self.close_connection = True
            return self._say(413 if is_device else 200, _no(error.code, str(error)))
        return self._answer_device(body) if is_device else self._answer_person(body)

    def _answer_person(self, body: bytes) -> None:
        try:
            answer = self.server.service.people(self.path, self._token(), body)
            self.server.service.book.sync()
        except Refused as error:
            return self._say(200, _no(error.code, str(error)))
        except OSError:
            return self._say(200, _no(BROKEN, "không ghi được / could not be stored"))
        return self._say(200, {"TrangThaiGui": 0, **answer})

    def _answer_device(self, body: bytes | None) -> None:
        try:
            answer = self.server.service.device(self.path, self._token(), body)
            if body is not None:  # who fetches does not wait for the disk
                self.server.service.book.sync()
        except Refused as error:
            return self._say(STATUS_OF_CODE.get(error.code, 422), _no(1, str(error)))
        except OSError:
            return self._say(503, _no(1, "không ghi được / could not be stored"))
        return self._say(200, {"TrangThaiGui": 0, **answer})

    def _body(self) -> bytes:
        stated = self.headers.get("content-length", "")
        most = wire.MOST_SOUND_BYTES if self.path == "/am-thanh" else MOST_BYTES
        if self.headers.get("transfer-encoding") or not _is_length(stated) or int(stated) > most:
            raise Refused(MALFORMED, f"Content-Length: cần / expected at most {most}")
        body = self.rfile.read(int(stated))
        if len(body) < int(stated):
            raise Refused(MALFORMED, "chưa đủ / too short")
        return body

    def _token(self) -> str:
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token if scheme.lower() == "bearer" else ""

    def _say(self, status: int, answer: dict[str, Any]) -> None:
        self._send(status, json.dumps(answer, ensure_ascii=False).encode(), "application/json")

    def _send(self, status: int, data: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(data)))
        self.send_header("cache-control", "no-store")
        self.send_header("x-content-type-options", "nosniff")
        if self.server.is_crowded:
            self.close_connection = True
            self.send_header("connection", "close")
        self.end_headers()
        self.wfile.write(data)
        self.server.answered(self.connection)

    def log_message(self, *_: object) -> None:
        """Nothing: tokens and names stay out of logs."""


class Server(HTTPServer):
    """Connections, each on a thread of the pool; those that take too long are closed."""

    request_queue_size = 1024
    allow_reuse_address = True

    def __init__(self, listening: socket.socket) -> None:
        """On a socket that listens; `service` is to be set before it serves."""
        host, port = listening.getsockname()
        super().__init__((host, port), Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listening
        self.service: Service
        self._pool = ThreadPoolExecutor(THREADS)
        self._open: dict[socket.socket, float] = {}
        self._lock = Lock()
        Thread(target=self._reap, daemon=True).start()

    @property
    def is_crowded(self) -> bool:
        """Whether connections wait for a thread."""
        return len(self._open) > THREADS

    def answered(self, connection: socket.socket) -> None:
        """Its time begins anew."""
        with self._lock:
            self._open[connection] = time.monotonic()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Give it to a thread, unless there are too many."""
        with self._lock:
            is_full = len(self._open) >= MOST_CONNECTIONS
            if not is_full:
                self._open[request] = time.monotonic()
        if is_full:
            self.shutdown_request(request)
        else:
            self._pool.submit(self._serve, request, client_address)

    def _serve(self, request: socket.socket, client_address: Any) -> None:
        try:
            with suppress(OSError, ValueError):
                self.finish_request(request, client_address)
        finally:
            with self._lock:
                del self._open[request]
            self.shutdown_request(request)

    def _reap(self) -> None:
        while True:
            time.sleep(1.0)
            with self._lock:
                late_s = time.monotonic() - REQUEST_S
                late = [each for each, since_s in self._open.items() if since_s < late_s]
            for connection in late:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


def _is_length(stated: str) -> bool:
    """Whether it is a length as HTTP writes it."""
    return stated.isascii() and stated.isdigit() and len(stated) <= 9


def _no(code: int, why: str) -> dict[str, Any]:
    return {"TrangThaiGui": 1, "MaLoi": code, "MoTa": why}
