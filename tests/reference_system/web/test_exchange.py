"""Two source systems, a province and the centre, over real HTTP on this machine."""

import hashlib
import io
import math
import shutil
import socket
import struct
import threading
import wave
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import httpx2
import pytest
import uvicorn

from reference_system.interface.exchange import Ordered, instant_text
from reference_system.services.acting import ROLES, Actor, acting, looking
from reference_system.services.administration import statistics, yearly_report
from reference_system.services.administration.statistics import Period
from reference_system.services.content import bulletins, media
from reference_system.services.content.drafts import Content, Draft
from reference_system.services.sharing import courier, exchange, peers, receiving
from reference_system.services.sharing.peers import About
from reference_system.services.system import System
from reference_system.services.units import Unit
from reference_system.store.content import BulletinRow, Media
from reference_system.store.database import Database
from reference_system.store.devices import Device
from reference_system.store.exchange import Alarm, Incoming, Outgoing
from reference_system.store.orders import Order
from reference_system.web.app import application

BINH_DINH, CENTRE = Unit("province", "52"), Unit("central", "VN")
HERE = "21613"


@dataclass
class Side:
    """One of the two systems: where it listens, who works there, what it knows of the other."""

    system: System
    url: str
    actor: Actor
    peer_id: str = ""
    token: str = ""

    def rows(self, table):
        with self.system.database.reading() as session:
            return session.query(table).all()

    def carry(self) -> int:
        return courier.carry_due(self.system)


def served(system: System, stack: list) -> str:
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(application(system), log_config=None, lifespan="off", ws="none")
    )
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    stack.append((server, thread, listening))
    return f"http://127.0.0.1:{listening.getsockname()[1]}"


def worker(system: System, login: str) -> Actor:
    actor = Actor(f"p-{login}", login, login, system.settings.unit, frozenset(ROLES))
    return replace(actor, confirmed_ms=system.clock())


@pytest.fixture
def both(system, tmp_path, sqlite_template, clock) -> Iterator[tuple[Side, Side]]:
    file = tmp_path / "centre.sqlite"
    shutil.copy(sqlite_template, file)
    (tmp_path / "centre").mkdir()
    database = Database(f"sqlite:///{file}")
    centre = System(
        replace(
            system.settings,
            unit=CENTRE,
            source_id="HTTTNTW",
            name="Trung ương",
            data_dir=tmp_path / "centre",
        ),
        database,
        clock,
    )
    running: list = []
    province_side = Side(system, served(system, running), worker(system, "binh"))
    centre_side = Side(centre, served(centre, running), worker(centre, "trung"))
    register(province_side, centre_side)
    register(centre_side, province_side)
    try:
        yield province_side, centre_side
    finally:
        for server, thread, listening in running:
            server.should_exit = True
            thread.join(20)
            listening.close()
        database.close()


def register(here: Side, there: Side, **more) -> None:
    settings = there.system.settings
    about = About(settings.source_id, settings.name, settings.unit, there.url, **more)
    with acting(here.system, here.actor) as act:
        if here.peer_id:
            peers.change(act, here.peer_id, about)
            return
        row, there.token = peers.register(act, about)
    here.peer_id = row.id
    with acting(there.system, there.actor) as act:
        if there.peer_id:
            peers.keep_token(act, there.peer_id, there.token)
    if here.token:
        with acting(here.system, here.actor) as act:
            peers.keep_token(act, here.peer_id, here.token)


def tone() -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(16_000)
        samples = (round(8_000 * math.sin(n / 5)) for n in range(16_000))
        out.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return file.getvalue()


def composed(side: Side, bulletin_class: str = "normal", **about) -> BulletinRow:
    """An approved bulletin of the side's unit, with a sound."""
    with media.working():
        kept = media.keep_sound(side.system, tone())
    draft = Draft(
        "Bão số 4", bulletin_class, "audio", contents=(Content("vi", "Ở nhà", kept.sha256),)
    )
    with acting(side.system, side.actor) as act:
        media.add(act, kept, "test")
        row = bulletins.create(act, replace(draft, **about))
        act.session.get_one(BulletinRow, row.id).state = "approved"
    return row


def share(side: Side, row: BulletinRow, order: Ordered | None = None) -> None:
    with acting(side.system, side.actor) as act:
        exchange.share_bulletin(act, row.id, order=order)


