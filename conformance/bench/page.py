"""A page on this machine where the operator of a bench answers questions.

Who has its address may answer: it holds a secret that lives as long as the run. Each question is
answered once, by a form that knows the secret of that question, so no other page can answer it.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import compare_digest, token_urlsafe
from threading import Lock, Thread
from typing import Final
from urllib.parse import parse_qs

from conformance.bench.questions import CANNOT, MOST_LINE, By, Option, Question
from scenarios.scenario import Text
from scenarios.units import VIETNAM_TIME

MOST_BODY_BYTES = 4_000
HOSTS = ("127.0.0.1", "localhost")
"""What this machine is called; a page of another name that leads here is not answered."""

_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"
)
_STYLE = """\
:root { color-scheme: light dark; font: 1.15rem/1.5 system-ui, sans-serif }
body { margin: 0 auto; max-width: 36rem; padding: 1rem }
h1 { font-size: 1.5rem }
h1, p { white-space: pre-line }
button, input { display: block; width: 100%; margin: .75rem 0; padding: 1rem; font: inherit }
button, input { box-sizing: border-box }
:focus-visible { outline: .25rem solid Highlight }"""
_QUIET = Text("Đang thử; chưa có câu hỏi.", "Testing; nothing is asked yet.")
_OVER = Text("Câu hỏi này đã xong hoặc đã hết giờ.", "This question is over.")
_TYPED = Text("Nhập câu trả lời", "Type the answer")
_SEND = Text("Gửi câu trả lời", "Send the answer")
_CANNOT = Option("", CANNOT)


@dataclass(frozen=True, slots=True)
class _Open:
    """The question that is open, the secret of its form, until when, and whom to tell."""

    question: Question
    secret: str
    until: str
    answer: Callable[[str | None], object]


class Page:
    """See `questions.Operator`; answers between `start` and `stop`."""

    by: Final[By] = "operator"

    def __init__(self, port: int = 0) -> None:
        """Of that port, 0 for a free one; raises `OSError`."""
        self._server = _Server(port)

    @property
    def url(self) -> str:
        """Its address, which is a secret."""
        return f"http://127.0.0.1:{self._server.server_address[1]}{self._server.place}"

    def start(self) -> None:
        """Answer from now on."""
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), name="questions")
        self._thread.start()

    def stop(self) -> None:
        """Answer nobody any more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    async def put(self, question: Question, wait_s: float) -> str | None:
        """Show the question until somebody answers it."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[str | None] = loop.create_future()

        def settle(word: str | None) -> None:
            if not answer.done():
                answer.set_result(word)

        until_s = datetime.now(VIETNAM_TIME).timestamp() + wait_s
        until = datetime.fromtimestamp(until_s, VIETNAM_TIME).strftime("%H:%M:%S")
        self._server.open = _Open(
            question, token_urlsafe(16), until, lambda word: loop.call_soon_threadsafe(settle, word)
        )
        try:
            async with asyncio.timeout(wait_s):
                return await answer
        except TimeoutError:
            return None
        finally:
            self._server.take(None)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int) -> None:
        self.place = f"/{token_urlsafe(24)}/"
        self.open: _Open | None = None
        self._lock = Lock()
        super().__init__(("127.0.0.1", port), _Handler)

    def take(self, secret: str | None) -> _Open | None:
        """Close the open question, where it has that secret, or any; None where none has."""
        with self._lock:
            found = self.open
            if found is None or (secret is not None and not _same(secret, found.secret)):
                return None
            self.open = None
            return found

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that leaves while it is answered is no error of ours."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    server_version, sys_version = "ttcs", ""
    timeout = 10

    def do_GET(self) -> None:
        """The open question, or that there is none."""
        if self._is_known():
            self._say(200, _shown(self.server.open))

    def do_POST(self) -> None:
        """An answer."""
        if not self._is_known():
            return
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdigit() or int(length) > MOST_BODY_BYTES:
            self._say(413, _html(_paragraphs(_OVER)))
            return
        form = parse_qs(self.rfile.read(int(length)).decode("ascii", "replace"), True)
        secret, word = (form.get(name, [""])[0] for name in ("question", "answer"))
        found, now = None, self.server.open
        if now is not None and (now.question.accepts(word) or ("answer" in form and not word)):
            found = self.server.take(secret)
        if found is None:
            self._say(409, _html(_paragraphs(_OVER), refresh=True))
            return
        found.answer(word or None)
        self.send_response(303)
        self.send_header("Location", self.server.place)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _is_known(self) -> bool:
        """Whether whoever asks has the address; says that nothing is here otherwise."""
        host = self.headers.get("Host", "").partition(":")[0]
        if host in HOSTS and _same(self.path, self.server.place):
            return True
        self._say(404, "")
        return False

    def _say(self, status: int, page: str) -> None:
        content = page.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Security-Policy", _POLICY)
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_about: object) -> None:
        """Nothing: the address is a secret."""


def _same(given: str, known: str) -> bool:
    return compare_digest(given.encode(), known.encode())


def _shown(asked: _Open | None) -> str:
    if asked is None:
        return _html(_paragraphs(_QUIET), refresh=True)
    question = asked.question
    buttons = "\n".join(
        f'<button name="answer" value="{escape(each.word)}">{_both(each.text)}</button>'
        for each in (*question.options, _CANNOT)
    )
    own = f'<form method="post">\n<input type="hidden" name="question" value="{asked.secret}">\n'
    typed = (
        f'{own}<p><label for="typed">{_both(_TYPED)}</label>\n'
        f'<input id="typed" name="answer" required maxlength="{MOST_LINE}"></p>\n'
        f"<button>{_both(_SEND)}</button>\n</form>\n"
    )
    return _html(
        f"<h1>{escape(question.text.vi)}</h1>\n"
        f'<p lang="en">{escape(question.text.en)}</p>\n'
        f"{typed if question.kind == 'line' else ''}"
        f"{own}{buttons}\n</form>\n"
        f'<p>Trả lời trước {asked.until} / <span lang="en">answer before {asked.until}</span></p>'
    )


def _both(text: Text) -> str:
    return f'{escape(text.vi)} / <span lang="en">{escape(text.en)}</span>'


def _paragraphs(text: Text) -> str:
    return f'<h1>{escape(text.vi)}</h1>\n<p lang="en">{escape(text.en)}</p>'


def _html(body: str, *, refresh: bool = False) -> str:
    again = '<meta http-equiv="refresh" content="2">\n' if refresh else ""
    return (
        '<!doctype html>\n<html lang="vi">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"{again}<title>Bàn thử: câu hỏi</title>\n<style>\n{_STYLE}\n</style>\n"
        f"<main>\n{body}\n</main>\n</html>\n"
    )
