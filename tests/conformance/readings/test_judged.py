"""What readings and others come to: clause by clause, in the verdict, in the bundle."""

import json
from dataclasses import replace
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from conformance import demo
from conformance.bench.description import Description
from conformance.bundle import json_bytes
from conformance.bundle_contents import Contents, read
from conformance.certification import profile_verdict
from conformance.certifying import Asked, certify
from conformance.clauses import ledger
from conformance.readings import attachments
from conformance.signing import sign
from conformance.verdicts import Reason, Verdict
from conformance.verification import verify
from tests.conformance.readings.readings_file import PDF, PNG, WHOLE, parsed

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
BOUND = {name: each for name, each in ledger().items() if each.quantities or "C9" in name}


def done(tmp_path, text=WHOLE, clauses=BOUND, **changed):
    (tmp_path / "report.pdf").write_bytes(PDF)
    (tmp_path / "relay.png").write_bytes(PNG)
    bench = Description("test", "speaker-reference", ())
    telemetry = {"PROFILE-TELEMETRY": ledger()["PROFILE-TELEMETRY"]}
    given = parsed(text)
    wanted = Asked(
        demo.declaration("ip-speaker"),
        bench,
        {**clauses, **telemetry},
        chosen=(),
        readings=given,
        attached=attachments.read(tmp_path, given.files),
    )
    place = tmp_path / f"out{len(list(tmp_path.iterdir()))}"
    told, signer = certify(replace(wanted, **changed), place, KEY, lambda *_: None)
    return told, signer, dict(read(place).files)


def clauses_of(told):
    return {each["id"]: each for each in told["clauses"]}


def verdicts(told):
    return {name: (each["verdict"], each["reason"]) for name, each in clauses_of(told).items()}


def test_each_kind_is_told_apart_and_vouching_is_never_a_pass(tmp_path):
    told, _, _ = done(tmp_path)
    assert verdicts(told) == {
        "TT39-C8-AC": ("pass", "met"),
        "TT39-C8-DC": ("not-run", "not-tested"),
        "TT39-C9-UNDER": ("pass", "met"),
        "TT39-C9-OVER": ("not-run", "not-tested"),
        "TT39-C9-PHASE": ("pass", "met"),
        "TT39-C9-NEUTRAL": ("not-run", "inspected"),
        "TT39-C10": ("pass", "met"),
        "PROFILE-TELEMETRY": ("not-run", "declared"),
    }
    found = clauses_of(told)
    by = {name: {c["by"] for c in each["checks"]} for name, each in found.items()}
    assert by["TT39-C8-AC"] == {"measured"}
    assert by["TT39-C9-PHASE"] == {"laboratory"}
    assert {name for name, each in found.items() if each["tested"]} == {
        *("TT39-C8-AC", "TT39-C9-UNDER", "TT39-C9-PHASE", "TT39-C10")
    }
    assert {name for name, each in found.items() if each["decides"]} == {
        *("TT39-C8-AC", "TT39-C9-UNDER", "TT39-C9-PHASE", "TT39-C10")
    }
    assert "4/4 mandatory clauses pass" in told["verdict"]["sentence"]["en"]
    assert "2 inspected or declared only" in told["verdict"]["sentence"]["en"]


@pytest.mark.parametrize(
    ("old", "new", "clause", "expected"),
    [
        ('"86.2 V"', '"89.8 V"', "TT39-C8-AC", ("inconclusive", "within-uncertainty")),
        ('"86.2 V"', '"91 V"', "TT39-C8-AC", ("fail", "limit-not-met")),
        ('"242 V"', '"235 V"', "TT39-C8-AC", ("fail", "limit-not-met")),
        ("2027-06-30", "2026-11-19", "TT39-C8-AC", ("inconclusive", "calibration-expired")),
        ('"85 V"', '"89.5 V"', "TT39-C9-UNDER", ("inconclusive", "within-uncertainty")),
        ('"85 V"', '"95 V"', "TT39-C9-UNDER", ("fail", "limit-not-met")),
        ("PHASE, result: pass", "PHASE, result: fail", "TT39-C9-PHASE", ("fail", "not-met")),
        ('hộp", holds: true', 'hộp", holds: false', "TT39-C9-NEUTRAL", ("fail", "not-met")),
    ],
)
def test_what_decides_otherwise(tmp_path, old, new, clause, expected):
    assert old in WHOLE
    told, _, _ = done(tmp_path, WHOLE.replace(old, new, 1))
    found = clauses_of(told)[clause]
    assert verdicts(told)[clause] == expected
    assert found["decides"]
    if expected[0] == "fail":
        assert told["verdict"]["verdict"] is Verdict.FAIL
        assert [each["failure"] for each in found["checks"] if each["verdict"] == "fail"] != [None]


