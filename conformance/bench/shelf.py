"""The HTTP server from which a device fetches its test sounds."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

LONGEST_MUTE_S = 3_600.0
_TYPES = {"mp3": "audio/mpeg", "aac": "audio/aac", "opus": "audio/ogg", "wav": "audio/wav"}


class _Handler(BaseHTTPRequestHandler):
    server: "_Server"
    timeout = 60

    def do_GET(self) -> None:
        """The file of that name, once the server says anything at all."""
        if not self.server.speaks.wait(LONGEST_MUTE_S):
            return
        content = self.server.files.get(self.path.lstrip("/"))
        if content is None:
            self.send_error(404)
            return
        self.send_response(200)
        codec = self.path.rpartition(".")[2]
        self.send_header("Content-Type", _TYPES.get(codec, "application/octet-stream"))
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        try:
            self.wfile.write(content)
        except OSError:
            self.close_connection = True  # whoever asked has left

    def log_message(self, *_about: object) -> None:
        """Nothing: a server of tests writes no log of its own."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.speaks = Event()
        self.speaks.set()
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that leaves while it is answered is no error of ours."""


class Shelf:
    """A server of files in memory, on the loopback, from `start` until `stop`."""

    def __init__(self) -> None:
        """Raises `OSError`."""
        self._server = _Server()
        self.port: int = self._server.server_address[1]

    def start(self) -> None:
        """Answer from now on."""
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), name="shelf")
        self._thread.start()

    def stop(self) -> None:
        """Answer nobody any more."""
        self._server.speaks.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def put(self, name: str, content: bytes) -> None:
        """Offer a file."""
        self._server.files[name] = content

    def clear(self) -> None:
        """Offer nothing."""
        self._server.files.clear()

    def mute(self, muted: bool) -> None:
        """Take requests and say nothing, or answer again."""
        (self._server.speaks.clear if muted else self._server.speaks.set)()
