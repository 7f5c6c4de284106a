import json
from hashlib import sha256
from pathlib import Path

import pytest

from conformance import bundle
from conformance.bundle import BundleWriter
from scenarios.problems import BadInput


def write(place: Path, text: str = "one") -> None:
    with BundleWriter(place, "run") as writer:
        writer.write("text.txt", text.encode())
        (writer.folder / "tables").mkdir()
        writer.write("tables/t", b"\x00\x01")
        writer.event("began", what=text)
        writer.write_json("results.json", {"vi": "thử nghiệm"})
        writer.finish()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_manifest_names_every_other_file_with_its_hash(tmp_path: Path) -> None:
    write(tmp_path / "b")
    manifest = json.loads((tmp_path / "b" / "manifest.json").read_text("utf-8"))
    assert (manifest["ttcs"], manifest["bundle"], manifest["kind"]) == (1, 1, "run")
    assert {"python", "ttcs-hil", "numpy"} <= manifest["versions"].keys()
    found = {
        path.relative_to(tmp_path / "b").as_posix(): {
            "sha256": sha256(path.read_bytes()).hexdigest(),
            "bytes": path.stat().st_size,
        }
        for path in (tmp_path / "b").rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }
    assert manifest["files"] == found
    assert found.keys() == {"text.txt", "tables/t", "events.jsonl", "results.json"}
    assert names(tmp_path) == ["b"]


def test_an_event_is_a_line_with_its_time(tmp_path: Path) -> None:
    write(tmp_path / "b", "một\nhai")
    (line,) = (tmp_path / "b" / "events.jsonl").read_text("utf-8").splitlines()
    event = json.loads(line)
    assert event.pop("at").endswith("+07:00")
    assert event == {"event": "began", "what": "một\nhai"}


def test_nothing_is_left_of_a_bundle_that_was_not_finished(tmp_path: Path) -> None:
    with BundleWriter(tmp_path / "b", "run") as writer:
        writer.write("text.txt", b"half")
        assert not (tmp_path / "b").exists()
    assert names(tmp_path) == []
    with pytest.raises(KeyboardInterrupt), BundleWriter(tmp_path / "b", "run"):
        raise KeyboardInterrupt
    assert names(tmp_path) == []


def test_a_newer_bundle_replaces_an_older_one_entirely(tmp_path: Path) -> None:
    write(tmp_path / "b", "older")
    with BundleWriter(tmp_path / "b", "run") as writer:
        writer.write("other.txt", b"newer")
        assert (tmp_path / "b" / "text.txt").read_text() == "older"
        writer.finish()
    assert names(tmp_path / "b") == ["manifest.json", "other.txt"]
    assert names(tmp_path) == ["b"]


@pytest.mark.parametrize("what", [OSError("no space"), KeyboardInterrupt()])
def test_the_older_bundle_stays_where_finishing_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: BaseException
) -> None:
    write(tmp_path / "b", "older")
    move = Path.rename

    def fails(path: Path, target: Path) -> Path:
        if path.suffix == ".part":
            raise what
        return move(path, target)

    monkeypatch.setattr(Path, "rename", fails)
    with pytest.raises(type(what)):
        write(tmp_path / "b", "newer")
    assert (tmp_path / "b" / "text.txt").read_text() == "older"
    assert names(tmp_path) == ["b"]


@pytest.mark.parametrize("manifest", [None, "", "[]", '{"files": {}}', "\x00"])
def test_a_foreign_folder_is_refused(tmp_path: Path, manifest: str | None) -> None:
    place = tmp_path / "b"
    place.mkdir()
    (place / "letter.txt").write_text("dear")
    if manifest is not None:
        (place / "manifest.json").write_text(manifest)
    before = names(place)
    with pytest.raises(BadInput, match="is a folder with other things in it"):
        BundleWriter(place, "run")
    assert names(place) == before
    assert names(tmp_path) == ["b"]


def test_a_foreign_folder_that_comes_meanwhile_is_left_too(tmp_path: Path) -> None:
    place = tmp_path / "b"
    with BundleWriter(place, "run") as writer:
        place.mkdir()
        (place / "letter.txt").write_text("dear")
        with pytest.raises(BadInput, match="a folder with other things in it"):
            writer.finish()
    assert names(tmp_path) == ["b"]
    assert names(place) == ["letter.txt"]


def test_a_relative_place_is_that_of_the_beginning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    with BundleWriter(Path("out/b"), "run") as writer:
        monkeypatch.chdir("elsewhere")
        writer.finish()
    assert names(tmp_path / "out" / "b") == ["manifest.json"]


def test_a_link_to_a_bundle_stays_a_link(tmp_path: Path) -> None:
    write(tmp_path / "b", "older")
    (tmp_path / "latest").symlink_to("b")
    write(tmp_path / "latest", "newer")
    assert (tmp_path / "latest").is_symlink()
    assert (tmp_path / "b" / "text.txt").read_text() == "newer"


def test_the_folder_one_stands_in_cannot_be_a_bundle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for place in (Path("."), tmp_path):
        with pytest.raises(BadInput, match="the folder that the command runs in"):
            bundle.check_free(place)
