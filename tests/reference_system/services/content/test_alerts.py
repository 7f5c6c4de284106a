from dataclasses import replace

import pytest

from reference_system.interface.cap import (
    Alert,
    AlertArea,
    CapDraft,
    CapText,
    Info,
    Reference,
    alert_of,
    read,
    write,
)
from reference_system.services.content import alerts, bulletins
from reference_system.services.content.cap_bulletins import bulletin_cap
from reference_system.services.content.drafts import Content, Draft
from reference_system.services.content.emergencies import raise_emergency
from reference_system.services.refusals import Conflict, Forbidden, Invalid, Missing
from reference_system.services.units import Unit
from scenarios.scenario import Area

BINH_DINH = Unit("province", "52")
AN_LAO = Unit("district", "542")
SENT_MS = 1_664_200_000_000
STORM = CapDraft(
    identifier="BAO-4",
    sender="kttv@example.vn",
    sent_ms=SENT_MS,
    status="Actual",
    message="Alert",
    bulletin_class="emergency",
    severity=1,
    texts=(
        CapText("vi-VN", "Bão", "Bão số 4", "Bão vào đất liền.", "Ở trong nhà."),
        CapText("en-US", "Storm", "Storm No. 4", "Landfall.", "Stay inside."),
    ),
    expires_ms=SENT_MS + 86_400_000,
    era="2022",
    area=Area(districts=("542",)),
)
CANCEL = replace(
    STORM,
    identifier="BAO-4-HUY",
    sent_ms=SENT_MS + 1000,
    message="Cancel",
    references=(Reference("kttv@example.vn", "BAO-4", SENT_MS),),
    texts=(),
)


def xml(draft: CapDraft) -> bytes:
    return write(alert_of(draft))


@pytest.fixture
def lan(person):
    return person("lan", BINH_DINH, "compose")


@pytest.fixture
def operator(person):
    return person("truc", BINH_DINH, "operate")


def test_an_alert_becomes_a_draft_with_who_sent_it(system, act, lan):
    row = alerts.receive(system, lan, xml(STORM))
    with act(lan) as doing:
        made = bulletins.get(doing, row.bulletin_id)
        assert bulletins.words(doing, made) == Draft(
            "Bão số 4",
            "emergency",
            "text",
            severity=1,
            field="unexpected",
            valid_until_ms=SENT_MS + 86_400_000,
            contents=(
                Content("vi", "Bão vào đất liền.\n\nỞ trong nhà."),
                Content("en", "Landfall.\n\nStay inside."),
            ),
        )
    assert (made.state, made.author_id) == ("draft", lan.person_id)
    assert (made.source_id, made.source_key) == ("kttv@example.vn", "BAO-4")
    assert row.area["districts"] == ["542"]
    assert row.notes == []


def test_the_same_alert_again_changes_nothing_and_other_words_are_refused(system, act, lan):
    first = alerts.receive(system, lan, xml(STORM))
    spaced = xml(STORM).replace(b"<status>", b"\n   <status>")
    assert alerts.receive(system, lan, spaced).id == first.id
    with pytest.raises(Conflict, match="id-taken"):
        alerts.receive(system, lan, xml(replace(STORM, severity=0)))
    with act(lan) as doing:
        assert len(alerts.listed(doing).items) == len(bulletins.listed(doing).items) == 1


def test_a_cancel_is_a_notice_and_cancels_nothing(system, act, lan, operator):
    alert = alerts.receive(system, lan, xml(STORM))
    cancel = alerts.receive(system, lan, xml(CANCEL))
    assert (cancel.message_type, cancel.bulletin_id) == ("Cancel", None)
    assert cancel.concerns == [alert.bulletin_id]
    assert cancel.title == "Bão số 4"
    with act(lan) as doing:
        assert bulletins.get(doing, alert.bulletin_id).state == "draft"
        with pytest.raises(Forbidden):
            alerts.handle(doing, cancel.id)
    with act(operator) as doing:
        alerts.handle(doing, cancel.id)
        first = alerts.handle(doing, cancel.id)
        assert first.handled_by == operator.person_id
        assert [row.id for row in alerts.listed(doing, unhandled=True).items] == [alert.id]


def test_a_cancel_that_comes_before_its_alert_is_a_notice_again_when_that_comes(
    system, act, lan, operator
):
    cancel = alerts.receive(system, lan, xml(CANCEL))
    assert (cancel.concerns, cancel.title) == ([], "BAO-4-HUY")
    with act(operator) as doing:
        alerts.handle(doing, cancel.id)
    alert = alerts.receive(system, lan, xml(STORM))
    with act(operator) as doing:
        again = alerts.get(doing, cancel.id)
    assert (again.handled_ms, again.concerns) == (None, [alert.bulletin_id])


def test_an_update_is_a_draft_of_its_own_linked_to_the_earlier_one(system, act, lan):
    alert = alerts.receive(system, lan, xml(STORM))
    update = alerts.receive(
        system,
        lan,
        xml(
            replace(
                STORM,
                identifier="BAO-4-2",
                message="Update",
                references=CANCEL.references,
                bulletin_class="priority",
            )
        ),
    )
    assert update.concerns == [alert.bulletin_id]
    with act(lan) as doing:
        made = bulletins.get(doing, update.bulletin_id)
    assert (made.bulletin_class, made.severity, made.state) == ("priority", 0, "draft")


