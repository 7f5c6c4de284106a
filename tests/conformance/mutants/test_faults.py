"""The catalogue of faults: each row has a mutant or says why not, and the ledger names those."""

import pytest

from conformance.clauses import SYSTEMS, ledger
from conformance.mutants.faults import faults, parse
from conformance.mutants.made import MUTANTS
from conformance.mutants.sources.made import MUTANTS as SYSTEM_MUTANTS
from conformance.source_suites import CASES
from scenarios import strict_yaml
from scenarios.problems import BadInput

MADE = {mutant.fault for mutant in MUTANTS.values()}
SYSTEMS_MADE = {mutant.fault for mutant in SYSTEM_MUTANTS.values()}
DEVICES = {"ip-speaker", "fm-converter", "e-board"}
BESIDES = {"source-system", "network"}


def test_every_fault_of_the_catalogue_is_there_once():
    assert [name for name in faults() if name[0] == "F"] == [f"F{n:02}" for n in range(1, 99)]


@pytest.mark.parametrize("fault", faults().values(), ids=faults())
def test_a_fault_has_mutants_or_a_reason(fault):
    of_devices = bool(DEVICES & set(fault.roles)) or not BESIDES & set(fault.roles)
    assert of_devices <= (fault.id in MADE) + (fault.no_mutant is not None) <= 1
    of_systems = bool(BESIDES & set(fault.roles))
    assert of_systems <= (fault.id in SYSTEMS_MADE) + (fault.no_source_mutant is not None) <= 1


def test_what_is_a_fault_of_devices_alone_is_not_excused_as_somebody_elses():
    for fault in faults().values():
        if set(fault.roles) <= DEVICES and fault.no_mutant is not None:
            assert "Belongs to" not in fault.no_mutant.en


@pytest.mark.parametrize("mutant", SYSTEM_MUTANTS.values(), ids=SYSTEM_MUTANTS)
def test_a_mutant_of_source_systems_is_of_a_fault_and_of_cases_that_there_are(mutant):
    assert mutant.fault == mutant.id.partition("-")[0]
    assert mutant.fault in faults()
    assert set(mutant.cases) <= CASES.keys()
    assert mutant.id not in MUTANTS, "bundles name mutants of all roles"


def test_the_ledger_names_faults_that_have_mutants():
    named = {fault for clause in ledger().values() for fault in clause.mutants}
    assert named <= MADE | SYSTEMS_MADE
    assert named == MADE | SYSTEMS_MADE, "a mutant that no clause asks for"


def test_every_clause_that_checks_names_what_guards_it():
    systems = {"source-system", *SYSTEMS}  # mutants of these are made apart from devices
    for clause in ledger().values():
        if not set(clause.binds) <= systems:
            assert bool(clause.checks) == bool(clause.mutants), clause.id


def test_a_fault_without_a_title():
    text = b"ttcs: 1\nfaults:\n  F01: {roles: [ip-speaker], mark: C}\n"
    with pytest.raises(BadInput, match=r"faults\.F01\.title: is missing"):
        parse(strict_yaml.parse("faults.yaml", text))
