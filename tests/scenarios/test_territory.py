import json
import runpy
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios import territory as package
from scenarios.territory import ERAS, District, Territory, UnknownEra, load

FOLDER = Path(package.__file__).parent

COUNTS = {
    "2022": (63, 705, 10_599),
    "2025-06": (63, 696, 10_035),
    "2025-07": (34, 0, 3_321),
}
DERIVED = {"2022": 1_170, "2025-06": 344, "2025-07": 0}
KINDS = {
    "2022": {"xã", "phường", "thị trấn"},
    "2025-06": {"xã", "phường", "thị trấn"},
    "2025-07": {"xã", "phường", "đặc khu"},
}
ISLAND_DISTRICTS = {
    "318": "Bạch Long Vĩ",
    "471": "Cồn Cỏ",
    "498": "Hoàng Sa",
    "536": "Lý Sơn",
    "755": "Côn Đảo",
}

ISLAND_ZONES = {"11948", "19742", "20333", "21548", "26732"}
NEW_IN_2025_06 = {"03980", "03983", "03984"}

each_era = pytest.mark.parametrize("era", ERAS)


def lines(era):
    return (FOLDER / f"{era}.csv").read_text("utf-8").splitlines()


def kinds(communes):
    return Counter(commune.kind for commune in communes)


@each_era
def test_national_counts(era):
    territory = load(era)
    counts = len(territory.provinces), len(territory.districts), len(territory.communes)
    assert counts == COUNTS[era]
    assert set(kinds(territory.communes.values())) == KINDS[era]


@each_era
def test_the_header_counts_what_the_file_holds(era):
    header = dict(line[2:].split(": ", 1) for line in lines(era)[:8])
    levels = Counter(line[0] for line in lines(era) if line[1] == ",")
    derived = sum(line[0] == "C" and line.split(",")[8] != "" for line in lines(era))
    assert header["era"] == era
    assert header["licence"].startswith("MIT")
    assert int(header["provinces"]) == levels["P"]
    assert int(header["districts"]) == levels["D"]
    assert int(header["communes"]) == levels["C"]
    assert int(header["communes with a derived point"]) == derived


@each_era
def test_no_code_is_used_twice_and_codes_are_in_order(era):
    for level, digits in (("P", 2), ("D", 3), ("C", 5)):
        codes = [line.split(",")[1] for line in lines(era) if line.startswith(f"{level},")]
        assert codes == sorted(set(codes))
        assert all(len(code) == digits and code.isdecimal() for code in codes)


@each_era
def test_every_commune_lies_in_a_district_and_province_of_its_era(era):
    territory = load(era)
    for code, commune in territory.communes.items():
        assert commune.code == code
        assert commune.province in territory.provinces
        if era == "2025-07":
            assert commune.district == ""
        else:
            assert territory.districts[commune.district].province == commune.province


@each_era
def test_every_point_lies_in_viet_nam(era):
    territory = load(era)
    for place in (*territory.communes.values(), *territory.districts.values()):
        assert 8.0 < place.latitude < 23.5, place
        assert 102.1 < place.longitude < 115.0, place
        at_sea = place.longitude > 109.6
        assert not at_sea or place.name in {"Trường Sa", "Song Tử Tây", "Sinh Tồn", "Hoàng Sa"}


@each_era
def test_derived_points_are_marked(era):
    derived = [c for c in load(era).communes.values() if c.coordinates_derived]
    assert len(derived) == DERIVED[era]


@pytest.mark.parametrize("era", ["2022", "2025-06"])
def test_a_point_that_is_not_derived_belongs_to_one_commune(era):
    own = Counter(
        (c.latitude, c.longitude) for c in load(era).communes.values() if not c.coordinates_derived
    )
    assert max(own.values()) == 1


@pytest.mark.parametrize(("era", "following"), [*pairwise(ERAS)])
def test_successors_are_communes_of_the_next_era(era, following):
    communes, later = load(era).communes, load(following).communes
    for commune in communes.values():
        assert all(code in later for code in commune.successors)
        assert len(set(commune.successors)) == len(commune.successors)
    unknown = {code for code, commune in communes.items() if not commune.successors}
    assert unknown == ({"10774", "20239", "28825"} if era == "2022" else set())
    followed = {code for commune in communes.values() for code in commune.successors}
    assert set(later) - followed == (NEW_IN_2025_06 if era == "2022" else ISLAND_ZONES)


def districts_of(territory: Territory, province: str) -> list[District]:
    return [d for d in territory.districts.values() if d.province == province]


def test_the_last_era_has_no_successors():
    assert not any(commune.successors for commune in load(ERAS[-1]).communes.values())


@pytest.mark.parametrize("era", ["2022", "2025-06"])
def test_island_districts_without_communes_became_special_zones(era):
    territory = load(era)
    inhabited = {commune.district for commune in territory.communes.values()}
    empty = {code: d for code, d in territory.districts.items() if code not in inhabited}
    assert {code: district.name for code, district in empty.items()} == ISLAND_DISTRICTS
    zones = [load("2025-07").communes[district.special_zone] for district in empty.values()]
    assert {zone.code for zone in zones} == ISLAND_ZONES
    assert [zone.full_name for zone in zones] == [f"Đặc khu {d.name}" for d in empty.values()]
    assert not any(territory.districts[code].special_zone for code in inhabited)


def test_binh_dinh_until_june_2025():
    territory = load("2022")
    communes = territory.communes_of(province="52")
    assert territory.provinces["52"] == "Bình Định"
    assert len(districts_of(territory, "52")) == 11
    assert kinds(communes) == {"xã": 116, "phường": 32, "thị trấn": 11}
    assert len(load("2025-06").communes_of(province="52")) == 155
    assert len(districts_of(load("2025-06"), "52")) == 11


