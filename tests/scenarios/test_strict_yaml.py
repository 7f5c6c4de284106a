import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios import strict_yaml
from scenarios.problems import BadInput


def line_of(source: bytes) -> str:
    with pytest.raises(BadInput) as refused:
        strict_yaml.parse("a.yaml", source)
    (problem,) = refused.value.problems
    return str(problem)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("17:00", "17:00"),
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("True", "True"),
        ("2022-09-27", "2022-09-27"),
        ("0x10", "0x10"),
        ("0o7", "0o7"),
        ("1_000", "1_000"),
        (".inf", ".inf"),
        ("'012'", "012"),
        ('"null"', "null"),
        ("null", None),
        ("~", None),
        ("", None),
        ("true", True),
        ("-12", -12),
        ("0", 0),
        ("1.5", 1.5),
        ("1e3", 1000.0),
    ],
)
def test_scalars_are_those_of_yaml_1_2(written: str, value: object) -> None:
    read = strict_yaml.parse("a.yaml", f"a: {written}\n".encode()).data["a"]
    assert read == value
    assert type(read) is type(value)


def test_every_node_has_its_place_and_what_was_written() -> None:
    document = strict_yaml.parse("a.yaml", "a:\n  - {b: 1.50}\n  - ếch\n".encode())
    node = document.nodes["a", 0, "b"]
    assert (node.value, node.key, node.written) == ((2, 9), (2, 6), "1.50")
    assert document.nodes["a", 1].value == (3, 5)
    assert document.data_at(("a", 1)) == "ếch"
    assert document.data_at(("a", 2)) is None
    lacking = document.problem(("a", 0, "c"), "missing", "a c")
    assert str(lacking) == "a.yaml:2:5: a[0].c: is missing, expected a c"


@pytest.mark.parametrize(
    ("source", "line"),
    [
        (b"a: 1\nb: 2\na: 3\n", "a.yaml:3:1: a: is the same key again, expected each key once"),
        (b"a: 01234\n", 'a.yaml:1:4: a: is 01234, expected quoted text: write "01234"'),
        (
            b"a: !!str 1\n",
            'a.yaml:1:4: is tagged "tag:yaml.org,2002:str", expected a value without a tag',
        ),
        (b"1: a\n", "a.yaml:1:1: is a key that is no text, expected text as the key"),
        (b"[a]: b\n", "a.yaml:1:1: is a key that is no text, expected text as the key"),
        (
            b"a: &x [*x]\n",
            "a.yaml:1:4: a[0]: is an alias of what holds it, expected a value that ends",
        ),
        (b"a: 1e999\n", "a.yaml:1:4: a: is a number out of range, expected a smaller number"),
        (
            b"a: " + b"1" * 21,
            "a.yaml:1:4: a: is a longer number, expected a number of at most 20 digits",
        ),
        (b"a: \xff\n", "a.yaml:1:4: is the byte 0xff, expected UTF-8 text"),
        (b"a: \x01\n", "a.yaml:1:4: is the character U+0001, expected text that YAML allows"),
        (b'a: "\\ud800"\n', "a.yaml:1:4: a: is half a surrogate pair, expected text"),
        (
            b'a: "\\Uffffffff"\n',
            "a.yaml: is not YAML (a number out of range), expected a YAML file",
        ),
        (
            b"--- a\n--- b\n",
            "a.yaml:2:1: is not YAML (expected a single document in the stream, "
            "but found another document), expected a YAML file",
        ),
        (
            b"a: [1, 2\n",
            "a.yaml:2:1: is not YAML (while parsing a flow sequence, "
            "expected ',' or ']', but got '<stream end>'), expected a YAML file",
        ),
        (b"[" * 100_000, "a.yaml:1:33: is nested too deeply, expected at most 32 levels"),
        (b"- " * 100_000, "a.yaml:1:65: is nested too deeply, expected at most 32 levels"),
        (b" " * (2**20 + 1), "a.yaml: is longer than 1,048,576 bytes, expected a shorter file"),
    ],
)
def test_what_is_refused_is_told_in_one_line(source: bytes, line: str) -> None:
    assert line_of(source) == line


def test_aliases_are_few() -> None:
    few = b"a: &x 1\nb: [" + b"*x, " * 32 + b"]"
    assert strict_yaml.parse("a.yaml", few).data["b"] == [1] * 32
    assert "one alias too many" in line_of(few.replace(b"]", b"*x]"))


def test_nodes_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strict_yaml, "MAX_NODES", 4)
    assert strict_yaml.parse("a.yaml", b"[a, b, c]").data == ["a", "b", "c"]
    assert line_of(b"[a, b, c, d]") == "a.yaml:1:11: is node 5, expected at most 4 nodes"


def test_aliases_do_not_multiply_without_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strict_yaml, "MAX_NODES", 2_000)
    lines = ["a0: &a0 [" + "x, " * 10 + "]"]
    lines += [f"a{n}: &a{n} [" + f"*a{n - 1}, " * 5 + "]" for n in range(1, 7)]
    assert "one node too many" in line_of("\n".join(lines).encode())


def test_a_file_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    for path, reason in [
        (tmp_path / "none.yaml", "No such file or directory"),
        (tmp_path, "Is a directory"),
        (tmp_path / "a\0b", "embedded null byte"),
    ]:
        with pytest.raises(BadInput, match=reason) as refused:
            strict_yaml.read(path)
        assert "\n" not in str(refused.value)


plain_data = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text("abc_-", min_size=1), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(plain_data)
def test_json_reads_as_itself(data: object) -> None:
    assert strict_yaml.parse("a.yaml", json.dumps(data).encode()).data == data


@settings(max_examples=300)
@given(st.binary(max_size=60) | st.text("[]{}:,-&*!|>'\"%#?\n \\Uab01.~").map(str.encode))
def test_no_bytes_end_in_anything_but_data_or_a_problem(source: bytes) -> None:
    try:
        strict_yaml.parse("a.yaml", source)
    except BadInput as refused:
        (problem,) = refused.problems
        assert str(problem).isprintable()
