"""The register of devices."""

import pytest
from sqlalchemy import select

from reference_system.services.broadcasting import addressing
from reference_system.services.fleet import devices
from reference_system.services.fleet.devices import Registration, WrongRows
from reference_system.services.refusals import Conflict, Forbidden, Invalid, Missing
from reference_system.services.units import Unit
from reference_system.store.devices import Device
from reference_system.store.orders import Delivery, ItemRow, Slot
from reference_system.store.people import AuditEntry
from scenarios.scenario import Area

PROVINCE = Unit("province", "52")
AN_HUNG, AN_TRUNG = "21613", "21616"


def speaker(number=1, **about):
    words = {
        "id": f"AH-{number:02}",
        "name": f"Cụm loa {number}",
        "kind": "ip-speaker",
        "profile": "speaker-reference",
        "commune": AN_HUNG,
    }
    return Registration(**words | about)


def test_a_device_is_registered_and_its_secret_told_once(system, person, act):
    with act(person("lan")) as doing:
        first = devices.register_one(doing, speaker(latitude=14.6, longitude=108.9))
        assert len(first.secret) == 43
    with act(person("mai")) as doing:
        again = devices.register_one(doing, speaker(latitude=14.6, longitude=108.9))
        assert again.secret is None
        assert devices.one(doing, "AH-01").latitude == 14.6
        assert [event.event for event in devices.events(doing, "AH-01").items] == ["registered"]
        stored = doing.session.get_one(Device, "AH-01")
        assert first.secret not in (stored.secret_hash, stored.broker_hash)
        assert stored.presence == "unheard"
    with system.database.reading() as session:
        details = [entry.detail for entry in session.scalars(select(AuditEntry))]
        assert details == [{"devices": ["AH-01"]}]


def test_every_wrong_row_is_named_and_nothing_is_registered(person, act):
    rows = [
        speaker(1),
        speaker(2, id="a b"),
        speaker(3, commune="99999"),
        speaker(4, profile="board-reference"),
        speaker(5, kind="siren"),
        speaker(6, name=" "),
        speaker(7, latitude=91.0),
        speaker(8, longitude=float("nan")),
        speaker(1, name="Khác"),
        speaker(9, commune="00001"),
    ]
    with act(person("lan")) as doing:
        with pytest.raises(WrongRows) as wrong:
            devices.register(doing, rows)
        assert {row: each.code for row, each in wrong.value.rows.items()} == {
            2: "bad-device-id",
            3: "unknown-unit",
            4: "bad-profile",
            5: "bad-kind",
            6: "bad-text",
            7: "not-degrees",
            8: "not-degrees",
            9: "device-known",
            10: "outside-own-unit",
        }
        assert devices.page(doing).items == []


def test_csv_in_any_order_of_columns(person, act):
    text = (
        "\ufeffname,id,commune,profile,kind,longitude,latitude\r\n"
        '"Loa, thôn 1",L1,21613,speaker-mcu,ip-speaker,,\r\n'
        "Chuyển đổi,C1,21613,converter-fm-ip,fm-converter,108.9,14.6\r\n"
        "Bảng,B1,21616,board-a,e-board,108.8,x\r\n"
        "Bảng,B2\r\n"
    )
    rows = devices.read_csv(text)
    assert rows[0].name == "Loa, thôn 1"
    assert rows[1].latitude == 14.6
    with act(person("lan")) as doing:
        with pytest.raises(WrongRows) as wrong:
            devices.register(doing, rows)
        assert list(wrong.value.rows) == [3, 4]
        assert len(devices.register(doing, rows[:2])) == 2


@pytest.mark.parametrize("text", ["", "id,name\n", "id,id,name,kind,profile,commune\n", '"'])
def test_what_is_no_csv_of_devices_is_refused(text):
    with pytest.raises(Invalid):
        devices.read_csv(text)


def test_only_administrators_register_and_only_in_their_own_unit(person, act):
    with act(person("nam", PROVINCE, "operate", "view")) as doing, pytest.raises(Forbidden):
        devices.register_one(doing, speaker())
    elsewhere = person("tu", Unit("commune", AN_TRUNG))
    with act(elsewhere) as doing, pytest.raises(Forbidden):
        devices.register_one(doing, speaker())


