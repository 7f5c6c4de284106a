import re
from pathlib import Path as FilePath

import pytest

from scenarios import loader
from scenarios.problems import BadInput
from scenarios.scenario import Area, Hours, Place, Scenario, Server, TargetRequest

SMALL = """\
ttcs: 1
title: {vi: "Thử", en: "Trial"}
era: "2022"
start: "2022-09-26T00:00:00+07:00"
end: "2022-09-27T00:00:00+07:00"
territory: {district: "550"}
fleet:
  - {where: all, profile: speaker-reference, clusters: 12, link: 4g, basis: assumed}
programme:
  - {at: "05:00", slot: 45m, items: [{relay: vov, length: 15m}, {local: true, length: 10m}]}
bulletins:
  - id: storm
    class: emergency
    at: "2022-09-26T14:00:00+07:00"
    to: all
    sound: {length: 40s}
faults:
  - {outage: [mains], where: {commune: "21952"}, at: "2022-09-26T08:00:00+07:00", lasts: 1h,
     basis: assumed}
targets:
  - {id: PROFILE-T4-P95, limit: 4s}
"""

DURATION = "expected a duration with its unit, such as 45m, 2h, 1.5s or 250ms"
MOMENT = 'expected a moment with its offset, such as "2022-09-27T20:00:00+07:00"'

