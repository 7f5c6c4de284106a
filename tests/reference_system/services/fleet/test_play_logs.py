"""The play log: each entry once, with true times, and what it proves."""

import csv

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from reference_system.interface.messages import PlayEntry, PlayLog
from reference_system.services.fleet import devices, play_logs
from reference_system.services.fleet.devices import Registration
from reference_system.services.refusals import Invalid, Missing
from reference_system.services.units import Unit
from reference_system.store.content import BulletinRow
from reference_system.store.devices import PlayLogEntry
from reference_system.store.orders import Delivery, ItemRow


@pytest.fixture
def lan(person, act):
    lan = person("lan")
    with act(lan) as doing:
        for number in range(1, 7):
            row = Registration(f"L{number}", "Cụm loa", "ip-speaker", "speaker-reference", "21613")
            devices.register_one(doing, row)
    return lan


def entry(number, began_ms, **about):
    words = {
        "entry": f"n{number}",
        "boot": "k1",
        "sequence": number,
        "bulletin": "b1",
        "item": "b1/1",
        "media": 3,
        "priority": 1,
        "title": "Bão",
        "duration": "00:00:40",
        "started_s": began_ms // 1000,
        "ended_s": began_ms // 1000 + 40,
        "outcome": "played",
        "volume": "70",
    }
    return PlayEntry.model_validate(words | about)


def log(*entries):
    return PlayLog(sent_s=max(each.ended_s for each in entries), entries=entries)


def test_an_entry_is_kept_once_with_its_true_time(system, clock, lan, act):
    began_ms = clock.ms - 7_200_000
    sent = log(entry(0, began_ms), entry(1, clock.ms - 41_000))
    with system.database.writing() as session:
        assert play_logs.store(session, "L1", sent, clock.ms) == []
    clock.advance(60_000)
    with system.database.writing() as session:
        assert play_logs.store(session, "L1", sent, clock.ms) == []
        assert play_logs.store(session, "L2", sent, clock.ms) == [], "keys are the device's own"
        changed = entry(0, began_ms, outcome="cut")
        assert play_logs.store(session, "L1", log(changed, entry(3, clock.ms)), clock.ms) == ["n0"]
    with act(lan) as doing:
        found = play_logs.page(doing, device_id="L1").items
        assert [(each.key, each.outcome) for each in found] == [
            ("n3", "played"),
            ("n1", "played"),
            ("n0", "played"),
        ]
        oldest = found[-1]
        assert (oldest.began_ms, oldest.played_ms) == (began_ms, 40_000)
        assert oldest.received_ms == clock.ms - 60_000
        assert [each.backfilled for each in found] == [False, False, True]
        assert play_logs.missing(doing, "L1") == 1, "n2 never came"


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.integers(0, 9), min_size=1, max_size=4, unique=True), max_size=5))
def test_however_often_it_is_sent_it_is_counted_once(system, clock, lan, batches):
    with system.database.writing() as session:
        for batch in batches:
            entries = [entry(number, clock.ms - 60_000 + number) for number in batch]
            assert play_logs.store(session, "L1", log(*entries), clock.ms) == []
        session.flush()
        assert session.scalar(select(func.count()).select_from(PlayLogEntry)) == len(
            {number for batch in batches for number in batch}
        )
        session.rollback()


def test_proof_of_play_says_of_every_device_what_became_of_it(system, clock, lan, act):
    def given_to(session, device, state, answer="", item="b1/1"):
        session.add(
            Delivery(
                id=f"start:{item}:{device}",
                device_id=device,
                item_id=item,
                action="start",
                message=None,
                rank=0,
                created_ms=clock.ms,
                expires_ms=None,
                state=state,
                answer=answer,
            )
        )

    with system.database.writing() as session:
        session.add(
            BulletinRow(
                id="b1",
                title="Bão",
                bulletin_class="emergency",
                field="general",
                kind="text",
                status="Test",
                state="approved",
                level="province",
                code="52",
                created_ms=clock.ms,
                changed_ms=clock.ms,
            )
        )
        session.flush()
        for key in ("b1/1", "b1/2"):
            session.add(
                ItemRow(
                    id=key,
                    bulletin_id="b1",
                    bulletin_class="emergency",
                    created_ms=clock.ms,
                    not_before_ms=clock.ms,
                    duration_ms=40_000,
                    begin_by_ms=clock.ms,
                    over_ms=clock.ms + 40_000,
                    message={"BanTin": {"TieuDe": "Bão số 4", "sha256": "ab" * 32}},
                )
            )
        session.flush()
        given_to(session, "L1", "accepted")
        given_to(session, "L2", "accepted")
        given_to(session, "L3", "refused", "đang cập nhật")
        given_to(session, "L4", "accepted")
        given_to(session, "L5", "waiting")
        given_to(session, "L1", "accepted", item="b1/2")
        at = clock.ms - 60_000
        first, second = entry(0, at, title=""), entry(1, at + 41_000, item="b1/2")
        play_logs.store(session, "L1", log(first, second), clock.ms)
        play_logs.store(session, "L2", log(entry(0, at, outcome="cut", reason="mất điện")), at)
        play_logs.store(session, "L6", log(entry(0, at, item=None)), clock.ms)
    with act(lan) as doing:
        proof = play_logs.proof(doing, "b1")
        assert (proof.addressed, proof.accepted, proof.unordered) == (5, 3, 1)
        assert (proof.whole, proof.partly, proof.silent) == (1, 1, 3)
        said = {each.device_id: (each.state, each.plays, each.reason) for each in proof.devices}
        assert said == {
            "L1": ("whole", 2, ""),
            "L2": ("partly", 1, "mất điện"),
            "L3": ("silent", 1, "đang cập nhật"),
            "L4": ("silent", 1, "no-log"),
            "L5": ("silent", 1, "waiting"),
        }
        kept = play_logs.page(doing, device_id="L1", bulletin_id="b1").items[-1]
        assert (kept.title, kept.media_sha256) == ("Bão số 4", "ab" * 32)
        with pytest.raises(Missing):
            play_logs.proof(doing, "none")


def test_the_export_has_every_play_in_order_and_no_formula(system, clock, lan, person):
    with system.database.writing() as session:
        for number in range(5):
            title = "=1+1" if number == 2 else "Bão"
            each = entry(number, clock.ms - 60_000 - number * 1000, title=title)
            play_logs.store(session, "L1", log(each), clock.ms)
    text = "".join(play_logs.export(system, lan, clock.ms - 63_000, clock.ms))
    rows = list(csv.DictReader(text.splitlines()))
    assert [row["entry"] for row in rows] == ["n3", "n2", "n1", "n0"]
    assert rows[1]["title"] == "'=1+1"
    assert rows[0]["began"] == "2022-09-27T05:58:57.000+07:00"
    with pytest.raises(Invalid):
        play_logs.export(system, lan, clock.ms, clock.ms)
    elsewhere = person("tu", Unit("commune", "21616"))
    assert len(list(play_logs.export(system, elsewhere, clock.ms - 63_000, clock.ms))) == 1
