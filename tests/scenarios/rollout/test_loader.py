import io
from contextlib import suppress
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios import loader as files
from scenarios.problems import BadInput
from scenarios.rollout import loader
from scenarios.rollout.plan import Plan, Uncertain
from scenarios.scenario import Text
from scenarios.sourced import Basis

PLAN = """\
ttcs: 1
rollout: {from: 2022, to: 2023}
title: {vi: "Thử", en: "Trial"}
era: "2022"
seed: 5
territory: {province: "52"}
stock: {generate: {figures: end-2022}}
has: {source_system: true, big_boards: ["540"]}
money:
  - id: a
    title: {vi: "A", en: "A"}
    pays: [station, board]
    where: {district: "540"}
    amounts: [5bn, 4.5bn]
    cut: {uniform: [0%, 10%], each: year, mark: I, source: "s"}
    mark: V
    source: "plan"
  - id: b
    title: {vi: "B", en: "B"}
    pays: [big-board]
    amounts: [450 triệu, "1,5 tỷ"]
    carries_over: true
    mark: P
    source: "plan"
prices:
  cluster: {triangular: [24M, 36M, 50M], each: year, mark: V, source: "s"}
  head_end: {fixed: 30M, mark: assumed, source: "s"}
  converter: {spread: [8M, 12M], each: work, mark: V, source: "s"}
  board: {fixed: 100M, mark: V, source: "s"}
  big_board: {fixed: 600M, mark: V, source: "s"}
  source_system: {fixed: 5bn, mark: V, source: "s"}
running: {sim: 600k, power: 0VND, upkeep: 1.5M, mark: V, source: "s"}
delivery:
  crews: 6
  mark: V
  source: "s"
  procurement: {spread: [90d, 200d], each: year, mark: V, source: "s"}
  lead: {fixed: 30d, mark: V, source: "s"}
  install_cluster: {fixed: 1d, mark: V, source: "s"}
  install_other: {fixed: 2d, mark: V, source: "s"}
failures:
  good: {fixed: 2%, mark: V, source: "s"}
  degraded: {spread: [10%, 20%], each: plan, mark: V, source: "s"}
rules:
  {yearly: 25%, no_district_transmission: true, kinds: [station, big-board], mark: V, source: "s"}
counted: {websites: [50, 120], mark: V, source: "s"}
documents: [plan-binh-dinh]
"""


def loaded(text: str, folder: Path = Path()) -> Plan:
    return loader.parse(str(folder / "p.yaml"), text.encode()).plan


def lines(text: str, folder: Path = Path()) -> list[str]:
    with pytest.raises(BadInput) as bad:
        loaded(text, folder)
    return [str(problem) for problem in bad.value.problems]


def changed(old: str, new: str) -> str:
    assert PLAN.count(old) == 1
    return PLAN.replace(old, new)


def test_a_plan_says_what_it_says() -> None:
    plan = loaded(PLAN)
    assert (list(plan.years), plan.provinces, plan.era) == ([2022, 2023], ("52",), "2022")
    assert len(plan.communes) == len(plan.stations) == 159
    assert (plan.big_boards, plan.source_system_done) == (frozenset({"540"}), True)
    first, second = plan.sources
    assert first.amounts_vnd == (5_000_000_000, 4_500_000_000)
    assert second.amounts_vnd == (450_000_000, 1_500_000_000)
    assert first.cut == Uncertain("uniform", (0, 100_000), "year", Basis("I", "s"))
    assert first.provinces == ("52",)
    assert first.communes is not None
    assert len(first.communes) == 21
    assert (second.provinces, second.communes, second.carries_over) == ((), None, True)
    assert plan.prices.converter == Uncertain(
        "spread", (8_000_000, 12_000_000), "work", Basis("V", "s")
    )
    assert plan.prices.head_end.each == "plan"
    assert (plan.running.sim, plan.running.power, plan.running.upkeep) == (600_000, 0, 1_500_000)
    assert plan.delivery.procurement.points == (90, 200)
    assert plan.failures.degraded.points == (100_000, 200_000)
    assert (plan.rules.yearly_per_million, plan.rules.base) == (250_000, "first-stock")
    assert (plan.rules.paced, plan.rules.depreciation_years, plan.rules.joins) == (False, 5, False)
    assert (plan.counted.websites, plan.counted.staff_trained) == ((50, 120), None)
    assert (plan.profile, plan.link_urban, plan.link_rural) == ("speaker-reference", "fibre", "4g")
    generated, assumed = plan.notes
    assert "not reported by anybody" in generated.en
    assert assumed == Text(
        "Số liệu giả định, không có nguồn: giá thiết bị trung tâm.",
        "Assumed, without a source: price of a head-end.",
    )


MONEY = "an amount of money with its unit, such as 36M, 1.5bn, 450 triệu or 1,5 tỷ"
NINETY = "kinds: {none: 10%, wired: 10%, fm-low: 10%, fm-high: 10%, ip: 50%, mark: V, source: s}"
WHOLE = "a P90 and P50 of which 2 x P90 - P50, the most, is at most 100%"

