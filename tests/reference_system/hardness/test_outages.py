"""What is around it fails and comes back: disk, database, broker, clock, ports; and how it ends."""

import os
import resource
import signal
import socket
import stat
import subprocess
import threading
import time
from pathlib import Path

import httpx2
import pytest

from benchmarks import served as process
from benchmarks.served import COMMUNE, told

pytestmark = [pytest.mark.slow, pytest.mark.needs_tool("mosquitto")]

NO_LIMIT = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
AREA = {"era": "2022", "communes": [COMMUNE]}


@pytest.fixture
def at_work(serve, speak):
    """A served system with an operator, an approved emergency, and the device D1."""

    def begin(database=None, *options):
        served = serve(database, *options)
        served.start()
        administrator = process.first_administrator(served)
        lan = process.person(served, administrator, "lan")
        process.confirmed(lan)
        secrets = process.devices(administrator, ["D1"])
        emergency = process.emergency(lan)
        speaker = speak(served.mqtt_port, "D1", secrets["D1"])
        assert speaker.subscribed.wait(20)
        return served, lan, speaker, emergency

    return begin


def order(client: httpx2.Client, emergency: str, key: str) -> httpx2.Response:
    words = {"id": key, "bulletin_id": emergency, "area": AREA, "valid_ms": 600_000}
    return client.post("/orders", json=words)


def draft(client: httpx2.Client, key: str) -> httpx2.Response:
    words = {"id": key, "title": "Tin", "bulletin_class": "normal", "kind": "text"}
    contents = [{"language": "vi", "text": "Nội dung. " * 100}]
    return client.post("/bulletins", json={**words, "contents": contents})


def speech(client: httpx2.Client, row: dict[str, object]) -> httpx2.Response:
    return client.post(f"/bulletins/{row['id']}/speech", json={"version": row["version"]})


