"""`ttcs compare` and `ttcs run --baseline`: what is told, and what it ends with."""

import json
import re
from html.parser import HTMLParser
from importlib.resources import files as resources
from pathlib import Path

import jsonschema
import pyarrow.parquet as pq
import pytest

from simulator.playout import engines
from tests.ttcs.program import TINY, files, here, written

SNAPSHOTS = Path(__file__).parent / "snapshots"
SCHEMA = json.loads(
    resources("reports").joinpath("schemas/comparison.schema.json").read_text("utf-8")
)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

REACH = "targets:\n  - {id: PROFILE-REACH-ONLINE}\n  - {id: PROFILE-WRONG-AREA}\n"
CANCELLED = TINY.replace("to: all", "to: all, cancel: {at: '2022-09-26T04:05:00.001+07:00'}")
WORSE = CANCELLED + REACH.replace("WRONG-AREA", "AFTER-CANCEL")


def normal(text: str) -> str:
    """Without what differs between machines: the engine, and the time that JSON may hold."""
    return re.sub('(engine|"engine":) "?(compiled|numpy)"?', r"\1 best", text)


def check_snapshot(name: str, shown: str) -> None:
    snapshot = SNAPSHOTS / name
    assert normal(shown) == snapshot.read_text("utf-8"), f"to accept it: write it to {snapshot}"


@pytest.fixture
def two(place: Path) -> Path:
    """A folder with a run `old` and a run `new` that is worse."""
    Path("s.yaml").write_text(TINY + REACH)
    here("run", "s.yaml", "--out", "old")
    Path("s.yaml").write_text(WORSE)
    here("run", "s.yaml", "--out", "new")
    return place


def test_a_run_is_the_same_as_itself_whatever_the_engine(place: Path) -> None:
    Path("s.yaml").write_text(TINY + REACH)
    for engine in engines.vectorised():
        here("run", "s.yaml", "--out", f"by-{engine}", "--engine", engine)
    first, *others = [f"by-{engine}" for engine in engines.vectorised()]
    for other in (first, *others):
        code, out, err = here("compare", first, other, "--lang", "en")
        assert (code, err) == (0, "")
        assert out.startswith("The two runs are the same.\n")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_whole_table(two: Path, language: str) -> None:
    code, out, err = here("compare", "old", "new", "--lang", language)
    assert (code, err) == (1, "")
    check_snapshot(f"compare-{language}.txt", out)


def test_the_whole_json(two: Path) -> None:
    code, out, _ = here("compare", "old", "new", "--format", "json")
    assert code == 1
    VALIDATOR.validate(json.loads(out))
    check_snapshot("compare.json", out)
    assert here("compare", "old", "new", "--json")[1] == out
    assert here("compare", "new", "old", "--json", "--out", "c.json")[1] == ""
    VALIDATOR.validate(json.loads(Path("c.json").read_bytes()))


def test_the_schema_is_one_and_closed() -> None:
    VALIDATOR.check_schema(SCHEMA)
    assert not VALIDATOR.is_valid({"ttcs": 1, "same": True})


