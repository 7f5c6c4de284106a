"""`python -m simulator.plain_source --data FOLDER [--port PORT]`, on 127.0.0.1 alone.

It prints where it answers, and at its first start the name and the password of the first account.
"""

import argparse
import os
import secrets
import signal
import socket
import sys
import time
from pathlib import Path
from threading import Thread

from .book import Book
from .journal import BadJournal, Journal
from .people import sealed
from .reading import Refused
from .web import Server, Service

FIRST = "quan.tri"


def main(words: list[str]) -> int:
    """Serve until SIGTERM or SIGINT; the exit code."""
    asked = _arguments(words)
    os.umask(0o077)
    sounds = asked.data / "am-thanh"
    try:
        sounds.mkdir(parents=True, exist_ok=True)
        book = Book(Journal(asked.data / "nhat-ky.jsonl"))
        listening = socket.create_server(("127.0.0.1", asked.port), backlog=1024)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        lost_after_ms, idle_ms = int(asked.lost_after * 1000), int(asked.session * 1000)
        service = Service(book, sounds, address, asked.source, lost_after_ms, idle_ms)
    except (OSError, BadJournal, Refused) as error:
        sys.stderr.write(f"không chạy được / cannot start: {error}\n")
        return 2
    if not book.accounts:
        _print(f"tài khoản đầu tiên / first account: {FIRST} {_first(book)}")
    server = Server(listening)
    server.service = service
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: Thread(target=server.shutdown).start())
    _print(f"đang chạy / serving: {address}")
    server.serve_forever(0.05)
    book.sync()
    # Connections that wait for a next request hold their threads for seconds: nothing is lost.
    os._exit(0)


def _first(book: Book) -> str:
    """Make the first administrator, who may only make the others; the password."""
    password = secrets.token_urlsafe(15)
    salt, kept = sealed(password)
    words = {"vai-tro": ["quan-tri", "xem"], "cap": "tinh", "dia-ban": ""}
    book.write(time.time_ns() // 1_000_000, "", "tai-khoan", id=FIRST, muoi=salt, bam=kept, **words)
    book.sync()
    return password


def _arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m simulator.plain_source", allow_abbrev=False)
    parser.add_argument("--data", type=Path, required=True, help="its folder, made where missing")
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--source", default="TTN-DON-GIAN", help="NguonID")
    parser.add_argument("--lost-after", type=float, default=30.0, help="seconds")
    parser.add_argument("--session", type=float, default=1800.0, help="idle seconds")
    return parser.parse_args(words)


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
