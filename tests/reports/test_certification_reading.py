"""Whose bundles a report tells: whole, finished, and stating what their evidence gives."""

import json
import shutil
from hashlib import sha256
from pathlib import Path

import pytest

from conformance.certify_bundle import CertifyBundle
from conformance.signing import new_private, sign
from reports import certification_reading
from scenarios.problems import BadInput


@pytest.fixture
def copy(certified_of, tmp_path):
    return shutil.copytree(certified_of("F08").of.place, tmp_path / "copy")


def said(place):
    with pytest.raises(BadInput) as bad:
        certification_reading.read(place)
    (problem,) = bad.value.problems
    assert "\n" not in str(problem)
    return str(problem)


def sealed_again(place):
    """As somebody with a key of his own would."""
    manifest = json.loads((place / "manifest.json").read_bytes())
    for name, about in manifest["files"].items():
        about["sha256"] = sha256((place / name).read_bytes()).hexdigest()
    content = json.dumps(manifest).encode()
    (place / "manifest.json").write_bytes(content)
    (place / "signature.dsse.json").write_bytes(sign(content, new_private()).encoded())


def test_a_folder_is_read_and_judged(copy):
    found = certification_reading.read(copy)
    assert found.results == json.loads((copy / "results.json").read_bytes())
    assert found.digests["plan.json"] == sha256((copy / "plan.json").read_bytes()).hexdigest()
    assert certification_reading.is_certification(copy)


def test_a_zip_is_read_as_its_folder(copy, tmp_path):
    packed = Path(shutil.make_archive(str(tmp_path / "packed"), "zip", tmp_path, "copy"))
    assert certification_reading.is_certification(packed)
    assert certification_reading.read(packed).results == certification_reading.read(copy).results


def test_a_changed_byte_is_refused_by_name(copy):
    record = copy / "cases" / "emergency-at-once" / "record.jsonl"
    record.write_bytes(record.read_bytes().replace(b"sounds", b"silent", 1))
    assert "cases/emergency-at-once/record.jsonl: is changed" in said(copy)


@pytest.mark.parametrize(
    "change",
    [
        lambda told: told["verdict"].update(verdict="pass"),
        lambda told: told["clauses"][0].update(verdict="pass", reason="not-met"),
        lambda told: told.pop("clauses"),
    ],
)
def test_results_that_the_evidence_does_not_give_are_refused(copy, change):
    told = json.loads((copy / "results.json").read_bytes())
    change(told)
    (copy / "results.json").write_text(json.dumps(told))
    sealed_again(copy)
    assert "results.json: is something else" in said(copy)


def test_words_are_those_of_the_evidence_and_not_the_signer_s(copy):
    told = json.loads((copy / "results.json").read_bytes())
    told["verdict"]["sentence"] = {"vi": "ĐẠT", "en": "CONFORMANT"}
    told["notes"] = []
    (copy / "results.json").write_text(json.dumps(told))
    sealed_again(copy)
    found = certification_reading.read(copy)
    assert found.results["verdict"]["sentence"]["en"].startswith("NOT CONFORMANT: ")


def test_an_unfinished_one_is_refused(tmp_path):
    CertifyBundle(tmp_path / "new").abort()
    assert "manifest.json: is of a run that is aborted" in said(tmp_path / "new")
    assert certification_reading.is_certification(tmp_path / "new")


def test_no_case_of_another_form_is_judged(copy):
    plan = json.loads((copy / "plan.json").read_bytes())
    plan["cases"][0]["revision"] += 1
    (copy / "plan.json").write_text(json.dumps(plan))
    sealed_again(copy)
    assert "of other cases than this version has (emergency-at-once)" in said(copy)


def test_a_sound_of_nothing_is_refused(copy):
    """Where no check listens, the timeline would."""
    place = copy / "cases" / "connection-answers"
    trial = json.loads((place / "trial.json").read_bytes())
    with (place / "record.jsonl").open("a") as record:
        record.write(json.dumps({"at_ms": 1_798_740_000_000, "what": "sounds"}) + "\n")
    trial["happenings"] += 1
    (place / "trial.json").write_text(json.dumps(trial))
    sealed_again(copy)
    assert "cases: is not to be judged" in said(copy)


def test_other_folders_are_no_certifications(tmp_path, bundle_of):
    assert not certification_reading.is_certification(tmp_path)
    assert not certification_reading.is_certification(bundle_of("ci-smoke"))