@pytest.mark.needs_tool("espeak-ng")
def test_a_full_disk_is_told_and_nothing_is_lost_once_there_is_room(at_work, until):
    served, lan, speaker, emergency = at_work()
    told(order(lan, emergency, "before"))
    until(lambda: "before/1" in speaker.starts)
    spoken = told(draft(lan, "spoken"))
    # No file may grow: to a program, that is a disk without room.
    resource.prlimit(served.process.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    refused = [order(lan, emergency, "during"), draft(lan, "during"), speech(lan, spoken)]
    assert [each.status_code for each in refused] == [503] * 3
    assert refused[2].json()["code"] == "full"
    assert lan.get("/me").status_code == 200
    assert lan.get("/orders/before").status_code == 200
    speaker.say("status", **status("trong lúc đầy"))
    time.sleep(1.5)
    resource.prlimit(served.process.pid, resource.RLIMIT_FSIZE, NO_LIMIT)
    told(order(lan, emergency, "during"))
    until(lambda: "during/1" in speaker.starts)
    told(speech(lan, spoken))
    until(lambda: told(lan.get("/devices/D1"))["status"].get("link") == "trong lúc đầy")
    assert told(lan.get("/audit/verification"))["broken"] is None
    assert served.signal(signal.SIGTERM) == 0


def status(link: str) -> dict[str, object]:
    return {
        "ThoiDiem": int(time.time()),
        "AmLuong": "70",
        "TrangThaiHoatDong": 2,
        "TrangThaiKetNoi": link,
        "PhienBanUngDung": "1.0",
    }


@pytest.mark.needs_tool("postgres")
def test_a_database_that_goes_away_is_waited_for(at_work, own_postgres, until):
    served, lan, speaker, emergency = at_work(own_postgres.url)
    told(order(lan, emergency, "before"))
    until(lambda: "before/1" in speaker.starts)
    own_postgres.stop()
    asked = [lan.get("/me"), lan.get("/orders"), order(lan, emergency, "during")]
    assert [each.status_code for each in asked] == [503] * 3
    assert {each.json()["code"] for each in asked} == {"database-away"}
    speaker.say("status", **status("lúc mất cơ sở dữ liệu"))
    time.sleep(1.5)
    own_postgres.start()
    until(lambda: lan.get("/me").status_code == 200)
    told(order(lan, emergency, "during"))
    until(lambda: "during/1" in speaker.starts)
    until(lambda: told(lan.get("/devices/D1"))["status"].get("link") == "lúc mất cơ sở dữ liệu")
    assert served.signal(signal.SIGINT) == 130


@pytest.mark.parametrize("kind", ["mosquitto", "embedded"])
def test_a_broker_that_is_killed_comes_back_and_what_waited_goes(kind, at_work, until):
    served, lan, speaker, emergency = at_work(None, "--broker", kind)
    until(lambda: told(lan.get("/devices/D1"))["presence"] == "online")
    (broker,) = [pid for pid in children(served) if kind in command_of(pid)]
    os.kill(broker, signal.SIGKILL)
    told(order(lan, emergency, "meanwhile"))
    until(lambda: "meanwhile/1" in speaker.starts, what="the order at the device")
    until(lambda: states(lan, "meanwhile") == {"accepted": 1}, what="its answer")
    assert served.process.poll() is None
    assert served.signal(signal.SIGTERM, 10) == 0


def states(client: httpx2.Client, key: str) -> dict[str, int]:
    return told(client.get(f"/orders/{key}"))["plays"][0]["starts"]


def children(served) -> list[int]:
    tasks = Path(f"/proc/{served.process.pid}/task").iterdir()
    return [int(pid) for task in tasks for pid in (task / "children").read_text().split()]


def command_of(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_it_ends_in_order_with_requests_and_devices_there(number, code, at_work):
    served, _, _, _ = at_work()
    with socket.create_connection(("127.0.0.1", served.port)) as silent:
        silent.sendall(b"POST /api/v1/sessions HTTP/1.1\r\nContent-Length: 9\r\n\r\n")
        begin = time.monotonic()
        left = children(served)
        assert served.signal(number, 10) == code
    assert time.monotonic() - begin < 10
    assert not any(Path(f"/proc/{pid}").exists() for pid in left)
    assert "Traceback" not in served.said()


def test_sigterm_while_it_starts_ends_it_in_order(serve):
    served = serve()
    with pytest.raises(RuntimeError, match="did not start"):
        start_and_stop(served)
    assert served.process.wait(10) == 0
    assert "Traceback" not in served.said()


def start_and_stop(served) -> None:
    def stop() -> None:
        while not (served.folder / "ttcs.sqlite").exists():
            time.sleep(0.001)
        served.process.send_signal(signal.SIGTERM)

    stopping = threading.Thread(target=stop)
    stopping.start()
    try:
        served.start()
    finally:
        stopping.join()


# ---- What it cannot start with ------------------------------------------------------------------


def refused(served) -> str:
    """Start it where it cannot start; its one line of complaint."""
    ended = subprocess.run(served.words, capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stdout) == (2, "")
    (line,) = ended.stderr.splitlines()
    return line


def test_a_port_in_use_is_one_line(serve):
    served = serve()
    with socket.create_server(("127.0.0.1", served.port)):
        assert refused(served).endswith("Address already in use")


def test_a_data_directory_that_another_one_serves_is_one_line(serve, at_work):
    served, *_ = at_work()
    line = refused(serve(None, folder=served.folder))
    assert line.endswith("another ttcs serve is using it")


def test_a_data_directory_under_a_file_is_one_line(serve, tmp_path):
    (tmp_path / "file").write_text("")
    assert "Not a directory" in refused(serve(None, folder=tmp_path / "file" / "data"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_an_unwritable_data_directory_is_one_line(serve, tmp_path):
    folder = tmp_path / "closed"
    folder.mkdir(mode=stat.S_IRUSR | stat.S_IXUSR)
    assert "Permission denied" in refused(serve(None, folder=folder))


def test_a_database_that_is_not_there_is_one_line(serve):
    line = refused(serve(f"postgresql://ttcs@127.0.0.1:{process.free_port()}/ttcs"))
    assert line.startswith("--database postgresql://")


def test_a_database_that_is_no_database_is_one_line(serve, tmp_path):
    file = tmp_path / "ttcs.sqlite"
    file.write_bytes(b"no database at all " * 1_000)
    assert "file is not a database" in refused(serve(f"sqlite:///{file}"))


def test_a_damaged_key_of_second_factors_is_one_line(serve):
    served = serve()
    served.folder.mkdir()
    (served.folder / "second-factor-key").write_text("no key")
    assert "second-factor-key is no key: put it back from a copy" in refused(served)


def test_a_damaged_signing_key_is_one_line(serve):
    served = serve(None, "--sign-commands")
    served.folder.mkdir()
    (served.folder / "command-key.pem").write_text("no key")
    assert "command-key.pem holds no Ed25519 key" in refused(served)


def test_a_lost_key_of_second_factors_is_told_and_it_starts(serve):
    served = serve()
    served.start()
    administrator = process.first_administrator(served)
    process.confirmed(administrator)
    served.kill()
    key = served.folder / "second-factor-key"
    kept = key.rename(served.folder / "kept")
    served.start()
    assert "second factors that cannot be read: put back second-factor-key" in served.said()
    again = served.ask(process.log_in(served, "quantri"))
    assert again.post("/me/confirmation", json={"code": "000000"}).status_code == 409
    served.kill()
    kept.replace(key)
    served.start()
    assert served.said().count("second factors that cannot be read") == 1
