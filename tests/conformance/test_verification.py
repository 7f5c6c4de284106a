"""Bundles that were handed over: every change has a name, and no claim is taken on trust."""

import json
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance import demo
from conformance.bench.description import Description
from conformance.bundle import json_bytes
from conformance.bundle_contents import Contents, read
from conformance.certifying import Asked, certify
from conformance.clauses import ledger
from conformance.seal import Change, examine
from conformance.signing import PublicKey, new_private, sign
from conformance.verdicts import Verdict
from conformance.verification import verify
from scenarios.problems import BadInput

KEPT = Path(__file__).parent / "bundles"
MANIFEST, SIGNATURE, RESULTS = "manifest.json", "signature.dsse.json", "results.json"
RECORD = "cases/emergency-at-once/record.jsonl"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


class Sealed(tuple):
    """The files and their signer, which fill no failure's message."""

    def __repr__(self):
        return "a sealed bundle"


@pytest.fixture(scope="module")
def sealed(tmp_path_factory):
    """The files of a small certification, and its signer."""
    place = tmp_path_factory.mktemp("sealed") / "out"
    wanted = Asked(
        demo.declaration("ip-speaker"),
        Description("test", "speaker-reference", demo.PERMITS),
        ledger(),
        challenge="7",
        chosen=("emergency-at-once", "cancel-sounding"),
    )
    signer = certify(wanted, place, KEY, lambda *_: None)[1]
    return Sealed((dict(read(place).files), signer))


def signed_again(files, key=KEY):
    """What the holder of a key can make of changed files: hashes and signature fit."""
    kept = {name: each for name, each in files.items() if name not in (MANIFEST, SIGNATURE)}
    manifest = json.loads(files[MANIFEST]) | {
        "files": {
            name: {"sha256": sha256(each).hexdigest(), "bytes": len(each)}
            for name, each in kept.items()
        }
    }
    content = json_bytes(manifest)
    return kept | {MANIFEST: content, SIGNATURE: sign(content, key).encoded()}


def test_a_sound_bundle_is_unchanged_trusted_and_judged_alike(sealed):
    files, signer = sealed
    found = verify(Contents(files), [signer])
    assert found.seal.is_whole
    assert (found.seal.signer, found.exit_status) == ("trusted", 0)
    assert found.stated is found.by_then.verdict is found.by_now.verdict
    assert not found.by_then.differences
    assert found.cases == (2, 2)


def test_who_signed_is_told_apart(sealed):
    files, signer = sealed
    stranger = PublicKey(bytes(32))
    assert examine(Contents(files), []).signer == "self-signed"
    assert examine(Contents(files), [stranger]).signer == "unknown"
    assert examine(Contents(files), [stranger, signer]).signer == "trusted"
    assert verify(Contents(files), [stranger]).exit_status == 3


WHERE = st.integers(0, 1 << 40)
"""Any place, by what is left of it after division: of files, and of bytes in them."""


@settings(max_examples=150, deadline=None)
@given(WHERE, WHERE, st.integers(1, 255))
def test_any_changed_byte_is_found_and_its_file_named(sealed, which, where, change):
    files, signer = sealed
    name = sorted(files)[which % len(files)]
    changed = bytearray(files[name])
    changed[where % len(changed)] ^= change
    seal = examine(Contents(files | {name: bytes(changed)}), [signer])
    assert [each for each in seal.changes if each.how == "changed"] == [Change(name, "changed")]
    # A plan that was changed may say other things of other files, and that is told as well.
    assert len(seal.changes) == 1 or name == "plan.json"
    assert seal.is_broken


@settings(max_examples=40, deadline=None)
@given(WHERE, WHERE)
def test_missing_truncated_and_added_are_named(sealed, which, where):
    files, signer = sealed
    names = sorted(set(files) - {SIGNATURE})
    name = names[which % len(names)]
    gone = {each: content for each, content in files.items() if each != name}
    assert examine(Contents(gone), [signer]).changes == (Change(name, "missing"),)
    cut = files | {name: files[name][: where % len(files[name])]}
    assert examine(Contents(cut), [signer]).changes == (Change(name, "changed"),)
    more = files | {f"{name}.more": b""}
    assert examine(Contents(more), [signer]).changes == (Change(f"{name}.more", "added"),)


def test_a_link_in_the_place_of_a_file_is_named(sealed):
    files, signer = sealed
    linked = {name: content for name, content in files.items() if name != RECORD}
    seal = examine(Contents(linked, (RECORD,)), [signer])
    assert seal.changes == (Change(RECORD, "not-a-plain-file"),)


def test_without_its_signature_nothing_is_trusted(sealed):
    files, signer = sealed
    bare = {name: content for name, content in files.items() if name != SIGNATURE}
    found = verify(Contents(bare), [signer])
    assert (found.seal.signer, found.seal.is_whole, found.exit_status) == ("unsigned", False, 3)


def test_who_signs_anew_with_his_own_key_is_not_trusted(sealed):
    files, signer = sealed
    found = verify(Contents(signed_again(files, new_private())), [signer])
    assert (found.seal.signer, found.seal.is_whole, found.exit_status) == ("unknown", True, 3)


