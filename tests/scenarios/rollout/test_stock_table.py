import pytest

from scenarios import territory
from scenarios.problems import BadInput, Problem
from scenarios.rollout import national
from scenarios.rollout.gazetteer import Gazetteer
from scenarios.rollout.generator import Generator
from scenarios.rollout.stock import Stock
from scenarios.rollout.stock_table import MAX_TOLD, StockTable
from scenarios.rollout.table import from_csv

AN_LAO = tuple(c.code for c in territory.load("2022").communes_of(district="542"))
THREE = ("21550", "21553", "21609")

HEAD = (
    "Huyện,Xã/phường/thị trấn,Loại đài,Năm đầu tư,Tình trạng,Số cụm loa,Số thôn,Số thôn phủ,"
    "Địa hình,Số hộ,Bảng tin điện tử,Trang TTĐT,Cán bộ,Đã tập huấn\n"
)
SOUND = (
    HEAD
    + "TP Quy Nhơn,Phường Nhơn Bình,Không dây FM 54-68 MHz,2014,Xuống cấp,12,7,5,Đồng bằng,4.210,"
    "không,có,2,1\n"
    ",Nhơn Phú,Truyền thanh thông minh/IP,2021,Tốt,14,8,8,Đồng bằng,5.020,có,có,1,1\n"
    "An Lão,TT An Lão,Chưa có,,,9,5,,Miền núi,1.120,không,không,1,0\n"
)


def read(
    text: str,
    communes: tuple[str, ...] = THREE,
    era: str = "2022",
    *,
    generate: bool = False,
    households: int | None = None,
) -> tuple[Stock, list[Problem]]:
    province = territory.load(era).communes[communes[0]].province
    gazetteer = Gazetteer(era, [province])
    reader = StockTable("s.csv", era, communes, gazetteer, 2022, households)
    generator = None
    if generate:
        generator = Generator(era, 7, 2022, national.load("end-2022"), None)
    return reader.read(from_csv("s.csv", text.encode()), generator), reader.warnings


def lines(text: str, communes: tuple[str, ...] = THREE, era: str = "2022") -> list[str]:
    with pytest.raises(BadInput) as bad:
        read(text, communes, era)
    return [str(problem) for problem in bad.value.problems]


def test_a_table_of_a_department_by_hand() -> None:
    stock, warnings = read(SOUND)
    assert warnings == []
    assert stock.notes == ()
    binh, phu, lao = stock.stations
    assert (binh.id, binh.kind, binh.since, binh.condition) == ("21550", "fm-low", 2014, "degraded")
    assert (binh.clusters, binh.villages, binh.covered, binh.terrain) == (12, 7, 5, "plain")
    assert (phu.commune, phu.kind, phu.generated) == ("21553", "ip", False)
    assert (lao.kind, lao.since, lao.condition, lao.covered) == ("none", None, "good", 0)
    commune = stock.communes["21550"]
    assert (commune.households, commune.board, commune.website) == (4210, False, True)
    assert (commune.staff, commune.trained, commune.generated) == (2, 1, False)


def test_what_surrounds_the_rows_is_no_row() -> None:
    text = SOUND.replace("TP Quy Nhơn,Phường", "Quy Nhơn,Phường").splitlines()
    text[1:1] = ["(1),(2),(3),(4),(5),(6),(7),(8),(9),(10),(11),(12),(13),(14)"]
    text[0:0] = ["UBND TỈNH BÌNH ĐỊNH", "Biểu số 1: hiện trạng"]
    text.append(",Tổng cộng,,,,35,20,13,,10.350,,,4,2")
    text.append("Người lập biểu")
    stock, warnings = read("\n".join(text))
    assert stock == read(SOUND)[0]
    (warning,) = warnings
    assert str(warning) == (
        's.csv:9: warning: is a row with "Người lập biểu" alone, and not read, '
        "expected rows of stations"
    )


def test_the_district_may_head_a_group_of_rows() -> None:
    head, binh, phu, lao = SOUND.replace("TP Quy Nhơn", "").replace("An Lão,TT", ",TT").splitlines()
    text = "\n".join([head, "Thành phố Quy Nhơn", binh, phu, "Huyện An Lão", lao])
    assert read(text)[0] == read(SOUND)[0]


def test_every_wrong_row_is_named() -> None:
    text = (
        SOUND.replace("Nhơn Bình", "Nhơn Bìn")
        .replace("Truyền thanh thông minh/IP,2021,Tốt", "loa tay,2031,khá")
        .replace("14,8,8", "14,8,9")
        .replace("không,1,0", "có thể,1,2")
        .replace("9,5,,", "0,,5,")
    )
    assert lines(text)[0] == (
        's.csv:2:2: Xã/phường/thị trấn: is "Phường Nhơn Bìn", expected the name of a commune of '
        'the district "TP Quy Nhơn" in era 2022 (did you mean "Nhơn Bình"?)'
    )
    assert [line.split(", expected")[0] for line in lines(text)] == [
        's.csv:2:2: Xã/phường/thị trấn: is "Phường Nhơn Bìn"',
        's.csv:3:3: Loại đài: is "loa tay"',
        's.csv:3:4: Năm đầu tư: is "2031"',
        's.csv:3:5: Tình trạng: is "khá"',
        "s.csv:3:8: Số thôn phủ: is the number 9",
        's.csv:4:6: Số cụm loa: is "0"',
        "s.csv:4:7: Số thôn: is empty",
        "s.csv:4:8: Số thôn phủ: is the number 5",
        's.csv:4:12: Trang TTĐT: is "có thể"',
        "s.csv:4:14: Đã tập huấn: is the number 2",
    ]