# What of SMALL is replaced, by what, and the one line that says what is wrong with it.
ERRORS = [
    ("ttcs: 1", "ttcs: 2", "s.yaml:1:7: ttcs: is the number 2, expected the format version 1"),
    (
        'era: "2022"',
        "era: 2022",
        's.yaml:3:6: era: is the number 2022, expected quoted text: write "2022"',
    ),
    (
        'era: "2022"',
        'era: "2023"',
        's.yaml:3:6: era: is "2023", expected an era as quoted text: '
        '"2022", "2025-06" or "2025-07"',
    ),
    (
        "targets:",
        "target:",
        "s.yaml:20:1: target: is an unknown field, expected one of ttcs, title, era, start, end, "
        "seed, territory, households, fleet, server, hours, programme, bulletins, faults, targets "
        '(did you mean "targets"?)',
    ),
    (
        'where: {commune: "21952"}',
        'where: {device: ["21952-01"]}',
        "s.yaml:18:39: faults[0].where.device: is a list, expected a device id: commune code, "
        'hyphen, number from 01, such as "21556-03"',
    ),
    (
        ', en: "Trial"}',
        "}",
        "s.yaml:2:8: title.en: is missing, expected "
        "a mapping with the title in Vietnamese (vi) and English (en)",
    ),
    (
        "2022-09-26T00:00:00+07:00",
        "2022-09-26T00:00:00Z",
        's.yaml:4:8: start: is "2022-09-26T00:00:00Z", expected a moment with the offset +07:00, '
        'such as "2022-09-27T00:00:00+07:00"',
    ),
    (
        "2022-09-27T00:00:00+07:00",
        "2022-09-26T00:00:00+07:00",
        's.yaml:5:6: end: is "2022-09-26T00:00:00+07:00", '
        "expected a moment after the start, by at most 366 days",
    ),
    (
        "2022-09-27T00:00:00+07:00",
        "2023-09-28T00:00:00+07:00",
        's.yaml:5:6: end: is "2023-09-28T00:00:00+07:00", '
        "expected a moment after the start, by at most 366 days",
    ),
    (
        "2022-09-27T00:00:00+07:00",
        "2022-09-31T00:00:00+07:00",
        f's.yaml:5:6: end: is "2022-09-31T00:00:00+07:00", {MOMENT}, of a day and hour that exist',
    ),
    (
        'district: "550"',
        "district: 550",
        's.yaml:6:23: territory.district: is the number 550, expected quoted text: write "550"',
    ),
    (
        'district: "550"',
        'districts: ["550", "551", "001"]',
        "s.yaml:6:39: territory.districts[2]: is in province 01 (Hà Nội), "
        "expected a place in province 52 (Bình Định)",
    ),
    (
        'district: "550"',
        "",
        "s.yaml:6:12: territory: is an empty mapping, "
        "expected one or more provinces, or districts or communes of one province",
    ),
    (
        "speaker-reference",
        "speaker-referense",
        's.yaml:8:27: fleet[0].profile: is "speaker-referense", expected a device profile: '
        "one of board-a, board-reference, converter-fm-ip, converter-ip-fm, speaker-linux, "
        'speaker-mcu, speaker-reference (did you mean "speaker-reference"?)',
    ),
    (
        "link: 4g",
        "link: 4.5",
        's.yaml:8:66: fleet[0].link: is the number 4.5, expected quoted text: write "4.5"',
    ),
    (
        "clusters: 12",
        "clusters: 0",
        "s.yaml:8:56: fleet[0].clusters: is the number 0, "
        "expected a number of clusters from 1 to 1000",
    ),
    (
        "where: all, profile",
        'where: {device: "21952-01"}, profile',
        "s.yaml:8:14: fleet[0].where.device: is an unknown field, "
        "expected one of province, provinces, district, districts, commune, communes",
    ),
    (
        "where: all, profile",
        "where: everybody, profile",
        's.yaml:8:13: fleet[0].where: is "everybody", '
        "expected the word all, or a mapping with province(s), district(s) or commune(s)",
    ),
    (
        '"05:00"',
        "5:00",
        's.yaml:10:10: programme[0].at: is "5:00", '
        'expected a time of day as quoted text, from "00:00" to "23:59"',
    ),
    ("slot: 45m", "slot: 45", f"s.yaml:10:25: programme[0].slot: is the number 45, {DURATION}"),
    (
        "slot: 45m",
        "slot: 25h",
        "s.yaml:10:25: programme[0].slot: is 1d1h, expected at most 24h",
    ),
    (
        "{relay: vov, length: 15m}",
        "{relay: vov, local: true, length: 15m}",
        "s.yaml:10:38: programme[0].items[0]: is a mapping, "
        "expected a part of a slot: either relay or local: true, and a length",
    ),
    (
        "slot: 45m",
        "slot: 45m, days: [mon, t2]",
        's.yaml:10:42: programme[0].days[1]: is "t2", '
        "expected a day: mon, tue, wed, thu, fri, sat or sun",
    ),
    (
        "id: storm",
        "id: programme-1",
        's.yaml:12:9: bulletins[0].id: is "programme-1" again, expected each name once',
    ),
    (
        "class: emergency",
        "class: normal\n    severity: 1",
        "s.yaml:14:15: bulletins[0].severity: is the severity of a normal bulletin, "
        "expected none: only an emergency has a severity",
    ),
    (
        "2022-09-26T14:00:00+07:00",
        "2022-09-27T00:00:00+07:00",
        's.yaml:14:9: bulletins[0].at: is "2022-09-27T00:00:00+07:00", '
        "expected a moment from the scenario's start to before its end",
    ),
    (
        "to: all",
        'to: {communes: ["21952", "21550"]}',
        's.yaml:15:30: bulletins[0].to.communes[1]: is "21550" (Nhơn Bình), which lies outside, '
        "expected a place inside the scenario's territory",
    ),
    (
        "to: all",
        'to: {commune: "99999"}',
        's.yaml:15:19: bulletins[0].to.commune: is "99999", '
        "expected the code of a commune in era 2022",
    ),
    (
        "to: all",
        'to: {device: "21952-13"}',
        's.yaml:15:18: bulletins[0].to.device: is "21952-13", expected "21952-01" to "21952-12"',
    ),
    (
        "length: 40s",
        "length: 0s",
        's.yaml:16:21: bulletins[0].sound.length: is "0s", expected more than 0',
    ),
    (
        "length: 40s",
        "length: 0.0001s",
        's.yaml:16:21: bulletins[0].sound.length: is "0.0001s", '
        "expected a duration of a whole number of milliseconds",
    ),
    (
        "sound: {length: 40s}",
        'sound: {length: 40s}\n    cancel: {at: "2022-09-26T14:00:00+07:00"}',
        's.yaml:17:18: bulletins[0].cancel.at: is "2022-09-26T14:00:00+07:00", '
        "expected a moment after the bulletin's own at",
    ),
    (
        "sound: {length: 40s}",
        'sound: {length: 40s}\n    end_by: "2022-09-26T13:00:00+07:00"',
        's.yaml:17:13: bulletins[0].end_by: is "2022-09-26T13:00:00+07:00", '
        "expected a moment after at and not_before",
    ),
    (
        "sound: {length: 40s}",
        'sound: {length: 40s}\n    not_before: "2022-09-26T16:00:00+07:00"\n    valid: 2h',
        's.yaml:18:12: bulletins[0].valid: is "2h", expected a duration that reaches not_before',
    ),
    (
        "faults:",
        "server: {uplink: 100}\nfaults:",
        "s.yaml:17:18: server.uplink: is the number 100, "
        "expected a rate with its unit, such as 64kbit/s or 100Mbit/s",
    ),
    (
        "faults:",
        'hours: {from: "21:00", to: "05:00", basis: assumed}\nfaults:',
        's.yaml:17:28: hours.to: is "05:00", expected a time of day after from',
    ),
    (
        "faults:",
        "households: {basis: assumed, file: ../h.csv}\nfaults:",
        's.yaml:17:36: households.file: is "../h.csv", '
        "expected the name of a .csv file beside the scenario file",
    ),
    (
        'district: "550"',
        'provinces: ["52", "44"], district: "550"',
        "s.yaml:6:31: territory.provinces[1]: is in province 44 (Quảng Bình), "
        "expected a place in province 52 (Bình Định)",
    ),
    (
        'district: "550"',
        "provinces: every",
        's.yaml:6:24: territory.provinces: is "every", '
        "expected the word all, or a list of province codes",
    ),
    (
        "to: all",
        'to: {province: "44"}',
        's.yaml:15:20: bulletins[0].to.province: is "44" (Quảng Bình), which lies outside, '
        "expected a place inside the scenario's territory",
    ),
    (
        "outage: [mains]",
        "outage: [power]",
        's.yaml:18:15: faults[0].outage[0]: is "power", expected mains, cell, fibre, sim or link',
    ),
    (
        ", limit: 4s}",
        ", expect: fail}",
        "s.yaml:21:5: targets[0].why: is missing, "
        "expected a reason, since the target is to be missed",
    ),
    (
        ", limit: 4s}",
        "}\n  - {id: PROFILE-T4-P95}",
        's.yaml:22:10: targets[1].id: is "PROFILE-T4-P95" again, expected each name once',
    ),
]


