"""`ttcs dialect test`: what does not translate is said line by line, and the how-to is right."""

import json
from pathlib import Path

import pytest

from tests.simulator.dialects.guide import LINES, SOURCE
from tests.ttcs.program import here


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The dialect of the how-to, with its transcript."""
    written = tmp_path / "line_speaker.py"
    written.write_text(SOURCE, "utf-8")
    recorded = tmp_path / "transcripts" / "line_speaker" / "volume.jsonl"
    recorded.parent.mkdir(parents=True)
    recorded.write_text(LINES, "utf-8")
    return written


@pytest.mark.parametrize(
    ("name", "least"),
    [("reference", 15), ("shared-http", 15), ("linux-speaker", 15), ("mcu-speaker", 8)],
)
def test_the_built_in_dialects_translate_as_recorded(name: str, least: int) -> None:
    status, out, error = here("dialect", "test", name, "--json")
    assert (status, error) == (0, "")
    told = json.loads(out)
    assert told["findings"] == []
    assert told["lines"] >= least
    assert told["transcripts"] >= 1


def test_the_dialect_of_the_guide_is_right(file: Path) -> None:
    status, out, error = here("dialect", "test", file)
    assert (status, error) == (0, ""), out
    assert "1 bản ghi / transcripts, 2 dòng / lines" in out


def test_a_wire_that_names_no_command_and_has_no_word_for_the_volume(file: Path) -> None:
    source = SOURCE.replace('" ".join([order.id, str(', '" ".join(["-", str(')
    source = source.replace("return Order(order_id, ", 'return Order(" ".join(words), ')
    words = 'words = ["VOLUME", str(percent)]'
    assert words in source
    file.write_text(source.replace(words, 'raise NoWord("not known")'), "utf-8")
    lines = LINES.replace('"text": "c1 ', '"text": "- ').replace(
        '{"id": "c1"', '{"id": "VOLUME 40"'
    )
    (file.parent / "transcripts" / "line_speaker" / "volume.jsonl").write_text(lines, "utf-8")
    status, out, _ = here("dialect", "test", file)
    assert (status, "0 sai / wrong" in out) == (0, True), out


def test_a_name_that_the_wire_has_must_arrive(file: Path) -> None:
    file.write_text(SOURCE.replace("return Order(order_id, ", 'return Order("x", '), "utf-8")
    status, out, _ = here("dialect", "test", file)
    assert status == 1
    assert "carries orders: Play: arrives as x Play, expected c1 Play" in out


def test_without_a_transcript_nothing_is_proven(file: Path) -> None:
    (file.parent / "transcripts" / "line_speaker" / "volume.jsonl").unlink()
    status, out, error = here("dialect", "test", file)
    assert (status, len(error.splitlines())) == (3, 1)
    assert "0 sai / wrong" in out


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("SetVolume(int(percent))", "SetVolume(int(percent) + 1)", "orders[0].set_volume.percent"),
        ('"OK" if', '"OKAY" if', "volume.jsonl:3: answer: is"),
        ('/say", words', '/told", words', "volume.jsonl:3: answer: goes to line/21952-01/told"),
        ("except ValueError as error", "except KeyError as error", "UnicodeDecodeError"),
        (
            'if place != f"line/{device}/do"',
            'if not place.endswith("do")',
            "is obeyed by another device, too",
        ),
        ("entries_at_once = 1", "entries_at_once = 0", "entries_at_once: is 0"),
        (
            "def log(self, device, sent_ms, entries):\n        return None",
            "def log(self, device, sent_ms, entries):\n        self.n = getattr(self, 'n', 0) + 1\n"
            "        return self._say(device, str(self.n))",
            "log: is another one the second time",
        ),
        ('{"mqtt"}', '{"http"}', "goes over mqtt, which is none of the wires"),
        (
            "    def online(self",
            "    def login(self, device, secret):\n        return [device, secret]\n\n"
            "    def online(self",
            "login: shows the secret in its repr",
        ),
    ],
)
def test_a_planted_fault_is_named_in_one_line(
    file: Path, before: str, after: str, said: str
) -> None:
    assert before in SOURCE
    file.write_text(SOURCE.replace(before, after), "utf-8")
    status, out, _ = here("dialect", "test", file)
    assert status == 1
    assert said in out
    as_json = json.loads(here("dialect", "test", file, "--json")[1])
    assert len(out.splitlines()) == len(as_json["findings"]) + 1


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("", "DIALECT: is missing"),
        ("DIALECT = 1", "DIALECT: is a int"),
        ("x = 1\nraise OSError('broken\\nhere')", "line_speaker.py:2: is OSError: broken\\nhere"),
        ("def", "line_speaker.py:1: is SyntaxError"),
    ],
)
def test_a_file_that_is_no_dialect_is_refused(file: Path, source: str, said: str) -> None:
    file.write_text(source, "utf-8")
    status, out, error = here("dialect", "test", file)
    assert (status, out, len(error.splitlines())) == (2, "", 1)
    assert said in error


@pytest.mark.parametrize("name", ["nothing", "nothing.py", "/etc/passwd"])
def test_what_is_nowhere_is_refused(name: str) -> None:
    status, _, error = here("dialect", "test", name)
    assert status == 2
    assert "reference, shared-http, linux-speaker, mcu-speaker or a .py file" in error


HEAD = LINES.splitlines()[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "volume.jsonl:1"),
        ("{}", "volume.jsonl:1: is an empty mapping"),
        (f"{HEAD}\n[]", "volume.jsonl:2: is an empty list, expected an object"),
        (f"{HEAD}\n{{}}", "volume.jsonl:2: is with 0 meanings"),
        (f'{HEAD}\n{{"at_ms": 1, "way": "in", "place": "a", "poll": {{}}}}', "is incomplete"),
        (f'{HEAD}\n{{"at_ms": 1, "way": "in", "place": "a", "more": 1}}', 'with "more"'),
        (
            f'{HEAD}\n{{"at_ms": 1, "way": "in", "place": "a", "base64": "?", "orders": []}}',
            "base64",
        ),
        (f"{HEAD}\n{{", "volume.jsonl:2:2: is not JSON"),
    ],
)
def test_a_transcript_is_read_strictly(file: Path, text: str, said: str) -> None:
    (file.parent / "transcripts" / "line_speaker" / "volume.jsonl").write_text(text, "utf-8")
    status, out, error = here("dialect", "test", file)
    assert (status, out, len(error.splitlines())) == (2, "", 1)
    assert said in error


def test_a_meaning_that_is_no_neutral_word_is_named(file: Path) -> None:
    recorded = file.parent / "transcripts" / "line_speaker" / "volume.jsonl"
    recorded.write_text(LINES.replace('"order": "c1"', '"order": 1'), "utf-8")
    status, out, _ = here("dialect", "test", file)
    assert status == 1
    assert "is no neutral word: order: is the number 1, expected a valid string" in out


def test_the_help_says_that_the_file_is_run() -> None:
    status, out, _ = here("dialect", "test", "--help")
    assert status == 0
    assert "RUN" in out
