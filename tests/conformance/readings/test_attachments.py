"""Attached files: of known kinds, bounded, under the name of their hash."""

from hashlib import sha256

import pytest

from conformance.readings import attachments
from scenarios.problems import BadInput
from tests.conformance.readings.readings_file import PDF, PNG


def test_a_file_is_named_by_its_hash_and_kind(tmp_path):
    (tmp_path / "Nguyen Van A.pdf").write_bytes(PDF)
    (tmp_path / "values.csv").write_bytes(b"V,W\n86,82\n")
    found = attachments.read(tmp_path, [("Nguyen Van A.pdf", None), ("values.csv", None)])
    name, content = found["Nguyen Van A.pdf"]
    assert name == f"attachments/{sha256(PDF).hexdigest()}.pdf"
    assert content == PDF
    assert found["values.csv"][0].endswith(".csv")


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("a.pdf", b"<html>"),
        ("a.html", b"V,W\n"),
        ("a.csv", b"V\0W"),
        ("a.csv", b"\xff"),
        ("a.csv", b""),
        ("a.svg", b"<svg/>"),
    ],
)
def test_other_kinds_are_refused(tmp_path, file, content):
    (tmp_path / file).write_bytes(content)
    with pytest.raises(BadInput, match="of another kind"):
        attachments.read(tmp_path, [(file, None)])


def test_what_is_no_file_too_large_too_many_or_another_is_refused(tmp_path, monkeypatch):
    (tmp_path / "a.pdf").write_bytes(PDF)
    (tmp_path / "b.png").write_bytes(PNG)
    monkeypatch.setattr(attachments, "MAX_BYTES_IN_ALL", len(PDF) + len(PNG))
    both = [("a.pdf", None), ("b.png", sha256(PNG).hexdigest())]
    assert len(attachments.read(tmp_path, both)) == 2
    for wanted, said in (
        ([("none.pdf", None)], "none"),
        ([(".", None)], "none"),
        ([("a.pdf", "0" * 64)], "another"),
        ([("a.pdf", None), ("a.pdf", "0" * 64)], "another"),
    ):
        with pytest.raises(BadInput, match=said):
            attachments.read(tmp_path, wanted)
    monkeypatch.setattr(attachments, "MAX_BYTES_IN_ALL", len(PDF) + len(PNG) - 1)
    with pytest.raises(BadInput, match="longer than"):
        attachments.read(tmp_path, both)
    monkeypatch.setattr(attachments, "MOST", 1)
    with pytest.raises(BadInput, match="one too many"):
        attachments.read(tmp_path, both)


def test_a_bundle_holds_what_the_names_say_and_nothing_else():
    name = attachments.named("a.pdf", PDF)
    held = {name: PDF, "plan.json": b"{}"}

    def wrong(wanted, files):
        return [each.wrong for each in attachments.problems(wanted, files)]

    assert wrong([(name, None)], held) == []
    assert wrong([(name, sha256(PDF).hexdigest())], held) == []
    assert wrong([(name, "0" * 64)], held) == ["another"]
    assert wrong([(name, None)], {**held, name: PDF + b"."}) == ["another"]
    assert wrong([(name, None)], {}) == ["missing"]
    assert wrong([], held) == ["named by nothing"]
    assert wrong([("plan.json", None)], held) == ["another", "named by nothing"]