def test_whole_provinces_and_the_whole_country() -> None:
    def loaded(territory: str) -> Scenario:
        text = SMALL.replace('{district: "550"}', territory)
        return loader.parse("s.yaml", text.encode()).scenario

    two = loaded('{provinces: ["52", "44"]}')
    assert two.territory == Place(("52", "44"))
    assert len(loaded("{provinces: all}").territory.provinces) == 63
    text = SMALL.replace("to: all", 'to: {province: "52", provinces: ["52"], commune: "21955"}')
    (storm,) = loader.parse("s.yaml", text.encode()).scenario.bulletins
    assert storm.to == Area(provinces=("52",), communes=("21955",))


def test_a_device_of_a_group_that_stands_in_a_province() -> None:
    text = changed("where: all, profile", 'where: {province: "52"}, profile')
    known = text.replace("to: all", 'to: {device: "21952-12"}')
    assert loader.parse("s.yaml", known.encode()).warnings == ()
    assert 'expected "21952-01" to "21952-12"' in lines_of(known.replace("-12", "-13"))[0]


def test_server_and_hours_and_what_holds_without_them() -> None:
    scenario = loader.parse("s.yaml", SMALL.encode()).scenario
    assert (scenario.server, scenario.hours) == (Server(None, 64_000), None)
    more = (
        "server: {uplink: 100Mbit/s, sound: 32kbit/s}\n"
        'hours: {from: "05:00", to: "21:00:30", basis: assumed}\n'
    )
    scenario = loader.parse("s.yaml", (SMALL + more).encode()).scenario
    assert scenario.server == Server(100_000_000, 32_000)
    assert scenario.hours == Hours(5 * 3_600_000, 21 * 3_600_000 + 30_000, "assumed")


def lines_of(text: str) -> list[str]:
    with pytest.raises(BadInput) as refused:
        loader.parse("s.yaml", text.encode())
    return [str(problem) for problem in refused.value.problems]


def changed(old: str, new: str) -> str:
    assert SMALL.count(old) >= 1
    return SMALL.replace(old, new, 1)


@pytest.mark.parametrize(("old", "new", "line"), ERRORS, ids=[line for *_, line in ERRORS])
def test_an_error_is_one_line_with_its_place(old: str, new: str, line: str) -> None:
    assert lines_of(changed(old, new)) == [line]


def test_a_sound_file_says_what_it_says() -> None:
    loaded = loader.parse("s.yaml", SMALL.encode())
    assert loaded.warnings == ()
    assert loaded.source == SMALL.encode()
    scenario = loaded.scenario
    assert scenario.horizon_ms == 24 * 3_600_000
    assert scenario.territory.provinces == ("52",)
    assert scenario.territory.districts == ("550",)
    (slot,) = scenario.programme
    assert (slot.id, slot.at_ms, slot.lead_ms) == ("programme-1", 18_000_000, 43_200_000)
    assert slot.days == tuple(range(7))
    assert [item.relay for item in slot.items] == ["vov", None]
    (storm,) = scenario.bulletins
    assert (storm.at_ms, storm.to, storm.times) == (50_400_000, Area(everywhere=True), 1)
    assert scenario.faults[0].where == Area(communes=("21952",))
    assert scenario.targets == (TargetRequest("PROFILE-T4-P95", limit="4s"),)


