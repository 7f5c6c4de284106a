"""Many who write at once all get their turn."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator

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

    async def send_all() -> list[int]:
        limits = httpx2.Limits(max_connections=3 * TURNS)
        async with httpx2.AsyncClient(headers=headers, timeout=60, limits=limits) as sender:
            answers = await asyncio.gather(
                *(
                    sender.post(f"{address}/api/v1/feedback", json=feedback)
                    for _ in range(3 * TURNS)
                )
            )
        return [answer.status_code for answer in answers]

    assert asyncio.run(send_all()) == [201] * (3 * TURNS)
