"""Certifications on the emulated bench: what they leave, and what they can never say."""

import json
from dataclasses import replace
from datetime import date
from shutil import rmtree

import pytest

from conformance import certifying, demo, evidence, waivers
from conformance.bench.description import Description
from conformance.bundle_contents import read
from conformance.certified import results
from conformance.certify_bundle import CertifyBundle
from conformance.certifying import Asked, certify
from conformance.clauses import ledger
from conformance.mutants.made import MUTANTS
from conformance.mutants.variants import NOTHINGS
from conformance.plan import decoded, encoded
from conformance.seal import examine
from conformance.signing import new_private
from conformance.suites import CASES
from conformance.verdicts import Lifecycle, Reason, Verdict
from conformance.waivers import Waiver
from scenarios.problems import BadInput
from scenarios.scenario import Text

FEW = ("emergency-at-once", "emergency-over-normal", "connection-loss-told")


def asked(role="ip-speaker", **changed):
    bench = Description("test", demo.PROFILES[role], demo.PERMITS)
    return replace(Asked(demo.declaration(role), bench, ledger()), **changed)


def done(place, wanted, **options):
    return certify(wanted, place, new_private(), lambda *_: None, **options)[0]


@pytest.mark.parametrize("role", demo.PROFILES)
def test_the_demo_is_open_for_nothing_but_its_latencies(tmp_path, role):
    told = done(tmp_path / "out", asked(role, challenge="Bình Định 7"))
    assert told["verdict"]["verdict"] == Verdict.INCONCLUSIVE
    assert told["verdict"]["without_result"] == []
    open_for = {
        clause["reason"]
        for clause in told["clauses"]
        if clause["checks"] and clause["verdict"] not in (Verdict.PASS, Verdict.NOT_APPLICABLE)
    }
    assert open_for == {Reason.NOT_MEASURED}
    assert not [each for each in told["capabilities"] if each["differs"]]


def test_the_circular_is_never_said_to_bind_converters_and_boards(tmp_path):
    for role, bound in (("ip-speaker", False), ("fm-converter", True), ("e-board", True)):
        told = done(tmp_path / role, asked(role, chosen=()))
        assert ("39/2020" in json.dumps(told["notes"], ensure_ascii=False)) is bound


@pytest.mark.parametrize("device", [{}, {"make": NOTHINGS["does-nothing"]}], ids=["right", "idle"])
def test_an_experimental_profile_tells_findings_and_no_verdict_over_all(tmp_path, device):
    bench = Description("test", demo.EMULATED["station-software"], demo.PERMITS)
    wanted = replace(asked(), declared=demo.declaration("station-software"), bench=bench)
    told = done(tmp_path / "out", wanted, **device)
    assert (told["verdict"]["verdict"], told["verdict"]["reason"]) == (
        Verdict.NOT_APPLICABLE,
        Reason.EXPERIMENTAL_PROFILE,
    )
    assert told["verdict"]["sentence"]["en"].startswith("NO OVERALL VERDICT (experimental profile)")
    assert "Experimental profile" in told["notes"][1]["en"]
    judged = {c["verdict"] for c in told["clauses"] if c["checks"] and c["level"] == "MUST"}
    assert len(told["clauses"]) > 40
    assert (Verdict.FAIL in judged) is bool(device)
    assert (Verdict.PASS in judged) is not bool(device)


def test_trouble_with_an_experimental_profile_stays_trouble(tmp_path):
    declared = demo.declaration("station-software")
    told = done(
        tmp_path / "out",
        asked(declared=declared, chosen=(), waivers=(waiver("X", "0" * 16),)),
    )
    assert told["verdict"]["verdict"] is Verdict.ERROR


def test_cases_left_out_are_planned_and_keep_it_from_conforming(tmp_path):
    told = done(tmp_path / "out", asked(chosen=FEW))
    planned = json.loads((tmp_path / "out" / "plan.json").read_bytes())["cases"]
    assert len(planned) == sum("ip-speaker" in case.roles for case in CASES.values())
    assert len(told["verdict"]["without_result"]) == len(planned) - len(FEW)
    assert told["verdict"]["verdict"] is not Verdict.PASS


@pytest.mark.parametrize("changed", [{"chosen": ()}, {"clauses": {}}])
def test_no_case_and_no_clause_is_no_pass(tmp_path, changed):
    told = done(tmp_path / "out", asked(**changed))
    assert told["verdict"]["verdict"] in (Verdict.NOT_RUN, Verdict.INCONCLUSIVE)


def test_a_case_whose_clauses_bind_to_nothing_must_have_its_result_too(tmp_path):
    """Even where every mandatory clause passes."""
    only = ledger()["PROFILE-EMG-ENDS"]
    told = done(tmp_path / "out", asked(clauses={only.id: only}, chosen=("emergency-ends",)))
    assert [each["verdict"] for each in told["clauses"]] == [Verdict.PASS]
    assert told["verdict"]["verdict"] is Verdict.NOT_RUN