def test_every_error_is_listed_in_the_order_of_the_file() -> None:
    text = SMALL
    for old, new in [
        ('vi: "Thử"', "vi: 5"),
        ("speaker-reference", "speaker"),
        ("to: all", 'to: {commune: "99999"}'),
        ("length: 40s", "length: 40"),
        ("limit: 4s", "limits: 4s"),
    ]:
        text = text.replace(old, new)
    places = [re.split(": ", line)[1] for line in lines_of(text)]
    assert places == [
        "title.vi",
        "fleet[0].profile",
        "bulletins[0].to.commune",
        "bulletins[0].sound.length",
        "targets[0].limits",
    ]


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (
            "bulletins:",
            '  - {at: "05:30", slot: 45m, days: [sun], items: [{local: true, length: 5m}]}\n'
            "bulletins:",
            "s.yaml:11:5: warning: programme[1]: is 05:30 to 06:15 and collides on sun in commune "
            '21952 with "programme-1" of 05:00 to 05:45, '
            "expected slots apart: play-out plays one at a time",
        ),
        (
            "slot: 45m",
            "slot: 20m",
            "s.yaml:10:37: warning: programme[0].items: is 25m long and will be cut off, "
            "expected at most the slot's 20m",
        ),
        (
            "sound: {length: 40s}",
            "sound: {length: 40s}\n    repeat: {times: 2, gap: 30s}",
            "s.yaml:17:29: warning: bulletins[0].repeat.gap: is 30s and the plays run into each "
            "other, expected at least the sound's length, 40s",
        ),
        (
            "sound: {length: 40s}",
            "sound: {length: 40s}\n    repeat: {times: 3, gap: 5h}",
            "s.yaml:17:21: warning: bulletins[0].repeat.times: is 3, of which 2 begin before the "
            "scenario's end, expected at most 2",
        ),
    ],
)
def test_what_is_odd_is_a_warning(old: str, new: str, line: str) -> None:
    loaded = loader.parse("s.yaml", changed(old, new).encode())
    assert [str(warning) for warning in loaded.warnings] == [line]


def test_slots_collide_round_the_week_and_only_in_shared_communes() -> None:
    def warnings(where: str) -> int:
        slots = (
            '  - {at: "23:50", slot: 45m, days: [sun], items: [{local: true, length: 5m}]}\n'
            f'  - {{at: "00:10", slot: 5m, days: [mon], where: {where}, '
            "items: [{local: true, length: 5m}]}\n"
        )
        text = SMALL.replace("bulletins:", slots + "bulletins:")
        return len(loader.parse("s.yaml", text.encode()).warnings)

    assert warnings("all") == 1
    both = '{commune: "21952"}'
    assert warnings(both) == 1
    apart = SMALL.replace(
        "bulletins:",
        '  - {at: "00:10", slot: 9h, where: {commune: "21955"}, '
        "items: [{local: true, length: 5m}]}\nbulletins:",
    ).replace('{at: "05:00"', '{at: "05:00", where: {commune: "21952"}')
    assert loader.parse("s.yaml", apart.encode()).warnings == ()


def test_an_era_without_districts_says_so() -> None:
    text = SMALL.replace('"2022"', '"2025-07"')
    assert lines_of(text) == [
        's.yaml:6:23: territory.district: is "550", '
        "expected another level: era 2025-07 has no districts",
    ]


def test_a_file_is_found_by_path_before_name(tmp_path: FilePath, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert loader.find("ci-smoke").is_file()
    FilePath("ci-smoke").write_text(SMALL, "utf-8")
    assert loader.find("ci-smoke") == FilePath("ci-smoke")
    assert loader.load(loader.find("ci-smoke")).scenario.seed == 0


@pytest.mark.parametrize("name", ["ci-smok", "a\0b", "x" * 5000])
def test_what_is_not_found_names_what_is_shipped(name: str) -> None:
    with pytest.raises(BadInput) as refused:
        loader.find(name)
    (problem,) = refused.value.problems
    assert "a shipped scenario: binh-dinh-day, " in str(problem)
    assert problem.hint == ('did you mean "ci-smoke"?' if name == "ci-smok" else None)
