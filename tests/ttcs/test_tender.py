"""`ttcs report --tender`, `ttcs compare` of vendors and of suites: as a province would use them."""

import csv
import io
import json
import re
import shutil
from pathlib import Path

import pytest

from tests.reports.certified import certify
from tests.ttcs.program import files, here

ROOT = Path(__file__).parents[2]
SNAPSHOTS = Path(__file__).parent / "snapshots"
EXAMPLE = ROOT / "docs" / "how-to" / "requirements.csv"
KEPT = ROOT / "tests" / "conformance" / "bundles" / "ip-speaker-0.1.0.zip"

SMALL = """\
STT,Yêu cầu,Bắt buộc/Khuyến khích,Điều khoản
1,Phát bản tin khẩn cấp trong 2 giây,Bắt buộc,PROFILE-EMG-AT-ONCE
2,Lệnh hủy làm tắt tiếng đang phát,Bắt buộc,
3,"=HYPERLINK(""http://x"",""bảo hành"")",Khuyến khích,
4,Hệ thống thẩm định bản tin trước khi gửi,Khuyến khích,CV-APPRAISED
"""
CASES = ("emergency-at-once", "cancel-sounding", "cancel-waiting", "cancel-away")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The bundles of two makers: a conformant device, and one that cancels nothing."""
    place = tmp_path_factory.mktemp("vendors")
    certify(place / "vendor-a", chosen=CASES, challenge="17")
    certify(place / "vendor-b", device="H09", chosen=CASES)
    return place


@pytest.fixture
def vendors(made, place):
    for name in ("vendor-a", "vendor-b"):
        shutil.copytree(made / name, place / name)
    Path("t.csv").write_text(SMALL, "utf-8")
    return place


def answers(*more):
    code, out, _ = here("report", "vendor-a", "--tender", "t.csv", "--format", "json", *more)
    told = json.loads(out)
    return code, told, {each["number"]: each for each in told["requirements"]}


def review(decide):
    """As a person does it: each row of the mapping gets a decision."""
    path = Path("t.mapping.csv")
    head, *rows = csv.reader(io.StringIO(path.read_text("utf-8-sig")))
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows(
            [head, *([*row[:-1], decide(row)] for row in rows)]
        )


def test_a_suggestion_counts_once_it_is_accepted(vendors):
    code, told, found = answers()
    assert code == 0
    assert [each["standing"] for each in found.values()] == [
        *("inconclusive", "not-reviewed", "no-clause", "not-run")
    ]
    assert found["2"]["suggested"][0]["clause"] == "PROFILE-CANCEL"
    review(lambda row: "duyệt" if row[2] == "PROFILE-CANCEL" else "không")
    kept = Path("t.mapping.csv").read_bytes()
    _, told, found = answers()
    assert found["2"]["standing"] == "pass"
    assert found["2"]["clauses"][0]["how"] == "reviewed"
    evidence = found["2"]["clauses"][0]["evidence"][0]
    assert (vendors / "vendor-a" / evidence["file"]).is_file()
    assert evidence["replay"].startswith("ttcs certify --replay vendor-a ")
    assert told["totals"]["mandatory"] == {"inconclusive": 1, "pass": 1}
    assert Path("t.mapping.csv").read_bytes() == kept


def test_the_tenders_own_number_is_beside_what_was_measured(vendors):
    _, _, found = answers()
    (number,) = found["1"]["numbers"]
    assert (number["written"], number["why"]) == ("trong 2 giây", "not-measured")
    (beside,) = number["beside"]
    assert (beside["name"], beside["limit"]) == ("emergency_t2_t4", "3s")


def test_a_changed_bundle_says_so_and_has_no_verdicts(vendors):
    record = vendors / "vendor-a" / "cases" / "emergency-at-once" / "record.jsonl"
    record.write_bytes(record.read_bytes().replace(b"1", b"2", 1))
    code, told, found = answers()
    assert code == 1
    assert {each["standing"] for each in found.values()} == {"not-verified"}
    assert told["bundle"]["judged"] is None
    assert here("report", "vendor-a", "--tender", "t.csv", "--out", "r.html")[0] == 1
    page = Path("r.html").read_text("utf-8")
    assert "KHÔNG CÓ KẾT LUẬN: gói không còn như khi niêm phong" in page
    assert "cases/emergency-at-once/record.jsonl: bị sửa" in page
    assert "ĐẠT." not in page


def test_the_signer_is_told(vendors):
    assert here("keys", "new", "other")[0] == 0
    assert answers()[1]["bundle"]["signer"] == "self-signed"
    assert answers("--trust", "other.pub.pem")[1]["bundle"]["signer"] == "unknown"


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_whole_table(vendors, language):
    answers()  # scores and what is suggested are the ledger's, which grows
    review(lambda row: "duyệt" if row[2] == "PROFILE-CANCEL" else "không")
    code, out, _ = here(
        "report", "vendor-a", "--tender", "t.csv", "--format", "csv", "--lang", language
    )
    assert code == 0
    shown = re.sub(r"\b[0-9a-f]{16}\b", "0" * 16, out.removeprefix("\ufeff")).replace("\r", "")
    snapshot = SNAPSHOTS / f"tender-{language}.csv"
    assert shown == snapshot.read_text("utf-8"), f"to accept it: write it to {snapshot}"


def test_no_cell_is_a_formula(vendors):
    here("report", "vendor-a", "--tender", "t.csv", "--format", "csv", "--out", "r.csv")
    for file in ("r.csv", "t.mapping.csv"):
        for row in csv.reader(io.StringIO(Path(file).read_text("utf-8-sig"))):
            assert not any(cell.startswith(tuple("=+-@")) for cell in row)
    assert "'=HYPERLINK" in Path("r.csv").read_text("utf-8")


@pytest.mark.parametrize("form", ["html", "pdf"])
def test_documents_stand_here_by_both_names(vendors, form):
    before = files(vendors / "vendor-a")
    code, out, _ = here("report", "vendor-a", "--tender", "t.csv", "--format", form)
    assert (code, out) == (0, f"vendor-a.t.{form}\n")
    assert Path(f"vendor-a.t.{form}").read_bytes()[:5] in (b"<!doc", b"%PDF-")
    assert files(vendors / "vendor-a") == before


def test_the_shipped_example_is_read(vendors):
    shutil.copy(EXAMPLE, "requirements.csv")
    code, out, _ = here("report", "vendor-a", "--tender", "requirements.csv", "--format", "json")
    assert code == 0
    assert len(json.loads(out)["requirements"]) == 15


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["vendor-a", "--tender", "nothing.csv"], "nothing.csv: is not readable"),
        (["nothing", "--tender", "t.csv"], "nothing: is no bundle"),
        (["vendor-a", "--tender", "t.csv", "--format", "junit"], "is given with --tender"),
        (["vendor-a", "--tender", "t.csv", "--pictures", "p"], "is given with --tender"),
        (["vendor-a", "--trust", "t.csv"], "--trust: is given without --tender"),
        (["vendor-a", "--tender", "t.csv", "--trust", "t.csv"], "t.csv: is"),
        (["vendor-a", "--tender", "t.csv", "--out", "no/r.html"], "in a folder that is not there"),
    ],
)
def test_a_mistake_is_one_line(vendors, arguments, said):
    before = files(vendors)
    code, out, err = here("report", *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert said in err
    assert files(vendors) == before


def test_every_wrong_row_is_told(vendors):
    Path("t.csv").write_text(SMALL.replace("PROFILE-EMG-AT-ONCE", "X").replace("\n2,", "\n1,"))
    code, _, err = here("report", "vendor-a", "--tender", "t.csv")
    assert (code, err.count("\n")) == (2, 1)
    Path("t.csv").write_text(SMALL.replace("CV-APPRAISED", "X").replace("2,Lệnh", "1,Lệnh"))
    assert here("report", "vendor-a", "--tender", "t.csv")[2].count("\n") == 2


def test_vendors_side_by_side(vendors):
    common = ("vendor-a", "vendor-b", "vendor-a", "--tender", "t.csv")
    code, out, _ = here("compare", *common, "--format", "json")
    told = json.loads(out)
    assert code == 1
    assert [each["judged"]["challenge"] for each in told["bundles"]] == ["17", None, "17"]
    review(lambda row: "duyệt" if row[2] == "PROFILE-CANCEL" else "không")
    told = json.loads(here("compare", *common, "--format", "json")[1])
    assert told["requirements"][1]["standings"] == ["pass", "fail", "pass"]
    for form, begin in (("html", b"<!doc"), ("pdf", b"%PDF-")):
        assert here("compare", *common, "--format", form, "--out", "c")[0] == 1
        assert Path("c").read_bytes()[:5] == begin
    assert "1. vendor-a" in here("compare", *common)[1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["vendor-a"], "BUNDLE: is given 1 times, expected 2 to 6 of them"),
        (["vendor-a"] * 7, "BUNDLE: is given 7 times, expected 2 to 6 of them"),
        (["vendor-a", "vendor-b", "--format", "pdf"], "--format pdf: is without --out"),
        (["--suite", "now", "nothing", "vendor-a"], "nothing: is no bundle"),
        (["--suite", "now", "now", "vendor-a", "--tender", "t.csv"], "--suite: is given with"),
        (["--suite", "now", "t.csv", "vendor-a"], "t.csv: is no bundle"),
    ],
)
def test_a_mistake_of_comparing_is_one_line(vendors, arguments, said):
    code, out, err = here("compare", *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert said in err


def test_the_same_suite_changes_nothing(vendors):
    code, out, _ = here("compare", "--suite", "now", "now", "vendor-a", "vendor-b", "--lang", "en")
    assert code == 0
    assert out.startswith("None of 2 bundles changes.\n")
    assert here("compare", "--suite", "vendor-a", "now", "vendor-a")[0] == 0


def test_a_suite_in_a_folder_changes_what_it_changes(vendors):
    shutil.copytree(vendors / "vendor-a" / "clauses", "suite")
    for file in Path("suite").iterdir():
        document = json.loads(file.read_bytes())
        if clause := document["clauses"].get("PROFILE-EMG-AT-ONCE"):
            clause |= {"revision": 9, "limits": {"emergency_t2_t4": "10ms"}}
            file.write_text(json.dumps(document))
    command = ("compare", "--suite", "now", "suite", "vendor-a", "vendor-b")
    code, out, _ = here(*command, "--json")
    told = json.loads(out)
    assert code == 1
    assert [each["changes"] for each in told["bundles"]] == [True, True]
    changed = {each["clause"]: each for each in told["bundles"][0]["clauses"]}
    assert changed["PROFILE-EMG-AT-ONCE"]["new"] == "fail"
    assert {"because": "limit", "old": "emergency_t2_t4 3s", "new": "emergency_t2_t4 10ms"} in (
        changed["PROFILE-EMG-AT-ONCE"]["causes"]
    )
    assert (
        "giới hạn: emergency_t2_t4 3s → emergency_t2_t4 10ms"
        in here(*command, "--format", "html")[1]
    )


def test_a_bundle_of_an_older_version_by_its_own_suite_and_that_of_now(place):
    code, out, _ = here("compare", "--suite", KEPT, "now", KEPT, "--json")
    assert code == 1
    causes = [c for each in json.loads(out)["bundles"][0]["clauses"] for c in each["causes"]]
    assert {"clause-added"} <= {each["because"] for each in causes}
