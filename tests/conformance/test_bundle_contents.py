"""Bundles from strangers: bounded, never followed, never unpacked."""

import os
import zipfile

import pytest

from conformance import bundle_contents
from conformance.bundle_contents import read
from scenarios.problems import BadInput


@pytest.fixture
def packed(tmp_path):
    def make(*members):
        path = tmp_path / "b.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in members:
                archive.writestr(name, content)
        return path

    return make


def test_a_folder_and_its_zip_are_the_same(tmp_path, packed):
    folder = tmp_path / "b"
    (folder / "cases").mkdir(parents=True)
    (folder / "a").write_bytes(b"1")
    (folder / "cases" / "c").write_bytes(b"2")
    whole = {"a": b"1", "cases/c": b"2"}
    assert read(folder).files == whole
    assert read(packed(("a", "1"), ("cases/c", "2"))).files == whole
    assert read(packed(("b/a", "1"), ("b/cases/c", "2"))).files == whole


def test_links_and_pipes_are_named_and_not_followed(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("s")
    folder = tmp_path / "b"
    folder.mkdir()
    (folder / "link").symlink_to(secret)
    (folder / "folder").symlink_to(tmp_path, target_is_directory=True)
    os.mkfifo(folder / "pipe")
    contents = read(folder)
    assert contents.files == {}
    assert contents.irregular == ("folder", "link", "pipe")


def test_a_link_in_a_zip_is_named(packed):
    link = zipfile.ZipInfo("link")
    link.external_attr = 0o120777 << 16
    assert read(packed((link, "/etc/passwd"))).irregular == ("link",)


@pytest.mark.parametrize(
    "name", ["../a", "/a", "a/../../b", "a\\b", "a//b", "x" * 201, "1/2/3/4/5/6"]
)
def test_names_that_lead_elsewhere_are_refused(packed, name):
    with pytest.raises(BadInput, match="a name that"):
        read(packed((name, "x")))


def test_what_unfolds_without_end_is_refused(packed, monkeypatch):
    monkeypatch.setattr(bundle_contents, "MAX_FILE_BYTES", 1_000)
    with pytest.raises(BadInput, match="larger than a bundle may be"):
        read(packed(("bomb", b"\0" * 1_001)))


def test_all_files_together_are_bounded(tmp_path, packed, monkeypatch):
    monkeypatch.setattr(bundle_contents, "MAX_BYTES", 100)
    for number in range(3):
        (tmp_path / str(number)).write_bytes(b"x" * 40)
    with pytest.raises(BadInput):
        read(tmp_path)
    with pytest.raises(BadInput):
        read(packed(*((str(n), b"x" * 40) for n in range(3))))


def test_files_and_folders_are_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(bundle_contents, "MAX_FILES", 2)
    for number in range(3):
        (tmp_path / str(number)).touch()
    with pytest.raises(BadInput, match="more than 2 files"):
        read(tmp_path)


def test_folders_in_folders_end(tmp_path):
    (tmp_path / "1/2/3/4/5").mkdir(parents=True)
    with pytest.raises(BadInput, match="deeper"):
        read(tmp_path)


def test_a_name_twice_is_refused(packed):
    with pytest.warns(UserWarning, match="Duplicate"):
        path = packed(("a", "1"), ("a", "2"))
    with pytest.raises(BadInput, match="twice"):
        read(path)


def test_a_damaged_zip_is_refused(packed):
    path = packed(("a", os.urandom(200)), ("b", "2"))
    source = bytearray(path.read_bytes())
    source[100] ^= 255
    path.write_bytes(source)
    with pytest.raises(BadInput, match=r"no whole \.zip"):
        read(path)


def test_half_a_zip_is_refused(packed):
    path = packed(("a", os.urandom(200)), ("b", "2"))
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(BadInput, match=r"no (whole \.zip|bundle)"):
        read(path)


def test_nothing_is_no_bundle(tmp_path):
    with pytest.raises(BadInput, match="no bundle"):
        read(tmp_path / "missing")
