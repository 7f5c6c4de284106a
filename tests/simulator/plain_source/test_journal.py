"""The journal: what was accepted is there again, whatever it was that died."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.plain_source.journal import BadJournal, Journal

LINES = st.lists(st.dictionaries(st.text(max_size=5), st.text() | st.integers()), max_size=6)


def read(file: Path) -> list[object]:
    journal = Journal(file)
    try:
        return list(journal.replay())
    finally:
        journal.close()


@given(LINES, st.integers(min_value=0))
def test_what_was_whole_is_kept_wherever_the_file_ends(lines: list[object], cut: int) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "j"
        journal = Journal(file)
        for line in lines:
            journal.append({"x": line})
        journal.sync()
        journal.close()
        whole = file.read_bytes()
        kept = whole[: cut % (len(whole) + 1)]
        file.write_bytes(kept)
        assert read(file) == [json.loads(line) for line in kept.split(b"\n")[:-1]]
        journal = Journal(file)
        before = list(journal.replay())
        journal.append({"after": 1})
        journal.close()
        assert read(file) == [*before, {"after": 1}]


def test_a_broken_line_in_the_middle_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    file = tmp_path / "j"
    file.write_bytes(b'{"a":1}\nbroken\n{"a":2}\n')
    with pytest.raises(BadJournal, match=":2: is not JSON"):
        read(file)
    assert file.read_bytes().count(b"\n") == 3


def test_two_processes_do_not_share_one(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j")
    with pytest.raises(BadJournal, match="another process"):
        Journal(tmp_path / "j")
    journal.close()
