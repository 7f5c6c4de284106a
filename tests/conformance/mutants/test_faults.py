"""The catalogue of faults: each row has a mutant or says why not, and the ledger names those."""

import pytest

from conformance.clauses import SYSTEMS, ledger
from conformance.mutants.faults import faults, parse
from conformance.mutants.made import MUTANTS
from scenarios import strict_yaml
from scenarios.problems import BadInput

MADE = {mutant.fault for mutant in MUTANTS.values()}


def test_every_fault_of_the_catalogue_is_there_once():
    assert [name for name in faults() if name[0] == "F"] == [f"F{n:02}" for n in range(1, 99)]


@pytest.mark.parametrize("fault", faults().values(), ids=faults())
def test_a_fault_has_mutants_or_a_reason(fault):
    assert (fault.id in MADE) != (fault.no_mutant is not None)


def test_what_is_a_fault_of_devices_alone_is_not_excused_as_somebody_elses():
    devices = {"ip-speaker", "fm-converter", "e-board"}
    for fault in faults().values():
        if set(fault.roles) <= devices and fault.no_mutant is not None:
            assert "Belongs to" not in fault.no_mutant.en


def test_the_ledger_names_faults_that_have_mutants():
    named = {fault for clause in ledger().values() for fault in clause.mutants}
    assert named <= MADE
    assert named == MADE, "a mutant that no clause asks for"


def test_every_clause_that_checks_names_what_guards_it():
    systems = {"source-system", *SYSTEMS}  # mutants of these are made apart from devices
    for clause in ledger().values():
        if not set(clause.binds) <= systems:
            assert bool(clause.checks) == bool(clause.mutants), clause.id


def test_a_fault_without_a_title():
    text = b"ttcs: 1\nfaults:\n  F01: {roles: [ip-speaker], mark: C}\n"
    with pytest.raises(BadInput, match=r"faults\.F01\.title: is missing"):
        parse(strict_yaml.parse("faults.yaml", text))