def withdraw(side: Side, row: BulletinRow, reason: str) -> None:
    with acting(side.system, side.actor) as act:
        bulletins.take(act, row.id, "withdraw", row.version, reason)


def speaker(side: Side) -> None:
    with side.system.database.writing() as session:
        about = {"kind": "ip-speaker", "profile": "speaker-reference", "commune": HERE}
        session.add(Device(id="s1", name="s1", registered_ms=0, **about))


def message(side: Side, **changed) -> dict:
    body = {
        "kind": "bulletin",
        "unit": {"level": "central", "code": "VN"},
        "title": "Tin",
        "summary": "",
        "bulletin_class": "normal",
        "severity": 0,
        "field": "general",
        "form": "text",
        "status": "Actual",
        "valid_until": None,
        "relay_url": None,
        "contents": [{"language": "vi", "text": "Nội dung", "sha256": None}],
        "order": None,
    }
    envelope = {
        "source_id": "HTTTNTW",
        "source_key": "k1",
        "era": "2022",
        "sent": instant_text(side.system.clock()),
    }
    body |= {name: value for name, value in changed.items() if name in body}
    envelope |= {name: value for name, value in changed.items() if name not in body}
    return {**envelope, "body": body}


def post(side: Side, sent: object, token: str) -> httpx2.Response:
    return httpx2.post(
        f"{side.url}/api/v1/exchange/messages",
        json=sent,
        headers={"authorization": f"Bearer {token}"},
        timeout=10,
        trust_env=False,
    )


def test_a_bulletin_and_its_sound_come_down_once(both):
    province, centre = both
    row = composed(centre)
    share(centre, row)
    assert (centre.carry(), centre.carry()) == (1, 0)
    (sent,) = centre.rows(Outgoing)
    assert (sent.state, sent.answer) == ("sent", "accepted")
    (came,) = province.rows(BulletinRow)
    assert (came.state, came.title, came.level) == ("approved", row.title, "central")
    assert (came.source_id, came.source_key) == ("HTTTNTW", row.id)
    (file,) = province.rows(Media)
    content = media.store(province.system).read(file.sha256)
    assert content == media.store(centre.system).read(file.sha256)
    assert hashlib.sha256(content).hexdigest() == file.sha256
    assert file.duration_ms
    assert province.rows(Alarm) == []


def test_an_answer_that_was_lost_doubles_nothing(both):
    province, centre = both
    share(centre, composed(centre))
    centre.carry()
    with centre.system.database.writing() as session:
        session.query(Outgoing).update({"state": "waiting"})
    centre.carry()
    (sent,) = centre.rows(Outgoing)
    assert (sent.state, sent.answer) == ("sent", "known")
    assert len(province.rows(BulletinRow)) == len(province.rows(Incoming)) == 1


def test_a_peer_that_is_away_gets_it_later_and_not_all_the_time(both, clock):
    province, centre = both
    with socket.create_server(("127.0.0.1", 0)) as free:
        nowhere = f"http://127.0.0.1:{free.getsockname()[1]}"
    register(centre, replace(province, url=nowhere))
    share(centre, composed(centre))
    pauses = []
    for _ in range(4):
        assert centre.carry() == 1
        assert centre.carry() == 0
        (row,) = centre.rows(Outgoing)
        pauses.append(row.next_try_ms - clock())
        clock.advance(pauses[-1])
    assert pauses == [10_000, 20_000, 40_000, 80_000]
    assert (row.state, row.answer) == ("waiting", "ConnectError")
    register(centre, province)
    centre.carry()
    assert [row.state for row in centre.rows(Outgoing)] == ["sent"]


def test_statistics_and_the_report_go_up_as_they_are(both, clock):
    province, centre = both
    clock.ms = round(datetime.fromisoformat("2022-12-10T08:00:00+07:00").timestamp() * 1000)
    speaker(province)
    with acting(province.system, province.actor) as act:
        figures = statistics.summary(act, BINH_DINH, Period(clock() - 10**9, clock()))
        exchange.share_statistics(act, figures)
        report = yearly_report.make(act, 2022)
        yearly_report.submit(act, report.id, report.sha256)
    assert province.carry() == 2
    with acting(province.system, province.actor) as act:
        exchange.share_report(act, report.id)
    assert province.carry() == 0  # it is there already
    assert {row.state for row in province.rows(Outgoing)} == {"sent"}
    came = {row.kind: row.body for row in centre.rows(Incoming)}
    assert {"key": ["devices", "unheard"], "value": 1} in came["statistics"]["figures"]
    assert came["report"]["csv"] == report.csv
    assert yearly_report.seal(came["report"]["csv"], came["report"]["html"]) == report.sha256