def test_a_change_of_place_and_profile(person, act):
    lan, tu = person("lan"), person("tu", Unit("commune", AN_TRUNG))
    with act(lan) as doing:
        devices.register_one(doing, speaker())
    with act(tu) as doing:
        assert devices.page(doing).items == []
        with pytest.raises(Forbidden):
            devices.one(doing, "AH-01")
    with act(lan) as doing:
        devices.change(doing, "AH-01", {"commune": AN_TRUNG, "profile": "speaker-mcu"})
        changed = devices.events(doing, "AH-01").items[0]
        assert changed.detail == {"commune": AN_TRUNG, "profile": "speaker-mcu", "by": "lan"}
        with pytest.raises(Invalid):
            devices.change(doing, "AH-01", {"kind": "e-board"})
        with pytest.raises(Missing):
            devices.one(doing, "AH-02")
    with act(tu) as doing:
        assert [device.id for device in devices.page(doing).items] == ["AH-01"]
        with pytest.raises(Conflict):
            devices.register_one(doing, speaker(commune=AN_TRUNG, name="Khác"))


def test_counts_add_up(person, act):
    lan = person("lan")
    states = ["unheard", "online", "online", "offline", "lost", "online"]
    with act(lan) as doing:
        for number, presence in enumerate(states):
            registered = devices.register_one(doing, speaker(number)).device
            registered.presence = presence
            registered.status = {"activity": 0 if number == 1 else 2} if number else {}
        registered.active = False
    with act(lan) as doing:
        counts = devices.counts(doing)
        assert counts == devices.Counts(
            total=5, online=2, offline=1, lost=1, unheard=1, playing=1, withdrawn=1
        )
        assert counts.total == counts.online + counts.offline + counts.lost + counts.unheard
        assert [device.id for device in devices.page(doing, presence="online").items] == [
            "AH-02",
            "AH-01",
        ]


def test_pages_hold_every_device_once(person, act, clock):
    lan = person("lan")
    with act(lan) as doing:
        devices.register(doing, [speaker(number) for number in range(7)])
    seen, after = [], None
    with act(lan) as doing:
        while True:
            page = devices.page(doing, after=after, limit=3)
            seen += [device.id for device in page.items]
            if (after := page.after) is None:
                break
    assert seen == [f"AH-{number:02}" for number in reversed(range(7))]


def test_a_device_gets_what_is_for_where_it_stands(system, clock, person, act):
    lan = person("lan")
    with system.database.writing() as session:
        for commune in (AN_HUNG, AN_TRUNG):
            area = addressing.as_data(Area(communes=(commune,)))
            session.add(
                Slot(
                    id=f"s{commune}",
                    name="Sáng",
                    era="2022",
                    area=area,
                    at_ms=0,
                    days=[0],
                    slot_ms=60_000,
                    lead_ms=0,
                    items=[],
                    level="province",
                    code="52",
                    changed_ms=clock.ms,
                    created_ms=clock.ms,
                    issued_until_ms=clock.ms,
                    asked={},
                )
            )
            session.flush()
            session.add(
                ItemRow(
                    id=f"i{commune}",
                    slot_id=f"s{commune}",
                    bulletin_class="normal",
                    created_ms=clock.ms,
                    not_before_ms=clock.ms,
                    begin_by_ms=clock.ms + 60_000,
                    over_ms=clock.ms + 120_000,
                    duration_ms=60_000,
                    message={"CheDo": "Test"},
                )
            )

    def given(doing):
        query = select(Delivery.action, Delivery.item_id, Delivery.state)
        return {tuple(row) for row in doing.session.execute(query)}

    with act(lan) as doing:
        devices.register_one(doing, speaker())
        assert given(doing) == {("start", f"i{AN_HUNG}", "waiting")}
        devices.change(doing, "AH-01", {"name": "Tên khác"})
        devices.change(doing, "AH-01", {"commune": AN_TRUNG})
        assert given(doing) == {
            ("start", f"i{AN_HUNG}", "void"),
            ("cancel", f"i{AN_HUNG}", "waiting"),
            ("start", f"i{AN_TRUNG}", "waiting"),
        }
