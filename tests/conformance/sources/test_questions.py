"""The half that asks people: a program answers in their place, at a real system."""

import asyncio
import json
import sys
from pathlib import Path

import pytest

from conformance import certification
from conformance.bench.questions import NoAnswer
from conformance.case import judged
from conformance.cases import CASES
from conformance.clauses import ledger
from conformance.evidence import trial_files
from conformance.sources import acts as a
from conformance.sources import bench, questions, target
from conformance.sources.questions import words
from conformance.sources.target import Around
from conformance.verdicts import Lifecycle, Reason, Verdict
from tests.conformance.sources.standing import HEAD, standing

PROGRAM = Path(__file__).with_name("answers.py")
ERA = "2022"


class Says:
    """Somebody who always says the same."""

    by = "operator"

    def __init__(self, answer):
        self.answer, self.asked = answer, []

    async def put(self, question, wait_s):
        self.asked.append(question)
        return self.answer


class Everybody:
    def order_of(self, item):
        return item


def outcome(answer, act, folder):
    says = Says(answer)
    people = questions.Operators(says, 1_000, Everybody(), ERA, folder)
    return asyncio.run(people.do(a.COMPOSER, act)), says.asked


@pytest.mark.parametrize(
    ("answer", "act", "expected"),
    [
        ("done", a.Submit("7"), a.Done()),
        ("Từ chối: chưa duyệt", a.Approve("7"), a.Refused(403, "chưa duyệt")),
        ("refused: too early", a.Cancel("9"), a.Refused(403, "too early")),
        ("refused:", a.Cancel("9"), a.Refused(403, "refused:")),
        ("not-possible", a.Return("7", "?"), a.Unsupported()),
        ("12", a.Issue("k", "7", a.Area(everywhere=True)), a.Done("12")),
        ("done", a.Issue("k", "7", a.Area(everywhere=True)), a.Done("done")),
        ("", a.DeviceStates(), a.Unsupported()),
    ],
)
def test_what_an_answer_means(tmp_path, answer, act, expected):
    assert outcome(answer, act, tmp_path)[0] == expected


@pytest.mark.parametrize("answer", [None, "12"])
def test_no_answer_is_none_of_the_systems(tmp_path, answer):
    with pytest.raises(NoAnswer):
        outcome(answer, a.Submit("7"), tmp_path)


def test_what_is_asked_says_all_that_is_to_be_entered(tmp_path):
    _, (asked,) = outcome("1", a.Compose("k", "Thử nghiệm: A", "emergency", 1_000), tmp_path)
    file = tmp_path / "thu-nghiem-1000-ms.wav"
    assert file.read_bytes()[:4] == b"RIFF"
    for text, test, of in (
        (asked.text.vi, "THỬ NGHIỆM", "KHẨN CẤP"),
        (asked.text.en, "TEST", "EM"),
    ):
        assert all(word in text for word in ("Thử nghiệm: A", str(file), test, of))
    area = a.Area(communes=("21550",), devices=("loa-1",))
    act = a.Issue("k", "B7", area, not_before_ms=1_795_359_600_000, times=2, gap_ms=90_000)
    _, (asked,) = outcome("1", act, tmp_path)
    for text in (asked.text.vi, asked.text.en):
        wanted = ("B7", "(21550)", "loa-1", "22:00:00 22/11/2026", "1m30s")
        assert [word for word in wanted if word not in text] == []


@pytest.mark.parametrize("kind", [a.Submit, a.Appraise, a.Approve, a.Cancel])
def test_every_core_act_has_words(kind):
    assert words.wording(a.APPROVER, kind("7"), ERA, None)


# ---- A program, at a real system ----------------------------------------------------------------


@pytest.fixture(scope="module")
def at_work(tmp_path_factory):
    with standing(tmp_path_factory.mktemp("standing")) as found:
        accounts = {"composer": found.people.composer, "approver": found.people.approver}
        people = {
            name: {"login": each.login, "password": each.password}
            for name, each in accounts.items()
        }
        known = {"url": found.system.url, "people": people}
        (found.folder / "people.json").write_text(json.dumps(known))
        command = json.dumps(["env", f"PYTHONPATH={PROGRAM.parents[3]}", sys.executable])
        program = json.dumps([str(PROGRAM), str(found.folder)])
        (found.folder / "target.yaml").write_text(
            f'{HEAD}dialect: questions\nreached: {{url: "{found.system.url}"}}\n'
            f"operator: {{driver: program, command: {command[:-1]}, {program[1:]}, wait: 30s}}\n"
            f"{found.fleet}"
        )
        yield found


@pytest.mark.slow
@pytest.mark.needs_tool("mosquitto")
def test_cases_by_questions(at_work):
    asked = target.read(at_work.folder / "target.yaml")
    around = Around(asked, 8)
    assert around.can_try(CASES["source-approval"])
    assert not around.can_try(CASES["source-order"]), "nobody is so fast"
    with bench.running(around, f"{0xCC:010x}") as try_one:
        name = "source-approval"
        trial = try_one(CASES[name], f"{0xCC:010x}-1")
        assert (trial.lifecycle, trial.trouble) == (Lifecycle.FINISHED, None)
        assert (trial.alive_before, trial.alive_after) == (True, True)
        seen = judged(CASES[name], trial.record)
        assert {check: each.says.en for check, each in seen.items() if not each.ok} == {}
        text = b"".join(content for _, content in trial_files(trial)).decode()
        assert not [secret for secret in at_work.secrets if secret in text]
        assert '"answers": "automation"' in text
        (at_work.folder / "silent").write_text("Approve")
        silent = try_one(CASES[name], f"{0xCC:010x}-2")
    assert (silent.lifecycle, silent.trouble) == (Lifecycle.FINISHED, None)
    planned = certification.plan(
        {name: CASES[name]}, asked.role, asked.declared.supported, (), around.can_try
    )
    results = certification.clause_results(
        ledger(),
        asked.role,
        asked.declared.supported,
        planned,
        {name: silent},
        measures_time=True,
        uncertainty_ms=50,
    )
    found = [each for result in results for each in result.checks if each.case == name]
    assert {(each.verdict, each.reason) for each in found} == {
        (Verdict.INCONCLUSIVE, Reason.NO_ANSWER)
    }
