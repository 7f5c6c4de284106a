import csv
import io
from datetime import datetime

import pytest

from reference_system.services.acting import looking
from reference_system.services.administration import yearly_report
from reference_system.services.refusals import Conflict, Forbidden, Invalid, Missing
from reference_system.services.units import Unit

BINH_DINH, AN_LAO = Unit("province", "52"), Unit("district", "542")
AN_HUNG = Unit("commune", "21613")


def ms(text):
    return round(datetime.fromisoformat(text).timestamp() * 1000)


@pytest.fixture
def december(clock):
    clock.ms = ms("2022-12-10T08:00:00+07:00")
    return clock


def test_the_default_period_is_the_year_to_the_day_of_the_report(person, act, december):
    with act(person("binh")) as doing:
        row = yearly_report.make(doing, 2022)
    assert (row.since_ms, row.until_ms) == (ms("2022-01-01T00:00:00+07:00"), december.ms)
    assert "từ 00:00:00 ngày 01/01/2022" in row.html
    assert "chưa có văn bản nào" in row.html


def test_a_chosen_period(person, act, december):
    since, until = ms("2021-12-15T00:00:00+07:00"), ms("2022-12-10T00:00:00+07:00")
    with act(person("binh")) as doing:
        row = yearly_report.make(doing, 2022, since, until)
        assert (row.since_ms, row.until_ms) == (since, until)
    with pytest.raises(Invalid, match="not-over"), act(person("chau")) as doing:
        yearly_report.make(doing, 2022, since, december.ms + 1)


def test_every_commune_has_a_line_and_the_lines_add_up(
    system, person, act, december, approved, speakers
):
    speakers("21613", 3, presence="online")
    speakers("21640", 2, presence="lost")
    approved("a")
    december.advance(1)
    with act(person("binh")) as doing:
        row = yearly_report.make(doing, 2022)
    lines = list(csv.DictReader(io.StringIO(row.csv)))
    *units, total = lines
    assert len([each for each in units if each["Cấp"] == "commune"]) == 159
    numbers = [column.vi for column in yearly_report.COLUMNS]
    for name in numbers:
        assert int(total[name]) == sum(int(each[name]) for each in units)
    assert (total["Thiết bị"], total["Đang nối mạng"], total["Mất liên lạc"]) == ("5", "3", "2")
    assert (total["Bản tin"], total["Bản tin đã duyệt"]) == ("1", "1")
    assert row.html.count("<tr") == len(lines) + 1


def test_frozen_once_submitted(system, person, act, december, speakers):
    lao, above = person("lao", AN_LAO), person("binh")
    with act(lao) as doing:
        first = yearly_report.make(doing, 2022).sha256
    speakers("21613")
    with act(lao) as doing:
        row = yearly_report.make(doing, 2022)
    assert row.sha256 != first
    with looking(system, above) as doing, pytest.raises(Missing):
        yearly_report.shown(doing, row.id)
    with pytest.raises(Conflict, match="report-changed"), act(lao) as doing:
        yearly_report.submit(doing, row.id, first)
    for _ in range(2):
        with act(lao) as doing:
            yearly_report.submit(doing, row.id, row.sha256)
    with pytest.raises(Conflict, match="report-submitted"), act(lao) as doing:
        yearly_report.make(doing, 2022)
    with looking(system, above) as doing:
        seen = yearly_report.shown(doing, row.id)
        assert yearly_report.seal(seen.csv, seen.html) == row.sha256
        assert [each.id for each in yearly_report.listed(doing).items] == [row.id]
    with looking(system, person("an", AN_HUNG)) as doing, pytest.raises(Missing):
        yearly_report.shown(doing, row.id)


def test_a_report_is_submitted_by_who_may_and_by_its_own_unit(person, act, december):
    lao = person("lao", AN_LAO)
    with act(lao) as doing:
        row = yearly_report.make(doing, 2022)
        yearly_report.submit(doing, row.id, row.sha256)
    with pytest.raises(Missing), act(person("binh")) as doing:
        yearly_report.submit(doing, row.id, row.sha256)
    with pytest.raises(Forbidden), act(person("tam", AN_LAO, "operate")) as doing:
        yearly_report.submit(doing, row.id, row.sha256)


def test_the_seal_tells_where_one_file_ends():
    assert yearly_report.seal("ab", "c") != yearly_report.seal("a", "bc")
