"""Case files: what is right is read as it stands, what is wrong is told in one line."""

import contextlib
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.problems import BadInput
from simulator.playout import reading
from simulator.playout.case import Case, Device, Item, Segment
from tests.simulator.playout.cases import cases

SCHEMA_FILE = Path(reading.__file__).parent / "schemas" / "case.schema.json"
VALIDATOR = jsonschema.Draft202012Validator(json.loads(SCHEMA_FILE.read_text("utf-8")))

NEWS = {
    "id": "news",
    "class": "normal",
    "kind": "file",
    "issued": -5,
    "delivered": None,
    "not_before": 10,
    "duration": 300,
}
STORM = NEWS | {"id": "storm", "class": "emergency", "severity": 3, "cancelled": None}
SPEAKER = {"id": "d", "power": [[0, 9], [3, 3]], "link": [], "items": [NEWS, STORM]}
CASE = {"horizon": 1000, "devices": [SPEAKER, SPEAKER | {"id": "e"}]}


def copied(data: object) -> Any:
    """The same data with no part in it twice."""
    return json.loads(json.dumps(data))


def changed(*path: str | int, to: object) -> Any:
    """The case with the value at a path replaced or added."""
    data = node = copied(CASE)
    for name in path[:-1]:
        node = node[name]
    node[path[-1]] = to
    return data


def without(*path: str | int) -> Any:
    data = node = copied(CASE)
    for name in path[:-1]:
        node = node[name]
    del node[path[-1]]
    return data


def fault(data: Any) -> str:
    with pytest.raises(BadInput) as refused:
        reading.parse(data, "c.json")
    (problem,) = refused.value.problems
    return str(problem)


def as_data(case: Case) -> dict[str, Any]:
    """A case as a file has it, every field written."""

    def fields(thing: Device | Item) -> dict[str, Any]:
        return {name: getattr(thing, name) for name in type(thing).__dataclass_fields__}

    def item(item: Item) -> dict[str, Any]:
        data = fields(item)
        return {"class": data.pop("bulletin_class"), **data}

    devices = [fields(device) | {"items": list(map(item, device.items))} for device in case.devices]
    data: dict[str, Any] = copied({"horizon": case.horizon, "devices": devices})
    return data


def test_a_case_for_people() -> None:
    news = Item("news", "normal", "file", -5, None, 10, 300)
    storm = Item("storm", "emergency", "file", -5, None, 10, 300, severity=3)
    speakers = (Device(name, ((0, 9), (3, 3)), (), (news, storm)) for name in ("d", "e"))
    assert reading.parse(CASE, "c.json") == Case(1000, tuple(speakers))


def test_what_a_case_leaves_out() -> None:
    item = {"severity": 0, "order": 0, "expires": None, "end_by": None, "cancelled": None}
    device = {
        "power_recovery": "restart",
        "after_cut": "resume",
        "priority_cuts": True,
        "start_delay": 0,
    }
    short = changed("devices", to=[SPEAKER | {"items": [NEWS]}])
    full = changed("devices", to=[SPEAKER | device | {"items": [NEWS | item]}])
    assert reading.parse(short, "c.json") == reading.parse(full, "c.json")


@given(cases)
def test_every_case_is_read_as_it_is_written(case: Case) -> None:
    data = as_data(case)
    assert reading.parse(data, "c.json") == case
    VALIDATOR.validate(data)


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    path.write_text(json.dumps(CASE), "utf-8")
    assert reading.read(path) == reading.parse(CASE, "c.json")
    with pytest.raises(BadInput, match="not readable"):
        reading.read(tmp_path / "none.json")


def test_segments_as_json() -> None:
    played = {"d": [Segment("news", 1, 5, 0, "power")], "e": []}
    assert reading.segments_as_json(played) == {
        "d": [{"item": "news", "start": 1, "end": 5, "offset": 0, "reason": "power"}],
        "e": [],
    }


MOST = 9007199254740992
ANY = f"expected a whole number from {-MOST} to {MOST}"
FROM_0 = f"expected a whole number from 0 to {MOST}"
FROM_1 = f"expected a whole number from 1 to {MOST}"
DEVICE_FIELDS = "id, power, link, items, power_recovery, after_cut, priority_cuts, start_delay"
ITEM_FIELDS = (
    "id, class, kind, issued, delivered, not_before, duration, severity, order, expires, end_by, "
    "cancelled"
)

