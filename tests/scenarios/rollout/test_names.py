import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios import territory
from scenarios.rollout.gazetteer import Gazetteer, NotFound
from scenarios.rollout.names import plain, spelled

BINH_DINH = Gazetteer("2022", ["52"])


@given(st.text(max_size=40))
def test_plain_names_are_letters_digits_and_single_spaces(text: str) -> None:
    name = plain(text)
    assert plain(name) == name
    assert name == " ".join(name.split())
    assert all(letter in "abcdefghijklmnopqrstuvwxyz0123456789 " for letter in name)


def test_a_tone_may_stand_on_either_vowel_and_still_counts() -> None:
    assert spelled("Hoà Thuỷ") == spelled("HÒA  THỦY")
    assert spelled("Hòa") != spelled("Họa")
    assert plain("Đống Đa 01") == "dong da 1"


@pytest.mark.parametrize("era", territory.ERAS)
def test_communes_are_found_as_people_call_them(era: str) -> None:
    known = territory.load(era)
    provinces = [code for code, name in known.provinces.items() if name in ("Hà Giang", "Hà Nội")]
    provinces += [code for code, name in known.provinces.items() if name == "Tuyên Quang"]
    gazetteer = Gazetteer(era, provinces)
    for commune in known.communes.values():
        if commune.province in provinces:
            district = known.districts.get(commune.district)
            full = district.full_name if district else ""
            province = f"Tỉnh {known.provinces[commune.province]}"
            for name in (
                f"{commune.kind} {commune.name}",
                f"{commune.kind.upper()} {commune.name.upper()}",
            ):
                assert gazetteer.commune("", name, full, province) == commune.code


@pytest.mark.parametrize(
    ("written", "code"),
    [
        (("", "P. Đống Đa", "TP. Quy Nhơn"), "21556"),
        (("", "dong da", ""), "21556"),
        (("", "TT An Lão", "H. An Lão"), "21609"),
        (("", "xã An Hoà", "540"), None),
        (("", "xã An Hoà", "542"), "21628"),
        (("21550", "Nhơn Bình", ""), "21550"),
        (("21550", "", "no district at all"), "21550"),
    ],
)
def test_abbreviations_accents_and_codes(written: tuple[str, str, str], code: str | None) -> None:
    if code is None:
        with pytest.raises(NotFound):
            BINH_DINH.commune(*written, "")
    else:
        assert BINH_DINH.commune(*written, "") == code


def test_a_name_that_begins_as_a_prefix_does_is_a_name() -> None:
    known = territory.load("2022")
    ha_giang = next(code for code, name in known.provinces.items() if name == "Hà Giang")
    gazetteer = Gazetteer("2022", [ha_giang])
    code = gazetteer.commune("", "Phương Độ", "", "")
    assert known.communes[code].name == "Phương Độ"


@pytest.mark.parametrize(
    ("written", "column", "wrong"),
    [
        (("", "Cát Thắng", "Quy Nhơn", ""), "commune", '"Cát Thắng"'),
        (("", "Nhơn Bìn", "", ""), "commune", '"Nhơn Bìn"'),
        (("", "Nhơn Bình", "Quy Nhon 2", ""), "district", '"Quy Nhon 2"'),
        (("", "Nhơn Bình", "", "Gia Lai"), "province", '"Gia Lai"'),
        (("99999", "", "", ""), "code", '"99999"'),
        (("21550", "Nhơn Phú", "", ""), "commune", '"Nhơn Phú"'),
    ],
)
def test_what_is_not_found_is_named(
    written: tuple[str, str, str, str], column: str, wrong: str
) -> None:
    with pytest.raises(NotFound) as missed:
        BINH_DINH.commune(*written)
    assert (missed.value.column, missed.value.wrong) == (column, wrong)


def test_an_ambiguous_name_names_its_communes() -> None:
    known = territory.load("2022")
    names = [plain(c.name) for c in known.communes_of(province="52")]
    name = next(name for name in names if names.count(name) > 1)
    with pytest.raises(NotFound, match="communes: ") as missed:
        BINH_DINH.commune("", name, "", "")
    assert "(Huyện " in missed.value.wrong or "(Thị xã " in missed.value.wrong