def test_places_of_another_era_are_left_to_a_person(system, lan):
    gia_lai = replace(STORM, era="2025-07", area=Area(provinces=("52",)))
    row = alerts.receive(system, lan, xml(gia_lai))
    assert row.area == {
        "everywhere": False,
        "provinces": [],
        "districts": [],
        "communes": [],
        "devices": [],
    }
    assert [note["code"] for note in row.notes] == ["other-era"]


def test_what_an_alert_says_is_brought_into_the_bounds_of_a_draft(system, act, lan):
    texts = (
        CapText("vi", "Bão", "Bão\t số \n4 " + "a" * 400, "Một\x85\u202e hai\tba"),
        CapText("vi-VN", "Bão", None, "b" * 30_000),
        CapText("x", "Storm"),
    )
    row = alerts.receive(system, lan, xml(replace(STORM, texts=texts)))
    with act(lan) as doing:
        words = bulletins.words(doing, bulletins.get(doing, row.bulletin_id))
    assert len(words.title) == alerts.LONGEST_NAME
    assert words.title.startswith("Bão số 4 aaa")
    first, second = words.contents
    assert first.text.startswith("Một hai ba\n\nbbb")
    assert len(first.text) == alerts.LONGEST_TEXT
    assert (second.language, second.text) == ("und", "Storm")


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (b"", "bad-cap"),
        (b"<alert/>", "bad-cap"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "bad-cap"),
        (xml(replace(STORM, status="Actual"))[:-20], "bad-cap"),
        (write(replace(alert_of(STORM), status="System")), "no-bulletin"),
        (write(replace(alert_of(STORM), scope="Private", addresses="kttv")), "not-public"),
        (xml(replace(STORM, identifier="a" * 301)), "name-too-long"),
        (xml(replace(STORM, expires_ms=alerts.LATEST_MS)), "time-unfit"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_public_alert_is_refused_in_one_line(system, act, lan, source, code):
    with pytest.raises(Invalid) as refused:
        alerts.receive(system, lan, source)
    assert refused.value.code == code
    assert "\n" not in str(refused.value)
    with act(lan) as doing:
        assert alerts.listed(doing).items == bulletins.listed(doing).items == []


def test_alerts_are_taken_in_by_who_composes_and_seen_in_the_own_unit(system, act, lan, person):
    with pytest.raises(Forbidden):
        alerts.receive(system, person("xem", BINH_DINH, "view"), xml(STORM))
    row = alerts.receive(system, lan, xml(STORM))
    with act(person("huyen", AN_LAO)) as doing:
        assert alerts.listed(doing).items == []
        with pytest.raises(Missing):
            alerts.get(doing, row.id)


def test_an_approved_bulletin_is_told_in_cap_and_its_new_version_as_an_update(
    system, act, person, clock
):
    chief = person("truong")
    flood = Draft(
        "Lũ quét",
        "emergency",
        "relay",
        severity=0,
        status="Exercise",
        valid_until_ms=clock() + 3_600_000,
        relay_url="https://radio.example/vov1",
        contents=(Content("vi", "Lên cao ngay."),),
    )
    with act(chief) as doing:
        row = bulletins.create(doing, flood, unit=AN_LAO, client_id="lu-1")
        with pytest.raises(Conflict, match="wrong-state"):
            bulletin_cap(doing, row.id)
        bulletins.take(doing, row.id, "approve-at-once", 1)
        told = read(bulletin_cap(doing, row.id))
        new = bulletins.revise(doing, row.id, 2)
    approved_ms = clock()
    clock.advance(5000)
    with act(chief) as doing:
        bulletins.take(doing, new.id, "approve-at-once", 1)
        update = read(bulletin_cap(doing, new.id))
    source = system.settings.source_id
    assert told == Alert(
        identifier="lu-1",
        sender=source,
        sent_ms=approved_ms,
        status="Exercise",
        message="Alert",
        note="lu-1",
        infos=(
            Info(
                language="vi",
                categories=("Safety",),
                event="Lũ quét",
                urgency="Immediate",
                severity="Extreme",
                certainty="Unknown",
                expires_ms=flood.valid_until_ms,
                sender_name=system.settings.name,
                headline="Lũ quét",
                description="Lên cao ngay.",
                parameters=(("TTCS-class", "emergency"),),
                areas=(AlertArea(description="Huyện An Lão", geocodes=(("VN-2022", "542"),)),),
            ),
        ),
    )
    assert update.message == "Update"
    assert update.references == (Reference(source, "lu-1", approved_ms),)


@pytest.mark.needs_tool("espeak-ng")
def test_the_sound_of_a_bulletin_is_named_in_cap(system, act, person):
    chief = person("truong")
    draft = Draft("Lũ", "emergency", "text", contents=(Content("vi", "Lũ quét."),))
    row = raise_emergency(system, chief, draft)
    with act(chief) as doing:
        (info,) = read(bulletin_cap(doing, row.id)).infos
        (content,) = bulletins.contents(doing, row.id)
    (resource,) = info.resources
    assert resource.mime_type == "audio/mpeg"
    assert resource.uri == f"http://127.0.0.1:8080/media/{content.media_sha256}"
