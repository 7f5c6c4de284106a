import io
import zipfile

import pytest

from reference_system.services.acting import looking
from reference_system.services.administration import documents
from reference_system.services.administration.document_files import kind_of, must_not_be_secret
from reference_system.services.administration.documents import Letter
from reference_system.services.refusals import Conflict, Forbidden, Invalid, Missing
from reference_system.services.units import Unit
from reference_system.store.administration import Document

BINH_DINH = Unit("province", "52")
AN_LAO = Unit("district", "542")
AN_HUNG = Unit("commune", "21613")
HOAI_NHON = Unit("commune", "21640")
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
LETTER = Letter("12/KH-UBND", "Kế hoạch phòng chống bão", (AN_HUNG,))


def docx(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as parts:
        for name in names:
            parts.writestr(name, "<x/>")
    return file.getvalue()


def test_down_and_read(system, person, act, clock):
    above, below = person("binh"), person("an", AN_HUNG, "view")
    with act(above) as doing:
        row = documents.prepare(doing, LETTER)
    with looking(system, below) as doing, pytest.raises(Missing):
        documents.shown(doing, row.id)
    with act(above) as doing:
        documents.send(doing, row.id, PDF)
    clock.advance(5_000)
    with act(below) as doing:
        assert documents.read(doing, row.id)[1] == PDF
    first_ms = clock()
    clock.advance(5_000)
    with act(below) as doing:
        documents.read(doing, row.id)
    with looking(system, above) as doing:
        (recipient,) = documents.shown(doing, row.id).recipients
    assert (recipient.read_ms, recipient.read_by) == (first_ms, below.person_id)
    with looking(system, person("hoai", HOAI_NHON)) as doing:
        assert documents.listed(doing).items == []
        with pytest.raises(Missing):
            documents.shown(doing, row.id)


def test_recipients_see_only_themselves(system, person, act):
    with act(person("binh")) as doing:
        letter = Letter("1/TB", "Thông báo", all_below="commune")
        row = documents.prepare(doing, letter)
        documents.send(doing, row.id, PDF)
        assert len(documents.shown(doing, row.id).recipients) == 159
    with looking(system, person("an", AN_HUNG)) as doing:
        (own,) = documents.shown(doing, row.id).recipients
        assert own.code == "21613"


def test_only_downward(person, act):
    with pytest.raises(Forbidden, match="not-below"), act(person("lao", AN_LAO)) as doing:
        documents.prepare(doing, Letter("1", "x", (HOAI_NHON,)))
    with pytest.raises(Forbidden, match="not-below"), act(person("lao2", AN_LAO)) as doing:
        documents.prepare(doing, Letter("1", "x", (BINH_DINH,)))
    with pytest.raises(Invalid, match="nobody-below"), act(person("an", AN_HUNG)) as doing:
        documents.prepare(doing, Letter("1", "x", all_below="province"))


def test_the_same_id_and_the_same_file_change_nothing(person, act):
    binh = person("binh")
    for _ in range(2):
        with act(binh) as doing:
            assert documents.prepare(doing, LETTER, "d1").id == "d1"
            documents.send(doing, "d1", PDF)
    with pytest.raises(Conflict, match="id-taken"), act(binh) as doing:
        documents.prepare(doing, Letter("13", "khác", (AN_HUNG,)), "d1")
    with pytest.raises(Conflict, match="already-sent"), act(binh) as doing:
        documents.send(doing, "d1", PDF + b"%%EOF")


def test_secrets_are_refused_before_anything_is_stored(system, person, act):
    with pytest.raises(Invalid, match="state-secret"), act(person("binh")) as doing:
        documents.prepare(doing, Letter("05/BC-UBND-M", "Báo cáo", (AN_HUNG,)))
    with system.database.reading() as session:
        assert session.query(Document).count() == 0


@pytest.mark.parametrize(
    ("secrecy", "number", "title"),
    [
        ("mat", "1/QĐ", "Quyết định"),
        ("none", "12/M", "Báo cáo"),
        ("none", "12/QĐ-TM", "Báo cáo"),
        ("none", "12-TuM/UBND", "Báo cáo"),
        ("none", "12/BC (TUM)", "Báo cáo"),
        ("none", "12/BC-mật", "Báo cáo"),
        ("none", "1/QĐ", "MẬT: kế hoạch diễn tập"),
        ("none", "1/QĐ", "[TỐI MẬT] Kế hoạch"),
        ("none", "1/QĐ", "TUYỆT MẬT"),
        ("none", "1/QĐ", "Kế hoạch (MẬT)"),
        ("none", "1/QĐ", "Kế hoạch, độ mật: Tối mật"),
        ("none", "1/QĐ", "MA\u0323\u0302T - decomposed"),
    ],
)
def test_marks_of_secrecy(secrecy, number, title):
    with pytest.raises(Invalid, match="state-secret"):
        must_not_be_secret(secrecy, number, title)


@pytest.mark.parametrize(
    ("number", "title"),
    [
        ("12/KH-UBND", "Tuyên truyền Luật Bảo vệ bí mật nhà nước"),
        ("12/TTr-STTTT", "Điều tra mật độ dân số và giá mật ong"),
        ("39/2020/TT-BTTTT", "MẬT ĐỘ LOA THEO THÔN"),
        ("12/CTM-UBND", "Chương trình mục tiêu"),
        ("12/M1-UBND", "Mẫu số 1"),
    ],
)
def test_ordinary_words_are_no_marks(number, title):
    must_not_be_secret("none", number, title)


def test_kinds_of_files():
    assert kind_of(PDF) == "pdf"
    parts = ("[Content_Types].xml", "word/document.xml")
    assert kind_of(docx(*parts)) == "docx"
    for wrong in (
        b"",
        b"MZ\x90",
        PDF[:20],
        docx("a.txt"),
        docx(*parts, "word/vbaProject.bin"),
        docx(*parts)[:-30],
        b"<html>%PDF-1.7 %%EOF",
    ):
        with pytest.raises(Invalid, match="not-a-document"):
            kind_of(wrong)
