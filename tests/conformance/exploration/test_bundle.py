"""An exploration in a bundle: judged again offline, had again by `--replay`."""

import json
from dataclasses import replace

from conformance import certifying, demo, evidence
from conformance.bench.description import Description
from conformance.bench.emulated import conformant
from conformance.bundle_contents import read
from conformance.case import judged
from conformance.certified import results
from conformance.certifying import Asked, certify
from conformance.clauses import ledger
from conformance.exploration import steps
from conformance.mutants.variants import NOTHINGS
from conformance.signing import new_private
from conformance.suites import CASES
from conformance.verdicts import Verdict
from conformance.verification import verify

CASE = "exploration"


def certified(place, make):
    bench = Description("test", demo.PROFILES["ip-speaker"], demo.PERMITS)
    asked = Asked(demo.declaration("ip-speaker"), bench, ledger(), chosen=(CASE,))
    told, _ = certify(asked, place, new_private(), lambda *_: None, make)
    return told, read(place)


def clause(told):
    return next(each for each in told["clauses"] if each["id"] == "PROFILE-EXPLORED")


def test_the_shortest_failing_conversation_is_kept_judged_again_and_had_again(tmp_path):
    told, contents = certified(tmp_path / "out", NOTHINGS["always-acknowledges"])
    assert clause(told)["verdict"] == Verdict.FAIL
    found = evidence.read(contents.files)
    trial = found.trials[CASE]
    assert len(steps.read(trial.record)) == 1
    assert verify(contents, ()).by_then.differences == ()
    again = certifying.try_again(found.plan, trial)
    assert steps.read(again.record) == steps.read(trial.record)
    now = judged(CASES[CASE], again.record).values()
    assert {each.ok for each in now} == {None}, "the right device; one conversation shows no more"


def test_the_conformant_device_passes_with_all_its_conversations(tmp_path):
    told, contents = certified(tmp_path / "out", conformant)
    assert clause(told)["verdict"] == Verdict.PASS
    found = evidence.read(contents.files)
    record = found.trials[CASE].record
    assert record.first("explored").detail == {"drawn": 20, "planned": 20, "tried": 20}
    lacking = [
        replace(each, detail={**each.detail, "drawn": 19}) if each.what == "explored" else each
        for each in record.happenings
    ]
    trial = replace(found.trials[CASE], record=type(record)(lacking))
    fewer = results(replace(found, trials={CASE: trial}), found.clauses, CASES)
    assert clause(fewer)["verdict"] == Verdict.INCONCLUSIVE
    assert "hypothesis" in json.loads(contents.files["plan.json"])["versions"]
