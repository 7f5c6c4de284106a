"""Many who write at once all get their turn."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest
import uvicorn
from starlette.testclient import TestClient

from reference_system.services.acting import Actor
from reference_system.services.system import System
from reference_system.web.app import TURNS, application


@pytest.fixture
def address(system: System) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(application(system), port=0, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(20)


def test_more_writers_than_threads_are_all_answered(
    address: str,
    person: Callable[..., Actor],
    client: Callable[[Actor], TestClient],
) -> None:
    headers = {"authorization": client(person("lan")).headers["authorization"]}
    feedback = {"commune": "21613", "text": "Loa cụm 3 không phát.", "channel": "phone"}

    def send(_number: int) -> int:
        return sender.post(f"{address}/api/v1/feedback", json=feedback).status_code

    count = 3 * TURNS
    limits = httpx2.Limits(max_connections=count)
    with (
        httpx2.Client(headers=headers, timeout=60, limits=limits) as sender,
        ThreadPoolExecutor(count) as threads,
    ):
        assert list(threads.map(send, range(count))) == [201] * count
