"""Where `ttcs run` puts its bundle, and what it leaves alone."""

import resource
from pathlib import Path

import pytest

from tests.ttcs.program import TINY, files, here, program, written

CODE_WITHOUT_TARGETS = 3


@pytest.fixture
def tiny(place: Path) -> Path:
    """The test's folder, with a scenario in it."""
    Path("tiny.yaml").write_text(TINY)
    return place


def test_an_older_bundle_gives_way(tiny: Path) -> None:
    here("run", "ci-smoke", "--out", "o")
    older = written(Path("o"), "manifest.json")
    here("run", "tiny.yaml", "--out", "o")
    assert written(Path("o"))["scenario"]["name"] == "tiny"
    assert written(Path("o"), "manifest.json")["files"] != older["files"]
    assert sorted(path.name for path in tiny.iterdir()) == ["o", "tiny.yaml"]


def test_an_empty_folder_is_taken(tiny: Path) -> None:
    Path("o").mkdir()
    assert here("run", "tiny.yaml", "--out", "o")[0] == CODE_WITHOUT_TARGETS
    assert written(Path("o"))["scenario"]["name"] == "tiny"


@pytest.mark.parametrize(
    ("out", "wrong"),
    [
        ("full", "a folder with other things in it"),
        ("file", "a file"),
        ("loop", "a link that leads nowhere"),
        (".", "the folder that the command runs in"),
        ("../here", "the folder that the command runs in"),
    ],
)
def test_what_is_no_bundle_is_left_as_it_was(tiny: Path, out: str, wrong: str) -> None:
    Path("full").mkdir()
    Path("full/manifest.json").write_text('{"name": "a manifest of another kind"}')
    Path("file").write_text("a letter")
    Path("loop").symlink_to("loop")
    before = files(tiny)
    code, shown, err = here("run", "tiny.yaml", "--out", out)
    assert (code, shown) == (2, "")
    assert err.startswith(f"{out}: is {wrong}, expected a new or empty folder, or an older bundle")
    assert err.count("\n") == 1
    assert files(tiny) == before


def test_all_places_are_looked_at_before_the_first_run(tiny: Path) -> None:
    Path("o/ci-smoke").mkdir(parents=True)
    Path("o/ci-smoke/notes.txt").write_text("mine")
    assert here("run", "tiny.yaml", "ci-smoke", "--out", "o")[0] == 2
    assert files(Path("o")) == {"ci-smoke/notes.txt": b"mine"}


@pytest.mark.parametrize("out", ["file/o", "/proc/o", "n" * 250])
def test_a_place_where_nobody_can_write(tiny: Path, out: str) -> None:
    Path("file").write_text("a letter")
    code, shown, err = here("run", "tiny.yaml", "--out", out)
    assert (code, shown) == (4, "")
    assert err.startswith(f"{out}: ")
    assert err.endswith("; nothing was written there\n")
    assert err.count("\n") == 1
    assert files(tiny).keys() == {"file", "tiny.yaml"}


@pytest.mark.parametrize("out", [b"o\xff", b"o[/bold]\n[red]", "kết quả".encode()])
def test_odd_names_of_folders(tiny: Path, out: bytes) -> None:
    code, shown, err = here("run", "tiny.yaml", "--out", out.decode("utf-8", "surrogateescape"))
    if b"\xff" in out:
        assert (code, err) == (2, "o\\udcff: is a name that is not UTF-8, expected one that is\n")
    else:
        assert code == CODE_WITHOUT_TARGETS
        assert shown.splitlines()[-1] == out.decode().replace("\n", "\\n")
        assert (tiny / out.decode() / "results.json").is_file()


@pytest.mark.parametrize("at_most", [700, 3_000])
def test_a_full_disk(tiny: Path, at_most: int) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (at_most, at_most))

    here("run", "tiny.yaml", "--out", "o")
    before = files(tiny)
    ended = program("run", "ci-smoke", "--out", "o", cwd=tiny, preexec_fn=limit)
    assert (ended.returncode, ended.stdout) == (4, "")
    # At 700 bytes a file of ours is too long, at 3,000 a table that pyarrow writes.
    assert ended.stderr.startswith("o: ")
    assert ended.stderr.endswith("File too large; nothing was written there\n")
    assert ended.stderr.count("\n") == 1
    assert files(tiny) == before
    assert sorted(path.name for path in tiny.iterdir()) == ["o", "tiny.yaml"]
