"""Questions on a terminal and to a program: what counts as an answer, and what never does."""

import asyncio
import json
import os
import pty
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.bench import operators, programs
from conformance.bench.operators import Asking, Program, Terminal
from conformance.bench.questions import choice, done, line, yes_no
from scenarios.problems import BadInput
from scenarios.scenario import Text

LOOK = choice(
    "look",
    Text("Thấy gì?", "What is there?"),
    {"one": Text("Một", "One"), "two": Text("Hai", "Two")},
)
CUT = done("cut", Text("Ngắt điện", "Cut it"))
OWN = line("own", Text("Nhập mã", "Type the id"), {"done": Text("Xong", "Done")})
SEEN = yes_no("seen", Text("Có thấy không?", "Is it seen?"))


@pytest.fixture
def terminal():
    """What types, the terminal that asks, and what it has shown."""
    ours, theirs = pty.openpty()
    shown: list[str] = []
    yield ours, Terminal(theirs, shown.append), shown
    for end in (ours, theirs):
        os.close(end)


def typed(terminal, question, *lines, wait_s=5.0):
    """The answer where these lines are typed one after the other."""
    ours, asking, _ = terminal

    async def main():
        answer = asyncio.create_task(asking.put(question, wait_s))
        for each in lines:
            await asyncio.sleep(0.05)
            os.write(ours, each)
        return await answer

    return asyncio.run(main())


@pytest.mark.parametrize(
    ("question", "lines", "answer"),
    [
        (CUT, [b"1\n"], "done"),
        (SEEN, [b"2\n"], "no"),
        (SEEN, [b" YES \n"], "yes"),
        (LOOK, [b"2\n"], "two"),
        (LOOK, [b"3\n", b"\n", b"\xff\n", b"one\n"], "one"),
        (LOOK, [b"0\n"], None),
        (OWN, [b"  B-12 a\n"], "B-12 a"),
        (OWN, [b"1\n"], "1"),
        (OWN, [b"\n", b"done\n"], "done"),
        (OWN, [b"0\n"], None),
        (LOOK, [b"\x04"], None),
    ],
)
def test_what_is_typed(terminal, question, lines, answer):
    assert typed(terminal, question, *lines) == answer
    assert terminal[2][0].endswith(f"{question.text.vi}\n{question.text.en}")


def test_what_was_typed_before_the_question_is_no_answer(terminal):
    ours, _, _ = terminal
    os.write(ours, b"1\n1\n")
    time.sleep(0.05)
    assert typed(terminal, SEEN, b"2\n") == "no"


def test_nothing_is_typed_in_time(terminal):
    assert typed(terminal, CUT, wait_s=0.1) is None
    assert "Too late" in terminal[2][-1]


def test_a_terminal_that_is_none_is_refused_before_the_run(monkeypatch, tmp_path):
    asking = Asking("terminal", 0, (), tmp_path, 1)
    with open(os.devnull) as nothing:
        monkeypatch.setattr(sys, "stdin", nothing)
        with pytest.raises(BadInput, match=r"bench\.yaml: operator\.driver: is terminal"):
            operators.check(asking, "bench.yaml")
        operators.check(Asking("page", 0, (), tmp_path, 1), "bench.yaml")
        operators.check(None, "bench.yaml")


def answered(tmp_path, code, question=LOOK, wait_s=5.0):
    """What a program of that code is taken to have answered."""
    program = Program((sys.executable, "-c", code), tmp_path)
    return asyncio.run(program.put(question, wait_s))


def test_a_program_is_given_the_question(tmp_path):
    code = (
        "import json, sys; said = sys.stdin.read(); open('said', 'w').write(said);"
        "print(json.dumps({'answer': list(json.loads(said)['options'])[1]}))"
    )
    assert answered(tmp_path, code) == "two"
    assert json.loads((tmp_path / "said").read_text()) == {
        "ttcs": 1,
        "wait_s": 5.0,
        "id": "look",
        "kind": "choice",
        "text": {"vi": "Thấy gì?", "en": "What is there?"},
        "options": {"one": {"vi": "Một", "en": "One"}, "two": {"vi": "Hai", "en": "Two"}},
    }


@pytest.mark.parametrize(
    "code",
    [
        'print(\'{"answer": "two"}\'); raise SystemExit(1)',
        'print(\'{"answer": "three"}\')',
        "print('{\"answer\": null}')",
        'print(\'{"answer": "two", "by": "Ba"}\')',
        'print(\'{"answer": "one", "answer": "two"}\')',
        "print('[\"answer\"]')",
        "print('two')",
        "print()",
        "print('{\"answer\": \"two\"}' + ' ' * 5000)",
        'raise SystemExit(\'{"answer": "two"}\')',
    ],
)
def test_whatever_else_a_program_does_is_no_answer(tmp_path, code):
    assert answered(tmp_path, code) is None


def test_a_program_that_takes_too_long_is_ended_with_all_its_children(tmp_path):
    code = (
        "import os, subprocess, sys, time;"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
        "open('child', 'w').write(str(child.pid)); time.sleep(60)"
    )
    begun = time.monotonic()
    assert answered(tmp_path, code, wait_s=1.0) is None
    assert time.monotonic() - begun < 10
    child = int((tmp_path / "child").read_text())
    for _ in range(100):
        try:
            state = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            break
        if state in "ZX":
            break
        time.sleep(0.05)
    else:
        raise AssertionError("its child lives on")


def test_a_program_that_is_not_there_is_no_answer(tmp_path):
    assert asyncio.run(Program(("./nothing",), tmp_path).put(CUT, 5)) is None


def test_what_a_program_leaves_running_does_not_keep_it(tmp_path):
    """A command that switches a device on starts it, and the device holds its output."""
    code = (
        "import subprocess, sys; sys.stdout.write('{}'); sys.stdout.flush();"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(5)'])"
    )
    begun = time.monotonic()
    ended = programs.run((sys.executable, "-c", code), tmp_path, 30)
    assert asyncio.run(ended) == b"{}"
    assert time.monotonic() - begun < 4


@given(st.one_of(st.text(), st.none(), st.integers(), st.lists(st.text())))
def test_a_question_accepts_its_own_words_alone(word):
    assert LOOK.accepts(word) is (word in ("one", "two"))


def test_an_interruption_ends_the_program(tmp_path):
    async def main():
        code = "import time; open('begun', 'w').close(); time.sleep(60)"
        task = asyncio.create_task(programs.run((sys.executable, "-c", code), tmp_path, 50))
        while not (tmp_path / "begun").exists():
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    begun = time.monotonic()
    asyncio.run(main())
    assert time.monotonic() - begun < 20