def test_half_of_a_range_is_no_pass(tmp_path):
    """A reading at one end says nothing of the other."""
    lines = WHOLE.split("  - {clause: ")
    text = "  - {clause: ".join(each for each in lines if "highest_working_ac" not in each)
    told, _, _ = done(tmp_path, text)
    assert verdicts(told)["TT39-C8-AC"] == ("not-run", "no-evidence")


def test_of_several_readings_the_worst_counts(tmp_path):
    first = next(part for part in WHOLE.split("  - {clause: ") if "output_power" in part)
    again = "  - {clause: " + first.partition("laboratories")[0].replace("82 W", "49 W")
    told, _, _ = done(tmp_path, WHOLE.replace("laboratories:", again + "laboratories:"))
    assert verdicts(told)["TT39-C10"] == ("inconclusive", "within-uncertainty")


def test_what_is_vouched_does_not_lift_what_was_tested():
    from conformance.case import Seen
    from conformance.certification import CheckResult, ClauseResult, worst
    from scenarios.scenario import Text

    seen = Seen(None, Text("", ""))
    failed = CheckResult("c", "x", Verdict.FAIL, Reason.NOT_MET, seen)
    passed = CheckResult("c", "y", Verdict.PASS, Reason.MET, seen)
    said = CheckResult("", "d", Verdict.NOT_RUN, Reason.DECLARED, seen, by="declared")
    assert worst([failed, said]) == (Verdict.FAIL, Reason.NOT_MET)
    assert worst([passed, said]) == (Verdict.PASS, Reason.MET)
    assert worst([said]) == (Verdict.NOT_RUN, Reason.DECLARED)
    only = ClauseResult(ledger()["TT39-C10"], Verdict.NOT_RUN, Reason.DECLARED, (said,))
    assert profile_verdict([only]) is Verdict.NOT_RUN


def test_the_bundle_holds_readings_and_files_and_is_judged_again(tmp_path):
    told, signer, files = done(tmp_path)
    found = verify(Contents(files), [signer])
    assert found.seal.is_whole
    assert found.by_then.differences == ()
    assert found.by_then.verdict == told["verdict"]["verdict"]
    plan = json.loads(files["plan.json"])
    attached = [name for name in files if name.startswith("attachments/")]
    assert {"readings.json", *attached} <= set(plan["inputs"])
    assert sorted(files[name] for name in attached) == sorted((PDF, PNG))
    assert b"report.pdf" not in files["readings.json"], "a file's name may be a person's"


def sealed_again(files):
    kept = {n: c for n, c in files.items() if n not in ("manifest.json", "signature.dsse.json")}
    manifest = json.loads(files["manifest.json"]) | {
        "files": {n: {"sha256": sha256(c).hexdigest(), "bytes": len(c)} for n, c in kept.items()}
    }
    content = json_bytes(manifest)
    return kept | {"manifest.json": content, "signature.dsse.json": sign(content, KEY).encoded()}


def test_a_lighter_reading_put_in_later_is_told_twice(tmp_path):
    """It is another input than planned, and gives other figures than stated."""
    _, signer, files = done(tmp_path)
    lighter = files["readings.json"].replace(b'"82 W"', b'"83 W"')
    found = verify(Contents(sealed_again(files | {"readings.json": lighter})), [signer])
    assert [(each.file, each.how) for each in found.seal.changes] == [
        ("readings.json", "another-than-planned")
    ]
    assert [name for name, _, _ in found.by_then.differences] == ["TT39-C10  output_power"]
    assert found.exit_status == 1


@pytest.mark.parametrize("how", ["missing", "another", "named by nothing"])
def test_attachments_that_do_not_fit_are_not_judged(tmp_path, how):
    _, signer, files = done(tmp_path)
    name = next(each for each in files if each.endswith(".pdf"))
    match how:
        case "missing":
            del files[name]
        case "another":
            files[name] = PDF + b"!"
        case _:
            files[f"attachments/{'0' * 64}.pdf"] = PDF
    found = verify(Contents(sealed_again(files)), [signer])
    assert found.by_then.verdict is None
    assert how in found.by_then.why_not
    assert found.exit_status != 0
