"""Quantities of clauses: read strictly, and judged with the uncertainty as a guard band."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.clauses import ledger, quantities
from conformance.verdicts import Verdict
from scenarios import strict_yaml
from scenarios.problems import BadInput

POWER = """\
power:
  title: {vi: "công suất", en: "power"}
  at_least: "50 W"
  at_most: "120 W"
  plausible: ["0 W", "1000 W"]
"""
NUMBERS = st.decimals(0, 1000, places=2)


def parsed(text):
    return quantities.read(strict_yaml.parse("q.yaml", f"q:\n{indented(text)}".encode()), ("q",))


def indented(text):
    return "".join(f"  {line}\n" for line in text.splitlines())


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        ("82", "pass"),
        ("53", "pass"),
        ("52.9", "inconclusive"),
        ("47", "inconclusive"),
        ("46.9", "fail"),
        ("117", "pass"),
        ("117.1", "inconclusive"),
        ("123.1", "fail"),
    ],
)
def test_the_guard_band(value, verdict):
    (power,) = parsed(POWER)
    assert power.judged(Decimal(value), Decimal(3))[0] == verdict


@given(NUMBERS, NUMBERS.filter(bool))
def test_a_pass_and_a_failure_hold_wherever_in_its_uncertainty_the_value_lies(value, uncertainty):
    (power,) = parsed(POWER)
    verdict = power.judged(value, uncertainty)[0]
    ends = [50 <= end <= 120 for end in (value - uncertainty, value + uncertainty)]
    assert (verdict is Verdict.PASS) == all(ends)
    if verdict is Verdict.FAIL:
        assert value + uncertainty < 50 or value - uncertainty > 120


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"50 W"', '"50 V"', "q.yaml:3:5: q.power: is without, expected at_least"),
        ('"50 W"', '"500 W"', "q.power: is out of order"),
        ('"50 W"', '"50"', 'q.power.at_least: is "50", expected a number with its unit'),
        ('["0 W", "1000 W"]', '["0 W"]', "q.power.plausible: is a list"),
        ('"120 W"', '"2000 W"', "q.power: is out of order"),
        ('  at_least: "50 W"\n  at_most: "120 W"\n', "", "q.power: is without"),
        ("  title", "  titel", "q.power.titel: is an unknown"),
    ],
)
def test_what_a_quantity_may_not_be(old, new, said):
    assert old in POWER
    with pytest.raises(BadInput) as caught:
        parsed(POWER.replace(old, new))
    assert any(said in str(problem) for problem in caught.value.problems), str(caught.value)


def test_annex_1_has_its_numbers():
    said = {
        (name, each.name): each.limit() for name, c in ledger().items() for each in c.quantities
    }
    assert said == {
        ("TT39-C8-AC", "lowest_working_ac"): "≤ 90 V",
        ("TT39-C8-AC", "highest_working_ac"): "≥ 240 V",
        ("TT39-C8-DC", "lowest_working_dc"): "≤ 12 V",
        ("TT39-C8-DC", "highest_working_dc"): "≥ 24 V",
        ("TT39-C9-UNDER", "undervoltage_trip"): "≤ 90 V",
        ("TT39-C9-OVER", "overvoltage_trip"): "≥ 240 V",
        ("TT39-C10", "output_power"): "≥ 50 W, ≤ 120 W",
    }
    assert {each.at for each in ledger()["TT39-C8-AC"].quantities} == {"50 Hz"}