class Page(HTMLParser):
    """What matters of a page: that it is well nested, its languages, what it would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.languages: list[str] = []
        self.ids: list[str] = []
        self.named: list[str] = []
        self.headers = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        assert not {"src", "onclick"} & given.keys()
        assert tag not in ("script", "link", "img", "iframe")
        assert (given.get("href") or "#").startswith("#")
        if tag == "section":
            self.languages.append(str(given["lang"]))
        if tag == "th":
            assert given["scope"] in ("col", "row")
            self.headers += 1
        self.ids += [str(given["id"])] if "id" in given else []
        self.named += [str(given[n]) for n in ("aria-labelledby",) if n in given]
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize(("language", "order"), [("vi", ["vi", "en"]), ("en", ["en", "vi"])])
def test_the_page(two: Path, language: str, order: list[str]) -> None:
    code, out, _ = here(
        "compare", "old", "new", "--format", "html", "--out", "c.html", "--lang", language
    )
    assert (code, out) == (1, "")
    text = Path("c.html").read_text("utf-8")
    page = Page()
    page.feed(text)
    assert page.open == []
    assert page.languages == order
    assert f'<html lang="{language}">' in text
    assert "url(" not in text
    assert len(set(page.ids)) == len(page.ids)
    assert set(page.named) <= set(page.ids)
    assert page.headers > 0
    assert text.count("PROFILE-REACH-ONLINE") == 2


def test_a_page_of_odd_names(place: Path) -> None:
    Path("s.yaml").write_text((TINY + REACH).replace("Nhỏ", "<script>x</script>&"))
    here("run", "s.yaml", "--out", "<b>")
    here("run", "s.yaml", "--out", "new", "--seed", "4")
    text = here("compare", "<b>", "new", "--format", "html")[1]
    Page().feed(text)
    assert "<script" not in text
    assert "&lt;b&gt;" in text


def break_results(bundle: Path) -> None:
    (bundle / "results.json").write_text("{")


def break_communes(bundle: Path) -> None:
    (bundle / "tables" / "communes.parquet").write_bytes(b"PAR1")


def break_manifest(bundle: Path) -> None:
    (bundle / "manifest.json").unlink()


@pytest.mark.parametrize("break_it", [break_results, break_communes, break_manifest])
@pytest.mark.parametrize("broken", ["old", "new"])
def test_what_is_no_bundle(two: Path, broken: str, break_it) -> None:
    break_it(Path(broken))
    code, out, err = here("compare", "old", "new")
    assert (code, out) == (2, "")
    assert err.startswith(f"{broken}/")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("out", "wrong"),
    [("old", "something other than a file"), ("no/c.json", "in a folder that is not there")],
)
def test_where_nothing_can_be_written(two: Path, out: str, wrong: str) -> None:
    before = files(two)
    code, shown, err = here("compare", "old", "new", "--out", out)
    assert (code, shown) == (2, "")
    assert err.startswith(f"--out {out}: is {wrong}, expected ")
    assert files(two) == before


def test_bundles_without_tables_are_compared_without_communes(two: Path) -> None:
    Path("old/tables/communes.parquet").unlink()
    code, out, _ = here("compare", "old", "new", "--lang", "en")
    assert code == 1
    assert "Communes are not compared" in out


def test_the_communes_are_those_of_the_table(two: Path) -> None:
    found = json.loads(here("compare", "old", "new", "--json")[1])["communes"]
    (row,) = found["worst"]
    counted = [pq.read_table(f"{run}/tables/communes.parquet") for run in ("old", "new")]
    assert [row["old"]["heard"], row["new"]["heard"]] == [t["heard"][0].as_py() for t in counted]
    assert (found["compared"], found["worse"]) == (1, 1)


def test_a_baseline_is_told_and_changes_no_exit_code(two: Path) -> None:
    (two / "base").mkdir()
    Path("old").rename("base/s")
    Path("t.yaml").write_text(TINY + REACH)
    code, out, _ = here("run", "s.yaml", "t.yaml", "--baseline", "base", "--out", "now")
    assert code == 1
    check_snapshot("run-baseline.txt", out)
    shown = here("run", "t.yaml", "--baseline", "base", "--out", "now/t", "--json")[1]
    assert json.loads(shown)["comparisons"] == [None]


def test_a_baseline_may_be_replaced_by_what_is_compared_with_it(two: Path) -> None:
    code, shown, _ = here("run", "s.yaml", "--baseline", "old", "--out", "old", "--json")
    (comparison,) = json.loads(shown)["comparisons"]
    VALIDATOR.validate(comparison)
    assert code == 1
    assert comparison["verdict"]["change"] == "worse"
    assert comparison["communes"]["worse"] == 1
    assert written(Path("old")) == written(Path("new"))


def test_of_several_scenarios_a_single_bundle_is_that_of_its_name(two: Path) -> None:
    Path("t.yaml").write_text(TINY + REACH)
    shown = here("run", "t.yaml", "s.yaml", "--baseline", "new", "--out", "now", "--json")[1]
    first, second = json.loads(shown)["comparisons"]
    assert first is None
    assert second["same"]


@pytest.mark.parametrize("baseline", ["missing", "s.yaml"])
def test_a_baseline_that_is_no_folder(two: Path, baseline: str) -> None:
    before = files(two)
    code, out, err = here("run", "s.yaml", "--baseline", baseline, "--out", "now")
    assert (code, out) == (2, "")
    assert err.startswith(f"--baseline {baseline}: is no folder, expected a bundle")
    assert files(two) == before


def test_a_broken_baseline_stops_before_the_first_run(two: Path) -> None:
    break_communes(Path("old"))
    before = files(two)
    assert here("run", "s.yaml", "--baseline", "old", "--out", "now", "--junit", "j.xml")[0] == 2
    assert files(two) == before
