"""Joining late and signed commands: what the checks see of devices that are wrong in that alone."""

import pytest

from conformance.case import judged
from conformance.mutants.made import MUTANTS
from conformance.mutants.variants import VARIANTS
from conformance.record import Happening, Record
from conformance.suites import CASES


def seen(trial, case, make, profile="speaker-reference"):
    (only,) = judged(CASES[case], trial(CASES[case], profile, make).record).values()
    return only


@pytest.mark.parametrize(
    ("case", "mutant", "says"),
    [
        ("joining-relay", "F47", "after the broadcast had ended"),
        ("joining-emergency", "F23-boot", "emergency was not heard"),
        ("signed-commands", "F91", "forged ones taken: unsigned, altered, by a stranger"),
        ("signed-commands", "F91-any", "forged ones taken: altered, by a stranger"),
    ],
)
def test_a_device_that_is_wrong_is_found(trial, case, mutant, says):
    found = seen(trial, case, MUTANTS[mutant].make)
    assert found.ok is False
    assert says in found.says.en


@pytest.mark.parametrize("case", ["joining-relay", "joining-emergency", "signed-commands"])
@pytest.mark.parametrize("variant", ["boots-slowly", "waits-longer", "begins-again-after-power"])
def test_a_right_device_of_another_style_passes(trial, case, variant):
    assert seen(trial, case, VARIANTS[variant]).ok


def test_a_device_that_trusts_nobody_shows_nothing(trial):
    """That it refuses what is forged says nothing where it refuses all."""
    whole = trial(CASES["signed-commands"]).record
    refused = [
        Happening(each.at_ms, each.what, {**each.detail, "refusal": "unsigned"})
        if each.what == "answer"
        else each
        for each in whole.happenings
    ]
    (only,) = judged(CASES["signed-commands"], Record(refused)).values()
    assert only.ok is None


def test_a_relay_that_is_not_heard_again_shows_nothing(trial):
    assert seen(trial, "joining-relay", MUTANTS["F23"].make).ok is None