ERRORS = [
    ("to: 2023", "to: 2021", "rollout.to: is the number 2021, expected a year from 2022 to 2051"),
    (
        "[5bn, 4.5bn]",
        "[5bn]",
        "money[0].amounts: is a list of 1, expected one for each of the plan's 2 years",
    ),
    ("4.5bn", '"4,5bn"', f'money[0].amounts[1]: is "4,5bn", expected {MONEY}'),
    ("4.5bn", "45", f"money[0].amounts[1]: is the number 45, expected {MONEY}"),
    (
        "pays: [big-board]",
        "pays: [district-transmission]",
        'money[1].pays[0]: is "district-transmission", expected no money for it: '
        "rules.no_district_transmission forbids it",
    ),
    ("id: b", "id: a", 'money[1].id: is "a" again, expected each name once'),
    (
        'where: {district: "540"}',
        'where: {district: "001"}',
        'money[0].where.district: is "001" (Ba Đình), which lies outside, '
        "expected a place inside the scenario's territory",
    ),
    (
        "[24M, 36M, 50M]",
        "[24M, 60M, 50M]",
        "prices.cluster.triangular: is a list that falls, expected the smaller before the larger",
    ),
    (
        "[24M, 36M, 50M]",
        "[24M, 36M]",
        "prices.cluster.triangular: is a list, "
        "expected a list of three: the lowest, the likely and the highest",
    ),
    (
        "{fixed: 100M,",
        "{fixed: 100M, uniform: [1M, 2M],",
        "prices.board.uniform: is a second form, expected fixed, or uniform, not both",
    ),
    (
        "{fixed: 100M, ",
        "{",
        "prices.board: is without a value, expected one of fixed, uniform, triangular, spread",
    ),
    (
        "[8M, 12M], each: work",
        "[8M, 12M]",
        "prices.converter.each: is missing, expected what a draw is of: plan or year or work",
    ),
    (
        "[90d, 200d], each: year",
        "[90d, 200d], each: work",
        'delivery.procurement.each: is "work", expected plan or year',
    ),
    (
        "[90d, 200d]",
        "[90d, 2h]",
        'delivery.procurement.spread[1]: is "2h", expected a time in whole days, such as 45d',
    ),
    (
        "[90d, 200d]",
        "[90d, 9000d]",
        'delivery.procurement.spread[1]: is "9000d", '
        "expected a time in whole days, such as 45d, of at most 3660d",
    ),
    (
        "[10%, 20%]",
        "[10%, 80%]",
        f"failures.degraded.spread: is more than the whole at its most, expected {WHOLE}",
    ),
    (
        "kinds: [station, big-board]",
        "kinds: [station, station]",
        'rules.kinds[1]: is "station" again, expected each name once',
    ),
    (
        "websites: [50, 120]",
        "websites: [50]",
        "counted.websites: is a list of 1, expected one for each of the plan's 2 years",
    ),
    (
        'big_boards: ["540"]',
        'big_boards: ["001"]',
        'has.big_boards[0]: is "001", expected the code of a district of the plan, era 2022',
    ),
    (
        "figures: end-2022",
        "figures: end-2021",
        'stock.generate.figures: is "end-2021", '
        "expected the name of national figures: end-2022, end-2023 or end-2025",
    ),
    (
        "figures: end-2022",
        f"figures: end-2022, {NINETY}",
        "stock.generate.kinds: is 90% in all, expected shares that make 100%",
    ),
    (
        "{generate: {figures: end-2022}}",
        "{file: ../s.csv}",
        'stock.file: is "../s.csv", expected the name of a .csv or .xlsx file beside the plan',
    ),
    (
        "documents: [plan-binh-dinh]",
        "devices: {profile: board-a}",
        'devices.profile: is "board-a", expected a profile of kind ip-speaker',
    ),
    (
        "documents: [plan-binh-dinh]",
        "devices: {link_rural: 5g}",
        'devices.link_rural: is "5g", expected a link class: one of',
    ),
    (
        "    mark: P\n",
        "",
        "money[1].mark: is missing, expected a source: a mapping with id",
    ),
    ("seed: 5", "seeds: 5", "seeds: is an unknown field, expected one of ttcs, rollout"),
]


@pytest.mark.parametrize(("old", "new", "line"), ERRORS, ids=[line[:50] for *_, line in ERRORS])
def test_an_error_is_one_line_with_its_place(old: str, new: str, line: str) -> None:
    (found,) = lines(changed(old, new))
    place, _, rest = found.partition(": ")
    number = PLAN.partition(old)[0].count("\n") + 1
    assert rest.startswith(line)
    assert not new or place.startswith(f"p.yaml:{number}:")


def test_a_stock_that_is_not_there_is_named() -> None:
    (found,) = lines(changed("{generate: {figures: end-2022}}", "{file: no.csv}"))
    assert found == "no.csv: is not readable: No such file or directory, expected a file"