def test_a_signer_who_states_another_verdict_than_his_evidence_is_caught(sealed):
    files, signer = sealed
    results = json.loads(files[RESULTS])
    results["verdict"]["verdict"] = "pass"
    lying = signed_again(files | {RESULTS: json_bytes(results)})
    found = verify(Contents(lying), [signer])
    assert found.seal.is_whole
    assert found.stated is Verdict.PASS
    assert found.by_then.verdict is Verdict.INCONCLUSIVE
    assert ("", "pass: not-measured", "inconclusive: not-measured") in found.by_then.differences
    assert found.exit_status == 1


def test_a_clause_made_lighter_after_the_plan_is_caught(sealed):
    files, signer = sealed
    lighter = files["clauses/01.json"].replace(b'"MUST"', b'"SHOULD"')
    assert lighter != files["clauses/01.json"]
    seal = examine(Contents(signed_again(files | {"clauses/01.json": lighter})), [signer])
    assert seal.changes == (Change("clauses/01.json", "another-than-planned"),)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b'"order": "', b'"order": "x', "another run"),
        (b'"item": "', b'"item": "x', "another run"),
        (b'"what": "answer"', b'"what": "status"', "without the answer that shows life"),
        (b'"at_ms": 1', b'"at_ms": "1', "record.jsonl:1"),
        (b'"what": "told"', b'"what": "tolled"', "no happening"),
    ],
)
def test_a_record_that_no_bench_wrote_is_not_judged(sealed, old, new, said):
    files, signer = sealed
    forged = signed_again(files | {RECORD: files[RECORD].replace(old, new)})
    found = verify(Contents(forged), [signer])
    assert found.by_then.verdict is None
    assert said in found.by_then.why_not
    assert found.exit_status == 3


def test_a_record_of_another_case_of_the_same_run_is_not_judged(sealed):
    files, signer = sealed
    other = files["cases/cancel-sounding/record.jsonl"]
    forged = signed_again(files | {RECORD: other})
    found = verify(Contents(forged), [signer])
    assert (found.by_then.verdict, found.exit_status) == (None, 3)


DETAILS = st.dictionaries(
    st.sampled_from(["order", "item", "name", "refusal", "volume", "due_ms"]),
    st.none() | st.text(max_size=3) | st.integers() | st.lists(st.none(), max_size=1),
)


@settings(max_examples=8, deadline=None)
@given(WHERE, DETAILS)
def test_whatever_a_record_says_there_is_no_traceback(sealed, where, detail):
    files, signer = sealed
    lines = files[RECORD].decode().splitlines()
    number = where % len(lines)
    lines[number] = json.dumps(json.loads(lines[number]) | {"detail": detail})
    forged = signed_again(files | {RECORD: "".join(f"{line}\n" for line in lines).encode()})
    assert verify(Contents(forged), [signer]).exit_status in (0, 1, 3)


def test_a_case_of_another_revision_is_not_judged_by_the_rules_of_then(sealed):
    files, signer = sealed
    older = files["plan.json"].replace(b'"revision": 1', b'"revision": 999')
    found = verify(Contents(signed_again(files | {"plan.json": older})), [signer])
    assert found.by_then.verdict is None
    assert "judge with ttcs-hil" in found.by_then.why_not
    assert found.by_now.verdict is not None
    assert found.exit_status == 3


@pytest.mark.parametrize(
    "manifest", [b"", b"[]", b'{"kind": "run"}', b'{"kind": "certify", "lifecycle": "done"}']
)
def test_another_bundle_is_bad_input(manifest):
    with pytest.raises(BadInput):
        verify(Contents({MANIFEST: manifest}), [])


@pytest.mark.parametrize("bundle", sorted(KEPT.glob("*.zip")), ids=lambda path: path.stem)
def test_bundles_that_were_kept_still_verify(bundle):
    """Of each release one: unchanged, signed by the key beside it, and readable as it was."""
    found = verify(read(bundle), [PublicKey.read(KEPT / "kept.pub.pem")])
    assert (found.seal.changes, found.seal.signer) == ((), "trusted")
    assert found.stated is not None
    assert found.by_then.verdict is found.stated or "judge with" in (found.by_then.why_not or "")
    assert found.by_now.verdict is not None


def test_there_is_a_kept_bundle():
    assert list(KEPT.glob("*.zip"))


def test_a_zip_is_verified_as_its_folder(sealed, tmp_path):
    files, signer = sealed
    with zipfile.ZipFile(tmp_path / "b.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(f"out/{name}", content)
    assert examine(read(tmp_path / "b.zip"), [signer]) == examine(Contents(files), [signer])


def test_a_case_that_was_not_planned_is_not_judged(sealed):
    """Though the holder of the key signs it: it was fixed first what is tried."""
    files, signer = sealed
    trial = json.loads(files["cases/emergency-at-once/trial.json"]) | {"case": "added"}
    added = {"cases/added/trial.json": json_bytes(trial), "cases/added/record.jsonl": files[RECORD]}
    found = verify(Contents(signed_again(files | added)), [signer])
    assert (found.by_then.verdict, found.exit_status) == (None, 3)
    assert "a case that was not planned" in found.by_then.why_not