CASE_FAULTS = [
    ("horizon", -1, f"is the number -1, {FROM_0}"),
    ("horizon", True, f"is true, {FROM_0}"),
    ("devices", {}, "is an empty mapping, expected a list"),
    ("seed", 1, "is an unknown field, expected one of horizon, devices"),
]
DEVICE_FAULTS = [
    ("link", None, "is nothing, expected a list"),
    ("power_recovery", "wait", 'is "wait", expected one of resume, restart, drop'),
    ("after_cut", [], "is an empty list, expected one of resume, restart, drop"),
    ("priority_cuts", 1, "is the number 1, expected true or false"),
    ("start_delay", -1, f"is the number -1, {FROM_0}"),
    ("items", [NEWS] * 32_768, "is a list of 32768, expected at most 32767"),
    ("model", "S2", f"is an unknown field, expected one of {DEVICE_FIELDS}"),
]
INTERVAL_FAULTS = [
    ([5, 3], "is the interval [5, 3], expected one that does not end before it starts"),
    ([5], "is a list, expected an interval [start, end]"),
    ("5-9", 'is "5-9", expected an interval [start, end]'),
    ([True, 3], f"is true, {ANY}"),
    ([0, 3.0], f"is the number 3.0, {ANY}"),
]
ITEM_FAULTS = [
    ("a\nb", 1, rf"is an unknown field, expected one of {ITEM_FIELDS}"),
    ("class", "urgent", 'is "urgent", expected one of emergency, priority, normal'),
    ("class", "priority", "is the number 3, expected 0 in the class priority"),
    ("kind", "File", 'is "File", expected one of file, stream, live'),
    ("issued", 1.5, f"is the number 1.5, {ANY}"),
    ("issued", None, f"is nothing, {ANY}"),
    ("not_before", "9", f'is "9", {ANY}'),
    ("duration", 0, f"is the number 0, {FROM_1}"),
    ("duration", -3, f"is the number -3, {FROM_1}"),
    ("duration", True, f"is true, {FROM_1}"),
    ("severity", 4, "is the number 4, expected a whole number from 0 to 3"),
    ("severity", None, "is nothing, expected a whole number from 0 to 3"),
    ("order", MOST + 1, f"is the number {MOST + 1}, {ANY}"),
    ("delivered", -MOST - 1, f"is the number {-MOST - 1}, {ANY}, or null"),
    ("expires", "9", f'is "9", {ANY}, or null'),
    ("end_by", False, f"is false, {ANY}, or null"),
    ("cancelled", [1], f"is a list, {ANY}, or null"),
]


@pytest.mark.parametrize(("field", "value", "told"), CASE_FAULTS)
def test_a_fault_of_a_case(field: str, value: object, told: str) -> None:
    assert fault(changed(field, to=value)) == f"c.json: {field}: {told}"


@pytest.mark.parametrize(("field", "value", "told"), DEVICE_FAULTS)
def test_a_fault_of_a_device(field: str, value: object, told: str) -> None:
    assert fault(changed("devices", 1, field, to=value)) == f'c.json: devices["e"].{field}: {told}'


@pytest.mark.parametrize(("value", "told"), INTERVAL_FAULTS)
def test_a_fault_of_an_interval(value: object, told: str) -> None:
    bad = changed("devices", 0, "power", 1, to=value)
    assert fault(bad) == f'c.json: devices["d"].power[1]: {told}'


