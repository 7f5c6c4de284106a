import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios import strict_json
from scenarios.problems import BadInput


@pytest.mark.parametrize(
    ("source", "line"),
    [
        (
            b'{"a": 1, "a": 2}',
            'c.json:1: is the key "a" again in one object, expected each key once',
        ),
        (b"[NaN]", "c.json:1: is NaN, expected a number that JSON knows"),
        (b"[-Infinity]", "c.json:1: is -Infinity, expected a number that JSON knows"),
        (b"[1e999]", "c.json:1: is a number out of range, expected a smaller number"),
        (
            b"1" * 5000,
            "c.json:1: is a longer number, expected a number of at most 20 digits",
        ),
        (b'["\\ud800"]', "c.json:1: is text with half a surrogate pair, expected text"),
        (b'{"a":\n 01}', "c.json:2:3: is not JSON (Expecting ',' delimiter), expected JSON"),
        (b"", "c.json:1:1: is not JSON (Expecting value), expected JSON"),
        (b'["\xff"]', "c.json:1:3: is the byte 0xff, expected UTF-8 text"),
        (b"\n" + b"[" * 10**5, "c.json:2:65: is nested too deeply, expected at most 64 levels"),
        (b" " * 201, "c.json: is longer than 200 bytes, expected less"),
    ],
)
def test_what_is_refused_is_told_in_one_line(source: bytes, line: str) -> None:
    limit = 200 if line.startswith("c.json: is longer") else strict_json.MAX_BYTES
    with pytest.raises(BadInput) as refused:
        strict_json.parse("c.json", source, limit)
    assert [str(problem) for problem in refused.value.problems] == [line]


def test_brackets_in_text_are_no_depth() -> None:
    data = ["[" * 100, '"' + "{" * 100]
    assert strict_json.parse("c.json", json.dumps(data).encode()) == data


def test_a_line_of_json_lines_keeps_its_number() -> None:
    assert strict_json.decode_line('{"a": 1}', "log.jsonl", 7) == {"a": 1}
    with pytest.raises(BadInput, match=r"^log\.jsonl:7:7: is not JSON"):
        strict_json.decode_line('{"a": }', "log.jsonl", 7)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=20,
    )
)
def test_json_reads_as_itself(data: object) -> None:
    assert strict_json.parse("c.json", json.dumps(data, ensure_ascii=False).encode()) == data


@settings(max_examples=300)
@given(st.binary(max_size=60) | st.text('[]{}:,-"\\uD8eE019.N\n').map(str.encode))
def test_no_bytes_end_in_anything_but_data_or_a_problem(source: bytes) -> None:
    try:
        strict_json.parse("c.json", source)
    except BadInput as refused:
        (problem,) = refused.problems
        assert str(problem).isprintable()