def test_what_the_bench_does_not_permit_is_not_run(tmp_path):
    bench = Description("test", "speaker-reference", ())
    told = done(tmp_path / "out", asked(bench=bench, chosen=FEW))
    case = next(each for each in told["cases"] if each["id"] == "connection-loss-told")
    assert case["because"] is Reason.NOT_PERMITTED
    assert not (tmp_path / "out" / "cases" / "connection-loss-told").exists()


def test_a_clause_does_not_vanish_with_an_undeclared_capability(tmp_path):
    """What applies to all is open where the device declares nothing that would show it."""
    bare = replace(demo.declaration("ip-speaker"), supports={}, codecs=())
    told = done(tmp_path / "out", asked(declared=bare, chosen=()))
    codecs = next(each for each in told["clauses"] if each["id"] == "PROFILE-CODECS")
    assert (codecs["verdict"], codecs["reason"]) == (Verdict.NOT_RUN, Reason.NOT_SUPPORTED)


def test_the_plan_is_there_before_the_first_case(tmp_path, monkeypatch):
    class Cut(BaseException):
        pass

    def cut(profile, case, prefix, make):
        files = read(tmp_path / "out").files
        assert evidence.read_plan(files).prefix(case.id) == prefix
        assert json.loads(files["manifest.json"])["lifecycle"] == "running"
        raise Cut

    monkeypatch.setattr(certifying, "_on_virtual_clock", cut)
    with pytest.raises(Cut):
        done(tmp_path / "out", asked())
    left = read(tmp_path / "out").files
    assert json.loads(left["manifest.json"])["lifecycle"] == "aborted"
    assert "results.json" not in left
    assert "signature.dsse.json" not in left


def test_a_power_cut_after_any_write_leaves_nothing_that_is_sealed(tmp_path, monkeypatch):
    class PowerCut(BaseException):
        pass

    write = CertifyBundle._write
    left = [0]

    def failing(self, name, content):
        if left[0] == 0:
            raise PowerCut
        left[0] -= 1
        write(self, name, content)

    monkeypatch.setattr(CertifyBundle, "_write", failing)
    for writes in range(1, 100):
        left[0] = writes
        place = tmp_path / str(writes)
        try:
            done(place, asked(chosen=FEW[:1]))
        except PowerCut:
            seal = examine(read(place), [])
            assert (seal.signer, seal.is_whole) == ("unsigned", False)
        else:
            assert examine(read(place), []).is_whole
            break
    assert writes > len(("plan", "record", "trial", "results", "manifest", "signature"))


def test_nothing_is_overwritten(tmp_path):
    (tmp_path / "kept").write_text("x")
    with pytest.raises(BadInput, match="never overwritten"):
        done(tmp_path, asked(chosen=()))


def test_what_is_judged_is_what_was_stored(tmp_path):
    told = done(tmp_path / "out", asked(chosen=FEW))
    found = evidence.read(read(tmp_path / "out").files)
    assert found.clauses == ledger()
    assert found.declared == demo.declaration("ip-speaker")
    assert results(found, found.clauses, CASES) == told
    assert decoded(encoded(found.plan)) == found.plan


def test_the_challenge_is_in_the_name_of_every_sound(tmp_path):
    done(tmp_path / "out", asked(challenge="one", chosen=FEW))
    found = evidence.read(read(tmp_path / "out").files)
    other = replace(found.plan, challenge="two")
    assert other.token != found.plan.token
    told = [t for each in found.trials.values() for t in each.record.of("told")]
    assert all(each.detail["order"].startswith(found.plan.token) for each in told)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"role": "loudspeaker"}, "not known"),
        ({"challenge": "another"}, "another token"),
        ({"cases": [{"id": "a", "revision": True, "because": None}]}, "revision"),
        ({"cases": [{"id": "a", "revision": 1, "because": None}] * 2}, "twice"),
        ({"cases": [{"id": "a", "revision": 1, "because": None}] * 1_001}, "more than 1,000"),
        ({"more": 1}, "says more"),
        ({"bench": []}, "bench"),
    ],
)
def test_a_plan_that_is_none_is_refused(tmp_path, change, said):
    done(tmp_path / "out", asked(chosen=()))
    data = json.loads((tmp_path / "out" / "plan.json").read_bytes())
    with pytest.raises(ValueError, match=said):
        decoded(data | change)


# ---- Failures and waivers -----------------------------------------------------------------------

BROKEN = "F18"


def broken(place, **changed):
    return done(place, asked(chosen=FEW, **changed), make=MUTANTS[BROKEN].make)