def test_52_is_another_province_since_july_2025():
    territory = load("2025-07")
    communes = territory.communes_of(province="52")
    assert territory.provinces["52"] == "Gia Lai"
    assert kinds(communes) == {"xã": 110, "phường": 25}
    assert districts_of(territory, "52") == []


def test_a_commune_followed_through_the_eras():
    commune = load("2022").communes["21556"]
    assert commune.full_name == "Phường Đống Đa"
    assert load("2022").districts[commune.district].full_name == "Thành phố Quy Nhơn"
    assert commune in load("2022").communes_of(district="540")
    assert commune.successors == ("21556",)
    (after,) = load("2025-06").communes["21556"].successors
    assert load("2025-07").communes[after].full_name == "Phường Quy Nhơn"


def test_a_commune_that_was_absorbed_by_name():
    communes = load("2022").communes_of(district="540")
    (absorbed,) = (c for c in communes if c.name == "Trần Hưng Đạo")
    (heir,) = absorbed.successors
    assert load("2025-06").communes[heir].full_name == "Phường Thị Nại"
    assert heir != absorbed.code
    assert absorbed.coordinates_derived


def test_the_archipelagos_are_in_the_eastern_sea():
    before, after = load("2022"), load("2025-07")
    hoang_sa = before.districts["498"], after.communes["20333"]
    for place in hoang_sa:
        assert place.name == "Hoàng Sa"
        assert (place.latitude, place.longitude) == pytest.approx((16.5, 112.0), abs=0.3)
    main_island = before.communes["22736"]
    assert main_island.full_name == "Thị trấn Trường Sa"
    assert main_island.coordinates_derived
    assert (main_island.latitude, main_island.longitude) == pytest.approx((8.65, 111.92), abs=0.1)
    assert after.communes["22736"].full_name == "Đặc khu Trường Sa"
    assert after.communes["22736"].longitude > 111


def test_no_code_without_an_era():
    with pytest.raises(UnknownEra, match=r'no era: expected one of "2022", "2025-06", "2025-07"'):
        load("")


@given(st.text())
def test_only_the_known_eras_load(era):
    if era in ERAS:
        assert load(era).era == era
    else:
        with pytest.raises(UnknownEra) as error:
            load(era)
        assert "\n" not in str(error.value)


def test_an_era_is_read_once():
    assert load("2025-07") is load("2025-07")


def test_the_tool_reads_names():
    tool = runpy.run_path(str(FOLDER.parents[1] / "tools" / "make_territory.py"))
    assert tool["kind_and_name"]("Thị Xã  Việt Yên") == ("thị xã", "Việt Yên")
    assert tool["kind_and_name"]("Xã Xã") == ("xã", "Xã")
    assert tool["fold"]("Phường 05") == tool["fold"]("phường 5")
    assert tool["fold"]("Phường 10") != tool["fold"]("Phường 1")
    assert tool["fold"]("Hoà Đông") == tool["fold"]("Hòa Đông")
    with pytest.raises(ValueError, match="no kind of unit"):
        tool["kind_and_name"]("An Lão")


def ward(code, name, point, former=()):
    """A row of mid-2025 as the source has it, in district 001 of province 01."""
    return {
        "provinceCode": "01",
        "provinceKey": "p",
        "province": "Tỉnh Một",
        "provinceLat": 21.0,
        "provinceLon": 105.0,
        "districtCode": "001",
        "districtKey": "d",
        "district": "Huyện Hai",
        "districtLat": 21.5,
        "districtLon": 105.5,
        "wardCode": code,
        "wardKey": code,
        "ward": name,
        "wardLat": point[0],
        "wardLon": point[1],
        "wardAreaKm2": 10.0,
        "wardAlias": json.dumps(former),
    }


def test_the_tool_on_three_communes():
    """A kept one, one that stands at the district's point, and one absorbed by the first."""
    tool = runpy.run_path(str(FOLDER.parents[1] / "tools" / "make_territory.py"))
    old = {"00001": "Xã Ba", "00002": "Xã Bốn", "00003": "Xã Năm"}
    wards = {code: {"code": code, "name_with_type": name} for code, name in old.items()}
    district = {"code": "001", "name_with_type": "Huyện Hai", "xa-phuong": wards}
    source = tool["Source"](
        before=[
            ward("00001", "Xã Ba", (21.40, 105.40), former=["xanam"]),
            ward("00002", "Xã Bốn", (21.5, 105.5)),
        ],
        after=[ward("00009", "Xã Chín", (21.41, 105.41))],
        conversion={
            "DICT_PROVINCE_WARD_NO_DIVIDED": {"p": {"00009": ["p_d_00001", "p_d_00002"]}},
            "DICT_PROVINCE_WARD_DIVIDED": {},
        },
        tree={"01": {"code": "01", "name_with_type": "Tỉnh Một", "quan-huyen": {"001": district}}},
    )
    texts = tool["files"](source)
    assert texts["2022"].splitlines()[-3:] == [
        "C,00001,xã,Ba,01,001,21.4000,105.4000,,00001",
        "C,00002,xã,Bốn,01,001,21.4100,105.4100,successor,00002",
        "C,00003,xã,Năm,01,001,21.4000,105.4000,successor,00001",
    ]
    assert texts["2025-06"].splitlines()[-3:] == [
        "D,001,huyện,Hai,01,,21.4050,105.4050,communes,",
        "C,00001,xã,Ba,01,001,21.4000,105.4000,,00009",
        "C,00002,xã,Bốn,01,001,21.4100,105.4100,successor,00009",
    ]
    assert texts["2025-07"].splitlines()[-1] == "C,00009,xã,Chín,01,,21.4100,105.4100,,"