@pytest.mark.parametrize(("field", "value", "told"), ITEM_FAULTS)
def test_a_fault_of_an_item(field: str, value: object, told: str) -> None:
    place = "severity" if "in the class" in told else field.replace("\n", r"\n")
    bad = changed("devices", 1, "items", 1, field, to=value)
    assert fault(bad) == f'c.json: devices["e"].items["storm"].{place}: {told}'


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        (("devices", 1, "id"), "d", 'devices["d"].id: is "d" again, expected each id once'),
        (
            ("devices", 1, "id"),
            7,
            "devices[1].id: is the number 7, expected text that is not empty",
        ),
        (("devices", 1, "id"), "", 'devices[1].id: is "", expected text that is not empty'),
        (("devices", 1), None, f"devices[1]: is nothing, expected a mapping with {DEVICE_FIELDS}"),
        (
            ("devices", 0, "items", 1, "id"),
            "news",
            'devices["d"].items["news"].id: is "news" again, expected each id once',
        ),
        (
            ("devices", 0, "items", 1, "id"),
            None,
            'devices["d"].items[1].id: is nothing, expected text that is not empty',
        ),
    ],
)
def test_an_id_that_is_none(path: tuple[str | int, ...], value: object, line: str) -> None:
    assert fault(changed(*path, to=value)) == f"c.json: {line}"


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("horizon",), "horizon"),
        (("devices", 0, "id"), "devices[0].id"),
        (("devices", 1, "link"), 'devices["e"].link'),
        (("devices", 1, "items", 0, "id"), 'devices["e"].items[0].id'),
        (("devices", 1, "items", 0, "delivered"), 'devices["e"].items["news"].delivered'),
    ],
)
def test_a_missing_field(path: tuple[str | int, ...], place: str) -> None:
    assert fault(without(*path)) == f"c.json: {place}: is missing, expected a value"


def test_no_case_at_all() -> None:
    assert fault([]) == "c.json: is an empty list, expected a mapping with horizon, devices"


def test_the_first_fault_as_written_is_told() -> None:
    assert fault({"horizon": -1, "devices": 0}).startswith("c.json: horizon:")
    assert fault({"devices": 0, "horizon": -1}).startswith("c.json: devices:")


def test_the_largest_numbers_are_read() -> None:
    largest = changed("devices", 0, "items", 0, "order", to=-MOST) | {"horizon": MOST}
    case = reading.parse(largest, "c.json")
    assert (case.horizon, case.devices[0].items[0].order) == (MOST, -MOST)


@pytest.mark.parametrize("device", [{"x" * 10_000: 1}, {"id": "x" * 10_000}])
def test_a_long_name_does_not_make_a_long_line(device: object) -> None:
    assert len(fault(changed("devices", 0, to=device))) < 300


ODD_VALUES = [None, True, False, 0, 1, -1, 2.5, 4, 2**53, 2**60, "", "d", "news", "normal", "drop"]
ODD_SETS = [[], [1], [[2, 1]], [[0, 1]], {}, [NEWS], [NEWS | {"class": "live"}]]
ODD = st.sampled_from([*ODD_VALUES, *ODD_SETS])


@st.composite
def odd_cases(draw: st.DrawFn) -> Any:
    """The case with fields changed, dropped or added anywhere."""
    data = copied(CASE)
    for _ in range(draw(st.integers(1, 2))):
        nodes = [data]
        for node in nodes:
            inner = node.values() if isinstance(node, dict) else node
            nodes += [value for value in inner if isinstance(value, dict | list) and value]
        node = draw(st.sampled_from(nodes))
        places = list(node) if isinstance(node, dict) else list(range(len(node)))
        if not places:
            continue
        place = draw(st.sampled_from([*places, "extra"] if isinstance(node, dict) else places))
        if draw(st.booleans()) or place == "extra":
            node[place] = copied(draw(ODD))
        else:
            del node[place]
    return data


BEYOND_THE_SCHEMA = ("expected each id once", "expected one that does not end before it starts")


@settings(max_examples=300)
@given(odd_cases())
def test_reader_and_schema_accept_the_same_cases(data: Any) -> None:
    try:
        reading.parse(data, "c.json")
    except BadInput as refused:
        (problem,) = refused.problems
        assert str(problem).isprintable()
        assert str(problem).endswith(BEYOND_THE_SCHEMA) or not VALIDATOR.is_valid(data)
    else:
        assert VALIDATOR.is_valid(data)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(st.sampled_from(["id", "devices", "horizon", "items"]), inner)
        ),
        max_leaves=12,
    )
)
def test_no_data_ends_in_anything_but_a_case_or_a_problem(data: Any) -> None:
    with contextlib.suppress(BadInput):
        reading.parse(data, "c.json")


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(VALIDATOR.schema)