EMERGENCY = Ordered(everywhere=True, times=2, gap_ms=600_000)


def test_an_emergency_raises_an_alarm_and_waits_for_an_operator(both):
    province, centre = both
    speaker(province)
    share(centre, composed(centre, "emergency"), EMERGENCY)
    centre.carry()
    (alarm,) = province.rows(Alarm)
    assert (alarm.kind, alarm.ordered, alarm.why_not_ordered) == (
        *("emergency", False, "peer-not-trusted"),
    )
    assert province.rows(Order) == []
    with acting(province.system, province.actor) as act:
        assert receiving.see(act, alarm.id).seen_by == province.actor.person_id
    with looking(province.system, province.actor) as act:
        assert receiving.alarms(act, only_unseen=True).items == []


def test_a_trusted_centre_orders_at_once_and_ends_it(both):
    province, centre = both
    speaker(province)
    register(province, centre, may_order_emergencies=True)
    row = composed(centre, "emergency")
    share(centre, row, EMERGENCY)
    centre.carry()
    (alarm,) = province.rows(Alarm)
    assert alarm.ordered, alarm.why_not_ordered
    (order,) = province.rows(Order)
    assert (order.state, order.times, order.issuer_level) == ("running", 2, "central")
    withdraw(centre, row, "bão đã qua")
    centre.carry()
    (order,) = province.rows(Order)
    assert order.state == "cancelled"
    assert [each.state for each in province.rows(BulletinRow)] == ["withdrawn"]
    assert sorted(each.kind for each in province.rows(Alarm)) == ["emergency", "emergency-over"]


def test_what_is_withdrawn_here_is_withdrawn_there(both):
    province, centre = both
    row = composed(province)
    share(province, row)
    province.carry()
    unshared = composed(province, title="Chỉ ở tỉnh")
    withdraw(province, unshared, "sai")
    withdraw(province, row, "Sai ngày.\n" + "Tin khác thay. " * 60)
    assert province.carry() == 1
    (came,) = centre.rows(BulletinRow)
    assert came.state == "withdrawn"
    (told,) = (each for each in centre.rows(Incoming) if each.kind == "withdrawal")
    assert told.body["reason"].startswith("Sai ngày.")
    assert province.carry() == 0


def test_who_was_told_that_it_is_over_is_not_told_again(both):
    province, _centre = both
    row = composed(province)
    share(province, row)
    with acting(province.system, province.actor) as act:
        assert len(exchange.withdraw_bulletin(act, row.id, "sai")) == 1
        assert exchange.withdraw_bulletin(act, row.id, "sai nữa") == []
    withdraw(province, row, "sai hẳn")
    assert [each.kind for each in province.rows(Outgoing)] == ["bulletin", "withdrawal"]


def test_the_end_does_not_overtake_what_it_ends(both, clock):
    province, centre = both
    with socket.create_server(("127.0.0.1", 0)) as free:
        nowhere = f"http://127.0.0.1:{free.getsockname()[1]}"
    register(centre, replace(province, url=nowhere))
    row = composed(centre, "emergency")
    share(centre, row, EMERGENCY)
    for _ in range(3):
        centre.carry()
        clock.advance(60_000)
    centre.carry()
    withdraw(centre, row, "bão đã qua")
    register(centre, province)
    clock.advance(1_000)
    # The bulletin waits for its next try; its end must not be lost on the way before it.
    assert centre.carry() == 0
    clock.advance(3_600_000)
    assert [centre.carry() for _ in range(3)] == [1, 1, 0]
    assert {each.state for each in centre.rows(Outgoing)} == {"sent"}
    assert [each.state for each in province.rows(BulletinRow)] == ["withdrawn"]


def test_a_report_of_a_part_goes_up_only_if_it_is_shared(both, clock):
    province, _ = both
    clock.ms = round(datetime.fromisoformat("2022-12-10T08:00:00+07:00").timestamp() * 1000)
    commune = replace(province.actor, unit=Unit("commune", HERE))
    with acting(province.system, commune) as act:
        report = yearly_report.make(act, 2022)
        yearly_report.submit(act, report.id, report.sha256)
    assert province.rows(Outgoing) == []
    with acting(province.system, province.actor) as act:
        exchange.share_report(act, report.id)
    assert [each.kind for each in province.rows(Outgoing)] == ["report"]