def test_a_commune_without_a_row_is_named() -> None:
    first, second, *_ = SOUND.splitlines()
    assert lines("\n".join([first, second]), THREE[:2]) == [
        "s.csv: is without a row of 21553 (Phường Nhơn Phú), expected a row for each commune, "
        '"Chưa có" where it has no station (or stock.generate in the plan)'
    ]


def test_only_so_many_are_listed_and_the_others_counted() -> None:
    rows = "".join(f",Không có xã {n},IP,2021,Tốt,9,5,5,Miền núi,9,có,có,1,1\n" for n in range(150))
    found = lines(HEAD + rows, AN_LAO)
    assert len(found) == MAX_TOLD + 1
    assert found[-1] == (
        f"s.csv: is wrong in {150 - MAX_TOLD} more places, which are not listed, "
        "expected a sound table"
    )


def test_a_commune_again_and_a_column_again() -> None:
    again = SOUND + "Quy Nhơn,Nhơn Phú,IP,2021,Tốt,14,8,8,Đồng bằng,1,có,có,1,1\n"
    assert lines(again) == [
        "s.csv:5:2: Xã/phường/thị trấn: is the commune of row 3 again, "
        "expected each commune once, or an id for each of its stations"
    ]
    twice = SOUND.replace("Đã tập huấn", "Đã tập huấn,Số hộ dân")
    assert lines(twice)[0].startswith("s.csv:1:15: Số hộ dân: is a column that is there already")


def test_columns_that_lack_are_named_once() -> None:
    found = lines("Xã,Huyện,Loại đài\nNhơn Bình,Quy Nhơn,IP\nNhơn Phú,,IP\nAn Lão,An Lão,IP\n")
    assert len(found) == 10
    assert found[0] == (
        "s.csv:1: Tình trạng: is missing, "
        "expected a column so headed, or stock.generate in the plan"
    )


def test_what_lacks_is_drawn_and_told() -> None:
    text = "Xã,Huyện,Loại đài,Số thôn phủ\nNhơn Bình,Quy Nhơn,Đài FM,40\nNhơn Phú,,IP,\n"
    stock, _ = read(text, generate=True)
    binh, phu, _ = stock.stations
    assert (binh.kind, binh.covered, binh.since) == ("fm-low", 40, None)
    assert binh.villages >= 40
    assert phu.kind == "ip"
    assert 0 <= phu.covered <= phu.villages
    assert [station.generated for station in stock.stations] == [False, False, True]
    assert all(commune.generated for commune in stock.communes.values())
    filled, missing, fm = stock.notes
    assert (
        "Condition (2), Clusters (2), Villages (2), Terrain (2), Villages covered (1)" in filled.en
    )
    assert missing.en == "1 communes that the stock table does not have are generated."
    assert fm.vi == "1 đài FM không ghi băng tần được coi là 54-68 MHz."
    assert stock == read(text, generate=True)[0]


def test_households_may_be_assumed_for_all() -> None:
    text = SOUND.replace("4.210", "")
    assert lines(text)[0].startswith("s.csv:2:10: Số hộ: is empty")
    stock, _ = read(text, households=900)
    assert [c.households for c in stock.communes.values()] == [900, 5020, 1120]
    assert [c.generated for c in stock.communes.values()] == [True, False, False]


def test_parts_of_a_merged_commune_are_rows_of_it() -> None:
    code = territory.load("2025-07").communes_of(province="52")[0].code
    row = f"{code},IP,2021,Tốt,9,5,5,Miền núi,100,{{}},không,1,1\n"
    fm = f"{code},FM 87-108,2010,Hư hỏng,7,4,2,Miền núi,50,{{}},không,2,0\n"
    head = HEAD.replace("Huyện,Xã/phường/thị trấn", "Mã xã")
    stock, _ = read(head + row.format("không") + fm.format("có"), (code,), "2025-07")
    assert [station.id for station in stock.stations] == [code, f"{code}-2"]
    assert [station.kind for station in stock.stations] == ["ip", "fm-high"]
    commune = stock.communes[code]
    assert (commune.households, commune.board, commune.website) == (150, True, False)
    assert (commune.staff, commune.trained) == (3, 1)


def test_a_code_without_its_leading_zeros_is_known() -> None:
    hanoi = territory.load("2022").communes_of(district="001")[0].code
    text = HEAD.replace("Huyện,Xã/phường/thị trấn", "Mã xã")
    text += f"{int(hanoi)},IP,2021,Tốt,9,5,5,đô thị,100,có,có,1,1\n"
    stock, _ = read(text, (hanoi,))
    assert stock.stations[0].commune == hanoi
