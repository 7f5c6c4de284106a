"""Files of readings: read strictly with every line that is wrong, and kept as they are read."""

from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance import demo, readings
from conformance.bundle import json_bytes
from conformance.clauses import ledger
from conformance.readings.written import written
from scenarios import strict_yaml
from scenarios.problems import BadInput
from tests.conformance.readings.readings_file import WHOLE, parsed

TODAY = date(2026, 11, 22)
HOW_TO = Path(__file__).parents[3] / "docs" / "how-to" / "certify-a-device.md"


def test_all_kinds_are_read():
    found = parsed()
    assert [each.value.name for each in found.readings] == [
        "lowest_working_ac",
        "highest_working_ac",
        "output_power",
    ]
    assert str(found.readings[1].value.k) == "2.5"
    assert found.readings[2].value.basis == "the meter's manual, 95 %"
    assert found.laboratories[0].results[1].values[0].name == "undervoltage_trip"
    assert [each.kind for each in found.vouched] == ["inspected", "declared"]
    assert found.files == [("report.pdf", None), ("relay.png", None)]


def test_they_are_kept_as_they_are_read():
    found = parsed()
    names = {"report.pdf": "report.pdf", "relay.png": "relay.png"}
    assert parsed(json_bytes(written(found, names)).decode()) == found


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"86.2 V"', '"862 V"', "4:58: readings[0].value: is 862 V, expected from 1 to 600 V"),
        ('"86.2 V"', '"86.2 W"', "readings[0].value: is 86.2 W, expected from 1 to 600 V"),
        ('"86.2 V"', "86.2", "readings[0].value: is the number 86.2, expected a number with its"),
        ('"0.5 V", k: 2,', '"0 V", k: 2,', "readings[0].uncertainty: is 0 V, expected more than 0"),
        ('"0.5 V", k: 2,', '"0.5 V",', "readings[0].uncertainty: is without, or with both"),
        ('"0.5 V", k: 2,', '"0.5 V", k: 1,', "readings[0].k: is the number 1, expected a coverage"),
        ('at: "50 Hz"', 'at: "60 Hz"', 'readings[0].at: is "60 Hz", expected 50 Hz, as the clause'),
        ("output_power", "power", 'readings[2].name: is "power", expected a quantity of TT39-C10'),
        ("clause: TT39-C10", "clause: TT39-C99", "readings[2].clause: is"),
        ("clause: TT39-C10", "clause: TT39-C1", "expected the id of a clause that binds somebody"),
        ("result: pass}", "result: good}", "laboratories[0].results[0].result: is"),
        ('value: "85 V"', 'value: "-85 V"', "laboratories[0].results[1].values[0].value: is -85 V"),
        ("by: province, file", "by: Nam, file", "inspections[0].by: is"),
        ('"số đo thật"', '""', "declarations[0].statement: is"),
        ('read_on: "2026-11-20", by: province', 'read_on: "x", by: province', "read_on: is"),
        ('file: "report.pdf"', 'page: "report.pdf"', "laboratories[0].page: is an unknown"),
        ('file: "relay.png"', f'sha256: "{"0" * 64}"', "inspections[0].sha256: is of nothing"),
        ("ttcs: 1", "ttcs: 2", "readings.yaml:1:7: ttcs"),
    ],
)
def test_what_is_wrong_is_named_by_its_place(old, new, said):
    assert old in WHOLE
    with pytest.raises(BadInput) as caught:
        parsed(WHOLE.replace(old, new, 1))
    assert any(said in str(problem) for problem in caught.value.problems), str(caught.value)


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.just([])
)


@given(st.data())
def test_any_junk_in_place_of_a_value_is_refused_in_words(data):
    """Or read as what it says; never anything but `BadInput`."""
    whole = written(parsed(), {"report.pdf": "a.pdf", "relay.png": "b.png"})
    entry = data.draw(st.sampled_from([*whole["readings"], *whole["laboratories"], whole]))
    entry[data.draw(st.sampled_from(sorted(entry)))] = data.draw(SCALARS)
    with suppress(BadInput):
        readings.parse(strict_yaml.parse("r.json", json_bytes(whole)), ledger())


def checked(given, role="ip-speaker", today=TODAY):
    declared = replace(demo.declaration("ip-speaker"), role=role)
    readings.check_valid(given, ledger(), declared, today, "r.yaml")


@pytest.mark.parametrize(
    ("given", "options", "said"),
    [
        (WHOLE.replace('serial: "1"', 'serial: "2"'), {}, "emulated IP speaker 1, the declared"),
        (WHOLE, {"today": date(2026, 11, 19)}, "is of 2026-11-20, expected a day that is not"),
        (WHOLE, {"role": "e-board"}, "TT39-C10: is of others, expected a clause that binds e-bo"),
    ],
)
def test_another_device_or_day_is_refused(given, options, said):
    checked(parsed())
    with pytest.raises(BadInput) as caught:
        checked(parsed(given), **options)
    assert said in str(caught.value)


def test_the_example_of_the_how_to_is_one():
    blocks = HOW_TO.read_text("utf-8").split("```yaml\n")[1:]
    (example,) = [text for each in blocks if "readings:" in (text := each.partition("```")[0])]
    found = parsed(example)
    assert found.readings
    assert found.laboratories
    assert {each.kind for each in found.vouched} == {"inspected", "declared"}
