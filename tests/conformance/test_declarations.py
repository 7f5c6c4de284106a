"""A table of declared figures: what it may say, and every wrong row by its line."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance import declarations, targets
from scenarios.problems import BadInput
from simulator.measurement import Measurement

HEADER = "target,count,of,value,unit,date,evidence\n"


def parsed(rows):
    return declarations.parse("d.csv", (HEADER + rows).encode())


def told(text):
    with pytest.raises(BadInput) as error:
        declarations.parse("d.csv", text if isinstance(text, bytes) else text.encode())
    return [str(problem) for problem in error.value.problems]


def test_a_table(tmp_path):
    file = tmp_path / "d.csv"
    rows = (
        'BD-WEB-COMMUNE-70,83,116,,,2025-12-31,"báo cáo 12/BC-STTTT,\ntrang 3"\r\n'
        "\r\n"
        "BD-STAFF-100,,,98.5,%,2024-06-30,https://example.vn/dao-tao\n"
        "BD-CONVERT-100,,,100%,,2025-12-31,\n"
        "BD-HTTTN-2023,,,,,2023-11-20,biên bản nghiệm thu"
    )
    file.write_bytes(b"\xef\xbb\xbf" + (HEADER + rows).encode())
    figures = {
        "BD-WEB-COMMUNE-70": Measurement(Fraction(83, 116), "share", 116),
        "BD-STAFF-100": Measurement(Fraction(197, 200), "share", 1),
        "BD-CONVERT-100": Measurement(Fraction(1), "share", 1),
        "BD-HTTTN-2023": None,
    }
    read = declarations.read(file)
    assert {name: one.figure for name, one in read.items()} == figures
    assert read["BD-WEB-COMMUNE-70"].evidence == "báo cáo 12/BC-STTTT,\ntrang 3"
    assert read["BD-CONVERT-100"].evidence == ""
    assert read["BD-HTTTN-2023"].day == date(2023, 11, 20)


def test_a_table_without_rows():
    assert parsed("") == parsed("\n\n") == {}


WHOLE = "expected a whole number from 0 to 999999999"
PERCENTAGE = "expected a percentage from 0% to 100%, such as 99.5%, of at most four decimals"
EITHER = "expected either count and of, or value and unit"
DAY = "expected a day such as 2025-12-31"


@pytest.mark.parametrize(
    ("row", "line"),
    [
        ("BD-STAFF-10,1,1,,,2025-12-31,e",
         'target: is "BD-STAFF-10", expected the id of a target (did you mean "BD-STAFF-100"?)'),
        (" BD-STAFF-100,1,1,,,2025-12-31,e",
         'target: is " BD-STAFF-100", expected the id of a target '
         '(did you mean "BD-STAFF-100"?)'),
        ("PROFILE-T4-P95,,,3,s,2025-12-31,e",
         'target: is "PROFILE-T4-P95", expected a target that a declaration can show'),
        ("QB-EMERGENCY-100,1,1,,,2025-12-31,e",
         'target: is "QB-EMERGENCY-100", expected a target that a declaration can show'),
        ("BD-STAFF-100,1,1,2025-12-31,e",
         "is of 5 columns, expected 7: target, count, of, value, unit, date, evidence"),
        ("BD-STAFF-100,1,1,,,2025-12-31,e,",
         "is of 8 columns, expected 7: target, count, of, value, unit, date, evidence"),
        ("BD-STAFF-100,-1,1,,,2025-12-31,e", f'count: is "-1", {WHOLE}'),
        ("BD-STAFF-100,1.0,1,,,2025-12-31,e", f'count: is "1.0", {WHOLE}'),
        ("BD-STAFF-100,١,1,,,2025-12-31,e", f'count: is "١", {WHOLE}'),
        ("BD-STAFF-100,1,1234567890,,,2025-12-31,e", f'of: is "1234567890", {WHOLE}'),
        ("BD-STAFF-100,3,2,,,2025-12-31,e",
         'of: is "2", expected at least the count, and at least 1'),
        ("BD-STAFF-100,0,0,,,2025-12-31,e",
         'of: is "0", expected at least the count, and at least 1'),
        ("BD-STAFF-100,1,,,,2025-12-31,e", f"figure: is count, {EITHER}"),
        ("BD-STAFF-100,,,,,2025-12-31,e", f"figure: is nothing, {EITHER}"),
        ("BD-STAFF-100,1,1,100,%,2025-12-31,e", f"figure: is count, of, value, unit, {EITHER}"),
        ("BD-STAFF-100,,,98,,2025-12-31,e", f'value: is "98", {PERCENTAGE}'),
        ('BD-STAFF-100,,,"98,5",%,2025-12-31,e', f'value: is "98,5%", {PERCENTAGE}'),
        ("BD-STAFF-100,,,101,%,2025-12-31,e", f'value: is "101%", {PERCENTAGE}'),
        ("BD-STAFF-100,,,3,s,2025-12-31,e", f'value: is "3s", {PERCENTAGE}'),
        ("BD-GENERAL,1,1,,,2025-12-31,e",
         'count: is "1", expected nothing: the document gives no figure for BD-GENERAL'),
        ("BD-STAFF-100,1,1,,,,e", f'date: is "", {DAY}'),
        ("BD-STAFF-100,1,1,,,31/12/2025,e", f'date: is "31/12/2025", {DAY}'),
        ("BD-STAFF-100,1,1,,,2025-02-29,e", f'date: is "2025-02-29", {DAY}'),
        ("BD-STAFF-100,1,1,,,20251231,e", f'date: is "20251231", {DAY}'),
        (f"BD-STAFF-100,1,1,,,2025-12-31,{'e' * 2_001}",
         "evidence: is of 2,001 characters, expected at most 2,000"),
    ],
)  # fmt: skip
def test_a_row_that_is_wrong(row, line):
    assert told(f"{HEADER}\n{row}\nBD-TTS,,,,,2025-01-01,e\n") == [f"d.csv:3: {line}"]


def test_every_wrong_row_is_named():
    rows = (
        "BD-STAFF-100,1,1,,,2025-12-31,e\n"
        'BD-GENERAL,,,,,2025-12-31,"two\nlines"\n'
        "BD-STAFF-100,1,1,,,2025-12-31,e\n"
        "BD-DEPT-100,1,1,,,never,e\n"
        "BD-DEPT-100,1,1,,,2025-12-31,e\n"
    )
    assert told(HEADER + rows) == [
        'd.csv:5: target: is "BD-STAFF-100", the target of line 2, expected each target once',
        f'd.csv:6: date: is "never", {DAY}',
        'd.csv:7: target: is "BD-DEPT-100", the target of line 6, expected each target once',
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 'd.csv:1: is "", expected the header target,count,of,value,unit,date,evidence'),
        ("target,value\n", 'd.csv:1: is "target,value", expected the header '
         "target,count,of,value,unit,date,evidence"),
        (HEADER + 'BD-STAFF-100,1,1,,,2025-12-31,"e',
         "d.csv:2: is not CSV (unexpected end of data), expected a row"),
        (HEADER + '\nBD-STAFF-100,1,1,,,2025-12-31,"e"e',
         "d.csv:3: is not CSV (',' expected after '\"'), expected a row"),
        (b"target\xff", "d.csv:1:7: is the byte 0xff, expected UTF-8 text, as a spreadsheet saves "
         "it by `CSV UTF-8`"),
        (HEADER + "x\n" * 1_001, "d.csv:1002: is one row too many, expected at most 1,000 rows"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_table(text, line):
    assert told(text) == [line]


def test_a_file_that_is_too_long_or_missing(tmp_path):
    file = tmp_path / "d.csv"
    with pytest.raises(BadInput, match="not readable"):
        declarations.read(file)
    file.write_bytes(b"x" * (declarations.MAX_BYTES + 1))
    with pytest.raises(BadInput, match=r"longer than 1,048,576 bytes"):
        declarations.read(file)


CELLS = st.sampled_from(["", "1", "2", "%", "98.5", '"', "2025-12-31", "e", "\n", "\r", "\0"])
ROWS = st.lists(st.lists(CELLS | st.sampled_from(targets.names()), max_size=8).map(",".join))


@given(ROWS.map("\n".join) | st.text())
def test_any_text_is_a_table_or_says_why_not_in_single_lines(rows):
    try:
        said = list(parsed(rows))
    except BadInput as error:
        said = [str(problem) for problem in error.problems]
    assert all("\n" not in text for text in said)


@given(st.integers(1, 10**9 - 1).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_a_share_is_exact(share):
    count, of = share
    one = parsed(f"BD-STAFF-100,{count},{of},,,2025-12-31,e")["BD-STAFF-100"]
    assert one.figure == Measurement(Fraction(count, of), "share", of)