def test_the_centre_has_nobody_to_hand_its_report_to(both, clock):
    _, centre = both
    clock.ms = round(datetime.fromisoformat("2022-12-10T08:00:00+07:00").timestamp() * 1000)
    with acting(centre.system, centre.actor) as act:
        report = yearly_report.make(act, 2022)
        yearly_report.submit(act, report.id, report.sha256)
    assert centre.rows(Outgoing) == []


def test_an_order_that_cannot_be_is_told_with_the_alarm(both):
    province, centre = both
    register(province, centre, may_order_emergencies=True)
    share(centre, composed(centre, "emergency"), EMERGENCY)
    centre.carry()
    (alarm,) = province.rows(Alarm)
    assert (alarm.ordered, alarm.why_not_ordered) == (False, "nobody-there")
    assert province.rows(Order) == []
    assert [row.state for row in province.rows(BulletinRow)] == ["approved"]


def test_codes_of_another_era_are_refused(both):
    province, centre = both
    answer = post(province, message(centre, era="2025-07"), centre.token)
    assert (answer.status_code, answer.json()["code"]) == (409, "other-era")
    assert province.rows(Incoming) == []


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"source_id": "H24"}, 403, "other-source"),
        ({"sent": "2030-01-01T00:00:00+07:00"}, 422, "sent-in-future"),
        ({"sent": "2022-09-27T06:00:00"}, 422, "invalid"),
        ({"more": 1}, 422, "invalid"),
        ({"title": "a\u0000b"}, 422, "invalid"),
        ({"severity": "1"}, 422, "invalid"),
        ({"severity": 2}, 422, "severity-unfit"),
        ({"contents": []}, 422, "vietnamese-missing"),
        ({"contents": [{"language": "vi", "text": "x", "sha256": "0" * 64}]}, 422, "media-unknown"),
        ({"order": {"everywhere": True}}, 422, "order-unfit"),
        ({"unit": {"level": "commune", "code": "99999"}}, 422, "unknown-unit"),
    ],
)
def test_a_peers_word_is_checked(both, changed, status, code):
    province, centre = both
    answer = post(province, message(centre, **changed), centre.token)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert province.rows(BulletinRow) == province.rows(Incoming) == []


def test_the_same_key_with_other_words_is_refused(both):
    province, centre = both
    first = message(centre)
    assert post(province, first, centre.token).json() == {"result": "accepted"}
    assert post(province, first, centre.token).json() == {"result": "known"}
    answer = post(province, message(centre, title="Khác"), centre.token)
    assert (answer.status_code, answer.json()["code"]) == (409, "key-taken")


def test_strangers_and_operators_are_no_peers(both):
    province, centre = both
    for token in ("none", province.token):
        assert post(province, message(centre), token).status_code == 401


def test_a_file_that_is_not_its_hash_or_no_sound_is_refused(both):
    province, centre = both
    for content, name, code in (
        (b"x", "0" * 64, "wrong-hash"),
        (tone(), hashlib.sha256(tone()).hexdigest(), "unsupported"),
        (b"\xff\xfbjunk", hashlib.sha256(b"\xff\xfbjunk").hexdigest(), None),
    ):
        answer = httpx2.put(
            f"{province.url}/api/v1/exchange/media/{name}",
            content=content,
            headers={"authorization": f"Bearer {centre.token}"},
            timeout=10,
            trust_env=False,
        )
        assert answer.status_code == 422
        assert code in (None, answer.json()["code"])
    assert province.rows(Media) == []


def test_a_refused_message_stays_and_may_be_tried_again(both):
    _, centre = both
    centre.system.settings = replace(centre.system.settings, era="2025-07")
    row = composed(centre)
    share(centre, row)
    centre.carry()
    (sent,) = centre.rows(Outgoing)
    assert (sent.state, sent.answer) == ("refused", "409 other-era")
    assert centre.carry() == 0
    centre.system.settings = replace(centre.system.settings, era="2022")
    with acting(centre.system, centre.actor) as act:
        exchange.retry(act, sent.id)
    centre.carry()
    assert [row.state for row in centre.rows(Outgoing)] == ["sent"]