def test_all_errors_are_told_in_order() -> None:
    text = changed("4.5bn", "4.5").replace("crews: 6", "crews: 0").replace("25%", "25")
    assert [line.split(": ")[1] for line in lines(text)] == [
        "money[0].amounts[1]",
        "delivery.crews",
        "rules.yearly",
    ]


def test_money_for_district_transmission_is_left_out_where_no_rule_forbids_it() -> None:
    text = changed("pays: [big-board]", "pays: [big-board, district-transmission]")
    read = loader.parse("p.yaml", text.replace("no_district_transmission: true, ", "").encode())
    assert read.plan.sources[1].pays == ("big-board",)
    assert "left out" in str(read.warnings[0])


def test_the_stock_stands_beside_the_plan(tmp_path: Path) -> None:
    text = changed("stock: {", "stock: {file: s.csv, ")
    table = "Xã,Huyện,Loại đài,Số thôn\nNhơn Bình,Quy Nhơn,IP,9\n"
    (tmp_path / "s.csv").write_text(table, "utf-8")
    read = loader.parse(str(tmp_path / "p.yaml"), text.encode())
    assert read.stock_source == table.encode()
    (station,) = [station for station in read.plan.stations if not station.generated]
    assert (station.id, station.villages) == ("21550", 9)
    (tmp_path / "s.csv").write_text(table.replace("IP", "loa"), "utf-8")
    (wrong,) = lines(text, tmp_path)
    assert wrong.startswith(f'{tmp_path}/s.csv:2:3: Loại đài: is "loa", expected one of Chưa có')
    (tmp_path / "s.csv").write_text("a,b\n", "utf-8")
    (wrong,) = lines(text, tmp_path)
    assert "s.csv: is without a row of headings, expected at least" in wrong


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("Xã,Loại đài\n", "utf-8")
    (tmp_path / "s.csv").symlink_to(tmp_path / "other.csv")
    (wrong,) = lines(changed("stock: {", "stock: {file: s.csv, "), tmp_path)
    assert "s.csv: is a link, expected a file of its own" in wrong


def test_one_sheet_of_a_spreadsheet_is_chosen(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for name, villages in (("2021", 8), ("2022", 9)):
        sheet = book.create_sheet(name)
        sheet.append(["Biểu hiện trạng"])
        sheet.merge_cells("A1:D1")
        sheet.append(["Mã xã", "Loại đài", "Số thôn"])
        sheet.append([21550, "IP", villages])
    file = io.BytesIO()
    book.save(file)
    (tmp_path / "s.xlsx").write_bytes(file.getvalue())
    text = changed("stock: {", "stock: {file: s.xlsx, ")
    (wrong,) = lines(text, tmp_path)
    assert "is of 2 sheets with stations: 2021, 2022, expected stock.sheet in the plan" in wrong
    plan = loaded(text.replace("s.xlsx, ", 's.xlsx, sheet: "2022", '), tmp_path)
    assert next(s for s in plan.stations if s.id == "21550").villages == 9
    (wrong,) = lines(text.replace("s.xlsx, ", 's.xlsx, sheet: "2023", '), tmp_path)
    assert 'is without a row of headings on sheet "2023"' in wrong


def test_own_shares_and_households() -> None:
    shares = "kinds: {none: 0%, wired: 10%, fm-low: 85%, fm-high: 0%, ip: 5%, mark: V, source: s}"
    text = changed("figures: end-2022", f"figures: end-2022, {shares}").replace(
        "counted:", "households: {otherwise: 900, mark: assumed, source: s}\ncounted:"
    )
    plan = loaded(text)
    assert {station.kind for station in plan.stations} == {"wired", "fm-low", "ip"}
    assert {commune.households for commune in plan.communes.values()} == {900}
    assert "the plan's own" in plan.notes[0].en
    assert "households" in plan.notes[1].en


def test_a_plan_is_no_scenario(tmp_path: Path) -> None:
    assert files.is_plan(PLAN.encode())
    assert not files.is_plan(files.find("ci-smoke").read_bytes())
    with pytest.raises(BadInput) as bad:
        files.parse("p.yaml", PLAN.encode())
    assert [str(problem) for problem in bad.value.problems] == [
        "p.yaml:2:1: rollout: is a rollout plan, expected a scenario: `ttcs plan` computes plans"
    ]


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_whatever_is_broken_is_bad_input(data: st.DataObject) -> None:
    """Pieces of the file cut out or put in: bad input, or a plan, and no other error."""
    begin = data.draw(st.integers(0, len(PLAN)))
    end = data.draw(st.integers(begin, min(len(PLAN), begin + 40)))
    piece = data.draw(
        st.sampled_from(["", "0", "{}", "[]", "null", "x", "1e9", ": ", "-5bn", "💥"])
    )
    with suppress(BadInput):
        loader.parse("p.yaml", (PLAN[:begin] + piece + PLAN[end:]).encode())
