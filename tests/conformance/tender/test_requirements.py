"""The list of requirements as departments write it, and everything that is wrong in one."""

import csv
import io
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.tender.requirements import MAX_REQUIREMENTS, Requirement, read
from scenarios.problems import BadInput

KNOWN = ("TT39-C7", "PROFILE-CANCEL", "PROFILE-EMG-AT-ONCE")
HEAD = "STT,Yêu cầu,Bắt buộc/Khuyến khích,Điều khoản\n"


def parsed(text):
    return read("requirements.csv", text.encode(), KNOWN)


def problems(text):
    with pytest.raises(BadInput) as caught:
        parsed(text)
    return [str(each) for each in caught.value.problems]


def test_a_list():
    found = parsed(HEAD + '1,"Nối lại, tự động",Bắt buộc,TT39-C7\n2.b,Hủy được,khuyến khích,\n')
    assert found.requirements == (
        Requirement(2, "1", "Nối lại, tự động", "mandatory", ("TT39-C7",)),
        Requirement(3, "2.b", "Hủy được", "encouraged", ()),
    )


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_headings_in_any_order_below_titles_parted_by_anything(delimiter, mark):
    rows = (
        ("UBND TỈNH …", "", "", "", ""),
        ("Ghi chú", "Mã điều khoản", "NỘI DUNG YÊU CẦU", "Mức độ", "TT", "Đơn giá"),
        (
            "x",
            "TT39-C7, PROFILE-CANCEL; TT39-C7",
            "một, hai, ba, bốn, năm, sáu",
            "BẮT BUỘC",
            "1",
            "5",
        ),
    )
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    found = parsed(mark + text.getvalue())
    (only,) = found.requirements
    assert only.clauses == ("TT39-C7", "PROFILE-CANCEL")
    assert (only.number, only.level) == ("1", "mandatory")
    assert found.unread == ("Đơn giá",)


def test_every_wrong_row_is_named():
    wrong = HEAD + (
        "1,Có,bắt buộc,TT39-C7X\n1,Có,bắt buộc,\n,Có,bắt buộc,\n3,,bắt buộc,\n4,Có,nên,\n"
        "1,Hai,bắt buộc,\n"
    )
    assert problems(wrong) == [
        'requirements.csv:2: clauses: is "TT39-C7X", expected the id of a clause '
        '(did you mean "TT39-C7"?)',
        "requirements.csv:4: number: is nothing, expected its number, of at most 20 characters",
        "requirements.csv:5: text: is nothing, expected what is required",
        'requirements.csv:6: level: is "nên", expected bắt buộc or khuyến khích',
        'requirements.csv:7: number: is "1", that of row 3, expected each number once',
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "header: is without STT and Yêu cầu and Bắt buộc/Khuyến khích"),
        (
            "STT,Yêu cầu\n1,x\n",
            "header: is without Bắt buộc/Khuyến khích, expected a row of headings: STT, "
            "Yêu cầu, Bắt buộc/Khuyến khích, Điều khoản",
        ),
        ("STT,Yêu cầu,Mức độ\n1,Có, và có,bắt buộc\n", "; a text with commas stands within quotes"),
        (HEAD, "is of 0 requirements, expected 1 to 500"),
        (HEAD + f"1,{'x' * 1001},bắt buộc,\n", "is a row with a long cell"),
        (
            HEAD + f'1,x,bắt buộc,"{"TT39-C7-" * 3}, {" ".join(f"a{n}" for n in range(21))}"\n',
            "22 ids",
        ),
        (HEAD + '1,"x,bắt buộc,\n', "is not CSV"),
        (
            HEAD + "".join(f"{n},x,bắt buộc,\n" for n in range(MAX_REQUIREMENTS + 1)),
            "is of 501 requirements",
        ),
        ("x" * ((1 << 20) + 1), "is of 1,048,577 bytes"),
    ],
)
def test_what_is_no_list_is_one_line(text, said):
    (only,) = problems(text)
    assert said in only
    assert "\n" not in only


def test_what_is_no_text():
    with pytest.raises(BadInput, match="is the byte 0xff, expected UTF-8 text"):
        read("r.csv", b"\xff\xfe\x00", KNOWN)


CELLS = st.text(st.characters(exclude_categories=("Cs",)), max_size=60)


@given(st.binary(max_size=400) | CELLS.map(str.encode))
def test_anything_is_a_list_or_is_refused(source):
    with suppress(BadInput):  # and nothing else is raised
        assert read("r.csv", HEAD.encode() + source, KNOWN).requirements


@given(
    st.lists(
        st.tuples(
            CELLS.filter(
                lambda text: any(letter.isascii() and letter.isalpha() for letter in text)
            ),
            st.sampled_from(["Bắt buộc", "KHUYẾN KHÍCH"]),
            st.lists(st.sampled_from(KNOWN), unique=True),
        ),
        min_size=1,
        max_size=6,
    ),
    st.sampled_from([",", ";", "\t"]),
)
def test_what_a_spreadsheet_writes_is_read(rows, delimiter):
    text = io.StringIO(newline="")
    table = csv.writer(text, delimiter=delimiter)
    table.writerow(("STT", "Yêu cầu", "Mức độ", "Điều khoản"))
    for number, (what, level, clauses) in enumerate(rows, 1):
        table.writerow((number, what, level, ", ".join(clauses)))
    found = read("r.csv", text.getvalue().encode(), KNOWN).requirements
    assert [(each.text, each.clauses) for each in found] == [
        (" ".join(what.split()), tuple(clauses)) for what, _, clauses in rows
    ]