def failures(told):
    return [
        (clause["id"], check)
        for clause in told["clauses"]
        for check in clause["checks"]
        if check["verdict"] == Verdict.FAIL
    ]


def waiver(clause, failure, **changed):
    given = Waiver(
        clause,
        failure,
        "fix-promised",
        "ttcs-hil",
        "emulated IP speaker",
        "emulated",
        date(2099, 1, 1),
        Text("hãng hứa sửa", "the maker promised"),
    )
    return replace(given, **changed)


def test_a_broken_device_fails_and_the_failure_keeps_its_name(tmp_path):
    first, again = broken(tmp_path / "1"), broken(tmp_path / "2")
    assert first["verdict"]["verdict"] is Verdict.FAIL
    assert failures(first)
    names = [[check["failure"] for _, check in failures(each)] for each in (first, again)]
    assert names[0] == names[1]


def test_waived_failures_are_told_and_no_longer_decide(tmp_path):
    found = failures(broken(tmp_path / "1"))
    given = tuple(waiver(clause, check["failure"]) for clause, check in found)
    told = broken(tmp_path / "2", waivers=given)
    assert [check["waived"] for _, check in failures(told)] == [True] * len(found)
    assert told["verdict"]["verdict"] is not Verdict.FAIL
    assert told["verdict"]["waived"] == len(found)
    one_less = broken(tmp_path / "3", waivers=given[1:])
    assert one_less["verdict"]["verdict"] is Verdict.FAIL


def test_a_waiver_that_names_another_clause_than_its_failure_is_unused(tmp_path):
    clause, check = failures(broken(tmp_path / "1"))[0]
    told = broken(tmp_path / "2", waivers=(waiver(f"{clause}-OTHER", check["failure"]),))
    assert (told["verdict"]["verdict"], told["verdict"]["waived"]) == (Verdict.ERROR, 0)


@pytest.mark.parametrize(
    "wrong",
    [{"trouble": "OSError: gone"}, {"lifecycle": Lifecycle.ABORTED}],
    ids=["trouble", "cut"],
)
def test_a_case_that_the_harness_had_trouble_with_has_no_result(tmp_path, monkeypatch, wrong):
    try_one = certifying._on_virtual_clock
    monkeypatch.setattr(certifying, "_on_virtual_clock", lambda *a: replace(try_one(*a), **wrong))
    told = done(tmp_path / "out", asked(chosen=FEW))
    assert set(FEW) <= set(told["verdict"]["without_result"])
    assert told["verdict"]["verdict"] in (Verdict.ERROR, Verdict.INCONCLUSIVE, Verdict.NOT_RUN)


def test_a_waiver_for_nothing_is_an_error(tmp_path):
    told = done(tmp_path / "out", asked(chosen=FEW, waivers=(waiver("X", "0" * 16),)))
    assert (told["verdict"]["verdict"], told["verdict"]["reason"]) == (
        Verdict.ERROR,
        Reason.WAIVER_UNUSED,
    )


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"until": date(2026, 1, 1)}, "expired on 2026-01-01"),
        ({"firmware": "2"}, "for ttcs-hil emulated IP speaker 2"),
    ],
)
def test_expired_or_of_another_device_is_refused(changed, said):
    device = demo.declaration("ip-speaker").device
    given = (waiver("X", "0" * 16, **changed),)
    with pytest.raises(BadInput, match=said):
        waivers.check_valid(given, device, date(2026, 6, 1), "w.yaml")
    waivers.check_valid((waiver("X", "0" * 16),), device, date(2026, 6, 1), "w.yaml")


@pytest.mark.parametrize(
    "meddle",
    [
        lambda place: rmtree(place),
        lambda place: (place / "plan.json").unlink(),
        lambda place: (place / "cases" / FEW[0] / "record.jsonl").write_text(""),
        lambda place: (place / "cases" / "added.json").write_text("{}"),
    ],
    ids=["removed", "plan-removed", "record-changed", "file-added"],
)
@pytest.mark.parametrize("when", ["between-cases", "after-judging"])
def test_what_is_no_longer_as_it_was_written_is_never_sealed(tmp_path, monkeypatch, meddle, when):
    place = tmp_path / "out"
    if when == "after-judging":
        finish = CertifyBundle.finish

        def meddled(self, *given):
            meddle(place)
            return finish(self, *given)

        monkeypatch.setattr(CertifyBundle, "finish", meddled)

    def progress(number, of, case):
        if when == "between-cases" and number == 2:
            meddle(place)

    with pytest.raises(OSError, match=r"changed meanwhile|events\.jsonl"):
        certify(asked(chosen=FEW), place, new_private(), progress)
    assert not (place / "signature.dsse.json").exists()
    if (place / "manifest.json").exists():
        assert json.loads((place / "manifest.json").read_bytes())["lifecycle"] == "aborted"
